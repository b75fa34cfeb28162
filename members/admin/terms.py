"""换届与届中调整: a list of posts from Excel to print, the units' answers, and what issuing it will do."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import timezone

from association.accounts.roles import Right
from association.core.admin import BaseAdmin, Link
from association.core.adminhooks import holds
from association.core.masking import mask_mobile
from association.exchange.exports import ListExport, export_list, file_name, masked_for
from association.exchange.exports import register as register_export
from association.exchange.resources import ColumnField, TableResource
from association.exchange.views import attachment
from association.parties.models import Party
from association.timeline.actions import log_access
from association.workflow.admin import StatefulAdminMixin

from .. import term_changes
from ..enums import TermState
from ..models import Membership, TermChange, TermChangeLine
from ..pages import act_page
from ..queries import similar_firms
from ..term_forms import LineForm, OnBehalfForm, TermChangeForm
from ..term_plans import plan_of

S = TermState
SUGGESTED = 10  # names that wait for which likely units are looked up on the page


class UnansweredResource(TableResource):
    """The units that have not answered, with whom to call."""

    unit = ColumnField("单位名称", "party__name", width=34)
    post = ColumnField("协会职务", "post__name")
    person = ColumnField("任职人", "person_name")
    contact = ColumnField("联系人", "party__firm__contact_name")
    phone = ColumnField("联系电话", "party__firm__contact_phone", width=16, mask=mask_mobile)

    class Meta:
        model = TermChangeLine


def _unanswered(user, params):
    rows = TermChangeLine.objects.visible_to(user).filter(change=params["change"]).exclude(party=None)
    return rows.filter(answer=TermChangeLine.Answer.WAITING).order_by("place")


UNANSWERED = register_export(
    ListExport(
        "term-unanswered", "未核对任职资料的单位", UnansweredResource, _unanswered,
        lambda params: str(TermChange.objects.filter(pk=params["change"]).first() or ""), landscape=False,
    )
)  # fmt: skip


@admin.register(TermChange)
class TermChangeAdmin(StatefulAdminMixin, BaseAdmin):
    form = TermChangeForm
    change_form_template = "admin/members/term_change.html"
    list_display = ("title", "term", "kind", "state_chip", "meeting_on", "takes_effect_on", "document_number")
    list_select_related = ("term",)
    list_filter = ("kind", "term")
    fields = (("term", "kind"), "title", "body", ("meeting_on", "takes_effect_on"))
    search_fields = ("title",)
    search_help_text = "名称、会议、文号"
    search_rows = staticmethod(
        lambda rows, term: (
            rows.filter(title__icontains=term)
            | rows.filter(body__icontains=term)
            | rows.filter(document_number__icontains=term)
        )
    )
    saves_through_actions = True
    bulk_moves = False
    sidebar_order = 60
    empty_text = "理事会、会员代表大会定了人选以后，在这里新建一份名单：导入、请单位核对、印发。"

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.state == S.DRAFT)

    def get_fields(self, request, obj=None):
        issued = [("document_number", "issued_on")] if obj is not None and obj.state == S.ISSUED else []
        return [*self.fields, *issued]

    def save_model(self, request, obj, form, change):
        values = {name: form.cleaned_data[name] for name in term_changes.EDITABLE}
        if change:
            saved = term_changes.edit_change(obj, by=request.user, **values)
        else:
            key = f"{values['term'].pk}:{values['kind']}:{values['meeting_on']}:{values['title']}"
            saved = term_changes.create_change(by=request.user, once_key=key[:120], **values)
        obj.pk, obj.version, obj._state.adding = saved.pk, saved.version, False

    def response_add(self, request, obj, post_url_continue=None):
        messages.success(request, "名单已建立，请导入 Excel 或逐行填写。")
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    # -- the page ----------------------------------------------------------------------------------------------

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= self._list(request, obj) | {"form_links": self._links(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _links(self, request, obj) -> list[Link]:
        links = [Link("打印名单", self.page_url("print", obj.pk))]
        if obj.state == S.CONFIRMING:
            links.insert(0, Link("未核对的单位", self.page_url("unanswered", obj.pk)))
        if obj.state == S.DRAFT and holds(request.user, Right.MEMBERS):
            again = f"/admin/exchange/importbatch/add/?kind=term-list&change={obj.pk}"
            empty = not obj.lines.exists()
            links = [Link("导入名单", again, filled=empty), Link("增加一行", self.page_url("line_add", obj.pk)), *links]
        return links

    def _list(self, request, obj) -> dict:
        may, masked = holds(request.user, Right.MEMBERS), masked_for(request.user)
        plan = plan_of(obj) if obj.state in (S.DRAFT, S.CONFIRMING, S.PROPOSED) else None
        lines = [one.line for one in plan.lines] if plan else _lines(obj)
        words = {one.line.pk: one.word for one in plan.lines} if plan else {}
        for line in lines:
            line.word = words.get(line.pk, "")
            line.phone = mask_mobile(line.person_phone) if masked else line.person_phone
        waiting = _waiting(lines) if obj.state == S.DRAFT else []
        asked = [line for line in lines if line.party_id]
        answered = sum(line.answer != TermChangeLine.Answer.WAITING for line in asked)
        return {
            "lines": lines, "plan": plan, "counts": plan.counts() if plan else [], "waiting": waiting,
            "may_edit": may and obj.state == S.DRAFT, "may_answer": may and obj.state == S.CONFIRMING,
            "asked": len(asked), "answered": answered, "shows_answers": obj.state != S.DRAFT or answered,
        }  # fmt: skip

    # -- lines -------------------------------------------------------------------------------------------------

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<int:pk>/line/", self.line_add_view, "line_add"),
            self.page("<int:pk>/line/<int:line>/", self.line_view, "line"),
            self.page("<int:pk>/line/<int:line>/claim/", self.claim_view, "claim"),
            self.page("<int:pk>/line/<int:line>/remove/", self.remove_view, "remove"),
            self.page("<int:pk>/line/<int:line>/answer/", self.answer_view, "answer"),
            self.page("<int:pk>/unanswered/", self.unanswered_view, "unanswered", needs="view"),
            self.page("<int:pk>/unanswered/export/", self.export_view, "export", needs="view"),
            self.page("<int:pk>/print/", self.print_view, "print", needs="view"),
        ]

    def _line(self, obj, pk) -> TermChangeLine:
        line = obj.lines.select_related("party", "post", "change").filter(pk=pk).first()
        if line is None:
            raise Http404
        return line

    def _act(self, request, obj, form, act, **more):
        frame, back = self.page_context(request, obj), self.page_url("change", obj.pk)
        return act_page(request, form=form, act=act, frame=frame, back_url=back, **more)

    def line_add_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        form = LineForm(request.POST or None, user=request.user)
        return self._act(
            request, obj, form, lambda _data: term_changes.add_line(obj, by=request.user, **form.values()),
            said="已增加一行。", title="增加一行", button="保存", heading=obj.title,
        )  # fmt: skip

    def line_view(self, request, pk, line):
        obj = self.object_or_404(request, pk)
        row = self._line(obj, line)
        initial = {name: getattr(row, name) for name in ("person_name", "person_title", "person_phone", "post")}
        initial["unit"] = row.party.name if row.party_id else row.unit_name
        form = LineForm(request.POST or None, user=request.user, initial=initial)
        return self._act(
            request, obj, form, lambda _data: term_changes.change_line(row, by=request.user, **form.values()),
            said="已保存。", title=f"第 {row.place} 行", button="保存", heading=str(row),
        )  # fmt: skip

    def _posted(self, request, pk, line):
        """(list, line) of a POST; None where the method is another."""
        obj = self.object_or_404(request, pk)
        row = self._line(obj, line)
        return (obj, row) if request.method == "POST" else None

    def _done(self, request, obj, act, said):
        try:
            act()
        except ValidationError as problem:
            messages.warning(request, problem.messages[0])
        else:
            messages.success(request, said)
        return HttpResponseRedirect(self.page_url("change", obj.pk))

    def claim_view(self, request, pk, line):
        """The unit of a line that waits is this party."""
        found = self._posted(request, pk, line)
        if found is None:
            return HttpResponseNotAllowed(["POST"])
        obj, row = found
        chosen = request.POST.get("party", "")
        party = Party.objects.visible_to(request.user).living().filter(pk=chosen).first() if chosen.isdigit() else None
        if party is None:
            messages.warning(request, "这个单位已经不在这里，请重新选择。")
            return HttpResponseRedirect(self.page_url("change", obj.pk))
        return self._done(
            request, obj, lambda: term_changes.claim_line(row, party=party, by=request.user),
            f"「{row.unit_name}」已认定为{party.name}。",
        )  # fmt: skip

    def remove_view(self, request, pk, line):
        found = self._posted(request, pk, line)
        if found is None:
            return HttpResponseNotAllowed(["POST"])
        obj, row = found
        return self._done(
            request, obj, lambda: term_changes.remove_line(row, by=request.user), f"已删除第 {row.place} 行。"
        )

    def answer_view(self, request, pk, line):
        """What a unit said by telephone or on paper (代录)."""
        obj = self.object_or_404(request, pk)
        if not holds(request.user, Right.MEMBERS):
            raise PermissionDenied("您没有代单位录入核对结果的权限。")
        row = self._line(obj, line)
        if row.party is None:
            raise Http404
        form = OnBehalfForm.of(row, request.POST or None)
        about = "单位用电话或纸质答复的，在这里代为录入。内容都对的直接保存；有更正的，改好后写明原因。"
        return self._act(
            request, obj, form, lambda data: term_changes.answer_line(row, by=request.user, **data),
            said=f"已代{row.party.name}录入。", title="代录：核对任职资料", button="保存",
            heading=f"{row.party.name} · {row.post}", about=about,
        )  # fmt: skip

    # -- out ---------------------------------------------------------------------------------------------------

    def unanswered_view(self, request, pk):
        """Who has not answered: to call, to print, to paste into the group."""
        obj = self.object_or_404(request, pk)
        masked = masked_for(request.user)
        lines = list(term_changes.unanswered(obj))
        for line in lines:
            firm = getattr(line.party, "firm", None)
            line.contact = firm.contact_name if firm else ""
            phone = firm.contact_phone if firm else ""
            line.phone = mask_mobile(phone) if masked else phone
        names = list(dict.fromkeys(line.party.name for line in lines))
        log_access("print", f"未核对任职资料的单位（{obj}）", by=request.user, rows=len(lines), request=request)
        context = {
            "change": obj, "lines": lines, "count": len(names), "copy_text": _copy_text(request, obj, names),
            "may_answer": holds(request.user, Right.MEMBERS) and obj.state == S.CONFIRMING, "masked": masked,
            "export_url": self.page_url("export", obj.pk), "back_url": self.page_url("change", obj.pk),
            "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return render(request, "members/unanswered.html", context)

    def export_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        made = export_list(UNANSWERED, {"change": obj.pk}, by=request.user, request=request)
        return attachment(made, file_name(UNANSWERED))

    def print_view(self, request, pk):
        obj = self.object_or_404(request, pk)
        lines = _lines(obj)
        log_access("print", f"名单（{obj}）", by=request.user, rows=len(lines), request=request)
        context = {
            "change": obj, "lines": lines, "back_url": self.page_url("change", obj.pk),
            "draft": obj.state != S.ISSUED, "printed_by": request.user.name, "printed_at": timezone.now(),
        }  # fmt: skip
        return TemplateResponse(request, "members/term_list.html", context)


def _lines(change) -> list[TermChangeLine]:
    return list(change.lines.select_related("party", "post", "answered_by").order_by("place"))


def _waiting(lines) -> list[dict]:
    """The units that match no member, each with likely ones on file: {"line", "count", "likely": [(party, score, member)]}."""
    groups: dict[str, list] = {}
    for line in lines:
        if line.unit_name and not line.party_id:
            groups.setdefault(line.unit_name, []).append(line)
    found = [
        {"line": some[0], "count": len(some), "likely": similar_firms(name, 3) if number < SUGGESTED else []}
        for number, (name, some) in enumerate(groups.items())
    ]
    keys = {party.pk for entry in found for party, _score in entry["likely"]}
    members = set(Membership.objects.on().filter(party__in=keys).values_list("party_id", flat=True)) if keys else set()
    for entry in found:
        entry["likely"] = [(party, score, party.pk in members) for party, score in entry["likely"]]
    return found


def _copy_text(request, change, names) -> str:
    until = f"，请在 {change.confirm_until:%Y-%m-%d} 17:00 前登录核对" if change.confirm_until else ""
    link = request.build_absolute_uri(term_changes.page_of(change))
    listed = "\n".join(f"{number}. {name}" for number, name in enumerate(names, 1))
    return f"【{change.title}】还有 {len(names)} 家单位没有核对任职资料{until}：\n{listed}\n核对：{link}"
