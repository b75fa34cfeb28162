from django.db import migrations, models
from django.db.models import F


def move(apps, schema_editor):
    """To-dos that led to a page of the desk lead there still."""
    rows = apps.get_model("inbox", "Todo").objects.filter(done_at=None, url__startswith="/desk/")
    rows.update(desk_url=F("url"))


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="todo",
            name="desk_url",
            field=models.CharField(blank=True, max_length=200, verbose_name="单位的办理页面"),
        ),
        migrations.RunPython(move, migrations.RunPython.noop),
    ]
