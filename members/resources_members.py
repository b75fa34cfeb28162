"""The member roster (会员名册) in and out of Excel: firms as in the list of firms, with membership and post."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils import timezone

from association.accounts.roles import Right
from association.core.masking import mask_mobile
from association.core.text import name_key
from association.exchange.columns import Column
from association.exchange.exports import ListExport
from association.exchange.exports import register as register_export
from association.exchange.kinds import CleanRow, ImportKind, Judged, V, problem, register, rejected
from association.exchange.resources import ColumnField, TableResource
from association.parties.models import PartyName

from .membership_queries import FILTERS, listed
from .models import Membership, Tenure
from .post_names import PostNames
from .resources import CODE, FIRM_COLUMNS, FIRM_FIELDS, NAME, FirmSession
from .roster_rows import PERSON, OnRoster, RosterJudge, RosterPlan, write_plans
from .roster_undo import give_back_roster
from .terms import load_posts, term_of

POST = Column(
    "post", "会员职务",
    ("会员级别", "会员类别", "会员类型", "会员等级", "会员单位类别", "会内职务", "协会职务", "协会任职", "担任职务", "职务类别", "职务"),
)  # fmt: skip
JOINED = Column("joined_on", "入会日期", ("入会时间", "加入日期", "加入时间", "入会年月", "入会日"), kind="date")
HOLDER = Column(
    "person_name",
    "任职人",
    ("任职人姓名", "会员代表", "会员代表姓名", "单位代表", "单位会员代表", "代表姓名", "代表人姓名"),
)
TITLE = Column("person_title", "任职人职务", ("单位职务", "在单位职务", "代表职务", "会员代表职务"))
PHONE = Column("person_phone", "任职人手机", ("代表手机", "会员代表手机", "任职人电话", "代表电话"), kind="mobile")
SINCE = Column("since", "任职日期", ("任职时间", "任职起始日期", "当选日期"), kind="date")
MEMBER_COLUMNS = (*FIRM_COLUMNS, POST, JOINED, HOLDER, TITLE, PHONE, SINCE)
_LONGEST = {name: Tenure._meta.get_field(name).max_length for name in PERSON}
_LABELS = {HOLDER.key: HOLDER.label, TITLE.key: TITLE.label, PHONE.key: PHONE.label}


def _is_live(one: Judged) -> bool:
    return one.verdict != V.REJECTED and one.extra is not None


class MemberSession(FirmSession):
    """Each row is a member: its firm is made or corrected, its membership opened, its posts set."""

    makes_members = False  # rows with their own days: RosterPlan

    def __init__(self, options, by, batch=None):
        super().__init__(options, by, batch)
        self.names = PostNames()
        today = timezone.localdate()
        self.roster = RosterJudge(today, term_of(today), batch)

    def judge(self, rows: Sequence[CleanRow]) -> list[Judged]:
        self._complete(rows)
        judged = super().judge(rows)
        on_file = OnRoster(one.extra.party.pk for one in judged if _is_live(one))
        return [self._judge_member(one, on_file) if _is_live(one) else one for one in judged]

    def skip(self, rows: Sequence[CleanRow]):
        self._complete(rows)
        super().skip(rows)

    @staticmethod
    def _complete(rows: Sequence[CleanRow]):
        """Who stands on the roster is a member; a firm on file that is named without its code is found by its name."""
        bare = defaultdict(list)
        for row in rows:
            row.values["is_member"] = True
            if not row.problems and not row.values.get("code") and row.values.get("name"):
                bare[name_key(row.values["name"])].append(row)
        codes = defaultdict(set)
        names = PartyName.objects.filter(name_key__in=bare, party__merged_into=None, party__code__isnull=False)
        for key, code in names.values_list("name_key", "party__code"):
            codes[key].add(code)
        for key, found in codes.items():
            if len(found) == 1:
                for row in bare[key]:
                    row.values["code"] = next(iter(found))

    def _judge_member(self, one: Judged, on_file: OnRoster) -> Judged:
        row, firm = one.row, one.extra
        values = row.values
        posts, why = self.names.read(values.get("post") or "")
        wrong = problem("会员职务", values.get("post"), why) if why else self._too_long_person(values)
        plan = RosterPlan(firm, one.verdict, one.before)
        wrong = wrong or self.roster.membership(plan, values, on_file.memberships.get(firm.party.pk, ()))
        wrong = wrong or self.roster.posts(plan, values, posts, on_file.tenures.get(firm.party.pk, ()))
        if wrong:
            self._forget(row, firm.party)
            return rejected(row, wrong)
        one.extra = plan
        if plan.new_member or one.verdict == V.CREATED:
            one.verdict = V.CREATED
        elif plan.changes:
            one.verdict = V.UPDATED
        return one

    @staticmethod
    def _too_long_person(values: dict) -> dict | None:
        for name, limit in _LONGEST.items():
            if len(values.get(name) or "") > limit:
                return problem(_LABELS[name], values[name], f"太长，最多 {limit} 个字，请核对")
        return None

    def write(self, judged: Sequence[Judged]):
        live = [one for one in judged if isinstance(one.extra, RosterPlan)]
        self._write([one.extra.firm for one in live])
        self.touched_names |= {one.extra.firm.party.name_key for one in live if one.extra.new_member}
        write_plans([(one, one.extra) for one in live], by=self.by)


@register
class _Members(ImportKind):
    name = "members"
    order = 1
    label = "会员名册"
    about = (
        "全体会员和会内职务。按统一社会信用代码识别，不在档案里的会建档；没有会籍的登记入会（没有入会日期的按导入当天）。"
        "会员职务改变的，原职务到导入当天为止；空白单元格不会清除已有内容。"
    )
    right = Right.MEMBERS
    session = MemberSession
    examples = {"post": "理事单位", "person_name": "张某某", "person_title": "董事长", "joined_on": "2018-03-01"}

    def layouts(self, options):
        return {"members": MEMBER_COLUMNS}

    def settle(self, options, layout):
        if not PostNames().posts:
            load_posts()  # the usual posts, so that the first roster finds them
        return options

    def give_back(self, rows, *, batch, by):
        return give_back_roster(rows, (*FIRM_FIELDS, "qualification_group"), batch=batch, by=by)


# -- Out --------------------------------------------------------------------------------------------------------------


class MemberResource(TableResource):
    """The roster of today's members as it can be imported again."""

    kind = "members"
    member_number = ColumnField(Column("member_number", "会员编号"), "number", width=12)
    name = ColumnField(NAME, "party__name", width=34)
    code = ColumnField(CODE, "party__code", width=22)
    temporary_number = ColumnField(Column("temporary_number", "临时编号"), "party__temporary_number", width=14)
    post = ColumnField(POST, "party_id", width=18)
    person_name = ColumnField(HOLDER, "party_id")
    person_title = ColumnField(TITLE, "party_id", width=14)
    joined_on = ColumnField(JOINED, "joined_shown", width=13)
    legal_representative = ColumnField(
        Column("legal_representative", "法定代表人"), "party__firm__legal_representative"
    )
    contact_name = ColumnField(Column("contact_name", "联系人"), "party__firm__contact_name")
    contact_phone = ColumnField(
        Column("contact_phone", "联系电话", kind="mobile"), "party__firm__contact_phone", width=16, mask=mask_mobile
    )
    district = ColumnField(Column("district", "注册地"), "party__firm__district", width=14)
    main_qualification = ColumnField(
        Column("main_qualification", "资质类别及等级"), "party__firm__main_qualification", width=30
    )

    class Meta:
        model = Membership

    def stream(self, queryset, *, masked) -> Iterator[list]:
        """As always, with the posts of all units read beforehand: 「副会长单位、监事单位」. Two queries."""
        held, plain = _held_posts(), PostNames().plain
        usual = (plain.unit_name or plain.name if plain else "", "", "")
        place = next(at for at, field in enumerate(self.out_fields(), 1) if field.head.title == POST.label)
        for row in super().stream(queryset, masked=masked):
            row[place : place + 3] = held.get(row[place], usual)
            yield row


def _held_posts() -> dict[int, tuple[str, str, str]]:
    """{key of a unit: (its posts, the one person that holds them or "", that person's title)} of today."""
    rows = defaultdict(list)
    held = Tenure.objects.on().exclude(party=None).exclude(post__unit_name="").order_by("post__order", "pk")
    for party, unit_name, person, title in held.values_list(
        "party_id", "post__unit_name", "person_name", "person_title"
    ):
        rows[party].append((unit_name, person, title))
    found = {}
    for party, held_by in rows.items():
        people = {(person, title) for _post, person, title in held_by}
        person, title = people.pop() if len(people) == 1 else ("", "")
        found[party] = ("、".join(dict.fromkeys(post for post, *_rest in held_by)), person, title)
    return found


MEMBERS = register_export(ListExport("members", "会员名册", MemberResource, listed, FILTERS.words))
