"""One fact and one score a firm, however a file writes the firm and whatever comes first."""

import datetime as dt
from decimal import Decimal
from itertools import permutations

import pytest
from django.urls import reverse

from association.exchange.actions import start_undo
from association.exchange.models import ImportBatch
from association.jobs import actions as jobs
from association.parties.models import Party
from evaluations.corrections import correct_row, restore_row, void_row
from evaluations.matching import count_waiting
from evaluations.models import AuthorityScore, CreditRecord, ScoreSheet
from evaluations.runs import rate_now
from evaluations.waiting import complete, groups
from tests.codes import firm_code

JIA, YI, OLD = "甲建筑有限公司", "乙建筑有限公司", "老甲建筑公司"
PENALTY = ["单位名称", "统一社会信用代码", "处罚决定书文号", "处罚日期", "违法事实", "罚款金额（元）", "是否修复"]
NUMBER = "建罚〔2020〕7 号"


def penalty(name, code="", *, number=NUMBER, fact="无证施工", repaired="否"):
    return [name, code, number, "2020-03-04", fact, 1000, repaired]


@pytest.fixture
def files(empty_round, bring):
    """files("roster", …): import in this order. 甲 was once called 老甲."""

    def roster():
        head = ["企业名称", "统一社会信用代码", "资质类别及等级", "曾用名"]
        rows = [[JIA, firm_code(1), "建筑工程施工总承包三级", OLD], [YI, firm_code(2), "建筑工程施工总承包三级", ""]]
        return bring("rating-roster", [head, *rows], round=2020)

    def bring_in_order(*order):
        made = []
        for one in order:
            made.append(roster() if one == "roster" else bring(*one))
        return made

    return bring_in_order


def penalties(*rows):
    return "credit-records", [PENALTY, *rows]


def scores(*rows):
    return "authority-scores", [["企业名称", "统一社会信用代码", "得分"], *rows]


def counted(*fields) -> list:
    return sorted(CreditRecord.objects.counting().values_list("party__name", *fields))


# -- Records ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(["roster", penalties(penalty(JIA)), penalties(penalty(YI))])))
def test_one_document_about_two_firms_is_a_fact_of_each_in_any_order_of_files(files, order):
    files(*order)
    assert counted() == [(YI,), (JIA,)]


@pytest.mark.parametrize("last", [False, True])
def test_one_document_about_one_firm_counts_once_however_it_writes_the_firm(files, empty_round, last):
    """By name, by a former name, by code: three rows, one fact, before or after the roster."""
    rows = penalties(penalty(JIA), penalty(OLD, number="建罚[2020]7号"), penalty("", firm_code(1)))
    batches = files(*([rows, "roster"] if last else ["roster", rows]))

    assert counted() == [(JIA,)]
    assert CreditRecord.objects.filter(same_as__isnull=False).count() == 2
    sheet = rate_now(empty_round)[0].sheets.get(rating__code=firm_code(1))
    assert sheet.own_points == 3  # one deduction of four
    if not last:
        assert (batches[1].created, batches[1].updated) == (1, 2)
        assert "按最后的内容计一次" in batches[1].rows.filter(verdict="updated").first().problems[0]["reason"]


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (1, 2, 0)])
def test_a_later_file_repairs_the_fact_though_it_writes_the_firm_in_another_way(files, empty_round, order):
    """`order`: where the roster comes."""
    what = ["roster", penalties(penalty(JIA)), penalties(penalty(OLD, repaired="是"))]
    files(*(what[place] for place in order))
    assert counted("repaired") == [(JIA, True)]
    assert rate_now(empty_round)[0].sheets.get(rating__code=firm_code(1)).own_points == 4


def test_the_same_files_again_change_nothing(files):
    rows = penalties(penalty(JIA), penalty(OLD, repaired="是"), penalty("", firm_code(1), repaired="否"))
    files(rows, "roster", rows)
    before = list(CreditRecord.objects.order_by("pk").values_list("pk", "version", "same_as", "repaired"))
    again, sole = files(rows, rows)
    assert [(one.created, one.updated, one.waiting, one.unchanged) for one in (again, sole)] == [(0, 0, 0, 3)] * 2
    assert list(CreditRecord.objects.order_by("pk").values_list("pk", "version", "same_as", "repaired")) == before


def test_the_lists_tell_a_double_and_count_it_once(files, client_of, empty_round):
    files("roster", penalties(penalty(JIA), penalty(OLD)))
    client = client_of("综合处")
    page = client.get(reverse("admin:evaluations_creditrecord_changelist"), {"match": "double"}).content.decode()
    assert page.count("与另一行相同，不计分") >= 2  # the filter and the row
    line = client.get(f"/admin/evaluations/ratinground/{empty_round.pk}/change/").content.decode()
    assert "信用信息（住建）" in line
    assert client.get(reverse("admin:evaluations_creditrecord_changelist")).status_code == 200


def test_a_void_fact_is_void_in_every_writing_and_comes_back_as_one(files, staff):
    files("roster", penalties(penalty(JIA), penalty(OLD)))
    clerk, head = staff("综合处"), CreditRecord.objects.counting().get()
    void_row(head, by=clerk, reason="处罚已撤销")
    assert counted() == []
    restore_row(head, by=clerk, reason="撤销有误")
    assert counted() == [(JIA,)]


def test_a_corrected_fact_stays_corrected_whatever_another_writing_says_later(files, staff):
    files("roster", penalties(penalty(JIA)))
    correct_row(CreditRecord.objects.get(), by=staff("综合处"), reason="笔误", date=dt.date(2020, 4, 5))
    files(penalties(penalty(OLD, fact="另一说法")))
    assert counted("date") == [(JIA, dt.date(2020, 4, 5))]


def test_another_number_or_another_firm_by_hand_makes_it_a_fact_of_its_own(files, staff):
    files("roster", penalties(penalty(JIA), penalty(OLD)))
    double = CreditRecord.objects.get(raw_name=OLD)
    correct_row(double, by=staff("综合处"), reason="属乙公司", party=Party.objects.get(code=firm_code(2)))
    assert counted() == [(YI,), (JIA,)]
    correct_row(CreditRecord.objects.get(raw_name=OLD), by=staff("综合处"), reason="属甲公司", party=double_party())
    assert counted() == [(JIA,)]
    correct_row(
        CreditRecord.objects.get(raw_name=OLD), by=staff("综合处"), reason="文号写错", document_no="建罚〔2020〕8 号"
    )
    assert counted() == [(JIA,), (JIA,)]


def double_party() -> Party:
    return Party.objects.get(code=firm_code(1))


def take_back(batch, by):
    job = jobs.run(start_undo(ImportBatch.objects.get(pk=batch.pk), by=by, reason="传错文件").pk)
    assert job.state == "done", job.error


def test_taking_back_either_file_leaves_what_the_other_says(files, staff):
    clerk = staff("综合处")
    _, first, second = files("roster", penalties(penalty(JIA)), penalties(penalty(OLD, repaired="是")))
    take_back(second, clerk)
    assert counted("repaired") == [(JIA, False)]
    [second] = files(penalties(penalty(OLD, repaired="是")))
    take_back(first, clerk)
    assert counted("repaired") == [(JIA, True)]
    assert CreditRecord.objects.count() == 1


@pytest.mark.parametrize("last", [False, True])
def test_two_firms_of_one_name_keep_their_own_rows(files, empty_round, last, bring):
    head = ["纳税人名称", "纳税人识别号", "欠税税种", "欠税余额（元）", "公告日期"]
    tax = [("credit-records", [head, ["同名公司", firm_code(n), "增值税", 100, "2020-05-06"]]) for n in (1, 2)]
    head = ["企业名称", "统一社会信用代码"]
    roster = ("rating-roster", [head, ["同名公司", firm_code(1)], ["同名公司", firm_code(2)]])
    for kind, rows in [*tax, roster] if last else [roster, *tax]:
        bring(kind, rows, **({"round": 2020} if kind == "rating-roster" else {"source": "税务"}))
    found = CreditRecord.objects.counting().values_list("party__code", flat=True)
    assert sorted(found) == sorted([firm_code(1), firm_code(2)])
    for kind, rows in reversed(tax):
        assert bring(kind, rows, source="税务").unchanged == 1


# -- Scores -----------------------------------------------------------------------------------------------------------


def standing() -> list:
    return list(AuthorityScore.objects.counting().values_list("party__name", "score"))


TWO = scores([JIA, firm_code(1), 80], [JIA, "", 70])


def test_two_different_scores_of_a_firm_the_first_counts_the_second_is_refused(files):
    _, batch = files("roster", TWO)
    assert (batch.created, batch.rejected) == (1, 1)
    assert "与第 2 行是同一家企业，得分不同" in batch.rows.get(verdict="rejected").problems[0]["reason"]
    for again in files(TWO, TWO):
        assert (again.unchanged, again.rejected) == (1, 1)
    assert standing() == [(JIA, Decimal(80))]


def test_two_different_scores_before_the_roster_the_second_waits_and_says_why(files):
    batch, _ = files(TWO, "roster")
    assert batch.waiting == 2
    assert standing() == [(JIA, Decimal(80))]
    assert count_waiting() == 1
    assert "本轮已有得分 80" in complete(groups())[0].why
    for again in files(TWO, TWO):
        assert (again.unchanged, again.waiting, again.created, again.updated) == (1, 1, 0, 0)
        assert "本轮已有得分 80" in again.rows.get(verdict="waiting").problems[0]["reason"]
    assert standing() == [(JIA, Decimal(80))]


@pytest.mark.parametrize("last", [False, True])
def test_an_equal_score_of_another_writing_is_nothing_new_and_does_not_wait(files, last):
    rows = scores([JIA, firm_code(1), 80], [JIA, "", 80], [OLD, "", 80])
    files(*([rows, "roster"] if last else ["roster", rows]))
    assert standing() == [(JIA, Decimal(80))]
    assert count_waiting() == 0
    [again] = files(rows)
    assert (again.unchanged, again.created, again.updated, again.waiting) == (3, 0, 0, 0)


def test_a_later_file_with_the_same_writing_corrects_and_with_another_does_not(files):
    _, _, other, same = files(
        "roster", scores([JIA, firm_code(1), 80]), scores([OLD, "", 85]), scores([JIA, firm_code(1), 82])
    )
    assert "本轮已有得分 80（写作「甲建筑有限公司」）" in other.rows.get(verdict="rejected").problems[0]["reason"]
    assert same.updated == 1
    assert standing() == [(JIA, Decimal(82))]


def test_when_a_score_is_void_the_one_that_waited_takes_its_place(files, staff):
    files(TWO, "roster")
    void_row(AuthorityScore.objects.get(score=80), by=staff("综合处"), reason="以主管部门更正函为准")
    assert standing() == [(JIA, Decimal(70))]
    assert count_waiting() == 0


def test_a_void_score_does_not_come_back_through_its_double(files, staff):
    files(scores([JIA, firm_code(1), 80], [JIA, "", 80]), "roster")
    void_row(AuthorityScore.objects.counting().get(), by=staff("综合处"), reason="作废")
    files(scores([JIA, firm_code(1), 80], [JIA, "", 80]), "roster")
    assert standing() == []
    files(scores([JIA, "", 81]))
    assert standing() == [(JIA, Decimal(81))]


def test_a_score_that_turns_out_another_firms_makes_room(files, staff):
    files(TWO, "roster")
    correct_row(
        AuthorityScore.objects.get(score=80),
        by=staff("综合处"),
        reason="是乙公司的",
        party=Party.objects.get(code=firm_code(2)),
    )
    assert dict(standing()) == {JIA: Decimal(70), YI: Decimal(80)}


def test_taking_the_file_back_lets_the_waiting_score_of_another_writing_in(files, staff):
    first, _second, _roster = files(scores([JIA, firm_code(1), 80]), scores([OLD, "", 70]), "roster")
    assert standing() == [(JIA, Decimal(80))]
    take_back(first, staff("综合处"))
    assert standing() == [(JIA, Decimal(70))]


def test_rows_that_waited_are_found_though_their_firm_came_in_while_they_were_read(files, monkeypatch, bring):
    """The roster commits between the reading and the writing of the scores."""
    from evaluations.resources_scores import ScoreSession

    write = ScoreSession.write

    def write_after_the_roster(session, judged):
        monkeypatch.setattr(ScoreSession, "write", write)
        files("roster")
        AuthorityScore.objects.all().delete()
        write(session, judged)

    monkeypatch.setattr(ScoreSession, "write", write_after_the_roster)
    files(scores([JIA, firm_code(1), 80]))
    assert standing() == [(JIA, Decimal(80))]


# -- Figures as they are given ----------------------------------------------------------------------------------------


def test_a_score_is_never_rounded_into_a_better_grade(small_round, bring):
    """甲 has 2 + 4 points of the association's eight; AA begins at 80."""
    row = [[JIA, firm_code(1), Decimal("73.999996")]]
    head = ["企业名称", "统一社会信用代码", "得分"]
    bring("authority-scores", [head, *row], round=2020)
    assert bring("authority-scores", [head, *row], round=2020).unchanged == 1
    sheet = ScoreSheet.objects.get(run=rate_now(small_round)[0], rating__code=firm_code(1))
    assert (sheet.total, sheet.grade) == (Decimal("79.999996"), "A")


def test_more_decimals_than_are_kept_are_refused_with_a_sentence(small_round, bring):
    batch = bring("authority-scores", [["企业名称", "得分"], [JIA, "81.33333333"]], round=2020)
    assert "最多 6 位小数" in batch.rows.get().problems[0]["reason"]


def test_an_amount_of_parts_of_a_cent_is_the_same_amount_again(files):
    head = ["单位名称", "处罚决定书文号", "处罚日期", "违法事实", "罚款金额（万元）", "是否修复"]
    rows = ("credit-records", [head, [JIA, NUMBER, "2020-03-04", "无证施工", 1.2345678, "否"]])
    _, _, again = files("roster", rows, rows)
    assert again.unchanged == 1
    assert CreditRecord.objects.get().amount == Decimal("12345.68")


# -- Wrong codes ------------------------------------------------------------------------------------------------------

WRONG = [firm_code(1)[:-1] + ("0" if firm_code(1)[-1] != "0" else "1"), "430601234567890", "MA1", "不详"]


@pytest.mark.parametrize("code", WRONG)
@pytest.mark.parametrize("last", [False, True])
def test_a_wrong_code_leaves_the_name_to_go_by(files, code, last):
    rows = [penalties(penalty(JIA, code)), scores([JIA, code, 80])]
    made = files(*([*rows, "roster"] if last else ["roster", *rows]))
    assert counted() == [(JIA,)]
    assert standing() == [(JIA, Decimal(80))]
    assert CreditRecord.objects.get().raw_code == code
    batch = made[0 if last else 1]
    told = batch.rows.get().problems[-1]
    assert told["value"] == code
    assert told["reason"].endswith("；这一行按企业名称对应")
    assert "代码不对、按名称对应的：第 2 行" in ImportBatch.objects.get(pk=batch.pk).notes[-1]
    [again] = files(rows[0])
    assert again.unchanged + again.waiting == 1


def test_a_wrong_code_without_a_name_is_refused_with_what_is_wrong(files):
    _, batch = files("roster", penalties(penalty("", WRONG[0])))
    assert "第 18 位" in batch.rows.get(verdict="rejected").problems[0]["reason"]


def test_a_right_code_of_nobody_on_file_waits_whatever_its_name(files):
    _, batch = files("roster", penalties(penalty(JIA, firm_code(77))))
    assert batch.waiting == 1


def test_a_wrong_code_corrected_later_is_the_same_fact(files):
    files("roster", penalties(penalty(JIA, WRONG[0])), penalties(penalty(JIA, firm_code(1), repaired="是")))
    assert counted("repaired") == [(JIA, True)]


# -- On file, not in the round ----------------------------------------------------------------------------------------


def test_firms_on_file_that_did_not_apply_are_told_and_listed(files, bring, client_of, firm_party, empty_round):
    files("roster")
    firm_party("旁观建筑有限公司", code=firm_code(8))
    batch = bring("credit-records", [PENALTY, penalty("旁观建筑有限公司")])
    bring("authority-scores", [["企业名称", "得分"], ["旁观建筑有限公司", 80]], round=2020)

    assert batch.created == 1
    notes = ImportBatch.objects.get(pk=batch.pk).notes
    assert "1 家企业在档案里、没有参加本轮评价，资料不计分：旁观建筑有限公司" in notes
    client = client_of("综合处")
    page = client.get(f"/admin/evaluations/ratinground/{empty_round.pk}/change/").content.decode()
    assert "有资料、未参评" in page
    url = reverse("admin:evaluations_ratinground_aside", args=[empty_round.pk])
    assert url in page
    assert "旁观建筑有限公司" in client.get(url).content.decode()
