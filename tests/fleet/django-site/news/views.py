import io
import locale
import os

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from PIL import Image
from rest_framework import serializers, viewsets

from .models import Article
from .tasks import count_words


class ArticleSerializer(serializers.ModelSerializer):
    class Meta:
        model = Article
        fields = ["id", "title", "text", "tags"]


class ArticleViews(viewsets.ModelViewSet):
    queryset = Article.objects.all()
    serializer_class = ArticleSerializer


def index(request):
    return render(request, "news/list.html", {"articles": Article.objects.all(), "now": timezone.now(), "many": 1234567})


def words(request):
    text = " ".join(Article.objects.values_list("text", flat=True))
    return JsonResponse({"words": count_words.delay(text).get(timeout=20)})


def picture(request):
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#d33").save(out, "PNG")
    return HttpResponse(out.getvalue(), content_type="image/png")


def local(request):
    locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
    return JsonResponse({"number": locale.format_string("%.1f", 1234.5, grouping=True), "error": os.strerror(2)})
