"""The timeline of a firm: everything on file, to each only what they may see, without a trace of the rest."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from association.core.enums import Audience
from association.documents.actions import store
from association.parties.models import Seat
from association.workflow.actions import OnBehalf
from members import actions, changes
from members.models import CallNote, Firm, Membership, MembershipPause, Post, Qualification, Tenure, Term
from members.timeline import page_of

DAY = dt.date(2021, 5, 8)


def titles(firm, user, **kwargs) -> list[str]:
    return [item.title for item in page_of(Firm.objects.get(pk=firm.pk), user, **kwargs).items]


def note(firm, clerk, topic, *, audience=Audience.PARTY, day=DAY) -> CallNote:
    at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    return CallNote.objects.create(party=firm.party, topic=topic, audience=audience, happened_at=at, by=clerk)


@pytest.fixture
def full(firm, clerk):
    """A firm with something of everything."""
    row = firm("齐全建筑有限公司")
    party = row.party
    membership = Membership.objects.create(
        party=party, number="HY0001", joined_on=dt.date(2016, 3, 1), ended_on=dt.date(2020, 1, 1), ending="left"
    )
    MembershipPause.objects.create(membership=membership, starts_on=dt.date(2018, 1, 1), reason="欠费")
    Tenure.objects.create(
        post=Post.objects.create(name="监事长"), term=Term.objects.create(number=9, name="第九届", starts_on=DAY),
        party=party, person_name="张三", person_title="董事长", starts_on=dt.date(2016, 3, 2), ended_on=dt.date(2019, 5, 1),
    )  # fmt: skip
    Qualification.objects.create(
        firm=row, name="建筑工程施工总承包三级", number="D1", starts_on=dt.date(2019, 1, 1), ends_on=dt.date(2024, 1, 1)
    )
    store(ContentFile(b"a,b\n1,2\n", name="公开.csv"), owner_party=party, by=clerk, audience=Audience.PARTY)
    store(ContentFile(b"a,b\n3,4\n", name="内部.csv"), owner_party=party, by=clerk, audience=Audience.STAFF)
    note(row, clerk, "问会费")
    note(row, clerk, "态度不好", audience=Audience.STAFF)
    came = OnBehalf(channel="paper", received_on=timezone.localdate())
    changes.propose(row, by=clerk, wanted={"address": "新路 1 号"}, once_key="c", on_behalf=came)
    actions.change_firm(row, by=clerk, district="西区", remark="难说话")
    return row


OFFICE_ALONE = {
    "来电：态度不好（仅协会可见）",
    "文件「内部.csv」",
    "赵秘书修改「齐全建筑有限公司」的备注（内部）（仅协会可见）",
}


def test_staff_read_everything_on_one_line_of_time(full, clerk):
    page = page_of(Firm.objects.get(pk=full.pk), clerk)
    found = [item.title for item in page.items]
    assert {
        "成为单位会员，会员编号 HY0001", "会籍终止：自愿退会", "中止会员权利", "任第九届监事长：张三（董事长）",
        "不再担任监事长：张三", "资质「建筑工程施工总承包三级」发证", "资质「建筑工程施工总承包三级」到期",
        "文件「公开.csv」", "来电：问会费", "资料变更：变更地址", "赵秘书修改「齐全建筑有限公司」的县市区",
    } <= set(found)  # fmt: skip
    assert set(found) >= OFFICE_ALONE
    days = [item.day for item in page.items]
    assert days == sorted(days, reverse=True)
    assert page.earlier == ""


def test_the_firm_reads_what_the_office_knows_but_not_what_is_the_offices_own(full, clerk, firm_user, client_of):
    for user in (firm_user(full.party), firm_user(full.party, right=Seat.Kind.READER)):
        found = titles(full, user)
        assert "来电：问会费" in found
        assert not OFFICE_ALONE & set(found)
        text = client_of(user).get("/desk/firm/").content.decode()
        assert "来电：问会费" in text
        assert "态度不好" not in text
        assert "仅协会可见" not in text


def test_each_line_leads_to_a_page_of_its_reader(full, clerk, firm_user, client_of):
    for user in (clerk, firm_user(full.party)):
        urls = [item.url for item in page_of(Firm.objects.get(pk=full.pk), user).items if item.url]
        assert len({url.split("/")[1] for url in urls}) == 2  # a file and a page
        for url in urls:
            answer = client_of(user).get(url)
            assert answer.status_code == 200, url
            b"".join(answer.streaming_content if answer.streaming else ())  # closes the file behind it


def test_another_firm_and_a_visitor_read_nothing(full, firm, firm_user, person):
    assert titles(full, firm_user(firm().party)) == []
    assert titles(full, person()) == []


def test_staff_without_the_right_to_read_business_read_nothing(full, staff):
    assert not staff("编辑").has_perm("members.view_firm")
    assert titles(full, staff("编辑")) == []


def test_pages_go_back_without_gaps_or_counts_whatever_is_hidden(firm, clerk, firm_user):
    row = firm()
    for number in range(40):
        day = DAY - dt.timedelta(days=number // 9)  # nine a day
        note(row, clerk, f"甲{number:02d}", day=day)
        note(row, clerk, f"内{number:02d}", audience=Audience.STAFF, day=day)
    user, found, before, pages = firm_user(row.party), [], "", 0
    while True:
        page = page_of(row, user, before=before, shown=7)
        found += [item.title for item in page.items if item.label == "来电来访"]
        pages += 1
        if not page.earlier:
            break
        assert len(page.items) == 7
        before = page.earlier
    assert len(found) == len(set(found)) == 40
    assert not [title for title in found if "内" in title]
    assert pages == -(-len(_all(row, user)) // 7)


def _all(row, user):
    return page_of(row, user, shown=500).items


@pytest.mark.parametrize("before", ["nonsense", "2021-13-40.1", "2021-05-08.x", ".", "9999-12-31.99999999"])
def test_a_place_that_is_none_begins_at_the_end(firm, clerk, before):
    row = firm()
    note(row, clerk, "问会费")
    assert "来电：问会费" in titles(row, clerk, before=before)


def _many(row, clerk, number):
    for at in range(number):
        note(row, clerk, f"第 {at} 次")
        Qualification.objects.create(firm=row, name=f"资质 {at}", starts_on=DAY, ends_on=timezone.localdate())
        store(
            ContentFile(f"a\n{at}\n".encode(), name=f"{at}.csv"),
            owner_party=row.party,
            by=clerk,
            audience=Audience.PARTY,
        )


@pytest.mark.parametrize("rows", [1, 30])
def test_the_firms_page_takes_under_twenty_queries(rows, firm, clerk, office, client_of, firm_user):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    row = firm()
    _many(row, clerk, rows)
    own = client_of(firm_user(row.party))
    counts = []
    for client, url in ((office, f"/admin/members/firm/{row.pk}/change/"), (own, "/desk/firm/")):
        client.get(url)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(url).status_code == 200
        counts.append(len(caught))
    assert max(counts) < 20, counts
