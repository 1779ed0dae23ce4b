from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("news", "0001_initial")]
    operations = [migrations.AddField("Article", "tags", models.JSONField(default=list))]
