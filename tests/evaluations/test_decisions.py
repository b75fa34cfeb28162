"""Names that match no firm: decided by a person, remembered, taken back; two people at once."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from association.exchange.models import NameDecision
from association.inbox.models import Todo
from association.parties.actions import add_name, create_party
from association.parties.models import Party
from association.timeline.models import Event
from evaluations.decisions import AlreadyDecided, WaitingName, decide, revoke
from evaluations.matching import count_waiting
from evaluations.models import AuthorityScore, CreditRecord
from evaluations.waiting import complete, groups
from tests.codes import firm_code
from tests.pages import is_login
from tests.parallel import at_once

HEAD = ["企业名称", "立案日期", "欠薪项目", "涉及金额（元）", "涉及人数"]


def wages(*names, day="2020-06-01"):
    return [HEAD, *([name, day, f"工程{n}", 1000 * n, n] for n, name in enumerate(names, 1))]


@pytest.fixture
def clerk(staff):
    return staff("综合处", name="王经办")


@pytest.fixture
def jia(small_round) -> Party:
    return Party.objects.get(code=firm_code(1))


def written(name, source="劳动", kind="credit-records", code=""):
    return WaitingName(kind, source, name, code)


def test_this_firm_attaches_all_rows_of_the_name_and_is_remembered(jia, clerk, bring):
    bring("credit-records", wages("甲建公司", "甲建公司"))
    waiting = groups()[0]
    assert (waiting.name, waiting.count) == ("甲建公司", 2)

    decision, moved = decide(waiting.waiting, party=jia, by=clerk, note="营业执照核对")

    assert moved == 2
    rows = CreditRecord.objects.filter(raw_name="甲建公司")
    assert set(rows.values_list("party", "matched_by")) == {(jia.pk, "person")}
    bring("credit-records", wages("甲建公司", day="2020-09-09"))
    assert set(rows.values_list("party", "matched_by")) == {(jia.pk, "person")}
    assert rows.count() == 3
    event = Event.objects.get(verb="name.decided", subject_type="exchange.namedecision", subject_id=decision.pk)
    assert event.sentence == "王经办认定劳动中的「甲建公司」就是「甲建筑有限公司」，涉及 2 行资料"


def test_it_holds_for_that_source_only(jia, clerk, bring):
    bring("credit-records", wages("甲建公司"))
    decide(groups()[0].waiting, party=jia, by=clerk)
    bring(
        "credit-records",
        [["借款企业", "贷款银行", "逾期起始日", "逾期本金（元）"], ["甲建公司", "某银行", "2020-05-01", 9]],
    )
    assert [(group.label, group.count) for group in groups()] == [("信用信息（银行）", 1)]


def test_not_of_this_round_no_longer_waits_and_closes_the_todo(small_round, clerk, bring):
    bring("credit-records", wages("外地建设有限公司"))
    assert Todo.objects.open().get(once_key="waiting-rows").count == 1

    decide(groups()[0].waiting, party=None, by=clerk)

    assert count_waiting() == 0
    assert CreditRecord.objects.get(raw_name="外地建设有限公司").dismissed
    assert not Todo.objects.open().filter(once_key="waiting-rows").exists()


def test_taken_back_the_rows_are_matched_anew(jia, clerk, bring):
    bring("credit-records", wages("甲建公司", "外地公司"))
    for group in groups():
        decide(group.waiting, party=jia if group.name == "甲建公司" else None, by=clerk)
    add_name(jia, name="外地公司", by=clerk)

    assert revoke(NameDecision.objects.get(name="甲建公司"), by=clerk, note="认错了") == 1
    assert revoke(NameDecision.objects.get(name="外地公司"), by=clerk, note="认错了") == 0

    assert CreditRecord.objects.get(raw_name="甲建公司").party is None
    found = CreditRecord.objects.get(raw_name="外地公司")
    assert (found.party, found.matched_by, found.dismissed) == (jia, "name", False)
    with pytest.raises(ValidationError, match="已经撤回过"):
        revoke(NameDecision.objects.get(name="甲建公司"), by=clerk)


def test_the_second_person_is_told_who_was_quicker(jia, clerk, staff, bring):
    bring("credit-records", wages("甲建公司"))
    waiting = groups()[0].waiting
    decide(waiting, party=jia, by=clerk)
    with pytest.raises(AlreadyDecided, match=r"已由王经办（.*）认定为就是「甲建筑有限公司」"):
        decide(waiting, party=None, by=staff("综合处"))
    assert NameDecision.objects.count() == 1


def test_a_second_score_for_a_firm_is_not_taken_over(jia, clerk, bring):
    bring("authority-scores", [["企业名称", "得分"], ["甲建公司", 88]], round=2020)
    with pytest.raises(ValidationError, match="本轮已有一条主管部门评分"):
        decide(groups()[0].waiting, party=jia, by=clerk)
    assert NameDecision.objects.count() == 0
    assert AuthorityScore.objects.get(raw_name="甲建公司").party is None


def test_who_may_not_rate_may_not_decide(jia, staff, bring):
    bring("credit-records", wages("甲建公司"))
    with pytest.raises(PermissionDenied):
        decide(groups()[0].waiting, party=jia, by=staff("监事"))


def test_a_merged_firm_stands_for_the_one_it_went_into(jia, clerk, bring, firm_party):
    old = firm_party("旧公司", code=firm_code(70))
    Party.objects.filter(pk=old.pk).update(merged_into=jia)
    bring("credit-records", wages("甲建公司"))
    old.refresh_from_db()
    assert decide(groups()[0].waiting, party=old, by=clerk)[0].party == jia


# -- The page ---------------------------------------------------------------------------------------------------------


def test_the_page_says_why_and_offers_likely_firms_of_the_round_first(jia, client_of, bring):
    create_party(name="甲建筑装饰有限公司", code=firm_code(60), by=None)
    bring("credit-records", wages("甲建筑工程有限公司"))

    page = client_of("综合处").get(reverse("evaluations:waiting")).content.decode()

    assert "甲建筑工程有限公司" in page
    assert "企业档案里没有这个名称" in page
    assert page.index("甲建筑有限公司</b>") < page.index("甲建筑装饰有限公司</b>")
    assert "本轮" in page


def test_the_page_takes_as_many_queries_for_three_names_as_for_one(
    small_round, client_of, bring, django_assert_num_queries
):
    client = client_of("综合处")
    bring("credit-records", wages("某甲公司"))
    client.get(reverse("evaluations:waiting"))
    with connection.execute_wrapper(count := Counter()):
        client.get(reverse("evaluations:waiting"))
    bring("credit-records", wages("某乙公司", "某丙公司"))
    client.get(reverse("evaluations:waiting"))
    with django_assert_num_queries(count.n):
        client.get(reverse("evaluations:waiting"))


class Counter:
    n = 0

    def __call__(self, execute, *args):
        self.n += 1
        return execute(*args)


def post(client, name, **data):
    form = {"kind": name.kind, "source": name.source, "name_key": name.name_key, "code": name.code}
    return client.post(reverse("evaluations:decide"), form | data, follow=True)


def test_deciding_on_the_page(jia, client_of, bring):
    bring("credit-records", wages("甲建公司", "外地公司"))
    client = client_of("综合处")
    by_name = {group.name: group.waiting for group in groups()}

    assert "就是「甲建筑有限公司」，1 行资料已处理" in post(client, by_name["甲建公司"], party=jia.pk).content.decode()
    assert "不是本轮企业，1 行资料已处理" in post(client, by_name["外地公司"], dismiss="1").content.decode()
    again = post(client, by_name["外地公司"], party=jia.pk).content.decode()
    assert "刚才已由" in again
    assert "没有等待认领的资料" in again


@pytest.mark.parametrize("data", [{}, {"party": "999999"}, {"party": "1", "dismiss": "1"}, {"kind": "surveys"}])
def test_a_wrong_post_changes_nothing_and_says_why(jia, client_of, bring, data):
    bring("credit-records", wages("甲建公司"))
    response = post(client_of("综合处"), groups()[0].waiting, **data)
    assert response.status_code == 200
    assert NameDecision.objects.count() == 0


def test_the_search_finds_firms_by_initials_with_and_without_scripts(jia, client_of, bring):
    bring("credit-records", wages("某公司"))
    client, key = client_of("综合处"), groups()[0].key
    assert "甲建筑有限公司" in client.get(reverse("evaluations:firms"), {"firm": "jjz"}).content.decode()
    assert (
        "甲建筑有限公司</b>" in client.get(reverse("evaluations:waiting"), {"firm": "jjz", "for": key}).content.decode()
    )
    assert "没有查到「没有的」" in client.get(reverse("evaluations:firms"), {"firm": "没有的"}).content.decode()


def test_several_names_are_set_aside_at_once_after_a_page_that_lists_them(small_round, client_of, bring):
    bring("credit-records", wages("外地甲", "外地乙", "外地丙"))
    client, keys = client_of("综合处"), [group.key for group in groups() if group.name != "外地丙"]

    page = client.post(reverse("evaluations:dismiss"), {"ticked": keys}).content.decode()
    assert "外地甲" in page
    assert "外地丙" not in page
    assert NameDecision.objects.count() == 0
    client.post(reverse("evaluations:dismiss"), {"ticked": keys, "confirmed": "yes", "note": "外市企业"})

    assert set(NameDecision.objects.values_list("name", "note")) == {("外地甲", "外市企业"), ("外地乙", "外市企业")}
    assert [group.name for group in groups()] == ["外地丙"]


def test_decisions_are_listed_and_taken_back_with_a_reason(jia, clerk, client_of, bring):
    bring("credit-records", wages("甲建公司"))
    decision, _moved = decide(groups()[0].waiting, party=jia, by=clerk)
    client = client_of("综合处")
    assert "王经办" in client.get(reverse("evaluations:decisions")).content.decode()
    url = reverse("evaluations:revoke", args=[decision.uid])

    assert "请填写撤回原因" in client.post(url, {"note": ""}).content.decode()
    client.post(url, {"note": "认错了"})

    decision.refresh_from_db()
    assert decision.revoked_at
    assert groups()[0].name == "甲建公司"
    assert "已撤回" in client.get(reverse("evaluations:decisions")).content.decode()


@pytest.mark.parametrize("name", ["waiting", "decisions", "firms"])
def test_the_pages_are_closed_to_those_who_do_not_read_business(jia, client_of, client, firm_user, name):
    url = reverse(f"evaluations:{name}")
    assert client_of("监事").get(url).status_code == 200
    assert client_of("编辑").get(url).status_code == 403
    assert client_of(firm_user(jia)).get(url).status_code == 404
    assert is_login(client.get(url))


def test_a_reader_sees_no_buttons_and_a_post_of_theirs_is_refused(jia, client_of, bring):
    bring("credit-records", wages("甲建公司"))
    client = client_of("监事")
    assert "不是本轮企业" not in client.get(reverse("evaluations:waiting")).content.decode().replace("认定以后", "")
    assert post(client, groups()[0].waiting, dismiss="1").status_code == 403
    assert NameDecision.objects.count() == 0


def test_groups_of_an_empty_page_are_none(db):
    assert complete([]) == []
    assert groups() == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_the_same_moment_one_wins_and_the_other_is_told(jia, staff, bring):
    bring("credit-records", wages("甲建公司"))
    waiting = groups()[0].waiting
    one, other = staff("综合处", name="王经办"), staff("综合处", name="张经办")
    results = at_once(lambda: decide(waiting, party=jia, by=one), lambda: decide(waiting, party=None, by=other))
    assert sorted(isinstance(result, AlreadyDecided) for result in results) == [False, True]
    assert sum(isinstance(result, Exception) for result in results) == 1
    assert NameDecision.objects.filter(revoked_at=None).count() == 1
