"""Who holds which post (任职): appoint, end, replace the person, correct, void. Each with its line in the unit's timeline."""

import json
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import name_of, needs
from association.core.enums import Audience
from association.core.stamp import raise_stamp
from association.parties.models import Party
from association.timeline.actions import record

from .models import Post, Tenure, Term

SHIPPED = Path(__file__).parent / "data" / "posts.json"
CORRECTABLE = ("term", "person_name", "person_title", "person_phone", "starts_on")
WHAT = "登记任职"


@transaction.atomic
def load_posts(*, by=None) -> int:
    """The usual posts (data/posts.json) that are not kept yet. Staff edit them afterwards. Returns how many were added."""
    known = set(Post.objects.values_list("name", flat=True))
    has_plain = Post.objects.filter(is_plain=True).exists()
    rows = [row for row in json.loads(SHIPPED.read_text(encoding="utf-8"))["posts"] if row["name"] not in known]
    posts = [Post(**row | {"is_plain": row.get("is_plain", False) and not has_plain}) for row in rows]
    Post.objects.bulk_create(posts, ignore_conflicts=True)
    return len(posts)


def term_of(day: date | None = None) -> Term | None:
    """The term (届次) that a day falls into. One query."""
    day = day or timezone.localdate()
    found = Term.objects.filter(starts_on__lte=day).order_by("-starts_on").first()
    return found if found and (found.ends_on is None or day <= found.ends_on) else None


def holder_of(tenure: Tenure) -> str:
    """「甲公司张三」, 「甲公司」 where no person is named yet, 「张三」 of no unit."""
    unit = tenure.party.name if tenure.party_id else ""
    return f"{unit}{tenure.person_name}"


def tell(tenure: Tenure, verb: str, sentence: str, *, by, note: str = "", on: date | None = None, changes=None):
    """A line in the timeline of the unit, which its people read as well; of no unit's post in the tenure's own."""
    record(
        tenure.party or tenure, f"tenure.{verb}", sentence, by=by, party=tenure.party, note=note, happened_on=on,
        audience=Audience.PARTY if tenure.party_id else Audience.STAFF, changes=changes,
    )  # fmt: skip


def _lock_unit(party: Party | None):
    """Whoever writes a unit's posts waits for whoever does already."""
    if party is not None:
        list(Party.objects.select_for_update().filter(pk=party.pk).values("pk"))


def _save(tenure: Tenure):
    try:
        with transaction.atomic():
            tenure.save()
    except IntegrityError:
        raise ValidationError(f"「{holder_of(tenure)}」现在已经担任{tenure.post}，不用再登记一次。") from None


@transaction.atomic
def appoint(
    *, post: Post, by, starts_on: date, party: Party | None = None, person_name: str = "", person_title: str = "",
    person_phone: str = "", term: Term | None = None, note: str = "",
) -> Tenure:  # fmt: skip
    """Somebody holds a post from a day on, for a unit or for none. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    person_name = person_name.strip()
    if post.is_plain:
        raise ValidationError({"post": f"「{post}」不另作任职登记：没有其他职务的会员都是{post}。"})
    if party is None and not person_name:
        raise ValidationError({"person_name": "请填写任职人或单位，至少填一项。"})
    _lock_unit(party)
    tenure = Tenure(
        post=post, party=party, person_name=person_name, person_title=person_title, person_phone=person_phone,
        starts_on=starts_on, term=term or term_of(starts_on),
    )  # fmt: skip
    _save(tenure)
    tell(tenure, "began", f"{name_of(by)}登记：{holder_of(tenure)}任{post}", by=by, note=note, on=starts_on)
    raise_stamp()
    return tenure


def _open(tenure: Tenure) -> Tenure:
    """The row, locked. Raises ValidationError where it is over or void."""
    rows = Tenure.objects.select_for_update(of=("self",)).select_related("post", "party", "term")
    [locked] = rows.filter(pk=tenure.pk)
    if locked.voided_at:
        raise ValidationError("这一条任职已经作废，请刷新页面。")
    if locked.ended_on:
        raise ValidationError(f"这一任已经在 {locked.ended_on:%Y-%m-%d} 结束，请刷新页面。")
    return locked


def _check_day(tenure: Tenure, on: date):
    if on < tenure.starts_on:
        raise ValidationError({"on": f"日期不能早于任职日期 {tenure.starts_on:%Y-%m-%d}。"})


@transaction.atomic
def end_tenure(tenure: Tenure, *, on: date, reason: str, by) -> Tenure:
    """The holder leaves the post (离任): `on` is the first day without it. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    _lock_unit(tenure.party)
    locked = _open(tenure)
    _check_day(locked, on)
    locked.ended_on, locked.end_reason = on, reason[:120]
    locked.save()
    tell(locked, "ended", f"{name_of(by)}登记：{holder_of(locked)}不再任{locked.post}", by=by, note=reason, on=on)
    raise_stamp()
    return locked


@transaction.atomic
def replace_person(
    tenure: Tenure, *, person_name: str, on: date, reason: str, by, person_title: str = "", person_phone: str = ""
) -> Tenure:
    """The unit keeps its post, another person holds it from `on` (换人); gives the new tenure.

    Where no person was named yet the row itself is completed. Raises PermissionDenied, ValidationError.
    """
    needs(by, Right.MEMBERS, WHAT)
    _lock_unit(tenure.party)
    locked = _open(tenure)
    _check_day(locked, on)
    person_name = person_name.strip()
    if person_name == locked.person_name:
        raise ValidationError({"person_name": f"现在就是{person_name}，请填写接任的人；只改电话、职务请用「更正」。"})
    person = {"person_name": person_name, "person_title": person_title, "person_phone": person_phone}
    if not locked.person_name:
        for name, value in person.items():
            setattr(locked, name, value)
        _save(locked)
        tell(
            locked,
            "named",
            f"{name_of(by)}登记：{locked.party.name}的{locked.post}由{person_name}担任",
            by=by,
            note=reason,
        )
        raise_stamp()
        return locked
    before = locked.person_name
    locked.ended_on, locked.end_reason = on, reason[:120]
    locked.save()
    new = Tenure(post=locked.post, party=locked.party, term=locked.term, starts_on=on, **person)
    _save(new)
    whose = f"{locked.party.name}的" if locked.party_id else ""
    tell(
        new, "replaced", f"{name_of(by)}登记：{whose}{locked.post}由{before}换为{person_name}", by=by, note=reason, on=on,
        changes={"任职人": [before, person_name]},
    )  # fmt: skip
    raise_stamp()
    return new


@transaction.atomic
def take_back_replacement(tenure: Tenure, *, before: str, by, reason: str) -> Tenure:
    """The person was replaced by mistake: who held the post `before` goes on. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    _lock_unit(tenure.party)
    locked = _open(tenure)
    rows = Tenure.objects.standing().select_for_update(of=("self",)).select_related("post", "party")
    old = rows.filter(
        party=locked.party, post=locked.post, person_name=before, ended_on=locked.starts_on, end_change=None
    ).last()
    if old is None:
        raise ValidationError(f"{before}的任职后来又改过，不能撤回；请在「任职」里直接办理。")
    locked.voided_at, locked.void_reason = timezone.now(), reason[:300]
    locked.save()
    old.ended_on, old.end_reason = None, ""
    _save(old)
    tell(old, "replaced-undone", f"{name_of(by)}撤回换人：{holder_of(old)}继续任{old.post}", by=by, note=reason)
    raise_stamp()
    return old


@transaction.atomic
def correct_tenure(tenure: Tenure, *, by, note: str = "", **values) -> Tenure:
    """Put right what was entered wrong; `values` of CORRECTABLE. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    _lock_unit(tenure.party)
    rows = Tenure.objects.select_for_update(of=("self",)).select_related("post", "party", "term")
    [locked] = rows.filter(pk=tenure.pk)
    if locked.voided_at:
        raise ValidationError("这一条任职已经作废，不能再改。")
    changes = {name: values[name] for name in CORRECTABLE if name in values and getattr(locked, name) != values[name]}
    if not changes:
        return locked
    label = {name: str(Tenure._meta.get_field(name).verbose_name) for name in changes}
    shown = {
        label[name]: [str(getattr(locked, name) or ""), str(value or "")]
        for name, value in changes.items()
        if name not in Tenure.SENSITIVE
    }
    for name, value in changes.items():
        setattr(locked, name, value)
    locked.clean_fields(exclude=["post", "party", "change", "end_change"])
    if locked.ended_on and locked.ended_on < locked.starts_on:
        raise ValidationError({"starts_on": f"任职日期不能晚于离任日期 {locked.ended_on:%Y-%m-%d}。"})
    if not locked.party_id and not locked.person_name:
        raise ValidationError({"person_name": "请填写任职人。"})
    _save(locked)
    sentence = f"{name_of(by)}更正{holder_of(locked)}任{locked.post}的{'、'.join(label.values())}"
    tell(locked, "corrected", sentence, by=by, note=note, changes=shown)
    raise_stamp()
    return locked


@transaction.atomic
def void_tenure(tenure: Tenure, *, by, reason: str) -> Tenure:
    """Entered in error (作废): it stays on file, lists and answers leave it out. Raises PermissionDenied, ValidationError."""
    needs(by, Right.MEMBERS, WHAT)
    if not reason.strip():
        raise ValidationError({"note": "请写明作废的原因。"})
    _lock_unit(tenure.party)
    rows = Tenure.objects.select_for_update(of=("self",)).select_related("post", "party")
    [locked] = rows.filter(pk=tenure.pk)
    if locked.voided_at:
        raise ValidationError("这一条任职已经作废。")
    locked.voided_at, locked.void_reason = timezone.now(), reason.strip()[:300]
    locked.save()
    tell(locked, "void", f"{name_of(by)}作废任职：{holder_of(locked)}任{locked.post}", by=by, note=reason)
    raise_stamp()
    return locked
