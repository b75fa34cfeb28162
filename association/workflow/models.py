"""Stateful rows and the steps (办理记录) they took."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.core.enums import Channel
from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import AudienceMixin, AudienceQuerySet

from .table import workflow_of


class StateLocked(TypeError):
    """A state was changed by hand: only workflow.perform() moves one."""


class Stateful(Base):
    """A row whose `state` only perform(), perform_many() and undo change. `workflow_kind` names its table."""

    workflow_kind: str
    state = models.CharField("状态", max_length=20, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db, field_names, values):
        instance = super().from_db(db, field_names, values)
        instance._stored_state = instance.__dict__.get("state")
        return instance

    def refresh_from_db(self, *args, **kwargs):
        super().refresh_from_db(*args, **kwargs)
        self._stored_state = self.__dict__.get("state")

    def save(self, *args, **kwargs):
        if not self._state.adding and not getattr(self, "_moving", False) and self._state_in_table() != self.state:
            raise StateLocked(f"{self._meta.label}.state is changed by workflow.perform() only")
        super().save(*args, **kwargs)
        self._stored_state = self.state

    def _state_in_table(self):
        """The state as it was read; asked for where the row came from a set-based writer."""
        stored = getattr(self, "_stored_state", None)
        if stored is None:
            stored = type(self)._base_manager.filter(pk=self.pk).values_list("state", flat=True).first()
        return self.state if stored is None else stored

    @property
    def state_label(self) -> str:
        """The state in words, for staff; templates have no other way to it (the choices stand in the table)."""
        return workflow_of(self).label_for(self.state, staff=True)

    # what the workflow asks of a row; override where it differs
    @property
    def turn_party(self):
        """The party whose matter this is, or None."""
        return getattr(self, "party", None)

    @property
    def turn_person(self):
        """The person whose own matter this is (not a party's), or None; their moves are `person_may`."""
        return None

    @property
    def desk_url(self) -> str:
        """The page on which `turn_party` or `turn_person` makes their moves; "" where they make none."""
        return ""

    def get_absolute_url(self):
        raise NotImplementedError(f"{type(self).__name__} names its page")  # pragma: no cover - every kind has one


class StepQuerySet(AudienceQuerySet):
    def of(self, thing):
        return self.filter(subject_type=thing._meta.label_lower, subject_id=thing.pk)

    def standing(self):
        return self.filter(undone_at=None)


class Step(Base, AudienceMixin):
    """One move of one row, with both dates: the day it happened and the moment it was entered."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    name = models.CharField(max_length=40)
    label = models.CharField("步骤", max_length=40)
    source = models.CharField(max_length=20, blank=True)
    target = models.CharField(max_length=20)
    happened_on = models.DateField("发生日期")
    entered_at = models.DateTimeField("录入时间", default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="steps", verbose_name="经手人"
    )
    principal = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="委托人"
    )
    signature = models.CharField("署名", max_length=70, help_text="代理时写作「张某代李某」")
    note = models.TextField("说明", blank=True)
    channel = models.CharField("代录方式", max_length=8, choices=Channel, blank=True)
    received_on = models.DateField("收到日期", null=True, blank=True)
    scan = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="扫描件"
    )
    before = models.JSONField(default=dict, help_text="撤回时恢复的字段")
    went_out = models.BooleanField("已对外", default=False)
    undone_at = models.DateTimeField("撤回时间", null=True, editable=False)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    undo_reason = models.CharField("撤回原因", max_length=300, blank=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.STAYS}
    objects = StepQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["entered_at", "id"]
        indexes = [models.Index(fields=["subject_type", "subject_id", "entered_at"], name="workflow_subject_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="workflow_undone_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(channel="", received_on=None) | ~Q(channel=""), name="workflow_received_on_behalf"
            ),
        ]

    def __str__(self):
        return f"{self.label} · {self.signature}"
