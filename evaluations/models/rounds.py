"""The round of a year (评价轮次) and each firm's rating in it (a case)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from association.cases.models import Case
from association.core.models import Base
from association.inbox.models import Todo
from association.parties.merge_rules import WhenMerged
from association.parties.models import Seat
from association.parties.visibility import StaffQuerySet
from members.models import Firm

from ..enums import TAKING_PART
from .scheme import Scheme


class RatingRound(Base):
    """A year's rating. `year` is the year it is about, apart from its dates."""

    year = models.PositiveSmallIntegerField("评价年度", unique=True)
    title = models.CharField("名称", max_length=80)
    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="rounds", verbose_name="评分办法")
    issuer = models.CharField("发布单位", max_length=120, help_text="公布信用等级的单位，例：市住房和城乡建设局")
    opens_on = models.DateField("申报开始", null=True, blank=True)
    closes_on = models.DateField("申报截止", null=True, blank=True)
    sheets_open = models.BooleanField(
        "向企业开放评分表", default=False, help_text="打开后，企业可以查看协会评分的依据。"
    )
    grades_open = models.BooleanField(
        "主管部门同意公开", default=False, help_text="打开后，企业可以看到主管部门评分和测算等级，测算等级可以公示。"
    )
    publicity_days = models.PositiveSmallIntegerField("公示工作日", default=5)
    current_run = models.ForeignKey(
        "evaluations.ScoringRun", models.SET_NULL, null=True, editable=False, related_name="+", verbose_name="当前测算"
    )
    issued_number = models.CharField("发布文号", max_length=60, blank=True, editable=False)
    issued_on = models.DateField("发布日期", null=True, editable=False)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评价轮次"
        ordering = ["-year"]

    def __str__(self):
        return self.title

    @property
    def round_key(self) -> str:
        return f"rating:{self.year}"

    def get_absolute_url(self):
        return f"/admin/evaluations/ratinground/{self.pk}/change/"


class RatingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff who read business see all; a firm its own."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("evaluations.view_rating"):
            return self
        return self.filter(case__party__in=Seat.objects.live().filter(user=user).values("party"))

    def standing(self):
        """Without those entered in error (作废)."""
        return self.filter(case__voided_at=None)

    def taking_part(self):
        """Accepted into the round and not out of it again: what is scored, counted, sent to the bureau and issued."""
        return self.standing().filter(case__state__in=TAKING_PART)


class Rating(models.Model):
    """A firm in a round. The snapshot is what the round needs to know of it, kept as it was then.

    `grade` is the 信用等级: only the issuer's published list, with number and date, sets it.
    """

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="rating", verbose_name="办件")
    round = models.ForeignKey(RatingRound, models.PROTECT, related_name="ratings", verbose_name="轮次")
    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="ratings", verbose_name="企业")
    name = models.CharField("企业名称", max_length=120)
    code = models.CharField("统一社会信用代码", max_length=20, blank=True)
    district = models.CharField("县市区", max_length=40, blank=True)
    qualification = models.CharField("主项资质", max_length=80, blank=True)
    qualification_group = models.CharField("资质分组", max_length=10, choices=Firm.Group, default=Firm.Group.OTHER)
    is_member = models.BooleanField("会员", default=False)
    member_number = models.CharField("会员编号", max_length=30, blank=True)
    batch = models.ForeignKey("exchange.ImportBatch", models.SET_NULL, null=True, related_name="+", editable=False)
    grade = models.CharField("信用等级", max_length=20, blank=True)
    grade_number = models.CharField("发布文号", max_length=60, blank=True)
    grade_on = models.DateField("发布日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES_OR_IS_LEFT}
    objects = RatingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参评企业"
        ordering = ["round", "case_id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "party"], name="evaluations_once_a_round"),
            models.CheckConstraint(
                condition=Q(grade="", grade_on=None) | (~Q(grade="") & Q(grade_on__isnull=False)),
                name="evaluations_grade_has_a_date",
            ),
        ]

    def __str__(self):
        return f"{self.name}"

    def give_way(self, winner, *, by, reason):
        """A firm is rated once a round: what is under way of the other is void; what was issued stays as it is."""
        rows = [(self, {}), (self.case, {})]
        if not self.grade and self.case.voided_at is None:
            words = {
                "voided_at": timezone.now(),
                "voided_by": by,
                "void_reason": f"单位合并，本轮另有一份：{reason}"[:300],
            }
            todos = Todo.objects.open().filter(subject_type=Case._meta.label_lower, subject_id=self.case_id)
            rows = [(self, {}), (self.case, words), *((todo, {"done_at": timezone.now()}) for todo in todos)]
        return rows
