from django.conf import settings
from django.db import migrations, models
from django.db.models import F
from django.utils import timezone


def end_those_over(apps, schema_editor):
    seats = apps.get_model("parties", "Seat").objects.filter(ends_on__lte=timezone.localdate())
    seats.update(ended_at=F("updated_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("parties", "0003_search"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="seat", name="parties_one_open_seat"),
        migrations.AddField(
            model_name="seat",
            name="ended_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="停用时间"),
        ),
        migrations.RunPython(end_those_over, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("user", "party"), name="parties_one_open_seat"
            ),
        ),
    ]
