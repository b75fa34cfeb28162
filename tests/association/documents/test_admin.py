"""Staff find files and open them through the one door."""

from django.core.files.uploadedfile import SimpleUploadedFile

from association.core.enums import Audience
from association.documents.actions import store
from association.documents.models import DocumentKind


def _file(party, audience, name):
    return store(SimpleUploadedFile(name, b"%PDF-1.7 " + name.encode()), owner_party=party, by=None, audience=audience)


def test_the_list_is_what_the_person_may_see(firm_party, client_of):
    party = firm_party("某某建筑有限公司")
    seen = _file(party, Audience.PARTY, "营业执照.pdf")
    _file(party, Audience.IN_CHARGE, "举报信.pdf")
    client = client_of("综合处")
    page = client.get("/admin/documents/document/").content.decode()
    assert "营业执照.pdf" in page
    assert "举报信.pdf" not in page
    assert f"/files/{seen.uid}/download/" in client.get(f"/admin/documents/document/{seen.pk}/change/").content.decode()
    assert client_of("编辑").get("/admin/documents/document/").status_code == 403


def test_the_number_of_queries_does_not_grow(firm_party, client_of, django_assert_max_num_queries):
    client = client_of("综合处")
    _file(firm_party(), Audience.STAFF, "1.pdf")
    client.get("/admin/documents/document/")
    with django_assert_max_num_queries(12) as one:
        client.get("/admin/documents/document/")
    for number in (2, 3):
        _file(firm_party(), Audience.STAFF, f"{number}.pdf")
    with django_assert_max_num_queries(len(one)):
        client.get("/admin/documents/document/")


def test_kinds_stand_there_in_words_and_tell_files_apart(firm_party, client_of):
    for kind, name in (("import", "名册.pdf"), ("scan", "来函.pdf"), ("营业执照", "执照.pdf")):
        upload = SimpleUploadedFile(name, b"%PDF-1.7 " + name.encode())
        store(upload, owner_party=firm_party(), by=None, audience=Audience.PARTY, kind=kind)
    client = client_of("综合处")
    page = client.get("/admin/documents/document/").content.decode()
    assert "代录的扫描件" in page
    assert "营业执照" in page
    for code in (">import<", ">scan<"):
        assert code not in page
    scans = client.get("/admin/documents/document/?kind=scan").content.decode()
    assert "来函.pdf" in scans
    assert "执照.pdf" not in scans


def test_kinds_of_papers_are_kept_by_staff_and_keep_their_names(client_of, db):
    office = client_of("秘书处")
    values = {"name": "特种作业操作证", "needs_term": "on", "order": "90", "is_active": "on"}
    assert office.post("/admin/documents/documentkind/add/", values).status_code == 302
    kind = DocumentKind.objects.get(name="特种作业操作证")
    address = f"/admin/documents/documentkind/{kind.pk}/change/"
    office.post(address, values | {"name": "别的", "order": "91"})
    kind.refresh_from_db()
    assert (kind.name, kind.order, kind.needs_term) == ("特种作业操作证", 91, True)
    assert client_of("监事").post(address, values).status_code == 403
