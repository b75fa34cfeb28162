"""Scoring: our explained run beside one GROUP BY with caps and an UPDATE of every firm."""

from datetime import date

from django.db import connection, transaction

from association.parties.models import Party
from evaluations.actions import load_scheme, open_round
from evaluations.models import RatingRound, ScoreSheet, ScoringRun
from evaluations.runs import rate_now
from evaluations.scheme_file import SHIPPED, read_scheme

from . import data
from .importing import clear
from .measure import Figure, alternate_children

EACH = 10  # records a firm
_BOUNDS = (date(2020, 1, 1), date(2020, 12, 31))
_REFERENCE = """
    UPDATE evaluations_rating SET grade_number = CAST(4 - found.points AS varchar(20))
    FROM (
        SELECT party_id, SUM({least}(facts * each_points, cap)) AS points
        FROM (
            SELECT record.party_id, rule.each AS each_points, rule.cap AS cap, COUNT(*) AS facts
            FROM evaluations_creditrecord record JOIN evaluations_deductionrule rule ON rule.source = record.source
            WHERE record.date BETWEEN %s AND %s AND NOT record.repaired AND record.voided_at IS NULL
            GROUP BY record.party_id, rule.source, rule.each, rule.cap
        ) AS by_source
        GROUP BY party_id
    ) AS found
    WHERE found.party_id = evaluations_rating.party_id
"""


def prepare(firms: int) -> RatingRound:
    load_scheme(read_scheme(SHIPPED / "scheme_2020.json"))
    opened, _ = open_round(year=2020)
    data.add_firms(firms)
    parties = list(Party.objects.only("pk", "name", "code").order_by("pk"))
    data.add_rating(opened, parties)
    data.add_records(parties, EACH)
    return opened


@transaction.atomic
def reference():
    least = "LEAST" if connection.vendor == "postgresql" else "MIN"
    with connection.cursor() as cursor:
        cursor.execute(_REFERENCE.format(least=least), _BOUNDS)
        assert cursor.rowcount > 0


def forget():
    """Without the runs so far, so that the next one is stored again."""
    RatingRound.objects.update(current_run=None)
    clear(ScoreSheet)
    clear_runs()


def clear_runs():
    ScoringRun.objects.all()._raw_delete(ScoringRun.objects.db)


def figures(firms: int) -> list[Figure]:
    opened = RatingRound.objects.filter(year=2020).first() or prepare(firms)

    def ours():
        run, new = rate_now(RatingRound.objects.get(pk=opened.pk))
        assert new
        assert run.population == firms

    run, plain = alternate_children(ours, reference, ground=(forget, forget))
    aim = 3.0 if connection.vendor == "postgresql" else 6.0
    return [
        Figure(f"score {firms:,} firms, {firms * EACH:,} records", run.seconds, plain.seconds, "s", aim),
        Figure("  memory above start", run.megabytes, None, "MB", note="is not to grow with the firms"),
    ]
