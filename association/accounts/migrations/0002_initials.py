from django.db import migrations, models

from association.core.text import initials


def fill(apps, schema_editor):
    User = apps.get_model("accounts", "User")
    people = list(User.objects.only("pk", "name"))
    for person in people:
        person.initials = initials(person.name)[:30]
    User.objects.bulk_update(people, ["initials"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="initials",
            field=models.CharField(blank=True, editable=False, max_length=30, verbose_name="拼音首字母"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
