"""Who we deal with: Party (当事人), the names it bore, and Seat (席位), by which a person acts for it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from association.core.models import Base
from association.core.ngrams import query_grams, searchable
from association.core.search import GramsField

from .merge_rules import WhenMerged


class PartyQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff who read business see all; others the parties they hold a seat for, and those parties' branches' own."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("parties.view_party"):
            return self
        return self.filter(pk__in=Seat.objects.live().filter(user=user).values("party"))

    def search(self, term: str):
        """Parties whose name (now or before), short name, initials or code contains every word of `term`.

        Whatever the letters' case and width, and the brackets.
        """
        found, words = self, [word for word in map(searchable, term.split()) if word]
        for word in words:
            found = found.filter(search_text__contains=word)
        return found.filter(search_grams__has_grams=query_grams(" ".join(words))) if words else found

    def living(self):
        """Without those merged into another (已并入)."""
        return self.filter(merged_into=None)

    def one_with(self, party):
        """The party and those merged into it: what was published, said or sent of them is read as one."""
        return self.filter(Q(pk=party.pk) | Q(merged_into=party.pk))


class Party(Base):
    """A legal person, branch, person, authority or association. Everything below the apps knows a Party, not a firm."""

    class Kind(models.TextChoices):
        FIRM = "firm", "法人单位"
        BRANCH = "branch", "分公司"
        PERSON = "person", "个人"
        AUTHORITY = "authority", "主管部门"
        ASSOCIATION = "association", "协会"

    kind = models.CharField("性质", max_length=12, choices=Kind, default=Kind.FIRM)
    code = models.CharField("统一社会信用代码", max_length=18, null=True, blank=True, unique=True)
    org_code = models.CharField("组织机构代码", max_length=9, blank=True, db_index=True, editable=False)
    temporary_number = models.CharField("临时编号", max_length=20, null=True, blank=True, unique=True, editable=False)
    name = models.CharField("名称", max_length=120)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    short_name = models.CharField("简称", max_length=40, blank=True)
    initials = models.CharField("拼音首字母", max_length=120, blank=True, editable=False)
    search_text = models.TextField(editable=False, default="", help_text="名称、曾用名、简称、拼音、代码，供查找")
    search_grams = GramsField(editable=False, default="")
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="branches", verbose_name="总公司"
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name="已并入", editable=False
    )

    WHEN_MERGED = {"parent": WhenMerged.MOVES, "merged_into": WhenMerged.MOVES}
    objects = PartyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="parties_not_own_parent"),
            models.CheckConstraint(condition=~Q(merged_into=F("id")), name="parties_not_merged_into_itself"),
        ]
        indexes = [models.Index(fields=["name"], name="parties_party_name_idx")]

    def __str__(self):
        return self.name

    @property
    def number(self) -> str:
        """The code, or the temporary number of a branch that has none yet."""
        return self.code or self.temporary_number or ""


class PartyName(Base):
    """A name that a party bears, bore, or is also known by; looked up as of a record's date."""

    class Kind(models.TextChoices):
        CURRENT = "current", "现用名"
        FORMER = "former", "曾用名"
        ALIAS = "alias", "别名"

    party = models.ForeignKey(Party, models.CASCADE, related_name="names", verbose_name="单位")
    kind = models.CharField("类别", max_length=8, choices=Kind, default=Kind.CURRENT)
    name = models.CharField("名称", max_length=120)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    starts_on = models.DateField("启用日期", null=True, blank=True)
    ends_on = models.DateField("停用日期", null=True, blank=True)

    WHEN_MERGED = {"party": WhenMerged.MOVES}

    class Meta:
        verbose_name = verbose_name_plural = "名称沿革"
        ordering = ["kind", "-ends_on"]
        constraints = [
            models.UniqueConstraint(fields=["party"], condition=Q(kind="current"), name="parties_one_current_name"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="parties_name_dates",
            ),
        ]

    def __str__(self):
        return self.name

    def give_way(self, winner, *, by, reason):
        """Of two names that are borne now, one goes on as an alias, so that rows that use it still find the party."""
        return [(self, {"kind": PartyName.Kind.ALIAS})]


class SeatQuerySet(models.QuerySet):
    def live(self, day=None):
        day = day or timezone.localdate()
        return self.filter(Q(ended_at=None, starts_on__lte=day) & (Q(ends_on=None) | Q(ends_on__gte=day)))

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        return self if user.has_perm("parties.view_seat") else self.filter(user=user)


class Seat(Base):
    """A person's seat (席位) at a party: with which right they act for it, from when until when."""

    class Kind(models.TextChoices):
        ADMIN = "admin", "单位管理员"
        CLERK = "clerk", "经办人"
        READER = "reader", "只读"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="seats", verbose_name="账号")
    party = models.ForeignKey(Party, models.PROTECT, related_name="seats", verbose_name="单位")
    right = models.CharField("权限", max_length=8, choices=Kind, default=Kind.ADMIN)
    starts_on = models.DateField("开始日期", default=timezone.localdate)
    ends_on = models.DateField("结束日期", null=True, blank=True)
    ended_at = models.DateTimeField("停用时间", null=True, editable=False)  # from that moment, whatever the dates say

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位席位"
        ordering = ["party", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "party"], condition=Q(ended_at=None), name="parties_one_open_seat"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="parties_seat_dates"
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.party}"

    def give_way(self, winner, *, by, reason):
        """A person has one seat at a party: the other one ends."""
        return [(self, {"ended_at": timezone.now()})]


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Staff who open accounts see all; others those of parties where they are the administrator."""
        if not user.is_authenticated:
            return self.none()
        if user.has_perm("parties.view_invitation"):
            return self
        return self.filter(party__in=Seat.objects.live().filter(user=user, right=Seat.Kind.ADMIN).values("party"))

    def open(self):
        """Neither taken, nor withdrawn, nor run out."""
        return self.filter(taken_at=None, withdrawn_at=None, expires_at__gt=timezone.now())


class Invitation(Base):
    """A mobile number is asked to take a seat (邀请). The person accepts after logging in with that number."""

    party = models.ForeignKey(Party, models.PROTECT, related_name="invitations", verbose_name="单位")
    mobile = models.CharField("手机号", max_length=11)
    name = models.CharField("姓名", max_length=40)
    right = models.CharField("权限", max_length=8, choices=Seat.Kind, default=Seat.Kind.CLERK)
    replaces = models.ForeignKey(
        Seat, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接替的席位"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="邀请人")
    expires_at = models.DateTimeField("有效期至")
    taken_at = models.DateTimeField("接受时间", null=True, editable=False)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, editable=False)
    seat = models.ForeignKey(Seat, models.PROTECT, null=True, editable=False, related_name="+")

    WHEN_MERGED = {"party": WhenMerged.MOVES}
    SENSITIVE = {"mobile"}
    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "席位邀请"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["party", "mobile"], condition=Q(taken_at=None, withdrawn_at=None),
                name="parties_one_open_invitation",
            )
        ]  # fmt: skip

    def __str__(self):
        return f"{self.name} · {self.party}"

    def give_way(self, winner, *, by, reason):
        """A number is asked once: the other invitation is withdrawn."""
        return [(self, {"withdrawn_at": timezone.now()})]


class MergeQuerySet(models.QuerySet):
    def visible_to(self, user):
        allowed = user.is_authenticated and user.has_perm("parties.view_merge")
        return self if allowed else self.none()


class Merge(Base):
    """One party was merged into another (合并): `merged` stays with merged_into set; what moved is in `moves`."""

    merged = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="并入的单位")
    into = models.ForeignKey(Party, models.PROTECT, related_name="+", verbose_name="保留的单位")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经手人")
    reason = models.CharField("原因", max_length=300)
    undone_at = models.DateTimeField("撤销时间", null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="撤销人"
    )

    WHEN_MERGED = {"merged": WhenMerged.STAYS, "into": WhenMerged.STAYS}
    objects = MergeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "单位合并"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="parties_merged_once")
        ]

    def __str__(self):
        return f"{self.merged} 并入 {self.into}"


class MergeMove(models.Model):
    """A row that a merge moved or changed: {column: [before, after]}, and its version afterwards, for taking it back."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="moves", verbose_name="合并")
    table = models.CharField("类别", max_length=60)  # app_label.model
    row = models.BigIntegerField("行")
    values = models.JSONField("改动", default=dict)
    version_after = models.PositiveIntegerField("改后版本", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "合并移动的行"
        ordering = ["merge", "id"]
        constraints = [models.UniqueConstraint(fields=["merge", "table", "row"], name="parties_move_once")]

    def __str__(self):
        return f"{self.table} {self.row}"
