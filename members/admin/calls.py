"""来电来访: what was said on the telephone and at the counter, what was promised, whether it was kept."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from association.core.admin import BaseAdmin, Link
from association.core.adminlist import chip
from association.core.refusals import reason_of
from association.parties.search import by_party

from .. import calls
from ..call_forms import AnswerForm, CallNoteForm
from ..models import CallNote


class _AnswerFilter(admin.SimpleListFilter):
    title, parameter_name = "回复", "answer"

    def lookups(self, request, model_admin):
        return [("waiting", "待回复"), ("late", "过期未回复"), ("done", "已回复")]

    def queryset(self, request, queryset):
        waiting = Q(follow_up_on__isnull=False, answered_at=None)
        wanted = {
            "waiting": waiting,
            "late": waiting & Q(follow_up_on__lt=timezone.localdate()),
            "done": Q(answered_at__isnull=False),
        }.get(self.value())
        return queryset.filter(wanted) if wanted is not None else queryset


@admin.register(CallNote)
class CallNoteAdmin(BaseAdmin):
    form = CallNoteForm
    saves_through_actions = True
    list_display = ("topic", "party", "way", "caller", "happened_at", "by", "answer")
    list_display_links = ("topic",)
    list_select_related = ("party", "by")
    list_filter = (_AnswerFilter, "way")
    search_fields = ("topic",)
    search_help_text = "事由、单位、对方姓名、电话"
    sidebar_order = 15
    empty_text = "接到电话，在「一屏查企业」里记一笔，就会列在这里。"
    _MEANWHILE = ("happened_at", "by", "answered_at")
    fieldsets = [
        (None, {"fields": [("party", "way"), ("caller", "phone"), "topic", "content", ("follow_up_on", "audience")]}),
        ("记录", {"fields": [_MEANWHILE]}),
    ]
    add_fieldsets = [
        (
            None,
            {"fields": [("party_name", "way"), ("caller", "phone"), "topic", "content", ("follow_up_on", "audience")]},
        )
    ]

    search_rows = staticmethod(by_party("party", "topic__icontains", "caller__icontains", "phone__startswith"))

    def get_fieldsets(self, request, obj=None):
        return self.add_fieldsets if obj is None else super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request, obj=None):
        return () if obj is None else [*super().get_readonly_fields(request, obj), "party", *self._MEANWHILE]

    @admin.display(description="回复", ordering="follow_up_on")
    def answer(self, note):
        if note.answered_at:
            return chip("已回复", "lake")
        if note.follow_up_on is None:
            return ""
        late = note.follow_up_on < timezone.localdate()
        return chip(f"{note.follow_up_on:%m-%d} 前回复", "seal" if late else "gold")

    def save_model(self, request, obj, form, change):
        values = {name: form.cleaned_data[name] for name in calls.FIELDS if name in form.cleaned_data}
        if change:
            saved = calls.change_call(obj, by=request.user, **values)
        else:
            saved = calls.note_call(party=form.party, by=request.user, **values)
        obj.pk, obj.version, obj._state.adding = saved.pk, saved.version, False

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            links = []
            if obj.party_id:
                links.append(Link("企业卡片", f"/admin/members/firm/lookup/?firm={obj.party_id}"))
            if not obj.answered_at and self.has_change_permission(request, obj):
                links.append(Link("已回复", self.page_url("answer", obj.pk), filled=bool(obj.follow_up_on)))
            context["form_links"] = links
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [self.page("<path:object_id>/answer/", self.answer_view, "answer", needs="change")]

    def answer_view(self, request, object_id):
        """One question: how it was answered; then the to-do is gone."""
        obj = self.object_or_404(request, object_id, "change")
        back, form = self.page_url("change", obj.pk), AnswerForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                calls.answer_call(obj, by=request.user, words=form.cleaned_data["words"])
            except (ValidationError, PermissionDenied) as problem:
                messages.warning(request, reason_of(problem))
            else:
                messages.success(request, "已记录回复。")
            return HttpResponseRedirect(back)
        context = self.page_context(request, obj, title="已回复", form=form, back_url=back)
        return TemplateResponse(request, "admin/members/answer.html", context)
