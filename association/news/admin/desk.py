"""The pages around an article: preview, revisions, remarks, cover, pin."""

from csp.constants import SELF
from csp.decorators import csp_update
from csp.utils import build_policy
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from association.accounts.roles import Right
from association.core.models import StaleVersion
from association.core.refusals import put_errors, tried

from .. import actions, compare, preview
from ..enums import ArticleState
from ..forms import PinForm
from ..html import images_of, picture_uids
from ..models import Picture, Publication
from ..pictures import crop
from ..rendering import drawn
from .forms import CoverForm, CropForm, RemarkForm, widest
from .wechat import WechatPages
from .word import WordPages

NEWS = f"portal.{Right.NEWS}"


class DeskPages(WordPages, WechatPages):
    """Before StatefulAdminMixin in ArticleAdmin."""

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<path:object_id>/preview/", self.preview_view, "preview", needs="view"),
            self.page("<path:object_id>/preview/phone/", self.phone_view, "preview_phone", needs="view"),
            self.page("<path:object_id>/revisions/", self.revisions_view, "revisions", needs="view"),
            self.page("<path:object_id>/revisions/<int:number>/restore/", self.restore_view, "restore", needs=NEWS),
            self.page("<path:object_id>/remark/", self.remark_view, "remark", needs=NEWS),
            self.page("<path:object_id>/remark/<int:pk>/done/", self.settle_view, "settle", needs=NEWS),
            self.page("<path:object_id>/cover/", self.cover_view, "cover", needs=NEWS),
            self.page("<path:object_id>/cover/<int:pk>/", self.crop_view, "crop", needs=NEWS),
            self.page("<path:object_id>/pin/", self.pin_view, "pin", needs=NEWS),
        ]

    def _subpage(self, request, article, template, *, status=200, **context):
        back = self.page_url("change", article.pk)
        return TemplateResponse(
            request, template, self.page_context(request, article, back_url=back, **context), status=status
        )

    # -- preview -----------------------------------------------------------------------------------------------

    @method_decorator(xframe_options_sameorigin)
    def preview_view(self, request, object_id):
        """The page as readers will see it, under a band that says it is none yet."""
        article = self.object_or_404(request, object_id)
        shown, inside = preview.unsaved(article), bool(request.GET.get("frame"))
        crumbs = [{"label": column.name, "url": column.get_public_url()} for column in article.column.path()]
        context = {
            "article": shown, "body": drawn(shown.body), "day": shown.published_at, "files": shown.files,
            "crumbs": [{"label": "首页", "url": "/"}, *crumbs], "state": article.state_label, "inside": inside,
            "out": article.state == ArticleState.PUBLISHED,
            "back_url": self.page_url("change", article.pk), "phone_url": self.page_url("preview_phone", article.pk),
        }  # fmt: skip
        response = render(request, "admin/news/preview.html", context)
        response["Cache-Control"] = "private, no-store"
        # the site's own policy, but for the frame of the phone
        response["Content-Security-Policy"] = build_policy(replace={"frame-ancestors": [SELF]})
        return response

    @method_decorator(csp_update({"frame-src": ["'self'"]}))
    def phone_view(self, request, object_id):
        article = self.object_or_404(request, object_id)
        inside = self.page_url("preview", article.pk) + "?frame=1"
        return self._subpage(request, article, "admin/news/phone.html", title="手机上的样子", inside=inside)

    # -- revisions ---------------------------------------------------------------------------------------------

    def revisions_view(self, request, object_id):
        """All revisions; two of them compared (`?a=1&b=3`, or the last two)."""
        article = self.object_or_404(request, object_id)
        rows = list(article.revisions.select_related("by").order_by("-number"))
        by_number = {str(row.number): row for row in rows}
        b = by_number.get(request.GET.get("b", ""), rows[0] if rows else None)
        a = by_number.get(request.GET.get("a", ""), rows[1] if len(rows) > 1 else None)
        if a and b and a.number > b.number:
            a, b = b, a
        compared = None
        if a and b and a is not b:
            compared = {
                "fields": compare.fields_changed(a.text, b.text), "lines": compare.text_changed(a.text["body"], b.text["body"]),
                "format": a.text["body"] != b.text["body"],
            }  # fmt: skip
        return self._subpage(
            request, article, "admin/news/revisions.html", title="稿次", rows=rows, a=a, b=b, compared=compared,
            may_restore=self.has_change_permission(request, article),
        )  # fmt: skip

    def restore_view(self, request, object_id, number):
        article = self.object_or_404(request, object_id, "change")
        revision = article.revisions.filter(number=number).first()
        if revision is None:
            raise Http404
        if request.method == "POST":
            try:
                actions.restore_revision(article, revision, by=request.user, seen_version=article.version)
            except StaleVersion as problem:
                messages.warning(request, str(problem))
            else:
                messages.success(request, f"已恢复第 {number} 稿，原来的文字也留着，可以再换回来。")
            return HttpResponseRedirect(self.page_url("change", article.pk))
        about = f"「{article}」的文字换回第 {number} 稿；现在的文字留在稿次里，可以再换回来。"
        return self._subpage(
            request, article, "admin/members/act.html", title=f"恢复第 {number} 稿", about=about, button="恢复这一稿"
        )

    # -- remarks -----------------------------------------------------------------------------------------------

    @method_decorator(require_POST)
    def remark_view(self, request, object_id):
        article = self.object_or_404(request, object_id)
        form = RemarkForm(request.POST)
        if form.is_valid():
            tried(form, lambda: actions.add_remark(article, by=request.user, text=form.cleaned_data["text"]))
        return self._remarks(request, article, form)

    @method_decorator(require_POST)
    def settle_view(self, request, object_id, pk):
        article = self.object_or_404(request, object_id)
        remark = article.remarks.filter(pk=pk).first()
        if remark is None:
            raise Http404
        actions.settle_remark(remark, by=request.user)
        return self._remarks(request, article, RemarkForm())

    def _remarks(self, request, article, form):
        """The panel alone for htmx (what is typed in the article stays), else back to the article."""
        if not request.htmx:
            for problem in form.errors.get("text", ()):
                messages.warning(request, problem)
            return HttpResponseRedirect(self.page_url("change", article.pk) + "#remarks")
        context = {
            "original": article, "remarks": article.remarks.select_related("by", "done_by"), "may_remark": True,
            "remark_form": form if form.errors else RemarkForm(), "remark_url": self.page_url("remark", article.pk),
        }  # fmt: skip
        return render(request, "admin/news/remarks.html", context)

    # -- cover -------------------------------------------------------------------------------------------------

    def cover_view(self, request, object_id):
        """Which picture: one of the text, the one it has, or a new one."""
        article = self.object_or_404(request, object_id, "change")
        pictures = list(Picture.objects.visible_to(request.user).filter(uid__in=picture_uids(article.body)))
        known = [article.cover and article.cover.cropped_from, article.cover]
        pictures += [one for one in known if one and one not in pictures and not (one.cropped_from and known[0])]
        if request.method == "POST" and "remove" in request.POST:
            actions.save_article(article, by=request.user, cover=None)
            return HttpResponseRedirect(self.page_url("change", article.pk))
        form = CoverForm(request.POST or None, request.FILES or None, pictures=pictures, by=request.user)
        if request.method == "POST" and form.is_valid():
            return HttpResponseRedirect(self.page_url("crop", article.pk, form.cleaned_data["chosen"].pk))
        return self._subpage(
            request, article, "admin/news/cover.html", title="封面", form=form, pictures=pictures, cover=article.cover,
            status=422 if form.errors else 200,
        )  # fmt: skip

    def crop_view(self, request, object_id, pk):
        """Cut once to 16:9."""
        article = self.object_or_404(request, object_id, "change")
        picture = Picture.objects.visible_to(request.user).filter(pk=pk).first()
        if picture is None:
            raise Http404
        said = (
            one["alt"] for one in images_of(article.body) if f"/{picture.uid}/" in one.get("src", "") and one.get("alt")
        )
        form = CropForm(request.POST or None, picture=picture, alt=next(said, picture.alt)[:120])
        if request.method == "POST" and form.is_valid():

            def cut():
                cover = crop(picture, form.cleaned_data["box"], by=request.user, alt=form.cleaned_data["alt"])
                return actions.save_article(article, by=request.user, cover=cover)

            if tried(form, cut):
                messages.success(request, "封面已换好。")
                return HttpResponseRedirect(self.page_url("change", article.pk))
        return self._subpage(
            request, article, "admin/news/crop.html", title="裁剪封面", form=form, picture=picture, most=widest(picture),
            cover_url=self.page_url("cover", article.pk), status=422 if form.errors else 200,
        )  # fmt: skip

    # -- pin ---------------------------------------------------------------------------------------------------

    def pin_view(self, request, object_id):
        article = self.object_or_404(request, object_id)
        publication = Publication.objects.filter(article=article, withdrawn_at=None).first()
        if publication is None:
            raise Http404
        form = PinForm(request.POST or None, instance=publication)
        if request.method == "POST" and form.is_valid():
            try:
                actions.pin(publication, until=form.cleaned_data["pinned_until"], by=request.user)
            except ValidationError as problem:
                put_errors(form, problem)
            else:
                messages.success(request, "置顶已保存。")
                return HttpResponseRedirect(self.page_url("change", article.pk))
        about = "到那一天为止排在栏目的最前面；日期空着就是不置顶。"
        return self._subpage(
            request, article, "admin/members/act.html", title="置顶", form=form, about=about, button="保存",
            heading=str(article), status=422 if form.errors else 200,
        )  # fmt: skip
