"""Every component and page template drawn with invented data, to be looked at and measured. Not served by the portal.

    python tests/browser/gallery.py FOLDER      writes FOLDER/*.html and FOLDER/static
    python tests/browser/gallery.py --serve 8123    serves it with the portal's strict Content-Security-Policy

tests/browser/test_gallery.py opens these pages in Chromium. It needs no database and no URL of the portal.
"""

import argparse
import contextlib
import datetime as dt
import http.server
import json
import shutil
import sys
import tempfile
import types
from decimal import Decimal
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
Row = types.SimpleNamespace


def configure():
    """Django with templates and nothing else; the real settings would want a database."""
    sys.path.insert(0, str(ROOT))
    import django
    from django.conf import settings
    from django.http import HttpResponse
    from django.urls import include, path

    def page(request, **_):
        return HttpResponse("")

    public = [path(f"{name}/", page, name=name) for name in ("home", "publicities", "directory", "about")]
    urls = types.ModuleType("gallery_urls")
    urls.urlpatterns = [path("", include((public, "public")))]
    settings.configure(
        DEBUG=False,
        ROOT_URLCONF=urls,
        INSTALLED_APPS=["django.contrib.staticfiles"],
        STATIC_URL="/static/",
        USE_TZ=True,
        TIME_ZONE="Asia/Shanghai",
        LANGUAGE_CODE="zh-hans",
        ALLOWED_HOSTS=["*"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [ROOT / "templates", HERE],
                "OPTIONS": {
                    "builtins": ["association.core.templatetags.portal"],
                    "string_if_invalid": "",
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
    )
    django.setup()


# -- Invented data ------------------------------------------------------------------------------------------------

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
    "authority_name": "示例市住房和城乡建设局",
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
        title=title, state=state, issuer="示例市住房和城乡建设局", starts_on=starts, ends_at=ends, working_days=5,
        result_label="拟定等级", basis="根据年度信用评价办法，经企业申报、数据核查、业绩调查和评分，现将结果予以公示。",
        how_to_object="", objection_phone="0000-0000000", objection_address="示例市示例路 1 号建设大厦 6 楼秘书处",
        objection_email="office@example.org", get_public_url=f"/publicity/{uid}/",
    )  # fmt: skip


OPEN = publicity("2020 年度建筑施工企业信用等级评价结果公示", "publicised", dt.date(2021, 4, 28), moment(5, 8), "a")
LAST = publicity("2020 年度信用等级评价补充名单公示", "publicised", dt.date(2021, 4, 23), moment(4, 29), "b")
ENDED = publicity("2019 年度建筑施工企业信用等级评价结果公示", "announced", dt.date(2020, 4, 20), moment(4, 27), "c")
ANNOUNCEMENT = Row(
    title="关于公布 2019 年度建筑施工企业信用等级评价结果的公告", number="示建协〔2020〕12 号", issued_on=dt.date(2020, 5, 6),
    body="各会员单位、有关企业：\n\n2019 年度信用等级评价结果已经公示，期满无异议，现予公布。", list=ENDED, supplements=None,
    get_public_url="/announcements/d/",
)  # fmt: skip
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
    {"value": 120, "label": "会员单位"}, {"value": 255, "label": "参评企业"},
    {"value": 131, "label": "AAA 级企业"}, {"value": 5, "label": "数据来源部门"},
]  # fmt: skip


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
        "user": "张示例", "messages": [Row(level_tag="success", __str__=None)][:0],
        "desk": {
            "name": "企业服务", "home_url": "/portal/", "party": firm_name(0), "seats": seats, "switch_url": "#",
            "menu": menu, "account_url": "#", "logout_url": "#",
        },
    }  # fmt: skip


def score_sheet():
    """A real explanation of invented rows, so that template and arithmetic are seen together."""
    from evaluations.scoring.compute import score
    from evaluations.scoring.explain import explain
    from evaluations.scoring.rows import Fact, Survey
    from evaluations.scoring.rulebook import RuleBook

    data = json.loads((ROOT / "evaluations/data/scheme_2020.json").read_text("utf-8"))
    book = RuleBook.from_dict(data)
    facts = [
        Fact(1, "住建", "2020-12-20", False, "示建罚〔2020〕1 号", "施工现场安全防护不到位", "110000"),
        Fact(2, "劳动", "2020-06-18", False, "", "拖欠农民工工资，涉及 28 人", "220000", "临湖苑 2 期"),
        Fact(3, "银行", "2020-06-18", True, "", "贷款逾期", "1240000", "示例农村商业银行"),
        Fact(4, "税务", "2019-11-03", False, "示税公告 2019 年第 3 号", "欠税公告", "8600"),
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
        "round": Row(title="2020 年度建筑施工企业信用等级评价", issuer="示例市住房和城乡建设局", year=2020),
        "rating": Row(
            name=firm_name(0), code="91430600MA4L000X0A", district="东城区", qualification="建筑工程施工总承包二级",
            is_member=True, member_number="0086", grade="", grade_number="", grade_on=None,
        ),
        "turn": TURNS["turn_mine"], "steps": STEPS,
        "grades": [{"title": "2019 年度信用等级评价", "grade": "AA", "issued_on": dt.date(2020, 5, 6), "url": "#"}],
    }  # fmt: skip


TURNS = {
    "turn_mine": {
        "mine": True, "who": "您", "what": "核对得分", "due": moment(5, 8), "days_left": 3, "note": "逾期视为无异议",
        "action": {"label": "确认无异议", "url": "#", "post": True},
    },
    "turn_other": {"who": "协会秘书处", "what": "受理申报", "due": moment(2, 8), "days_left": 5},
    "turn_late": {"mine": True, "who": "您", "what": "补正材料", "due": moment(1, 29), "late": True,
                  "action": {"label": "去补正", "url": "#"}},
}  # fmt: skip
STEPS = [
    {"label": "申报", "state": "done", "date": dt.date(2021, 1, 28)},
    {"label": "受理", "state": "done", "date": dt.date(2021, 2, 1)},
    {"label": "调查评分", "state": "done", "date": dt.date(2021, 2, 26)},
    {"label": "核对得分", "state": "current", "note": "轮到您"},
    {"label": "公示", "state": "todo"},
    {"label": "公告", "state": "todo"},
]


def demo_form():
    from django import forms

    class Filing(forms.Form):
        name = forms.CharField(label="企业名称", initial=firm_name(0))
        code = forms.CharField(label="统一社会信用代码", help_text="营业执照上的 18 位代码，字母大写。")
        district = forms.ChoiceField(label="县市区", choices=[("", "请选择")] + [(d, d) for d in DISTRICTS])
        way = forms.ChoiceField(
            label="怎样领取证书", widget=forms.RadioSelect, choices=[("self", "自取"), ("mail", "邮寄，到付")], initial="self"
        )
        scan = forms.FileField(
            label="营业执照扫描件", required=False, help_text="PDF 或照片，不超过 20 MB。",
            widget=forms.FileInput(attrs={"data-max-bytes": 20971520}),
        )  # fmt: skip
        remark = forms.CharField(label="补充说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
        true = forms.BooleanField(label="以上内容真实，如有不实愿承担责任")

        def clean_code(self):
            raise forms.ValidationError("统一社会信用代码第 18 位不对，请核对营业执照")

    return Filing({"name": firm_name(0), "code": "91430600MA4L000X0B", "way": "self"}, {})


def components():
    job = {"uid": "1", "done": 128, "total": 255, "percent": 50, "back_url": "#", "error": ""}
    events = [
        Row(sentence="协会秘书处受理了申报", note="", happened_on=dt.date(2021, 2, 1), entered_at=moment(2, 1, 9, 30),
            actor_name="李示例", channel="", get_channel_display=""),
        Row(sentence="企业提交申报", note="材料齐全", happened_on=dt.date(2021, 1, 28), entered_at=moment(1, 29, 15, 2),
            actor_name="李示例", channel="paper", get_channel_display="纸质"),
    ]  # fmt: skip
    columns = [
        {"label": "企业名称", "main": True}, {"label": "县市区"}, {"label": "协会评分", "align": "num"},
        {"label": "等级"}, {"label": "更新日期", "align": "date"},
    ]  # fmt: skip
    table = [
        [{"text": firm_name(n), "url": "#", "sub": "91430600MA4L000X0A"}, DISTRICTS[n % 5], 8 - n,
         {"text": GRADES[n % 3], "strong": True}, "2021-02-26"]
        for n in range(4)
    ]  # fmt: skip
    table.append({"cells": [firm_name(7), "湖口县", 0, {"text": "未评", "tone": "seal"}, "2021-02-26"], "muted": True})
    rows = [
        {"title": "2020 年度信用评价", "url": "#", "chip": "待核对", "tone": "gold", "date": dt.date(2021, 2, 26)},
        {"title": "2019 年度信用评价", "url": "#", "chip": "已公告", "tone": "lake", "date": dt.date(2020, 5, 6),
         "meta": "等级 AA，证书编号 2020-0086"},
    ]  # fmt: skip
    return {
        **desk(), **TURNS, "steps": STEPS, "crumbs": [{"label": "我的事项", "url": "#"}, {"label": "信用评价", "url": "#"}],
        "actions": [{"label": "下载名单", "url": "#", "icon": "download"}], "list_rows": rows, "table_columns": columns,
        "table_rows": table, "page": page_of(range(255), 3), "form": demo_form(), "tiles": TILES, "events": events,
        "copy_text": COPY, "day": dt.date(2021, 5, 8), "moment": moment(5, 8), "amount": Decimal(124000),
        "mark": Decimal("4.2105"), "loss": -1,
        "by_group": [("特级", 8), ("一级", 25), ("二级", 108), ("三级", 110), ("专业承包", 3), ("劳务", 1)],
        "by_points": [(f"{n} 分", v) for n, v in zip(range(1, 9), [23, 23, 33, 50, 56, 31, 0, 39], strict=True)],
        "job_running": job | {"title": "2020 年度测算", "state": "running", "phase": "正在计算", "is_over": False},
        "job_failed": job | {"uid": "2", "title": "导入业绩调查", "state": "failed", "is_over": True,
                             "error": "文件已被删除，请重新上传。"},
    }  # fmt: skip


def pages():
    """{file name: (template, context)}."""
    lines = page_of([line(n) for n in range(255)], 1)
    firms = [
        Row(name=firm_name(n), url="#", district=DISTRICTS[n % 5], qualification="建筑工程施工总承包二级",
            is_member=n % 2 == 0, grade=GRADES[n % 3] if n % 4 else "", grade_year=2019)
        for n in range(48)
    ]  # fmt: skip
    firm = Row(name=firm_name(2), code="91430600MA4L000X0A", district="临江县", kind="法人单位", parent="", parent_url="",
               is_member=True, main_qualification="建筑工程施工总承包二级")  # fmt: skip
    grades = [
        Row(year=year, grade=grade, issuer="示例市住房和城乡建设局", number=f"示建函〔{year + 1}〕{n} 号",
            issued_on=dt.date(year + 1, 5, n), url="#" if n == 6 else "")
        for year, grade, n in ((2020, "AAA", 9), (2019, "AA", 6))
    ]  # fmt: skip
    sheet = score_sheet() | desk() | {"crumbs": [{"label": "我的事项", "url": "#"}]}
    services = [
        {"title": "信用评价", "text": "企业登录核对得分、看每一分的依据", "url": "#"},
        {"title": "企业名录", "text": "查企业和最近公布的信用等级", "url": "#"},
        {"title": "公示公告", "text": "看名单、截止时间，提出异议", "url": "#"},
    ]
    shown = {"publicity": OPEN, "days_left": 3, "line_count": 255, "unit": "家企业", "page": lines, "copy_text": COPY,
             "results": [("AAA", 131), ("AA", 76), ("A", 48)], "section": "publicity"}  # fmt: skip
    return {
        "gallery": ("gallery.html", components()),
        "home": ("public/home.html", {
            "section": "home", "publicities": entries(), "announcements": ANNOUNCEMENTS, "services": services,
            "tiles": TILES, "tiles_note": "2020 年度信用评价"}),
        "home-empty": ("public/home.html", {"section": "home", "services": services[1:]}),
        "directory": ("public/directory.html", {
            "section": "directory", "page": page_of(firms), "districts": DISTRICTS, "grades": GRADES, "district": "东城区"}),
        "directory-empty": ("public/directory.html", {
            "section": "directory", "page": page_of([]), "districts": DISTRICTS, "q": "查不到的企业"}),
        "firm": ("public/firm.html", {
            "section": "directory", "firm": firm, "grades": grades,
            "former_names": [{"name": "望湖第二建筑公司（示例）", "until": dt.date(2015, 3, 1)}],
            "qualifications": [
                {"name": "建筑工程施工总承包二级", "ends_on": dt.date(2025, 12, 31)},
                {"name": "市政公用工程施工总承包三级", "ends_on": dt.date(2020, 12, 31), "expired": True}]}),
        "firm-empty": ("public/firm.html", {"section": "directory", "firm": firm}),
        "publicity-list": ("public/publicity_list.html", {
            "section": "publicity", "open_entries": entries()[:2], "page": page_of(entries()[2:])}),
        "publicity": ("public/publicity.html", shown),
        "publicity-last": ("public/publicity.html", shown | {"publicity": LAST, "days_left": 0}),
        "publicity-ended": ("public/publicity.html", shown | {
            "publicity": ENDED, "days_left": None, "announcements": ANNOUNCEMENTS[:2]}),
        "publicity-none": ("public/publicity.html", shown | {"page": page_of([]), "q": "查不到"}),
        "announcement": ("public/announcement.html", {
            "section": "publicity", "announcement": ANNOUNCEMENT, "signed_by": "示例市建筑业协会", "line_count": 255,
            "unit": "家企业", "page": lines, "result_label": "等级", "supplementary": ANNOUNCEMENTS[1:2], "copy_text": COPY}),
        "about": ("public/about.html", {"section": "about"}),
        "score-sheet": ("evaluations/score_sheet_page.html", sheet | {"show_all": True}),
        "score-sheet-own": ("evaluations/score_sheet_page.html", sheet),
        "score-sheet-closed": ("evaluations/score_sheet_page.html", sheet | {"sheet": None, "turn": None, "grades": []}),
        "score-sheet-print": ("evaluations/score_sheet_print.html", sheet | {
            "show_all": True, "show_others": True, "printed_by": "李示例", "printed_at": moment(5, 8), "back_url": "#"}),
        **{f"error-{code}": (f"{code}.html", {}) for code in ("400", "403", "403_csrf", "404", "429", "500")},
    }  # fmt: skip


def build(folder: Path):
    """Draws every page into `folder`, with the static files beside them; returns the file names without .html."""
    configure()
    from django.template.loader import get_template
    from django.test import RequestFactory

    static = folder / "static"
    if static.exists():
        shutil.rmtree(static)
    shutil.copytree(ROOT / "static", static)
    drawn = pages()
    for name, (template, context) in drawn.items():
        if name == "error-500":  # as Django does it: no request, no context processors
            text = get_template(template).render()
        else:
            text = get_template(template).render(
                {"association": ASSOCIATION} | context, RequestFactory().get(f"/{name}.html")
            )
        (folder / f"{name}.html").write_text(text, "utf-8")
    return list(drawn)


class Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *args):
        pass


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), partial(Handler, directory=str(folder)))


def main():
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("folder", nargs="?", type=Path)
    ask.add_argument("--serve", type=int, metavar="PORT")
    arg = ask.parse_args()
    folder = arg.folder or Path(tempfile.mkdtemp(prefix="gallery-"))
    folder.mkdir(parents=True, exist_ok=True)
    names = build(folder)
    sys.stdout.write("\n".join(names) + "\n")
    if arg.serve:
        with contextlib.suppress(KeyboardInterrupt):
            server(folder, arg.serve).serve_forever()


if __name__ == "__main__":
    main()
