"""On whose desk the reader sits: the one place where a page of the desk learns for which party it is."""

import functools
from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.views.decorators.cache import never_cache

from association.inbox.models import Todo, Whose
from association.outbox.actions import unread_count
from association.parties.models import Invitation, Party, Seat
from members.models import SeatRequest

READS_ONLY = "您的席位只能查看，请由单位管理员或经办人办理。"
CHOSEN = "portal.seat"  # in the session: uid of the seat chosen last


@dataclass
class Desk:
    """The reader's living seats, by name of the party, and the one that is acted from (the one chosen last)."""

    user: object
    seats: list[Seat]
    seat: Seat | None

    @property
    def party(self) -> Party | None:
        return self.seat.party if self.seat else None

    @property
    def may_move(self) -> bool:
        """A reader's seat sees everything and moves nothing."""
        return self.seat is not None and self.seat.right != Seat.Kind.READER

    def must_move(self):
        """For pages on which something is done. Raises PermissionDenied from a reader's seat."""
        if not self.may_move:
            raise PermissionDenied(READS_ONLY)

    @cached_property
    def todos(self) -> list[Todo]:
        """What waits for the party, or for this person by name. One query."""
        rows = Todo.objects.visible_to(self.user).open()
        mine = rows.filter(user=self.user)
        if self.party:
            mine |= rows.filter(user=None, whose=Whose.PARTY, party=self.party)
        return list(mine.select_related("party"))


def desk_of(request) -> Desk:
    """The reader's desk; asked for once a request. One query."""
    desk = getattr(request, "_desk", None)
    if desk is None:
        rows = Seat.objects.live().filter(user=request.user, party__merged_into=None).select_related("party")
        seats = list(rows.order_by("party__name", "pk"))
        chosen = request.session.get(CHOSEN)
        seat = next((seat for seat in seats if str(seat.uid) == chosen), seats[0] if seats else None)
        desk = request._desk = Desk(request.user, seats, seat)
    return desk


def choose(request, uid) -> Seat:
    """Sit down at another of one's own parties. Raises Http404 for a seat that is not the reader's."""
    desk = desk_of(request)
    seat = next((seat for seat in desk.seats if seat.uid == uid), None)
    if seat is None:
        raise Http404
    desk.seat, request.session[CHOSEN] = seat, str(seat.uid)
    return seat


def of_party(view):
    """A page of a party's desk: view(request, desk, …). Who acts for no party gets 404.

    Who acts for several and follows a link to what belongs to another of them sits down at that one.
    """

    @never_cache
    @functools.wraps(view)
    def wrapped(request, *args, **kwargs):
        desk = desk_of(request)
        if desk.party is None:
            raise Http404
        try:
            return view(request, desk, *args, **kwargs)
        except Http404:
            if request.method != "GET" or not kwargs:
                raise
            return _at_another(view, request, desk, **kwargs)

    return wrapped


def _at_another(view, request, desk, **kwargs):
    """The page as it is at the first of the reader's other desks that has it. Raises Http404."""
    for seat in [seat for seat in desk.seats if seat is not desk.seat]:
        request._desk = Desk(request.user, desk.seats, seat)
        try:
            page = view(request, request._desk, **kwargs)
        except Http404:
            continue
        choose(request, seat.uid)
        return page
    request._desk = desk
    raise Http404


# -- The frame of every page of the desk (context processor) ---------------------------------------------------------

_OF_FIRMS = {"/desk/ratings/", "/desk/firm/", "/desk/showcase/"}  # what a person's own desk (个人会员) does not have
_MENU = (
    ("我的事项", "/desk/", "inbox"),
    ("会籍", "/desk/membership/", "check2-circle"),
    ("会费", "/desk/dues/", "clipboard"),
    ("信用评价", "/desk/ratings/", "patch-check"),
    ("企业档案", "/desk/firm/", "building"),
    ("证照库", "/desk/documents/", "file-earmark-text"),
    ("会员积分", "/desk/points/", "list"),
    ("投稿", "/desk/contributions/", "pencil-square"),
    ("会员风采", "/desk/showcase/", "images"),
    ("经办人员", "/desk/seats/", "person-circle"),
    ("消息", "/desk/messages/", "bell"),
)


class _Frame:
    """What templates/portal/base.html takes; nothing is asked of the database before a template draws it."""

    home_url, switch_url = "/desk/", "/desk/switch/"
    account_url, logout_url = "/accounts/", "/accounts/logout/"

    def __init__(self, request):
        self._request = request

    @cached_property
    def _desk(self) -> Desk:
        return desk_of(self._request)

    @property
    def name(self) -> str:
        party = self._desk.party
        return "企业服务" if party and party.kind != Party.Kind.PERSON else "个人服务"

    @property
    def party(self) -> str:
        return self._desk.party.name if self._desk.party else ""

    @cached_property
    def seats(self) -> list[dict]:
        here = self._desk.seat
        return [{"name": seat.party.name, "uid": seat.uid, "current": seat is here} for seat in self._desk.seats]

    @cached_property
    def invitations(self) -> list[Invitation]:
        """Firms that invite the reader's number. One query."""
        rows = Invitation.objects.open().filter(mobile=self._request.user.mobile)
        return list(rows.select_related("party").order_by("expires_at"))

    @cached_property
    def requests(self) -> list[SeatRequest]:
        """The reader's own requests for a seat that are not over. One query."""
        states = (SeatRequest.State.SUBMITTED, SeatRequest.State.RETURNED)
        return list(SeatRequest.objects.filter(user=self._request.user, state__in=states))

    @cached_property
    def menu(self) -> list[dict]:
        path = self._request.path
        badges = {"/desk/": len(self._desk.todos), "/desk/messages/": unread_count(self._request.user)}
        shown = _MENU if self._desk.party else (_MENU[0], _MENU[-1])
        if self._desk.party and self._desk.party.kind == Party.Kind.PERSON:
            shown = [entry for entry in _MENU if entry[1] not in _OF_FIRMS]
        return [
            {
                "label": label,
                "url": url,
                "icon": icon,
                "badge": badges.get(url, 0),
                "current": path == url or (url != "/desk/" and path.startswith(url)),
            }
            for label, url, icon in shown
        ]


def frame(request):
    return {"desk": _Frame(request)}
