"""A rating year for the tests of pages that show one."""

import pytest

from tests.rating_year import RatingYear


@pytest.fixture
def year(association, staff):
    """The round of 2020, empty; see tests.rating_year."""
    return RatingYear(staff("综合处", name="王经办"), staff("秘书长", name="李秘书长"))


@pytest.fixture
def rated(year, firm_party):
    """rated(甲=90, 乙=70): parties by name with the authority's score, rostered and scored, sheets closed."""

    def make(**points):
        parties = {name: firm_party(f"{name}建设有限公司", district="东区") for name in points}
        year.roster(*parties.values())
        year.score({parties[name]: score for name, score in points.items()})
        return parties

    return make
