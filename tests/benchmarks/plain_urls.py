"""What the portal is measured against: a view that does nothing, plain pages of the same articles, and Django's own admin on
the same firms.
"""

from django.contrib import admin
from django.http import HttpResponse
from django.template import engines
from django.urls import path
from django.views.generic import DetailView, ListView

from association.news.models import Column, Publication
from members.models import Firm, Person, Qualification

BODY = b"<!doctype html><title>bare</title>" + b"<p>" + b"x" * 20_000


def bare(_request):
    return HttpResponse(BODY)


class _Drawn:
    """As much around a page as a small site has: a menu of the columns and a foot."""

    text = ""

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"columns": Column.objects.filter(is_shown=True)}

    def render_to_response(self, context, **_kwargs):
        page = "<!doctype html><title>plain</title><nav>{% for one in columns %}<a href='/{{ one.slug }}/'>{{ one }}</a>{% endfor %}</nav>"
        return HttpResponse(engines["django"].from_string(page + self.text).render(context, self.request))


class ArticleList(_Drawn, ListView):
    paginate_by = 20
    text = (
        "{% for one in page_obj %}<h2><a href='/{{ one.uid }}/'>{{ one.title }}</a></h2><time>{{ one.published_at|date:'Y-m-d' }}</time>"
        "<p>{{ one.summary }}</p>{% endfor %}{{ page_obj.paginator.count }}"
        "{% for n in page_obj.paginator.page_range|slice:':10' %}<a href='?page={{ n }}'>{{ n }}</a>{% endfor %}"
    )

    def get_queryset(self):
        return Publication.objects.filter(column__slug="tongzhi", withdrawn_at=None).order_by("-published_at")


class ArticlePage(_Drawn, DetailView):
    queryset = Publication.objects.select_related("column")
    text = (
        "<h1>{{ object.title }}</h1><p>{{ object.column }} {{ object.published_at|date:'Y-m-d' }} {{ object.source }}</p>"
        "{{ object.body|safe }}{% for file in object.files %}<a href='/{{ file.uid }}/'>{{ file.label }}</a>{% endfor %}"
    )


class QualificationInline(admin.TabularInline):
    model, extra = Qualification, 0


class PersonInline(admin.TabularInline):
    model, extra = Person, 0


class FirmAdmin(admin.ModelAdmin):
    raw_id_fields = ("party",)  # a choice of 100,000 is nobody's form
    inlines = (QualificationInline, PersonInline)
    list_display = ("name", "code", "district", "main_qualification", "is_member", "contact_name")
    list_select_related = ("party",)
    list_filter = ("district", "qualification_group", "is_member")
    list_per_page = 50
    search_fields = ("party__name",)

    @admin.display(description="企业", ordering="party__name")
    def name(self, firm):
        return firm.party.name

    @admin.display(description="统一社会信用代码")
    def code(self, firm):
        return firm.party.code


site = admin.AdminSite()
site.register(Firm, FirmAdmin)
urlpatterns = [
    path("bare/", bare),
    path("plain/column/", ArticleList.as_view()),
    path("plain/article/<int:pk>/", ArticlePage.as_view()),
    path("admin/", site.urls),
]
