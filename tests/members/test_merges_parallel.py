"""Two people merge, or take back, at the same moment, on real PostgreSQL: one wins, the other is told."""

import pytest
from django.core.exceptions import ValidationError

from association.parties.models import Merge, Party
from association.parties.unmerging import undo_merge
from association.timeline.models import Event
from members import merging
from members.models import CallNote, Duplicate, Firm
from tests.parallel import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
WHY = "同一家企业建了两份档案"


@pytest.fixture
def people(staff):
    return [staff("秘书处", name="赵秘书"), staff("综合处", name="钱处长")]


def told(results) -> str:
    """What the one who was later is told; the other one got a Merge."""
    lost = [result for result in results if isinstance(result, Exception)]
    assert len(lost) == 1, results
    assert isinstance(lost[0], ValidationError), repr(lost[0])
    assert sum(isinstance(result, Merge) for result in results) == 1
    return lost[0].messages[0]


def test_one_firm_is_merged_once(firm, people):
    firms = [firm("甲路桥有限公司"), firm("乙市政有限公司"), firm("丙园林有限公司")]
    CallNote.objects.create(party=firms[0].party, topic="问会费", by=people[0])
    results = at_once(
        *(
            lambda by=by, into=into: merging.merge(merged=firms[0], into=into, by=by, reason=WHY)
            for by, into in zip(people, firms[1:], strict=True)
        )
    )
    assert "已经由" in told(results)
    done = Merge.objects.get()
    assert CallNote.objects.get().party == done.into
    assert Event.objects.filter(verb="party.merged").count() == 1


def test_each_into_the_other_is_no_ring(firm, people):
    one, other = firm("甲路桥有限公司"), firm("乙市政有限公司")
    results = at_once(
        lambda: merging.merge(merged=one, into=other, by=people[0], reason=WHY),
        lambda: merging.merge(merged=other, into=one, by=people[1], reason=WHY),
    )
    assert "已经由" in told(results)
    assert Party.objects.filter(merged_into=None).count() == 1


def test_a_chain_is_followed_or_told(firm, people):
    """A into B and B into C at once: whichever comes first, nothing hangs in between."""
    a, b, c = firm("甲路桥有限公司"), firm("乙市政有限公司"), firm("丙园林有限公司")
    results = at_once(
        lambda: merging.merge(merged=a, into=b, by=people[0], reason=WHY),
        lambda: merging.merge(merged=b, into=c, by=people[1], reason=WHY),
    )
    living = Party.objects.filter(merged_into=None)
    assert not Party.objects.exclude(merged_into=None).exclude(merged_into__in=living).exists()
    assert all(isinstance(result, Merge | ValidationError) for result in results)


def test_one_takes_it_back(firm, people):
    one, other = firm("甲路桥有限公司"), firm("乙市政有限公司")
    done = merging.merge(merged=one, into=other, by=people[0], reason=WHY)
    results = at_once(*(lambda by=by: undo_merge(done, by=by, reason="看错了") for by in people))
    assert "已经由" in told(results)
    assert Event.objects.filter(verb="party.unmerged").count() == 2


def test_merged_or_changed_but_nothing_lost(firm, people):
    """Somebody changes the firm while another merges it: the change is in the file, or its writer is told."""
    from members import actions

    one, other = firm("甲路桥有限公司"), firm("乙市政有限公司")
    token = merging.preview(one, other, user=people[0]).token
    results = at_once(
        lambda: merging.merge(
            merged=one, into=other, by=people[0], reason=WHY, token=token, choices={"firm.address": "theirs"}
        ),
        lambda: actions.change_firm(one, by=people[1], address="建设路 9 号"),
    )
    merged = next(result for result in results if isinstance(result, Merge | ValidationError))
    assert Firm.objects.get(pk=one.pk).address == "建设路 9 号"
    if isinstance(merged, Merge):
        assert Firm.objects.get(pk=other.pk).address == ""
    else:
        assert "又有变动" in merged.messages[0]


def test_a_pair_is_lookedat_once(firm, people):
    one, other = firm("甲路桥有限公司"), firm("乙市政有限公司")
    pair = Duplicate.objects.create(first=one.party, second=other.party)
    results = at_once(*(lambda by=by: merging.dismiss(pair, by=by) for by in people))
    lost = [result for result in results if isinstance(result, ValidationError)]
    assert len(lost) == 1
    assert "已经确认这是两家" in lost[0].messages[0]
