"""Materials (材料) of a case: handed in for its slots, fresh or out of the library, and checked one by one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from association.core.enums import Audience
from association.core.models import StaleVersion
from association.documents.filetypes import ACCEPT
from association.documents.library import let_go, take, take_in
from association.documents.models import Document
from association.inbox.models import Whose
from association.parties.models import Seat
from association.timeline.actions import record

from .models import Case, Material, Slot

MOST_FILES = 30  # in one slot
_parts: dict[str, Callable[[Case], str]] = {}


def name_part(kind: str, function: Callable[[Case], str]):
    """Cases of this kind ask for the slots of the part that `function(case)` names (单位会员, 个人会员)."""
    _parts[kind] = function


def slots_of(case: Case):
    """The slots that the case asks for, and those out of use in which something was handed in. One query."""
    part = _parts[case.kind](case) if case.kind in _parts else ""
    used = Material.objects.filter(case=case).values("slot")
    asked = Q(is_active=True, part__in={"", part})
    return Slot.objects.filter(asked | Q(pk__in=used), kind=case.kind).order_by("order", "name")


def missing_of(case: Case) -> list[Slot]:
    """Required slots in which nothing stands, or only what has to be mended (需补正). Two queries."""
    fine = set(
        Material.objects.filter(case=case).exclude(verdict=Material.Verdict.WRONG).values_list("slot_id", flat=True)
    )
    return [slot for slot in slots_of(case) if slot.is_required and slot.is_active and slot.pk not in fine]


def joining_purpose(case: Case, slot: Slot) -> str:
    """Under which purpose photos wait that a job joins."""
    return f"join:{case.pk}:{slot.pk}"


def why_not_hand_in(case: Case, user) -> str:
    """Why the person may not hand in or take back now; "" where they may. One query at most.

    A firm's administrators and clerks while it is the firm's turn; staff who keep materials until the case is closed.
    """
    if case.voided_at or case.whose == Whose.NOBODY:
        return "这一件已经办结，材料不能再改。"
    if user.is_staff and user.has_perm("cases.change_material"):
        return ""
    seat = Seat.objects.live().filter(user=user, party=case.party_id).first()
    if seat is None:
        return "您没有办理这一件的席位。"
    if seat.right == Seat.Kind.READER:
        return "您的席位只能查看，请由单位管理员或经办人办理。"
    return "" if case.whose == Whose.PARTY else "材料已经提交，协会正在办理；需要补充时请联系协会退回补正。"


def _locked(case: Case, by) -> Case:
    """The case as it stands, held against moves meanwhile. Raises PermissionDenied where the person may not."""
    case = Case.objects.select_for_update().select_related("party").get(pk=case.pk)
    if reason := why_not_hand_in(case, by):
        raise PermissionDenied(reason)
    return case


@transaction.atomic
def hand_in(*, case: Case, slot: Slot, by, uploads=(), documents: Iterable[Document] = ()):
    """Hand in fresh uploads and documents of the case's party for a slot: (materials, sentences on what was not taken).

    Good files stay where a bad one came with them; the same file twice is one row; one Event for all. Raises
    PermissionDenied (see why_not_hand_in).
    """
    case = _locked(case, by)
    handed, new, refused = [], [], []
    there = {row.document_id: row for row in Material.objects.filter(case=case, slot=slot)}
    for one in [*uploads, *documents]:
        try:
            document = _document_of(case, slot, one, by)
        except ValidationError as problem:
            refused.append(problem.messages[0])
            continue
        if document.pk not in there and len(there) >= MOST_FILES:
            refused.append(f"「{slot.name}」最多 {MOST_FILES} 个文件，请把多页合成一个 PDF 再上传。")
            break
        if document.pk not in there:
            there[document.pk] = Material(case=case, slot=slot, document=document)
            there[document.pk].save()
            new.append(document.label)
        handed.append(there[document.pk])
    if new:
        whom = f"代{case.party_name}" if by.is_staff else ""
        record(
            case, "material.added", f"{by.name}{whom}提交材料「{slot.name}」：{'、'.join(new)}", by=by, party=case.party,
            audience=case.audience,
        )  # fmt: skip
    return handed, refused


def _document_of(case, slot, one, by) -> Document:
    if slot.kind != case.kind:
        raise ValidationError("这项材料不属于这一件，请刷新页面后再试。")
    if not isinstance(one, Document):
        return take_in(one, party=case.party, by=by, kind=slot.document_kind, audience=case.audience)
    if one.loose_until is not None:
        return take(one, party=case.party, by=by, kind=slot.document_kind, audience=case.audience)
    if one.party_id != case.party_id or not _seen_with(case, one):
        raise ValidationError("证照库里没有这份文件，请刷新页面后再选。", code="document")
    return one


def _seen_with(case: Case, document: Document) -> bool:
    """A firm never picks what only staff may see."""
    return document.audience in (Audience.PUBLIC, Audience.PARTY) or document.audience == case.audience


@transaction.atomic
def detach(*, material: Material, by):
    """Take a material back. What was found 符合 stays. A file that nothing else uses is swept after 30 days."""
    case = _locked(material.case, by)
    row = Material.objects.select_for_update().select_related("slot", "document").filter(pk=material.pk).first()
    if row is None:
        return
    if row.verdict == Material.Verdict.FINE:
        raise ValidationError(f"「{row.document.label}」已审核符合，不能撤下。", code="fine")
    document = row.document
    row.delete()
    let_go(document)
    record(
        case, "material.removed", f"{by.name}撤下材料「{row.slot.name}」：{document.label}", by=by, party=case.party,
        audience=case.audience,
    )  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What staff found of one material; `seen` is the version they looked at."""

    material: Material
    verdict: str
    note: str = ""
    seen: int | None = None


@transaction.atomic
def check(*, case: Case, findings: Iterable[Finding], by) -> int:
    """Staff's verdicts (符合, 需补正 with what is wrong). Returns how many changed.

    Raises PermissionDenied, ValidationError (需补正 without a note) and StaleVersion where somebody else checked the
    same one meanwhile; then nothing is written.
    """
    if not by.has_perm("cases.change_material"):
        raise PermissionDenied("您没有审核材料的权限。")
    case = Case.objects.select_for_update().select_related("party").get(pk=case.pk)
    if case.voided_at or case.whose == Whose.NOBODY:
        raise PermissionDenied("这一件已经办结，材料不能再审核。")
    findings = {finding.material.pk: finding for finding in findings}
    rows = Material.objects.select_for_update().filter(case=case, pk__in=findings).select_related("slot", "document")
    changed = [row for row in rows if _found(row, findings[row.pk])]
    if changed:
        words = "；".join(f"{row.slot.name} {row.get_verdict_display()}" for row in changed)
        record(
            case, "material.checked", f"{by.name}审核材料：{words}", by=by, party=case.party, audience=Audience.STAFF
        )
    return len(changed)


def _found(row: Material, finding: Finding) -> bool:
    note = finding.note.strip() if finding.verdict == Material.Verdict.WRONG else ""
    if finding.verdict not in Material.Verdict.values:
        raise ValidationError("请选择符合或需补正。")
    if finding.verdict == Material.Verdict.WRONG and not note:
        raise ValidationError(f"请写明「{row.slot.name}」需要补正什么，单位照着补。", code="note")
    if (row.verdict, row.note) == (finding.verdict, note):
        return False
    if finding.seen is not None and row.version != finding.seen:
        raise StaleVersion(row)
    row.verdict, row.note = finding.verdict, note
    row.save()
    return True


# -- What templates/components/materials.html draws ---------------------------------------------------------------


@dataclass
class SlotRow:
    """One slot: what is handed in, what the library offers, what went wrong just now."""

    slot: Slot
    materials: list[Material]
    offered: list[Document] = field(default_factory=list)
    error: str = ""
    joining: int = 0  # photos that a job is making one PDF of

    @property
    def missing(self) -> bool:
        return self.slot.is_required and not any(row.verdict != Material.Verdict.WRONG for row in self.materials)


@dataclass
class Shelf:
    """The materials of a case for one reader. `base` is the address that the forms post below; `back` the page to return to."""

    case: Case
    rows: list[SlotRow]
    may_edit: bool
    show_verdicts: bool
    base: str
    back: str
    why_not: str = ""
    accept: str = ACCEPT

    @property
    def today(self):
        return timezone.localdate()

    @property
    def has_materials(self) -> bool:
        return any(row.materials for row in self.rows)

    @property
    def limit_bytes(self) -> int:
        return settings.UPLOAD_LIMIT_BYTES

    @property
    def limit(self) -> int:
        """Of one file, in MB."""
        return settings.UPLOAD_LIMIT_BYTES // 2**20

    @property
    def missing(self) -> list[Slot]:
        return [row.slot for row in self.rows if row.missing]


def shelf_of(case: Case, user, *, base: str, back: str = "", errors: dict | None = None) -> Shelf:
    """Six queries. A firm reads verdicts when it is its turn (or all is over), not while the office still checks."""
    why_not = why_not_hand_in(case, user)
    slots = list(slots_of(case))
    handed = {slot.pk: [] for slot in slots}
    for row in Material.objects.filter(case=case).select_related("document", "slot").order_by("pk"):
        handed[row.slot_id].append(row)
    offered = _offered(case, user, slots) if not why_not else {}
    waiting = list(
        Document.objects.loose()
        .filter(uploaded_by=user, kind__startswith=f"join:{case.pk}:")
        .values_list("kind", flat=True)
    )
    rows = []
    for slot in slots:
        there = {row.document_id for row in handed[slot.pk]}
        papers = [paper for paper in offered.get(slot.document_kind, ()) if paper.pk not in there]
        waits = waiting.count(joining_purpose(case, slot))
        rows.append(SlotRow(slot, handed[slot.pk], papers, (errors or {}).get(slot.pk, ""), waits))
    staff = user.is_staff and user.has_perm("cases.view_material")
    shown = staff or case.whose in (Whose.PARTY, Whose.NOBODY)
    return Shelf(case, rows, not why_not, shown, base, back, why_not)


def _offered(case: Case, user, slots) -> dict[str, list[Document]]:
    """Papers of the library in force, by kind, the longest valid first."""
    kinds = {slot.document_kind for slot in slots} - {""}
    if not kinds:
        return {}
    papers: dict[str, list[Document]] = {}
    found = Document.objects.visible_to(user).in_library().filter(party=case.party_id, kind__in=kinds)
    for paper in found.order_by("-expires_on", "-pk"):
        papers.setdefault(paper.kind, []).append(paper)
    return papers
