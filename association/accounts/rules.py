"""Who may do what, as predicates (django-rules): `may(Right.X)` for workflow, views, admin and templates alike."""

from dataclasses import dataclass

import rules
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from .models import StandIn, User
from .roles import Right


@dataclass(frozen=True)
class Authority:
    """In whose right a person acts: their own, or a principal's whose stand-in (代理) they are."""

    user: User
    principal: User | None = None

    @property
    def signature(self) -> str:
        """As records show it: 「张某」 or 「张某代李某」."""
        return f"{self.user.name}代{self.principal.name}" if self.principal else self.user.name


def authority(user, right: Right, matter: str = "", day=None) -> Authority | None:
    """The right in which `user` may act on a kind of matter on a day, or None. A person's own right comes first."""
    if not (user and user.is_authenticated and user.is_active):
        return None
    if right in user.rights:
        return Authority(user)
    day = day or timezone.localdate()
    for row in StandIn.objects.of(user, day):  # asked anew each time: what is revoked counts no more
        if row.covers(matter, day) and right in row.principal.rights:
            return Authority(user, row.principal)
    return None


def may(right: Right):
    """Predicate: the person holds the right, in their own name or as a stand-in for today."""

    @rules.predicate(name=f"may:{right}")
    def holds(user, _thing=None):
        return authority(user, right) is not None

    return holds


def needs(user, right: Right, what: str):
    """Raise PermissionDenied unless the person may do `what`. `user` None is the portal itself: clock, command line."""
    if user is not None and not may(right)(user):
        raise PermissionDenied(f"您没有{what}的权限。")


def name_of(user) -> str:
    """Who did it, at the beginning of a record's sentence."""
    return user.name if user else "系统"


is_staff = rules.predicate(lambda user: user.is_authenticated and user.is_staff and user.is_active, name="is_staff")

for _right in Right:
    rules.add_perm(f"portal.{_right.value}", may(_right))
