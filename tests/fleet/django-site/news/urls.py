from django.urls import include, path
from rest_framework.routers import DefaultRouter

from . import views

router = DefaultRouter()
router.register("articles", views.ArticleViews)
urlpatterns = [path("", views.index), path("words", views.words), path("picture.png", views.picture), path("local", views.local),
               path("api/", include(router.urls))]
