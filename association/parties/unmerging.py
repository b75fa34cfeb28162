"""Take a merger back (撤销合并): every row goes where it was, unless one of them changed since."""

from collections import defaultdict

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.core.enums import Audience
from association.core.journal import record

from .merge_plan import party_keys
from .merge_rules import WhenMerged, rule_of
from .merging import SLICE, _send, _tell, _touch, refound
from .models import Merge, MergeMove, Party
from .registry import merged_rows

GONE = "{}已经删除，不能整体撤销；请逐项更正。"
LATER = "{}「{}」在合并以后又办理或修改过，不能整体撤销；请先把它改回，或者逐项更正。"
SOMETHING = "有资料在合并以后又办理过，不能整体撤销；请逐项更正。"
CLASH = "合并以后新登记的资料与原来的冲突，不能整体撤销；请先处理新登记的重复资料。"


@transaction.atomic
def undo_merge(merge: Merge, *, by, reason: str) -> Merge:
    """Everything as it was before the merger; what came since stays with the party that went on.

    Raises PermissionDenied, ValidationError: the sentence names the row that changed, if `by` may see it.
    """
    needs(by, Right.MEMBERS, "维护企业档案")
    if not reason.strip():
        raise ValidationError({"reason": "请填写撤销的原因。"})
    merge = Merge.objects.select_for_update().get(pk=merge.pk)
    if merge.undone_at:
        raise ValidationError(f"这次合并已经由{merge.undone_by.name}撤销，请刷新页面核对。")
    pair = Party.objects.select_for_update().order_by("pk").filter(pk__in=(merge.merged_id, merge.into_id))
    parties = {party.pk: party for party in pair}
    merged, into = parties[merge.merged_id], parties[merge.into_id]
    if merged.merged_into_id != into.pk or into.merged_into_id:
        raise ValidationError(f"「{into.name}」后来又有合并，请先撤销后来的那一次。")
    back = _Back(merge, by)
    try:
        with transaction.atomic():
            back.write(first=into.pk)
            _columns_back(merge, parties)
            merged_rows(merged=into, into=merged, by=by)
            _tell(merged, into)
    except IntegrityError:
        raise ValidationError(CLASH) from None
    merge.undone_at, merge.undone_by = timezone.now(), by
    merge.save()
    for party, words in ((into, f"撤销「{merged.name}」并入本单位"), (merged, f"撤销本单位并入「{into.name}」")):
        record(
            party,
            "party.unmerged",
            f"{by.name}{words}",
            by=by,
            party=party,
            audience=Audience.PARTY,
            note=reason.strip(),
        )
    return merge


class _Back:
    """Where rows go back to and which values they get again. Raises ValidationError where one changed since."""

    def __init__(self, merge: Merge, by):
        self.by, self.goes, self.values = by, {}, {}
        moves = defaultdict(list)
        for move in merge.moves.filter(version_after__isnull=False).order_by("pk"):
            moves[apps.get_model(move.table)].append(move)
        for model in sorted(moves, key=lambda one: one._meta.label):
            self._add(model, moves[model])

    def _add(self, model, moves: list[MergeMove]):
        keys = {field.name: field for field in party_keys() if field.model is model}
        freely = any(rule_of(field) is WhenMerged.MOVES_FREELY for field in keys.values())
        rows = _locked(model, [move.row for move in moves])
        for move in moves:
            row = rows.get(move.row)
            changed = row is None or row.version != move.version_after
            if changed and not freely:
                raise ValidationError(self._why(model, row))
            if row is None:
                continue
            for name, (before, after) in move.values.items():
                if name not in keys:
                    self.values.setdefault((model, row.pk), {}) if changed else self._value(row, name, before)
                elif getattr(row, keys[name].attname) == after:
                    self.goes[keys[name], row.pk] = before

    def _value(self, row, name: str, before):
        field = row._meta.get_field(name)
        self.values.setdefault((type(row), row.pk), {})[field.attname] = field.to_python(before)

    def _why(self, model, row) -> str:
        label, rows = str(model._meta.verbose_name), model._default_manager.all()
        if row is None:
            return GONE.format(label)
        seen = not hasattr(rows, "visible_to") or rows.visible_to(self.by).filter(pk=row.pk).exists()
        return LATER.format(label, row) if seen else SOMETHING

    def write(self, *, first: int):
        _send(self.goes, first=first)
        for (model, pk), values in self.values.items():
            if values:
                model._base_manager.filter(pk=pk).update(**values)
        _touch({(field.model, pk) for field, pk in self.goes} | set(self.values))


def _locked(model, keys: list[int]) -> dict[int, object]:
    found = {}
    for at in range(0, len(keys), SLICE):
        rows = model._base_manager.select_for_update(of=("self",)).order_by("pk").filter(pk__in=keys[at : at + SLICE])
        found |= {row.pk: row for row in rows}
    return found


def _columns_back(merge: Merge, parties: dict[int, Party]):
    """The columns of both parties and of what shares their keys; each only where nobody changed it since."""
    moves = list(merge.moves.filter(version_after=None).order_by("pk"))
    if any("code" in move.values for move in moves if move.table == "parties.party"):
        _check(moves, parties)
        Party.objects.filter(pk__in=parties).update(code=None)  # unique: they change hands
    for move in moves:
        model = apps.get_model(move.table)
        row = parties[move.row] if model is Party else model._base_manager.select_for_update().get(pk=move.row)
        _check_columns(row, move)
        for name, (before, _after) in move.values.items():
            field = row._meta.get_field(name)
            setattr(row, field.attname, field.to_python(before))
        if model is not Party:
            row._history_user, row._change_reason = merge.by, "撤销合并"
            row.save()
    for pk in (merge.merged_id, merge.into_id):  # the latter is found by the numbers of those still merged into it
        refound(parties[pk])


def _check(moves: list[MergeMove], parties: dict[int, Party]):
    for move in moves:
        if move.table == "parties.party":
            _check_columns(parties[move.row], move)


def _check_columns(row, move: MergeMove):
    for name, (_before, after) in move.values.items():
        field = row._meta.get_field(name)
        if getattr(row, field.attname) != field.to_python(after):
            raise ValidationError(f"「{row}」的{field.verbose_name}在合并以后又改过，不能整体撤销；请先把它改回。")
