"""What the tests of the desk share."""

import pytest

from association.parties.models import Seat


def live(party) -> set[tuple[str, str]]:
    """(name, right) of everybody with a seat there."""
    return set(Seat.objects.live().filter(party=party).values_list("user__name", "right"))


@pytest.fixture
def asked(rated, year):
    """A firm that is asked to check its score, beside one that is not: (firm's party, other's party)."""
    parties = rated(甲=85, 乙=70)
    year.switch("sheets_open")
    year.ask(parties["甲"])
    return parties["甲"], parties["乙"]


def page_of(year, party, name="") -> str:
    return f"/desk/ratings/{year.case(party).uid}/{name}"
