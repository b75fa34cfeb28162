"""疑似重复 and 合并 through the pages: found, looked at, merged, taken back."""

import pytest

from association.inbox.models import Todo
from association.jobs.actions import run
from association.jobs.models import Job
from association.parties import actions as parties
from association.parties.actions import give_seat
from association.parties.models import Merge, Party
from association.parties.unmerging import undo_merge
from association.timeline.models import Event
from members import actions, duplicates, merging
from members.models import CallNote, Duplicate, Firm, Membership, Person, Qualification
from members.tasks import find_duplicates
from tests.codes import firm_code

PAIRS, NEW = "/admin/members/duplicate/", "/admin/parties/merge/new/"


def look_for_duplicates(by) -> set[frozenset]:
    job = run(duplicates.start_search(by=by, back_url="/").pk)
    assert job.state == Job.State.DONE, job.error
    return {
        frozenset((row.first.name, row.second.name))
        for row in Duplicate.objects.open().select_related("first", "second")
    }


# -- Finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("某市宏达建筑有限公司", "某市宏达建设有限公司", True),
        ("某市宏达建筑有限公司", "某市宏达建筑有限责任公司", True),
        ("某市金鼎长建筑有限公司", "某市金鼎常建筑有限公司", True),
        ("某市宏达建筑有限公司", "宏达建筑有限公司", True),
        ("某市宏达建筑有限公司", "某市永兴建筑有限公司", False),
        ("某市第一建筑有限公司", "某市第二建筑有限公司", False),
        ("宏达4711建筑有限公司", "宏达4712建筑有限公司", False),
    ],
)
def test_similar_names_are_listed(one, other, alike, firm, clerk):
    firm(one, contact_phone="13900000001")
    firm(other, contact_phone="13900000002")
    assert look_for_duplicates(clerk) == ({frozenset((one, other))} if alike else set())


def test_every_night_is_searched_and_what_was_found_waits_in_the_inbox(firm, office, clerk):
    firm("某市宏达建筑有限公司", contact_phone="13900000001")
    firm("某市宏达建设有限公司", contact_phone="13900000002")
    find_duplicates()
    run(Job.objects.get(kind="members.duplicates", owner=None).pk)
    assert "1 对单位疑似重复" in office.get("/admin/").content.decode()
    [todo] = Todo.objects.open().filter(kind="members.duplicates")
    assert "某市宏达建设有限公司" in office.get(todo.url).content.decode()
    office.post(f"{PAIRS}{Duplicate.objects.get().pk}/dismiss/", {"note": "两家"})
    assert not Todo.objects.open().filter(kind="members.duplicates").exists()
    find_duplicates()
    run(Job.objects.get(kind="members.duplicates", state=Job.State.QUEUED).pk)
    assert not Todo.objects.open().filter(kind="members.duplicates").exists(), "nothing new"


def test_other_ways_to_be_the_same(firm, clerk):
    firm("甲路桥有限公司", legal_representative="王某某", contact_phone="13900000001")
    second = firm("乙市政有限公司", legal_representative="王某某", contact_phone="13900000002")
    actions.add_part(Person(firm=second, role="contact", name="李某", phone="13900000001"), by=clerk)
    third = firm("丙园林有限公司", contact_phone="13900000003")
    actions.rename(third, name="丁园林绿化有限公司", by=clerk)
    firm("丙园林有限公司", contact_phone="13900000004")
    found = look_for_duplicates(clerk)
    assert found == {
        frozenset(("甲路桥有限公司", "乙市政有限公司")),
        frozenset(("丁园林绿化有限公司", "丙园林有限公司")),
    }
    assert {tuple(row.reasons) for row in Duplicate.objects.all()} >= {("法定代表人和电话相同",)}


def test_one_organisation_code_under_two_codes(firm, clerk):
    """The first eight digits name who registered, the region may have changed: 9 to 17 are the same organisation."""
    one, other = firm("甲路桥有限公司"), firm("乙市政有限公司")
    Party.objects.filter(pk=other.pk).update(org_code=one.party.org_code)
    assert look_for_duplicates(clerk) == {frozenset(("甲路桥有限公司", "乙市政有限公司"))}


def test_branches_are_no_doubles_of_each_other(firm, clerk):
    head = firm("某市宏达建筑有限公司", contact_phone="13900000001")
    for place in ("东区", "东湖"):
        actions.create_firm(
            name=f"某市宏达建筑有限公司{place}分公司", by=clerk, kind="branch", parent=head.party, district="东区"
        )
    assert look_for_duplicates(clerk) == set()


def test_what_was_said_is_remembered(firm, office, clerk):
    firm("某市宏达建筑有限公司")
    firm("某市宏达建设有限公司")
    look_for_duplicates(clerk)
    pair = Duplicate.objects.get()
    answer = office.post(f"{PAIRS}{pair.pk}/dismiss/", {"note": "两家各有执照"}, follow=True)
    assert "不再列出" in answer.content.decode()
    assert look_for_duplicates(clerk) == set()
    assert pair.pk not in [row.pk for row in office.get(PAIRS).context["cl"].result_list]
    assert "确认不是同一家：两家各有执照" in office.get(f"{PAIRS}?said=no").content.decode()
    assert Event.objects.filter(verb="party.not-same").count() == 2
    assert "已经确认这是两家" in office.post(f"{PAIRS}{pair.pk}/dismiss/", follow=True).content.decode()


def test_a_pair_that_is_alike_no_more_goes(firm, clerk):
    firm("某市宏达建筑有限公司")
    other = firm("某市宏达建设有限公司")
    assert look_for_duplicates(clerk)
    Firm.objects.filter(pk=other.pk).delete()
    parties.rename_party(other.party, name="某市永兴路桥有限公司", by=clerk)
    other.party.names.exclude(kind="current").delete()
    assert look_for_duplicates(clerk) == set()
    assert not Duplicate.objects.exists()


# -- The journey ------------------------------------------------------------------------------------------------------


def member(firm, day: str, number: str):
    """The firm has been a member since that day."""
    Membership.objects.update_or_create(party=firm.party, ended_on=None, defaults={"joined_on": day, "number": number})


@pytest.fixture
def two(firm, person, clerk):
    """(goes on, is merged): both members, the second with a seat, a qualification, a call."""
    into = firm("某市宏达建筑有限公司", address="", contact_name="", is_member=True, member_number="HY0001")
    merged = firm(
        "某市宏达建设有限公司",
        address="建设路 1 号",
        contact_name="李某",
        district="西区",
        is_member=True,
        member_number="HY0002",
    )
    member(into, "2018-05-06", "HY0001")
    member(merged, "2015-03-01", "HY0002")
    Qualification.objects.create(firm=merged, name="建筑工程施工总承包三级")
    CallNote.objects.create(party=merged.party, topic="问会费标准", by=clerk)
    give_seat(user=person("钱某"), party=merged.party, by=None)
    for row, number in ((into, "HY0001"), (merged, "HY0002")):
        Firm.objects.filter(pk=row.pk).update(member_number=number)
    return into, merged


def test_merge_and_undo_through_the_pages(two, office, clerk, client_of):
    into, merged = two
    look_for_duplicates(clerk)
    listed = office.get(PAIRS).content.decode()
    assert "名称相近" in listed
    address = f"{NEW}?into={into.pk}&amp;merged={merged.pk}"
    assert address in listed
    address = address.replace("&amp;", "&")

    page = office.get(address)
    words = page.content.decode()
    for shown in ("问会费标准", "建筑工程施工总承包三级", "钱某", "建设路 1 号", "HY0001", "HY0002", "西区"):
        assert shown in words
    form = page.context["form"]
    data = {name: chosen for _one, name, chosen in (*form.columns, *form.collisions)}
    data |= {"token": form.initial["token"], "name_becomes": "former"}
    refused = office.post(address, data)
    assert "请填写合并的原因" in refused.content.decode()
    district = next(name for one, name, _chosen in form.columns if one.key == "firm.district")
    membership = next(name for one, name, _chosen in form.collisions if one.label == "会籍")
    data |= {"reason": "同一家企业建了两份档案", district: "theirs", membership: "theirs"}
    answer = office.post(address, data, follow=True)
    assert "已并入" in answer.content.decode()

    into, merged = (Firm.objects.select_related("party").get(pk=row.pk) for row in two)
    assert (into.district, into.address, into.contact_name) == ("西区", "建设路 1 号", "李某")
    assert Membership.objects.standing().get().number == "HY0002"
    assert into.member_number == "HY0002"
    assert set(into.party.names.values_list("name", "kind")) == {
        ("某市宏达建筑有限公司", "current"), ("某市宏达建设有限公司", "former")
    }  # fmt: skip
    assert into.history.first().history_change_reason.startswith("合并")

    # whatever leads to the merged one leads on
    old = office.get(f"/admin/members/firm/{merged.pk}/change/")
    assert old["Location"] == f"/admin/members/firm/{into.pk}/change/"
    assert client_of("秘书处").get(f"/firms/{merged.uid}/")["Location"].endswith(f"/firms/{into.uid}/")
    user = into.party.seats.get().user
    assert "某市宏达建筑有限公司" in client_of(user).get("/desk/").content.decode()
    assert office.get(PAIRS).context["cl"].result_count == 0
    assert [row.pk for row in office.get("/admin/members/firm/?q=宏达建设").context["cl"].result_list] == [into.pk]
    page = office.get(f"/admin/members/firm/{into.pk}/change/").content.decode()
    assert "的档案并入本单位" in page
    assert "建立「某市宏达建设有限公司」的档案" in page  # what happened to the other file before is read through it
    assert "把本单位的档案并入" not in page

    # and back
    done = Merge.objects.get()
    page = f"/admin/parties/merge/{done.pk}/"
    assert "撤销合并" in office.get(f"{page}change/").content.decode()
    assert "请填写撤销的原因" in office.post(f"{page}undo/", {"reason": ""}).content.decode()
    answer = office.post(f"{page}undo/", {"reason": "两家都有执照"}, follow=True)
    assert "各是一家" in answer.content.decode()
    into.refresh_from_db()
    assert (into.district, into.address, into.contact_name) == ("东区", "", "")
    assert Membership.objects.standing().count() == 2
    assert office.get(f"/admin/members/firm/{merged.pk}/change/").status_code == 200
    assert merged.party.seats.get().user == user
    assert "已经由赵秘书撤销" in office.post(f"{page}undo/", {"reason": "再来"}).content.decode()


def test_who_looked_at_an_old_page_looks_again(two, office, clerk):
    into, merged = two
    address = f"{NEW}?into={into.pk}&merged={merged.pk}"
    form = office.get(address).context["form"]
    data = {name: chosen for _one, name, chosen in (*form.columns, *form.collisions)}
    data |= {"token": form.initial["token"], "name_becomes": "alias", "reason": "两份档案"}
    actions.change_firm(merged, by=clerk, contact_name="周某")
    CallNote.objects.create(party=merged.party, topic="刚刚来电", by=clerk)
    answer = office.post(address, data)
    words = answer.content.decode()
    assert "又有变动，请再核对一遍" in words
    assert "刚刚来电" in words
    assert "两份档案</textarea>" in words  # nothing typed is lost
    again = office.post(address, data | {"token": answer.context["form"]["token"].value()})
    assert again.status_code == 302
    assert Merge.objects.count() == 1


def test_an_undo_that_cannot_be_says_which_row(two, office, clerk):
    into, merged = two
    note = CallNote.objects.get()
    address = f"{NEW}?into={into.pk}&merged={merged.pk}"
    form = office.get(address).context["form"]
    data = {name: chosen for _one, name, chosen in (*form.columns, *form.collisions)}
    office.post(address, data | {"token": form.initial["token"], "name_becomes": "alias", "reason": "两份档案"})
    note.refresh_from_db()
    note.topic = "问会费和证书"
    note.save()
    words = office.post(f"/admin/parties/merge/{Merge.objects.get().pk}/undo/", {"reason": "看错了"}).content.decode()
    assert "问会费和证书" in words
    assert "不能整体撤销" in words
    assert "看错了" in words


def test_the_other_one_is_searched(two, firm, office):
    into, merged = two
    firm("永兴路桥有限公司")
    words = office.get(NEW).content.decode()
    assert "先查找要保留的企业" in words
    offered = office.get(f"{NEW}?into={into.pk}").context["offered"]
    assert [one.pk for one, _url in offered] == [merged.pk]
    offered = office.get(f"{NEW}?into={into.pk}&q=永兴").context["offered"]
    assert [one.party.name for one, _url in offered] == ["永兴路桥有限公司"]
    assert office.get(f"{NEW}?into=99999").status_code == 404
    assert office.get(f"{NEW}?into=x").status_code == 404
    answer = office.get(f"{NEW}?into={into.pk}&merged={into.pk}", follow=True)
    assert "这是同一家单位" in answer.content.decode()


def test_a_reader_sees_the_lists_and_merges_nothing(two, clerk, client_of):
    into, merged = two
    look_for_duplicates(clerk)
    reader = client_of("监事")
    assert reader.get(PAIRS).status_code == 200
    assert reader.get(f"{NEW}?into={into.pk}&merged={merged.pk}").status_code == 403
    assert reader.post(f"{PAIRS}search/").status_code == 403


def test_membership_comes_along_as_a_whole(firm, clerk):
    into, merged = firm(), firm(is_member=True)
    member(merged, "2015-03-01", "HY0009")
    Firm.objects.filter(pk=merged.pk).update(member_number="HY0009")
    merging.merge(merged=merged, into=into, by=clerk, reason="两份档案")
    into.refresh_from_db()
    assert (into.is_member, into.member_number) == (True, "HY0009")
    assert Membership.objects.on().get().party == into.party
    undo_merge(Merge.objects.get(), by=clerk, reason="看错了")
    into.refresh_from_db()
    assert (into.is_member, into.member_number) == (False, "")


def test_the_code_of_a_firm_that_has_none_comes_along(firm, office, clerk):
    head = firm("某市永兴路桥有限公司")
    into = actions.create_firm(name="某市永兴路桥有限公司东区分公司", by=clerk, kind="branch", parent=head.party)
    merged = actions.create_firm(
        name="某市永兴路桥公司东区分公司", by=clerk, kind="branch", code=firm_code(55), parent=head.party
    )
    address = f"{NEW}?into={into.pk}&merged={merged.pk}"
    form = office.get(address).context["form"]
    data = {name: chosen for _one, name, chosen in (*form.columns, *form.collisions)}
    office.post(address, data | {"token": form.initial["token"], "name_becomes": "alias", "reason": "已经取得代码"})
    assert Party.objects.get(pk=into.pk).code == firm_code(55)
