"""Lists out to Excel (导出): what is on the list, by the person's own rights, with who, when, filter and rows in the file.

A short list comes at once, a long one as a job whose file waits for whoever asked. Each leaves an AccessLog row.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db.models import QuerySet
from django.utils import timezone

from association.accounts.roles import Right
from association.accounts.rules import may, needs
from association.core.enums import Audience
from association.core.models import Association
from association.documents.actions import store
from association.jobs import actions as jobs
from association.jobs.models import Job
from association.jobs.registry import worker
from association.timeline.actions import log_access

from .resources import TableResource
from .sheets import table_bytes, write_table

DIRECT = 2000  # rows that are written while the person waits: well under a second


@dataclass(frozen=True)
class ListExport:
    """A list that goes out. `params` are JSON (search term, filters), so that a job can ask again.

    `rows(user, params)`: the queryset, through visible_to(user), in the order of the list. `words(params)`: the filter as
    one reads it, "" for the whole list.
    """

    name: str
    label: str
    resource: type[TableResource]
    rows: Callable[[Any, dict], QuerySet]
    words: Callable[[dict], str]
    right: Right = Right.READ
    landscape: bool = True


_exports: dict[str, ListExport] = {}


def register(export: ListExport) -> ListExport:
    if export.name in _exports:
        raise ValueError(f"export {export.name} is registered twice")
    _exports[export.name] = export
    return export


def masked_for(user) -> bool:
    """Whether personal data goes out masked to this person."""
    return not may(Right.PERSONAL)(user)


def _table(export: ListExport, params: dict, rows: QuerySet, count: int, *, by) -> dict:
    """What write_table() asks for."""
    masked, resource = masked_for(by), export.resource()
    notes = [
        f"范围：{export.words(params) or '全部'}", f"共 {count} 行",
        f"导出：{by.name} {timezone.localtime():%Y-%m-%d %H:%M}", *(["个人信息已部分隐去"] if masked else []),
    ]  # fmt: skip
    return {
        "title": f"{Association.current().name}{export.label}", "notes": "；".join(notes), "heads": resource.heads(),
        "rows": resource.stream(rows, masked=masked), "landscape": export.landscape,
    }  # fmt: skip


def _what(export: ListExport, params: dict) -> str:
    words = export.words(params)
    return f"{export.label}（{words}）" if words else export.label


def file_name(export: ListExport) -> str:
    return f"{export.label}_{timezone.localtime():%Y%m%d}.xlsx"


def export_list(export: ListExport, params: dict, *, by, request=None, back_url: str = "") -> bytes | Job:
    """The file at once, or for a long list the job that writes it. Raises PermissionDenied."""
    needs(by, export.right, f"导出{export.label}")
    rows = export.rows(by, params)
    count = rows.count()
    if count > DIRECT:
        key = hash_of(params)
        return jobs.start(
            "exchange.export", by=by, title=f"导出{_what(export, params)}"[:120], back_url=back_url,
            args={"export": export.name, "params": params}, once_key=f"exchange.export:{export.name}:{by.pk}:{key}",
        )  # fmt: skip
    content = table_bytes(**_table(export, params, rows, count, by=by))
    log_access("export", _what(export, params), by=by, rows=count, request=request)
    return content


def hash_of(params: dict) -> str:
    return hashlib.sha256(json.dumps(params, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:24]


@worker("exchange.export")
def write_export(job):
    """Write the file anew each time it is started; what the person may see is asked when it is written."""
    export, params = _exports[job.args["export"]], job.args["params"]
    if not may(export.right)(job.owner):
        raise jobs.Refused(f"您没有导出{export.label}的权限。")
    rows = export.rows(job.owner, params)
    count = rows.count()
    table = _table(export, params, rows, count, by=job.owner)
    document = yield from keep_table(table, count, name=file_name(export), by=job.owner)
    log_access("export", _what(export, params), by=job.owner, rows=count)
    Job.objects.filter(pk=job.pk).update(back_url=document.get_absolute_url())
    return {"document": str(document.uid), "行数": count}


def keep_table(table: dict, count: int, *, name: str, by) -> Iterator[tuple]:
    """Part of a job: write a table to a temporary file and keep it as a document that only `by` sees; returns it."""
    handle, path = tempfile.mkstemp(suffix=".xlsx", dir=settings.FILE_UPLOAD_TEMP_DIR)
    os.close(handle)
    try:
        for done in write_table(path, **table):
            yield done, count, "写表"
        with open(path, "rb") as file:
            return store(File(file, name=name), owner_party=None, by=by, kind="export", audience=Audience.IN_CHARGE)
    finally:
        os.unlink(path)
