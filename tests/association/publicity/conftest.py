"""Lists at every state, made through the front door."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
import time_machine

from association.cases.actions import open_case
from association.publicity.actions import end_due, prepare_list, register_objection
from association.workflow.actions import perform

LOCAL = ZoneInfo("Asia/Shanghai")


def at(text: str) -> dt.datetime:
    """at("2021-05-08 17:00:00"), local time."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=LOCAL)


def object_to(publicity, by, position=1, **fields):
    """An objection to a line of the list."""
    values = {"came": "letter", "content": "有一项处罚没有计入", "objector": "赵某某", "contact": "13912345678"}
    return register_objection(line=publicity.lines.get(position=position), by=by, **(values | fields))


@pytest.fixture
def travel():
    """travel("2021-04-28 09:00"): it is that moment, and time stands still."""
    moves = []

    def to(text):
        while moves:
            moves.pop().stop()
        moves.append(time_machine.travel(at(text), tick=False))
        moves[-1].start()

    yield to
    while moves:
        moves.pop().stop()


@pytest.fixture
def clerk(staff, association):
    return staff("综合处", name="王经办")


@pytest.fixture
def leader(staff, association):
    return staff("秘书长", name="李秘书长")


@pytest.fixture
def draft(clerk, firm_party, travel):
    """draft(firms=3, **changes): a list of so many firms on 2021-04-28 at nine."""

    def make(firms=3, **changes):
        travel("2021-04-28 09:00")
        parties = [firm_party(f"甲{number}建设有限公司") for number in range(1, firms + 1)]
        values = {
            "kind": "sample",
            "round_key": "sample:2020",
            "title": "2020 年度信用评价结果公示",
            "issuer": "某某市建筑业协会",
            "lines": [(party, None, party.name, "东区", "AAA") for party in parties],
            "working_days": 5,
            "objection_phone": "0700-1234567",
            "objection_address": "某某路 1 号",
            "by": clerk,
        }
        return prepare_list(**(values | changes))

    return make


@pytest.fixture
def publicised(draft, clerk):
    def make(firms=3, **changes):
        publicity = draft(firms, **changes)
        perform(publicity, "publicise", by=clerk)
        return publicity

    return make


@pytest.fixture
def ended(publicised, travel):
    def make(firms=3):
        publicity = publicised(firms)
        travel("2021-05-08 17:00:01")
        end_due()
        publicity.refresh_from_db()
        travel("2021-05-10 09:00")
        return publicity

    return make


@pytest.fixture
def announced(ended, leader):
    def make(firms=3, **data):
        publicity = ended(firms)
        perform(publicity, "announce", by=leader, **data)
        return publicity

    return make


@pytest.fixture
def rating_case(firm_party, clerk):
    """rating_case(): a firm's case, as a line of a list points at one."""

    def make():
        party = firm_party()
        return open_case(
            "rating", party=party, title=f"{party.name} 信用评价", by=clerk, at="scoring", once_key=f"sample:{party.pk}"
        )

    return make
