"""Rows of the newsroom and of the site it feeds."""

from .articles import TEXT, Article, Attachment, Publication, Remark, Revision, WordRule
from .columns import Banner, Column, SiteLink, SitePage, Topic
from .disclosure import Disclosure, DisclosureKind, JournalIssue
from .pictures import Picture, shows_pictures
from .search import SearchEntry

__all__ = [
    "TEXT",
    "Article",
    "Attachment",
    "Banner",
    "Column",
    "Disclosure",
    "DisclosureKind",
    "JournalIssue",
    "Picture",
    "Publication",
    "Remark",
    "Revision",
    "SearchEntry",
    "SiteLink",
    "SitePage",
    "Topic",
    "WordRule",
    "shows_pictures",
]
