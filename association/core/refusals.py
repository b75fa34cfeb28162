"""What an action refuses, in words: as one sentence, or on the form that asked for it."""

from django.core.exceptions import PermissionDenied, ValidationError


def reason_of(problem) -> str:
    """The sentence of a ValidationError (a MoveRefused is one) or a PermissionDenied."""
    return problem.messages[0] if isinstance(problem, ValidationError) else str(problem)


def put_errors(form, problem):
    """Stand a refusal at the fields it names, where the form has them, else on top of the form."""
    whole = problem if isinstance(problem, ValidationError) else str(problem)
    found = getattr(problem, "error_dict", None) or {None: whole}
    for name, errors in found.items():
        form.add_error(name if name in form.fields else None, errors)


def tried(form, act):
    """What `act` gives; None where it refused, and then the form says why."""
    try:
        return act()
    except (PermissionDenied, ValidationError) as problem:
        put_errors(form, problem)
        return None
