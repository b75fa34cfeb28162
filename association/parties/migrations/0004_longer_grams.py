"""Parties are found by parts of their code: their grams are cut anew."""

from django.db import migrations

from association.core.ngrams import grams

SLICE = 1000


def cut_anew(apps, schema_editor):
    rows = apps.get_model("parties", "Party").objects.using(schema_editor.connection.alias)
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk").only("pk", "search_text")[:SLICE]):
        for row in some:
            row.search_grams = grams(row.search_text)
        rows.bulk_update(some, ["search_grams"])
        last = some[-1].pk


class Migration(migrations.Migration):
    dependencies = [("parties", "0003_invitations_merges")]
    operations = [migrations.RunPython(cut_anew, migrations.RunPython.noop)]
