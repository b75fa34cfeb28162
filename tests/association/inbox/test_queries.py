"""What waits, grouped: few rows singly, many as one line; whose; how long still."""

from datetime import timedelta

import pytest
from django.utils import timezone

from association.accounts.models import StandIn, User
from association.core.models import CalendarYear
from association.inbox import queries
from association.inbox.actions import keep_todo
from association.inbox.models import Todo


@pytest.fixture
def wait(firm_party):
    """wait(3, kind="a", right="rating"): so many todos of one kind."""
    made = 0

    def make(count=1, *, kind="rating:submitted", label="受理申报", whose="office", right="rating", due=None, **more):
        nonlocal made
        for _ in range(count):
            made += 1
            party = firm_party()
            keep_todo(
                party, kind=kind, label=label, title=f"{party.name}的事", url=f"/admin/x/{made}/", once_key=f"k{made}",
                group_url="/admin/x/", whose=whose, right=right, party=party,
                due_at=timezone.now() + timedelta(days=due) if due is not None else None, **more,
            )  # fmt: skip

    return make


def test_up_to_three_of_a_kind_are_listed_and_more_are_one_line(wait, association):
    wait(3, kind="a", label="甲")
    wait(4, kind="b", label="乙", due=2)
    first, second = queries.groups(Todo.objects.open())
    assert (first.label, first.count, first.rows, first.url) == ("乙", 4, [], "/admin/x/")
    assert (second.label, second.count, len(second.rows)) == ("甲", 3, 3)


def test_the_most_pressing_comes_first(wait, association):
    wait(kind="a", label="甲")
    wait(kind="b", label="乙", due=5)
    wait(kind="c", label="丙", due=-1)
    assert [group.label for group in queries.groups(Todo.objects.open())] == ["丙", "乙", "甲"]


def test_thousands_take_as_many_queries_as_three(wait, association, django_assert_num_queries):
    wait(3, kind="a")
    wait(5, kind="b")
    with django_assert_num_queries(2):
        queries.groups(Todo.objects.open())


def test_mine_is_what_i_may_do_by_right_by_name_or_as_a_stand_in(wait, association, staff):
    clerk, other, today = staff("综合处"), staff("财务处"), timezone.localdate()
    wait(1, kind="right", right="rating")
    wait(1, kind="name", right="rating", user=other)
    wait(1, kind="party", whose="party", right="")
    assert {t.kind for t in queries.chosen(clerk, "mine")} == {"right"}
    assert {t.kind for t in queries.chosen(other, "mine")} == {"name"}
    StandIn.objects.create(principal=clerk, deputy=other, starts_on=today, ends_on=today, reason="出差")
    other = User.objects.get(pk=other.pk)  # as the next request sees them
    assert {t.kind for t in queries.chosen(other, "mine")} == {"name", "right"}


def test_all_is_what_the_person_may_see(wait, association, staff, person, firm_user):
    wait(1, kind="office", right="rating")
    wait(1, kind="party", whose="party", right="")
    kinds = lambda user: {t.kind for t in queries.chosen(user, "all")}  # noqa: E731
    assert kinds(staff("监事")) == {"office", "party"}
    assert kinds(staff("编辑")) == set()
    assert kinds(person()) == set()
    party = Todo.objects.get(kind="party").party
    assert kinds(firm_user(party)) == {"party"}


def test_late_and_the_counts(wait, association, staff):
    wait(2, due=-1)
    wait(1, due=30)
    wait(1)
    user = staff("综合处")
    assert queries.counts(user) == {"today": 0, "late": 2, "all": 4, "mine": 4}
    assert queries.chosen(user, "late").count() == 2


def test_a_sunday_is_not_today_though_no_working_day_is_left(association, time_machine):
    time_machine.move_to("2026-11-21T12:00+08:00")  # a Saturday
    assert queries.Clock().left(timezone.now() + timedelta(days=1)) is None
    assert queries.Clock().left(timezone.now() + timedelta(days=2)) == 1


def test_working_days_left_and_a_year_that_the_calendar_lacks(association):
    clock, now = queries.Clock(), timezone.now()
    assert clock.left(now - timedelta(days=3)) == 0
    assert clock.left(None) is None
    assert clock.left(now) == 0
    assert 7 <= clock.left(now + timedelta(days=14)) <= 11
    CalendarYear.objects.all().delete()
    assert queries.Clock().left(now + timedelta(days=14)) is None
