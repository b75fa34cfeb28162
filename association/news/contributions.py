"""Contributions (投稿): what a firm's correspondents send in, and how it becomes an article of the newsroom.

The firm's page shows whose turn it is; accepted, the text goes 编 → 审 → 校 → 发 like any other, and the firm hears of
it when it is out. Points (投稿采用) are given then, to members, once.
"""

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Q
from django.utils.html import escape

from association.cases.actions import open_case
from association.cases.models import Case
from association.core.enums import Audience
from association.core.models import StaleVersion
from association.parties.models import Party
from association.timeline.actions import record
from association.workflow.actions import MoveRefused, must_act_for, perform
from association.workflow.models import Step
from members import points
from members.models import Membership, PointRule

from . import gallery, html
from .actions import create_article, delete_draft, why_not_delete
from .enums import CONTRIBUTION, CONTRIBUTION_TO_FILL_IN, ArticleState, ContributionState, SourceKind
from .models import Article, Column, Contribution, Picture, Publication
from .word import WordText, plain, taken_in

S = ContributionState
FIELDS = ("title", "text", "author", "is_own", "pictures")
MOST_PICTURES = 9
LONGEST_TEXT = 20_000  # characters
FEWEST_WORDS = 30  # characters of a text that is worth reading
POINTS = "article"  # the rule's key, members/data/points.json
_MARK = re.compile(r"[〔\[【（(]\s*图\s*(\d{1,2})\s*[〕\]】）)]")
PUT_IN = "投稿已经提交，协会正在处理；要修改请先撤回，或请协会退回修改。"


# -- The firm writes --------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, party: Party, by) -> Contribution:
    """An empty draft on the firm's desk; the one that nobody has written in yet where there is one (a double click)."""
    must_act_for(by, party)
    party = Party.objects.select_for_update().get(pk=party.pk)
    rows = Contribution.objects.standing().filter(case__party=party, case__state=S.DRAFT, title="", text="")
    empty = next((row for row in rows.select_related("case__party") if not row.pictures), None)
    if empty:
        return empty
    case = open_case(
        CONTRIBUTION, party=party, title=_title(party, ""), by=by, at=S.DRAFT, once_key=f"{CONTRIBUTION}:{uuid.uuid4()}"
    )
    return Contribution.objects.create(case=case, author=by.name)


def _title(party: Party, title: str) -> str:
    return f"{party.name} 投稿" + (f"「{title}」" if title else "（未写标题）")


@transaction.atomic
def save(contribution: Contribution, *, by, seen_version: int | None = None, **values) -> Contribution:
    """Keep what is written so far: FIELDS. Raises PermissionDenied, StaleVersion(case), MoveRefused, ValidationError."""
    case = Case.objects.select_for_update().select_related("party").get(pk=contribution.pk)
    must_act_for(by, case.party)
    if seen_version is not None and case.version != seen_version:
        raise StaleVersion(case)
    if case.state not in CONTRIBUTION_TO_FILL_IN:
        raise MoveRefused(PUT_IN)
    [row] = Contribution.objects.select_for_update().filter(pk=contribution.pk)
    row.case = case
    if "pictures" in values:
        values["pictures"] = gallery.checked(values["pictures"], by=by, files=row.files.all(), most=MOST_PICTURES)
    changed = [name for name in FIELDS if name in values and values[name] != getattr(row, name)]
    if not changed:
        return row
    for name in changed:
        setattr(row, name, values[name])
    row.version += 1
    row.save()
    case.title = _title(case.party, row.title)
    case.save()  # its version is what readers have seen
    labels = "、".join(Contribution._meta.get_field(name).verbose_name for name in changed)
    record(case, f"{CONTRIBUTION}.written", f"{by.name}修改{labels}", by=by, party=case.party, audience=Audience.PARTY)
    if "pictures" in changed:
        gallery.drop_unused(gallery.put(row.files, (one["uid"] for one in row.pictures)))
    return row


def begin_from_word(upload, *, party: Party, by) -> tuple[Contribution, Sequence[str]]:
    """A draft with the title, text and pictures of a Word file, and a sentence on each thing that was left out.

    The pictures are taken in first, outside of any transaction: that may take seconds. Raises ValidationError.
    """
    must_act_for(by, party)
    with taken_in(upload, by=by, most=MOST_PICTURES) as word:
        return _begin_with(word, party=party, by=by), word.refused


@transaction.atomic
def _begin_with(word: WordText, *, party: Party, by) -> Contribution:
    text, most = plain(word), LONGEST_TEXT
    if len(text) > most:
        raise ValidationError(f"正文最多 {most} 个字，文件里有 {len(text)} 个，请精简以后再上传。")
    pictures = [{"uid": str(one.uid), "caption": ""} for one in word.pictures]
    return save(begin(party=party, by=by), by=by, title=word.title, text=text, pictures=pictures)


# -- What its moves ask and do (workflow/contributions.py) ------------------------------------------------------------


def why_not_submit(case: Case) -> str:
    row = case.contribution
    if len(row.title) < 4:
        return "请先写标题（至少 4 个字）并保存，再提交。"
    if len("".join(row.text.split())) < FEWEST_WORDS:
        return f"正文至少写 {FEWEST_WORDS} 个字，请写好并保存，再提交。"
    if not row.author:
        return "请填写作者并保存，再提交。"
    if bare := gallery.without_caption(row.pictures):
        return f"第 {'、'.join(map(str, bare))} 张图片还没有写说明（拍的是谁、在哪里、做什么），请写好并保存，再提交。"
    if not row.is_own:
        return "请勾选「原创声明」并保存，再提交；转载的文章请把网址发给协会。"
    return ""


def body_of(contribution: Contribution) -> str:
    """The text with its pictures as HTML: at 〔图1〕 where it says so, the others after the text in their order."""
    figures = {
        number: f'<figure class="image"><img src="{row["url"]}" alt="{escape(row["caption"])}">'
        f"<figcaption>{escape(row['caption'])}</figcaption></figure>"
        for number, row in enumerate(gallery.with_addresses(contribution.pictures), 1)
    }
    parts = []
    for paragraph in _paragraphs(contribution.text):
        pieces = _MARK.split(paragraph)  # text, number, text, number …
        for place, piece in enumerate(pieces):
            if place % 2:
                parts.append(figures.pop(int(piece), ""))
            elif piece.strip():
                parts.append(f"<p>{'<br>'.join(escape(line) for line in piece.strip().splitlines())}</p>")
    return html.clean("".join([*parts, *figures.values()]))


def _paragraphs(text: str) -> list[str]:
    """Parts between blank lines; of a text without any, as it comes from Word, each line."""
    text = text.replace("\r\n", "\n").strip()
    blank = r"\n[^\S\n]*\n"
    return [part for part in re.split(blank if re.search(blank, text) else "\n", text) if part.strip()]


def usual_column() -> Column | None:
    """Where contributions went last."""
    last = Article.objects.filter(source_kind=SourceKind.MEMBER).select_related("column").first()
    return last.column if last else Column.objects.first()


def accept(case, step, *, column=None, **_fields):
    """The text becomes a draft of the newsroom, in the desk of who accepts it."""
    row = _row_of(case)
    column = column or usual_column()
    if column is None:
        raise MoveRefused("网站还没有栏目，请先建好栏目，再采用投稿。", code="column")
    cover = Picture.objects.filter(uid=row.pictures[0]["uid"]).first() if row.pictures else None
    for picture in row.files.all():
        said = next((one["caption"] for one in row.pictures if one["uid"] == str(picture.uid)), "")
        picture.alt, picture.credit = said, row.author
        picture.save()
    row.article = create_article(
        by=step.actor, column=column, title=row.title, body=body_of(row), cover=cover, author=row.author,
        source_kind=SourceKind.MEMBER, source=case.party_name[:60], note=f"会员投稿 {case.number}",
    )  # fmt: skip
    row.save()


def _row_of(case: Case) -> Contribution:
    [row] = Contribution.objects.select_for_update(of=("self",)).select_related("article").filter(case=case.pk)
    return row


def why_not_let_go(case: Case) -> str:
    article = case.contribution.article
    if article is not None and article.state != ArticleState.DRAFT:
        return f"稿件现在是「{article.state_label}」，请先在稿件里退稿，再取消采用。"
    return ""


def let_go(case, step, **_fields):
    """The contribution is no article any more; a draft that nobody has worked on since goes, another stays there."""
    if why := why_not_let_go(case):
        raise MoveRefused(why)
    row = _row_of(case)
    article, row.article = row.article, None
    row.save()
    if article is not None and not why_not_delete(article) and article.revisions.count() == 1:
        delete_draft(article, by=step.actor)


def article_went_out(article: Article, *, under: Step):
    """Called by the move that publishes an article: the firm whose text it was hears of it."""
    rows = Contribution.objects.standing().filter(article=article, case__state=S.ACCEPTED)
    row = rows.select_related("case").first()
    if row is not None:
        perform(row.case, "publish", by=under.actor, under=under)


def went_out(case, step, **_fields):
    case.concluded_on = step.happened_on
    member = Membership.objects.on(step.happened_on).filter(party=case.party).exists()
    if member and PointRule.objects.filter(key=POINTS, is_active=True).exists():
        points.add(
            party=case.party, key=POINTS, happened_on=step.happened_on, source_key=f"{CONTRIBUTION}:{case.pk}",
            by=step.actor, note=f"投稿「{case.contribution.title}」发布",
        )  # fmt: skip


def public_url_of(contribution: Contribution) -> str:
    """Where readers find it now; "" where it is not out, or was taken down."""
    if contribution.article_id is None:
        return ""
    found = Publication.objects.on_show().filter(article=contribution.article_id).first()
    return found.get_public_url() if found else ""


# -- Counting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """A firm's year: sent in, of these accepted (published or on the way), declined, still to be decided."""

    party: Party
    sent: int
    accepted: int
    published: int
    declined: int

    @property
    def waiting(self) -> int:
        return self.sent - self.accepted - self.declined


def _sent(user):
    """As the list of contributions shows them: an editor sees these, but no other cases."""
    rows = Case.objects.standing().filter(contribution__in=Contribution.objects.visible_to(user))
    return rows.filter(submitted_on__isnull=False).exclude(state=S.WITHDRAWN)


_COUNTS = {
    "sent": Count("pk"),
    "accepted": Count("pk", filter=Q(state__in=(S.ACCEPTED, S.PUBLISHED))),
    "published": Count("pk", filter=Q(state=S.PUBLISHED)),
    "declined": Count("pk", filter=Q(state=S.DECLINED)),
}


def years(user) -> list[int]:
    """Years in which something was sent in, the latest first; this year in any case."""
    found = {day.year for day in _sent(user).order_by().dates("submitted_on", "year")}
    return sorted(found | {points.this_year()}, reverse=True)


def counted(year: int, user) -> list[Counted]:
    """The firms that sent something in that year, those published most first. Two queries."""
    rows = list(_sent(user).filter(submitted_on__year=year).order_by().values("party").annotate(**_COUNTS))
    parties = Party.objects.in_bulk([row["party"] for row in rows])
    found = [Counted(**row | {"party": parties[row["party"]]}) for row in rows]
    return sorted(found, key=lambda one: (-one.published, -one.accepted, -one.sent, one.party.initials))


def counted_of(party: Party, user) -> list[tuple[int, int, int]]:
    """[(year, sent in, published)] of one firm, the latest first. One query."""
    rows = _sent(user).filter(party=party).order_by().values("submitted_on__year").annotate(**_COUNTS)
    return sorted(((row["submitted_on__year"], row["sent"], row["published"]) for row in rows), reverse=True)
