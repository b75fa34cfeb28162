"""Take the rating's imports back (撤销导入): what stays because it was scored, published, corrected or written again."""

from collections.abc import Sequence

from django.db.models import F
from django.utils import timezone

from association.accounts.rules import name_of
from association.cases.models import Case
from association.core.enums import Audience
from association.exchange.kinds import V, register_releaser
from association.exchange.models import ImportRow
from association.exchange.undo import CHANGED_SINCE, bump, rejoin, set_back, subjects_of, written_later
from association.exchange.writing import keep_history, update
from association.inbox.models import Todo
from association.timeline.actions import build, record
from association.timeline.models import Event
from association.workflow.writing import refresh_todo
from members.models import Firm
from members.resources import FIRM_FIELDS
from members.undo import LATER

from .actions import ask_to_rate_again
from .doubles import numbers_of, settle
from .enums import RatingState
from .matching import SOURCES, look_again
from .matching import refresh_todo as refresh_waiting
from .models import AuthorityScore, CreditRecord, Rating, RatingRound, ScoreSheet, ScoringRun
from .models.inputs import Matched

PUBLISHED = (RatingState.PUBLICISED, RatingState.CONCLUDED)
UNDONE = "撤销导入"  # begins the reason of ratings voided by an undo: the same firm in a later roster takes part again
USED = "所属企业本轮评价已经公示"


@register_releaser
def release(party_ids: Sequence[int]):
    """Rows that found these parties by themselves look for another one: the parties may be about to go."""
    for model in SOURCES:
        rows = list(model.objects.filter(party__in=party_ids, matched_by__in=("code", "name")))
        bump(model, [row.pk for row in rows], party=None, matched_by="", same_as=None)
        settle(numbers_of(rows))


# -- credit records, surveys, scores ----------------------------------------------------------------------------------


def give_back_matched(
    rows: Sequence[ImportRow], model: type[Matched], facts: Sequence[str], *, batch
) -> dict[int, str]:
    """Rows that this file brought go; facts that it changed are what they were. Their firm does not matter: it is found anew."""
    things, later = subjects_of(rows, model), written_later(rows, batch)
    published = _published(model, things.values())
    stays, gone, changed, names = {}, {}, {}, set()
    for row in rows:
        thing = things.get(row.subject_id)
        if thing is None or thing.pk in gone:  # a second row of the file about the same fact
            continue
        why = LATER if (row.subject_type, thing.pk) in later else _why_not(thing, published)
        if why:
            stays[row.pk] = why
        elif thing.batch_id == batch.pk and (row.verdict != V.UPDATED or not row.before):
            gone[thing.pk] = thing
        else:
            names |= set(set_back(thing, row.before, (*facts, "told_at")))
            changed[thing.pk] = thing
    update([thing for key, thing in changed.items() if key not in gone], names)
    _remove(model, gone)
    settle(numbers_of(things.values()))
    return stays


def _remove(model: type[Matched], gone: dict[int, Matched]):
    """Rows go; what was their double speaks for itself, a second score that waited may take their place."""
    doubles = model._base_manager.filter(same_as__in=gone).exclude(pk__in=gone).values_list("pk", flat=True)
    alone = {"party": None, "matched_by": ""} if model is AuthorityScore else {}
    bump(model, list(doubles), same_as=None, **alone)
    rows = model._base_manager.filter(pk__in=gone)
    rows._raw_delete(rows.db)
    if model is AuthorityScore:
        look_again({thing.party_id for thing in gone.values() if thing.party_id})


def _why_not(thing: Matched, published: set[int]) -> str:
    if thing.corrected:
        return "导入以后由协会更正过"
    if thing.voided_at:
        return "导入以后已作废"
    return USED if thing.pk in published else ""


def _published(model, things) -> set[int]:
    """Keys of the rows that a rating rests on which was publicised."""
    rows = Rating.objects.filter(case__state__in=PUBLISHED, case__voided_at=None)
    rows = rows.filter(party__in={thing.party_id for thing in things if thing.party_id})
    found = set()
    if model is CreditRecord:
        terms = list(rows.values_list("party", "round__scheme__period_from", "round__scheme__period_to"))
        for thing in things:
            if any(thing.party_id == party and (not thing.date or a <= thing.date <= b) for party, a, b in terms):
                found.add(thing.pk)
        return found
    known = set(rows.values_list("party", "round"))
    return {thing.pk for thing in things if (thing.party_id, thing.round_id) in known}


def matched_given_back(batch):
    refresh_waiting()
    ask_to_rate_again(round_=RatingRound.objects.filter(year=batch.options.get("round")).first())


# -- roster -----------------------------------------------------------------------------------------------------------


def give_back_roster(rows: Sequence[ImportRow], snapshot: Sequence[str], *, batch, by) -> dict[int, str]:
    """Firms that the file brought into the round leave it (their case is void, its number stays); on file they remain."""
    ratings, later = subjects_of(rows, Rating, "case", "party"), written_later(rows, batch)
    scored = set(
        ScoreSheet.objects.filter(rating__in=ratings, run__state=ScoringRun.State.VALID).values_list(
            "rating", flat=True
        )
    )
    stays, void, changed, names, firms = {}, [], [], set(), {}
    for row in rows:
        rating = ratings.get(row.subject_id)
        if rating is None or rating.case.voided_at:
            continue
        new = row.verdict == V.CREATED and rating.batch_id == batch.pk
        why = LATER if (row.subject_type, rating.pk) in later else _why_rating_stays(rating, new, row, scored)
        if why:
            stays[row.pk] = why
            continue
        if new:
            void.append(rating)
        else:
            names |= set(set_back(rating, row.before.get("rating", {}), snapshot))
            changed.append((row, rating))
        if row.before.get("firm"):
            firms[rating.party_id] = row.before["firm"]
    update([rating for _row, rating in changed], names)
    rejoin(changed, batch)
    _void(void, reason=f"{UNDONE}：{batch.undo_reason}", by=by)
    _firms_back(firms, batch, by=by)
    return stays


def _why_rating_stays(rating: Rating, new: bool, row: ImportRow, scored: set[int]) -> str:
    if rating.case.state in PUBLISHED:
        return "已经公示"
    if rating.version != row.after_version:
        return CHANGED_SINCE
    if new and rating.pk in scored:
        return "已经测算"
    if new and rating.case.state != RatingState.SCORING:
        return f"已经到「{RatingState(rating.case.state).label}」"
    return ""


def _void(ratings: Sequence[Rating], *, reason: str, by):
    cases = [rating.case for rating in ratings]
    keys, now = [case.pk for case in cases], timezone.now()
    bump(Case, keys, voided_at=now, voided_by=by, void_reason=reason[:300], updated_at=now)
    open_todos = Todo.objects.open().filter(subject_type="cases.case", subject_id__in=keys)
    open_todos.update(done_at=now, version=F("version") + 1)
    Event.objects.bulk_create(
        build(
            case, "rating.void", f"{name_of(by)}撤销导入，作废「{case}」", by=by, party=rating.party,
            audience=Audience.PARTY, note=reason,
        )
        for case, rating in zip(cases, ratings, strict=True)
    )  # fmt: skip


def revive(ratings: Sequence[Rating], *, by):
    """Firms whose roster was taken back take part again: a later roster names them."""
    cases = [rating.case for rating in ratings]
    for case in cases:
        case.voided_at, case.voided_by, case.void_reason = None, None, ""
    bump(Case, [case.pk for case in cases], voided_at=None, voided_by=None, void_reason="", updated_at=timezone.now())
    for case, rating in zip(cases, ratings, strict=True):
        case.version += 1
        refresh_todo(case)
        record(
            case, "rating.revived", f"{name_of(by)}重新导入，恢复「{case}」", by=by, party=rating.party,
            audience=Audience.PARTY,
        )  # fmt: skip


def _firms_back(before: dict[int, dict], batch, *, by):
    """What the roster filled in on file is blank again, where nobody wrote to the firm since."""
    reason, latest = f"导入 #{batch.pk}", {}
    for row in Firm.history.filter(party__in=before).order_by("history_id"):
        latest[row.party_id] = row.history_change_reason
    firms = [
        firm
        for firm in Firm.objects.select_for_update(of=("self",)).filter(pk__in=before)
        if latest.get(firm.pk) == reason
    ]
    names = set()
    for firm in firms:
        names |= set(set_back(firm, before[firm.pk], (*FIRM_FIELDS, "qualification_group")))
    update(firms, names)
    keep_history(firms, new=False, by=by, reason=f"{UNDONE} #{batch.pk}")


# -- issued grades ----------------------------------------------------------------------------------------------------


def give_back_grades(rows: Sequence[ImportRow], fields: Sequence[str], *, batch, by) -> dict[int, str]:
    ratings, later = subjects_of(rows, Rating, "case", "party"), written_later(rows, batch)
    stays, changed, names = {}, [], set()
    for row in rows:
        rating = ratings.get(row.subject_id)
        if rating is None:
            continue
        as_written = (rating.grade_number, str(rating.grade_on)) == (batch.options["number"], batch.options["date"])
        if (row.subject_type, rating.pk) in later or not as_written:
            stays[row.pk] = LATER if as_written else CHANGED_SINCE
            continue
        names |= set(set_back(rating, row.before, fields))
        changed.append(rating)
    update(changed, names)
    Event.objects.bulk_create(
        build(
            rating.case, "rating.issue-undone", f"{name_of(by)}撤销导入的信用等级（{batch.options['number']}）", by=by,
            party=rating.party, audience=Audience.PARTY, note=batch.undo_reason,
        )
        for rating in changed
    )  # fmt: skip
    return stays


def grades_given_back(batch, *, by):
    """The round's number and date are those of the latest list that still stands."""
    locked = RatingRound.objects.select_for_update().get(year=batch.options["round"])
    latest = locked.ratings.standing().exclude(grade="").order_by("-grade_on").first()
    locked.issued_number, locked.issued_on = (latest.grade_number, latest.grade_on) if latest else ("", None)
    locked.save()
    record(
        locked, "round.issue-undone", f"{name_of(by)}撤销导入发布结果（{batch.options['number']}）", by=by,
        note=batch.undo_reason,
    )  # fmt: skip
