"""Days as ISO text: cheap to compare, to sort and to store, and worked out once for each of the few that occur."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

MOST = 50_000
LATEST = "~"  # sorts after every day: what has no date comes last


class Days(dict):
    """date, datetime or ISO text → ISO text, "" for none. Raises ValueError for text that is no day."""

    def __missing__(self, value: Any) -> str:
        if len(self) > MOST:
            self.clear()
        if isinstance(value, datetime):
            text = value.date().isoformat()
        elif isinstance(value, date):
            text = value.isoformat()
        else:
            text = date.fromisoformat(value[:10]).isoformat() if value else ""
        self[value] = text
        return text


days = Days()
