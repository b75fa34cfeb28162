"""Two people at the same moment with posts and lists of posts, on real PostgreSQL."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from association.workflow.actions import MoveRefused, perform
from members import term_changes, terms
from members.models import Post, Tenure, Term, TermChange
from tests.parallel import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
TODAY = timezone.localdate()


@pytest.fixture
def held(firm, clerk):
    """A firm's 理事, held by 张三."""
    terms.load_posts()
    return terms.appoint(
        post=Post.objects.get(name="理事"), party=firm("甲建设有限公司").party, person_name="张三",
        starts_on=date(2019, 6, 1), by=clerk,
    )  # fmt: skip


@pytest.fixture
def proposed(held, clerk):
    """A list that makes 李四 vice president for the firm, ready to be issued."""
    term = Term.objects.create(number=3, name="第三届", starts_on=date(2019, 6, 1))
    change = term_changes.create_change(
        term=term, kind="adjustment", title="届中调整", body="理事会", meeting_on=TODAY, takes_effect_on=TODAY,
        once_key="a", by=clerk,
    )  # fmt: skip
    line = term_changes.add_line(
        change, party=held.party, person_name="李四", post=Post.objects.get(name="副会长"), by=clerk
    )
    perform(change, "ask", by=clerk)
    term_changes.answer_line(line, by=clerk, channel="paper")
    perform(change, "propose", by=clerk)
    return change


def now() -> list[tuple[str, str]]:
    return sorted(Tenure.objects.on().values_list("post__name", "person_name"))


def test_one_list_is_issued_once(proposed, staff):
    people = [staff("会长"), staff("秘书长")]
    results = at_once(
        *(lambda by=by: perform(TermChange.objects.get(), "issue", by=by, document_number="1 号") for by in people)
    )
    assert sorted(isinstance(result, MoveRefused) for result in results) == [False, True]
    assert now() == [("副会长", "李四")]
    assert Tenure.objects.count() == 2


def test_a_list_is_issued_while_somebody_replaces_the_person(proposed, held, staff, clerk):
    leader = staff("会长")
    issued, replaced = at_once(
        lambda: perform(TermChange.objects.get(), "issue", by=leader, document_number="1 号"),
        lambda: terms.replace_person(held, person_name="王五", on=TODAY, reason="推荐", by=clerk),
    )
    assert not isinstance(issued, Exception)
    assert replaced is None or isinstance(replaced, (Tenure, ValidationError))
    assert now() == [("副会长", "李四")]


def test_two_people_replace_one_person(held, clerk, staff):
    other = staff("综合处")
    results = at_once(
        lambda: terms.replace_person(held, person_name="王五", on=TODAY, reason="推荐", by=clerk),
        lambda: terms.replace_person(held, person_name="赵六", on=TODAY, reason="推荐", by=other),
    )
    assert sorted(isinstance(result, ValidationError) for result in results) == [False, True]
    assert len(now()) == 1


def test_the_firm_and_the_office_answer_one_line(proposed, clerk, firm_user):
    perform(proposed, "back", by=clerk, note="再核对")
    perform(proposed, "ask", by=clerk)
    line = proposed.lines.get()
    user = firm_user(line.party)
    results = at_once(
        lambda: term_changes.answer_line(
            line, by=user, person_title="董事长", note="补职务", seen_version=line.version
        ),
        lambda: term_changes.answer_line(
            line, by=clerk, channel="phone", person_title="总裁", note="补职务", seen_version=line.version
        ),
    )
    told = [result for result in results if isinstance(result, ValidationError)]
    assert [problem.code for problem in told] == ["stale"]
