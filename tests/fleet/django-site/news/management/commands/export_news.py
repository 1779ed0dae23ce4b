import csv
import sys

from django.core.management.base import BaseCommand

from news.models import Article


class Command(BaseCommand):
    def handle(self, *args, **options):
        csv.writer(sys.stdout).writerows(Article.objects.values_list("title", "text"))
