"""What firms send in for the site: texts of correspondents (投稿), and the member's own page (会员风采)."""

from django.db import models
from django.utils import timezone

from association.cases.models import Case
from association.parties.merge_rules import WhenMerged
from association.parties.visibility import OfPartyQuerySet
from association.workflow.models import Stateful
from members.models import Membership

from .articles import Article
from .pictures import Picture

SHOWN_AS = '[{"uid", "caption"}]'


class ContributionQuerySet(OfPartyQuerySet):
    party_field = "case__party"

    def standing(self):
        return self.filter(case__voided_at=None)


class Contribution(models.Model):
    """A text with pictures from a firm (投稿). Accepted, it is an Article of the newsroom from then on."""

    case = models.OneToOneField(
        Case, models.CASCADE, primary_key=True, related_name="contribution", verbose_name="办件"
    )
    title = models.CharField("标题", max_length=80, blank=True)
    text = models.TextField("正文", blank=True, max_length=20000)
    author = models.CharField("作者", max_length=40, blank=True)
    is_own = models.BooleanField("原创声明", default=False)
    pictures = models.JSONField("图片", default=list, blank=True, help_text=SHOWN_AS)
    files = models.ManyToManyField(Picture, related_name="contributions", editable=False)
    article = models.OneToOneField(
        Article, models.PROTECT, null=True, editable=False, related_name="contribution", verbose_name="稿件"
    )
    version = models.PositiveIntegerField("版本", default=1, editable=False)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会员投稿"
        ordering = ["-case__opened_at", "-case_id"]

    def __str__(self):
        return str(self.case)


class ShowcaseQuerySet(OfPartyQuerySet):
    def on_show(self):
        """What the public may see: approved, not hidden by the firm, of a member of today that the directory lists."""
        members = Membership.objects.on(timezone.localdate()).filter(kind=Membership.Kind.UNIT)
        return self.filter(
            shown__isnull=False, is_hidden=False, party__merged_into=None, party__firm__in_directory=True,
            party__in=members.values("party"),
        )  # fmt: skip


class Showcase(Stateful):
    """A member's own page (会员风采). `draft` is what the firm writes, `shown` the copy that was approved.

    Both are as news.showcase.checked() makes them; the public reads `shown` alone.
    """

    workflow_kind = "showcase"
    due_by_turn = True

    party = models.ForeignKey("parties.Party", models.PROTECT, related_name="+", verbose_name="会员")
    draft = models.JSONField("编辑中的内容", default=dict)
    draft_files = models.ManyToManyField(Picture, related_name="drawn_for_showcases", editable=False)
    shown = models.JSONField("公开的内容", null=True, editable=False)
    shown_files = models.ManyToManyField(Picture, related_name="showcases", editable=False)
    shown_at = models.DateTimeField("公开时间", null=True, editable=False)
    is_hidden = models.BooleanField("会员选择不展示", default=False, editable=False)
    due_at = models.DateTimeField("期限", null=True, editable=False)

    WHEN_MERGED = {"party": WhenMerged.MOVES_OR_IS_LEFT}
    objects = ShowcaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "会员风采"
        ordering = ["-updated_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["party"], name="news_one_showcase")]

    def __str__(self):
        return f"{self.party.name} 会员风采"

    @property
    def desk_url(self) -> str:
        return "/desk/showcase/"

    def get_absolute_url(self):
        return f"/admin/news/showcase/{self.pk}/change/"

    def get_public_url(self) -> str:
        return f"/showcase/{self.uid}/"

    def give_way(self, winner, *, by, reason):
        """The page of the firm that goes on is the one that is shown; the other stays as it was with the merged one."""
        return [(self, {})]
