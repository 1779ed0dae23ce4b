from django.contrib import admin

from .models import Article


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = ["title", "added"]
    search_fields = ["title"]
    date_hierarchy = "added"
