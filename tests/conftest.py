"""Carnet's own tests use the fixtures that plug-in authors get."""

pytest_plugins = ["webapp.testing"]
