"""Writes of what stands on the site beside the articles: columns, topics, pages, banners, disclosure, journal, words."""

from django.core.exceptions import ValidationError
from django.db import transaction

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.enums import Audience
from association.core.stamp import raise_stamp
from association.documents.actions import widen
from association.documents.library import take
from association.timeline.actions import record

from . import html
from .enums import WordKind
from .models import Picture, WordRule
from .publishing import close_files

ARROWS = ("→", "->", "=>", "⇒", "\t")


@transaction.atomic
def save_row(row, *, by, document=None):
    """Save a row of the site with all that hangs on it: clean text, the pictures in it, its file open as it is itself.

    `document`: an upload that was kept for it (documents.kept).
    """
    needs(by, Right.NEWS, "维护网站")
    if hasattr(row, "body"):
        row.body = html.clean(row.body)
    before = row.document_id if hasattr(row, "document") else None
    if document is not None:
        row.document = take(document, party=None, by=by, audience=Audience.STAFF, kind="news")
    row.save()
    _name_picture(row)
    if hasattr(row, "pictures"):
        row.pictures.set(Picture.objects.filter(uid__in=html.picture_uids(row.body)))
    if hasattr(row, "document"):
        _show_file(row, before, by=by)
    raise_stamp()
    return row


def _name_picture(row):
    """A picture that bears no description is named after what it stands for."""
    picture = getattr(row, "cover", None) or getattr(row, "picture", None)
    if picture is not None and not picture.alt:
        picture.alt = row.title[:120]
        picture.save()


def _show_file(row, before, *, by):
    """The file is open to everyone while the row is; what it replaced is the staff's again."""
    shut = {before} - {row.document_id if row.is_shown else None, None}
    if not row.is_shown:
        shut.add(row.document_id)
    close_files(shut, "不再公开", by=by)
    if row.is_shown and row.document:
        widen(row.document, Audience.PUBLIC, by)


@transaction.atomic
def delete_row(row, *, by):
    needs(by, Right.NEWS, "维护网站")
    row.delete()
    raise_stamp()


def why_not_delete_column(column) -> str:
    """Why a column stays, or ""."""
    if column.articles.exists() or column.publications.exists():
        return f"「{column}」里有稿件，不能删除；不再使用的可以关闭「公开」。"
    if column.children.exists():
        return f"「{column}」下面还有栏目，请先移走或删除下级栏目。"
    return ""


def read_words(text: str) -> list[tuple[str, str, str]]:
    """[(word, instead, note)] of lines 「错词 → 正词」, 「错词 → 正词（说明）」 or 「词」. Raises ValidationError by line."""
    found, wrong = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line:
            continue
        arrow = next((arrow for arrow in ARROWS if arrow in line), None)
        word, instead = (part.strip() for part in line.split(arrow, 1)) if arrow else (line, "")
        note = ""
        if instead.endswith(("）", ")")):
            instead, _, note = instead[:-1].replace("(", "（").partition("（")
        if not word or (arrow and not instead) or max(len(word), len(instead)) > 40 or word == instead:
            wrong.append(f"第 {number} 行「{line[:30]}」看不明白，请写作：错词 → 正词，每个不超过 40 个字。")
        found[word] = (word, instead.strip(), note.strip()[:120])
    if wrong:
        raise ValidationError(wrong[:5])
    return list(found.values())


@transaction.atomic
def add_words(rows, *, kind: str, by) -> tuple[int, int]:
    """Put words on the list; a word that stands there takes the new correction. (new, changed)."""
    needs(by, Right.NEWS, "维护词语检查")
    known = {rule.word: rule for rule in WordRule.objects.filter(word__in=[word for word, *_ in rows])}
    new = changed = 0
    for word, instead, note in rows:
        rule = known.get(word) or WordRule(word=word, kind=kind)
        wanted = (instead or rule.instead, note or rule.note, True)
        if rule.pk and (rule.instead, rule.note, rule.is_active) == wanted:
            continue
        new, changed = (new, changed + 1) if rule.pk else (new + 1, changed)
        rule.instead, rule.note, rule.is_active = wanted
        rule.save()
        said = f"「{rule.word}」" + (f"应为「{rule.instead}」" if rule.instead else WordKind(rule.kind).label)
        record(rule, "words.added", f"{name_of(by)}把{said}列入词语检查", by=by)
    return new, changed
