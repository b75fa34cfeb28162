"""Opening cases: one and many."""

import datetime as dt

import pytest

from association.cases.actions import NewCase, open_case, open_cases
from association.cases.models import Case
from association.core.enums import Channel
from association.core.models import Counter
from association.inbox.models import Todo
from association.timeline.models import Event
from association.workflow.actions import OnBehalf
from association.workflow.models import Step

DAY = dt.date(2021, 3, 1)


@pytest.fixture
def clerk(staff, association):
    return staff("综合处", name="王经办")


def _open(party, by, **fields):
    values = {"at": "scoring", "once_key": f"rating:2020:{party.pk}", "happened_on": DAY, "round_key": "rating:2020"}
    return open_case("rating", party=party, title="2020 年度信用评价", by=by, **(values | fields))


def test_a_case_opens_with_number_step_event_and_todo(firm_party, clerk):
    party = firm_party("甲建设有限公司")
    case = _open(party, clerk)
    assert (case.number, case.party_name, case.state, case.whose) == (
        "信用评价〔2021〕1 号",
        "甲建设有限公司",
        "scoring",
        "office",
    )
    step = Step.objects.of(case).get()
    assert (step.name, step.source, step.target, step.actor, step.happened_on) == ("open", "", "scoring", clerk, DAY)
    event = Event.objects.get(subject_type="cases.case")
    assert (event.sentence, event.party, event.actor) == ("王经办登记「2020 年度信用评价」", party, clerk)
    todo = Todo.objects.open().get()
    assert (todo.label, todo.right, todo.party, todo.once_key) == (
        "调查评分",
        "rating",
        party,
        f"turn:cases.case:{case.pk}",
    )


def test_the_same_key_opens_once(firm_party, clerk):
    party = firm_party()
    assert _open(party, clerk).pk == _open(party, clerk).pk
    assert Case.objects.count() == Todo.objects.count() == Counter.objects.get(name="rating").value == 1


def test_on_behalf_says_how_it_came_and_for_whom(firm_party, clerk):
    case = _open(
        firm_party("甲建设有限公司"), clerk, happened_on=None, on_behalf=OnBehalf(Channel.PAPER, dt.date(2021, 2, 26))
    )
    step = Step.objects.of(case).get()
    assert (step.channel, step.received_on, step.happened_on) == ("paper", dt.date(2021, 2, 26), dt.date(2021, 2, 26))
    assert Event.objects.get(subject_type="cases.case").sentence == "王经办代甲建设有限公司登记「2020 年度信用评价」"


def test_whose_move_it_is_follows_the_state(firm_party, clerk):
    assert _open(firm_party(), clerk, at="returned").whose == "party"
    done = _open(firm_party(), clerk, at="concluded")
    assert done.whose == "nobody"
    assert Todo.objects.open().get().whose == "party"


def test_many_come_back_in_order_with_those_that_were_there(firm_party, clerk):
    parties = [firm_party() for _ in range(4)]
    there = _open(parties[2], clerk)
    new = [NewCase(p, p.name, "评价", f"rating:2020:{p.pk}") for p in [*parties, parties[0]]]
    cases = open_cases("rating", new, by=clerk, at="scoring", happened_on=DAY)
    assert [case.party for case in cases] == [*parties, parties[0]]
    assert cases[2] == there
    assert cases[4] == cases[0]
    assert sorted(Case.objects.values_list("number", flat=True)) == [f"信用评价〔2021〕{n} 号" for n in range(1, 5)]
    assert Todo.objects.open().count() == Step.objects.filter(name="open").count() == 4


def test_many_are_written_in_a_fixed_number_of_queries(firm_party, clerk, django_assert_max_num_queries):
    party = firm_party()

    def new(start, count):
        return [NewCase(party, party.name, "评价", f"k{number}") for number in range(start, start + count)]

    open_cases("rating", new(0, 1), by=clerk, at="scoring")
    with django_assert_max_num_queries(17):
        open_cases("rating", new(1, 2), by=clerk, at="scoring")
    with django_assert_max_num_queries(17):
        open_cases("rating", new(10, 30), by=clerk, at="scoring")


def test_nothing_to_open_is_nothing_done(db):
    assert open_cases("rating", [], by=None, at="scoring") == []
    assert not Counter.objects.exists()


def test_the_system_opens_in_its_own_name(firm_party, association):
    case = _open(firm_party(), None)
    assert Step.objects.of(case).get().signature == "系统"
