"""Materials of a case, as a firm hands them in and staff check them."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from association.cases import materials
from association.cases.models import Case, Material
from association.core.enums import Audience
from association.documents.actions import store
from association.documents.models import Document
from association.jobs.actions import run
from association.jobs.models import Job
from association.parties.models import Seat
from association.timeline.actions import events_of
from tests.files import pdf, photo
from tests.pages import words_of


def at(case, slot=None) -> str:
    return f"/desk/materials/{case.uid}/{slot.uid if slot else ''}{'/' if slot else ''}"


def check_page(case) -> str:
    return f"/admin/cases/material/case/{case.uid}/"


@pytest.fixture
def desk(desk_of, case):
    return desk_of(case.party, name="钱经办")


def missing(case):
    return [slot.name for slot in materials.missing_of(case)]


def test_a_firm_hands_in_several_files_and_sees_what_is_missing(desk, case, slots):
    assert "还缺 2 项" in words_of(desk.get(at(case)))
    answer = desk.post(at(case, slots[0]), {"files": [pdf("正本.pdf"), pdf("副本.pdf", "2")], "back": at(case)})
    assert answer.status_code == 302
    assert answer["Location"].startswith(at(case))
    page = words_of(desk.get(at(case)))
    assert "正本.pdf" in page
    assert "副本.pdf" in page
    assert "还缺 1 项" in page
    assert missing(case) == ["安全生产许可证"]
    assert {one.document.party for one in case.materials.all()} == {case.party}
    assert events_of(case).get(verb="material.added").sentence == "钱经办提交材料「营业执照」：正本.pdf、副本.pdf"


def test_good_files_stay_where_a_bad_one_came_with_them(desk, case, slots):
    rar = SimpleUploadedFile("合同.rar", b"Rar!\x1a\x07\x00 rest")
    answer = desk.post(at(case, slots[1]), {"files": [pdf("许可证.pdf"), rar]})
    assert answer.status_code == 422
    page = words_of(answer)
    assert "合同.rar：RAR 压缩包里的内容无法直接查看" in page
    assert "其余 1 个文件已经上传" in page
    assert missing(case) == ["营业执照"]


def test_nothing_chosen_is_said_at_the_slot(desk, case, slots):
    answer = desk.post(at(case, slots[0]), {})
    assert answer.status_code == 422
    assert "请先选择文件，再点上传。" in words_of(answer)


def test_a_paper_of_the_library_is_used_again(desk, case, slots, firm_party):
    paper = store(pdf(), owner_party=case.party, by=None, kind="营业执照", audience=Audience.PARTY)
    strange = store(pdf(), owner_party=firm_party(), by=None, kind="营业执照", audience=Audience.PARTY)
    Document.objects.update(in_library=True)
    page = desk.get(at(case)).content.decode()
    assert str(paper.uid) in page
    assert str(strange.uid) not in page
    assert desk.post(at(case, slots[0]), {"papers": [paper.uid]}).status_code == 302
    assert case.materials.get().document == paper
    assert Document.objects.filter(party=case.party).count() == 1
    answer = desk.post(at(case, slots[0]), {"papers": [strange.uid]})
    assert answer.status_code == 422
    assert "证照库里没有这份文件" in words_of(answer)


def test_the_same_file_twice_is_one(desk, case, slots):
    for _ in range(2):
        desk.post(at(case, slots[0]), {"files": [pdf()]})
    assert case.materials.count() == Document.objects.count() == 1


def test_what_is_taken_back_is_swept_unless_something_else_uses_it(desk, case, slots):
    desk.post(at(case, slots[0]), {"files": [pdf("甲.pdf")]})
    desk.post(at(case, slots[1]), {"files": [pdf("甲.pdf")]})
    first, second = case.materials.order_by("pk")
    desk.post(f"{at(case)}remove/", {"material": first.uid})
    document = Document.objects.get()
    assert document.loose_until is None
    desk.post(f"{at(case)}remove/", {"material": second.uid})
    document.refresh_from_db()
    assert document.loose_until is not None
    desk.post(at(case, slots[0]), {"files": [pdf("甲.pdf")]})  # chosen again: the same row, taken again
    document.refresh_from_db()
    assert document.loose_until is None
    assert case.materials.get().document == document


def test_a_reader_and_a_stranger_hand_in_nothing(desk_of, case, slots, firm_party):
    reader, stranger = desk_of(case.party, right=Seat.Kind.READER), desk_of(firm_party())
    page = reader.get(at(case))
    assert 'type="file"' not in page.content.decode()
    assert "您的席位只能查看" in words_of(page)
    assert reader.post(at(case, slots[0]), {"files": [pdf()]}).status_code == 422
    assert stranger.get(at(case)).status_code == stranger.post(at(case, slots[0])).status_code == 404
    assert not Material.objects.exists()
    assert not Document.objects.exists()


def test_once_submitted_the_firm_waits_for_the_office(desk, case, slots):
    Case.objects.filter(pk=case.pk).update(whose="office")
    page = desk.get(at(case))
    assert 'type="file"' not in page.content.decode()
    assert "协会正在办理" in words_of(page)
    assert desk.post(at(case, slots[0]), {"files": [pdf()]}).status_code == 422
    assert not Material.objects.exists()


def test_staff_check_each_file_and_the_firm_reads_it_when_it_is_returned(desk, client_of, case, slots):
    for slot in slots[:2]:
        desk.post(at(case, slot), {"files": [pdf(f"{slot.name}.pdf", slot.name)]})
    Case.objects.filter(pk=case.pk).update(whose="office")
    first, second = case.materials.order_by("pk")
    office = client_of("综合处")
    assert "营业执照.pdf" in words_of(office.get(check_page(case)))
    data = {
        f"m{first.pk}-verdict": "fine", f"m{first.pk}-note": "", f"m{first.pk}-seen": 1,
        f"m{second.pk}-verdict": "wrong", f"m{second.pk}-note": "", f"m{second.pk}-seen": 1,
    }  # fmt: skip
    answer = office.post(check_page(case), data)
    assert answer.status_code == 422
    assert "请写明需要补正什么，单位照着补。" in words_of(answer)
    assert set(case.materials.values_list("verdict", flat=True)) == {"waiting"}
    answer = office.post(check_page(case), data | {f"m{second.pk}-note": "缺公章"})
    assert answer.status_code == 302
    assert missing(case) == ["安全生产许可证"]
    assert "缺公章" not in words_of(desk.get(at(case)))  # still being checked
    Case.objects.filter(pk=case.pk).update(whose="party")
    page = words_of(desk.get(at(case)))
    assert "缺公章" in page
    assert "请重新提交" in page
    assert "符合" in page
    desk.post(f"{at(case)}remove/", {"material": first.uid})
    assert Material.objects.filter(pk=first.pk).exists()  # what was found fine stays
    desk.post(at(case, slots[1]), {"files": [pdf("盖章.pdf", "neu")]})
    assert missing(case) == []


def test_two_who_check_the_same_file_do_not_overwrite_each_other(desk, client_of, case, slots):
    desk.post(at(case, slots[0]), {"files": [pdf()]})
    row = case.materials.get()
    data = {f"m{row.pk}-verdict": "fine", f"m{row.pk}-note": "", f"m{row.pk}-seen": row.version}
    assert client_of("综合处").post(check_page(case), data).status_code == 302
    late = client_of("综合处").post(
        check_page(case), data | {f"m{row.pk}-verdict": "wrong", f"m{row.pk}-note": "看不清"}, follow=True
    )
    assert "刚刚由别人审核为“符合”" in words_of(late)
    row.refresh_from_db()
    assert (row.verdict, row.note) == ("fine", "")


def test_staff_hand_in_for_a_firm_that_brought_paper(client_of, staff, case, slots):
    Case.objects.filter(pk=case.pk).update(whose="office")
    clerk = staff("综合处", name="王经办")
    answer = client_of(clerk).post(f"{check_page(case)}{slots[0].uid}/", {"files": [pdf()]})
    assert answer.status_code == 302
    assert events_of(case).get(verb="material.added").sentence == (
        "王经办代甲建设有限公司提交材料「营业执照」：营业执照.pdf"
    )
    reading = client_of("监事")
    assert "保存审核结果" not in reading.get(check_page(case)).content.decode()
    assert reading.post(f"{check_page(case)}{slots[0].uid}/", {"files": [pdf()]}).status_code == 403


def test_only_staff_who_keep_materials_check_them(case, firm_user):
    with pytest.raises(PermissionDenied):
        materials.check(case=case, findings=[], by=firm_user(case.party))


def test_slots_of_another_part_are_not_asked_for(case, slots):
    slots[0].part = "个人会员"
    slots[0].save()
    assert missing(case) == ["安全生产许可证"]


def test_the_list_of_slots_is_kept_by_staff(client_of, case, slots):
    office = client_of("秘书处")
    page = office.get("/admin/cases/slot/")
    assert "信用评价" in words_of(page)
    assert "营业执照" in words_of(page)
    answer = office.post("/admin/cases/slot/add/", {
        "kind": "rating", "part": "", "name": "资质证书", "hint": "", "document_kind": "", "is_required": "on",
        "order": "4", "is_active": "on",
    })  # fmt: skip
    assert answer.status_code == 302
    assert "资质证书" in missing(case)


def _photos(count):
    return [photo(f"IMG_{n}.jpg", (n * 20, 0, 0)) for n in range(1, count + 1)]


def _pages(document) -> int:
    with document.open() as file:
        return int(re.findall(rb"/Count (\d+)", file.read())[-1])


def test_a_few_photos_become_one_pdf_at_once_unless_the_firm_wants_them_apart(desk, case, slots):
    desk.post(at(case, slots[1]), {"files": [*_photos(3), pdf("说明.pdf")], "join": "1"})
    labels = {row.document.label: row.document for row in case.materials.select_related("document")}
    assert set(labels) == {"安全生产许可证.pdf", "说明.pdf"}
    assert _pages(labels["安全生产许可证.pdf"]) == 3
    desk.post(at(case, slots[2]), {"files": _photos(2)})
    assert case.materials.filter(slot=slots[2]).count() == 2


def test_many_photos_are_joined_by_a_job(desk, case, slots, django_capture_on_commit_callbacks):
    desk.post(at(case, slots[1]), {"files": _photos(6), "join": "1"})
    assert "6 张照片正在合成一个 PDF" in words_of(desk.get(at(case)))
    assert missing(case) == ["营业执照", "安全生产许可证"]
    job = Job.objects.get(kind="materials.join")
    with django_capture_on_commit_callbacks(execute=True):
        assert run(job.pk).state == Job.State.DONE
    assert missing(case) == ["营业执照"]
    assert _pages(case.materials.get().document) == 6
    assert not Document.objects.loose().exists()
    Job.objects.filter(pk=job.pk).update(state=Job.State.QUEUED)  # begun again after a kill
    assert run(job.pk).state == Job.State.DONE
    assert case.materials.count() == 1


def test_photos_of_a_case_that_went_on_meanwhile_are_not_added(desk, case, slots):
    desk.post(at(case, slots[1]), {"files": _photos(6), "join": "1"})
    Case.objects.filter(pk=case.pk).update(whose="office")
    job = run(Job.objects.get(kind="materials.join").pk)
    assert job.state == Job.State.FAILED
    assert "协会正在办理" in job.error
    assert not Material.objects.exists()


def test_after_a_login_that_ran_out_the_upload_leads_to_the_page(desk, case, slots):
    assert desk.get(at(case, slots[0]))["Location"] == at(case)
