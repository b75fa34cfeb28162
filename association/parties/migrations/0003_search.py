from django.db import migrations

from association.core.search import grams_index


class Migration(migrations.Migration):
    dependencies = [("parties", "0002_party_org_code_alter_party_search_text")]
    operations = [grams_index("parties_party", "search_grams")]
