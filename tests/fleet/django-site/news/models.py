from django.core.validators import MinLengthValidator
from django.db import models


class Article(models.Model):
    title = models.CharField(max_length=80, unique=True, validators=[MinLengthValidator(3)])
    text = models.TextField()
    tags = models.JSONField(default=list)
    added = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["title"]
