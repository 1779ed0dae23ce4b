#!/bin/sh
set -e
mkdir -p "$DATA/queue/processed" "$DATA/results"
case $1 in
web)
	python3 manage.py migrate --noinput -v 0
	python3 manage.py loaddata -v 0 start
	DJANGO_SUPERUSER_PASSWORD=secret python3 manage.py createsuperuser --noinput --username anna --email anna@news.test || true
	python3 -m celery -A newsroom worker --pool=solo --loglevel=warning &
	exec gunicorn --bind 127.0.0.1:18131 --worker-class gthread --workers 2 newsroom.wsgi
	;;
*) exec python3 manage.py "$@" ;;
esac
