"""That somebody was told of a paper or qualification that ends (到期提醒): once each for a step of days before its day."""

import uuid

from django.conf import settings
from django.db import models

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet


class TermWarning(Base):
    """`subject` is a paper of the library or a Qualification; renewed, it ends on another day and is warned of anew."""

    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.BigIntegerField(editable=False)
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+", verbose_name="单位")
    ends_on = models.DateField("有效期至")
    days = models.PositiveSmallIntegerField("提前天数")
    run = models.UUIDField(default=uuid.uuid4, editable=False, db_index=True)  # of two runs at once each owns its rows
    noted_at = models.DateTimeField("协会已阅时间", null=True, editable=False)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="阅知人"
    )

    WHEN_MERGED = {"party": WhenMerged.MOVES_FREELY}
    objects = OfPartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到期提醒"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "ends_on", "days"], name="members_warned_once"
            )
        ]

    def __str__(self):
        return f"{self.ends_on} {self.days}"
