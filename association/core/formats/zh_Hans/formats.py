"""How Django itself writes days and moments (read-only fields of the admin): as our tables do."""

DATE_FORMAT = "Y-m-d"
DATETIME_FORMAT = "Y-m-d H:i"
