"""What was published cannot be changed, past the actions either."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from association.publicity import guards
from association.publicity.models import Announcement, Frozen, PublicityLine, PublicityList
from association.workflow.actions import perform


@pytest.mark.parametrize(
    "change", [{"name": "改"}, {"district": "改"}, {"result": "A"}, {"position": 99}, {"party": None}]
)
def test_the_database_keeps_the_text_of_published_lines(publicised, change):
    publicity = publicised()
    with pytest.raises(IntegrityError, match="publicity_line_frozen"), transaction.atomic():
        publicity.lines.filter(position=1).update(**change)


@pytest.mark.parametrize(
    "change", [{"title": "改"}, {"ends_at": timezone.now()}, {"working_days": 1}, {"objection_phone": "1"}]
)
def test_the_database_keeps_the_words_of_a_published_list(publicised, change):
    publicity = publicised()
    with pytest.raises(IntegrityError, match="publicity_list_frozen"), transaction.atomic():
        PublicityList.objects.filter(pk=publicity.pk).update(**change)


def test_a_draft_may_still_change(draft):
    publicity = draft()
    publicity.lines.filter(position=1).update(name="改")
    PublicityList.objects.filter(pk=publicity.pk).update(title="改")
    assert (publicity.lines.get(position=1).name, PublicityList.objects.get().title) == ("改", "改")


def test_announcements_stay_as_they_are(announced):
    announced()
    row = Announcement.objects.get()
    with pytest.raises(IntegrityError, match="publicity_announcement_frozen"), transaction.atomic():
        Announcement.objects.update(body="改")
    with pytest.raises(IntegrityError, match="publicity_line_announced"), transaction.atomic():
        PublicityLine.objects.update(announcement=None)
    with pytest.raises(Frozen):
        row.save()
    with pytest.raises(Frozen):
        row.delete()


def test_published_rows_are_neither_saved_nor_deleted(publicised):
    publicity = publicised()
    line = publicity.lines.get(position=1)
    line.name = "改"
    for refused in (
        line.save,
        line.delete,
        publicity.delete,
        publicity.lines.all().delete,
        PublicityList.objects.all().delete,
        lambda: publicity.lines.create(position=9, name="加", result="A"),
    ):
        with pytest.raises(Frozen):
            refused()


def test_a_held_line_cannot_be_announced_even_in_the_database(announced):
    announced()
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicityLine.objects.filter(position=1).update(state="blocked")


@pytest.mark.django_db(transaction=True)
def test_the_guards_are_off_while_tables_are_rebuilt_and_on_again_after(draft, clerk):
    publicity = draft()
    perform(publicity, "publicise", by=clerk)
    guards.take_off()
    publicity.lines.filter(position=1).update(name="甲")
    call_command("migrate", verbosity=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        publicity.lines.filter(position=1).update(name="乙")
    assert "publicity_publicityline" in connection.introspection.table_names()
