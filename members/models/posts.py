"""Terms of the council (届次), posts (职务), who held which for whom (任职), and the changes that set them (换届、届中调整)."""

from datetime import datetime, time

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from association.core.enums import Channel
from association.core.models import Base
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet, StaffQuerySet
from association.workflow.models import Stateful


class Term(Base):
    """A term of the council (届): 第三届, from the meeting that elected it to the next one."""

    number = models.PositiveSmallIntegerField("届次", unique=True)
    name = models.CharField("名称", max_length=20)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("届满日期", null=True, blank=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "届次"
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="members_term_dates"
            )
        ]

    def __str__(self):
        return self.name


class Post(Base):
    """A post (职务) that a charter knows: 会长, 常务副会长, 理事 … 会员单位 is the post of who holds none."""

    class Organ(models.TextChoices):
        COUNCIL = "council", "理事会"
        STANDING = "standing", "常务理事会"
        SUPERVISORS = "supervisors", "监事会"
        OFFICE = "office", "秘书处"
        NONE = "none", "不属机构"

    name = models.CharField("职务", max_length=30, unique=True, help_text="例：副会长")
    unit_name = models.CharField("单位的叫法", max_length=30, blank=True, help_text="例：副会长单位")
    organ = models.CharField("所属机构", max_length=12, choices=Organ, default=Organ.NONE)
    order = models.PositiveSmallIntegerField("排序", default=100)
    other_names = models.CharField(
        "其他叫法", max_length=120, blank=True, help_text="名册里还会怎样写，用顿号隔开。例：普通会员、单位会员"
    )
    is_plain = models.BooleanField("普通会员", default=False, help_text="没有其他职务的会员算作这一项，不另作任职登记")
    is_active = models.BooleanField("在用", default=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "职务"
        ordering = ["order", "name"]
        constraints = [
            models.UniqueConstraint(fields=["is_plain"], condition=Q(is_plain=True), name="members_one_plain_post")
        ]

    def __str__(self):
        return self.name


class TenureQuerySet(OfPartyQuerySet):
    def standing(self):
        return self.filter(voided_at=None)

    def on(self, day=None):
        """Those that held their post on the day (default today)."""
        day = day or timezone.localdate()
        return self.standing().filter(Q(ended_on=None) | Q(ended_on__gt=day), starts_on__lte=day)


class Tenure(Base):
    """Somebody holds a post for a unit, or for none (任职), `starts_on` included, `ended_on` not.

    A unit whose person is not named yet has a row with an empty `person_name`.
    """

    term = models.ForeignKey(Term, models.PROTECT, null=True, blank=True, related_name="tenures", verbose_name="届次")
    post = models.ForeignKey(Post, models.PROTECT, related_name="tenures", verbose_name="职务")
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="tenures", verbose_name="单位"
    )
    person_name = models.CharField("任职人", max_length=40, blank=True)
    person_title = models.CharField("任职人职务", max_length=40, blank=True, help_text="在本单位的职务，例：董事长")
    person_phone = models.CharField("手机", max_length=30, blank=True)
    starts_on = models.DateField("任职日期")
    ended_on = models.DateField("离任日期", null=True, blank=True)
    end_reason = models.CharField("离任原因", max_length=120, blank=True)
    change = models.ForeignKey(
        "members.TermChange", models.PROTECT, null=True, blank=True, related_name="tenures", verbose_name="依据"
    )
    end_change = models.ForeignKey(
        "members.TermChange", models.PROTECT, null=True, blank=True, related_name="ended", verbose_name="离任依据"
    )
    voided_at = models.DateTimeField("作废时间", null=True, editable=False)
    void_reason = models.CharField("作废原因", max_length=300, blank=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    SENSITIVE = {"person_phone"}
    objects = TenureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["post__order", "starts_on", "id"]
        indexes = [models.Index(fields=["party", "ended_on"], name="members_tenure_party_idx")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("starts_on")), name="members_tenure_dates"
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | ~Q(person_name=""), name="members_tenure_of_somebody"
            ),
            models.UniqueConstraint(
                fields=["party", "post", "person_name"], condition=Q(ended_on=None, voided_at=None),
                name="members_one_open_tenure",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.post} {self.person_name or self.party}"

    def give_way(self, winner, *, by, reason):
        """The same person in the same post for the same unit: one row was a double."""
        return [(self, {"voided_at": timezone.now(), "void_reason": f"单位合并时确认重复：{reason}"[:300]})]


class TermChange(Stateful):
    """A list of posts decided by a meeting: 换届 sets all anew, 届中调整 some. Units confirm their data before it is issued."""

    class Kind(models.TextChoices):
        ELECTION = "election", "换届"
        ADJUSTMENT = "adjustment", "届中调整"

    workflow_kind = "term-change"
    term = models.ForeignKey(Term, models.PROTECT, related_name="changes", verbose_name="届次")
    kind = models.CharField("种类", max_length=10, choices=Kind, default=Kind.ADJUSTMENT)
    title = models.CharField("名称", max_length=80)
    body = models.CharField("会议", max_length=60, help_text="例：第三届第四次会员代表大会")
    meeting_on = models.DateField("会议日期")
    takes_effect_on = models.DateField("生效日期")
    confirm_until = models.DateField("请单位核对截止", null=True, blank=True)
    document_number = models.CharField("文号", max_length=60, blank=True)
    issued_on = models.DateField("印发日期", null=True, blank=True)
    once_key = models.CharField(max_length=120, unique=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "换届与届中调整"
        ordering = ["-meeting_on", "-id"]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"/admin/members/termchange/{self.pk}/change/"

    @property
    def due_at(self):
        """Until when the units have time, while they are asked: 17:00:00 of the day included."""
        if self.confirm_until is None or self.state != "confirming":
            return None
        return timezone.make_aware(datetime.combine(self.confirm_until, time(17)))


class TermChangeLine(Base):
    """One line of the list (名单): unit, person, post, as the file says; `party` once it is known whose it is."""

    class Answer(models.TextChoices):
        WAITING = "waiting", "未核对"
        CONFIRMED = "confirmed", "已确认"
        CORRECTED = "corrected", "已更正"

    change = models.ForeignKey(TermChange, models.CASCADE, related_name="lines", verbose_name="名单")
    place = models.PositiveIntegerField("序号")
    unit_name = models.CharField("单位", max_length=120, blank=True)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="会员"
    )
    person_name = models.CharField("任职人", max_length=40, blank=True)
    person_title = models.CharField("任职人职务", max_length=40, blank=True)
    person_phone = models.CharField("手机", max_length=30, blank=True)
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="职务")
    answer = models.CharField("核对", max_length=10, choices=Answer, default=Answer.WAITING)
    answered_at = models.DateTimeField("核对时间", null=True, editable=False)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False, verbose_name="核对人"
    )
    channel = models.CharField("代录方式", max_length=8, choices=Channel, blank=True)
    answer_note = models.CharField("更正说明", max_length=300, blank=True)

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    SENSITIVE = {"person_phone"}
    objects = OfPartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "名单"
        ordering = ["change", "place"]
        constraints = [models.UniqueConstraint(fields=["change", "place"], name="members_one_line_a_place")]

    def __str__(self):
        return f"{self.unit_name or self.person_name} {self.post}"
