"""Two people at the same moment, on real PostgreSQL."""

import pytest

from association.publicity.actions import prepare_list, register_objection
from association.publicity.models import Announcement, Objection, PublicityLine, PublicityList
from association.workflow.actions import MoveRefused, perform
from tests.parallel import at_once

from .conftest import at

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_one_list_is_announced_once(ended, staff):
    publicity = ended()
    people = [staff("会长"), staff("秘书长")]
    results = at_once(*(lambda by=by: perform(PublicityList.objects.get(), "announce", by=by) for by in people))
    assert sorted(isinstance(result, MoveRefused) for result in results) == [False, True]
    assert Announcement.objects.count() == 1
    assert publicity.lines.filter(announcement=None).count() == 0


def test_an_objection_and_the_announcement_wait_for_each_other(ended, clerk, leader):
    publicity = ended()
    line = publicity.lines.get(position=1)
    values = {"came": "visit", "content": "不实", "objector": "赵某", "received_at": at("2021-05-08 16:00")}
    results = at_once(
        lambda: perform(PublicityList.objects.get(), "announce", by=leader),
        lambda: register_objection(line=line, by=clerk, **values),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    line.refresh_from_db()
    assert (line.announcement_id is None) == (line.state == "blocked")


def test_two_clicks_on_register_are_one_objection(publicised, clerk):
    publicity = publicised()
    line = publicity.lines.get(position=1)

    def click():
        return register_objection(line=line, by=clerk, came="call", content="不实", objector="赵某", once_key="one")

    first, second = at_once(click, click)
    assert first.pk == second.pk
    assert Objection.objects.count() == 1


def test_two_people_prepare_one_draft(association, staff):
    def prepare(by):
        return prepare_list(
            kind="sample", round_key="sample:1", title="公示", issuer="协会", working_days=5, by=by,
            lines=[(None, None, f"{by.name}公司", "", "A")] * 2, objection_phone="1", objection_address="1",
        )  # fmt: skip

    people = [staff("秘书处"), staff("综合处")]
    results = at_once(*(lambda by=by: prepare(by) for by in people))
    assert not [result for result in results if isinstance(result, Exception)]
    assert PublicityList.objects.count() == 1
    assert PublicityLine.objects.count() == 2
