"""Demonstration accounts: one for each kind of user, under one password of this machine."""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

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
    encoded = make_password(word or _new_password())
    for row in people:
        user = known.get(row["mobile"]) or User(mobile=row["mobile"], name=row["name"])
        user.title, user.department = row.get("title", ""), row.get("department", "")
        user.is_staff, user.mobile_verified, user.password = bool(row.get("roles")), True, encoded
        user.save()
        user.groups.set(Group.objects.filter(name__in=row.get("roles", ())))
        known[user.mobile] = user
    return known


def holder_of(people: list[dict], known: dict[str, User], role: str) -> User:
    """The demonstration's person in that role."""
    return next(known[row["mobile"]] for row in people if role in row.get("roles", ()))
