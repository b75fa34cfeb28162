"""Two of a round's firms turn out to be one: one rating goes on, the other is void or, once issued, stays as it was."""

import pytest

from association.inbox.models import Todo
from association.parties.merge_plan import THEIRS, Plan
from association.parties.merging import merge
from association.parties.models import Merge
from association.parties.unmerging import undo_merge
from evaluations.models import AuthorityScore, CreditRecord, Rating

WHY = "同一家企业建了两份档案"


@pytest.fixture
def clerk(staff):
    return staff("秘书处")


@pytest.fixture
def two(rated, rating_of):
    return rating_of(1), rating_of(2)


def choices(plan, which) -> dict:
    return {one.key: which for one in plan.collisions}


@pytest.mark.parametrize("which", ["ours", THEIRS])
def test_one_rating_of_a_round_goes_on(two, clerk, which):
    theirs, ours = two
    merged, into = theirs.party, ours.party
    plan = Plan(merged, into)
    assert {one.field.model for one in plan.collisions} >= {Rating, AuthorityScore}
    assert f"参评企业（{ours.round.title}）" in {one.label for one in plan.collisions}
    before = list(Rating.objects.order_by("pk").values_list("pk", "party", "case__party", "case__voided_at"))
    done = merge(merged=merged, into=into, by=clerk, reason=WHY, choices=choices(plan, which))
    winner, loser = (theirs, ours) if which == THEIRS else (ours, theirs)
    winner, loser = (Rating.objects.select_related("case").get(pk=row.pk) for row in (winner, loser))
    assert (winner.party_id, winner.case.party_id, winner.case.voided_at) == (into.pk, into.pk, None)
    assert (loser.party_id, loser.case.party_id) == (merged.pk, merged.pk)
    assert "本轮另有一份" in loser.case.void_reason
    assert not Todo.objects.open().filter(subject_type="cases.case", subject_id=loser.pk).exists()
    score = AuthorityScore.objects.counting().get(party=into)
    assert score.score == (90 if which == THEIRS else 85)
    assert CreditRecord.objects.filter(party=into).count() == 2
    assert Todo.objects.open().filter(kind="rate-again").exists()

    undo_merge(done, by=clerk, reason="不是同一家")
    assert list(Rating.objects.order_by("pk").values_list("pk", "party", "case__party", "case__voided_at")) == before
    assert AuthorityScore.objects.counting().filter(party__in=(merged, into)).count() == 2
    assert CreditRecord.objects.filter(party=merged).count() == 2


def test_an_issued_grade_stays_as_it_was_issued(two, clerk):
    theirs, ours = two
    Rating.objects.filter(pk=theirs.pk).update(grade="AAA", grade_on="2021-06-01", grade_number="某建发〔2021〕1 号")
    merge(merged=theirs.party, into=ours.party, by=clerk, reason=WHY)
    theirs.refresh_from_db()
    assert theirs.case.voided_at is None
    assert theirs.party.merged_into == ours.party
    assert Merge.objects.get().moves.filter(table="evaluations.rating").count() == 0
