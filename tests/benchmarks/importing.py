"""Excel in: our import of firms beside reading the cells with calamine and one bulk_create a table."""

import tempfile
from pathlib import Path

from django.core.files.base import File
from django.db import connection, transaction
from python_calamine import CalamineWorkbook

from association.core.text import name_key
from association.documents.models import Document
from association.exchange.actions import import_now
from association.exchange.kinds import kind_named
from association.exchange.models import ImportBatch, ImportRow
from association.jobs.models import Job
from association.parties.models import Party, PartyName
from members.models import Firm

from . import data
from .measure import Figure, alternate_children

LIMIT = 300  # MB above the start that an import may take


def clear(*models):
    """Empty the models' tables in one statement each; a deletion row by row would be most of the benchmark."""
    names = [connection.ops.quote_name(model._meta.db_table) for model in models]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
            return
        cursor.execute("PRAGMA foreign_keys = OFF")
        for name in names:
            cursor.execute(f"DELETE FROM {name}")
        cursor.execute("PRAGMA foreign_keys = ON")


def empty():
    """Take every firm and import away again."""
    clear(ImportRow, ImportBatch, Document, Firm.history.model, Firm, PartyName, Party)


def ours(path: Path, *, created: int, updated: int):
    """The whole way of a file: kept, read, cleaned, matched, judged, written with history and a verdict a row."""
    with path.open("rb") as handle:
        batch, job = import_now(kind_named("firms"), File(handle, name=path.name), options={})
    assert job.state == Job.State.DONE, job.error
    assert (batch.created, batch.updated) == (created, updated), f"{batch.created} new, {batch.updated} changed"


def rows_of(path: Path) -> list[list]:
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()[2:]


def _firm(row: list, party: Party) -> Firm:
    return Firm(
        party=party,
        main_qualification=row[3],
        is_member=row[4] == "是",
        member_number=row[5],
        district=row[6],
        legal_representative=row[7],
        contact_name=row[8],
        contact_phone=row[9],
        address=row[10],
        registered_capital=row[11],
    )


@transaction.atomic
def reference_all(path: Path):
    """calamine + bulk_create into the tables that an import fills: parties, names, firms, history, verdicts."""
    rows = rows_of(path)
    parties = Party.objects.bulk_create(
        [Party(name=row[1], code=row[2], name_key=name_key(row[1])) for row in rows], batch_size=1000
    )
    names = [PartyName(party=party, name=party.name, name_key=party.name_key) for party in parties]
    PartyName.objects.bulk_create(names, batch_size=1000)
    firms = Firm.objects.bulk_create([_firm(row, p) for row, p in zip(rows, parties, strict=True)], batch_size=1000)
    Firm.history.bulk_history_create(firms, batch_size=1000)
    document = Document.objects.create(label="bench", path="bench", size=1, sha256="0" * 64)
    batch = ImportBatch.objects.create(kind="bench", label="bench", document=document)
    verdicts = [
        ImportRow(batch=batch, row=n, verdict="created", subject_type="members.firm", subject_id=firm.pk)
        for n, firm in enumerate(firms, 3)
    ]
    ImportRow.objects.bulk_create(verdicts, batch_size=1000)


@transaction.atomic
def reference_firms(path: Path):
    """calamine + bulk_create into the table of firms alone, which the caller has emptied."""
    rows = rows_of(path)
    parties = {party.code: party for party in Party.objects.only("pk", "code")}
    Firm.objects.bulk_create([_firm(row, parties[row[2]]) for row in rows], batch_size=1000)


def figures(size: int) -> list[Figure]:
    """`size` firms in a file: all new; then all on file, a tenth of them changed."""
    with tempfile.TemporaryDirectory() as folder:
        first = data.write_firms(Path(folder) / "first.xlsx", size)
        few = data.write_firms(Path(folder) / "few.xlsx", 20)
        ours(few, created=20, updated=0)  # dictionaries and modules are loaded once a process, before the children fork
        later = data.write_firms(Path(folder) / "later.xlsx", size, changed=size // 10)

        def on_file():
            empty()
            ours(first, created=size, updated=0)

        def without_firms():
            empty()
            reference_all(first)
            clear(Firm)

        new, new_reference = alternate_children(
            lambda: ours(first, created=size, updated=0), lambda: reference_all(first), ground=(empty, empty)
        )
        known, known_reference = alternate_children(
            lambda: ours(later, created=0, updated=size // 10),
            lambda: reference_firms(later),
            ground=(on_file, without_firms),
        )
        empty()
    return [
        Figure(f"import {size:,} new firms", new.seconds, new_reference.seconds, "s", 2.0),
        Figure(f"import {size:,} known, 10 % changed", known.seconds, known_reference.seconds, "s", 2.0),
        Figure("  memory above start, new", new.megabytes, LIMIT, "MB", 1.0),
        Figure("  memory above start, 10 % changed", known.megabytes, LIMIT, "MB", 1.0),
    ]
