"""The association's colours: the whole family follows, and every text keeps its contrast."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from association.public.theme import NIGHT_CARD, NIGHT_PAPER, PAPER, WHITE, contrast, parse, stylesheet

ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def variables(sheet):
    """({name: colour} by day, by night)."""
    return tuple(dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", part)) for part in sheet.split("@media"))


@given(lake=ANY, seal=ANY, gold=ANY)
def test_whatever_is_chosen_can_be_read(lake, seal, gold):
    day, night = variables(stylesheet({"lake": lake, "seal": seal, "gold": gold}))
    assert set(day) == set(night)
    for colours, paper, card in ((day, PAPER, WHITE), (night, NIGHT_PAPER, NIGHT_CARD)):
        for name in ("lake", "seal", "gold-ink"):
            tint = parse(colours[name.removesuffix("-ink") + "-tint"])
            for ground in (paper, card, tint):
                assert contrast(parse(colours[name]), ground) >= 4.5, (name, colours)
        for name in ("lake-fill", "lake-fill-hover", "seal-fill", "hero-top", "hero-foot"):
            assert contrast(parse(colours[name]), WHITE) >= 4.5, (name, colours)
        assert contrast(parse(colours["lake-hover"]), paper) >= 4.5
        assert contrast(parse(colours["on-lake-second"]), parse(colours["lake-deep"])) >= 4.5
        assert contrast(parse(colours["gold"]), card) >= 3


@pytest.mark.parametrize(
    "colours",
    [{}, {"lake": ""}, {"lake": "red"}, {"lake": "#12345"}, {"lake": 5}, {"lake": None}, {"ink": "#000000"},
     {"lake": "#0f4c5c;} body{display:none"}, {"lake": "#0f4c5c\n"}],
)  # fmt: skip
def test_what_is_no_colour_of_ours_is_left_out(colours):
    assert stylesheet(colours) == ""


def test_one_colour_leaves_the_others_as_they_are():
    sheet = stylesheet({"seal": "#b5301f", "lake": "no"})
    assert "--seal:" in sheet
    assert "--lake" not in sheet
    assert "--gold" not in sheet


def test_the_houses_own_lake_comes_out_nearly_as_it_was_drawn():
    day, _night = variables(stylesheet({"lake": "#0f4c5c"}))
    assert day["lake"] == day["lake-fill"] == day["hero-top"] == "#0f4c5c"
