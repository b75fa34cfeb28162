"""The document library (证照库): papers of a party, uploaded once, used in every case, replaced when they are renewed."""

import json
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.core.enums import Audience
from association.core.models import StaleVersion
from association.timeline.actions import record

from .library import let_go, take
from .models import Document, DocumentKind

KINDS = Path(__file__).parent / "data" / "kinds.json"


def load_kinds(**_signal) -> int:
    """The usual kinds of paper, where there are none yet (after each migrate). Returns how many were made."""
    if DocumentKind.objects.exists():
        return 0
    rows = [DocumentKind(**row) for row in json.loads(KINDS.read_text("utf-8"))]
    return len(DocumentKind.objects.bulk_create(rows, ignore_conflicts=True))


def _checked(kind: str, expires_on) -> DocumentKind:
    row = DocumentKind.objects.filter(name=kind).first()
    if row is None:
        raise ValidationError({"kind": "请选择证照种类。"})
    if row.needs_term and expires_on is None:
        raise ValidationError({"expires_on": f"{row.name}有有效期，请照证面填写有效期至哪一天。"})
    return row


@transaction.atomic
def add_paper(
    *, document: Document, party, kind: str, by, issuer: str = "", number: str = "", expires_on: date | None = None,
    replaces: Document | None = None, audience=Audience.PARTY, channel: str = "", received_on: date | None = None,
) -> Document:  # fmt: skip
    """Put an upload (loose, see library.keep) into the library of a party; the paper that it `replaces` leaves the list.

    The replaced paper stays readable where it was used. With `channel` staff enter it for the party (代录): how it came
    and when. Raises ValidationError (by field where there is one): the kind needs a term, the very file is there
    already, or somebody else renewed the same paper; PermissionDenied.
    """
    if channel:
        needs(by, Right.MEMBERS, "代录证照")
    _checked(kind, expires_on)
    old = _locked_old(replaces, party)
    paper = take(document, party=party, by=by, audience=audience, kind=kind)
    paper = Document.objects.select_for_update().get(pk=paper.pk)
    if old is not None and paper.pk == old.pk:
        raise ValidationError({"file": "这和原来的文件完全相同；只是要改证号或有效期的，请用「修改」。"})
    if paper.in_library:
        raise ValidationError({"file": f"这份文件已经在证照库里（{paper.kind}：{paper.label}），不用再上传。"})
    paper.in_library, paper.replaced_by, paper.kind = True, None, kind
    paper.issuer, paper.number, paper.expires_on = issuer, number, expires_on
    paper.save()
    what = f"{kind}「{paper.label}」"
    if old is not None:
        old.replaced_by = paper
        old.save(update_fields=["replaced_by"])
    who = f"{by.name}代{party.name}" if channel else by.name
    sentence = f"{who}更新{what}，换下「{old.label}」" if old else f"{who}把{what}放入证照库"
    record(
        paper, "paper.renewed" if old else "paper.added", sentence, by=by, party=party, audience=audience,
        channel=channel, happened_on=received_on,
    )  # fmt: skip
    return paper


def _locked_old(replaces: Document | None, party) -> Document | None:
    if replaces is None:
        return None
    old = Document.objects.select_for_update().get(pk=replaces.pk)
    if old.party_id != party.pk or not old.in_library:
        raise ValidationError("要更新的证照不在证照库里，请刷新页面后再试。")
    if old.replaced_by_id:
        raise ValidationError(f"「{old.label}」刚刚由别人换成了新的，请看列表里现在的一份。", code="renewed")
    return old


@transaction.atomic
def change_paper(
    *,
    paper: Document,
    by,
    kind: str,
    issuer: str,
    number: str,
    expires_on: date | None,
    seen_version: int | None = None,
) -> Document:
    """Correct what was written about a paper. Raises ValidationError, StaleVersion where somebody was quicker."""
    _checked(kind, expires_on)
    row = _locked(paper, seen_version)
    values = {"kind": kind, "issuer": issuer, "number": number, "expires_on": expires_on}
    changes = {
        name: [_text(getattr(row, name)), _text(new)] for name, new in values.items() if getattr(row, name) != new
    }
    if not changes:
        return row
    for name, new in values.items():
        setattr(row, name, new)
    row.save()
    record(
        row, "paper.changed", f"{by.name}修改「{row.label}」的登记", by=by, party=row.party, audience=row.audience,
        changes=changes,
    )  # fmt: skip
    return row


def _text(value) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _locked(paper: Document, seen_version) -> Document:
    row = Document.objects.select_for_update().select_related(None).get(pk=paper.pk)
    if not row.in_library or row.replaced_by_id:
        raise ValidationError("这份证照已经不在证照库里，请刷新页面。", code="gone")
    if seen_version is not None and row.version != seen_version:
        raise StaleVersion(row)
    return row


@transaction.atomic
def remove_paper(*, paper: Document, by, seen_version: int | None = None):
    """Take a paper out of the library; the one that it had replaced is in force again.

    It stays readable where it was used; else it is swept after 30 days. Raises as change_paper().
    """
    row = _locked(paper, seen_version)
    for old in Document.objects.select_for_update().filter(replaced_by=row):
        old.replaced_by = None
        old.save(update_fields=["replaced_by"])
    row.in_library = False
    row.save(update_fields=["in_library"])
    record(row, "paper.removed", f"{by.name}把{row.kind}「{row.label}」移出证照库", by=by, party=row.party,
           audience=row.audience)  # fmt: skip
    let_go(row)
