"""manage.py import_excel KIND FILE [--round YEAR] [--source NAME] [--number N --date DAY] [--dry-run] [--json]

Exit status 0 where the file was read, 2 where it could not be: one sentence on standard error, nothing written.
"""

import json
from pathlib import Path

from django.core.files.base import File
from django.core.management.base import BaseCommand, CommandError

from association.documents.errors import FileRefused
from association.exchange import actions, pipeline
from association.exchange.errors import UnreadableFile
from association.exchange.kinds import OPTIONS, all_kinds
from association.exchange.models import ImportRow
from association.exchange.outcome import as_waiting, meant
from association.jobs.actions import Refused
from association.jobs.models import Job
from association.parties.suggestions import Suggestions


class Command(BaseCommand):
    help = "导入 Excel 文件"

    def add_arguments(self, parser):
        parser.add_argument("kind", nargs="?", help="种类，见 --list")
        parser.add_argument("file", nargs="?", help="文件")
        for option in OPTIONS.values():
            about = f"{option.label}，例：{option.example}"
            parser.add_argument(f"--{option.name}", type=option.type, metavar=option.name.upper(), help=about)
        parser.add_argument("--dry-run", action="store_true", help="只试读，不写入")
        parser.add_argument("--json", action="store_true", dest="as_json", help="输出一个 JSON 对象")
        parser.add_argument("--list", action="store_true", dest="list_kinds", help="列出可导入的种类")

    def handle(self, *, kind, file, list_kinds, dry_run, as_json, **options):
        if list_kinds:
            for one in all_kinds():
                wants = "".join(f" [--{name} …]" for name in one.options)
                self.stdout.write(f"{one.name}{wants}\t{one.label}：{one.about}")
            return
        kinds = {one.name: one for one in all_kinds()}
        if kind not in kinds:
            raise CommandError(f"请给出导入种类：{'、'.join(kinds)}", returncode=2)
        if not file:
            raise CommandError("请给出要导入的文件", returncode=2)
        chosen = {name: options[name] for name in kinds[kind].options if options.get(name)}
        try:
            with Path(file).open("rb") as handle:
                outcome = self._read(kinds[kind], File(handle, name=Path(file).name), chosen, dry_run)
        except FileNotFoundError as problem:
            raise CommandError(f"没有文件 {file}，请核对路径和文件名", returncode=2) from problem
        except OSError as problem:
            raise CommandError(f"打不开文件 {file}：{problem.strerror}", returncode=2) from problem
        except (UnreadableFile, FileRefused, Refused) as problem:
            raise CommandError(str(problem), returncode=2) from problem
        self._print(outcome, as_json=as_json)

    def _read(self, kind, upload, options, dry_run) -> dict:
        if dry_run:
            found = pipeline.preview(kind, upload, upload.name, options)
            return self._object(
                read=found.read, created=found.created, updated=found.updated, unchanged=found.unchanged,
                rejected=found.rejected, waiting=found.waiting,
            )  # fmt: skip
        batch, job = actions.import_now(kind, upload, options=options)
        if job.state != Job.State.DONE:
            raise Refused(job.error or "导入没有完成，请稍后查看后台任务。")
        rows = batch.rows.filter(verdict__in=(ImportRow.Verdict.REJECTED, ImportRow.Verdict.WAITING))
        return self._object(
            read=batch.read, created=batch.created, updated=batch.updated, unchanged=batch.unchanged,
            rejected=[
                {**_place(row), **found} for row in rows if row.verdict == row.Verdict.REJECTED for found in row.problems
            ],
            waiting=[
                {**_place(row), **as_waiting(row.problems[0])} for row in rows if row.verdict == row.Verdict.WAITING
            ],
        )  # fmt: skip

    @staticmethod
    def _object(*, waiting, **counts) -> dict:
        likely = Suggestions().for_names([meant(row) for row in waiting]) if waiting else {}
        return {**counts, "waiting": [{**row, "suggestions": likely.get(meant(row), [])} for row in waiting]}

    def _print(self, outcome: dict, *, as_json: bool):
        if as_json:
            self.stdout.write(json.dumps(outcome, ensure_ascii=False))
            return
        rows = {row["row"] for row in outcome["rejected"]}
        self.stdout.write(
            f"读到 {outcome['read']} 行：新增 {outcome['created']}，更新 {outcome['updated']}，"
            f"无变化 {outcome['unchanged']}，有问题 {len(rows)}，等待认领 {len(outcome['waiting'])}"
        )
        for row in outcome["rejected"]:
            self.stdout.write(f"第 {row['row']} 行 {row['column']}「{row['value']}」：{row['reason']}")
        for row in outcome["waiting"]:
            names = "、".join(one["name"] for one in row["suggestions"])
            likely = f"可能是：{names}" if names else "也没有相似的企业"
            self.stdout.write(f"第 {row['row']} 行「{row['value']}」{row.get('why', '没有对应企业')}，{likely}")


def _place(row: ImportRow) -> dict:
    """Where a row stands: its number as Excel shows it; its sheet only where the file has several."""
    return {"row": row.row, "sheet": row.sheet} if row.sheet else {"row": row.row}
