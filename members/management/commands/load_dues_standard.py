"""manage.py load_dues_standard FILE: a standard of dues (会费标准) out of a file."""

from association.core.management.loading import LoadCommand
from members.dues.standards import load_standard, read_standard, why_not_adopt


class Command(LoadCommand):
    help = "载入会费标准文件"

    def load(self, file):
        standard, new = load_standard(read_standard(file))
        self.stdout.write(f"{'已载入' if new else '已有'}「{standard}」，{standard.starts_on:%Y-%m-%d} 起执行")
        if standard.adopted_at is None:
            self.stderr.write("还是草稿，不能开单：" + "".join(why_not_adopt(standard)))
