"""Who logs in: User, their staff roles (Django groups), stand-ins (代理) and printed activation slips (开通单)."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property

from association.core.models import Base
from association.core.text import initials

from .roles import Right, labels_of, rights_of

MOBILE = RegexValidator(r"^1[3-9]\d{9}$", "手机号是 11 位数字，请核对。")


class UserQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who manages accounts sees all, everyone else themselves."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("accounts.view_user") else self.filter(pk=user.pk)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def create_user(self, mobile, password=None, **fields):
        user = self.model(mobile=mobile, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, mobile, password=None, **fields):
        return self.create_user(mobile, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin, Base):
    """A person (人员). The mobile number is the name to log in with; roles and seats say what they may do."""

    mobile = models.CharField("手机号", max_length=11, unique=True, validators=[MOBILE])
    mobile_verified = models.BooleanField("手机号已验证", default=False, editable=False)
    name = models.CharField("姓名", max_length=30)
    email = models.EmailField("邮箱", blank=True)
    title = models.CharField("职务", max_length=30, blank=True)
    department = models.CharField("部门", max_length=30, blank=True)
    initials = models.CharField("拼音首字母", max_length=30, blank=True, editable=False)
    is_active = models.BooleanField("可以登录", default=True, help_text="离职或停用时去掉勾选，不删除账号。")
    is_staff = models.BooleanField("协会工作人员", default=False, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "mobile"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    SENSITIVE = {"password", "mobile", "email"}

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["name", "id"]

    def __str__(self):
        return self.name

    @cached_property
    def role_names(self) -> tuple[str, ...]:
        return tuple(group.name for group in self.groups.all()) if self.is_staff else ()

    @cached_property
    def role_labels(self) -> list[str]:
        return labels_of(self.role_names)

    @cached_property
    def rights(self) -> frozenset[Right]:
        """What this person may do in their own name; a stand-in's rights are asked for by matter (rules.may)."""
        if not (self.is_active and self.is_staff):
            return frozenset()
        return frozenset(Right) if self.is_superuser else rights_of(self.role_names)

    @cached_property
    def stand_ins_today(self) -> tuple["StandIn", ...]:
        """By which this person stands in for others today, with the principals; asked once in a request."""
        return tuple(StandIn.objects.of(self, timezone.localdate())) if self.is_active else ()

    @cached_property
    def lent_rights(self) -> frozenset[Right]:
        """What the person may see and do today as a stand-in in every matter; one for some matters only may look."""
        whole = (row.principal.rights for row in self.stand_ins_today if not row.matters)
        part = (row.principal.rights & {Right.READ} for row in self.stand_ins_today if row.matters)
        return frozenset().union(*whole, *part)

    @cached_property
    def rights_today(self) -> frozenset[Right]:
        """Own rights and lent ones: for what a person sees. What they do is asked for by matter (rules.authority)."""
        return self.rights | self.lent_rights

    def save(self, *args, **kwargs):
        if kwargs.get("update_fields") == ["last_login"]:  # a login is no edit that another's open form must learn of
            type(self).objects.filter(pk=self.pk).update(last_login=self.last_login)
            return
        self.initials = initials(self.name)[:30]
        if "name" in (kwargs.get("update_fields") or ()):
            kwargs["update_fields"] = {*kwargs["update_fields"], "initials"}
        super().save(*args, **kwargs)

    def get_short_name(self):
        return self.name


class StandInQuerySet(models.QuerySet):
    def of(self, deputy, day):
        """Those by which a person stands in for others on a day, with the principals and their roles."""
        rows = self.filter(deputy=deputy, revoked_at=None, starts_on__lte=day, ends_on__gte=day)
        return rows.select_related("principal").prefetch_related("principal__groups")

    def visible_to(self, user):
        """Who manages accounts sees all, everyone else those they named or stand in by."""
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("accounts.view_standin") else self.filter(Q(principal=user) | Q(deputy=user))


class StandIn(Base):
    """A deputy (代理) who signs for another person, for some days and kinds of matter; records name both."""

    principal = models.ForeignKey(User, models.PROTECT, related_name="stand_ins", verbose_name="委托人")
    deputy = models.ForeignKey(User, models.PROTECT, related_name="stands_in_for", verbose_name="代理人")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    matters = models.JSONField("事项", default=list, blank=True, help_text="不选表示全部事项")
    reason = models.CharField("原因", max_length=120)
    revoked_at = models.DateTimeField("撤回时间", null=True, editable=False)

    objects = StandInQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代理"
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="accounts_standin_dates"),
            models.CheckConstraint(condition=~Q(principal=F("deputy")), name="accounts_standin_two_people"),
        ]

    def __str__(self):
        return f"{self.deputy}代{self.principal}"

    def covers(self, matter: str, day) -> bool:
        return (
            self.revoked_at is None
            and self.starts_on <= day <= self.ends_on
            and (not self.matters or matter in self.matters)
        )


SLIP_TRIES = 5


def _slip_end():
    return timezone.now() + timedelta(days=7)


class ActivationSlipQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self if user.is_authenticated and user.has_perm("accounts.view_activationslip") else self.none()


class ActivationSlip(Base):
    """A printed slip (开通单) with a one-time code, for a person who cannot get an SMS; good for 7 days, once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="slips", verbose_name="账号")
    code_hash = models.CharField(max_length=128, editable=False)
    tries = models.PositiveSmallIntegerField("已试次数", default=0, editable=False)
    expires_at = models.DateTimeField("有效期至", default=_slip_end)
    used_at = models.DateTimeField("使用时间", null=True, editable=False)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="开通人")

    SENSITIVE = {"code_hash"}
    objects = ActivationSlipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "开通单"
        ordering = ["-created_at"]

    def __str__(self):
        return f"{self.user} 的开通单"

    @property
    def is_open(self) -> bool:
        return self.used_at is None and self.tries < SLIP_TRIES and timezone.now() < self.expires_at
