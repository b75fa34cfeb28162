from django.db import migrations

DESKS = {
    "rating": "/desk/ratings/{}/",
    "membership": "/desk/membership/{}/",
    "leaving": "/desk/membership/{}/",
    "firm-change": "/desk/firm/changes/{}/",
}


def fill(apps, schema_editor):
    """Open to-dos of cases lead the party to its own page."""
    Todo, Case = apps.get_model("inbox", "Todo"), apps.get_model("cases", "Case")
    waiting = Todo.objects.filter(done_at=None, whose="party", subject_type="cases.case", desk_url="")
    cases = Case.objects.in_bulk(waiting.values_list("subject_id", flat=True))
    changed = []
    for todo in waiting:
        case = cases.get(todo.subject_id)
        if case is not None and case.kind in DESKS:
            todo.desk_url = DESKS[case.kind].format(case.uid)
            changed.append(todo)
    Todo.objects.bulk_update(changed, ["desk_url"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_materials"), ("inbox", "0002_desk_url")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
