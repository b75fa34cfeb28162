"""Firms in and out of Excel (企业名册): columns by their Chinese names, rows matched by code.

A blank cell says nothing: it never empties what is on file.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from association.accounts.roles import Right
from association.core.masking import mask_mobile
from association.core.models import Association
from association.core.qualifications import qualification_group
from association.core.stamp import raise_stamp
from association.core.text import name_key
from association.exchange.columns import Column
from association.exchange.kinds import (
    CleanRow,
    ImportKind,
    Judged,
    Session,
    V,
    problem,
    register,
    rejected,
    rematch_in_steps,
)  # fmt: skip
from association.exchange.resources import ColumnField, TableResource
from association.exchange.writing import insert, keep_history, update, update_each
from association.parties.actions import rename_party, set_code, temporary_numbers
from association.parties.models import Party, PartyName
from association.parties.naming import DERIVED, fill_derived

from .firm_rows import FirmPlan, OnFile, former_names, living
from .models import Firm
from .roster_follow import follow_list, settled
from .undo import give_back_firms

NAME = Column(
    "name", "企业名称", ("单位名称", "公司名称", "企业全称", "单位全称", "施工企业名称", "申报企业", "申报单位", "会员单位", "名称"),
    required=True,
)  # fmt: skip
CODE = Column(
    "code",
    "统一社会信用代码",
    ("社会信用代码", "信用代码", "统一信用代码", "统一代码", "营业执照号", "纳税人识别号"),
    kind="code",
)


class FirmResource(TableResource):
    """The table of firms, in and out; what goes out can come in again."""

    kind = "firms"
    name = ColumnField(NAME, "party__name", width=34)
    code = ColumnField(CODE, "party__code", width=22)
    temporary_number = ColumnField(Column("temporary_number", "临时编号"), "party__temporary_number", width=14)
    former_name = ColumnField(Column("former_name", "曾用名", ("原名称", "变更前名称")), "former", width=26)
    main_qualification = ColumnField(
        Column("main_qualification", "资质类别及等级", ("主项资质", "资质等级", "企业资质", "资质类别", "资质")),
        "main_qualification", width=30,
    )  # fmt: skip
    is_member = ColumnField(
        Column("is_member", "是否会员", ("会员", "是否会员单位", "是否为会员"), kind="yesno"), "is_member", width=9
    )
    member_number = ColumnField(Column("member_number", "会员编号", ("会员号", "会员证号")), "member_number", width=12)
    district = ColumnField(
        Column("district", "注册地", ("县市区", "所属县市区", "所属区县", "区县", "地市", "所属地市", "所在地", "属地", "注册所在地")),
        "district", width=12,
    )  # fmt: skip
    legal_representative = ColumnField(
        Column("legal_representative", "法定代表人", ("法人代表", "法定代表人姓名", "法人", "法人姓名")),
        "legal_representative",
    )
    contact_name = ColumnField(Column("contact_name", "联系人", ("联系人姓名", "经办人")), "contact_name")
    contact_phone = ColumnField(
        Column(
            "contact_phone", "联系电话", ("联系方式", "电话", "手机", "手机号", "手机号码", "联系人电话"), kind="mobile"
        ),
        "contact_phone", width=16, mask=mask_mobile,
    )  # fmt: skip
    address = ColumnField(
        Column("address", "地址", ("注册地址", "详细地址", "单位地址", "通讯地址")), "address", width=36
    )
    registered_capital = ColumnField(
        Column("registered_capital", "注册资本（万元）", ("注册资本", "注册资金"), kind="decimal", unit="万元"),
        "registered_capital", width=14, figure=True,
    )  # fmt: skip
    parent = ColumnField(Column("parent", "总公司", ("所属总公司", "总公司名称")), "party__parent__name", width=26)

    class Meta:
        model = Firm


FIRM_COLUMNS = FirmResource.columns()
FIRM_FIELDS = (
    "main_qualification", "is_member", "member_number", "district", "legal_representative", "contact_name",
    "contact_phone", "address", "registered_capital",
)  # fmt: skip
DISTRICTS_SHOWN = 5
_LENGTHS = {name: Firm._meta.get_field(name).max_length for name in FIRM_FIELDS} | {"name": 120}


class FirmSession(Session):
    """Rows with a code are matched by it; those without by their number or name, and only a branch (分公司) may be without."""

    fill_only = False  # a roster of a round completes what is on file, it does not correct it
    makes_members = True  # 是否会员 opens and ends memberships; a list with days and posts of its own does it itself

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.districts = Association.current()
        self.seen: dict[object, tuple[CleanRow, dict]] = {}  # by code, by name without a code, by the party's key
        self.named: dict[str, set] = defaultdict(set)  # the codes that the file has for a name
        self.touched_names: set[str] = set()
        self.touched_codes: set[str] = set()
        self.odd_districts: dict[str, int] = defaultdict(int)  # rows by a 注册地 that the association does not have

    # -- judging

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        self._look_at_districts(rows)
        on_file = OnFile([row for row in rows if not row.problems])
        return [self._judge_row(row, on_file) for row in rows]

    def skip(self, rows: Sequence[CleanRow]):
        self._look_at_districts(rows)
        rows = [row for row in rows if not row.problems]
        on_file = OnFile(rows)
        for row in rows:
            party, _why = on_file.find(row)
            if self._before(row, party) is None:
                self._remember(row, party)
            self.touched_names |= {name_key(name) for name in (row.values["name"], *former_names(row))}
            self.touched_codes.add(row.values.get("code") or "")

    def _look_at_districts(self, rows: Sequence[CleanRow]):
        known = set(self.districts.district_names())
        for row in rows if known else ():
            told = row.values.get("district")
            if told and self.districts.district_named(told) not in known:
                self.odd_districts[told] += 1

    def remarks(self) -> list[str]:
        if not self.odd_districts:
            return []
        names = sorted(self.odd_districts, key=lambda name: (-self.odd_districts[name], name))
        shown = "、".join(f"「{name[:20]}」" for name in names[:DISTRICTS_SHOWN])
        more = f"等 {len(names)} 种写法" if len(names) > DISTRICTS_SHOWN else ""
        return [
            f"注册地{shown}{more}不在「协会信息」的地区里（共 {sum(self.odd_districts.values())} 行），已照原样记下；"
            "按地区统计时会单独列出，请核对写法，或请系统管理员在「协会信息」补上。"
        ]

    def _keys(self, row: CleanRow, party: Party | None) -> list:
        code, key = row.values.get("code"), name_key(row.values["name"])
        keys = [living(party).pk] if party else []
        if code:
            return [*keys, code, ("bare", key)] if "分公司" in row.values["name"] else [*keys, code]
        codes = self.named.get(key, ())
        return [*keys, ("bare", key), *(codes if len(codes) == 1 else ())]

    def _before(self, row: CleanRow, party: Party | None) -> tuple[CleanRow, dict] | None:
        """The row of this file that was about the same firm."""
        return next((self.seen[key] for key in self._keys(row, party) if key in self.seen), None)

    def _remember(self, row: CleanRow, party: Party | None):
        code, key = row.values.get("code"), name_key(row.values["name"])
        if code and "分公司" in row.values["name"]:
            self.named[key].add(code)
        for one in (living(party).pk if party else None, code or ("bare", key)):
            if one is not None:
                self.seen[one] = (row, row.values)

    def _forget(self, row: CleanRow, party: Party):
        """The row is rejected after all: a second one is judged by itself."""
        for key in (party.pk, row.values.get("code"), ("bare", name_key(row.values["name"]))):
            if key in self.seen and self.seen[key][0] is row:
                del self.seen[key]

    def _too_long(self, row: CleanRow) -> list[dict]:
        values = row.values
        found = [
            problem(name, values[name], f"太长，最多 {limit} 个字，请核对")
            for name, limit in _LENGTHS.items()
            if limit and isinstance(values.get(name), str) and len(values[name]) > limit
        ]
        names = former_names(row)
        return found + [
            problem("曾用名", name, f"太长，最多 {_LENGTHS['name']} 个字；几个名称请用“、”隔开")
            for name in names
            if len(name) > _LENGTHS["name"]
        ]

    def _judge_row(self, row: CleanRow, on_file: OnFile) -> Judged:
        if row.problems:
            return rejected(row)
        if too_long := self._too_long(row):
            return rejected(row, *too_long)
        party, why = on_file.find(row)
        first = self._before(row, party)
        if first is not None:
            return self._again(row, *first)
        if party is None and not why and not row.values.get("code") and "分公司" not in row.values["name"]:
            why = "请填写统一社会信用代码；只有尚未取得代码的分公司可以不填"
        if why:
            return rejected(row, problem("统一社会信用代码", "", why))
        self._remember(row, party)
        return self._new(row) if party is None else self._known(row, party, on_file)

    def _again(self, row: CleanRow, first: CleanRow, before: dict) -> Judged:
        told = {name: value for name, value in row.values.items() if value not in (None, "")}
        if all(before.get(name) == value for name, value in told.items()):
            return Judged(row, V.UNCHANGED)
        return rejected(
            row, problem("企业名称", row.values["name"], f"与{first.place}是同一家企业，内容不同，请只保留一行")
        )

    def _values(self, row: CleanRow) -> dict:
        """The firm's fields as this row tells them; what it does not tell is left out."""
        told = {name: row.values[name] for name in FIRM_FIELDS if row.values.get(name) not in (None, "")}
        if "district" in told:
            told["district"] = self.districts.district_named(told["district"])
        if "main_qualification" in told:
            told["qualification_group"] = qualification_group(told["main_qualification"]) or Firm.Group.OTHER
        return told

    def _new(self, row: CleanRow) -> Judged:
        values = row.values
        kind = Party.Kind.BRANCH if "分公司" in values["name"] else Party.Kind.FIRM
        party = Party(kind=kind, name=values["name"], code=values.get("code") or None)
        firm = Firm(party=party, **settled(self._values(row), Firm()))
        plan = FirmPlan(party, firm, new=True, former=former_names(row))
        return Judged(row, V.CREATED, subject=firm, shown=party.name, extra=plan)

    def _known(self, row: CleanRow, found: Party, on_file: OnFile) -> Judged:
        party, told = living(found), self._values(row)
        firm = getattr(party, "firm", None)
        if firm is None:
            return self._file_missing(row, party, on_file)
        told = settled(told, firm, fill_only=self.fill_only)
        if self.fill_only:
            told = {name: value for name, value in told.items() if getattr(firm, name) in (None, "", Firm.Group.OTHER)}
        before = {name: getattr(firm, name) for name, value in told.items() if getattr(firm, name) != value}
        plan = FirmPlan(party, firm, new=False, fields=tuple(before))
        before |= self._identity(row, plan, found, on_file)
        for name in plan.fields:
            setattr(firm, name, told[name])
        verdict = V.UPDATED if before else V.UNCHANGED
        before = {
            name: value if value is None or isinstance(value, list) else str(value) for name, value in before.items()
        }
        return Judged(row, verdict, subject=firm, before=before, shown=party.name, extra=plan)

    def _file_missing(self, row: CleanRow, party: Party, on_file: OnFile) -> Judged:
        """A party that is known otherwise (an issuer, a firm entered by its account) gets its file (档案)."""
        firm = Firm(party=party, **settled(self._values(row), Firm()))
        plan = FirmPlan(party, firm, new=False)
        before = {"party": True}  # an undo leaves the party
        self._identity(row, plan, party, on_file)
        return Judged(row, V.CREATED, subject=firm, before=before, shown=party.name, extra=plan)

    def _identity(self, row: CleanRow, plan: FirmPlan, found: Party, on_file: OnFile) -> dict:
        """Plan what the row says of code and names; returns what was there before, as undo needs it."""
        values, party, before = row.values, plan.party, {}
        if party.pk == found.pk:  # of a firm merged into another the row tells an old name and code
            if values.get("code") and not party.code:
                plan.code, before["code"] = values["code"], ""
            if name_key(values["name"]) != party.name_key:
                before |= self._other_name(plan, values["name"])
        new = [name for name in former_names(row) if (party.pk, name_key(name)) not in on_file.names]
        plan.former = tuple(name for name in new if name_key(name) != party.name_key)
        return before | ({"names": list(plan.former)} if plan.former else {})

    def _other_name(self, plan: FirmPlan, name: str) -> dict:
        """The file knows the firm by another name than ours: it is renamed (改名), the old name is kept."""
        plan.rename = name
        return {"name": plan.party.name}

    # -- writing

    def write(self, judged: Sequence[Judged]):
        self._write([one.extra for one in judged if isinstance(one.extra, FirmPlan) and one.verdict != V.REJECTED])

    def _write(self, plans: Sequence[FirmPlan]):
        self._insert([plan for plan in plans if plan.new])
        self._update([plan for plan in plans if not plan.new])
        if self.makes_members:
            follow_list(plans, by=self.by, batch=self.batch)
        raise_stamp()

    def _insert(self, plans: Sequence[FirmPlan]):
        without_code = [plan.party for plan in plans if not plan.party.code]
        if without_code:
            for party, number in zip(without_code, temporary_numbers(len(without_code)), strict=True):
                party.temporary_number = number
        for plan in plans:
            fill_derived(plan.party, plan.former)
        insert(Party, [plan.party for plan in plans])
        names = [PartyName(party=plan.party, name=plan.party.name, name_key=plan.party.name_key) for plan in plans]
        insert(PartyName, names)
        self._insert_files(plans)
        self._add_names(plans)
        self._touch(plans)

    def _insert_files(self, plans: Sequence[FirmPlan]):
        firms = [plan.firm for plan in plans]
        for plan in plans:
            plan.firm.party = plan.party  # takes the key that the party has now
        insert(Firm, firms)
        self._history(firms, new=True)

    def _add_names(self, plans: Sequence[FirmPlan]) -> set[int]:
        """Former names and aliases that are new; the keys of the parties that got one."""
        plans = [plan for plan in plans if plan.former or plan.alias]
        if not plans:
            return set()
        keys = {name_key(name) for plan in plans for _kind, name in plan.other_names}
        known = set(PartyName.objects.filter(name_key__in=keys).values_list("party_id", "name_key"))
        rows = {}
        for plan in plans:
            for kind, name in plan.other_names:
                key = (plan.party.pk, name_key(name))
                if key not in known:
                    rows.setdefault(key, PartyName(party=plan.party, kind=kind, name=name, name_key=key[1]))
        insert(PartyName, list(rows.values()))
        self.touched_names |= {row.name_key for row in rows.values()}
        return {row.party_id for row in rows.values()}

    def _update(self, plans: Sequence[FirmPlan]):
        self._insert_files([plan for plan in plans if plan.firm._state.adding])
        changed = [plan for plan in plans if plan.fields]
        if changed:
            update_each((plan.firm, plan.fields) for plan in changed)
            self._history([plan.firm for plan in changed], new=False)
        for plan in plans:
            if plan.code:
                set_code(plan.party, code=plan.code, by=self.by, tell=False)
            if plan.rename:
                self.touched_names.add(plan.party.name_key)
                rename_party(plan.party, name=plan.rename, by=self.by, note="按导入的名册更名", tell=False)
        self._refresh(self._add_names(plans), {plan.party.pk: plan.party for plan in plans})
        self._touch([plan for plan in plans if plan.code or plan.rename])

    @staticmethod
    def _refresh(keys: Iterable[int], parties: dict[int, Party]):
        """What parties are found by, after names were added to them."""
        names = defaultdict(list)
        rows = PartyName.objects.filter(party__in=keys).exclude(kind=PartyName.Kind.CURRENT).order_by("pk")
        for pk, name in rows.values_list("party_id", "name"):
            names[pk].append(name)
        update([fill_derived(parties[pk], names[pk]) for pk in keys], DERIVED)

    def _history(self, firms, *, new: bool):
        keep_history(firms, new=new, by=self.by, reason=f"导入 #{self.batch.pk}" if self.batch else "导入")

    def _touch(self, plans):
        self.touched_names |= {plan.party.name_key for plan in plans}
        self.touched_codes |= {plan.party.code for plan in plans if plan.party.code}

    def last_steps(self):
        return rematch_in_steps(names=self.touched_names, codes=self.touched_codes)


@register
class _Firms(ImportKind):
    name = "firms"
    order = 0
    label = "企业名册"
    about = "企业基本信息。按统一社会信用代码识别；空白单元格不会清除已有内容。"
    right = Right.MEMBERS
    session = FirmSession

    def layouts(self, options):
        return {"firms": FIRM_COLUMNS}

    def give_back(self, rows, *, batch, by):
        return give_back_firms(rows, (*FIRM_FIELDS, "qualification_group"), batch=batch, by=by)
