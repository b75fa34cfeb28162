"""What the search page reads of articles that are out (搜索索引); written by news.search alone."""

from django.db import models

from association.core.search import GramsField

from .articles import Publication


class SearchEntryQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(publication__in=Publication.objects.visible_to(user))


class SearchEntry(models.Model):
    """The folded words of one publication. Its key rises with the day, so that the newest come first by the key alone.

    On PostgreSQL the grams stand here, each under a GIN index; on SQLite in the FTS5 table `news_search`, by the key.
    """

    id = models.BigIntegerField("次序", primary_key=True, editable=False)
    publication = models.OneToOneField(
        Publication, models.CASCADE, related_name="search_entry", editable=False, verbose_name="已发布稿"
    )
    column = models.ForeignKey("news.Column", models.CASCADE, related_name="+", editable=False, verbose_name="栏目")
    read_version = models.PositiveIntegerField("读入时的版本", editable=False)
    title = models.TextField("标题", editable=False)
    words = models.TextField("标题、正文、附件名", editable=False)
    title_grams = GramsField("标题检索词", editable=False, default="")
    words_grams = GramsField("正文检索词", editable=False, default="")

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "搜索索引"
        ordering = ["-id"]
        indexes = [models.Index(fields=["column", "-id"], name="news_search_column_idx")]

    def __str__(self):
        return self.title
