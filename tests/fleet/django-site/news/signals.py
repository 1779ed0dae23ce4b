from django.core.mail import send_mail
from django.db.models.signals import post_save
from django.dispatch import receiver

from .models import Article


@receiver(post_save, sender=Article)
def tell(sender, instance, created, raw=False, **more):
    if created and not raw:
        send_mail("Neu: " + instance.title, instance.text, "news@news.test", ["anna@news.test"])
