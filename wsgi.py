"""Entry point for WSGI servers: `granian --interface wsgi wsgi:app`."""

from webapp import create_app

app = create_app()
