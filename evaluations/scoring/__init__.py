"""The arithmetic of the rating (评分测算), pure, without the database.

rulebook: a year's scheme · compute: score() one firm · shape: what is stored of it · explain: stored → sentences ·
summary: the year's figures, and the differences between two runs. Names of parts, sources, channels and grades are
the scheme's; nothing here knows any of them.
"""

from .compute import score
from .explain import explain
from .parse import RuleBookError
from .plan import channel_named
from .rows import Fact, Missing, Sheet, Survey
from .rulebook import RuleBook
from .shape import dumps
from .summary import Change, Difference, Light, Result, compare, light_of, summarise

__all__ = [
    "Change",
    "Difference",
    "Fact",
    "Light",
    "Missing",
    "Result",
    "RuleBook",
    "RuleBookError",
    "Sheet",
    "Survey",
    "channel_named",
    "compare",
    "dumps",
    "explain",
    "light_of",
    "score",
    "summarise",
]
