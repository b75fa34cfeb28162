"""The members' part of the workbench, one module a page."""

from . import (  # noqa: F401 - they register themselves
    applications,
    calls,
    changes,
    dues_arrears,
    dues_reminders,
    dues_bills,
    dues_standards,
    dues_years,
    ending,
    firms,
    memberships,
    merges,
    money_lines,
    money_payments,
    points,
    posts,
    rules,
    seat_requests,
    seats,
    terms,
)
