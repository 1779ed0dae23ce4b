from celery import shared_task


@shared_task
def count_words(text):
    return len(text.split())
