"""Firms on file (企业): what a construction firm has beyond its Party. On file whether or not a member."""

from django.db import models
from django.db.models import Exists, Q
from simple_history.models import HistoricalRecords

from association.core.models import Association, Base
from association.parties.merge_rules import WhenMerged
from association.parties.models import Party, Seat

from .membership import MembershipRules


class FirmQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff who read business see all; others the firms they hold a seat for, and those firms' branches (分公司) or
        head offices (总公司) as far as the rules of the house say."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("members.view_firm"):
            return self
        own = Seat.objects.live().filter(user=user).values("party")
        branches = Q(party__parent__in=own) & Exists(MembershipRules.objects.filter(head_sees_branches=True))
        heads = Q(party__in=Party.objects.filter(pk__in=own, parent__isnull=False).values("parent")) & Exists(
            MembershipRules.objects.filter(branches_see_head=True)
        )
        return self.filter(Q(party__in=own) | branches | heads)

    def related_to(self, party: Party):
        """The branches and the head office of a party, living ones."""
        return self.filter(Q(party__parent=party) | Q(party=party.parent_id), party__merged_into=None)

    def living(self):
        """Without those merged into another (已并入): few, so they are named instead of asking each firm's party."""
        return self.exclude(pk__in=Party.objects.filter(merged_into__isnull=False).values("pk"))

    def public(self):
        """Those that the public directory (企业名录) lists, for anyone."""
        return self.filter(in_directory=True, party__merged_into=None)


class Firm(Base):
    """A construction firm or branch (企业). Amounts in 万元 where the field says so."""

    class Group(models.TextChoices):
        """Groups of the report by main qualification (主项资质)."""

        SPECIAL = "特级", "特级"
        FIRST = "一级", "一级"
        SECOND = "二级", "二级"
        THIRD = "三级", "三级"
        SPECIALIST = "专业承包", "专业承包"
        LABOUR = "劳务", "劳务"
        OTHER = "其他", "其他"

    class UnitKind(models.TextChoices):
        """What a unit does (单位类型); the register also holds units that are never rated."""

        BUILDER = "builder", "施工企业"
        LABOUR = "labour", "劳务企业"
        SUPERVISOR = "supervisor", "监理单位"
        DESIGNER = "designer", "勘察设计单位"
        TESTER = "tester", "检测单位"
        SUPPLIER = "supplier", "材料设备单位"
        OTHER = "other", "其他单位"

        @classmethod
        def as_called(cls) -> dict[str, str]:
            """{value: label} in the association's words."""
            return {kind.value: Association.current().words.get(kind.label, kind.label) for kind in cls}

    party = models.OneToOneField(Party, models.CASCADE, primary_key=True, related_name="firm", verbose_name="单位")
    unit_kind = models.CharField("单位类型", max_length=10, choices=UnitKind, default=UnitKind.BUILDER, db_index=True)
    district = models.CharField("县市区", max_length=40, blank=True, db_index=True)
    main_qualification = models.CharField("主项资质", max_length=80, blank=True)
    qualification_group = models.CharField("资质分组", max_length=10, choices=Group, default=Group.OTHER, db_index=True)
    is_member = models.BooleanField("会员单位", default=False, db_index=True)
    member_number = models.CharField("会员编号", max_length=30, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=40, blank=True)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True, db_index=True)
    address = models.CharField("地址", max_length=160, blank=True)
    registered_capital = models.DecimalField("注册资本（万元）", max_digits=14, decimal_places=4, null=True, blank=True)
    in_directory = models.BooleanField("列入公开名录", default=True)
    remark = models.TextField("备注（内部）", blank=True)

    SENSITIVE = {"contact_phone", "remark"}
    history = HistoricalRecords(verbose_name="企业变更记录", excluded_fields=["contact_phone", "remark", "uid"])
    objects = FirmQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业"
        ordering = ["-party_id"]

    def __str__(self):
        return self.party.name

    def get_absolute_url(self):
        return f"/admin/members/firm/{self.pk}/change/"


class FirmPartQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(firm__in=Firm.objects.visible_to(user))


class Qualification(Base):
    """One qualification certificate (资质证书) with its term; 2014 levels and 2020 甲/乙 live side by side."""

    class Standard(models.TextChoices):
        S2014 = "2014", "2014 版标准"
        S2020 = "2020", "2020 版改革方案"

    firm = models.ForeignKey(Firm, models.CASCADE, related_name="qualifications", verbose_name="企业")
    name = models.CharField("资质类别及等级", max_length=80)
    standard = models.CharField("标准", max_length=4, choices=Standard, default=Standard.S2014)
    number = models.CharField("证书编号", max_length=60, blank=True)
    starts_on = models.DateField("发证日期", null=True, blank=True)
    ends_on = models.DateField("有效期至", null=True, blank=True)

    WHEN_MERGED = {"firm": WhenMerged.MOVES}
    objects = FirmPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "资质"
        ordering = ["firm", "ends_on", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
                name="members_qualification_term",
            )
        ]

    def __str__(self):
        return self.name


class Person(Base):
    """Somebody at a firm besides its legal representative and contact (企业人员)."""

    class Role(models.TextChoices):
        CONTACT = "contact", "其他联系人"
        GENERAL = "general", "总经理"
        TECHNICAL = "technical", "技术负责人"
        SAFETY = "safety", "安全负责人"
        FINANCE = "finance", "财务负责人"

    firm = models.ForeignKey(Firm, models.CASCADE, related_name="people", verbose_name="企业")
    role = models.CharField("身份", max_length=10, choices=Role)
    name = models.CharField("姓名", max_length=40)
    phone = models.CharField("电话", max_length=30, blank=True, db_index=True)
    note = models.CharField("说明", max_length=80, blank=True)

    WHEN_MERGED = {"firm": WhenMerged.MOVES}
    SENSITIVE = {"phone"}
    objects = FirmPartQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "企业人员"
        ordering = ["firm", "role", "name"]

    def __str__(self):
        return self.name
