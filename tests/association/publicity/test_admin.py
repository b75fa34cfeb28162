"""Lists, objections and announcements through the admin, as the office uses it."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from association.accounts.roles import ROLES, Right
from association.inbox.models import Todo
from association.publicity.actions import end_due
from association.publicity.models import Announcement, Objection, PublicityList
from association.timeline.models import AccessLog
from association.workflow.actions import perform
from tests.pages import is_login

from .conftest import object_to

REGISTER = "/admin/publicity/objection/register/"


def _url(row, name="change", *more):
    meta = row._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=[row.pk, *more])


def _text(response) -> str:
    return response.content.decode()


def _form(response) -> dict:
    form = response.context["adminform"].form
    return {name: "" if form[name].value() is None else form[name].value() for name in form.fields}


# -- Lists --------------------------------------------------------------------------------------------


def test_a_draft_is_edited_published_and_then_closed(draft, clerk, client_of):
    publicity = draft()
    client = client_of(clerk)
    url = _url(publicity)
    assert client.post(url, _form(client.get(url)) | {"title": "改过的公示"}).status_code == 302
    publicity.refresh_from_db()
    assert publicity.title == "改过的公示"

    move = _url(publicity, "move", "publicise")
    assert "到 2021 年 5 月 8 日（周六）17:00 截止" in _text(client.get(move))
    assert client.post(move, {"happened_on": "2021-04-28", "note": "", "starts_on": ""}).status_code == 302
    publicity.refresh_from_db()
    assert publicity.state == "publicised"

    page = client.get(url)
    assert 'name="title"' not in _text(page)
    assert client.post(url, {"title": "再改"}).status_code == 403
    publicity.refresh_from_db()
    assert publicity.title == "改过的公示"


def test_a_later_start_asks_for_its_reason_at_the_field(draft, clerk, client_of):
    publicity = draft()
    page = client_of(clerk).post(
        _url(publicity, "move", "publicise"), {"happened_on": "2021-04-28", "note": "", "starts_on": "2021-05-06"}
    )
    assert page.status_code == 422
    assert "公示不从发布当天开始，请在说明里写明原因。" in _text(page)
    assert 'value="2021-05-06"' in _text(page)


def test_the_page_of_the_announcement_says_how_many_go_out(ended, clerk, leader, client_of):
    publicity = ended()
    object_to(publicity, clerk, received_at=publicity.ends_at)
    client = client_of(leader)
    page = _text(client.get(_url(publicity, "move", "announce")))
    assert "本次公告 2 家，异议尚在核查 1 家不列入。" in page
    data = {"happened_on": "2021-05-10", "note": "", "number": "建协〔2021〕5 号", "title": "", "body": ""}
    assert client.post(_url(publicity, "move", "announce"), data).status_code == 302
    assert Announcement.objects.get().number == "建协〔2021〕5 号"


def test_who_published_is_told_to_have_another_person_announce(draft, leader, client_of, travel):
    publicity = draft()
    perform(publicity, "publicise", by=leader)
    travel("2021-05-10 09:00")
    end_due()
    page = client_of(leader).get(_url(publicity, "move", "announce"), follow=True)
    assert "须由两个人办理" in _text(page)
    assert "代理人" in _text(page)


def test_lines_are_read_in_pages_and_found(draft, clerk, client_of, django_assert_max_num_queries):
    publicity = draft(0, lines=[(None, None, f"第{n}建设有限公司", "东区", "AA") for n in range(1, 121)])
    client = client_of(clerk)
    url = _url(publicity, "lines")
    with django_assert_max_num_queries(16):
        page = client.get(f"{url}?p=3")
    assert [line.position for line in page.context["page"]] == list(range(101, 121))
    assert [line.position for line in client.get(f"{url}?q=第12").context["page"]] == [12, 120]
    assert "登记异议" not in _text(page).split("<main")[-1].split("list-scroll")[-1]
    perform(publicity, "publicise", by=clerk)
    assert f"{REGISTER}?line=" in _text(client.get(url))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_lists_costs_the_same(draft, clerk, client_of, django_assert_max_num_queries, number):
    for key in range(number):
        draft(1, round_key=f"k{key}")
    client = client_of(clerk)
    client.get("/admin/publicity/publicitylist/")
    with django_assert_max_num_queries(13):
        page = client.get("/admin/publicity/publicitylist/")
    assert page.context["cl"].result_count == number


def test_a_draft_is_deleted_after_asking(draft, clerk, client_of):
    publicity = draft()
    client = client_of(clerk)
    assert "删除草稿" in _text(client.get(_url(publicity, "discard")))
    assert PublicityList.objects.exists()
    assert client.post(_url(publicity, "discard")).url == "/admin/publicity/publicitylist/"
    assert not PublicityList.objects.exists()


def test_a_published_list_is_not_deleted(publicised, clerk, client_of):
    publicity = publicised()
    page = client_of(clerk).post(_url(publicity, "discard"), follow=True)
    assert "内容不能再改" in _text(page)
    assert PublicityList.objects.exists()


def test_the_sheet_for_the_wall_and_the_text_for_the_group(publicised, clerk, client_of):
    publicity = publicised()
    client = client_of(clerk)
    sheet = _text(client.get(_url(publicity, "print")))
    assert "甲3建设有限公司" in sheet
    assert "至 2021 年 5 月 8 日 17:00 止" in sheet
    assert f"http://testserver/publicity/{publicity.uid}/" in _text(client.get(_url(publicity, "share")))


def test_a_draft_has_no_page_to_share(draft, clerk, client_of):
    publicity = draft()
    assert client_of(clerk).get(_url(publicity, "share")).url == _url(publicity)


# -- Objections ----------------------------------------------------------------------------------------


@pytest.fixture
def register(publicised, clerk, client_of):
    """(publicity, client of the clerk, what the form sends)."""
    publicity = publicised()
    line = publicity.lines.get(position=2)
    data = {
        "line": line.pk, "came": "call", "received_at": "2021-04-28T08:59", "is_named": "on", "objector": "赵某某",
        "contact": "13912345678", "content": "有一项处罚没有计入", "once_key": "form-1",
    }  # fmt: skip
    return publicity, client_of(clerk), data


def test_an_objection_is_registered_from_search_to_blocked_line(register):
    publicity, client, data = register
    found = client.get(f"{REGISTER}?q=甲2")
    assert [line.name for line in found.context["found"]] == ["甲2建设有限公司"]
    assert "甲2建设有限公司" in _text(client.get(f"{REGISTER}?line={data['line']}"))
    done = client.post(REGISTER, data, follow=True)
    objection = Objection.objects.get()
    assert "在核查清楚以前不列入公告" in _text(done)
    assert done.redirect_chain[-1][0] == _url(objection)
    assert publicity.lines.get(position=2).state == "blocked"
    client.post(REGISTER, data)
    assert Objection.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"came": ""}, "came", "请选择异议怎样收到：来人、来信、来电或邮件。"),
        ({"content": ""}, "content", "请写明异议的内容：什么事实，有什么依据。"),
        ({"objector": " "}, "objector", "实名异议请填写异议人姓名；不愿留名的，去掉「实名」的勾选，按线索登记。"),
        ({"received_at": "2021-04-28T09:30"}, "received_at", "收到时间不能晚于现在。"),
        ({"received_at": "2021-04-27T09:30"}, "received_at", "公示从 2021-04-28 开始，收到时间不能更早，请核对。"),
        ({"received_at": "昨天"}, "received_at", "时间写作 2021-05-08 16:30 的样子。"),
    ],
)
def test_what_is_missing_is_said_at_the_field_and_nothing_typed_is_lost(register, change, field, sentence):
    _publicity, client, data = register
    page = client.post(REGISTER, data | change)
    assert page.status_code == 422
    assert page.context["form"].errors[field] == [sentence]
    for name in {"objector", "contact", "content"} - set(change):
        assert data[name] in _text(page)
    assert not Objection.objects.exists()


def test_drafts_are_not_found_when_registering(draft, clerk, client_of):
    publicity = draft()
    client = client_of(clerk)
    assert client.get(f"{REGISTER}?q=甲").context["found"] == []
    assert "form" not in client.get(f"{REGISTER}?line={publicity.lines.first().pk}").context


def test_who_objected_is_masked_until_it_is_asked_for_and_remembered(publicised, clerk, client_of):
    objection = object_to(publicised(), clerk)
    client = client_of(clerk)
    page = _text(client.get(_url(objection)))
    assert "有一项处罚没有计入" in page
    assert "赵某某" not in page
    assert "13912345678" not in page
    assert "139****5678" in page
    page = _text(client.post(_url(objection, "unmask"), follow=True))
    assert "13912345678" in page
    assert AccessLog.objects.filter(action="unmasked", user=clerk, subject_id=objection.pk).exists()


def test_who_only_reads_never_sees_who_objected_nor_what(publicised, clerk, client_of):
    objection = object_to(publicised(), clerk)
    client = client_of("监事")
    for url in (_url(objection), _url(objection, "sheet")):
        page = _text(client.get(url))
        assert "赵某某" not in page
        assert "13912345678" not in page
    assert "有一项处罚没有计入" not in _text(client.get(_url(objection)))
    assert client.post(_url(objection, "unmask")).status_code == 403


def test_the_printed_sheet_is_remembered(publicised, clerk, client_of):
    objection = object_to(publicised(), clerk)
    page = _text(client_of(clerk).get(_url(objection, "sheet")))
    assert "赵某某" in page
    assert objection.number in page
    assert AccessLog.objects.get(action="print").what == f"异议登记表 {objection.number}"


def test_a_blank_sheet_for_the_counter(publicised, clerk, client_of):
    publicity = publicised()
    client = client_of(clerk)
    assert publicity.title in _text(client.get(f"{REGISTER}blank/?list={publicity.pk}"))
    assert "□ 来人" in _text(client.get(f"{REGISTER}blank/?list=x"))


def test_evidence_is_stored_with_the_objection(publicised, clerk, client_of):
    objection = object_to(publicised(), clerk)
    client = client_of(clerk)
    url = _url(objection, "evidence")
    assert client.post(url, {}).status_code == 422
    picture = BytesIO()
    Image.new("RGB", (4, 4)).save(picture, "PNG")
    bad = client.post(url, {"upload": SimpleUploadedFile("a.png", b"MZ\x90\x00no picture")})
    assert bad.status_code == 422
    assert client.post(url, {"upload": SimpleUploadedFile("a.png", picture.getvalue())}).status_code == 302
    objection.refresh_from_db()
    assert objection.evidence.label == f"{objection.number}材料.png"


def test_a_todo_leads_to_the_list_of_its_like(publicised, clerk, client_of):
    objection = object_to(publicised(), clerk)
    client = client_of(clerk)
    todo = Todo.objects.open().get(subject_type="publicity.objection")
    assert [row.pk for row in client.get(todo.group_url).context["cl"].result_list] == [objection.pk]
    assert client.get(todo.group_url.replace("open", "closed")).context["cl"].result_count == 0


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_of_objections_costs_the_same(publicised, clerk, client_of, django_assert_max_num_queries, number):
    publicity = publicised()
    for position in range(1, number + 1):
        object_to(publicity, clerk, position)
    client = client_of(clerk)
    client.get("/admin/publicity/objection/")
    with django_assert_max_num_queries(13):
        page = _text(client.get("/admin/publicity/objection/"))
    assert "赵某某" not in page


# -- Who may open what ----------------------------------------------------------------------------------

_READ = {role.name for role in ROLES if Right.READ in role.rights}
_PUBLICITY = {role.name for role in ROLES if Right.PUBLICITY in role.rights}


@pytest.mark.parametrize("role", [role.name for role in ROLES])
def test_every_page_by_role(announced, clerk, client_of, role):
    publicity = announced()
    objection = object_to(publicity, clerk)
    announcement = Announcement.objects.get()
    client = client_of(role)
    read = [
        "/admin/publicity/publicitylist/", _url(publicity), _url(publicity, "lines"), _url(publicity, "print"),
        _url(publicity, "share"), "/admin/publicity/objection/", _url(objection), _url(objection, "sheet"),
        f"{REGISTER}blank/", "/admin/publicity/announcement/", _url(announcement), _url(announcement, "share"),
    ]  # fmt: skip
    for url in read:
        assert client.get(url).status_code == (200 if role in _READ else 403), url
    for url in (REGISTER, _url(objection, "evidence"), _url(publicity, "discard")):
        assert client.get(url).status_code == (200 if role in _PUBLICITY else 403), url
    for closed in ("publicitylist", "objection", "announcement"):
        assert client.get(f"/admin/publicity/{closed}/add/").status_code == 403


def test_firms_and_visitors_open_nothing(publicised, clerk, client, client_of, firm_user):
    publicity = publicised()
    objection = object_to(publicity, clerk)
    stranger = client_of(firm_user())
    for url in (_url(publicity), _url(publicity, "lines"), _url(objection), _url(objection, "sheet"), REGISTER):
        assert is_login(client.get(url)), url
        assert stranger.get(url).status_code == 404, url
