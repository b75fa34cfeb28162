"""Who holds which post: appointed, replaced, ended, corrected, void; the pages; who held what on a day."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from association.timeline.models import AccessLog, Event
from members import terms
from members.models import MembershipRules, Post, Tenure, Term
from members.term_queries import directory, posts_on

from .conftest import form_of

TODAY = timezone.localdate()


@pytest.fixture
def post(association):
    """post("理事"): one of the usual posts."""
    terms.load_posts()
    return lambda name: Post.objects.get(name=name)


@pytest.fixture
def tenure(post, member, clerk):
    return terms.appoint(
        post=post("副会长"), party=member("甲建设有限公司"), person_name="张三", person_phone="13812345678",
        starts_on=date(2019, 6, 1), by=clerk,
    )  # fmt: skip


def test_the_usual_posts_are_loaded_once_and_never_over_what_staff_wrote(post):
    post("副会长").delete()
    Post.objects.filter(name="会员").update(is_plain=False, name="单位会员")
    Post.objects.create(name="普通", is_plain=True)
    assert terms.load_posts() == 2
    assert terms.load_posts() == 0
    assert list(Post.objects.filter(is_plain=True).values_list("name", flat=True)) == ["普通"]


def test_who_held_what_on_a_day(tenure, post, member, clerk):
    terms.replace_person(tenure, person_name="李四", on=date(2020, 3, 1), reason="张三调离", by=clerk)
    second = Tenure.objects.get(person_name="李四")
    terms.end_tenure(second, on=date(2021, 5, 1), reason="辞去", by=clerk)

    def held(*day):
        return [(row.post.name, row.person_name) for row in Tenure.objects.on(date(*day)).order_by("pk")]

    assert held(2019, 5, 31) == []
    assert held(2019, 6, 1) == held(2020, 2, 29) == [("副会长", "张三")]
    assert held(2020, 3, 1) == held(2021, 4, 30) == [("副会长", "李四")]
    assert held(2021, 5, 1) == []
    assert posts_on(date(2020, 3, 1))[tenure.party_id].name == "副会长"
    assert posts_on(date(2021, 5, 1))[tenure.party_id].name == "会员"
    told = Event.objects.filter(party=tenure.party, verb__startswith="tenure.").values_list("sentence", flat=True)
    assert "赵秘书登记：甲建设有限公司的副会长由张三换为李四" in told


def test_one_person_holds_two_posts_and_one_of_no_unit(tenure, post, clerk):
    terms.appoint(post=post("秘书长"), party=tenure.party, person_name="张三", starts_on=date(2020, 1, 1), by=clerk)
    terms.appoint(post=post("名誉会长"), person_name="王老", starts_on=date(2020, 1, 1), by=clerk)
    organs = directory(Tenure.objects.all(), date(2020, 1, 1))
    assert [(row.post.name, row.person_name) for row in organs[0]["rows"]] == [
        ("名誉会长", "王老"),
        ("副会长", "张三"),
        ("秘书长", "张三"),
    ]
    assert posts_on()[tenure.party_id].name == "副会长"


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda t, by: terms.end_tenure(t, on=date(2019, 5, 1), reason="x", by=by), "不能早于任职日期 2019-06-01"),
        (
            lambda t, by: terms.replace_person(t, person_name="张三", on=TODAY, reason="x", by=by),
            "现在就是张三",
        ),
        (
            lambda t, by: terms.appoint(post=t.post, party=t.party, person_name="张三", starts_on=TODAY, by=by),
            "现在已经担任副会长",
        ),
        (lambda t, by: terms.appoint(post=t.post, starts_on=TODAY, by=by), "任职人或单位"),
        (
            lambda t, by: terms.appoint(post=Post.objects.get(is_plain=True), party=t.party, starts_on=TODAY, by=by),
            "不另作任职登记",
        ),
        (lambda t, by: terms.correct_tenure(t, by=by, person_name="", starts_on=date(2019, 1, 1)), None),
    ],
)
def test_what_cannot_be_says_why(tenure, clerk, act, sentence):
    if sentence is None:
        assert act(tenure, clerk).starts_on == date(2019, 1, 1)
        return
    with pytest.raises(ValidationError) as problem:
        act(tenure, clerk)
    assert sentence in problem.value.messages[0]
    assert Tenure.objects.count() == 1


def test_what_is_over_or_void_is_left_alone(tenure, clerk, staff):
    with pytest.raises(PermissionDenied):
        terms.end_tenure(tenure, on=TODAY, reason="辞去", by=staff("监事"))
    terms.end_tenure(tenure, on=TODAY, reason="辞去", by=clerk)
    with pytest.raises(ValidationError, match="已经在"):
        terms.end_tenure(tenure, on=TODAY, reason="辞去", by=clerk)
    terms.void_tenure(tenure, reason="录错", by=clerk)
    with pytest.raises(ValidationError, match="已经作废"):
        terms.correct_tenure(tenure, person_name="李四", by=clerk)
    assert not Tenure.objects.on(date(2020, 1, 1)).exists()


# -- Pages ------------------------------------------------------------------------------------------------------------


def test_a_post_is_registered_corrected_replaced_and_ended_on_the_pages(office, post, member):
    party = member("甲建设有限公司")
    url = "/admin/members/tenure/add/"
    typed = {"post": post("理事").pk, "unit": "没有这家", "person_name": "张三", "starts_on": "2020-01-01"}
    page = office.post(url, typed)
    assert "没有找到这家单位" in page.content.decode()
    assert "没有这家" in page.content.decode()
    assert office.post(url, typed | {"unit": party.code}).status_code == 302
    tenure = Tenure.objects.get()
    assert (tenure.party, tenure.person_name) == (party, "张三")
    change = f"/admin/members/tenure/{tenure.pk}/change/"
    assert office.post(change, form_of(office, change) | {"person_title": "董事长"}).status_code == 302
    tenure.refresh_from_db()
    assert tenure.person_title == "董事长"
    replace = office.post(f"/admin/members/tenure/{tenure.pk}/replace/", {"person_name": "李四", "on": "2021-01-01"})
    assert "请写明换人的原因" in replace.content.decode()
    typed = {"person_name": "李四", "on": "2021-01-01", "reason": "单位来函"}
    assert office.post(f"/admin/members/tenure/{tenure.pk}/replace/", typed).status_code == 302
    new = Tenure.objects.get(person_name="李四")
    assert (
        office.post(f"/admin/members/tenure/{new.pk}/end/", {"on": "2021-06-01", "reason": "辞去"}).status_code == 302
    )
    assert office.post(f"/admin/members/tenure/{new.pk}/void/", {"reason": "录错"}).status_code == 302
    listed = office.get("/admin/members/tenure/?q=甲建设").content.decode()
    assert "张三" in listed
    assert "李四" not in listed
    assert "李四" in office.get("/admin/members/tenure/?now=void").content.decode()


def test_the_directory_is_that_of_a_day_with_telephones_masked_for_who_has_no_need(tenure, client_of, office):
    url = "/admin/members/tenure/directory/?on="
    assert "13812345678" in office.get(f"{url}2020-01-01").content.decode()
    masked = client_of("监事").get(f"{url}2020-01-01").content.decode()
    assert "13812345678" not in masked
    assert "138****5678" in masked
    assert "张三" in masked
    assert "张三" not in office.get(f"{url}2019-01-01").content.decode()
    wrong = office.get(f"{url}前年")
    assert (wrong.status_code, "日期，写作" in wrong.content.decode()) == (200, True)
    assert AccessLog.objects.filter(action="print").count() == 4


def test_the_list_takes_as_many_queries_for_three_as_for_one(office, post, member, clerk):
    def count(url):
        office.get(url)
        with CaptureQueriesContext(connection) as queries:
            office.get(url)
        return len(queries)

    urls = ("/admin/members/tenure/", "/admin/members/tenure/directory/")
    terms.appoint(post=post("理事"), party=member("甲建设有限公司"), starts_on=date(2020, 1, 1), by=clerk)
    before = [count(url) for url in urls]
    for name in ("乙建设有限公司", "丙建设有限公司"):
        terms.appoint(post=post("理事"), party=member(name), person_name="张三", starts_on=date(2020, 1, 1), by=clerk)
    assert [count(url) for url in urls] == before


def test_the_firm_sees_its_posts_on_both_sides(tenure, office, firm_user, client_of, member):
    assert "任职" in office.get(f"/admin/members/firm/{tenure.party_id}/change/").content.decode()
    mine = client_of(firm_user(tenure.party)).get("/desk/firm/").content.decode()
    assert "副会长：张三" in mine
    assert "2019-06-01" in mine
    assert "副会长：张三" not in client_of(firm_user(member("乙建设有限公司"))).get("/desk/firm/").content.decode()


def test_posts_are_loaded_by_a_button(office, association):
    assert Post.objects.count() == 0
    assert office.get("/admin/members/post/load/").status_code == 200
    office.post("/admin/members/post/load/")
    assert Post.objects.filter(name="监事长").exists()


# -- Public -----------------------------------------------------------------------------------------------------------


def public(client) -> str:
    return client.get("/council/").content.decode()


def test_the_public_page_shows_what_the_rules_say_and_never_a_telephone(
    tenure, client, post, clerk, django_capture_on_commit_callbacks
):
    def rule(**values):
        """Change the rules, and a post with its public stamp."""
        rules = MembershipRules.current()
        for name, value in values.items():
            setattr(rules, name, value)
        rules.save()
        with django_capture_on_commit_callbacks(execute=True):
            terms.appoint(post=post("理事"), person_name=f"赵{len(values)}", starts_on=TODAY, by=clerk)

    Term.objects.create(number=3, name="第三届", starts_on=date(2019, 6, 1))
    terms.appoint(post=post("名誉会长"), person_name="王老", starts_on=date(2020, 1, 1), by=clerk)
    page = public(client)
    for words in ("第三届", "甲建设有限公司", "张三", "王老", "理事会"):
        assert words in page
    assert "1381234" not in page
    rule(people_public=False)
    page = public(client)
    assert "甲建设有限公司" in page
    assert "张三" not in page
    assert "王老" not in page
    rule(people_public=True, council_public=False)
    page = public(client)
    assert "暂未公开" in page
    assert "甲建设有限公司" not in page
