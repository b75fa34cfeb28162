"""Rows of the newsroom and of the site it feeds."""

from .articles import TEXT, Article, Attachment, Publication, Remark, Revision, WordRule
from .columns import ABOUT, Banner, Column, SiteLink, SitePage, Topic
from .contributions import Contribution, Showcase
from .disclosure import Disclosure, DisclosureKind, JournalIssue
from .pictures import Picture, opens_pictures, shows_pictures
from .search import SearchEntry

__all__ = [
    "ABOUT",
    "TEXT",
    "Article",
    "Attachment",
    "Banner",
    "Column",
    "Contribution",
    "Disclosure",
    "DisclosureKind",
    "JournalIssue",
    "Picture",
    "Publication",
    "Remark",
    "Revision",
    "SearchEntry",
    "Showcase",
    "SiteLink",
    "SitePage",
    "Topic",
    "WordRule",
    "opens_pictures",
    "shows_pictures",
]
