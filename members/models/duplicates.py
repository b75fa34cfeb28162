"""Two parties on file that may be one (疑似重复), as the search for duplicates found them."""

from django.conf import settings
from django.db import models
from django.db.models import F

from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import StaffQuerySet


class DuplicateQuerySet(StaffQuerySet):
    def open(self):
        """Those that a person has to look at: nobody said 不是同一家, and neither was merged."""
        return self.filter(dismissed_at=None, first__merged_into=None, second__merged_into=None)


class Duplicate(Base):
    """A pair; `first` is the one on file longer. `reasons` are sentences, `score` 0-100 orders the list."""

    first = models.ForeignKey("parties.Party", models.CASCADE, related_name="+", verbose_name="单位")
    second = models.ForeignKey("parties.Party", models.CASCADE, related_name="+", verbose_name="另一家")
    reasons = models.JSONField("依据", default=list)
    score = models.PositiveSmallIntegerField("相似度", default=0)
    dismissed_at = models.DateTimeField("确认不是同一家", null=True, editable=False)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="确认人"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    WHEN_MERGED = {"first": WhenMerged.STAYS, "second": WhenMerged.STAYS}
    objects = DuplicateQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "疑似重复"
        ordering = ["-score", "id"]
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="members_duplicate_once"),
            models.CheckConstraint(condition=models.Q(first__lt=F("second")), name="members_duplicate_in_order"),
        ]

    def __str__(self):
        return f"{self.first} · {self.second}"
