"""Blocks of fields in a form of change: one certificate (资质证书), or one post whose person another one replaces (换人)."""

from django import forms
from django.core.exceptions import ValidationError

from association.core.masking import mask_mobile
from association.core.phones import clean_phone
from association.core.text import clean_text

from .fields import day_field, text_field
from .on_file import CERTIFICATE, NEW, OF_CERTIFICATE, OF_POST, POST, OnFile, rows_of, text_of


class Block:
    """The `place`-th block of its part in a form: a choice of the row, then the row's fields, all of the form's own.

    `file` is what stands on file, `before` what a returned proposal has for the part: {row: {field: text}}.
    """

    part, of_part, most = "", (), 1
    heading, again = "", ""  # of the first block, and of the others

    def __init__(self, form, place: int, file: OnFile, before: dict[str, dict]):
        self.form, self.place, self.file, self.before = form, place, file, before
        self.prefix = f"{self.part}{place + 1 if place else ''}"
        self.title = self.again if place else self.heading
        choice = forms.ChoiceField(required=False, **self.choice())
        choice.choices = [("", "没有变化"), *self.choices()]
        form.fields |= {self.name(): choice} | {self.name(field): made for field, made in self.fields().items()}

    @classmethod
    def count(cls, file: OnFile) -> int:
        """How many blocks a form has."""
        return cls.most

    def name(self, field: str = "") -> str:
        return f"{self.prefix}_{field}" if field else self.prefix

    @property
    def names(self) -> list[str]:
        return [self.name(), *(self.name(field) for field in self.of_part)]

    @property
    def bound(self) -> list:
        """The fields as a page draws them."""
        return [self.form[name] for name in self.names]

    @property
    def folded(self) -> bool:
        """Nothing is chosen in it and nothing wrong."""
        return not self.form[self.name()].value() and not any(name in self.form.errors for name in self.names)

    def choice(self) -> dict:
        """Label and help of the choice."""
        raise NotImplementedError

    def choices(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def fields(self) -> dict[str, forms.Field]:
        raise NotImplementedError

    def as_proposed(self, row: str, texts: dict[str, str]) -> dict:
        """Initial values of the block for a row of the returned proposal."""
        return {self.name(): row} | {self.name(field): text for field, text in texts.items()}

    def clean(self, data: dict):
        """Add what is wrong to the form."""

    def wanted(self) -> dict[str, str]:
        """{key: text} of a valid form."""
        raise NotImplementedError

    def _keys(self, row: str, texts: dict[str, str]) -> dict[str, str]:
        return {f"{self.part}:{row}:{field}": text for field, text in texts.items()}


class CertificateBlock(Block):
    part, of_part, most = CERTIFICATE, OF_CERTIFICATE, 3
    heading, again = "证书延续、换证或新增", "再变更一项证书"

    def choice(self):
        return {
            "label": "资质证书", "help_text": "选择以后填写下面四项，不变的空着。",
        }  # fmt: skip

    def choices(self):
        known = [(key, f"{row.name}（延续或换证）") for key, row in self.file.certificates.items()]
        return [*known, (NEW, "新增一项资质")]

    def fields(self):
        return {
            "name": text_field("资质类别及等级", 80), "number": text_field("证书编号", 60),
            "starts_on": day_field("发证日期", required=False, ahead=True), "ends_on": day_field("有效期至", required=False, ahead=True),
        }  # fmt: skip

    def as_proposed(self, row, texts):
        known = self.file.certificate(row)
        stays = {field: text_of(getattr(known, field)) for field in OF_CERTIFICATE} if known else {}
        return super().as_proposed(row if known else NEW, stays | texts)

    def clean(self, data):
        chosen = data.get(self.name())
        if not chosen:
            return
        row = self.file.certificate(chosen)
        if not data.get(self.name("name")):
            if row is None:
                self.form.add_error(self.name("name"), "请填写资质类别及等级。")
            else:
                data[self.name("name")] = row.name
        starts, ends = data.get(self.name("starts_on")), data.get(self.name("ends_on"))
        if starts and ends and ends < starts:
            self.form.add_error(self.name("ends_on"), "有效期至不能早于发证日期，请核对证书。")

    def wanted(self):
        """What was left empty stays as it is."""
        data = self.form.cleaned_data
        chosen = data.get(self.name())
        if not chosen:
            return {}
        row, texts = self.file.certificate(chosen), {}
        for field in OF_CERTIFICATE:
            value = data.get(self.name(field))
            if row is not None and value in (None, ""):
                value = getattr(row, field)
            texts[field] = clean_text(text_of(value))
        return self._keys(chosen if row else f"{NEW}{self.place + 1 if self.place else ''}", texts)


class PersonBlock(Block):
    part, of_part, most = POST, OF_POST, 3
    heading, again = "换人", "再换一项职务的任职人"

    @classmethod
    def count(cls, file):
        return min(cls.most, len(cls._held(file)))

    @staticmethod
    def _held(file: OnFile) -> dict:
        return {key: row for key, row in file.tenures.items() if row.ended_on is None}

    def choice(self):
        return {"label": "换人的职务", "help_text": "选择以后填写接任的人，在下面附盖了公章的来函。"}

    def choices(self):
        return [(key, f"{row.post}：{row.person_name or '人选未定'}") for key, row in self._held(self.file).items()]

    def fields(self):
        return {
            "person_name": text_field("接任人", 40),
            "person_title": text_field("接任人在本单位的职务", 40, "例：董事长"),
            "person_phone": text_field("接任人手机", 30, "只供协会联系，不对外公开。"),
        }

    def as_proposed(self, row, texts):
        held = self.file.holder(row)
        found = super().as_proposed(str(held.pk), {"person_name": held.person_name} | texts) if held else {}
        phone = self.name("person_phone")
        if self.form.masked and found.get(phone):
            self.form.fields[phone].help_text = f"现在是 {mask_mobile(found.pop(phone))}，不变更的留空。"
        return found

    def clean(self, data):
        if not data.get(self.name()):
            return
        if not data.get(self.name("person_name")) and self.name("person_name") not in self.form.errors:
            self.form.add_error(self.name("person_name"), "请填写接任人的姓名。")
        if phone := data.get(self.name("person_phone")):
            try:
                data[self.name("person_phone")] = clean_phone(phone)
            except ValidationError as problem:
                self.form.add_error(self.name("person_phone"), problem)

    def wanted(self):
        """What was left empty stays as it is where the person does, and is not known of another one."""
        chosen = self.form.cleaned_data.get(self.name())
        if not chosen:
            return {}
        held, before = self.file.tenures[chosen], self.before.get(chosen, {})
        texts = {field: clean_text(self.form.cleaned_data[self.name(field)]) for field in OF_POST}
        if self.form.masked and not texts["person_phone"]:  # it was not shown
            texts["person_phone"] = before.get("person_phone", "")
        if texts["person_name"] == held.person_name:
            texts = {field: text or getattr(held, field) for field, text in texts.items()}
        return self._keys(chosen, texts)


def blocks_of(form, file: OnFile, proposal) -> list[Block]:
    """The blocks of a form, their fields added to it, what a returned proposal asks for as their initial values."""
    after = {key: pair[1] for key, pair in proposal.values.items()} if proposal else {}
    found = []
    for kind in (CertificateBlock, PersonBlock):
        before = rows_of(after, kind.part)
        some = [kind(form, place, file, before) for place in range(kind.count(file))]
        for block, (row, texts) in zip(some, before.items(), strict=False):
            form.initial |= block.as_proposed(row, texts)
        found += some
    return found


def check_blocks(blocks: list[Block], data: dict):
    """Each by itself, and none of them twice."""
    chosen = set()
    for block in blocks:
        row = data.get(block.name())
        if (block.part, row) in chosen and row != NEW:
            block.form.add_error(block.name(), "这一项上面已经选过了。")
        chosen.add((block.part, row or block.prefix))
        block.clean(data)
