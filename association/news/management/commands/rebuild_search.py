"""Make the search index of the articles anew: `manage.py rebuild_search`. The site goes on meanwhile."""

from django.core.management.base import BaseCommand

from association.news import search


class Command(BaseCommand):
    help = "重建文章的搜索索引；网站照常开放，重建期间可能有文章暂时搜不到。"

    def handle(self, **options):
        number = sum(search.rebuild())
        self.stdout.write(f"搜索索引已重建：{number} 篇文章。")
