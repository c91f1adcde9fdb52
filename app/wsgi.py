"""The web application for a WSGI server: `granian --interface wsgi app.wsgi:app`."""

from app.main import create_app

app = create_app()
