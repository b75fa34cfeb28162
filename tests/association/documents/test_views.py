"""The one door to a file: who gets it, under which headers, and what the log keeps."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from association.core.enums import Audience
from association.documents.actions import store
from association.timeline.models import AccessLog
from tests.pages import is_login

PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture
def document_of(db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    }

    def make(party, audience, name="营业执照（正本）.pdf", content=PDF, by=None):
        return store(SimpleUploadedFile(name, content), owner_party=party, by=by, audience=audience)

    return make


def _get(client, document, query=""):
    response = client.get(f"/files/{document.uid}/download/{query}")
    response.getvalue()  # read to the end, the client closes it
    return response


def test_the_owner_gets_it_as_an_attachment_and_the_log_says_so(document_of, firm_party, firm_user, client_of):
    party = firm_party()
    user = firm_user(party)
    document = document_of(party, Audience.PARTY)
    response = client_of(user).get(f"/files/{document.uid}/download/")
    assert response.getvalue() == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"] == (
        "attachment; filename*=utf-8''%E8%90%A5%E4%B8%9A%E6%89%A7%E7%85%A7%EF%BC%88%E6%AD%A3%E6%9C%AC%EF%BC%89.pdf"
    )
    row = AccessLog.objects.get()
    assert (row.user, row.action, row.what, row.subject_id) == (user, "download", document.label, document.pk)


def test_a_stranger_gets_404_and_nobody_in_particular_the_login(document_of, firm_party, firm_user, client_of, client):
    document = document_of(firm_party(), Audience.PARTY)
    assert client_of(firm_user()).get(f"/files/{document.uid}/download/").status_code == 404
    missing = "/files/00000000-0000-4000-8000-000000000000/download/"
    for path in (f"/files/{document.uid}/download/", missing):
        response = client.get(path)
        assert is_login(response)
        assert PDF not in response.content
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("audience", "status"), [(Audience.PARTY, 200), (Audience.STAFF, 200), (Audience.IN_CHARGE, 404)]
)
def test_staff_who_read_business_see_all_but_the_confidential(document_of, firm_party, client_of, audience, status):
    document = document_of(firm_party(), audience)
    assert _get(client_of("秘书处"), document).status_code == status
    assert _get(client_of("编辑"), document).status_code == 404


def test_the_person_in_charge_sees_the_confidential(document_of, firm_party, staff, client_of):
    user = staff("秘书处")
    document = document_of(firm_party(), Audience.IN_CHARGE, by=user)
    assert _get(client_of(user), document).status_code == 200


def test_public_files_are_open_to_everyone(document_of, client):
    document = document_of(None, Audience.PUBLIC)
    assert _get(client, document).status_code == 200


def test_inline_is_for_pdf_and_pictures_alone(document_of, client_of):
    client = client_of("秘书处")
    pdf, text = document_of(None, Audience.STAFF), document_of(None, Audience.STAFF, "a.txt", b"text")
    assert _get(client, pdf, "?inline=1")["Content-Disposition"].startswith("inline")
    assert _get(client, text, "?inline=1")["Content-Disposition"].startswith("attachment")


def test_only_reading_is_answered(document_of, client_of):
    document = document_of(None, Audience.STAFF)
    assert client_of("秘书处").post(f"/files/{document.uid}/download/").status_code == 405
