"""Branches and their head office see each other's file only as far as the rules of the house say."""

import itertools

import pytest

from association.parties.actions import give_seat
from association.parties.models import Party, Seat
from members.models import Firm, MembershipRules, Qualification
from members.rules import sees_firm


@pytest.fixture
def family(firm, clerk):
    """A head office with two branches, and a stranger with one."""
    head, other = firm("总公司"), firm("别家公司")
    branches = [
        firm(f"总公司第{n}分公司", kind=Party.Kind.BRANCH, code="", parent=head.party, contact_phone="13812345678")
        for n in "一二"
    ]
    strange = firm("别家分公司", kind=Party.Kind.BRANCH, code="", parent=other.party)
    return {"总": head, "一": branches[0], "二": branches[1], "别": other, "别分": strange}


def rule(**values):
    MembershipRules.objects.update_or_create(pk=1, defaults=values)


def seen_by(user, family) -> set[str]:
    rows = set(Firm.objects.visible_to(user).values_list("pk", flat=True))
    return {name for name, firm in family.items() if firm.pk in rows}


def test_by_default_nobody_sees_another(family, firm_user):
    assert seen_by(firm_user(family["总"].party), family) == {"总"}
    assert seen_by(firm_user(family["一"].party), family) == {"一"}
    assert sees_firm(firm_user(family["总"].party), family["一"]) is False


@pytest.mark.parametrize(("down", "up"), list(itertools.product([False, True], repeat=2)))
def test_as_far_as_the_rules_say(down, up, family, firm_user):
    rule(head_sees_branches=down, branches_see_head=up)
    assert seen_by(firm_user(family["总"].party), family) == {"总"} | ({"一", "二"} if down else set())
    assert seen_by(firm_user(family["一"].party), family) == {"一"} | ({"总"} if up else set())
    assert seen_by(firm_user(family["别"].party), family) == {"别"} | ({"别分"} if down else set())


@pytest.mark.parametrize(("down", "up"), list(itertools.product([False, True], repeat=2)))
def test_one_firm_and_many_are_answered_alike(down, up, family, firm_user, person, staff, client):
    from django.contrib.auth.models import AnonymousUser

    rule(head_sees_branches=down, branches_see_head=up)
    both = person()
    for name in ("一", "别"):
        give_seat(user=both, party=family[name].party, by=None, right=Seat.Kind.READER)
    people = [firm_user(firm.party) for firm in family.values()]
    people += [both, person(), staff("秘书处"), staff("编辑"), staff("监事"), AnonymousUser()]
    for user in people:
        rows = set(Firm.objects.visible_to(user).values_list("pk", flat=True))
        for firm in Firm.objects.select_related("party"):
            assert bool(sees_firm(user, firm)) == (firm.pk in rows), (user, firm)


def test_what_is_a_part_of_the_file_follows_it(family, firm_user):
    Qualification.objects.create(firm=family["一"], name="三级")
    user = firm_user(family["总"].party)
    assert not Qualification.objects.visible_to(user).exists()
    rule(head_sees_branches=True)
    assert Qualification.objects.visible_to(user).count() == 1


def test_the_head_office_reads_its_branch_on_its_desk_where_the_rule_opens_it(family, firm_user, client_of):
    client = client_of(firm_user(family["总"].party))
    page = f"/desk/firm/related/{family['一'].uid}/"
    assert client.get(page).status_code == 404
    assert "第一分公司" not in client.get("/desk/firm/").content.decode()
    rule(head_sees_branches=True)
    assert page in client.get("/desk/firm/").content.decode()
    text = client.get(page).content.decode()
    assert "总公司第一分公司" in text
    assert "13812345678" not in text
    assert "显示完整信息" not in text
    assert client.post(page).status_code == 405
    assert client.get(f"/desk/firm/related/{family['别分'].uid}/").status_code == 404
    assert client.get(f"/desk/firm/related/{family['总'].uid}/").status_code == 404
