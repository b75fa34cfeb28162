"""A scheme's rows and the RuleBook that the arithmetic takes: the same content in two forms."""

from django.db import transaction

from .models import ChannelWeight, DeductionRule, GradeLine, Scheme, SchemePart, SurveyBand
from .scoring import RuleBook
from .scoring.parts import BONUS, DEDUCT, SURVEY, VETO

_RULES = {DEDUCT: ("sources", "source"), BONUS: ("tags", "tag")}


def as_dict(scheme: Scheme) -> dict:
    """The scheme in the shape of a scheme file (evaluations/data/scheme_2020.json)."""
    parts = scheme.parts.prefetch_related("rules", "channels", "bands").order_by("position", "id")
    data = {
        "name": scheme.name,
        "year": scheme.year,
        "period": {"from": scheme.period_from.isoformat(), "to": scheme.period_to.isoformat()},
        "full": str(scheme.total),
        "parts": [_part_as_dict(part) for part in parts],
        "grades": [{"label": line.label, "from": str(line.lower)} for line in scheme.lines.order_by("-lower")],
        "below": scheme.below_label,
    }
    if scheme.basis:
        data["basis"] = scheme.basis
    return data


def _part_as_dict(part: SchemePart) -> dict:
    data = {"name": part.name, "kind": part.kind}
    if part.kind != VETO:
        data |= {"max": str(part.points), "own": part.own}
    rules = sorted(part.rules.all(), key=lambda rule: rule.pk)
    if part.kind in _RULES:
        name, key = _RULES[part.kind]
        data[name] = [{key: rule.source, "each": str(rule.each), "cap": str(rule.cap)} for rule in rules]
    elif part.kind == VETO:
        data["rules"] = [{"source": rule.source, "grade": rule.grade_cap} for rule in rules]
    elif part.kind == SURVEY:
        channels = sorted(part.channels.all(), key=lambda row: (-row.weight, row.pk))
        bands = sorted(part.bands.all(), key=lambda row: -row.lower)
        data |= {
            "items": [item.strip() for item in part.survey_items.split("、") if item.strip()],
            "marks": {"lowest": str(part.mark_lowest), "highest": str(part.mark_highest)},
            "channels": [{"name": row.channel, "weight": str(row.weight)} for row in channels],
            "bands": [{"from": str(row.lower), "points": str(row.points)} for row in bands],
            "below": str(part.below_points),
        }
    return data


_locked: dict[tuple, RuleBook] = {}  # of schemes in use, which do not change


def rulebook_of(scheme: Scheme) -> RuleBook:
    """The scheme ready for scoring. Raises RuleBookError with every problem as a Chinese sentence."""
    if not scheme.is_locked:
        return RuleBook.from_dict(as_dict(scheme))
    key = (scheme.uid, scheme.version, scheme.name)
    if key not in _locked:
        if len(_locked) > 20:
            _locked.clear()
        _locked[key] = RuleBook.from_dict(as_dict(scheme))
    return _locked[key]


@transaction.atomic
def write_rows(book: RuleBook, *, name: str = "", copied_from: Scheme | None = None) -> Scheme:
    """New rows for a RuleBook (from a file, or copied). Raises IntegrityError for a name that is taken."""
    data = book.to_dict()
    scheme = Scheme.objects.create(
        name=name or book.name, year=book.year, period_from=book.period.first, period_to=book.period.last,
        total=book.full, below_label=book.below, basis=book.basis, copied_from=copied_from,
    )  # fmt: skip
    for line in data["grades"]:
        GradeLine.objects.create(scheme=scheme, label=line["label"], lower=line["from"])
    for position, row in enumerate(data["parts"], 1):
        _write_part(scheme, position, row)
    return scheme


def _write_part(scheme: Scheme, position: int, row: dict):
    marks = row.get("marks", {})
    part = SchemePart.objects.create(
        scheme=scheme, position=position, name=row["name"], kind=row["kind"], points=row.get("max", 0),
        own=row.get("own", False), survey_items="、".join(row.get("items", ())), below_points=row.get("below", 0),
        **({"mark_lowest": marks["lowest"], "mark_highest": marks["highest"]} if marks else {}),
    )  # fmt: skip
    for key, named in (("sources", "source"), ("tags", "tag")):
        for rule in row.get(key, ()):
            DeductionRule.objects.create(part=part, source=rule[named], each=rule["each"], cap=rule["cap"])
    for rule in row.get("rules", ()):
        DeductionRule.objects.create(part=part, source=rule["source"], grade_cap=rule["grade"])
    for channel in row.get("channels", ()):
        ChannelWeight.objects.create(part=part, channel=channel["name"], weight=channel["weight"])
    for band in row.get("bands", ()):
        SurveyBand.objects.create(part=part, lower=band["from"], points=band["points"])
