"""A transaction outside of any request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy.orm import Session

from webapp.db import transaction, writes


@contextmanager
def unit(app: Flask, *, writing: bool = True) -> Iterator[Session]:
    """A transaction with a session of its own; one that only reads waits for no writer."""
    token = writes.set(writing)
    try:
        with app.app_context(), transaction() as session:
            yield session
    finally:
        writes.reset(token)
