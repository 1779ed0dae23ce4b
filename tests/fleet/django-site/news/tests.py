import pytest

from news.models import Article


@pytest.mark.django_db
def test_empty():
    assert Article.objects.count() == 0
