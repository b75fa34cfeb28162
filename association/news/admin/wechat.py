"""公众号排版: the article ready to be copied into the 公众号, its pictures, and the button that sends a draft."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.decorators import method_decorator
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

from association.accounts.roles import Right
from association.accounts.rules import needs
from association.jobs import actions as jobs
from association.jobs.views import page_url as job_url

from .. import preview, wechat
from ..publishing import signatures_of, standing_steps

NEWS = f"portal.{Right.NEWS}"


class WechatPages:
    """Before BaseAdmin in ArticleAdmin."""

    def extra_urls(self):
        return [
            *super().extra_urls(),
            self.page("<path:object_id>/wechat/", self.wechat_view, "wechat", needs="view"),
            self.page("<path:object_id>/wechat/<uuid:uid>/download/", self.jpeg_view, "jpeg", needs="view"),
            self.page("<path:object_id>/wechat/send/", self.send_view, "wechat_send", needs=NEWS),
        ]

    def wechat_view(self, request, object_id):
        """The words that are out; those of the desk where nothing is."""
        article = self.object_or_404(request, object_id)
        shown = getattr(article, "publication", None) or preview.unsaved(article)
        signatures = shown.signatures or signatures_of(standing_steps(article))
        body = wechat.dressed(
            shown, lambda uid: request.build_absolute_uri(f"/pictures/{uid}/960.webp"),
            more=wechat.lines_under(article, signatures),
        )  # fmt: skip
        pictures = [(one, self.page_url("jpeg", article.pk, one.uid)) for one in wechat.pictures_of(shown)]
        return self._subpage(
            request, article, "admin/news/wechat.html", title="公众号排版", shown=shown, pictures=pictures,
            body=mark_safe(body),  # nh3's own output, dressed with styles of ours
            out=shown.pk is not None, why_not_send=wechat.why_not_send(article),
            send_url=self.page_url("wechat_send", article.pk), address=request.build_absolute_uri(shown.get_public_url()),
        )  # fmt: skip

    def jpeg_view(self, request, object_id, uid):
        """A picture as the 公众号 takes it."""
        article = self.object_or_404(request, object_id)
        shown = getattr(article, "publication", None) or article
        numbered = {one.uid: (number, one) for number, one in enumerate(wechat.pictures_of(shown), 1)}
        if uid not in numbered:
            raise Http404
        number, picture = numbered[uid]
        response = HttpResponse(wechat.as_jpeg(picture), content_type="image/jpeg")
        response["Content-Disposition"] = content_disposition_header(True, f"图{number}_{article.title[:20]}.jpg")
        response["Cache-Control"] = "private, no-store"
        return response

    @method_decorator(require_POST)
    def send_view(self, request, object_id):
        article = self.object_or_404(request, object_id)
        needs(request.user, Right.NEWS, "发送公众号草稿")
        job = jobs.start(
            "news.wechat", by=request.user, title=f"送公众号草稿：{article}", once_key=f"news.wechat:{article.pk}",
            args={"article": article.pk, "site": request.build_absolute_uri("/")},
            back_url=self.page_url("wechat", article.pk),
        )  # fmt: skip
        return HttpResponseRedirect(job_url(job))
