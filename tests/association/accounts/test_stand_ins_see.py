"""A stand-in (代理) sees what they are to act on: lists, permissions and what waits, for as long as it holds."""

from datetime import timedelta

import pytest
from django.utils import timezone

from association.accounts.models import StandIn, User
from association.accounts.roles import Right
from association.inbox.actions import keep_todo
from association.inbox.models import Todo
from association.inbox.queries import chosen
from members.models import Firm


@pytest.fixture
def lent(staff, association):
    """lent(matters=[…], since=0): an editor, who reads no business, standing in for a secretary general."""

    def make(*, matters=(), since=0):
        day = timezone.localdate() + timedelta(days=since)
        editor = staff("编辑")
        StandIn.objects.create(
            principal=staff("秘书长"), deputy=editor, starts_on=day, ends_on=day, matters=list(matters), reason="出差"
        )
        return User.objects.get(pk=editor.pk)

    return make


@pytest.fixture
def todo(firm_party):
    party = firm_party()
    return keep_todo(party, kind="a", label="审定", title="一件事", url="/admin/", once_key="k", right=Right.DECIDE)


def test_a_stand_in_sees_lists_and_what_waits(lent, todo):
    deputy = lent()
    assert list(Firm.objects.visible_to(deputy)) == list(Firm.objects.all())
    assert deputy.has_perm("members.change_firm")
    assert list(chosen(deputy, "mine")) == list(Todo.objects.visible_to(deputy)) == [todo]


@pytest.mark.parametrize("since", [-1, 1])
def test_before_and_after_they_see_nothing(lent, todo, since):
    deputy = lent(since=since)
    assert not Firm.objects.visible_to(deputy).exists()
    assert not Todo.objects.visible_to(deputy).exists()


def test_for_some_matters_they_read_and_change_no_files(lent, todo):
    deputy = lent(matters=["rating"])
    assert deputy.has_perm("members.view_firm")
    assert not deputy.has_perm("members.change_firm")
    assert not deputy.has_perm("accounts.view_user")
    assert list(Todo.objects.visible_to(deputy)) == [todo]


def test_the_pages_open_for_a_stand_in(lent, client_of, todo):
    deputy = lent()
    client = client_of(deputy)
    assert "一件事" in client.get("/admin/").content.decode()
    assert client.get("/admin/members/firm/").status_code == 200


def test_asking_often_costs_no_more(lent, todo, django_assert_num_queries):
    deputy = lent()
    deputy.has_perm("members.view_firm")
    list(Todo.objects.visible_to(deputy))
    with django_assert_num_queries(1):
        assert deputy.has_perm("parties.view_party")
        assert deputy.has_perm("inbox.view_todo")
        list(Todo.objects.visible_to(deputy))


def test_who_reads_business_reads_its_steps(staff, association):
    assert staff("监事").has_perm("workflow.view_step")
    assert not staff("编辑").has_perm("workflow.view_step")
