"""A member's own page (会员风采): the firm writes a draft, staff approve it, and the copy that was approved is shown.

An edit after that leaves the old copy standing until it is approved. The firm may stop showing it at once.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from association.core.enums import Audience
from association.core.models import StaleVersion
from association.core.stamp import raise_stamp
from association.parties.models import Party
from association.timeline.actions import record
from association.workflow.actions import MoveRefused, must_act_for, perform, refresh_todo
from association.workflow.models import Step
from members.models import Membership

from . import gallery
from .enums import SHOWCASE_TO_FILL_IN, ShowcaseState
from .models import Showcase

S = ShowcaseState
MOST_PICTURES, MOST_PROJECTS = 12, 12
TEXTS = {  # what is written: its label and the most characters
    "slogan": ("一句话介绍", 40),
    "introduction": ("单位介绍", 2000),
    "contact_name": ("联系人", 30),
    "contact_phone": ("联系电话", 40),
    "contact_address": ("地址", 80),
    "website": ("网址", 120),
}
PROJECT = {"name": ("项目名称", 60), "place": ("地点", 40), "year": ("年份", 4), "scale": ("规模", 60)}
LABELS = {name: label for name, (label, _most) in TEXTS.items()} | {"pictures": "图片", "projects": "代表项目"}
EMPTY = dict.fromkeys(TEXTS, "") | {"pictures": [], "projects": []}
FEWEST_WORDS = 20
PUT_IN = "内容已经送审，协会正在审核；要修改请先点「撤回修改」。"


def is_member(party: Party) -> bool:
    return Membership.objects.on(timezone.localdate()).filter(party=party, kind=Membership.Kind.UNIT).exists()


def content_of(stored: dict | None) -> dict:
    """What is stored with every key that a page asks for, whatever version of the portal wrote it."""
    return EMPTY | (stored or {})


def picture_uids(content: dict) -> list[str]:
    return [row["uid"] for row in content["pictures"]]


def changed_names(before: dict, after: dict) -> list[str]:
    return [name for name in LABELS if before[name] != after[name]]


def checked(content: dict, *, by, files) -> dict:
    """The content as it is kept. Raises ValidationError with one sentence for each field that is too long."""
    found, wrong = {}, {}
    for name, (label, most) in TEXTS.items():
        found[name] = content[name].strip()
        if len(found[name]) > most:
            wrong[name] = f"{label}有 {len(found[name])} 个字，请写在 {most} 个字以内。"
    found["pictures"] = gallery.checked(content["pictures"], by=by, files=files, most=MOST_PICTURES)
    shown = {row["uid"] for row in found["pictures"]}
    found["projects"] = [
        {key: row.get(key, "").strip()[:most] for key, (_label, most) in PROJECT.items()}
        | {"picture": row["picture"] if row.get("picture") in shown else ""}
        for row in content["projects"]
        if row.get("name", "").strip()
    ]
    if len(found["projects"]) > MOST_PROJECTS:
        wrong["projects"] = f"最多 {MOST_PROJECTS} 个代表项目，请保留最有代表性的。"
    if wrong:
        raise ValidationError(wrong)
    return found


# -- The firm -----------------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, party: Party, by) -> Showcase:
    """The firm's page, an empty draft where there is none. Raises PermissionDenied, ValidationError (no member)."""
    must_act_for(by, party)
    party = Party.objects.select_for_update().get(pk=party.pk)
    known = Showcase.objects.filter(party=party).first()
    if known is not None:
        return known
    if not is_member(party):
        raise ValidationError("会员风采只展示现在的会员单位；入会以后就可以编辑。")
    row = Showcase.objects.create(party=party, draft=dict(EMPTY), state=S.DRAFT)
    _tell(row, "begun", f"{by.name}开始编辑会员风采", by=by)
    refresh_todo(row)
    return row


def _tell(row: Showcase, verb: str, sentence: str, *, by, note: str = ""):
    record(row, f"showcase.{verb}", sentence, by=by, party=row.party, audience=Audience.PARTY, note=note)


@transaction.atomic
def save(showcase: Showcase, *, by, content: dict, seen_version: int | None = None) -> Showcase:
    """Keep what is written so far; a page that is on show goes on as it is. Raises StaleVersion, MoveRefused …"""
    row = Showcase.objects.select_for_update(of=("self",)).select_related("party").get(pk=showcase.pk)
    must_act_for(by, row.party)
    if seen_version is not None and row.version != seen_version:
        raise StaleVersion(row)
    if row.state not in SHOWCASE_TO_FILL_IN:
        raise MoveRefused(PUT_IN)
    before = content_of(row.draft)
    after = checked(content, by=by, files=row.draft_files.all())
    changed = changed_names(before, after)
    if not changed:
        return row
    if row.state == S.SHOWN:
        perform(row, "revise", by=by)
    row.draft = after
    row.save()
    _tell(row, "written", f"{by.name}修改会员风采：{'、'.join(LABELS[name] for name in changed)}", by=by)
    gallery.drop_unused(gallery.put(row.draft_files, picture_uids(after)))
    showcase.refresh_from_db()
    return row


@transaction.atomic
def set_hidden(showcase: Showcase, *, hidden: bool, by) -> Showcase:
    """The firm stops its page from being shown, at once, or lets it be shown again. Twice changes nothing."""
    row = Showcase.objects.select_for_update(of=("self",)).select_related("party").get(pk=showcase.pk)
    must_act_for(by, row.party)
    if row.is_hidden != hidden:
        row.is_hidden = hidden
        row.save()
        _tell(row, "hidden", f"{by.name}{'选择不展示会员风采' if hidden else '重新展示会员风采'}", by=by)
        raise_stamp()
    showcase.refresh_from_db()
    return row


# -- What its moves ask and do (workflow/showcase.py) -----------------------------------------------------------------


def why_not_submit(row: Showcase) -> str:
    content = content_of(row.draft)
    if not is_member(row.party):
        return "会员风采只展示现在的会员单位。"
    if len("".join(content["introduction"].split())) < FEWEST_WORDS:
        return f"单位介绍至少写 {FEWEST_WORDS} 个字，请写好并保存，再送审。"
    if not content["pictures"]:
        return "请至少上传一张图片并保存，再送审；第一张用作封面。"
    if bare := gallery.without_caption(content["pictures"]):
        return f"第 {'、'.join(map(str, bare))} 张图片还没有写说明，请写好并保存，再送审。"
    return ""


def approve(row, step, **_fields):
    row.shown, row.shown_at = content_of(row.draft), timezone.now()
    _show(row)


def _show(row: Showcase):
    gone = gallery.put(row.shown_files, picture_uids(row.shown) if row.shown else ())
    gallery.drop_unused(gone)
    raise_stamp()


def why_not_shown(row: Showcase) -> str:
    return "" if row.shown else "这家会员的风采页没有公开，不需要撤下。"


def take_down(row, step, **_fields):
    row.shown = row.shown_at = None
    _show(row)


def note_of_last_return(row: Showcase) -> str:
    """What staff asked to be changed, for the page's top."""
    last = Step.objects.of(row).standing().last()
    return last.note if last is not None and row.state == S.RETURNED else ""


def why_not_public(row: Showcase) -> str:
    """Why the public does not see the page at this moment, in the firm's words; "" where it does."""
    if not row.shown:
        return "还没有公开：审核通过以后才对外展示。"
    if row.is_hidden:
        return "您选择了不展示。"
    if not is_member(row.party):
        return "现在不是会员单位，不对外展示。"
    return "" if Showcase.objects.on_show().filter(pk=row.pk).exists() else "单位没有列入公开名录，不对外展示。"


# -- As a page draws it -------------------------------------------------------------------------------------------------


def drawn(stored: dict | None) -> dict:
    """The content for a template: pictures with their addresses, each project with its own, what there is to contact.

    A picture that stands at a project stands not among the others, except the first: that is the cover. No query.
    """
    content = content_of(stored)
    pictures = gallery.with_addresses(content["pictures"])
    by_uid = {row["uid"]: row for row in pictures}
    projects = [row | {"picture": by_uid.get(row["picture"])} for row in content["projects"]]
    used = {row["picture"]["uid"] for row in projects if row["picture"]}
    return content | {
        "cover": pictures[0] if pictures else None,
        "others": [row for row in pictures[1:] if row["uid"] not in used],
        "pictures": pictures,
        "projects": projects,
        "contact": [(TEXTS[name][0], content[name]) for name in TEXTS if name.startswith("contact") and content[name]],
    }


@dataclass(frozen=True)
class Difference:
    """One part of the page: as it is shown now, as it is handed in."""

    name: str
    label: str
    shown: object
    draft: object

    @property
    def changed(self) -> bool:
        return self.shown != self.draft


def differences(row: Showcase) -> list[Difference]:
    """现在公开的 beside 送审的, part by part. No query."""
    shown, draft = drawn(row.shown), drawn(row.draft)
    return [
        Difference(name, label, shown[name], draft[name])
        for name, label in LABELS.items()
        if shown[name] or draft[name]
    ]
