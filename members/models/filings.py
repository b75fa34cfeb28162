"""What a party files about itself: joining (入会) and a change of its data (资料变更), both cases; a seat at a firm (席位)."""

from django.conf import settings
from django.db import models

from association.cases.models import Case
from association.parties.merge_rules import WhenMerged
from association.parties.models import Seat
from association.parties.visibility import OfPartyQuerySet
from association.workflow.models import Stateful

from .membership import Membership


class FilingQuerySet(OfPartyQuerySet):
    party_field = "case__party"

    def standing(self):
        return self.filter(case__voided_at=None)


class MembershipApplication(models.Model):
    """An application to join (入会申请), with the data as the applicant gave it."""

    case = models.OneToOneField(
        Case, models.CASCADE, primary_key=True, related_name="membership_application", verbose_name="办件"
    )
    kind = models.CharField("会员类别", max_length=6, choices=Membership.Kind, default=Membership.Kind.UNIT)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)
    introduction = models.TextField("单位简介", blank=True)
    staff_count = models.PositiveIntegerField("职工人数", null=True, blank=True)
    business = models.CharField("主营业务", max_length=200, blank=True)
    wished_post = models.CharField("申请担任的职务", max_length=30, blank=True)
    body = models.CharField("决定机构", max_length=60, blank=True)
    meeting_on = models.DateField("会议日期", null=True, blank=True)
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    SENSITIVE = {"contact_phone"}
    OF_PERSON = {"introduction": "个人简介", "business": "从业单位和专业"}  # what a person is asked for by another name
    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "入会申请"
        ordering = ["-case__opened_at"]

    def __str__(self):
        return str(self.case)

    def label_of(self, name: str) -> str:
        """A field as its applicant knows it."""
        own = self.OF_PERSON.get(name) if self.kind == Membership.Kind.PERSON else None
        return own or str(self._meta.get_field(name).verbose_name)


class LeavingRequest(models.Model):
    """A member asks to leave (退会申请); the office writes down that it did, and from which day."""

    case = models.OneToOneField(Case, models.CASCADE, primary_key=True, related_name="leaving", verbose_name="办件")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="leavings", verbose_name="会籍")
    reason = models.CharField("退会原因", max_length=300, blank=True)

    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "退会申请"
        ordering = ["-case__opened_at"]

    def __str__(self):
        return str(self.case)


class ChangeProposal(models.Model):
    """A firm proposes a change of its own data (资料变更): {field: [old, new]} as text, in effect from a day.

    `licence` is the paper behind it: the new business licence of a change of name.
    """

    case = models.OneToOneField(
        Case, models.CASCADE, primary_key=True, related_name="change_proposal", verbose_name="办件"
    )
    values = models.JSONField("变更内容", default=dict)
    takes_effect_on = models.DateField("生效日期", null=True, blank=True)
    applied_at = models.DateTimeField("写入档案时间", null=True, editable=False)
    licence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="证明材料"
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提出人"
    )
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    SENSITIVE = {"values"}  # telephones may be among them
    objects = FilingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资料变更"
        ordering = ["-case__opened_at"]

    def __str__(self):
        return str(self.case)


class SeatRequestQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff see all; others what they asked for themselves, and what is asked of firms they administer."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("members.view_seatrequest"):
            return self
        led = Seat.objects.live().filter(user=user, right=Seat.Kind.ADMIN).values("party")
        return self.filter(models.Q(user=user) | models.Q(party__in=led))


class SeatRequest(Stateful):
    """Somebody asks to act for a firm (单位开户、加入单位): a new firm with its licence, or one that is on file.

    No case: a new firm is no party until staff have verified it; a firm on file is joined, never doubled. Who has no
    account yet is a name and a mobile number until staff have verified them, too; `uid` is then their receipt (回执).
    """

    class State(models.TextChoices):
        SUBMITTED = "submitted", "待核对"
        RETURNED = "returned", "已退回"
        APPROVED = "approved", "已开通"
        NOT_ACCEPTED = "not_accepted", "未予开通"
        WITHDRAWN = "withdrawn", "已撤回"

    class Proof(models.TextChoices):
        LICENCE = "licence", "营业执照"
        LETTER = "letter", "盖章的授权委托书"
        MOBILE = "mobile", "在册手机验证码"

    workflow_kind = "seat-request"
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="seat_requests",
        verbose_name="申请账号",
    )  # fmt: skip
    applicant_name = models.CharField("申请人", max_length=30)
    applicant_mobile = models.CharField("手机号", max_length=11)
    party = models.ForeignKey(
        "parties.Party", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="在册单位"
    )
    name = models.CharField("单位名称", max_length=120)
    code = models.CharField("统一社会信用代码", max_length=18)
    right = models.CharField("申请的权限", max_length=8, choices=Seat.Kind, default=Seat.Kind.ADMIN)
    proof = models.CharField("凭据", max_length=8, choices=Proof)
    licence = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="营业执照"
    )
    letter = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="授权委托书"
    )
    once_key = models.CharField(max_length=120, unique=True)

    SENSITIVE = {"applicant_mobile"}
    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = SeatRequestQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开户与加入单位"
        ordering = ["-created_at", "-id"]

    def __str__(self):
        return f"{self.applicant_name} · {self.name}"

    @property
    def turn_person(self):
        return self.user

    @property
    def desk_url(self):
        return f"/desk/requests/{self.uid}/"

    def get_absolute_url(self):
        return f"/admin/members/seatrequest/{self.pk}/change/"
