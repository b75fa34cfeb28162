"""A day in May 2021, and lists on show."""

import pytest
import time_machine

from association.publicity.actions import prepare_list
from association.workflow.actions import perform

NOW = "2021-05-06T10:00:00+08:00"


@pytest.fixture(autouse=True)
def may_2021():
    """Thursday of the week in which the first of May was worked in."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def publish(association, staff):
    """publish(names, **changes): a list on show since today, for five working days."""
    clerk = staff("综合处")

    def make(names=("甲建设有限公司", "乙建设有限公司"), **changes):
        values = {
            "kind": "sample", "round_key": f"sample:{len(names)}", "title": "2020 年度信用评价结果公示",
            "issuer": "某某市建筑业协会", "working_days": 5, "objection_phone": "0700-1234567",
            "objection_address": "某某路 1 号", "by": clerk,
            "lines": [
                (None, None, name, "西东"[n % 2] + "区", "AAA" if n % 3 else "AA") for n, name in enumerate(names)
            ],
        }  # fmt: skip
        publicity = prepare_list(**(values | changes))
        perform(publicity, "publicise", by=clerk)
        publicity.clerk = clerk
        return publicity

    return make
