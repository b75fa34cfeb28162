"""Rows corrected, voided and restored by staff, on the pages; what a later file does to them then."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from association.parties.models import Party
from association.timeline.models import Event
from evaluations.corrections import correct_row, restore_row, void_row
from evaluations.models import AuthorityScore, CreditRecord, Survey
from evaluations.runs import rate_now
from tests.codes import firm_code

HEAD = ["单位名称", "统一社会信用代码", "处罚决定书文号", "处罚日期", "违法事实", "罚款金额（元）", "是否修复"]


def penalty(**changes):
    row = {
        "name": "甲建筑有限公司", "code": firm_code(1), "no": "建罚〔2020〕1 号", "day": "2020-03-04",
        "fact": "未取得施工许可证", "amount": 10000, "repaired": "否",
    }  # fmt: skip
    return [HEAD, list((row | changes).values())]


@pytest.fixture
def clerk(staff):
    return staff("综合处", name="王经办")


@pytest.fixture
def record(small_round) -> CreditRecord:
    return CreditRecord.objects.get(document_no="建罚〔2020〕1 号")


def form_of(client, url, **changes):
    """What the change page would send, with some fields changed."""
    form = client.get(url).context["adminform"].form
    data = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    data = {name: "" if value is None else value for name, value in data.items() if value is not False}
    return client.post(url, data | changes, follow=True)


def test_a_record_is_corrected_with_a_reason_and_counts_so(record, small_round, client_of, clerk):
    rate_now(small_round)
    client, url = client_of(clerk), f"/admin/evaluations/creditrecord/{record.pk}/change/"

    page = form_of(client, url, date="2019-12-31", reason="")
    assert "请写明更正的原因和依据" in page.content.decode()
    assert "2019-12-31" in page.content.decode()
    record.refresh_from_db()
    assert record.date == dt.date(2020, 3, 4)
    form_of(client, url, date="2019-12-31", reason="处罚决定书写明 2019 年")

    record.refresh_from_db()
    assert (record.date, record.corrected) == (dt.date(2019, 12, 31), ["date"])
    event = Event.objects.get(verb="row.corrected")
    assert (event.changes, event.note) == ({"date": ["2020-03-04", "2019-12-31"]}, "处罚决定书写明 2019 年")
    run, new = rate_now(small_round)
    assert new
    assert run.changes[0]["sentence"].startswith("行业自律由 2 分变为 3 分")


def test_what_staff_corrected_stays_when_the_file_comes_again(record, clerk, bring):
    correct_row(record, by=clerk, reason="核对原件", date=dt.date(2019, 12, 31))

    assert bring("credit-records", penalty()).unchanged == 1
    batch = bring("credit-records", penalty(repaired="是"))

    record.refresh_from_db()
    assert batch.updated == 1
    assert (record.date, record.repaired) == (dt.date(2019, 12, 31), True)


def test_a_voided_record_counts_no_more_and_stays_void_when_its_file_comes_again(record, small_round, clerk, bring):
    void_row(record, by=clerk, reason="同一件事重复报送")
    assert bring("credit-records", penalty()).unchanged == 1
    record.refresh_from_db()
    assert record.voided_at
    run, _new = rate_now(small_round)
    assert run.summary["points"] == {"4": 1, "7": 1, "8": 1}
    with pytest.raises(ValidationError, match="已经作废"):
        correct_row(record, by=clerk, reason="x", fact="y")


def test_new_word_from_the_source_brings_a_voided_row_back(record, clerk, bring):
    void_row(record, by=clerk, reason="重复")
    assert bring("credit-records", penalty(fact="另一件事")).updated == 1
    record.refresh_from_db()
    assert (record.voided_at, record.void_reason) == (None, "")


def test_a_voided_score_makes_room_for_the_right_one(small_round, clerk, bring):
    score = AuthorityScore.objects.get(raw_code=firm_code(1))
    void_row(score, by=clerk, reason="登记错误")
    batch = bring(
        "authority-scores", [["企业名称", "统一社会信用代码", "得分"], ["甲建筑有限公司", firm_code(1), 91]], round=2020
    )
    assert batch.updated == 1
    live = AuthorityScore.objects.get(party__code=firm_code(1), voided_at=None)
    assert live.score == 91


def test_a_void_is_taken_back_unless_another_score_stands_there(small_round, clerk, bring):
    score = AuthorityScore.objects.get(raw_code=firm_code(1))
    void_row(score, by=clerk, reason="登记错误")
    assert restore_row(score, by=clerk, reason="没有错").voided_at is None
    with pytest.raises(ValidationError, match="没有作废"):
        restore_row(score, by=clerk, reason="再一次")


def test_the_pages_void_and_restore_with_a_reason(record, client_of, clerk):
    client, base = client_of(clerk), f"/admin/evaluations/creditrecord/{record.pk}"
    assert "请填写作废原因" in client.post(f"{base}/void/", {"note": " "}).content.decode()
    client.post(f"{base}/void/", {"note": "重复报送"})
    record.refresh_from_db()
    assert record.void_reason == "重复报送"
    page = client.get(f"{base}/change/").content.decode()
    assert "已作废" in page
    assert 'name="_save"' not in page
    client.post(f"{base}/restore/", {"note": "不是重复"})
    record.refresh_from_db()
    assert record.voided_at is None


def test_a_survey_is_corrected_item_by_item(small_round, client_of, clerk):
    survey = Survey.objects.filter(party__code=firm_code(1)).get()
    client, url = client_of(clerk), f"/admin/evaluations/survey/{survey.pk}/change/"
    refused = form_of(client, url, **{"mark:质量": "6", "reason": "录入错误"})
    assert refused.context["adminform"].form.errors["mark:质量"]
    survey.refresh_from_db()
    assert survey.marks["质量"] == 5

    form_of(client, url, **{"mark:质量": "3.5", "channel": "现场", "reason": "录入错误"})

    survey.refresh_from_db()
    assert survey.marks == {"质量": "3.5", "安全": 5, "进度": 5, "农民工工资": 5, "服务": 5}
    assert (survey.channel, survey.corrected) == ("现场调查", ["channel", "marks"])


def test_a_score_stays_within_the_scheme(small_round, client_of, clerk):
    score = AuthorityScore.objects.get(raw_code=firm_code(1))
    client, url = client_of(clerk), f"/admin/evaluations/authorityscore/{score.pk}/change/"
    assert "得分应在 0 到 92 之间" in form_of(client, url, score="93", reason="更正").content.decode()
    form_of(client, url, score="91.5", reason="更正函")
    score.refresh_from_db()
    assert score.score == Decimal("91.5")


def test_a_row_is_given_to_another_firm_with_a_reason(record, client_of, clerk):
    client, url = client_of(clerk), f"/admin/evaluations/creditrecord/{record.pk}/firm/"
    other = Party.objects.get(code=firm_code(2))
    assert "乙建筑有限公司" in client.get(url, {"firm": "乙建筑"}).content.decode()
    assert "请写明改认企业的原因" in client.post(url, {"party": other.pk, "note": ""}).content.decode()
    client.post(url, {"party": other.pk, "note": "代码写错"})
    record.refresh_from_db()
    assert (record.party, record.matched_by) == (other, "person")


def test_a_second_score_is_refused_with_a_sentence(small_round, client_of, clerk):
    score = AuthorityScore.objects.get(raw_code=firm_code(1))
    other = Party.objects.get(code=firm_code(2))
    page = client_of(clerk).post(
        f"/admin/evaluations/authorityscore/{score.pk}/firm/?firm=乙建筑", {"party": other.pk, "note": "写错"}
    )
    assert "「乙建筑有限公司」本轮已有一条主管部门评分" in page.content.decode()


def test_somebody_elses_change_in_between_is_told_and_nothing_typed_is_lost(record, client_of, clerk):
    client, url = client_of("综合处"), f"/admin/evaluations/creditrecord/{record.pk}/change/"
    opened = client.get(url).content.decode()
    token = opened.split('name="_read" value="')[1].split('"')[0]
    correct_row(record, by=clerk, reason="核对", fact="已核对的事实")

    page = form_of(client, url, fact="我的写法", reason="我的理由", _read=token).content.decode()

    assert "这条记录被修改过" in page
    assert "王经办" in page
    assert "我的写法" in page
    record.refresh_from_db()
    assert record.fact == "已核对的事实"


@pytest.mark.parametrize("model", ["creditrecord", "survey", "authorityscore"])
def test_lists_find_by_firm_take_few_queries_and_are_closed_to_strangers(small_round, client_of, model, firm_user):
    url = f"/admin/evaluations/{model}/"
    client = client_of("监事")
    assert "甲建筑有限公司" in client.get(url, {"q": "jjz"}).content.decode()
    assert "甲建筑有限公司" in client.get(url, {"match": "code"}).content.decode()
    assert "甲建筑有限公司" not in client.get(url, {"match": "void"}).content.decode()
    assert client_of("编辑").get(url).status_code == 403
    assert client_of(firm_user(Party.objects.get(code=firm_code(1)))).get(url).status_code == 404


def test_readers_see_rows_but_change_nothing(record, client_of):
    client, base = client_of("监事"), f"/admin/evaluations/creditrecord/{record.pk}"
    assert client.get(f"{base}/change/").status_code == 200
    for name in ("void", "restore", "firm"):
        assert client.post(f"{base}/{name}/", {"note": "x"}).status_code == 403


def test_peoples_data_in_the_row_as_it_came_are_masked(small_round, client_of, bring):
    head = ["企业名称", "立案日期", "欠薪项目", "涉及金额（元）", "投诉人姓名", "投诉人电话"]
    bring("credit-records", [head, ["甲建筑有限公司", "2020-06-01", "某工程", 1000, "欧阳小明", "13812345678"]])
    row = CreditRecord.objects.get(source="劳动")
    page = client_of("综合处").get(f"/admin/evaluations/creditrecord/{row.pk}/change/").content.decode()
    assert "投诉人电话" in page
    assert "138****5678" in page
    for secret in ("13812345678", "欧阳小明"):
        assert secret not in page
