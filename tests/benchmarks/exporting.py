"""Excel out: our streamed list of firms beside import-export's own export of the same Resource to .xlsx."""

import tempfile
from pathlib import Path

from association.exchange.sheets import write_table
from association.parties.models import Party
from members.models import Firm
from members.queries import listed
from members.resources import FirmResource

from . import data
from .measure import Figure, alternate_children
from .pages import clerk


def figures(firms: int) -> list[Figure]:
    if Party.objects.count() < firms:
        data.add_firms(firms)
    user = clerk()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out.xlsx"

        def ours():
            resource = FirmResource()
            rows = resource.stream(listed(user, {}), masked=False)
            table = {"title": "企业名册", "notes": f"共 {firms} 行", "heads": resource.heads(), "landscape": True}
            for _ in write_table(str(target), rows=rows, **table):
                pass

        def reference():
            rows = listed(user, {}).select_related("party__parent")
            target.write_bytes(FirmResource().export(rows, masked=False).export("xlsx"))

        nothing = (lambda: None, lambda: None)
        mine, theirs = alternate_children(ours, reference, ground=nothing, rounds=1)
    assert Firm.objects.count() >= firms
    return [
        Figure(f"export {firms:,} firms", mine.seconds, theirs.seconds, "s", 0.4),
        Figure("  memory above start", mine.megabytes, theirs.megabytes, "MB", 0.15),
    ]
