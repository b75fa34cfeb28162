"""会费标准: out of a file, by hand, adopted by a vote that holds, never changed after; the settings."""

import datetime as dt
import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from zeal import zeal_ignore

from members.dues import standards
from members.models import DuesRules, DuesStandard
from members.terms import load_posts
from tests.members.conftest import form_of

from .conftest import SHIPPED

URL = "/admin/members/duesstandard/"


def load(path) -> str:
    out = StringIO()
    call_command("load_dues_standard", str(path), stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def altered(tmp_path):
    """altered(rates={...}, meeting={...}): the shipped file with other values; None takes a key away."""

    def make(**changes):
        data = json.loads(SHIPPED.read_text(encoding="utf-8"))
        for name, value in changes.items():
            data[name] = data.get(name, {}) | value if isinstance(value, dict) and name == "meeting" else value
        path = tmp_path / "standard.json"
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return path

    return make


# -- Files ---------------------------------------------------------------------------------------------------


def test_the_shipped_standard_is_loaded_adopted_and_found_unchanged(db):
    assert "已载入" in load(SHIPPED)
    row = DuesStandard.objects.get()
    assert row.adopted_at
    assert {rate.label: rate.amount for rate in row.rates.all()} == {
        "会长单位": 30000, "常务副会长单位": 20000, "副会长单位": 10000, "理事单位": 5000, "会员单位": 2000,
    }  # fmt: skip
    assert [rate.post.unit_name for rate in row.rates.all()] == [rate.label for rate in row.rates.all()]
    assert "已有" in load(SHIPPED)
    assert DuesStandard.objects.count() == 1


def test_an_adopted_standard_never_changes(db, altered):
    load(SHIPPED)
    with pytest.raises(CommandError, match=r"会长单位：30,000 元 → 1 元.*新的执行日期"):
        load(altered(rates={"会长单位": 1}))
    with pytest.raises(CommandError, match="实到人数"):
        load(altered(meeting={"present": 119}))
    assert DuesStandard.objects.get().rates.get(label="会长单位").amount == 30000


@pytest.mark.parametrize(
    ("meeting", "why"),
    [
        ({"present": 79}, "三分之二"),
        ({"in_favour": 52}, "没有超过到会 104 人的半数"),
        ({"secret": False}, "无记名"),
        ({"delegates": None}, "请填写应到人数"),
        ({"present": 121}, "人数对不上"),
    ],
)
def test_a_vote_that_does_not_hold_leaves_a_draft(db, altered, meeting, why):
    assert why in load(altered(meeting=meeting))
    assert DuesStandard.objects.get().adopted_at is None
    with pytest.raises(CommandError, match="还没有已确认的会费标准"):
        call_command("bill_dues", "2021")


def test_two_thirds_and_one_more_than_half_are_enough(db, altered):
    load(altered(meeting={"delegates": 120, "present": 80, "in_favour": 41}))
    assert DuesStandard.objects.get().adopted_at


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"rates": {"会长单位": "30000 起"}}, "不能浮动"),
        ({"rates": {"会长单位": -1}}, "不是一个固定的数"),
        ({"rates": {"会长单位": 1.005}}, "不是一个固定的数"),
        ({"rates": {"会长单位": True}}, "不是一个固定的数"),
        ({"rates": {"掌门单位": 1}}, "没有「掌门单位」这个职务"),
        ({"rates": {"会长单位": 1, "会长": 2}}, "同一个职务"),
        ({"rates": {}}, "要有 rates"),
        ({"rates": [1]}, "要有 rates"),
        ({"basis": "heads"}, "计费依据「heads」"),
        ({"basis": "qualification", "rates": {"九级": 1}}, "没有「九级」这个资质分组"),
        ({"starts_on": "2021"}, "starts_on"),
        ({"due_day": "02-30"}, "02-30"),
        ({"joiners": [{"from": "07-01", "share": "2"}]}, "年中入会"),
        ({"joiners": [{"from": "七月"}]}, "年中入会"),
        ({"meeting": "去年"}, "meeting"),
        ({"meeting": {"present": "很多"}}, "不是整数"),
    ],
)
def test_a_bad_file_is_one_sentence_and_nothing_written(db, altered, tmp_path, changes, why):
    data = json.loads(SHIPPED.read_text(encoding="utf-8"))
    meeting = changes.get("meeting")
    changes = changes | ({"meeting": data["meeting"] | meeting} if isinstance(meeting, dict) else {})
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(data | changes, ensure_ascii=False), encoding="utf-8")
    with pytest.raises(CommandError) as problem:
        load(path)
    assert why in str(problem.value)
    assert problem.value.returncode == 2
    assert not DuesStandard.objects.exists()


def test_what_is_no_such_file_is_said_so(db, tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b"\xff\xfe[")
    for bad, why in ((path, "不是会费标准文件"), (tmp_path / "none.json", "打不开文件")):
        with pytest.raises(CommandError, match=why):
            load(bad)


# -- In force ------------------------------------------------------------------------------------------------


def test_the_standard_in_force_on_new_years_day_counts(db, altered):
    load(SHIPPED)
    load(altered(starts_on="2023-05-01", name="新标准"))
    assert [standards.standard_for(year).name for year in (2021, 2023, 2024)] == ["会费标准（2021 年起）"] * 2 + [
        "新标准"
    ]
    with pytest.raises(ValidationError, match="2020 年还没有"):
        standards.standard_for(2020)


# -- Pages ---------------------------------------------------------------------------------------------------


def draft_values(**more) -> dict:
    load_posts()
    rates = [("会长单位", "30000"), ("会员单位", "2000.50")]
    values = {
        "name": "会费标准（2022 年起）", "starts_on": "2022-01-01", "basis": "post", "due_day": "06-30",
        "joiners": "07-01 0.5\n12-01 0", "body": "第三届第二次会员代表大会", "meeting_on": "2021-12-20", "delegates": "120",
        "present": "100", "in_favour": "90", "is_secret": "on", "document_number": "", "note": "",
        "rates-TOTAL_FORMS": "2", "rates-INITIAL_FORMS": "0", "rates-MIN_NUM_FORMS": "0", "rates-MAX_NUM_FORMS": "1000",
    }  # fmt: skip
    for number, (label, amount) in enumerate(rates):
        values |= {
            f"rates-{number}-label": label, f"rates-{number}-amount": amount,
            f"rates-{number}-order": str(number), f"rates-{number}-id": "", f"rates-{number}-standard": "",
        }  # fmt: skip
    return values | more


def test_a_standard_is_drafted_adopted_and_then_only_looked_at(till):
    answer = till.post(f"{URL}add/", draft_values())
    assert answer.status_code == 302, answer.context["errors"]
    row = DuesStandard.objects.get()
    assert row.joiners == [{"from": "07-01", "share": "0.5"}, {"from": "12-01", "share": "0"}]
    rate = row.rates.get(label="会员单位")
    assert (rate.amount, rate.post.unit_name) == (Decimal("2000.50"), "会员单位")
    page = f"{URL}{row.pk}/change/"
    assert "核对无误后按「确认标准」" in till.get(page).content.decode()
    asked = till.get(f"{URL}{row.pk}/adopt/").content.decode()
    assert "会长单位 30,000 元，会员单位 2,000.50 元" in asked
    till.post(f"{URL}{row.pk}/adopt/", {"x": "1"})
    row.refresh_from_db()
    assert row.adopted_by.name == "钱会计"
    assert "标准不再改动" in till.get(page).content.decode()
    assert till.post(page, {"name": "改名", "_save": "保存"}).status_code == 403
    assert till.get(f"{URL}{row.pk}/delete/").status_code == 403
    row.refresh_from_db()
    assert row.name == "会费标准（2022 年起）"


def test_a_draft_says_what_is_missing_and_keeps_what_was_typed(till):
    answer = till.post(f"{URL}add/", draft_values(due_day="六月", joiners="七月 一半", **{"rates-0-amount": "三万"}))
    said = answer.content.decode()
    assert answer.status_code == 200
    for words in ("请写成 06-30 的样子", "例：07-01 0.5。", "请填写金额", "第三届第二次会员代表大会", "三万"):
        assert words in said
    assert not DuesStandard.objects.exists()
    till.post(f"{URL}add/", draft_values(present="60"))
    row = DuesStandard.objects.get()
    assert "三分之二" in till.get(f"{URL}{row.pk}/change/").content.decode()
    refused = till.post(f"{URL}{row.pk}/adopt/", {"x": "1"}, follow=True)
    assert any("三分之二" in str(said) for said in refused.context["messages"])
    again = form_of(till, f"{URL}{row.pk}/change/") | {"present": "100"}
    with zeal_ignore():  # Django's formset looks each row up by its key
        assert till.post(f"{URL}{row.pk}/change/", again).status_code == 302
    till.post(f"{URL}{row.pk}/adopt/", {"x": "1"})
    row.refresh_from_db()
    assert row.adopted_at


def test_two_rates_for_one_post_and_a_day_that_is_taken_are_refused(till, standard):
    twice = draft_values(**{"rates-1-label": "会长单位"})
    assert "这一档已经有了" in till.post(f"{URL}add/", twice).content.decode()
    wrong = draft_values(**{"rates-0-label": "特级"})
    assert "按职务计费，请选职务" in till.post(f"{URL}add/", wrong).content.decode()
    assert (
        "已经有了，请换一个执行日期" in till.post(f"{URL}add/", draft_values(starts_on="2021-01-01")).content.decode()
    )


def test_a_copy_is_a_draft_for_the_next_vote(till, standard):
    assert "照抄" in till.get(f"{URL}{standard.pk}/copy/").content.decode()
    assert DuesStandard.objects.count() == 1
    till.post(f"{URL}{standard.pk}/copy/")
    draft = DuesStandard.objects.exclude(pk=standard.pk).get()
    assert draft.adopted_at is None
    assert draft.starts_on > dt.date.today()
    assert [rate.amount for rate in draft.rates.all()] == [rate.amount for rate in standard.rates.all()]
    assert "请填写应到人数" in till.get(f"{URL}{draft.pk}/change/").content.decode()


def test_readers_look_and_do_not_touch(client_of, standard):
    reader = client_of("监事")
    page = reader.get(f"{URL}{standard.pk}/change/").content.decode()
    assert "30,000" in page or "30000" in page
    assert "复制为新的草稿" not in page
    assert reader.get(f"{URL}{standard.pk}/adopt/").status_code == 403
    assert reader.get(f"{URL}add/").status_code == 403


def test_the_settings_are_one_row(till):
    assert till.get("/admin/members/duesrules/").url.endswith("/add/")
    values = {"account_name": "某协会", "account_number": "4300", "reminder_days": "30，7", "published": "totals"}
    till.post("/admin/members/duesrules/add/", values)
    row = DuesRules.objects.get()
    assert (row.reminder_days, row.published, row.account_number) == ([7, 30], "totals", "4300")
    assert till.get("/admin/members/duesrules/").url.endswith("/1/change/")
    page = "/admin/members/duesrules/1/change/"
    wrong = till.post(page, form_of(till, page) | {"reminder_days": "七天"})
    assert "天数写成数字" in wrong.content.decode()
    assert till.get("/admin/members/duesrules/add/").status_code == 403
