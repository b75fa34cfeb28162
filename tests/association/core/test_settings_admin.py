"""系统: the association's row and the working calendar, through the admin."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from association.accounts.roles import ROLES, Right
from association.core.models import Association, CalendarDay, CalendarYear
from association.core.wording import usual_words
from association.timeline.actions import events_of
from tests.pages import is_login

ASSOCIATION = "/admin/core/association/1/change/"


@pytest.fixture
def admin_client(client_of, association):
    return client_of("系统管理员")


def _form(response) -> dict:
    """What the browser would send back untouched."""
    form = response.context["adminform"].form
    data = {name: form[name].value() for name in form.fields}
    return {name: "" if value is None else value for name, value in data.items()}


def test_the_list_leads_to_the_one_row(admin_client):
    assert admin_client.get("/admin/core/association/").url == ASSOCIATION
    menu = admin_client.get("/admin/").content.decode()
    assert f'href="{ASSOCIATION}"' in menu
    assert 'href="/admin/core/association/"' not in menu
    history = admin_client.get("/admin/core/association/1/history/").content.decode()
    assert 'href="/admin/core/association/"' not in history
    page = admin_client.get(ASSOCIATION)
    assert page.context["adminform"].form["district_lines"].value() == "东区,430602,东\n西区,430611"
    assert admin_client.get("/admin/core/association/add/").status_code == 403


def test_districts_departments_formats_words_and_colours_are_saved(admin_client):
    data = _form(admin_client.get(ASSOCIATION)) | {
        "district_lines": "南山区，430603，南山\n北县",
        "department_lines": "秘书处\n综合处",
        "number_lines": "信用评价=XP{年度}-{四位序号}\n异议＝YY{年度}-{序号}",
        "word_lines": "地区=地市\n行业＝物业服务",
        "colour_lake": "#123456",
    }
    assert admin_client.post(ASSOCIATION, data).status_code == 302
    row = Association.objects.get()
    assert row.districts == [
        {"name": "南山区", "code": "430603", "aliases": ["南山"]},
        {"name": "北县", "code": "", "aliases": []},
    ]
    assert row.departments == ["秘书处", "综合处"]
    assert row.number_formats == {"rating": "XP{year}-{n:04d}", "objection": "YY{year}-{n}"}
    assert row.wording == {"district": "地市", "industry": "物业服务"}
    assert row.words == usual_words() | {"district": "地市", "industry": "物业服务"}
    shown = admin_client.get(ASSOCIATION).context["adminform"].form["number_lines"].value()
    assert shown == "信用评价=XP{年度}-{四位序号}\n异议=YY{年度}-{序号}"
    history = admin_client.get(f"{ASSOCIATION.removesuffix('change/')}history/").content.decode()
    assert "主色（页头、按钮）：空 → #123456" in history
    assert "信用评价=XP{年度}-{四位序号}" in history
    for code in ("{year}", "rating", "colour_", "_lines"):
        assert code not in history.split('class="events"')[1], code
    assert row.colours == {"lake": "#123456"}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("district_lines", "东区,12", "「东区」的行政区划代码应是一个 6 位数字，请核对。"),
        ("number_lines", "信用评价", "「信用评价」写法不对，请写成「种类=格式」，一行一个。"),
        ("number_lines", "信用评价=XP{序号}", "编号格式「XP{序号}」会产生重号，请同时写上 {年度} 和 {序号}。"),
        ("word_lines", "地区", "「地区」写法不对，请写成「地区=地市」，一行一个。"),
        ("word_lines", "城市=地市", "没有「城市」这一项，可以写：地区、行业、资质、"),
        ("word_lines", "地区=一个写得太长的叫法", "「一个写得太长的叫法」太长，请写 8 个字以内。"),
        ("number_lines", "发票=FP{年度}{序号}", "没有「发票」这种编号，可以写："),
        ("colour_seal", "red", "颜色写作 #0f4c5c 的样子。"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_typed_is_lost(admin_client, name, value, sentence):
    page = admin_client.post(ASSOCIATION, _form(admin_client.get(ASSOCIATION)) | {name: value})
    assert page.status_code == 200
    form = page.context["adminform"].form
    assert form.errors[name][0].startswith(sentence)
    assert form[name].value() == value
    assert Association.objects.get().districts[0]["name"] == "东区"


def test_a_year_left_blank_is_filled_by_itself(admin_client):
    CalendarYear.objects.filter(year=2021).delete()
    url = reverse("admin:core_calendaryear_add")
    assert admin_client.post(url, {"year": 2021, "source": "", "off": "", "worked": ""}).status_code == 302
    assert CalendarDay.objects.get(date="2021-05-08").is_working


def test_a_year_without_data_asks_for_the_notice(admin_client):
    page = admin_client.post(reverse("admin:core_calendaryear_add"), {"year": 2099, "off": "", "worked": ""})
    assert page.context["adminform"].form.errors["off"] == [
        "系统没有自带 2099 年的安排，请按国务院通知填写放假和调休的日子。"
    ]
    assert not CalendarYear.objects.filter(year=2099).exists()


def test_a_year_is_entered_as_the_notice_words_it(admin_client):
    data = {"year": 2027, "source": "国办发明电〔2026〕1 号", "off": "5-1 至 5-5 劳动节", "worked": "5-8 劳动节调休"}
    assert admin_client.post(reverse("admin:core_calendaryear_add"), data).status_code == 302
    year = CalendarYear.objects.get(year=2027)
    assert [(f"{day.date:%m-%d}", day.is_working) for day in year.days.all()] == [
        ("05-03", False), ("05-04", False), ("05-05", False), ("05-08", True),
    ]  # fmt: skip
    url = reverse("admin:core_calendaryear_change", args=[year.pk])
    again = _form(admin_client.get(url))
    assert (again["off"], again["worked"]) == ("5-3 至 5-5 劳动节", "5-8 劳动节调休")
    assert admin_client.post(url, again | {"worked": ""}).status_code == 302
    assert year.days.filter(is_working=True).count() == 0


def test_a_working_day_that_is_one_anyway_is_asked_about(admin_client):
    page = admin_client.post(reverse("admin:core_calendaryear_add"), {"year": 2027, "off": "", "worked": "5-7"})
    assert page.context["adminform"].form.errors["worked"] == ["5-7 是工作日，本来就上班，请核对。"]


@pytest.mark.parametrize("role", [role for role in ROLES if Right.SETTINGS not in role.rights], ids=lambda r: r.name)
@pytest.mark.parametrize("url", [ASSOCIATION, "/admin/core/association/", "/admin/core/calendaryear/"])
def test_only_who_keeps_the_settings_opens_them(client_of, association, role, url):
    """The calendar is kept by those who run publicity, too: its clocks do not start without the year."""
    opens = "calendaryear" in url and Right.PUBLICITY in role.rights
    assert client_of(role.name).get(url).status_code == (200 if opens else 403)


def test_firms_and_visitors_do_not(client, client_of, firm_user, association):
    assert is_login(client.get(ASSOCIATION))
    assert client_of(firm_user()).get(ASSOCIATION).status_code == 404


def test_the_one_row_is_saved_without_another(client_of, staff):
    page = client_of("系统管理员").get("/admin/core/association/add/").content.decode()
    assert "保存并继续填写" in page
    assert "再建一条" not in page


def test_buttons_have_no_blank_between_what_is_done_and_to_what(admin_client):
    year = CalendarYear.objects.first()
    page = admin_client.get(f"/admin/core/calendaryear/{year.pk}/change/").content.decode()
    assert "删除工作日历" in "".join(page.split())
    assert "删除 工作日历" not in " ".join(page.split())
    assert "已选 0 个，共" in admin_client.get("/admin/core/calendaryear/").content.decode()


# -- The emblem --------------------------------------------------------------------------------------------------------

LOGO = "/admin/core/association/1/logo/"


def _emblem(mode="RGBA", size=(600, 500), encoding="PNG", name="会徽.png") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new(mode, size, "#b5301f").save(out, encoding)
    return SimpleUploadedFile(name, out.getvalue())


def test_the_emblem_stands_on_every_page_until_it_is_taken_away(
    admin_client, client, django_capture_on_commit_callbacks
):
    assert LOGO in admin_client.get(ASSOCIATION).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert admin_client.post(LOGO, {"file": _emblem()})["Location"] == ASSOCIATION
    address = Association.objects.get().logo_url
    for page in (client.get("/"), admin_client.get("/admin/")):
        words = page.content.decode()
        assert f'src="{address}"' in words
        assert f'rel="icon" href="{address}"' in words
    sent = client.get(address)
    assert sent["Content-Type"] == "image/png"
    shown = Image.open(BytesIO(sent.content))
    assert (shown.size, shown.mode) == ((256, 213), "RGBA")
    with django_capture_on_commit_callbacks(execute=True):
        admin_client.post(LOGO, {"remove": "1"})
    assert client.get(address).status_code == 404
    assert 'class="brand-mark"' in client.get("/").content.decode()
    sentences = [event.sentence for event in events_of(Association.objects.get())]
    assert any("更换标志" in one for one in sentences)
    assert any("去掉标志" in one for one in sentences)


@pytest.mark.parametrize(
    ("upload", "sentence"),
    [
        (lambda: SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>"), "这个文件打不开"),
        (lambda: SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + bytes(50)), "这个文件打不开"),
        (lambda: _emblem(size=(40, 40)), "图片太小"),
        (lambda: _emblem(mode="1", size=(9000, 9000)), "像素太多"),
        (lambda: SimpleUploadedFile("a.png", bytes(6 * 2**20)), "图片超过 5 MB"),
        (lambda: "", "请选择图片。"),
    ],
)
def test_what_is_no_emblem_is_one_sentence(admin_client, upload, sentence):
    page = admin_client.post(LOGO, {"file": upload()})
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert not Association.objects.get().logo
