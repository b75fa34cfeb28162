"""What staff do to a membership on its page: one form, one sentence, one action each."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.db import transaction

from association.parties.actions import create_party
from association.parties.models import Party
from association.workflow.actions import OnBehalf

from . import joining, standing
from .membership_forms import CorrectForm, EndForm, KeepForm, LeavingForm, PauseForm, ReasonForm, ResumeForm
from .models import Membership


@dataclass(frozen=True)
class Deed:
    """`act(membership, by, data)` gives what to say. `when(membership)` tells whether it can be done now."""

    title: str
    about: str
    form: type[forms.Form]
    act: Callable
    when: Callable
    danger: bool = False


def _is_open(row: Membership) -> bool:
    return row.ended_on is None and row.voided_at is None


def _rests(row: Membership) -> bool:
    return _is_open(row) and row.pauses.filter(ends_on=None).exists()


def _end(row, by, data):
    ended = standing.end(row, by=by, **data)
    return f"已登记「{row.party.name}」会籍终止（{ended.get_ending_display()}）。"


def _pause(row, by, data):
    standing.pause(row, by=by, **data)
    return f"已登记「{row.party.name}」中止会员权利。"


def _resume(row, by, data):
    standing.resume(row, by=by, **data)
    return f"已登记「{row.party.name}」恢复会员权利。"


def _keep(row, by, data):
    kept = standing.keep(row, by=by, **data)
    return f"已登记保留「{row.party.name}」的会籍，至 {kept.keep_until:%Y-%m-%d}。"


def _keep_no_more(row, by, data):
    standing.keep_no_more(row, by=by, **data)
    return f"已取消保留「{row.party.name}」的会籍，按会籍规则列入自动退会名单。"


def _correct(row, by, data):
    values = {name: value for name, value in data.items() if value}
    standing.correct(row, by=by, **values)
    return "已更正。"


def _void(row, by, data):
    standing.void(row, by=by, **data)
    return "这段会籍已作废。"


def _back(row, by, data):
    standing.take_back_end(row, by=by, **data)
    return f"已撤销终止，「{row.party.name}」仍是会员；原来的职务需要时请重新登记任职。"


def _leaving(row, by, data):
    came = OnBehalf(channel=data["channel"], received_on=data["received_on"])
    made = joining.ask_to_leave(membership=row, by=by, reason=data["reason"], on_behalf=came)
    return f"已代录退会申请（{made.case.number}），请在「退会申请」里登记退会。"


DEEDS: dict[str, Deed] = {
    "leaving": Deed(
        "代录退会申请", "会员用纸质、电话或当面提出自愿退会的，先登记申请，再办理退会。", LeavingForm, _leaving, _is_open
    ),
    "pause": Deed(
        "中止会员权利", "中止期间仍是会员，不行使表决权、选举权等会员权利；恢复以前一直有效。", PauseForm, _pause,
        lambda row: _is_open(row) and not _rests(row),
    ),
    "resume": Deed("恢复会员权利", "中止到恢复日期的前一天为止。", ResumeForm, _resume, _rests),
    "keep": Deed(
        "保留会籍", "很久没有活动的会员，说明原因以后，到保留的日期为止不列入自动退会名单。", KeepForm, _keep,
        lambda row: _is_open(row) and not row.is_kept(),
    ),
    "keep-no-more": Deed(
        "取消保留", "以后按会籍规则列入自动退会名单，由秘书处决定。", ReasonForm, _keep_no_more,
        lambda row: _is_open(row) and row.is_kept(),
    ),
    "end": Deed(
        "终止会籍", "退会、除名、单位注销等。会籍和在会里的职务同时终止；以后重新入会的，编号不变。", EndForm, _end,
        _is_open, danger=True,
    ),
    "reopen": Deed(
        "撤销终止", "终止登记有误时才撤销；撤销以后会籍照旧，好像没有终止过。", ReasonForm, _back,
        lambda row: row.ended_on is not None and row.voided_at is None,
    ),
    "correct": Deed(
        "更正入会资料", "更正入会日期、会员编号；原来的内容留在经过里。", CorrectForm, _correct,
        lambda row: row.voided_at is None,
    ),
    "void": Deed(
        "作废", "录入有误、本来不是会员的才作废；作废以后名单和统计里不再出现，不能恢复。", ReasonForm, _void,
        lambda row: row.voided_at is None, danger=True,
    ),
}  # fmt: skip


def deeds_for(row: Membership) -> dict[str, Deed]:
    """Those that can be done now, by name. Two queries."""
    return {name: deed for name, deed in DEEDS.items() if deed.when(row)}


@transaction.atomic
def enrol(form, *, by) -> Membership:
    """What a valid EnrolForm says: the unit on file, or a person who gets a party with that."""
    data = {name: value for name, value in form.cleaned_data.items() if name not in ("unit", "person_name")}
    party = form.party or create_party(name=form.cleaned_data["person_name"], by=by, kind=Party.Kind.PERSON)
    return standing.join(party=party, by=by, **data)
