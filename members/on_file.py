"""What stands on file of a firm, by the keys of a proposal of change (资料变更).

A key is `name`, `short_name`, a field of Firm, or `<part>:<row>:<field>`: of a qualification certificate (资质证书) that
is renewed, or added where the row is `new`, and of a post (职务) whose person another one replaces (换人).
Values are texts.
"""

from datetime import date
from decimal import Decimal

from .models import Firm, Qualification, Tenure

NAME = "name"
OF_PARTY = (NAME, "short_name")
OF_FIRM = (
    "legal_representative", "contact_name", "contact_phone", "district", "address", "main_qualification",
    "registered_capital",
)  # fmt: skip
LABELS = {NAME: "名称", "short_name": "简称"}
CERTIFICATE, POST, NEW = "certificate", "post", "new"
OF_CERTIFICATE = ("name", "number", "starts_on", "ends_on")
OF_POST = ("person_name", "person_title", "person_phone")
_MONEY, _DAYS = ("registered_capital",), ("starts_on", "ends_on")
_PERSONAL = ("contact_phone", "person_phone")


def text_of(value) -> str:
    if value is None:
        return ""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def value_of(field: str, text: str):
    """The value that a text stands for in the field of a model."""
    if field in _MONEY:
        return Decimal(text) if text else None
    if field in _DAYS:
        return date.fromisoformat(text) if text else None
    return text


def is_personal(key: str) -> bool:
    """A telephone: masked until asked for."""
    return key.rpartition(":")[2] in _PERSONAL


def rows_of(values: dict, part: str) -> dict[str, dict]:
    """{row: {field: what `values` have}} of the keys of a part."""
    found: dict[str, dict] = {}
    for key, value in values.items():
        if key.startswith(f"{part}:"):
            _part, row, field = key.split(":")
            found.setdefault(row, {})[field] = value
    return found


class OnFile:
    """The file of a firm. Reads certificates and posts once a Firm in memory, if asked."""

    def __init__(self, firm: Firm):
        self.firm = firm

    def _once(self, name: str, read):
        known = self.firm.__dict__
        if name not in known:
            known[name] = {str(one.pk): one for one in read()}
        return known[name]

    @property
    def certificates(self) -> dict[str, Qualification]:
        return self._once("_certificates", self.firm.qualifications.all)

    @property
    def tenures(self) -> dict[str, Tenure]:
        """All that the unit holds and held, those entered in error aside."""
        rows = Tenure.objects.standing().filter(party=self.firm.pk).select_related("post", "party")
        return self._once("_tenures", lambda: rows.order_by("post__order", "pk"))

    def certificate(self, row: str) -> Qualification | None:
        return self.certificates.get(row)

    def holder(self, row: str) -> Tenure | None:
        """The tenure itself, or where its person was replaced by hand since, the one that goes on; None: it is over."""
        found = self.tenures.get(row)
        while found is not None and found.ended_on is not None:
            later = (one for one in self.tenures.values() if one.pk > found.pk and one.change_id is None)
            same = (one for one in later if (one.post_id, one.starts_on) == (found.post_id, found.ended_on))
            found = next(same, None)
        return found

    def _part(self, part: str, row: str):
        return self.certificate(row) if part == CERTIFICATE else self.holder(row)

    def get(self, key: str) -> str:
        if key in OF_PARTY:
            return text_of(getattr(self.firm.party, key))
        if ":" not in key:
            return text_of(getattr(self.firm, key))
        part, row, field = key.split(":")
        found = self._part(part, row)
        return text_of(getattr(found, field)) if found else ""

    def label(self, key: str) -> str:
        if ":" not in key:
            return LABELS.get(key) or str(Firm._meta.get_field(key).verbose_name)
        part, row, field = key.split(":")
        if part == POST:
            known = self.tenures.get(row)
            return f"{known.post if known else '任职'}：{Tenure._meta.get_field(field).verbose_name}"
        found = self.certificate(row)
        return f"{f'资质「{found}」' if found else '新增资质'}{Qualification._meta.get_field(field).verbose_name}"

    def head(self, key: str) -> str:
        """What the key is about, in a word for a title."""
        part, _colon, rest = key.partition(":")
        if part == CERTIFICATE:
            return "资质证书"
        if part == POST:
            known = self.tenures.get(rest.partition(":")[0])
            return f"{known.post if known else ''}任职人"
        return self.label(key)
