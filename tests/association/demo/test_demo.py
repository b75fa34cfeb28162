"""The demonstration year: whole, once, only where it belongs."""

import json
import stat
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from association.accounts.models import User
from association.accounts.roles import ROLES
from association.cases.models import Slot
from association.core.models import Association
from association.demo import people, year
from association.documents.models import Document
from association.exchange.models import ImportBatch
from association.parties.models import Seat
from association.publicity.models import LineState, ListState, PublicityList
from evaluations.models import RatingRound, ScoringRun
from evaluations.runs import summary_of
from members.dues.figures import figures
from members.models import (
    CallNote,
    ChangeProposal,
    DuesBill,
    DuesYear,
    Membership,
    MembershipApplication,
    Payment,
    Tenure,
)

PLAN = year.read("yueyang")
PLAN.pop("news")  # the site has a test of its own: its pictures take a while


@pytest.fixture
def loaded(db):
    return list(year.load(PLAN))


def counts() -> dict:
    models = (
        User,
        Association,
        ImportBatch,
        ScoringRun,
        PublicityList,
        Seat,
        Membership,
        Tenure,
        Document,
        CallNote,
        DuesBill,
        Payment,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_the_year_is_scored_as_the_samples_expect_and_published(loaded):
    found = RatingRound.objects.get(year=2020)
    expected = json.loads((year.settings.BASE_DIR / "tests/data/rating_2020/expected.json").read_text())
    assert summary_of(found.current_run, per_firm=False)["grades"] == expected["grades"]
    listed = PublicityList.objects.get(round_key=found.round_key)
    assert listed.state == ListState.PUBLICISED
    assert listed.lines.filter(state=LineState.BLOCKED).count() == 1
    assert any(line.startswith("list of 255 firms published") for line in loaded)


def test_the_roster_stands_with_its_posts_and_one_firms_file_has_something_of_everything(loaded):
    expected = json.loads((year.settings.BASE_DIR / "tests/data/members_2021/expected.json").read_text())
    assert Membership.objects.on().count() == expected["members"]
    units = Tenure.objects.on().filter(party__isnull=False).values_list("post__unit_name", flat=True)
    assert Counter(units) == {name: n for name, n in expected["posts"].items() if name != "会员单位"}
    party = Seat.objects.get(user__mobile="13900000021").party
    assert party.firm.qualifications.exists()
    assert Document.objects.filter(party=party, in_library=True).exists()
    assert ChangeProposal.objects.get().case.party == party
    assert MembershipApplication.objects.get().case.state == "submitted"
    asked = Slot.objects.filter(part="单位会员", is_required=True).values_list("name", flat=True)
    assert list(asked) == ["入会申请表", "营业执照"]


def test_dues_of_two_years_are_billed_and_some_lines_wait(loaded):
    years = list(DuesYear.objects.values_list("year", flat=True))
    assert years == [timezone.localdate().year, PLAN["dues"]["year"]]
    assert DuesBill.objects.standing().count() == 240
    for year_of in years:
        sums = figures(year_of)
        assert sums["waiting"]
        assert 0.5 < sums["collection_rate"] < 1


def test_the_year_before_is_finished_so_that_visitors_find_grades_and_an_announcement(loaded):
    found = RatingRound.objects.get(year=2019)
    assert str(found.issued_on) == PLAN["earlier"]["days"]["issued"]
    assert set(found.ratings.values_list("case__state", flat=True)) == {"concluded"}
    assert found.ratings.filter(grade="").count() == 0
    page = Client().get("/").content.decode()
    assert "2019 年度企业信用等级评价结果公告" in page


def test_a_second_time_changes_nothing(loaded):
    before = counts()
    assert list(year.load(PLAN)) == []
    assert counts() == before


def test_one_that_was_killed_goes_on_where_it_stopped(db):
    begun = year.load(PLAN)
    for _ in range(6):
        next(begun)
    begun.close()
    list(year.load(PLAN))
    files = len(PLAN["rating"]["files"]) + 1 + 4  # the roster of members, the year before
    assert counts()["ImportBatch"] == files + len(PLAN["dues"]["statements"]) + 1  # the current year's
    assert PublicityList.objects.latest("starts_on").state == ListState.PUBLICISED


def test_there_is_an_account_for_each_kind_of_user_and_it_logs_in(loaded):
    roles = {role for row in PLAN["people"] for role in row.get("roles", ())}
    assert roles == {role.name for role in ROLES}
    assert Seat.objects.live().filter(user__mobile__in=[row["mobile"] for row in PLAN["people"]]).exists()
    for row in PLAN["people"]:
        answer = Client().post("/accounts/login/", {"login": row["mobile"], "password": people.password()})
        assert answer.status_code == 302, row


def test_the_password_is_this_machine_s_own_and_nobody_else_reads_it(loaded):
    path = people.password_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = people.password()
    path.unlink()
    list(year.load(PLAN))
    assert people.password() != before
    assert User.objects.get(mobile="13900000001").check_password(people.password())


def test_somebody_s_own_database_is_left_alone(association, capsys):
    call_command("demo")
    assert "No demonstration loaded" in capsys.readouterr().out
    assert User.objects.count() == 0


def test_accounts_of_its_own_are_reason_enough(person, capsys):
    person()
    call_command("demo")
    assert "No demonstration loaded" in capsys.readouterr().out
    assert not Association.objects.exists()


def test_production_is_refused(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="not for production"):
        call_command("demo")
    assert User.objects.count() == 0


def test_an_unknown_name_is_told_the_known_ones(db):
    with pytest.raises(CommandError, match="yueyang"):
        call_command("demo", "atlantis")


def test_the_list_of_accounts_shows_mobile_role_and_password(loaded, capsys):
    call_command("demo", accounts=True)
    printed = capsys.readouterr().out
    assert people.password() in printed
    assert [row["mobile"] for row in PLAN["people"] if row["mobile"] not in printed] == []
