"""Accounts and stand-ins in the admin; everything is written by actions."""

from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelect2Widget, UnfoldAdminTextInputWidget

from association.core.admin import BaseAdmin, Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.masking import mask_mobile
from association.core.refusals import put_errors

from . import actions, lockout, slips
from .adapters import MobileField
from .forms import ReasonForm, StaffStandInForm
from .models import ActivationSlip, StandIn, User
from .roles import ROLE_BY_NAME, Right, labels_of
from .slip_sheet import sheet_of

MOST_SLIPS = 300

if admin.site.is_registered(Group):
    admin.site.unregister(Group)  # roles are a table in code (roles.py)


@dataclass(frozen=True)
class Deed:
    """Something done to an account from its page: `needs_reason` asks why, `shown` says when the button is there."""

    name: str
    label: str
    about: str
    needs_reason: bool = True
    help_text: str = ""


DEEDS = {
    deed.name: deed
    for deed in (
        Deed(
            "deactivate",
            "停用",
            "停用后不能再登录，正在使用的登录立即退出；资料和办理记录都保留，可以恢复。",
            help_text="例：离职、换人。",
        ),
        Deed("reactivate", "恢复", "恢复后可以用原来的密码和岗位登录。", help_text="例：返岗。"),
        Deed("unlock", "解锁", "密码连续输错被锁定时，解锁后可以马上再试。", needs_reason=False),
        Deed(
            "reset_second_factor",
            "重置二次验证",
            "原来的手机验证器、恢复码和记住的设备全部作废，本人用密码登录后重新设置。",
            help_text="写明原因和如何确认是本人，例：手机丢失，本人到办公室办理。",
        ),
        Deed(
            "slip",
            "打印开通单",
            "打印新的开通单，以前的开通单同时作废。开通码只在打印页显示一次，请当面交给本人。",
            needs_reason=False,
        ),
    )
}


def _roles() -> list[tuple[str, str]]:
    """[(name, what the association calls it)]"""
    return list(zip(ROLE_BY_NAME, labels_of(ROLE_BY_NAME), strict=True))


class UserForm(forms.ModelForm):
    """Who a person is and which roles they hold.

    The last of its checks is the action itself, which writes: what it refuses stands at its field, and nothing of it
    is kept.
    """

    mobile = MobileField(help_text="登录用，一人一号。", widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "tel"}))
    roles = forms.MultipleChoiceField(
        label="岗位",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(name, f"{label}：{ROLE_BY_NAME[name].about}") for name, label in _roles()],
        help_text="单位用户不选岗位，在「单位席位」里指定所在单位。",
    )
    roles_reason = forms.CharField(
        label="兼任原因",
        required=False,
        max_length=200,
        help_text="系统管理员兼办业务时填写，会记入经过。",
        widget=UnfoldAdminTextInputWidget(),
    )
    by = None  # set by UserAdmin.get_form
    written: User | None = None

    class Meta:
        model = User
        fields = ["name", "mobile", "email", "title", "department"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and "roles" in self.fields:
            held = self.instance.groups.filter(name__in=ROLE_BY_NAME).values_list("name", flat=True)
            self.fields["roles"].initial = list(held)

    def validate_unique(self):
        """The action says whose number it is."""

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            with transaction.atomic():
                self.written = self._write()
        except ValidationError as problem:
            put_errors(self, problem)
        except PermissionDenied as problem:
            self.add_error(None, str(problem))

    def _write(self) -> User:
        data = self.cleaned_data
        fields = {name: data[name] for name in actions.FIELDS if name in data}
        if self.instance.pk:
            user = User.objects.get(pk=self.instance.pk)
            actions.update_user(user, by=self.by, **fields)
        else:
            user = actions.create_user(by=self.by, **fields)
        if "roles" in data:
            actions.set_roles(user, roles=data["roles"], by=self.by, reason=data.get("roles_reason", ""))
        return user


def _search_users(rows, term):
    digits = "".join(char for char in term if char.isdigit())
    found = Q(name__icontains=term) | Q(title__icontains=term) | Q(department__icontains=term)
    if term.isascii() and term.isalpha():
        found |= Q(initials__contains=term.upper())
    return rows.filter(found | Q(mobile__contains=digits) if len(digits) >= 3 else found)


class RoleFilter(admin.SimpleListFilter):
    title, parameter_name = "岗位", "role"

    def lookups(self, request, model_admin):
        return _roles()

    def queryset(self, request, queryset):
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(BaseAdmin):
    form = UserForm
    list_display = ("name", "shown_mobile", "title", "role_list", "state", "last_login")
    list_filter = ("is_active", "is_staff", RoleFilter)
    search_fields = ("name",)
    search_help_text = "姓名、拼音首字母、手机号、职务、部门"
    search_rows = staticmethod(_search_users)
    saves_through_actions = True
    sidebar_order = 10
    ordering = ("name", "id")
    actions = ("print_slips",)
    fieldsets = (
        (None, {"fields": ("name", "mobile", "email", "title", "department")}),
        ("权限", {"fields": ("roles", "roles_reason")}),
    )

    # -- list ------------------------------------------------------------------------------------------------

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="手机号", ordering="mobile")
    def shown_mobile(self, obj):
        """Masked for everybody, as on the account's own page, where showing it in full is remembered."""
        return mask_mobile(obj.mobile)

    @admin.display(description="岗位")
    def role_list(self, obj):
        return "、".join(labels_of({group.name for group in obj.groups.all()}))

    @admin.display(description="状态", ordering="is_active")
    def state(self, obj):
        if not obj.is_active:
            return "已停用"
        return "可以登录" if obj.has_usable_password() else "待开通"

    # -- form ------------------------------------------------------------------------------------------------

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        masked = self.masked_names(request, obj)  # shown by a few characters only: what is posted for them is no edit
        form.base_fields = {name: field for name, field in form.base_fields.items() if name not in masked}
        return form

    def get_changeform_initial_data(self, request):
        return {}

    def save_model(self, request, obj, form, change):
        obj.pk, obj.uid, obj._state.adding = form.written.pk, form.written.uid, False

    def response_add(self, request, obj, post_url_continue=None):
        """To the account's own page: what comes next is its slip."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        messages.success(request, f"{obj}的账号已建立，请打印开通单，当面交给本人。")
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    def construct_change_message(self, request, form, formsets, add=False):
        return "", {}  # the action has recorded its own Event

    def save_related(self, request, form, formsets, change):
        """Roles are set by the action."""

    # -- deeds -----------------------------------------------------------------------------------------------

    def extra_urls(self):
        return [self.page("<path:object_id>/do/<str:deed>/", self.deed_view, "deed", needs="change")]

    def deeds_for(self, request, obj) -> list[Deed]:
        if not holds(request.user, Right.ACCOUNTS) or obj == request.user:
            return []
        wanted = ["slip"] if obj.is_active else []
        if lockout.locked_until(obj.mobile):
            wanted.append("unlock")
        if obj.authenticator_set.exists():
            wanted.append("reset_second_factor")
        wanted.append("deactivate" if obj.is_active else "reactivate")
        return [DEEDS[name] for name in wanted]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        links = []
        if obj is not None:
            links = [
                Link(deed.label, self.page_url("deed", obj.pk, deed.name), filled=deed.name == "slip")
                for deed in self.deeds_for(request, obj)
            ]
        return super().change_view(request, object_id, form_url, {"form_links": links} | (extra_context or {}))

    def deed_view(self, request, object_id, deed):
        """One page for each deed: says what will happen, asks why where it must, then does it."""
        obj = self.object_or_404(request, object_id, "change")
        wanted = next((row for row in self.deeds_for(request, obj) if row.name == deed), None)
        if wanted is None:
            messages.info(request, "现在不需要这样办理，请查看账号现在的状态。")
            return HttpResponseRedirect(self.page_url("change", obj.pk))
        form = ReasonForm(request.POST or None, help_text=wanted.help_text) if wanted.needs_reason else None
        problem = ""
        if request.method == "POST" and (form is None or form.is_valid()):
            try:
                return self._do(request, obj, wanted, form.cleaned_data["reason"] if form else "")
            except ValidationError as refusal:
                if form:
                    put_errors(form, refusal)
                problem = "" if form else refusal.messages[0]
            except PermissionDenied as refusal:
                problem = str(refusal)
        context = self.page_context(
            request, obj, title=f"{wanted.label}：{obj}", deed=wanted, form=form, problem=problem,
            back_url=self.page_url("change", obj.pk),
        )  # fmt: skip
        return TemplateResponse(request, "account/staff_deed.html", context)

    def _do(self, request, obj, deed: Deed, reason: str):
        if deed.name == "slip":
            return sheet_of(request, [slips.issue_slip(obj, by=request.user, request=request)], self._list_url())
        if deed.name == "unlock":
            actions.unlock(obj, by=request.user)
        else:
            getattr(actions, deed.name)(obj, by=request.user, reason=reason)
        messages.success(request, f"{obj}的账号：{deed.label}已办理。")
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    def _list_url(self) -> str:
        return reverse("admin:accounts_user_changelist")

    @admin.action(description="打印开通单", permissions=["slip"])
    def print_slips(self, request, queryset):
        """A sheet a person for the ticked rows, after a page that lists who gets one and who does not."""
        people = list(queryset.order_by("name", "id")[: MOST_SLIPS + 1])
        if len(people) > MOST_SLIPS:
            messages.error(request, f"一次最多打印 {MOST_SLIPS} 份，请分几次选择。")
            return None
        ready, refused = [], []
        for person in people:
            try:
                actions.check_may_manage(request.user, person, what="开通")
            except PermissionDenied as reason:
                refused.append((person, str(reason)))
            else:
                ready.append(person) if person.is_active else refused.append((person, "账号已停用，请先恢复。"))
        if request.POST.get("confirmed") and ready:
            printed = [slips.issue_slip(person, by=request.user, request=request) for person in ready]
            return sheet_of(request, printed, self._list_url())
        context = self.page_context(
            request, title="打印开通单", ready=ready, refused=refused, ticked=[person.pk for person in people],
            back_url=self._list_url(), deed=DEEDS["slip"],
        )  # fmt: skip
        return TemplateResponse(request, "account/staff_slips.html", context)

    def has_slip_permission(self, request):
        return holds(request.user, Right.ACCOUNTS)


@admin.register(StandIn)
class StandInAdmin(BaseAdmin):
    list_display = ("principal", "deputy", "starts_on", "ends_on", "matter_list", "reason", "state")
    list_filter = ("principal", "deputy")
    fields = ("principal", "deputy", "starts_on", "ends_on", "matter_list", "reason", "state")
    readonly_fields = fields
    search_fields = ("principal__name", "deputy__name")
    sidebar_order = 20

    def has_change_permission(self, request, obj=None):
        return False  # who signed for whom is never edited: revoke, and name another

    @admin.display(description="事项")
    def matter_list(self, obj):
        known = actions.known_matters()
        return "、".join(known.get(kind, kind) for kind in obj.matters) or "全部事项"

    @admin.display(description="状态")
    def state(self, obj):
        return "已撤回" if obj.revoked_at else "有效期内以日期为准"

    def add_view(self, request, form_url="", extra_context=None):
        """On a principal's written request (the principal themselves names one under 我的账号)."""
        if not self.has_add_permission(request):
            raise PermissionDenied("您没有登记代理的权限。")
        form = StaffStandInForm(request.POST or None)
        for name in ("principal", "deputy"):
            form.fields[name].widget = UnfoldAdminSelect2Widget(choices=form.fields[name].choices)
        if request.method == "POST" and form.is_valid():
            try:
                stand_in = actions.name_stand_in(by=request.user, **form.cleaned_data)
            except ValidationError as problem:
                put_errors(form, problem)
            except PermissionDenied as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(request, f"已登记{stand_in.deputy.name}代理{stand_in.principal.name}。")
                return HttpResponseRedirect(reverse("admin:accounts_standin_changelist"))
        context = self.page_context(
            request, title="登记代理", form=form, back_url=reverse("admin:accounts_standin_changelist"),
            about="委托人本人可以在「我的账号」里指定代理人；凭其书面委托时，在这里登记。", submit="登记",
        )  # fmt: skip
        return TemplateResponse(request, "account/staff_form.html", context)

    def extra_urls(self):
        return [self.page("<path:object_id>/revoke/", self.revoke_view, "revoke", needs="view")]

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.get_object(request, object_id)
        links = []
        if obj is not None and obj.revoked_at is None and holds(request.user, Right.ACCOUNTS):
            links = [Link("撤回", self.page_url("revoke", obj.pk))]
        return super().change_view(request, object_id, form_url, {"form_links": links} | (extra_context or {}))

    def revoke_view(self, request, object_id):
        obj = self.object_or_404(request, object_id)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            actions.revoke_stand_in(obj, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, "已撤回。")
            return HttpResponseRedirect(reverse("admin:accounts_standin_changelist"))
        context = self.page_context(
            request, obj, title=f"撤回代理：{obj}", form=form, back_url=self.page_url("change", obj.pk),
            about="撤回后，代理人不能再代为办理；已经办理的仍然有效。", submit="撤回",
        )  # fmt: skip
        return TemplateResponse(request, "account/staff_form.html", context)


@admin.register(ActivationSlip)
class ActivationSlipAdmin(ReadOnlyAdmin):
    """Who was given a slip, by whom, and whether it was used; the code is not here or anywhere."""

    list_display = ("user", "issued_by", "created_at", "expires_at", "used_at", "tries")
    list_filter = ("issued_by",)
    fields = list_display
    search_fields = ("user__name",)
    sidebar_order = 30
