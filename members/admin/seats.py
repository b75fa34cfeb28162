"""单位席位 and 席位邀请: what an administrator of a firm does on the desk, staff do here on the firm's behalf."""

from functools import partial

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.template.defaultfilters import linebreaksbr
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.masking import mask_mobile
from association.core.models import StaleVersion
from association.parties.models import Invitation, Party, Seat

from .. import pages, seats
from ..seat_forms import EndForm, InviteForm, RightForm, TakeOverForm

_ACCOUNTS = f"portal.{Right.ACCOUNTS.value}"


class _Seen(forms.Form):
    """Which version of the seat the page showed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class StaffRightForm(_Seen, RightForm):
    pass


class StaffTakeOverForm(_Seen, TakeOverForm):
    pass


class StaffEndForm(_Seen, EndForm):
    pass


class LiveFilter(admin.SimpleListFilter):
    title, parameter_name = "状态", "live"

    def lookups(self, request, model_admin):
        return [("1", "在用"), ("0", "已停用")]

    def queryset(self, request, queryset):
        live = Seat.objects.live().values("pk")
        if self.value() not in ("0", "1"):
            return queryset
        return queryset.filter(pk__in=live) if self.value() == "1" else queryset.exclude(pk__in=live)


def _search(rows, term):
    """By the firm, by the person's name, by the beginning of the number."""
    found = Q(party__in=Party.objects.search(term).values("pk"))
    person = "user__" if rows.model is Seat else ""
    found |= Q(**{f"{person}name__icontains": term})
    digits = "".join(char for char in term if char.isdigit())
    return rows.filter(found | Q(**{f"{person}mobile__startswith": digits}) if len(digits) >= 3 else found)


class _Fixed(ReadOnlyAdmin):
    """Rows that change by deeds only, each on a page of its own."""

    def deed_page(self, request, obj, deed):
        """The page of a deed about a row of a firm (members.pages.Deed)."""
        frame = self.page_context(request, obj)
        return pages.deed_page(request, obj, deed, frame=frame, back_url=self.page_url("change", obj.pk))


@admin.register(Seat)
class SeatAdmin(_Fixed):
    list_display = ("person", "mobile", "party", "right", "starts_on", "state")
    list_display_links = ("person",)
    list_select_related = ("user", "party")
    list_filter = (LiveFilter, "right")
    search_fields = ("party__name",)
    search_help_text = "单位、姓名、手机号"
    search_rows = staticmethod(_search)
    fieldsets = [("席位", {"fields": [("person", "mobile"), "party", "right", ("starts_on", "ends_on"), "state"]})]
    sidebar_order = 20
    empty_text = "在企业档案里开通账号、邀请经办人员以后，会列在这里。"

    @admin.display(description="姓名", ordering="user__name")
    def person(self, seat):
        return seat.user.name

    @admin.display(description="手机号")
    def mobile(self, seat):
        return mask_mobile(seat.user.mobile)

    @admin.display(description="状态")
    def state(self, seat):
        today = timezone.localdate()
        over = seat.ended_at is not None or (seat.ends_on and seat.ends_on < today)
        return chip("已停用") if over else chip("在用", "lake")

    def extra_urls(self):
        return [
            self.page("<int:pk>/right/", self.right_view, "right", needs=_ACCOUNTS),
            self.page("<int:pk>/take-over/", self.take_over_view, "take_over", needs=_ACCOUNTS),
            self.page("<int:pk>/end/", self.end_view, "end", needs=_ACCOUNTS),
        ]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None and obj.ended_at is None and holds(request.user, Right.ACCOUNTS):
            pairs = (("改权限", "right"), ("由他人接替", "take_over"), ("停用", "end"))
            context["form_links"] = [Link(label, self.page_url(name, obj.pk)) for label, name in pairs]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _deed(self, request, pk, title, about, form, act):
        obj = self.object_or_404(request, pk)

        def done(_row, by, data):
            try:
                return act(obj, by=by, data=data, seen_version=data["seen"])
            except StaleVersion as problem:
                raise ValidationError(str(problem)) from problem

        made = partial(form, seat=obj, initial={"seen": obj.version})
        return self.deed_page(request, obj, pages.Deed(title, about.format(obj.user.name), title, made, done))

    def right_view(self, request, pk):
        def act(obj, *, by, data, seen_version):
            row = seats.change_right(obj, right=data["right"], by=by, seen_version=seen_version)
            return f"{row.user.name}现在是{row.get_right_display()}。", ""

        return self._deed(request, pk, "改权限", "代单位修改{}的权限，本人会收到消息。", StaffRightForm, act)

    def take_over_view(self, request, pk):
        def act(obj, *, by, data, seen_version):
            if data["colleague"]:
                row = seats.hand_over(obj, to=data["colleague"], by=by, seen_version=seen_version)
                return f"{row.user.name}已接替{obj.user.name}。", self.page_url("change", row.pk)
            row = seats.invite(
                party=obj.party, mobile=data["mobile"], name=data["name"], right=obj.right, days=data["days"], by=by,
                replaces=obj,
            )  # fmt: skip
            return f"已邀请{row.name}，对方接受时完成接替。", _invitation_url(row)

        about = "代单位办理：{}的席位停用，在办的办件、草稿和待办都留在单位，由接替人继续办理。"
        return self._deed(request, pk, "由他人接替", about, StaffTakeOverForm, act)

    def end_view(self, request, pk):
        def act(obj, *, by, data, seen_version):
            row = seats.end(obj, by=by, note=data["note"], seen_version=seen_version)
            return f"已停用{row.user.name}的席位。", ""

        about = "代单位办理：{}马上不能再为这家企业办理；账号本身和办理记录都保留。"
        return self._deed(request, pk, "停用", about, StaffEndForm, act)


def _invitation_url(row: Invitation) -> str:
    return f"/admin/parties/invitation/{row.pk}/change/"


def _invite(firm, by, data):
    row = seats.invite(party=firm.party, by=by, **data)
    return f"已邀请{row.name}，{timezone.localtime(row.expires_at):%Y-%m-%d %H:%M} 前有效。", _invitation_url(row)


INVITE = pages.Deed(
    "邀请经办人员",
    "以单位的名义邀请：对方用这个手机号登录后，在首页接受。没有账号的，请用「开通账号」，当面交给开通单。",
    "发出邀请",
    InviteForm,
    _invite,
)


class OpenFilter(admin.SimpleListFilter):
    title, parameter_name = "状态", "open"

    def lookups(self, request, model_admin):
        return [("1", "等待接受"), ("taken", "已接受"), ("over", "已撤回或过期")]

    def queryset(self, request, queryset):
        waits = Q(taken_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
        wanted = {"1": waits, "taken": Q(taken_at__isnull=False), "over": Q(taken_at=None) & ~waits}
        return queryset.filter(wanted[self.value()]) if self.value() in wanted else queryset


@admin.register(Invitation)
class InvitationAdmin(_Fixed):
    list_display = ("name", "shown_mobile", "party", "right", "by", "expires_at", "state")
    list_select_related = ("party", "by")
    list_filter = (OpenFilter,)
    search_fields = ("party__name",)
    search_help_text = "单位、姓名、手机号"
    search_rows = staticmethod(_search)
    fieldsets = [
        (
            "邀请",
            {"fields": [("name", "mobile"), "party", ("right", "replaces"), ("by", "expires_at"), "state", "text"]},
        )
    ]
    sidebar_order = 21
    empty_text = "单位管理员或协会邀请经办人员以后，会列在这里。"

    @admin.display(description="手机号")
    def shown_mobile(self, row):
        return mask_mobile(row.mobile)

    @admin.display(description="状态")
    def state(self, row):
        if row.taken_at:
            return chip("已接受", "lake")
        if row.withdrawn_at:
            return chip("已撤回或未接受")
        return chip("等待接受", "gold") if row.expires_at > timezone.now() else chip("已过期")

    @admin.display(description="发给对方的文字")
    def text(self, row):
        return linebreaksbr(seats.invitation_text(row, row.site), autoescape=True)

    def extra_urls(self):
        return [self.page("<int:pk>/withdraw/", self.withdraw_view, "withdraw", needs=_ACCOUNTS)]

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            obj.site = f"{request.scheme}://{request.get_host()}"
        if obj is not None and not (obj.taken_at or obj.withdrawn_at) and holds(request.user, Right.ACCOUNTS):
            context["form_links"] = [Link("撤回邀请", self.page_url("withdraw", obj.pk))]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def withdraw_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        about = f"撤回后，{obj.name}不能再凭这个邀请成为「{obj.party.name}」的{obj.get_right_display()}。"
        return pages.act_page(
            request, act=lambda _data: seats.withdraw(obj, by=request.user), frame=self.page_context(request, obj),
            said=f"已撤回对{obj.name}的邀请。", title="撤回邀请", about=about, button="撤回邀请", danger=True,
            back_url=self.page_url("change", obj.pk),
        )  # fmt: skip
