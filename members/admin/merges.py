"""疑似重复 and 单位合并: pairs that may be one firm, both side by side, the merger, and the way back."""

from collections import defaultdict

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from association.accounts.roles import Right
from association.core.admin import Link, ReadOnlyAdmin
from association.core.adminhooks import holds
from association.core.adminlist import chip
from association.core.words import word
from association.jobs.views import page_url as job_url
from association.parties.models import Merge, Party, PartyName
from association.parties.unmerging import undo_merge
from association.timeline.models import Event

from .. import duplicates, merging, queries
from ..merge_forms import DismissForm, MergeForm, UndoForm
from ..models import Duplicate, Firm
from ..pages import act_page

MEMBERS = f"portal.{Right.MEMBERS.value}"
FOUND = 20  # firms that the search for the other one offers


def merge_url(into: int | None = None, merged: int | None = None) -> str:
    asked = "&".join(f"{name}={pk}" for name, pk in (("into", into), ("merged", merged)) if pk)
    return f"{reverse('admin:parties_merge_new')}{'?' if asked else ''}{asked}"


class _SaidFilter(admin.SimpleListFilter):
    """Without a choice: those that somebody has to look at."""

    title, parameter_name = "情况", "said"

    def lookups(self, request, model_admin):
        return [("no", "确认不是同一家")]

    def queryset(self, request, queryset):
        return queryset.filter(dismissed_at__isnull=False) if self.value() == "no" else queryset.open()


@admin.register(Duplicate)
class DuplicateAdmin(ReadOnlyAdmin):
    list_display = ("one", "other", "why", "likeness", "to_do")
    list_display_links = None
    list_select_related = ("first__firm", "second__firm", "dismissed_by")
    list_filter = (_SaidFilter,)
    search_fields = ("first__name",)
    search_help_text = "名称、曾用名、简称、拼音首字母、代码"
    sidebar_order = 20
    empty_text = "没有疑似重复的单位。用右上角「查找重复」重新核对全部档案。"

    def search_rows(self, rows, term):
        found = Party.objects.search(term).values("pk")
        return rows.filter(first__in=found) | rows.filter(second__in=found)

    def list_links(self, request) -> list[Link]:
        links = [Link("单位合并记录", reverse("admin:parties_merge_changelist"))]
        if holds(request.user, Right.MEMBERS):
            links.insert(0, Link("查找重复", self.page_url("search"), filled=True))
        return links

    @staticmethod
    def _party(party: Party):
        district = getattr(getattr(party, "firm", None), "district", "")
        return format_html('{}<br><span class="note">{}　{}</span>', party.name, party.number, district)

    one = admin.display(description="单位")(lambda self, row: self._party(row.first))
    other = admin.display(description="另一家")(lambda self, row: self._party(row.second))
    why = admin.display(description="依据")(lambda self, row: "、".join(row.reasons))
    likeness = admin.display(description="相似度")(lambda self, row: row.score)

    @admin.display(description="办理")
    def to_do(self, row):
        if row.dismissed_at:
            return f"{row.dismissed_by.name}确认不是同一家" + (f"：{row.note}" if row.note else "")
        return format_html('<a class="list-clear" href="{}">核对</a>', merge_url(row.first_id, row.second_id))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        pair = self.get_object(request, object_id) if object_id and self.has_view_permission(request) else None
        if pair is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        return HttpResponseRedirect(merge_url(pair.first_id, pair.second_id))

    def extra_urls(self):
        return [
            self.page("search/", self.search_view, "search", needs=MEMBERS),
            self.page("<int:pk>/dismiss/", self.dismiss_view, "dismiss", needs=MEMBERS),
        ]

    def search_view(self, request):
        back = self.page_url("changelist")
        if request.method == "POST":
            return HttpResponseRedirect(job_url(duplicates.start_search(by=request.user, back_url=back)))
        last = duplicates.last_search()
        when = f"上次查找：{timezone.localtime(last.finished_at):%Y-%m-%d %H:%M}。" if last else ""
        about = (
            f"{when}系统每天夜里自动查找一次：把全部在册单位的代码、名称（含曾用名）、法定代表人和电话互相核对，列出可能重复的；"
            "只列出，不改动档案。已经确认「不是同一家」的不再列出。"
        )
        context = self.page_context(request, title="查找重复", button="查找重复", about=about, back_url=back)
        return TemplateResponse(request, "admin/members/act.html", context)

    def dismiss_view(self, request, pk):
        pair = self.object_or_404(request, pk)
        return act_page(
            request, form=DismissForm(request.POST if request.method == "POST" else None),
            act=lambda data: merging.dismiss(pair, by=request.user, note=data["note"]),
            said=f"已记下：「{pair.first.name}」与「{pair.second.name}」不是同一家，不再列出。",
            frame=self.page_context(request, pair), back_url=self.page_url("changelist"), title="不是同一家",
            button="确认不是同一家", about=f"「{pair.first.name}」与「{pair.second.name}」是两家单位，以后查找重复时不再列出。",
        )  # fmt: skip


@admin.register(Merge)
class MergeAdmin(ReadOnlyAdmin):
    list_display = ("merged", "into", "by", "when", "standing")
    list_select_related = ("merged", "into", "by", "undone_by")
    fields = ("merged", "into", "by", "when", "reason", "standing")
    search_fields = ("merged__name",)
    search_help_text = "名称、曾用名、简称、拼音首字母、代码"
    sidebar_order = 21
    empty_text = "还没有合并过单位。"
    when = admin.display(description="合并时间", ordering="created_at")(
        lambda self, row: f"{timezone.localtime(row.created_at):%Y-%m-%d %H:%M}"
    )

    def search_rows(self, rows, term):
        found = Party.objects.search(term).values("pk")
        return rows.filter(merged__in=found) | rows.filter(into__in=found)

    @admin.display(description="情况")
    def standing(self, row):
        if row.undone_at:
            return chip(f"{timezone.localtime(row.undone_at):%Y-%m-%d} 由{row.undone_by.name}撤销")
        return chip("已合并", "lake")

    def list_links(self, request) -> list[Link]:
        links = [Link("疑似重复", reverse("admin:members_duplicate_changelist"))]
        return [*links, Link("合并两家单位", merge_url())] if holds(request.user, Right.MEMBERS) else links

    def history_of(self, obj):
        rows = Event.objects.filter(subject_type=Party._meta.label_lower, subject_id__in=(obj.into_id, obj.merged_id))
        return rows.filter(verb__in=("party.merged", "party.merged-away", "party.unmerged"))

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        links = [Link("保留的企业", reverse("admin:members_firm_change", args=[obj.into_id]))]
        if obj.undone_at is None and holds(request.user, Right.MEMBERS):
            links.append(Link("撤销合并", self.page_url("undo", obj.pk)))
        context["form_links"] = links
        return super().render_change_form(request, context, add, change, form_url, obj)

    def extra_urls(self):
        return [
            self.page("new/", self.new_view, "new", needs=MEMBERS),
            self.page("<int:pk>/undo/", self.undo_view, "undo", needs=MEMBERS),
        ]

    # -- merging -----------------------------------------------------------------------------------------------

    def new_view(self, request):
        into, merged = (_firm(request, request.GET.get(name, "")) for name in ("into", "merged"))
        if into is None or merged is None:
            return self._choose(request, into or merged)
        return self._decide(request, into, merged)

    def _choose(self, request, firm: Firm | None):
        """Which firm, then which other one."""
        words = request.GET.get("q", "").strip()[:60]
        rows = Firm.objects.visible_to(request.user).filter(party__merged_into=None).select_related("party")
        rows = rows.exclude(pk=firm.pk) if firm else rows
        if words:
            found = list(queries.search(rows, words).order_by("party__name")[:FOUND])
        elif firm:
            alike = [party.pk for party, _score in queries.similar_firms(firm.party.name)]
            found = list(rows.filter(pk__in=alike))
        else:
            found = []
        offered = [(one, merge_url(firm.pk if firm else one.pk, one.pk if firm else None)) for one in found]
        back = reverse("admin:members_firm_change", args=[firm.pk]) if firm else self.page_url("changelist")
        context = self.page_context(
            request, title="合并两家单位", firm=firm, words=words, offered=offered, back_url=back, subpage=True
        )
        return TemplateResponse(request, "admin/members/merge_choose.html", context)

    def _decide(self, request, into: Firm, merged: Firm):
        back = reverse("admin:members_duplicate_changelist")
        try:
            shown = merging.preview(merged, into, user=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
            return HttpResponseRedirect(back)
        form = MergeForm(request.POST if request.method == "POST" else None, preview=shown)
        if request.method == "POST" and form.is_valid() and self._merge(request, form, into, merged):
            return HttpResponseRedirect(reverse("admin:members_firm_change", args=[into.pk]))
        if form.is_bound:  # what is looked at now is what the next click is about
            form.data = form.data.copy()
            form.data["token"] = shown.token
        keys, cards = sorted((into.pk, merged.pk)), _cards(into, merged)
        context = self.page_context(
            request, title="合并两家单位", form=form, preview=shown, back_url=back, subpage=True,
            into=cards[into.pk], merged=cards[merged.pk], swap_url=merge_url(merged.pk, into.pk),
            pair=Duplicate.objects.filter(first=keys[0], second=keys[1], dismissed_at=None).first(),
        )  # fmt: skip
        return TemplateResponse(request, "admin/members/merge.html", context)

    def _merge(self, request, form: MergeForm, into: Firm, merged: Firm) -> bool:
        data = form.cleaned_data
        try:
            merging.merge(
                merged=merged, into=into, by=request.user, reason=data["reason"], choices=form.choices(),
                token=data["token"], name_becomes=data["name_becomes"],
            )  # fmt: skip
        except ValidationError as problem:
            form.add_error(None, problem.messages[0])
            return False
        messages.success(
            request, f"「{merged.party.name}」已并入「{into.party.name}」。合并有误的，可以在「单位合并」里撤销。"
        )
        return True

    def undo_view(self, request, pk):
        done = self.object_or_404(request, pk)
        return act_page(
            request, form=UndoForm(request.POST if request.method == "POST" else None),
            act=lambda data: undo_merge(done, by=request.user, reason=data["reason"]),
            said=f"已撤销合并，「{done.merged.name}」和「{done.into.name}」各是一家。",
            frame=self.page_context(request, done), back_url=self.page_url("change", done.pk), title="撤销合并",
            button="撤销合并", about=(
                f"「{done.merged.name}」的档案恢复成合并以前的样子，合并时移过来的资料移回去；"
                f"合并以后新登记的资料留在「{done.into.name}」。移过来的资料后来又改过的，不能整体撤销。"
            ),
        )  # fmt: skip


def _firm(request, key: str) -> Firm | None:
    """The firm of a key in the address; of a merged one, itself (the page says what became of it)."""
    if not key:
        return None
    if not key.isdigit() or len(key) > 15:
        raise Http404
    row = (
        Firm.objects.visible_to(request.user)
        .select_related("party__merged_into", "party__parent")
        .filter(pk=key)
        .first()
    )
    if row is None:
        raise Http404
    return row


def _cards(*firms: Firm) -> dict[int, dict]:
    """What tells firms apart, side by side. One query."""
    names = defaultdict(list)
    rows = PartyName.objects.filter(party__in=[firm.pk for firm in firms]).exclude(kind=PartyName.Kind.CURRENT)
    for pk, name in rows.order_by("pk").values_list("party", "name"):
        names[pk].append(name)
    return {firm.pk: _card(firm, names[firm.pk]) for firm in firms}


def _card(firm: Firm, names: list[str]) -> dict:
    party = firm.party
    facts = [
        ("统一社会信用代码", party.number), ("曾用名", "、".join(names)), (word("district"), firm.district),
        ("主项资质", firm.main_qualification), ("法定代表人", firm.legal_representative),
        ("总公司", party.parent.name if party.parent_id else ""),
        ("会员", f"会员 {firm.member_number}" if firm.is_member else "非会员"),
        ("建档", f"{timezone.localtime(party.created_at):%Y-%m-%d}"),
    ]  # fmt: skip
    return {"firm": firm, "facts": facts, "url": reverse("admin:members_firm_change", args=[firm.pk])}
