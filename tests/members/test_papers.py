"""Staff put a paper into a firm's library (证照库) on its behalf."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from association.documents.models import Document
from association.timeline.models import Event

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n{}"


@pytest.fixture
def url(firm):
    return f"/admin/members/firm/{firm('甲建设有限公司').pk}/paper/"


def sent(client, url, mark=b"1", **values):
    data = {"channel": "letter", "received_on": f"{timezone.localdate()}", "kind": "营业执照", "number": "9143"}
    file = SimpleUploadedFile("执照.pdf", PDF + mark, "application/pdf")
    return client.post(url, data | {"file": file} | values, follow=True)


def test_a_paper_that_came_by_post_is_in_the_firms_library(office, url, client_of, firm_user):
    assert "代录证照" in office.get(url.replace("paper/", "change/")).content.decode()
    wrong = sent(office, url, channel="", received_on=f"{timezone.localdate() + timedelta(days=1)}")
    text = wrong.content.decode()
    assert "请选择怎样收到的" in text
    assert "收到日期不能晚于今天" in text
    [token] = re.findall(r'name="file-kept" value="([^"]+)"', text)  # the upload is not lost
    assert "已放入证照库" in sent(office, url, **{"file": "", "file-kept": token}).content.decode()
    paper = Document.objects.in_library().get()
    event = Event.objects.get(verb="paper.added")
    assert (event.channel, event.happened_on) == ("letter", timezone.localdate())
    assert "赵秘书代甲建设有限公司把营业执照" in event.sentence
    own = client_of(firm_user(paper.party))
    assert "9143" in own.get("/desk/documents/").content.decode()
    assert event in Event.objects.visible_to(paper.party.seats.get().user)


def test_it_replaces_the_one_that_was_there(office, url):
    sent(office, url)
    old = Document.objects.in_library().get()
    sent(office, url, mark=b"2", number="9144", replaces=old.pk)
    assert Document.objects.in_library().get().number == "9144"
    old.refresh_from_db()
    assert old.replaced_by.number == "9144"
    again = sent(office, url, mark=b"2").content.decode()
    assert "已经在证照库里" in again


def test_who_only_reads_may_not(client_of, staff, url):
    reader = client_of(staff("监事"))
    assert "代录证照" not in reader.get(url.replace("paper/", "change/")).content.decode()
    assert sent(reader, url).status_code == 403
