"""Model fields of our own."""

import json

from django.db import models


class JSONText(models.TextField):
    """JSON that is only ever read whole: kept as text, which PostgreSQL takes in more than twice as fast as jsonb.

    The value is a dict or list; text given to it is stored as it is (a set-based writer has it ready).
    """

    def from_db_value(self, value, _expression, _connection):
        return None if value is None else json.loads(value)

    def to_python(self, value):
        return json.loads(value) if isinstance(value, str) else value

    def get_prep_value(self, value):
        if value is None or isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj):
        return self.get_prep_value(self.value_from_object(obj))
