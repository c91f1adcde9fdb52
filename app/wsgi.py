"""The web application for a WSGI server, such as `gunicorn -k gthread app.wsgi:app`."""

from app.main import create_app

app = create_app()
