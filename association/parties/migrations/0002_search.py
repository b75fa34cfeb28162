from django.db import migrations

from association.core.search import grams_index


class Migration(migrations.Migration):
    dependencies = [("parties", "0001_initial")]
    operations = [grams_index("parties_party", "search_grams")]
