"""Invented firms, lists, clocks and a score sheet for the gallery. Nobody here exists."""

import datetime as dt
import json
import types
from pathlib import Path

from association.core.wording import usual_words

ROOT = Path(__file__).resolve().parent.parent.parent
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
Row = types.SimpleNamespace

BUREAU = "示例市住房和城乡建设局"

ASSOCIATION = {
    "name": "示例市建筑业协会",
    "site_name": "示例建筑信息网",
    "logo_letter": "建",
    "slogan": "政府的助手，会员的家",
    "tagline": "信用评价网上办理，企业等级、公示名单一查便知。",
    "introduction": "示例市建筑业协会成立于 1988 年，是本市建筑施工企业自愿组成的行业组织。\n\n协会受主管部门委托，"
    "组织年度信用评价，反映企业诉求，开展行业自律。",
    "phone": "0000-0000000",
    "email": "office@example.org",
    "address": "示例市示例路 1 号建设大厦 6 楼",
    "postcode": "000000",
    "office_hours": "工作日 8:30—12:00，14:30—17:30",
    "icp_number": "示ICP备00000000号-1",
    "police_number": "示公网安备 00000000000000 号",
    "authority_name": BUREAU,
    "words": usual_words(),
    "departments": [{"name": "秘书处", "phone": "0000-0000001", "duty": "会员、来文、公示与异议"}, {"name": "综合处"}],
}
DISTRICTS = ["东城区", "西城区", "临江县", "湖口县", "北山市"]
STEMS = ["宏达", "临湖", "望湖", "鼎诚", "长河", "新岸", "恒基", "云梦泽", "方正", "江南"]
KINDS = ["建设工程有限公司", "建筑有限责任公司", "市政工程有限公司", "建设集团股份有限公司"]
GRADES = ["AAA", "AA", "A"]


def firm_name(n):
    return f"{STEMS[n % 10]}{'第' + '一二三四五六七八九'[n // 10 % 9] if n >= 10 else ''}{KINDS[n % 4]}（示例）"


def moment(month, day, hour=17, minute=0):
    return dt.datetime(2021, month, day, hour, minute, tzinfo=SHANGHAI)


def line(n):
    return Row(position=n + 1, name=firm_name(n), district=DISTRICTS[n % 5], result=GRADES[n % 3])


def publicity(title, state, starts, ends, uid):
    return Row(
        title=title,
        state=state,
        issuer=BUREAU,
        starts_on=starts,
        ends_at=ends,
        working_days=5,
        result_label="拟定等级",
        basis="根据年度信用评价办法，经企业申报、数据核查、业绩调查和评分，现将结果予以公示。",
        how_to_object="",
        objection_phone="0000-0000000",
        objection_address="示例市示例路 1 号建设大厦 6 楼秘书处",
        objection_email="office@example.org",
        get_public_url=f"/publicity/{uid}/",
    )


OPEN = publicity("2020 年度建筑施工企业信用等级评价结果公示", "publicised", dt.date(2021, 4, 28), moment(5, 8), "a")
LAST = publicity("2020 年度信用等级评价补充名单公示", "publicised", dt.date(2021, 4, 23), moment(4, 29), "b")
ENDED = publicity("2019 年度建筑施工企业信用等级评价结果公示", "announced", dt.date(2020, 4, 20), moment(4, 27), "c")
ANNOUNCEMENT = Row(
    title="关于公布 2019 年度建筑施工企业信用等级评价结果的公告",
    number="示建协〔2020〕12 号",
    issued_on=dt.date(2020, 5, 6),
    body="各会员单位、有关企业：\n\n2019 年度信用等级评价结果已经公示，期满无异议，现予公布。",
    list=ENDED,
    supplements=None,
    get_public_url="/announcements/d/",
)
ANNOUNCEMENTS = [
    ANNOUNCEMENT,
    Row(title="关于 2019 年度信用等级评价的补充公告", issued_on=dt.date(2020, 6, 2), get_public_url="#"),
    Row(title="2018 年度建筑施工企业信用等级公告", issued_on=dt.date(2019, 5, 9), get_public_url="#"),
]
COPY = (
    "【公示】2020 年度建筑施工企业信用等级评价结果\n共 255 家企业，2021 年 5 月 8 日（周六）17:00 截止。\n"
    "查看名单：https://portal.example.org/publicity/a/\n有异议请在截止前致电 0000-0000000。"
)
TILES = [
    {"value": 120, "label": "会员单位"},
    {"value": 255, "label": "参评企业"},
    {"value": 131, "label": "AAA 级企业"},
    {"value": 5, "label": "数据来源部门"},
]


def entries():
    return [
        {"list": OPEN, "line_count": 255, "unit": "家企业", "days_left": 3},
        {"list": LAST, "line_count": 12, "unit": "家企业", "days_left": 0},
        {"list": ENDED, "line_count": 243, "unit": "家企业", "days_left": None, "announcements": ANNOUNCEMENTS[:2]},
    ]


def page_of(rows, number=1, size=20):
    from django.core.paginator import Paginator

    return Paginator(rows, size).page(number)


def desk():
    menu = [
        {"label": "全部事项", "url": "#", "icon": "inbox"},
        {"label": "信用评价", "url": "#", "icon": "patch-check", "badge": 1, "current": True},
        {"label": "企业档案", "url": "#", "icon": "building"},
        {"label": "消息", "url": "#", "icon": "bell"},
    ]
    seats = [{"name": firm_name(0), "current": True, "uid": "1"}, {"name": firm_name(3), "current": False, "uid": "2"}]
    return {
        "user": "张示例",
        "messages": [Row(level_tag="success", __str__=None)][:0],
        "desk": {
            "name": "企业服务",
            "home_url": "/portal/",
            "party": firm_name(0),
            "seats": seats,
            "switch_url": "#",
            "menu": menu,
            "account_url": "#",
            "logout_url": "#",
        },
    }


def score_sheet():
    """A real explanation of invented rows, so that template and arithmetic are seen together."""
    from evaluations.scoring.compute import score
    from evaluations.scoring.explain import explain
    from evaluations.scoring.rows import Fact, Survey
    from evaluations.scoring.rulebook import RuleBook

    data = json.loads((ROOT / "evaluations/data/scheme_2020.json").read_text("utf-8"))
    book = RuleBook.from_dict(data)
    facts = [
        Fact(1, "住建", "2020-12-20", False, "示建罚〔2020〕1 号", "施工现场安全防护不到位，罚款 11 万元"),
        Fact(2, "劳动", "2020-06-18", False, "", "拖欠农民工工资，涉及 28 人", "临湖苑 2 期"),
        Fact(3, "银行", "2020-06-18", True, "", "贷款逾期 124 万元", "示例农村商业银行"),
        Fact(4, "税务", "2019-11-03", False, "示税公告 2019 年第 3 号", "欠税公告，8,600 元"),
    ]
    marks = [(5, 4, 4, 5, 4), (4, 4, 4, 4, 4), (4, 4, 5, 4, 4), (4, 5, 4, 4, 3.5)]
    surveys = [
        Survey(1, "临湖苑 2 期", "示例兴辉置业有限公司", "现场调查", "2021-02-24", "李示例", marks[0]),
        Survey(2, "临湖苑 2 期", "示例兴辉置业有限公司", "问卷", "2021-02-20", "王示例", marks[1]),
        Survey(3, "坤苑 3 期", "示例城市投资有限公司", "现场调查", "2021-02-25", "李示例", marks[2]),
        Survey(4, "坤苑 3 期", "示例城市投资有限公司", "电话", "2021-02-21", "王示例", marks[3]),
    ]
    sheet = explain(book, score(book, facts, surveys, {"主管部门": "81"}).explanation)
    return {
        "sheet": sheet,
        "run": Row(number=3, finished_at=moment(2, 26, 10, 12), rulebook=data),
        "round": Row(title="2020 年度建筑施工企业信用等级评价", issuer=BUREAU, year=2020),
        "rating": Row(
            name=firm_name(0),
            code="91430600MA4L000X0A",
            district="东城区",
            qualification="建筑工程施工总承包二级",
            is_member=True,
            member_number="0086",
            grade="",
            grade_number="",
            grade_on=None,
        ),
        "turn": TURNS["turn_mine"],
        "steps": STEPS,
        "grades": [{"title": "2019 年度信用等级评价", "grade": "AA", "issued_on": dt.date(2020, 5, 6), "url": "#"}],
    }


TURNS = {
    "turn_mine": {
        "mine": True,
        "who": "您",
        "what": "核对得分",
        "due": moment(5, 8),
        "days_left": 3,
        "note": "逾期视为无异议",
        "action": {"label": "确认无异议", "url": "#", "post": True},
    },
    "turn_other": {"who": "协会秘书处", "what": "受理申报", "due": moment(2, 8), "days_left": 5},
    "turn_late": {
        "mine": True,
        "who": "您",
        "what": "补正材料",
        "due": moment(1, 29),
        "late": True,
        "action": {"label": "去补正", "url": "#"},
    },
}
STEPS = [
    {"label": "申报", "state": "done", "date": dt.date(2021, 1, 28)},
    {"label": "受理", "state": "done", "date": dt.date(2021, 2, 1)},
    {"label": "调查评分", "state": "done", "date": dt.date(2021, 2, 26)},
    {"label": "核对得分", "state": "current", "note": "轮到您"},
    {"label": "公示", "state": "todo"},
    {"label": "公告", "state": "todo"},
]
