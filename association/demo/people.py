"""Demonstration accounts: one for each kind of user, under one password of this machine."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction

from association.accounts.actions import create_user, set_password
from association.accounts.models import User

# no l, o, 0 and 1: read off a screen, typed on a phone
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"


def password_file() -> Path:
    return settings.VAR_DIR / "demo-accounts.json"


def password() -> str:
    """The password of all demonstration accounts on this machine, made up the first time; "" before that."""
    try:
        return json.loads(password_file().read_text())["password"]
    except (OSError, ValueError, KeyError):
        return ""


def _new_password() -> str:
    found = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    part = password_file().with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump({"password": found}, file)
    os.replace(part, password_file())
    return found


@transaction.atomic
def make_people(people: list[dict]) -> dict[str, User]:
    """The accounts, by mobile. Those that exist stay as they are, except that all carry the machine's password."""
    known = {user.mobile: user for user in User.objects.filter(mobile__in=[row["mobile"] for row in people])}
    word = password()
    if word and len(known) == len(people) and next(iter(known.values())).check_password(word):
        return known
    word = word or _new_password()
    for row in people:
        if row["mobile"] in known:
            set_password(known[row["mobile"]], password=word, by=None)
            continue
        known[row["mobile"]] = create_user(
            mobile=row["mobile"],
            name=row["name"],
            title=row.get("title", ""),
            department=row.get("department", ""),
            roles=row.get("roles", ()),
            password=word,
            by=None,
        )
    return known


def holder_of(people: list[dict], known: dict[str, User], role: str) -> User:
    """The demonstration's person in that role."""
    return next(known[row["mobile"]] for row in people if role in row.get("roles", ()))
