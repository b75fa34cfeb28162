"""Two parties become one and two again: every key is classified, what moves, what stays, who decides, the way back."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils import timezone

from association.core.enums import Audience
from association.documents.models import Document
from association.inbox.actions import close_todos, keep_todo
from association.inbox.models import Todo, Whose
from association.outbox.models import Message
from association.parties import actions
from association.parties.matching import Clue, Matcher
from association.parties.merge_plan import THEIRS, Plan, _uniques, party_keys
from association.parties.merge_rules import WhenMerged, rule_of
from association.parties.merging import merge
from association.parties.models import Invitation, Merge, MergeMove, Party, PartyName, Seat
from association.parties.unmerging import undo_merge
from association.timeline.actions import record
from association.timeline.models import Event
from members.models import CallNote, Membership, Person, Qualification
from tests.codes import firm_code

WHY = "同一家企业建了两份档案"


@pytest.fixture
def clerk(staff):
    return staff("秘书处", name="赵秘书")


@pytest.fixture
def pair(firm_party):
    """(the one that is merged, the one that goes on)."""
    return firm_party("宏达建筑公司", code=firm_code(1)), firm_party("宏达建筑有限公司", code=firm_code(2))


def document(party, sha, **values):
    return Document.objects.create(
        party=party, label="执照.pdf", path=f"x/{party.pk}-{sha}", mime="application/pdf", size=1, sha256=sha,
        audience=Audience.PARTY, **values,
    )  # fmt: skip


def everything() -> dict:
    """Each row that points at a party, as {table and key: its columns}, without when it was written."""
    told = {}
    for field in party_keys():
        if field.model in (Merge, Event):
            continue
        for row in field.model._base_manager.values():
            pk = row.get("id") or row.get(field.model._meta.pk.attname)
            told[field.model._meta.label, pk] = {k: v for k, v in row.items() if k not in ("version", "updated_at")}
    return told


# -- The registry -----------------------------------------------------------------------------------------------------


def test_every_key_to_a_party_says_what_a_merger_does_with_it():
    unsaid = []
    for field in party_keys():
        try:
            rule_of(field)
        except LookupError as problem:
            unsaid.append(str(problem))
    assert unsaid == []
    assert len(party_keys()) > 20  # found by themselves: cases, seats, names, branches, posts, points …


def test_where_only_one_row_can_go_on_the_model_says_what_the_other_does():
    silent = [
        str(field)
        for field in party_keys()
        if rule_of(field) not in (WhenMerged.STAYS, WhenMerged.MOVES_UNLESS_TWIN)
        and _uniques(field)
        and not hasattr(field.model, "give_way")
    ]
    assert silent == []


def test_what_moves_has_a_version_by_which_an_undo_sees_whether_it_changed():
    without = [
        str(field)
        for field in party_keys()
        if rule_of(field) is not WhenMerged.STAYS and not any(f.name == "version" for f in field.model._meta.fields)
    ]
    assert without == []


def test_a_column_that_is_unique_by_itself_is_no_key_to_a_party():
    """Such a key could not move at all; two keys that share a constraint are handled one by one."""
    assert [str(field) for field in party_keys() if field.unique or isinstance(field, models.OneToOneField)] == []


# -- What moves, what stays -------------------------------------------------------------------------------------------


def test_live_rows_move_and_frozen_ones_stay(pair, clerk, person):
    merged, into = pair
    seat = actions.give_seat(user=person(), party=merged, by=None)
    note = CallNote.objects.create(party=merged, topic="问会费", by=clerk)
    paper = document(merged, "a" * 64)
    qualification = Qualification.objects.create(firm=merged.firm, name="三级")
    somebody = Person.objects.create(firm=merged.firm, role="safety", name="周某某")
    branch = actions.create_party(name="宏达建筑公司东区分公司", by=None, kind="branch", parent=merged)
    message = Message.objects.create(party=merged, user=seat.user, subject="通知", body="…", once_key="m1")
    event = record(merged, "x", "以前的事", by=clerk, party=merged, audience=Audience.PARTY)

    merge(merged=merged, into=into, by=clerk, reason=WHY)

    for row in (seat, note, paper, qualification, somebody, branch, message, event, merged):
        row.refresh_from_db()
    assert (seat.party_id, note.party_id, paper.party_id, branch.parent_id) == (into.pk,) * 4
    assert (qualification.firm_id, somebody.firm_id) == (into.pk, into.pk)
    assert (message.party_id, event.party_id) == (merged.pk, merged.pk)
    assert merged.merged_into == into
    # what stays is read by the people of the party that goes on
    assert event in Event.objects.visible_to(seat.user)
    assert set(Event.objects.filter(verb__startswith="party.merged").values_list("party", flat=True)) == {
        merged.pk, into.pk
    }  # fmt: skip


def test_whatever_it_was_found_by_leads_to_the_party_that_goes_on(pair, clerk):
    merged, into = pair
    actions.rename_party(merged, name="宏达建筑工程公司", by=clerk)
    merge(merged=merged, into=into, by=clerk, reason=WHY)
    clues = [Clue("宏达建筑公司"), Clue("宏达建筑工程公司"), Clue("", firm_code(1)), Clue("宏达建筑有限公司")]
    matcher = Matcher(clues)
    assert {matcher.match(clue).party_id for clue in clues} == {into.pk}
    for term in ("宏达建筑工程", firm_code(1), firm_code(2)):
        assert into in Party.objects.living().search(term)
    assert {row.kind for row in into.names.exclude(name=into.name)} == {PartyName.Kind.FORMER, PartyName.Kind.ALIAS}


def test_a_second_merger_takes_the_first_one_along(pair, firm_party, clerk):
    merged, into = pair
    last = firm_party("宏达集团有限公司")
    merge(merged=merged, into=into, by=clerk, reason=WHY)
    merge(merged=into, into=last, by=clerk, reason=WHY)
    merged.refresh_from_db()
    assert merged.merged_into == last
    with pytest.raises(ValidationError, match="后来又有合并"):
        undo_merge(Merge.objects.get(merged=merged), by=clerk, reason="错了")


def test_a_paper_that_both_have_stays_where_it_is(pair, clerk):
    merged, into = pair
    twin, other = document(merged, "a" * 64), document(merged, "b" * 64)
    document(into, "a" * 64)
    merge(merged=merged, into=into, by=clerk, reason=WHY)
    twin.refresh_from_db()
    other.refresh_from_db()
    assert (twin.party_id, other.party_id) == (merged.pk, into.pk)


# -- Only one can go on -----------------------------------------------------------------------------------------------


@pytest.fixture
def doubled(pair, person, clerk):
    """Both are members, one person has a seat at both, one number is invited by both."""
    user = person()
    for party, day in zip(pair, ("2015-03-01", "2018-05-06"), strict=True):
        Membership.objects.create(party=party, joined_on=day, number=f"HY{party.pk}")
        actions.give_seat(user=user, party=party, by=None)
        Invitation.objects.create(
            party=party,
            mobile="13900000001",
            name="钱某",
            by=clerk,
            expires_at=timezone.now() + timezone.timedelta(days=7),
        )
    return pair


@pytest.mark.parametrize("choice", ["ours", THEIRS])
def test_of_two_rows_the_chosen_one_goes_on(doubled, clerk, choice):
    merged, into = doubled
    plan = Plan(merged, into)
    asked = {one.field.model for one in plan.collisions}
    assert asked == {Membership, Seat, Invitation, PartyName}
    merge(merged=merged, into=into, by=clerk, reason=WHY, choices={one.key: choice for one in plan.collisions})
    winner = merged if choice == THEIRS else into
    standing = Membership.objects.standing().get()
    assert (standing.party, standing.number) == (into, f"HY{winner.pk}")
    assert "重复" in Membership.objects.exclude(pk=standing.pk).get().void_reason
    assert Membership.objects.filter(party=into).count() == 2
    assert Seat.objects.live().get().party == into
    assert Invitation.objects.open().get().party == into
    into.refresh_from_db()
    assert into.name == winner.name
    assert into.names.get(kind="current").name == winner.name


def test_codes_change_hands(pair, clerk):
    merged, into = pair
    merge(merged=merged, into=into, by=clerk, reason=WHY, choices={"party.code": THEIRS})
    for party in pair:
        party.refresh_from_db()
    assert (into.code, merged.code) == (firm_code(1), firm_code(2))
    undo_merge(Merge.objects.get(), by=clerk, reason="看错了")
    for party in pair:
        party.refresh_from_db()
    assert (into.code, merged.code) == (firm_code(2), firm_code(1))
    assert merged.merged_into is None
    assert into not in Party.objects.search(firm_code(1))


# -- The way back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["ours", THEIRS])
def test_an_undo_puts_everything_back(doubled, clerk, choice):
    merged, into = doubled
    actions.create_party(name="宏达建筑公司东区分公司", by=None, kind="branch", parent=merged)
    document(merged, "c" * 64)
    keep_todo(
        merged, kind="x", label="补", title="补材料", url="/", once_key="x:1", whose=Whose.PARTY, party=merged,
        right="",
    )  # fmt: skip
    before = everything()
    choices = {one.key: choice for one in Plan(merged, into).collisions} | {"party.code": choice}
    merge(merged=merged, into=into, by=clerk, reason=WHY, choices=choices)
    assert everything() != before
    undo_merge(Merge.objects.get(), by=clerk, reason="不是同一家")
    assert everything() == before
    assert Event.objects.filter(verb="party.unmerged").count() == 2


def test_an_undo_says_which_row_changed_since(pair, clerk):
    merged, into = pair
    note = CallNote.objects.create(party=merged, topic="问会费标准", by=clerk)
    done = merge(merged=merged, into=into, by=clerk, reason=WHY)
    note.refresh_from_db()
    note.topic = "问会费标准和证书"
    note.save()
    with pytest.raises(ValidationError, match="来电来访「来电 问会费标准和证书」在合并以后"):
        undo_merge(done, by=clerk, reason="不是同一家")
    merged.refresh_from_db()
    assert merged.merged_into == into


def test_what_came_since_stays_with_the_party_that_went_on(pair, clerk):
    merged, into = pair
    done = merge(merged=merged, into=into, by=clerk, reason=WHY)
    note = CallNote.objects.create(party=into, topic="新的来电", by=clerk)
    undo_merge(done, by=clerk, reason="不是同一家")
    note.refresh_from_db()
    assert note.party == into


def test_a_to_do_that_was_done_since_keeps_no_undo_from_working(pair, clerk):
    merged, into = pair
    values = {
        "kind": "x",
        "label": "补",
        "title": "补",
        "url": "/",
        "once_key": "x:1",
        "whose": Whose.PARTY,
        "right": "",
    }
    keep_todo(merged, party=merged, **values)
    done = merge(merged=merged, into=into, by=clerk, reason=WHY)
    close_todos(subject=merged)
    undo_merge(done, by=clerk, reason="不是同一家")
    todo = Todo.objects.get()
    assert todo.party == merged
    assert todo.done_at is not None


def test_a_clash_with_what_came_since_is_told(pair, clerk):
    merged, into = pair
    Membership.objects.create(party=merged, joined_on="2015-03-01")
    done = merge(merged=merged, into=into, by=clerk, reason=WHY)
    Membership.objects.create(party=merged, joined_on="2020-03-01")  # by a writer that held an old page
    with pytest.raises(ValidationError, match="冲突"):
        undo_merge(done, by=clerk, reason="不是同一家")
    assert MergeMove.objects.filter(merge=done).exists()
    assert Merge.objects.get().undone_at is None


# -- Who may, and when not --------------------------------------------------------------------------------------------


def test_only_who_keeps_the_files_of_firms_may(pair, staff):
    for role in ("财务处", "监事", "编辑", "会长", "系统管理员"):
        with pytest.raises(PermissionDenied):
            merge(merged=pair[0], into=pair[1], by=staff(role), reason=WHY)


def test_what_cannot_be_one_is_said(pair, clerk, staff):
    merged, into = pair
    branch = actions.create_party(name="宏达建筑公司东区分公司", by=None, kind="branch", parent=merged)
    for one, other, words in (
        (merged, merged, "同一家"), (branch, merged, "总公司与分公司"), (branch, into, "一家是分公司"),
    ):  # fmt: skip
        with pytest.raises(ValidationError, match=words):
            merge(merged=one, into=other, by=clerk, reason=WHY)
    with pytest.raises(ValidationError, match="原因"):
        merge(merged=merged, into=into, by=clerk, reason=" ")
    merge(merged=merged, into=into, by=clerk, reason=WHY)
    with pytest.raises(ValidationError, match="已经由赵秘书并入「宏达建筑有限公司」"):
        merge(merged=merged, into=into, by=staff("秘书处"), reason=WHY)


def test_a_page_that_is_out_of_date_merges_nothing(pair, clerk):
    merged, into = pair
    token = Plan(merged, into).token
    CallNote.objects.create(party=merged, topic="刚刚来电", by=clerk)
    with pytest.raises(ValidationError, match="又有变动"):
        merge(merged=merged, into=into, by=clerk, reason=WHY, token=token)
    assert not Merge.objects.exists()


def test_what_a_person_may_not_see_moves_and_is_shown_as_nothing(pair, clerk, staff):
    merged, into = pair
    secret = document(merged, "d" * 64)
    Document.objects.filter(pk=secret.pk).update(audience=Audience.IN_CHARGE, uploaded_by=staff("会长"))
    plan = Plan(merged, into)
    assert "文件" not in [label for label, _rows in plan.look_as(clerk)]
    merge(merged=merged, into=into, by=clerk, reason=WHY)
    secret.refresh_from_db()
    assert secret.party == into
