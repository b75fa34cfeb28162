"""Models of the credit rating (信用评价)."""

from .inputs import AuthorityScore, CreditRecord, CreditSource, Survey
from .rounds import Rating, RatingRound
from .runs import ScoreSheet, ScoringRun
from .scheme import ChannelWeight, DeductionRule, GradeLine, Scheme, SchemePart, SurveyBand

__all__ = [
    "AuthorityScore",
    "ChannelWeight",
    "CreditRecord",
    "CreditSource",
    "DeductionRule",
    "GradeLine",
    "Rating",
    "RatingRound",
    "Scheme",
    "SchemePart",
    "ScoreSheet",
    "ScoringRun",
    "Survey",
    "SurveyBand",
]
