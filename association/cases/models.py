"""Case (办件): whatever a party files and the secretariat decides on. Each kind has its own table beside it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.core.enums import Audience
from association.core.models import Base
from association.inbox.models import Whose
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceQuerySet, OfPartyQuerySet, StaffQuerySet
from association.workflow.models import Stateful
from association.workflow.table import workflow_of

from .registry import kind_of


class CaseQuerySet(AudienceQuerySet):
    in_charge_field = "in_charge"

    def standing(self):
        """Without those voided (作废): out of lists and sums, the number stays."""
        return self.filter(voided_at=None)


class Case(Stateful):
    """One case. `workflow_kind` is the kind itself, so each kind has its own table of moves."""

    kind = models.CharField("种类", max_length=30)
    number = models.CharField("办件编号", max_length=40, null=True, blank=True, unique=True)
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="cases", verbose_name="单位")
    party_name = models.CharField("单位名称（当时）", max_length=120)
    audience = models.CharField("可见范围", max_length=10, choices=Audience, default=Audience.PARTY)
    round_key = models.CharField("轮次", max_length=40, blank=True)
    title = models.CharField("事项", max_length=200)
    whose = models.CharField("轮到谁", max_length=10, choices=Whose, default=Whose.OFFICE)
    due_at = models.DateTimeField("期限", null=True, blank=True)
    in_charge = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办人"
    )
    opened_at = models.DateTimeField("登记时间", default=timezone.now)
    submitted_on = models.DateField("申报日期", null=True, blank=True)
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    concluded_on = models.DateField("办结日期", null=True, blank=True)
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    voided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)
    once_key = models.CharField(max_length=120, unique=True)

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    due_by_turn = True  # each move sets due_at from the table's working days
    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办件"
        ordering = ["-opened_at", "-id"]
        indexes = [
            models.Index(fields=["kind", "round_key", "state"], name="cases_round_idx"),
            models.Index(fields=["party", "opened_at"], name="cases_party_idx"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, voided_by=None, void_reason="")
                | (Q(voided_at__isnull=False, voided_by__isnull=False) & ~Q(void_reason="")),
                name="cases_void_says_who_and_why",
            ),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(submitted_on=None) | Q(accepted_on__gte=models.F("submitted_on")),
                name="cases_accepted_after_submitted",
            ),
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.follow_turn()
        if "state" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "whose"}
        super().save(*args, **kwargs)

    def follow_turn(self):
        """Bring 轮到谁 in step with the state; for set-based writers, who go past save()."""
        turn = workflow_of(self).turns.get(self.state)
        self.whose = turn.whose if turn else Whose.NOBODY

    @property
    def workflow_kind(self) -> str:
        return self.kind

    @property
    def group_url(self) -> str:
        return kind_of(self.kind).list_url(self)

    @property
    def desk_url(self) -> str:
        return kind_of(self.kind).party_url(self)

    def get_absolute_url(self):
        return kind_of(self.kind).staff_url(self)


class Slot(Base):
    """A material that a kind of case asks for (材料清单), by rows that staff edit. `part` narrows it: 单位会员, 个人会员."""

    kind = models.CharField("办件种类", max_length=30)
    part = models.CharField("适用", max_length=20, blank=True)
    name = models.CharField("材料名称", max_length=60)
    hint = models.CharField("说明", max_length=200, blank=True)
    document_kind = models.CharField(
        "证照种类", max_length=40, blank=True, help_text="填写后可以直接选用证照库里的文件"
    )
    is_required = models.BooleanField("必交", default=True)
    order = models.PositiveSmallIntegerField("排序", default=100)
    is_active = models.BooleanField("在用", default=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "材料清单"
        ordering = ["kind", "order", "name"]
        constraints = [models.UniqueConstraint(fields=["kind", "part", "name"], name="cases_slot_once")]

    def __str__(self):
        return self.name


class Material(Base):
    """A file handed in for a slot of a case (材料), checked one by one. Several files may stand in one slot."""

    class Verdict(models.TextChoices):
        WAITING = "waiting", "待审"
        FINE = "fine", "符合"
        WRONG = "wrong", "需补正"

    case = models.ForeignKey(Case, models.CASCADE, related_name="materials", verbose_name="办件")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="+", verbose_name="材料")
    document = models.ForeignKey("documents.Document", models.PROTECT, related_name="+", verbose_name="文件")
    verdict = models.CharField("审核", max_length=8, choices=Verdict, default=Verdict.WAITING)
    note = models.CharField("审核说明", max_length=200, blank=True)

    class _QuerySet(OfPartyQuerySet):
        party_field = "case__party"

    objects = _QuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "材料"
        ordering = ["case", "slot__order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "slot", "document"], name="cases_material_once"),
            models.CheckConstraint(condition=~Q(verdict="wrong") | ~Q(note=""), name="cases_wrong_says_why"),
        ]

    def __str__(self):
        return f"{self.slot} {self.document}"
