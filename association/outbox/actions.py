"""Write messages in the caller's transaction, hand them over once it is committed, never twice."""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
from smtplib import SMTPRecipientsRefused

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from association.accounts.models import User
from association.accounts.roles import Right
from association.accounts.rules import needs
from association.core.enums import Audience
from association.parties.models import Party, Seat
from association.timeline.actions import record

from . import sms
from .models import Message

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)  # longer than any mail server lets a client wait
BACKOFF = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360)]
SWEEP_AGE = timedelta(minutes=1)
SENT_PER_TASK = 50
_INTERRUPTED = "发送途中中断，可能已经送达。请与收件人核实，确未收到再重新发送。"


def send(
    *, subject: str, body: str, once_key: str, to_user=None, party=None, address: str = "", url: str = "",
    channels=(Message.Channel.SITE,), audience=Audience.PARTY,
) -> list[Message]:  # fmt: skip
    """Messages to a user, to everyone with a seat at a party, or to a bare address (of one channel).

    One row a recipient and channel; the same `once_key` again sends nothing and gives the rows of the first time.
    What is not configured, or has no address, is kept as SKIPPED with the reason. Raises RuntimeError outside a
    transaction: a message must not leave for work that is rolled back.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("outbox.send() needs the caller's transaction")
    if sum(map(bool, (to_user, address))) > 1 or not (to_user or party or address):
        raise ValueError("send to a user, to a party, or to an address")
    if address and (len(channels) != 1 or channels[0] == Message.Channel.SITE):
        raise ValueError("an address takes one channel, e-mail or SMS")
    now = timezone.now()
    rows = [
        _row(
            user, channel, address, now, party=party, audience=audience, subject=subject[:120], body=body, url=url,
            once_key=f"{once_key}:{user.pk if user else address}:{channel}",
        )
        for user in _recipients(to_user, party, address)
        for channel in channels
    ]  # fmt: skip
    return _keep(rows)


def _keep(rows: list[Message]) -> list[Message]:
    """Write the rows that are new, and hand over on commit what waits; those of the first time among them."""
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    kept = list(Message.objects.filter(once_key__in=[row.once_key for row in rows]).order_by("id"))
    waiting = [row.pk for row in kept if row.state == Message.State.WAITING]
    if waiting:
        transaction.on_commit(lambda: _queue(waiting))
    return kept


def send_to_parties(
    parties: Iterable[Party] | Mapping[Party, str], *, subject: str, body: str, once_key: str, url: str = "",
    channels=(Message.Channel.SITE,),
) -> list[Message]:  # fmt: skip
    """The same notice to several parties: who acts for three of them gets ONE message that names all three.

    `parties` may carry a line for each party ({party: "安全生产许可证 12 月 1 日到期"}). As send(): one row a person and
    channel, once for a `once_key`. One query for the people, whatever the number of parties.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("outbox.send_to_parties() needs the caller's transaction")
    lines = dict(parties) if isinstance(parties, Mapping) else dict.fromkeys(parties, "")
    theirs, people = {}, {}
    seats = Seat.objects.live().filter(party__in=[party.pk for party in lines], user__is_active=True)
    for seat in seats.select_related("user"):
        people[seat.user_id] = seat.user
        theirs.setdefault(seat.user_id, set()).add(seat.party_id)
    now, rows = timezone.now(), []
    for pk, held in sorted(theirs.items()):
        mine = [party for party in lines if party.pk in held]
        fields = _named(mine, lines, subject, body) | {"url": url, "audience": Audience.PARTY}
        rows += [
            _row(people[pk], channel, "", now, once_key=f"{once_key}:{pk}:{channel}", **fields) for channel in channels
        ]
    return _keep(rows)


def _named(mine, lines, subject, body) -> dict:
    """Subject, body and party of a message about these parties."""
    if len(mine) == 1:
        line = lines[mine[0]]
        return {"party": mine[0], "subject": subject[:120], "body": f"{body}\n{line}".strip() if line else body}
    about = [f"{party.name}：{lines[party]}" if lines[party] else party.name for party in mine]
    head = f"涉及您办理的 {len(mine)} 家单位："
    words = head + "、".join(about) + "。" if not any(lines.values()) else "\n".join([head, *about])
    tail = f"（{len(mine)} 家单位）"
    return {"party": None, "subject": f"{subject[: 120 - len(tail)]}{tail}", "body": f"{body}\n{words}".strip()}


def _recipients(to_user, party, address) -> list:
    if to_user or address:
        return [to_user or None]
    seats = Seat.objects.live().filter(party=party).values("user")
    return list(User.objects.filter(pk__in=seats, is_active=True).order_by("pk"))


def _row(user, channel, address, now, **fields) -> Message:
    row = Message(user=user, channel=channel, **fields)
    if channel == Message.Channel.SITE:
        row.state, row.sent_at = Message.State.SENT, now
        return row
    if user is not None:
        address = user.email if channel == Message.Channel.EMAIL else user.mobile
    row.address = address
    reason = _why_not(channel, address)
    if reason:
        row.state, row.error = Message.State.SKIPPED, reason
    return row


def _why_not(channel, address) -> str:
    if channel == Message.Channel.EMAIL and not settings.EMAIL_CONFIGURED:
        return "没有配置邮件服务器（EMAIL_URL），没有发送。"
    if channel == Message.Channel.SMS and not settings.SMS_BACKEND:
        return "没有配置短信服务（SMS_BACKEND），没有发送。"
    return "" if address else "收件人没有登记地址，没有发送。"


def _queue(pks):
    from .tasks import deliver  # the task module imports this one

    for start in range(0, len(pks), SENT_PER_TASK):
        try:
            deliver.delay(pks[start : start + SENT_PER_TASK])
        except Exception:  # the broker is away: the sweep finds the rows
            log.exception("messages could not be queued")
            return


def claim(pk: int) -> Message | None:
    """Take a message that waits and is due; None when it is another's or already gone."""
    now = timezone.now()
    taken = Message.objects.filter(pk=pk, state=Message.State.WAITING, next_try_at__lte=now).update(
        state=Message.State.SENDING, tries=F("tries") + 1, next_try_at=now + LEASE, version=F("version") + 1
    )
    return Message.objects.get(pk=pk) if taken else None


def deliver(pk: int) -> Message | None:
    """Hand one message over. A known failure is tried again later; a process killed here leaves SENDING (see sweep)."""
    message = claim(pk)
    if message is None:
        return None
    try:
        if message.channel == Message.Channel.EMAIL:
            _mail(message)
        else:
            sms.hand_over(message.address, f"{message.subject}：{message.body}" if message.body else message.subject)
    except (SMTPRecipientsRefused, sms.Refused) as problem:
        return _close(message, Message.State.FAILED, error=f"对方没有接收：{problem}")
    except Exception as problem:  # whatever a provider's client raises
        log.warning("message %s: %s", pk, problem)
        if message.tries > len(BACKOFF):
            return _close(message, Message.State.FAILED, error=f"多次发送没有成功：{problem}")
        wait = BACKOFF[message.tries - 1]
        return _close(message, Message.State.WAITING, error=f"{problem}", next_try_at=timezone.now() + wait)
    return _close(message, Message.State.SENT, sent_at=timezone.now())


def _close(message: Message, state, *, error: str = "", **fields) -> Message:
    Message.objects.filter(pk=message.pk, state=Message.State.SENDING).update(
        state=state, error=error[:300], version=F("version") + 1, **fields
    )
    message.refresh_from_db()
    return message


def _mail(message: Message):
    EmailMessage(
        message.subject,
        message.body,
        settings.DEFAULT_FROM_EMAIL,
        [message.address],
        # the same id whenever it is sent, so that a mailbox shows it once; no answers from machines
        headers={"Message-ID": f"<{message.uid}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>",
                 "Auto-Submitted": "auto-generated"},
    ).send()  # fmt: skip


def sweep() -> int:
    """Queue what waits past its time (the task was lost, or a retry is due); close what a killed process left.

    Of that nobody knows whether it went out, so it is not sent again: staff see it and decide. Returns how many.
    """
    now = timezone.now()
    left = Message.objects.filter(state=Message.State.SENDING, next_try_at__lt=now)
    closed = left.update(state=Message.State.FAILED, error=_INTERRUPTED, version=F("version") + 1)
    due = Message.objects.filter(
        state=Message.State.WAITING, next_try_at__lt=now, created_at__lt=now - SWEEP_AGE
    ).order_by("next_try_at", "id")
    pks = list(due.values_list("pk", flat=True)[:1000])
    _queue(pks)
    return closed + len(pks)


@transaction.atomic
def send_again(message: Message, *, by) -> Message:
    """Staff have a failed or skipped message sent once more. Raises ValidationError where nothing can be sent."""
    needs(by, Right.SETTINGS, "重新发送消息")
    if message.state not in (Message.State.FAILED, Message.State.SKIPPED):
        raise ValidationError("只有发送失败或未发送的消息可以重新发送。")
    if message.user_id and not message.address:
        message.address = message.user.email if message.channel == Message.Channel.EMAIL else message.user.mobile
    reason = _why_not(message.channel, message.address)
    if reason:
        raise ValidationError(reason)
    message.state, message.tries, message.error = Message.State.WAITING, 0, ""
    message.next_try_at = timezone.now()
    message.save()
    record(message, "message.again", f"{by.name}重新发送「{message.subject}」", by=by, party=message.party)
    transaction.on_commit(lambda: _queue([message.pk]))
    return message


def mark_read(*, user, message: Message | None = None) -> int:
    """Mark one message, or all, of a person as read. Returns how many were new."""
    rows = Message.objects.filter(user=user).unread()
    if message is not None:
        rows = rows.filter(pk=message.pk)
    return rows.update(read_at=timezone.now())


def unread_count(user) -> int:
    """How many messages in the site the person has not read. One query."""
    return Message.objects.filter(user=user).unread().count() if user.is_authenticated else 0


def tell(user, subject: str, body: str, once_key: str):
    """A notice about one's own account, by every channel there is (accounts.registry.tell)."""
    channels = [Message.Channel.SITE]
    channels += [Message.Channel.EMAIL] if settings.EMAIL_CONFIGURED and user.email else []
    channels += [Message.Channel.SMS] if settings.SMS_BACKEND else []
    send(to_user=user, subject=subject, body=body, once_key=once_key, channels=channels, url="/accounts/")
