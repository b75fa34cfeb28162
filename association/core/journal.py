"""The timeline's door for the layers below it (accounts, parties): the timeline hands its functions in at start."""

_doors = {}


def open_doors(**functions):
    """Called once by the timeline: record=…, log_access=…"""
    _doors.update(functions)


def record(subject, verb, sentence, **kwargs):
    """See association.timeline.actions.record."""
    return _doors["record"](subject, verb, sentence, **kwargs)


def log_access(action, what, **kwargs):
    """See association.timeline.actions.log_access."""
    return _doors["log_access"](action, what, **kwargs)
