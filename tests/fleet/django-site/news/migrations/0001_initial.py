import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [migrations.CreateModel("Article", [
        ("id", models.BigAutoField(primary_key=True, serialize=False)),
        ("title", models.CharField(max_length=80, unique=True, validators=[django.core.validators.MinLengthValidator(3)])),
        ("text", models.TextField()),
        ("added", models.DateTimeField(auto_now_add=True)),
    ], options={"ordering": ["title"]})]
