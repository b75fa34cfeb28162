"""A firm proposes changes of its own data (资料变更): what is proposed, and writing it to the file. Keys: on_file."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import may
from association.cases.actions import open_case
from association.cases.models import Case
from association.documents.library import take
from association.documents.models import Document
from association.inbox.actions import keep_todo
from association.inbox.models import Whose
from association.parties import actions as parties
from association.workflow.actions import MoveRefused, OnBehalf, acts_for_party, perform
from association.workflow.writing import turn_key

from . import actions, terms
from .actions import _locked
from .enums import FIRM_CHANGE, OPEN_CHANGES, ChangeState
from .models import ChangeProposal, Firm, Qualification
from .on_file import CERTIFICATE, NAME, NEW, OF_FIRM, OF_PARTY, OF_POST, POST, OnFile, rows_of, value_of

NEEDS_LICENCE = "变更名称，请上传新的营业执照。"
NEEDS_LETTER = "换人，请上传盖了公章的来函。"


@dataclass(frozen=True)
class Difference:
    """One value: as it was when it was proposed (or accepted), as it is on file now, as it is to be."""

    key: str
    label: str
    before: str
    now: str
    after: str

    @property
    def moved(self) -> bool:
        """Somebody changed it on file meanwhile."""
        return self.now not in (self.before, self.after)


def differences(proposal: ChangeProposal, firm: Firm | None = None) -> list[Difference]:
    """What the proposal changes, beside what stands on file now. Three queries at most."""
    file = OnFile(firm or proposal.case.party.firm)
    return [
        Difference(key, file.label(key), before, file.get(key), after)
        for key, (before, after) in proposal.values.items()
    ]


def fingerprint(found: list[Difference]) -> str:
    """Changes where what is on file changes: what the page showed is still so."""
    return hashlib.sha256("\x1f".join(one.now for one in found).encode()).hexdigest()[:16]


def is_due(proposal: ChangeProposal) -> bool:
    return proposal.takes_effect_on is None or proposal.takes_effect_on <= timezone.localdate()


def open_proposal_of(firm: Firm) -> ChangeProposal | None:
    """The one that is under way, if there is one."""
    rows = ChangeProposal.objects.standing().filter(case__party=firm.pk, case__state__in=OPEN_CHANGES)
    return rows.select_related("case__party").first()


# -- The firm asks ----------------------------------------------------------------------------------------------------


def _changed(firm: Firm, wanted: dict[str, str]) -> dict[str, list[str]]:
    file = OnFile(firm)
    return {key: [file.get(key), text] for key, text in wanted.items() if file.get(key) != text}


def _title(firm: Firm, values: dict) -> str:
    file = OnFile(firm)
    labels = [file.head(key) for key in values]
    return f"{firm.party.name} 变更{'、'.join(dict.fromkeys(labels))}"[:200]


def _check(firm: Firm, values: dict, licence, day: date | None, on_behalf):
    if not values:
        raise ValidationError("填写的内容与档案相同，没有需要变更的项目。")
    persons = [row for row, fields in rows_of(values, POST).items() if "person_name" in fields]
    if licence is None and on_behalf is None and (NAME in values or persons):
        raise ValidationError({"licence": NEEDS_LICENCE if NAME in values else NEEDS_LETTER})
    held = [OnFile(firm).holder(row) for row in persons]
    late = next((one for one in held if one is not None and day and day < one.starts_on), None)
    if late is not None:
        raise ValidationError(
            {"takes_effect_on": f"{late.person_name}从 {late.starts_on:%Y-%m-%d} 起任{late.post}，换人不能早于这一天。"}
        )


def _taken(firm: Firm, licence: Document | None, on_behalf: OnBehalf | None, *, by):
    """The upload is the firm's from now on, and the scan of what staff enter for it."""
    if licence is None:
        return None, on_behalf
    licence = take(licence, party=firm.party, by=by, kind="资料变更")
    return licence, on_behalf and replace(on_behalf, scan=licence)


@transaction.atomic
def propose(
    firm: Firm, *, by, wanted: dict[str, str], once_key: str, licence: Document | None = None,
    takes_effect_on: date | None = None, on_behalf: OnBehalf | None = None,
) -> ChangeProposal:  # fmt: skip
    """The firm asks for a change of its data; `wanted` {key: text}, what is so already is left out.

    `licence` is an upload (loose). One proposal of a firm at a time. Raises PermissionDenied, ValidationError.
    """
    if not (may(Right.MEMBERS)(by) if on_behalf else acts_for_party(by, firm.party)):
        raise PermissionDenied("您没有为这家企业申请变更的权限。")
    firm = _locked(firm)
    known = ChangeProposal.objects.filter(case__once_key=once_key).first()
    if known is not None:  # the second of two clicks
        return known
    if open_proposal_of(firm):
        raise ValidationError("这家企业有一件资料变更正在办理，请等它办完，或撤回以后再申请。")
    values = _changed(firm, wanted)
    _check(firm, values, licence, takes_effect_on, on_behalf)
    licence, on_behalf = _taken(firm, licence, on_behalf, by=by)
    case = open_case(
        FIRM_CHANGE, party=firm.party, title=_title(firm, values), by=by, at=ChangeState.SUBMITTED, once_key=once_key,
        on_behalf=on_behalf,
    )  # fmt: skip
    return ChangeProposal.objects.create(
        case=case, values=values, licence=licence, takes_effect_on=takes_effect_on, proposed_by=by
    )


@transaction.atomic
def revise(
    proposal: ChangeProposal, *, by, wanted: dict[str, str], licence: Document | None = None,
    takes_effect_on: date | None = None, on_behalf: OnBehalf | None = None, seen_version: int | None = None,
) -> ChangeProposal:  # fmt: skip
    """Put a returned proposal in again, with other values. Raises PermissionDenied, ValidationError, MoveRefused."""
    firm = proposal.case.party.firm  # not locked: the move locks the case first
    values = _changed(firm, wanted)
    _check(firm, values, licence or proposal.licence, takes_effect_on, on_behalf)
    licence, on_behalf = _taken(firm, licence, on_behalf, by=by)
    perform(
        proposal.case, "submit", by=by, on_behalf=on_behalf, seen_version=seen_version, values=values, licence=licence,
        takes_effect_on=takes_effect_on,
    )  # fmt: skip
    proposal.refresh_from_db()
    return proposal


# -- What the moves do ------------------------------------------------------------------------------------------------


def _proposal_of(case: Case) -> ChangeProposal:
    [proposal] = ChangeProposal.objects.select_for_update().filter(case=case.pk)
    proposal.case = case
    return proposal


def _save(proposal: ChangeProposal, *names: str):
    proposal.version += 1
    proposal.save(update_fields=[*names, "version"])


def put_in_again(case, step, *, values=None, licence=None, takes_effect_on=None):
    if values is None:
        return
    proposal = _proposal_of(case)
    proposal.values, proposal.licence = values, licence or proposal.licence
    proposal.takes_effect_on = takes_effect_on
    case.title = _title(case.party.firm, values)
    _save(proposal, "values", "licence", "takes_effect_on")


def accept(case, step, *, takes_effect_on=None, seen="", confirmed=False):
    """What is on file at this moment is what the day of the change is measured by from now on."""
    proposal = _proposal_of(case)
    found = differences(proposal, _locked(case.party.firm))
    if seen and seen != fingerprint(found):
        raise MoveRefused("您打开这一页以后，企业档案刚刚被修改过，请核对下面现在的内容，再确认一次。", code="seen")
    if any(one.moved for one in found) and not confirmed:
        raise MoveRefused("企业提出以后档案另有修改，请核对并勾选确认；有疑问的，退回企业补正。", code="confirmed")
    proposal.values = {one.key: [one.now, one.after] for one in found}
    proposal.takes_effect_on = takes_effect_on or proposal.takes_effect_on or step.happened_on
    _save(proposal, "values", "takes_effect_on")
    case.change_proposal = proposal


def take_back_acceptance(case, step):
    """Back to where it waits for the office; the day stays as a wish."""


def write_to_file(case, step):
    """The values into the file, the old name kept as a former one. Raises ValidationError where it cannot be."""
    proposal = _proposal_of(case)
    day = proposal.takes_effect_on or step.happened_on
    found = differences(proposal, _locked(case.party.firm))
    _write(
        case.party.firm, {one.key: one.after for one in found if one.now != one.after}, by=step.actor, on=day,
        note=f"资料变更 {case.number}",
    )  # fmt: skip
    proposal.takes_effect_on, proposal.applied_at = day, timezone.now()
    _save(proposal, "takes_effect_on", "applied_at")
    case.concluded_on = step.happened_on


def _write(firm: Firm, values: dict[str, str], *, by, on: date, note: str):
    firm = _locked(firm)
    if NAME in values:
        actions.rename(firm, name=values[NAME], by=by, on=on, note=note)
    own = {key: value_of(key, text) for key, text in values.items() if key in (*OF_FIRM, *OF_PARTY) and key != NAME}
    if own:
        actions.change_firm(firm, by=by, note=note, **own)
    file = OnFile(firm)
    for row, texts in rows_of(values, CERTIFICATE).items():
        known, fields = file.certificate(row), {name: value_of(name, text) for name, text in texts.items()}
        if known:
            actions.change_part(known, by=by, **fields)
        elif row.startswith(NEW):
            actions.add_part(Qualification(firm=firm, **fields), by=by)
    for row, fields in rows_of(values, POST).items():
        _write_person(file, row, fields, by=by, on=on, note=note)


def _write_person(file: OnFile, row: str, fields: dict[str, str], *, by, on: date, note: str):
    """Another person holds the post (换人); title and telephone of the same one are put right."""
    held = file.holder(row)
    if held is None:
        raise ValidationError("要换人的这一任已经结束，请退回补正，由企业按现在的任职重新提出。")
    person = {name: fields.get(name, getattr(held, name)) for name in OF_POST}
    if person["person_name"] in ("", held.person_name):  # "" where it is taken back: nobody was named before
        terms.correct_tenure(held, by=by, note=note, **person)
    else:
        terms.replace_person(held, on=on, reason=f"单位来函换人（{note}）", by=by, **person)


def reopen(case, step):
    """It is under way again. Raises MoveRefused where the firm has asked anew since: one proposal at a time."""
    firm = _locked(case.party.firm)
    other = open_proposal_of(firm)
    if other is not None and other.pk != case.pk:
        raise MoveRefused(f"这家企业后来又申请了变更（{other.case.number}），这一件不能恢复，请在新的一件里办理。")


def take_back_from_file(case, step):
    """The file as it was, where nobody changed it since; the proposal waits without a day."""
    reopen(case, step)
    proposal = _proposal_of(case)
    firm = _locked(case.party.firm)
    added = _added(firm, proposal)
    found = [one for one in differences(proposal, firm) if not one.key.startswith(f"{CERTIFICATE}:{NEW}")]
    later = [one.label for one in found if one.now != one.after]
    if later:
        raise MoveRefused(f"{'、'.join(later)}后来又修改过，不能撤回；请在企业档案里直接修改。")
    back, note = {one.key: one.before for one in found}, f"撤回资料变更 {case.number}"
    if NAME in back:
        parties.take_back_name(firm.party, name=back.pop(NAME), by=step.actor, note=note)
    _write(firm, _without_replaced(firm, back, by=step.actor, note=note), by=step.actor, on=step.happened_on, note=note)
    for row in added:
        actions.remove_part(row, by=step.actor)
    proposal.applied_at = proposal.takes_effect_on = None
    _save(proposal, "applied_at", "takes_effect_on")


def _without_replaced(firm: Firm, back: dict[str, str], *, by, note: str) -> dict[str, str]:
    """Who was replaced holds the post again; what else is to go back."""
    for row, fields in rows_of(back, POST).items():
        if before := fields.get("person_name"):
            terms.take_back_replacement(OnFile(firm).holder(row), before=before, by=by, reason=note)
            back = {key: text for key, text in back.items() if not key.startswith(f"{POST}:{row}:")}
    return back


def _added(firm: Firm, proposal: ChangeProposal) -> list[Qualification]:
    """The certificates that the proposal added. Raises MoveRefused where one of them is another one since."""
    found = []
    for key, pairs in rows_of(proposal.values, CERTIFICATE).items():
        values = {field: value_of(field, after) for field, (_before, after) in pairs.items()}
        row = firm.qualifications.filter(**values).last() if key.startswith(NEW) else None
        if row is not None:
            found.append(row)
        elif key.startswith(NEW):
            raise MoveRefused("新增的资质后来又修改过，不能撤回；请在企业档案里直接修改。")
    return found


# -- The clock --------------------------------------------------------------------------------------------------------


def apply_due() -> int:
    """Write to the file what was accepted and whose day has come. Returns how many.

    Where the file was changed since it was accepted, nothing is overwritten: the office is asked.
    """
    today = timezone.localdate()
    rows = Case.objects.standing().filter(kind=FIRM_CHANGE, state=ChangeState.ACCEPTED)
    written = 0
    for pk in rows.filter(change_proposal__takes_effect_on__lte=today).values_list("pk", flat=True):
        written += _apply_one(pk)
    return written


def _apply_one(pk: int) -> bool:
    try:
        with transaction.atomic():
            case = Case.objects.select_for_update(of=("self",)).select_related("party__firm").get(pk=pk)
            if case.state != ChangeState.ACCEPTED:
                return False
            found = differences(case.change_proposal)
            if not any(one.moved for one in found):
                perform(case, "apply", by=None)
                return True
            why = "受理以后档案另有修改"
    except ValidationError as problem:
        why = problem.messages[0]
    case = Case.objects.get(pk=pk)
    keep_todo(
        case, kind="firm-change:held", label="核对后写入档案", title=f"{case.title}：{why}", url=case.get_absolute_url(),
        once_key=turn_key(case), whose=Whose.OFFICE, right=Right.MEMBERS, party=case.party,
    )  # fmt: skip
    return False
