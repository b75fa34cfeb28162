"""The arithmetic of the rating (评分测算), pure, without the database.

rulebook: a year's scheme · compute: score() one firm · explain: stored explanation → sentences · summary: the year's
figures and the differences between two runs. Names of parts, sources, channels and grades are the scheme's.
"""

from .compute import score
from .parse import RuleBookError
from .rows import Fact, Missing, Sheet, Survey
from .rulebook import RuleBook
from .shape import dumps

__all__ = ["Fact", "Missing", "RuleBook", "RuleBookError", "Sheet", "Survey", "dumps", "score"]
