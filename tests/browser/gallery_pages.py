"""The pages of the gallery: {file name: (template, context)}."""

import datetime as dt
from decimal import Decimal

from tests.browser.gallery_data import (
    ANNOUNCEMENT,
    ANNOUNCEMENTS,
    ASSOCIATION,
    BUREAU,
    COPY,
    DISTRICTS,
    ENDED,
    GRADES,
    LAST,
    OPEN,
    STEPS,
    TILES,
    TURNS,
    Row,
    desk,
    entries,
    firm_name,
    line,
    moment,
    page_of,
    score_sheet,
)


def demo_form():
    from django import forms

    class Filing(forms.Form):
        name = forms.CharField(label="企业名称", initial=firm_name(0))
        code = forms.CharField(label="统一社会信用代码", help_text="营业执照上的 18 位代码，字母大写。")
        district = forms.ChoiceField(label="县市区", choices=[("", "请选择")] + [(d, d) for d in DISTRICTS])
        way = forms.ChoiceField(
            label="怎样领取证书",
            widget=forms.RadioSelect,
            choices=[("self", "自取"), ("mail", "邮寄，到付")],
            initial="self",
        )
        scan = forms.FileField(
            label="营业执照扫描件",
            required=False,
            help_text="PDF 或照片，不超过 20 MB。",
            widget=forms.FileInput(attrs={"data-max-bytes": 20971520}),
        )
        remark = forms.CharField(label="补充说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
        true = forms.BooleanField(label="以上内容真实，如有不实愿承担责任")

        def clean_code(self):
            raise forms.ValidationError("统一社会信用代码第 18 位不对，请核对营业执照")

    return Filing({"name": firm_name(0), "code": "91430600MA4L000X0B", "way": "self"}, {})


def components():
    job = {"uid": "1", "done": 128, "total": 255, "percent": 50, "back_url": "#", "error": ""}
    events = [
        Row(
            sentence="协会秘书处受理了申报",
            note="",
            happened_on=dt.date(2021, 2, 1),
            entered_at=moment(2, 1, 9, 30),
            actor_name="李示例",
            channel="",
            get_channel_display="",
        ),
        Row(
            sentence="企业提交申报",
            note="材料齐全",
            happened_on=dt.date(2021, 1, 28),
            entered_at=moment(1, 29, 15, 2),
            actor_name="李示例",
            channel="paper",
            get_channel_display="纸质",
        ),
    ]
    columns = [
        {"label": "企业名称", "main": True},
        {"label": "县市区"},
        {"label": "协会评分", "align": "num"},
        {"label": "等级"},
        {"label": "更新日期", "align": "date"},
    ]
    table = [
        [
            {"text": firm_name(n), "url": "#", "sub": "91430600MA4L000X0A"},
            DISTRICTS[n % 5],
            8 - n,
            {"text": GRADES[n % 3], "strong": True},
            "2021-02-26",
        ]
        for n in range(4)
    ]
    table.append({"cells": [firm_name(7), "湖口县", 0, {"text": "未评", "tone": "seal"}, "2021-02-26"], "muted": True})
    rows = [
        {"title": "2020 年度信用评价", "url": "#", "chip": "待核对", "tone": "gold", "date": dt.date(2021, 2, 26)},
        {
            "title": "2019 年度信用评价",
            "url": "#",
            "chip": "已公告",
            "tone": "lake",
            "date": dt.date(2020, 5, 6),
            "meta": "等级 AA，证书编号 2020-0086",
        },
    ]
    return {
        **desk(),
        **TURNS,
        "steps": STEPS,
        "crumbs": [{"label": "我的事项", "url": "#"}, {"label": "信用评价", "url": "#"}],
        "actions": [{"label": "下载名单", "url": "#", "icon": "download"}],
        "list_rows": rows,
        "table_columns": columns,
        "table_rows": table,
        "page": page_of(range(255), 3),
        "form": demo_form(),
        "tiles": TILES,
        "events": events,
        "copy_text": COPY,
        "day": dt.date(2021, 5, 8),
        "moment": moment(5, 8),
        "amount": Decimal(124000),
        "mark": Decimal("4.2105"),
        "loss": -1,
        "by_group": [("特级", 8), ("一级", 25), ("二级", 108), ("三级", 110), ("专业承包", 3), ("劳务", 1)],
        "by_points": [(f"{n} 分", v) for n, v in zip(range(1, 9), [23, 23, 33, 50, 56, 31, 0, 39], strict=True)],
        "job_running": job | {"title": "2020 年度测算", "state": "running", "phase": "正在计算", "is_over": False},
        "job_failed": job
        | {
            "uid": "2",
            "title": "导入业绩调查",
            "state": "failed",
            "is_over": True,
            "error": "文件已被删除，请重新上传。",
        },
    }


def firm_pages():
    firms = [
        Row(
            name=firm_name(n),
            url="#",
            district=DISTRICTS[n % 5],
            qualification="建筑工程施工总承包二级",
            is_member=n % 2 == 0,
            grade=GRADES[n % 3] if n % 4 else "",
            grade_year=2019,
        )
        for n in range(48)
    ]
    firm = Row(
        name=firm_name(2),
        code="91430600MA4L000X0A",
        district="临江县",
        kind="法人单位",
        parent="",
        parent_url="",
        is_member=True,
        main_qualification="建筑工程施工总承包二级",
    )
    grades = [
        Row(
            year=year,
            grade=grade,
            issuer=BUREAU,
            number=f"示建函〔{year + 1}〕{n} 号",
            issued_on=dt.date(year + 1, 5, n),
            url="#" if n == 6 else "",
        )
        for year, grade, n in ((2020, "AAA", 9), (2019, "AA", 6))
    ]
    former = [{"name": "望湖第二建筑公司（示例）", "until": dt.date(2015, 3, 1)}]
    qualifications = [
        {"name": "建筑工程施工总承包二级", "ends_on": dt.date(2025, 12, 31)},
        {"name": "市政公用工程施工总承包三级", "ends_on": dt.date(2020, 12, 31), "expired": True},
    ]
    listed = {"section": "directory", "districts": DISTRICTS}
    shown = {"section": "directory", "firm": firm}
    full = {"grades": grades, "former_names": former, "qualifications": qualifications}
    return {
        "directory": (
            "public/directory.html",
            listed | {"page": page_of(firms), "grades": GRADES, "district": "东城区"},
        ),
        "directory-empty": ("public/directory.html", listed | {"page": page_of([]), "q": "查不到的企业"}),
        "firm": ("public/firm.html", shown | full),
        "firm-empty": ("public/firm.html", shown),
    }


def publicity_pages():
    lines = page_of([line(n) for n in range(255)], 1)
    section = {"section": "publicity", "line_count": 255, "unit": "家企业", "page": lines, "copy_text": COPY}
    shown = section | {
        "publicity": OPEN,
        "days_left": 3,
        "results": [("AAA", 131), ("AA", 76), ("A", 48)],
        "full_url": "#",
    }
    ended = {"publicity": ENDED, "days_left": None, "announcements": ANNOUNCEMENTS[:2]}
    announced = {
        "announcement": ANNOUNCEMENT,
        "signed_by": ASSOCIATION["name"],
        "result_label": "等级",
        "supplementary": ANNOUNCEMENTS[1:2],
        "full_url": "#",
    }
    all_lists = {"section": "publicity", "open_entries": entries()[:2], "page": page_of(entries()[2:])}
    return {
        "publicity-list": ("public/publicity_list.html", all_lists),
        "publicity": ("public/publicity.html", shown),
        "publicity-last": ("public/publicity.html", shown | {"publicity": LAST, "days_left": 0}),
        "publicity-ended": ("public/publicity.html", shown | ended),
        "publicity-none": ("public/publicity.html", shown | {"page": page_of([]), "q": "查不到"}),
        "announcement": ("public/announcement.html", section | announced),
    }


def sheet_pages():
    sheet = score_sheet() | desk() | {"crumbs": [{"label": "我的事项", "url": "#"}]}
    printed = {"show_others": True, "printed_by": "李示例", "printed_at": moment(5, 8), "back_url": "#"}
    closed = {"sheet": None, "turn": None, "grades": []}
    return {
        "score-sheet": ("evaluations/score_sheet_page.html", sheet | {"show_all": True}),
        "score-sheet-own": ("evaluations/score_sheet_page.html", sheet),
        "score-sheet-closed": ("evaluations/score_sheet_page.html", sheet | closed),
        "score-sheet-print": ("evaluations/score_sheet_print.html", sheet | {"show_all": True} | printed),
    }


def pages():
    """{file name: (template, context)}."""
    services = [
        {"title": "信用评价", "text": "企业登录核对得分、看每一分的依据", "url": "#"},
        {"title": "企业名录", "text": "查企业和最近公布的信用等级", "url": "#"},
        {"title": "公示公告", "text": "看名单、截止时间，提出异议", "url": "#"},
    ]
    home = {
        "section": "home",
        "publicities": entries(),
        "list_title": "正在公示",
        "announcements": [Row(title=one.title, at=one.issued_on, get_public_url="#") for one in ANNOUNCEMENTS],
        "announced": {"title": "最新公告", "url": "#"},
        "services": services,
        "tiles": TILES,
        "tiles_note": "2020 年度信用评价",
    }
    return {
        "gallery": ("gallery.html", components()),
        "home": ("public/home.html", home),
        "home-empty": ("public/home.html", {"section": "home", "services": services[1:], "list_title": "正在公示"}),
        "about": ("public/about.html", {"section": "about"}),
        **firm_pages(),
        **publicity_pages(),
        **sheet_pages(),
        **{f"error-{code}": (f"{code}.html", {}) for code in ("400", "403", "403_csrf", "404", "429", "500")},
    }
