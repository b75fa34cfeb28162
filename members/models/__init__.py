"""Firms, membership, posts, what a party files about itself, calls, points."""

from .calls import CallNote
from .dues import BillingDetails, DuesBill, DuesRate, DuesReduction, DuesRules, DuesStandard, DuesYear
from .duplicates import Duplicate
from .filings import ChangeProposal, LeavingRequest, MembershipApplication, SeatRequest
from .firms import Firm, Person, Qualification
from .membership import Membership, MembershipPause, MembershipRules
from .money import Allocation, BankLine, DuesPromise, DuesReceipt, DuesReminder, Payment
from .points import PointEntry, PointRule
from .posts import Post, Tenure, Term, TermChange, TermChangeLine
from .warnings import TermWarning

__all__ = [
    "Allocation",
    "BankLine",
    "BillingDetails",
    "CallNote",
    "ChangeProposal",
    "DuesBill",
    "DuesPromise",
    "DuesRate",
    "DuesReceipt",
    "DuesReduction",
    "DuesReminder",
    "DuesRules",
    "DuesStandard",
    "DuesYear",
    "Duplicate",
    "Firm",
    "LeavingRequest",
    "Membership",
    "MembershipApplication",
    "MembershipPause",
    "MembershipRules",
    "Payment",
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
