"""Names, codes and seats as the staff enter them."""

import pytest
from django.utils import timezone

from association.core import stamp
from association.parties import actions
from association.parties.models import Party, PartyName, Seat
from evaluations.models import CreditRecord
from tests.codes import firm_code

WAITING = "老甲建筑公司"


@pytest.fixture
def clerk(staff):
    return staff("秘书处")


@pytest.fixture
def waiting(association):
    """waiting("名称", code=""): a credit record that no firm was found for."""

    def make(name=WAITING, code=""):
        from association.core.text import name_key

        return CreditRecord.objects.create(
            source="住建", identity=f"{name}{code}", raw_name=name, name_key=name_key(name), raw_code=code
        )

    return make


def found(record) -> int | None:
    record.refresh_from_db()
    return record.party_id


# -- rows that wait ---------------------------------------------------------------------------------------------------


def test_a_former_name_finds_the_rows_that_wait(waiting, firm_party, clerk):
    record, party = waiting(), firm_party("甲建设有限公司")
    row = actions.add_name(party, name=WAITING, by=clerk)
    assert found(record) == party.pk
    actions.remove_name(row, by=clerk)
    assert found(record) is None


def test_a_new_name_finds_the_rows_that_wait_until_it_is_taken_back(waiting, firm_party, clerk):
    record, party = waiting(), firm_party("甲建设有限公司")
    actions.rename_party(party, name=WAITING, by=clerk)
    assert found(record) == party.pk
    actions.take_back_name(party, name="甲建设有限公司", by=clerk)
    assert found(record) is None


def test_a_code_finds_the_rows_that_wait(waiting, firm_party, clerk):
    record, party = waiting("写法不同的名称", firm_code(9)), firm_party("甲建设有限公司", code=firm_code(1))
    actions.set_code(party, code=firm_code(9), by=clerk)
    assert found(record) == party.pk


def test_a_new_party_finds_the_rows_that_wait(waiting, clerk):
    record = waiting()
    party = actions.create_party(name=WAITING, code=firm_code(1), by=clerk)
    assert found(record) == party.pk


# -- public pages -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        lambda party, by: actions.add_name(party, name="甲建筑公司", by=by),
        lambda party, by: actions.remove_name(party.names.get(kind=PartyName.Kind.FORMER), by=by),
        lambda party, by: actions.set_code(party, code=firm_code(7), by=by),
        lambda party, by: actions.take_back_code(party, by=by),
        lambda party, by: actions.rename_party(party, name="新甲建设有限公司", by=by),
    ],
)
def test_what_the_public_reads_of_a_firm_is_never_stale(change, association, firm_party, clerk):
    party = firm_party("甲建设有限公司")
    actions.add_name(party, name="老名称公司", by=clerk)
    before = stamp.current()
    change(Party.objects.get(pk=party.pk), clerk)
    assert stamp.current() != before


# -- seats ------------------------------------------------------------------------------------------------------------


def test_a_seat_given_and_ended_on_one_day_acts_no_more(firm_party, firm_user, clerk):
    party = firm_party()
    user = firm_user(party)
    seat = Seat.objects.get(user=user)
    actions.end_seat(seat, by=clerk)
    assert not Seat.objects.live().exists()
    assert not Party.objects.visible_to(user).exists()
    again = actions.give_seat(user=user, party=party, by=clerk)
    assert again.pk != seat.pk
    assert list(Seat.objects.live()) == [again]
    actions.end_seat(again, by=clerk)
    assert not Seat.objects.live().exists()


def test_a_seat_whose_term_ran_out_makes_way_for_a_new_one(firm_party, firm_user, clerk):
    party = firm_party()
    user = firm_user(party)
    day = timezone.localdate() - timezone.timedelta(days=3)
    Seat.objects.filter(user=user).update(starts_on=day, ends_on=day)
    again = actions.give_seat(user=user, party=party, by=clerk)
    assert list(Seat.objects.live()) == [again]
