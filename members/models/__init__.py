"""Firms, membership, posts, what a party files about itself, calls, points."""

from .calls import CallNote
from .duplicates import Duplicate
from .filings import ChangeProposal, LeavingRequest, MembershipApplication, SeatRequest
from .firms import Firm, Person, Qualification
from .membership import Membership, MembershipPause, MembershipRules
from .points import PointEntry, PointRule
from .posts import Post, Tenure, Term, TermChange, TermChangeLine
from .warnings import TermWarning

__all__ = [
    "CallNote",
    "ChangeProposal",
    "Duplicate",
    "Firm",
    "LeavingRequest",
    "Membership",
    "MembershipApplication",
    "MembershipPause",
    "MembershipRules",
    "Person",
    "PointEntry",
    "PointRule",
    "Post",
    "Qualification",
    "SeatRequest",
    "Tenure",
    "Term",
    "TermChange",
    "TermChangeLine",
    "TermWarning",
]
