"""会费账单: who is billed and for how much, once; by hand; reductions, void; a closed year; at the same moment."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from association.timeline.models import Event
from association.workflow.actions import perform
from members import standing
from members.dues.bills import make_bill, make_bills, reduce_bill, void_bill, void_reduction
from members.dues.plans import plan_bills
from members.models import BankLine, DuesBill, DuesYear, Membership, Post, Tenure, Term
from members.terms import appoint, load_posts
from tests.parallel import at_once

NEW_YEAR = dt.date(2021, 1, 1)


@pytest.fixture
def member(firm, clerk):
    """member("理事", joined=…): a firm that is a member, holding a post from a day on."""
    load_posts()

    def make(post: str = "", *, joined=dt.date(2015, 5, 1), since=None, **firm_values):
        party = firm(**firm_values).party
        standing.join(party=party, joined_on=joined, by=clerk)
        if post:
            appoint(post=Post.objects.get(name=post), party=party, starts_on=since or joined, by=clerk)
        return party

    return make


def amounts(year=2021) -> dict:
    return {bill.party.name: bill.amount for bill in DuesBill.objects.standing().filter(dues_year__year=year)}


def planned(year=2021) -> dict:
    return {bill.party.pk: (bill.label, bill.amount, bill.reason, bill.remark) for bill in plan_bills(year).bills}


# -- Who and how much ------------------------------------------------------------------------------------------


def test_each_member_owes_by_its_post_on_new_years_day(standard, treasurer, member, clerk):
    plain, council = member(), member("理事")
    both = member("理事")
    appoint(post=Post.objects.get(name="副会长"), party=both, starts_on=NEW_YEAR, by=clerk)
    later = member("副会长", since=dt.date(2021, 3, 1))
    row, made = make_bills(2021, by=treasurer)
    assert made == 4
    assert amounts() == {plain.name: 2000, council.name: 5000, both.name: 10000, later.name: 2000}
    assert (row.due_on, row.state, row.standard) == (dt.date(2021, 6, 30), "open", standard)
    assert Event.objects.get(verb="dues-year.billed").sentence == "钱会计开出2021 年会费账单 4 张，共 19,000 元"


def test_billing_again_bills_only_who_has_none(standard, treasurer, member):
    member()
    make_bills(2021, by=treasurer)
    new = member("理事")
    plan = plan_bills(2021)
    assert ([bill.party for bill in plan.bills], plan.billed) == ([new], 1)
    assert [make_bills(2021, by=treasurer)[1] for _ in range(2)] == [1, 0]
    assert DuesBill.objects.count() == 2


def test_joiners_pay_by_the_standards_rule(standard, treasurer, member):
    standard.joiners = [
        {"from": "07-01", "share": "0.5"},
        {"from": "10-01", "share": "0.333"},
        {"from": "12-01", "share": "0"},
    ]
    standard.save()
    june, july = member("理事", joined=dt.date(2021, 6, 30)), member("理事", joined=dt.date(2021, 7, 1))
    october, december = member(joined=dt.date(2021, 10, 9)), member(joined=dt.date(2021, 12, 1))
    next_year = member(joined=dt.date(2022, 1, 1))
    found = planned()
    assert found[june.pk] == ("理事单位", 5000, "2021-06-30 入会，按全年", "")
    assert found[july.pk] == ("理事单位", 2500, "2021-07-01 入会，按标准的 50%", "")
    assert found[october.pk][1:3] == (Decimal("666.00"), "2021-10-09 入会，按标准的 33.3%")
    assert [party for party, _why in plan_bills(2021).without] == [december]
    assert "当年不缴" in plan_bills(2021).without[0][1]
    assert next_year.pk not in found
    assert planned(2022)[next_year.pk][1:3] == (2000, "")


def test_who_left_before_the_year_owes_nothing_who_leaves_in_it_does(standard, treasurer, member, clerk):
    gone, stays, back = member(), member(), member()
    for party, day in ((gone, NEW_YEAR), (stays, dt.date(2021, 2, 1)), (back, dt.date(2020, 3, 1))):
        standing.end(Membership.objects.get(party=party), ending="left", ended_on=day, by=clerk)
    standing.join(party=back, joined_on=dt.date(2021, 9, 1), by=clerk)
    assert set(planned()) == {stays.pk, back.pk}
    assert planned()[back.pk][2] == "2021-09-01 入会，按全年"


def test_a_member_since_nobody_knows_when_is_billed_and_pointed_out(standard, member):
    party = member("副会长")
    Membership.objects.update(joined_on=timezone.localdate(), joined_on_known=False)
    Tenure.objects.update(starts_on=timezone.localdate())
    label, amount, reason, remark = planned()[party.pk]
    assert (label, amount, reason) == ("副会长单位", 10000, "入会日期不详，按全年")
    assert "职务没有登记" in remark


def test_a_payment_of_who_was_no_member_is_booked_once_there_is_a_bill(bill, firm, bring, came):
    bill(firm().party)
    party = firm("某市补开建筑有限公司").party
    bring(came(party.name, number=1))
    assert BankLine.objects.waiting().count() == 1
    assert bill(party).paid == 2000
    assert BankLine.objects.waiting().count() == 0


def test_posts_of_the_first_term_on_file_count_for_the_years_before(standard, member, clerk):
    term = Term.objects.create(number=3, name="第三届", starts_on=dt.date(2023, 4, 29))
    old = member("副会长", since=term.starts_on)
    Tenure.objects.update(term=term)
    new = member("理事", since=dt.date(2023, 6, 1))  # elected later: a plain member before
    assert planned()[old.pk][:2] == ("副会长单位", 10000)
    assert "2021-01-01 的职务没有登记，按 2023-04-29 起的职务" in planned()[old.pk][3]
    assert planned()[new.pk][:2] == ("会员单位", 2000)


def test_who_has_no_rate_is_reported_and_persons_have_their_own(standard, treasurer, member, person, clerk, till):
    watch = member("监事")
    one = member()
    Membership.objects.filter(party=one).update(kind="person")
    plan = plan_bills(2021)
    assert plan.bills == []
    assert {party.pk: why for party, why in plan.without} == {
        watch.pk: "职务是监事单位，会费标准里没有这一档", one.pk: "个人会员，会费标准里没有「个人会员」一档",
    }  # fmt: skip
    page = till.get("/admin/members/duesyear/bill/?year=2021").content.decode()
    assert "没有账单的会员（2）" in page
    assert "会费标准里没有这一档" in page
    standard.rates.create(label="个人会员", amount=200)
    assert planned()[one.pk][:2] == ("个人会员", 200)


def test_a_standard_by_qualification(treasurer, standard, member):
    standard.basis = "qualification"
    standard.save()
    standard.rates.all().delete()
    standard.rates.create(label="一级", amount=8000)
    first = member(main_qualification="建筑工程施工总承包一级")
    other = member(main_qualification="")
    assert planned()[first.pk][:2] == ("一级", 8000)
    assert {party.pk for party, _why in plan_bills(2021).without} == {other.pk}


def test_a_resting_member_is_billed_and_pointed_out(standard, member, clerk):
    party = member()
    standing.pause(Membership.objects.get(party=party), starts_on=dt.date(2020, 5, 1), reason="欠费", by=clerk)
    assert planned()[party.pk][3] == "1 月 1 日会员权利中止"


def test_credit_of_before_settles_new_bills_at_once(standard, treasurer, member, pay):
    party = member("理事")
    pay(party, 6000)
    make_bills(2021, by=treasurer)
    bill = DuesBill.objects.get()
    assert (bill.paid, bill.outstanding) == (5000, 0)
    make_bills(2022, by=treasurer)
    assert DuesBill.objects.get(dues_year__year=2022).paid == 1000


def test_the_plan_takes_the_same_queries_for_one_and_for_many(standard, member, django_assert_max_num_queries):
    for _ in range(6):
        member("理事")
    with django_assert_max_num_queries(9):
        assert len(plan_bills(2021).bills) == 6


# -- Through the pages -----------------------------------------------------------------------------------------


def test_the_preview_shows_whom_it_bills_before_the_button(standard, till, member):
    parties = [member("理事"), member(), member()]
    page = till.get("/admin/members/duesyear/bill/?year=2021").content.decode()
    assert "开出 3 张账单" in page
    assert "9,000.00" in page
    assert all(party.name in page for party in parties)
    assert not DuesBill.objects.exists()
    answer = till.post("/admin/members/duesyear/bill/?year=2021", follow=True)
    assert "已开出 2021 年会费账单 3 张" in answer.content.decode()
    again = till.get("/admin/members/duesyear/bill/?year=2021").content.decode()
    assert "没有要开的账单" in again
    assert "另有 3 家已经有这一年的账单" in again


def test_nobody_is_billed_years_ahead(till, standard):
    page = till.get("/admin/members/duesyear/bill/?year=2099").content.decode()
    assert "现在最多开到" in page


def test_without_a_standard_the_preview_says_so(till):
    page = till.get("/admin/members/duesyear/bill/?year=2021").content.decode()
    assert "2021 年还没有已确认的会费标准" in page
    answer = till.post("/admin/members/duesyear/bill/?year=2021", follow=True)
    assert "2021 年还没有已确认的会费标准" in answer.content.decode()
    assert "还没有开过会费账单" in till.get("/admin/members/duesyear/").content.decode()


def test_one_bill_by_hand(standard, treasurer, till, member, firm, pay):
    member()
    make_bills(2021, by=treasurer)
    stranger = firm("某市路过建筑有限公司").party
    late = member()
    pay(late, 300)
    form = {"unit": late.name, "year": "2021", "label": "会员单位", "full_amount": "1500.50", "reason": "补缴"}
    wrong = till.post("/admin/members/duesbill/new/", form | {"unit": "没有这家", "full_amount": "-1"})
    said = wrong.content.decode()
    assert wrong.status_code == 422
    assert "没有找到这家单位" in said
    assert "金额不能小于 0" in said
    assert "补缴" in said
    none = till.post("/admin/members/duesbill/new/", form | {"unit": stranger.name})
    assert "2021 年不是会员，不能开会费账单" in none.content.decode()
    gone = member()  # and not one day of 2021
    standing.end(gone.memberships.get(), ending="left", ended_on=dt.date(2021, 1, 1), by=None)
    none = till.post("/admin/members/duesbill/new/", form | {"unit": gone.name})
    assert "2021 年不是会员，不能开会费账单" in none.content.decode()
    till.post("/admin/members/duesbill/new/", form)
    bill = DuesBill.objects.get(party=late)
    assert (bill.amount, bill.paid, bill.label) == (Decimal("1500.50"), 300, "会员单位")
    twice = till.post("/admin/members/duesbill/new/", form)
    assert "已经有 2021 年的账单" in twice.content.decode()


# -- Reductions, void ------------------------------------------------------------------------------------------


@pytest.fixture
def reduced_by():
    return {"reason": "受灾停产", "approved_by": "理事会", "approved_on": dt.date(2021, 6, 1)}


def test_a_reduction_lowers_what_is_owed_and_frees_what_was_paid_too_much(bill, pay, till, firm, reduced_by):
    party = firm().party
    before, one = bill(party, 2000, year=2020), bill(party, 5000)
    pay(party, 6500)
    one.refresh_from_db()
    assert one.paid == 4500
    form = {**reduced_by, "amount": "3000", "approved_on": "2021-06-01"}
    wrong = till.post(f"/admin/members/duesbill/{one.pk}/reduce/", form | {"amount": "5000.01", "reason": ""})
    assert "请填写原因" in wrong.content.decode()
    wrong = till.post(f"/admin/members/duesbill/{one.pk}/reduce/", form | {"amount": "5000.01"})
    assert "不超过应缴的 5,000 元" in wrong.content.decode()
    till.post(f"/admin/members/duesbill/{one.pk}/reduce/", form)
    one.refresh_from_db()
    before.refresh_from_db()
    assert (one.full_amount, one.amount, one.paid, before.paid) == (5000, 2000, 2000, 2000)
    payment = party.payments.get()
    assert payment.left == 2500
    page = till.get(f"/admin/members/duesbill/{one.pk}/change/").content.decode()
    assert "受灾停产" in page
    row = one.reductions.get()
    till.post(f"/admin/members/duesbill/{one.pk}/restore/{row.pk}/", {"reason": "登记有误"})
    one.refresh_from_db()
    assert (one.amount, one.paid) == (5000, 4500)
    assert "已撤销：登记有误" in till.get(f"/admin/members/duesbill/{one.pk}/change/").content.decode()
    assert till.get(f"/admin/members/duesbill/{one.pk}/restore/{row.pk}/").status_code == 404


def test_reductions_add_up_to_no_more_than_the_bill(bill, firm, treasurer, reduced_by):
    one = bill(firm().party, 2000)
    reduce_bill(one, amount=Decimal(1500), by=treasurer, **reduced_by)
    with pytest.raises(ValidationError, match="不超过应缴的 500 元"):
        reduce_bill(one, amount=Decimal(501), by=treasurer, **reduced_by)
    reduce_bill(one, amount=Decimal(500), by=treasurer, **reduced_by)
    one.refresh_from_db()
    assert one.amount == 0
    with pytest.raises(ValidationError, match="晚于今天"):
        reduce_bill(
            bill(firm().party), amount=Decimal(1), by=treasurer,
            **reduced_by | {"approved_on": timezone.localdate() + dt.timedelta(days=1)},
        )  # fmt: skip


def test_a_void_bill_frees_what_was_paid_and_is_not_made_again(standard, treasurer, till, member, pay):
    party = member()
    make_bills(2021, by=treasurer)
    pay(party, 2000)
    one = DuesBill.objects.get()
    assert "请填写原因" in till.post(f"/admin/members/duesbill/{one.pk}/void/", {"reason": ""}).content.decode()
    till.post(f"/admin/members/duesbill/{one.pk}/void/", {"reason": "已退会"})
    one.refresh_from_db()
    assert (one.paid, one.void_reason) == (0, "已退会")
    assert party.payments.get().left == 2000
    assert make_bills(2021, by=treasurer)[1] == 0
    assert "当年的账单作废过（已退会）" in plan_bills(2021).without[0][1]
    by_hand = make_bill(
        party=party, year=2021, label="会员单位", full_amount=Decimal(1000), reason="更正", by=treasurer
    )
    assert by_hand.paid == 1000
    for act in (
        void_bill,
        lambda bill, **how: reduce_bill(bill, amount=1, approved_by="x", approved_on=NEW_YEAR, **how),
    ):
        with pytest.raises(ValidationError, match="已经作废"):
            act(one, reason="再来", by=treasurer)


def test_a_closed_year_is_left_alone(bill, firm, treasurer, till, reduced_by, pay):
    party = firm().party
    one = bill(party, 2000)
    cut = reduce_bill(one, amount=Decimal(100), by=treasurer, **reduced_by)
    perform(DuesYear.objects.get(), "close", by=treasurer)
    asked = (
        lambda: reduce_bill(one, amount=Decimal(1), by=treasurer, **reduced_by),
        lambda: void_reduction(cut, reason="x", by=treasurer),
        lambda: void_bill(one, reason="x", by=treasurer),
        lambda: bill(firm().party),
        lambda: make_bills(2021, by=treasurer) and bill(firm().party),
    )
    for act in asked:
        with pytest.raises(ValidationError, match=r"已于 .* 关账"):
            act()
    page = till.get(f"/admin/members/duesbill/{one.pk}/change/").content.decode()
    assert "登记减免" not in page
    assert "关账" in page
    pay(party, 1900, on=timezone.localdate())
    one.refresh_from_db()
    assert one.paid == 1900  # later money is taken all the same


def test_only_the_treasurer_writes(bill, firm, clerk, client_of, reduced_by):
    one = bill(firm().party)
    for act in (
        lambda: make_bills(2021, by=clerk),
        lambda: reduce_bill(one, amount=Decimal(1), by=clerk, **reduced_by),
        lambda: void_bill(one, reason="x", by=clerk),
    ):
        with pytest.raises(PermissionDenied):
            act()
    office = client_of("秘书处")
    assert office.get("/admin/members/duesyear/bill/").status_code == 403
    assert office.post(f"/admin/members/duesbill/{one.pk}/void/", {"reason": "x"}).status_code == 403
    assert "登记减免" not in office.get(f"/admin/members/duesbill/{one.pk}/change/").content.decode()


# -- The list --------------------------------------------------------------------------------------------------


def test_the_list_filters_searches_and_goes_out(bill, pay, till, firm):
    paid, part, none = (firm(f"某市{name}建筑有限公司", district="西区").party for name in ("甲乙", "丙丁", "戊己"))
    for party in (paid, part, none):
        bill(party, 2000)
    bill(none, 1000, year=2020, label="理事单位")
    pay(paid, 2000)
    pay(part, 500)

    def names(query):
        rows = till.get(f"/admin/members/duesbill/?{query}").context["cl"].result_list
        return sorted((row.party.name[2:4], row.dues_year.year) for row in rows)

    assert names("state=full") == [("甲乙", 2021)]
    assert names("state=part") == [("丙丁", 2021)]
    assert names("state=none&year=2021") == [("戊己", 2021)]
    assert names("state=owed&q=戊己") == [("戊己", 2020), ("戊己", 2021)]
    assert names("post=理事单位") == [("戊己", 2020)]
    assert len(names("district=西区")) == 4
    book = till.get("/admin/members/duesbill/export/?state=part&x=1")
    assert book["Content-Disposition"].startswith("attachment")


# -- At the same moment ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_who_bill_the_same_year_bill_everybody_once(standard, treasurer, member):
    for _ in range(20):
        member()
    made = at_once(*[lambda: make_bills(2021, by=treasurer)[1] for _ in range(4)])
    assert sorted(made) == [0, 0, 0, 20]
    assert DuesBill.objects.count() == 20


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_two_reductions_at_once_leave_the_sums_whole(bill, firm, treasurer, reduced_by, pay):
    one = bill(firm().party, 1000)
    pay(one.party, 900)
    results = at_once(*[lambda: reduce_bill(one, amount=Decimal(400), by=treasurer, **reduced_by) for _ in range(4)])
    one.refresh_from_db()
    assert sum(not isinstance(result, Exception) for result in results) == 2
    assert (one.amount, one.paid, one.party.payments.get().left) == (200, 200, 700)
