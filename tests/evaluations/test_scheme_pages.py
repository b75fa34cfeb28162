"""评分办法 in the admin: edit, check, copy, load and download; a scheme in use stays as it is."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from zeal import zeal_ignore

from evaluations.actions import lock_scheme, open_round
from evaluations.models import CreditSource, DeductionRule, GradeLine, Scheme, SchemePart
from evaluations.scheme_file import SHIPPED, loads_scheme
from evaluations.scheme_rows import rulebook_of

BASE = "/admin/evaluations/scheme/"


@pytest.fixture
def client(client_of):
    return client_of("综合处")


def fields_of(response) -> dict:
    """Everything that the change page would send."""
    context = response.context
    form = context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        data |= {formset.management_form.add_prefix(k): v for k, v in formset.management_form.initial.items()}
        for row in formset.initial_forms:
            data |= {row.add_prefix(name): row.get_initial_for_field(field, name) for name, field in row.fields.items()}
            data |= {row.add_prefix("id"): row.instance.pk}
    data = {name: getattr(value, "pk", value) for name, value in data.items()}
    return {name: "" if value is None else value for name, value in data.items() if value is not False}


def test_a_scheme_shows_its_parts_and_whether_it_fits_together(scheme, client):
    page = client.get(f"{BASE}{scheme.pk}/change/").content.decode()
    for word in ("行业自律", "综合评价", "主管部门", "AAA", "5 条规则", "没有问题，可以用来开设轮次"):
        assert word in page


def test_figures_stand_without_the_zeros_of_their_column(scheme, client):
    page = client.get(f"{BASE}{scheme.pk}/change/").content.decode()
    assert 'value="92"' in page
    assert "92.000" not in page
    lock_scheme(scheme, by=None)
    page = client.get(f"{BASE}{scheme.pk}/change/").content.decode()
    assert "92.000" not in page
    assert "100.000" not in page


def test_a_point_is_changed_and_what_no_longer_fits_is_said(scheme, client):
    url = f"{BASE}{scheme.pk}/change/"
    data = fields_of(client.get(url))
    place = next(name for name, value in data.items() if name.endswith("-points") and str(value).startswith("92"))

    with zeal_ignore():  # Django's formset looks each row up by its key
        page = client.post(url, data | {place: "90", "_continue": "1"}, follow=True).content.decode()

    assert scheme.parts.get(name="主管部门").points == 90
    assert "已保存。还有 1 处要改" in page
    assert "满分" in page.split('id="check"')[1]


def test_the_rows_of_a_part_are_edited_on_its_own_page(scheme, client):
    part = scheme.parts.get(name="行业自律")
    url = f"/admin/evaluations/schemepart/{part.pk}/change/"
    data = fields_of(client.get(url))
    place = next(name for name, value in data.items() if value == "住建")

    with zeal_ignore():  # Django's formset looks each row up by its key
        response = client.post(url, data | {place: "住房城乡建设"})

    assert response.url == f"{BASE}{scheme.pk}/change/"
    assert DeductionRule.objects.filter(part=part, source="住房城乡建设").exists()


@pytest.mark.parametrize(
    ("name", "words"), [("综合评价", ("现场调查", 'value="4.5"', "农民工工资")), ("主管部门", ("没有要填写的",))]
)
def test_each_kind_of_part_shows_what_belongs_to_it(scheme, client, name, words):
    page = client.get(f"/admin/evaluations/schemepart/{scheme.parts.get(name=name).pk}/change/").content.decode()
    for word in words:
        assert word in page


def test_a_scheme_in_use_is_read_only_says_why_and_offers_a_copy(scheme, client):
    open_round(year=2020)
    page = client.get(f"{BASE}{scheme.pk}/change/").content.decode()
    assert "已启用，不能修改" in page
    assert "2020 年度企业信用等级评价" in page
    assert f"{BASE}{scheme.pk}/copy/" in page
    assert 'name="_save"' not in page
    assert client.post(f"{BASE}{scheme.pk}/change/", {"name": "改名"}).status_code == 403
    assert client.post(f"/admin/evaluations/schemepart/{scheme.parts.first().pk}/change/", {}).status_code == 403
    assert client.post(f"{BASE}{scheme.pk}/delete/", {"post": "yes"}).status_code == 403
    scheme.refresh_from_db()
    assert scheme.name.startswith("2020")


def test_last_years_is_copied_and_every_date_listed(scheme, client):
    page = client.get(f"{BASE}{scheme.pk}/copy/").content.decode()
    assert "2020-01-01" in page
    assert "2020-12-31" in page

    response = client.post(f"{BASE}{scheme.pk}/copy/", {"year": "2021", "name": ""}, follow=True)

    copy = Scheme.objects.get(year=2021)
    assert "评价期 2021-01-01 至 2021-12-31" in response.content.decode()
    assert (copy.name, copy.is_locked, copy.copied_from) == (scheme.name.replace("2020", "2021"), False, scheme)
    old, new = rulebook_of(scheme).to_dict(), rulebook_of(copy).to_dict()
    assert old["parts"] == new["parts"]
    assert old["grades"] == new["grades"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"year": ""}, "请填写新办法的评价年度"),
        ({"year": "二零"}, "年度写作 2021 的样子"),
        ({"year": "1990"}, "2000 到 2100"),
    ],
)
def test_a_copy_without_a_year_says_so(scheme, client, data, sentence):
    assert sentence in client.post(f"{BASE}{scheme.pk}/copy/", data).content.decode()
    assert Scheme.objects.count() == 1


def test_the_file_that_is_downloaded_is_read_back_the_same(scheme, client):
    response = client.get(f"{BASE}{scheme.pk}/download/")
    assert loads_scheme(response.content) == rulebook_of(scheme)
    upload = SimpleUploadedFile("办法.json", response.content)
    page = client.post(f"{BASE}load/", {"file": upload}, follow=True).content.decode()
    assert "内容与「2020 年度建筑施工企业信用等级评价评分办法」相同" in page
    assert Scheme.objects.count() == 1


def test_a_changed_file_is_another_scheme(scheme, client):
    data = json.loads((SHIPPED / "scheme_2020.json").read_text(encoding="utf-8"))
    data["grades"][0]["from"] = 92
    upload = SimpleUploadedFile("办法.json", json.dumps(data, ensure_ascii=False).encode())
    client.post(f"{BASE}load/", {"file": upload})
    assert GradeLine.objects.filter(lower=92, scheme__name__endswith="（2）").exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "这个文件是空的"),
        (b"{", "写法不对"),
        (b"\xff\xfe", "不是 UTF-8"),
        (b"[]", "应是一组"),
        (b'{"year": 1, "year": 2}', "写了两次"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(scheme, client, content, sentence):
    page = client.post(f"{BASE}load/", {"file": SimpleUploadedFile("办法.json", content)}).content.decode()
    assert sentence in page
    assert Scheme.objects.count() == 1


def test_a_draft_that_does_not_fit_together_opens_no_round(scheme, client):
    GradeLine.objects.filter(scheme=scheme).delete()
    page = client.post(
        "/admin/evaluations/ratinground/add/", {"year": 2020, "scheme": scheme.pk, "publicity_days": 5}
    ).content.decode()
    assert "这份评分办法还不能使用" in page
    scheme.refresh_from_db()
    assert not scheme.is_locked


def test_a_lock_is_once_and_for_all(scheme, staff):
    lock_scheme(scheme, by=staff("综合处"))
    first = scheme.locked_at
    lock_scheme(scheme, by=staff("秘书长"))
    assert scheme.locked_at == first


@pytest.mark.parametrize(("who", "status"), [("监事", 200), ("编辑", 403)])
def test_readers_look_only(scheme, client_of, who, status):
    client = client_of(who)
    assert client.get(f"{BASE}{scheme.pk}/change/").status_code == status
    assert client.get(f"{BASE}{scheme.pk}/download/").status_code == status
    for name in (f"{scheme.pk}/copy", "load"):
        assert client.post(f"{BASE}{name}/", {"year": 2021}).status_code == 403


# -- Sources --------------------------------------------------------------------------------------------------------


def test_a_source_is_described_without_json_and_stays_the_same_when_saved(scheme, client):
    before = {row.name: row.layout for row in CreditSource.objects.all()}
    for row in CreditSource.objects.all():
        url = f"/admin/evaluations/creditsource/{row.pk}/change/"
        response = client.get(url)
        assert "{" not in str(response.context["adminform"].form.initial["start"])
        assert client.post(url, fields_of(response)).status_code == 302
    after = {row.name: row.layout for row in CreditSource.objects.all()}
    for name, layout in before.items():
        keyed = {column["key"]: column for column in layout["columns"]}
        assert {column["key"]: column for column in after[name]["columns"]} == {
            key: {"synonyms": [], **column} for key, column in keyed.items()
        }
        for word in ("start", "details", "from_whom"):
            assert after[name].get(word) == layout.get(word, [] if word == "details" else "")


def test_a_new_source_reads_its_file_at_once(small_round, client, bring):
    data = {
        "name": "应急", "position": "6", "authority": "应急管理部门", "fact_label": "事故",
        "column_name": "事故单位、企业名称", "column_date": "事故日期", "column_fact": "事故经过",
        "needed": ["date"], "unit": "元", "start": "【事实】",
    }  # fmt: skip
    assert client.post("/admin/evaluations/creditsource/add/", data).status_code == 302
    batch = bring(
        "credit-records", [["事故单位", "事故日期", "事故经过"], ["甲建筑有限公司", "2020-08-08", "高处坠落"]]
    )
    assert (batch.created, batch.options["source"]) == (1, "应急")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"column_date": "日期"}, "总要有企业名称或代码"),
        ({"column_name": "企业", "start": "【罚款】"}, "不认识【罚款】"),
        ({"column_name": "企业", "start": "【金额】"}, "写法里用到了「金额」"),
        ({"column_name": "企业", "needed": ["date"]}, "「日期」列为必须有"),
    ],
)
def test_a_layout_that_cannot_be_read_says_why(scheme, client, data, sentence):
    form = {"name": "应急", "position": "6", "authority": "", "fact_label": "事故", "unit": "元"}
    assert sentence in client.post("/admin/evaluations/creditsource/add/", form | data).content.decode()
    assert not CreditSource.objects.filter(name="应急").exists()


def test_parts_are_reached_from_their_scheme_only(scheme, client):
    assert "评分项</a>" not in client.get("/admin/").content.decode()
    assert client.get("/admin/evaluations/schemepart/add/").status_code == 403
    assert SchemePart.objects.count() == 3
