"""Answers that are made while they are sent, once the request itself is over."""

from __future__ import annotations

import contextvars
from collections.abc import Callable, Iterator
from typing import cast

from flask import Flask, current_app
from flask_babel import force_locale

from webapp.acting import act, acting
from webapp.shown import language


def made_while_sent(make: Callable[[], Iterator[bytes]]) -> Iterator[bytes]:
    """The pieces of `make()`, in the name and language of the request at hand, with a session of their own.

    They are made in a context of their own, so that nothing they set outlives a piece where the server goes on with
    other work in between, and an answer that nobody fetches to its end is closed wherever that is noticed.
    """
    app, who, locale = cast(Flask, current_app._get_current_object()), act(), language()  # type: ignore[attr-defined]

    def inside() -> Iterator[bytes]:
        with app.app_context(), acting(who), force_locale(locale):
            yield from make()

    context, made = contextvars.copy_context(), inside()

    def pieces() -> Iterator[bytes]:
        try:
            while (piece := context.run(next, made, None)) is not None:
                yield piece
        finally:
            context.run(made.close)  # type: ignore[attr-defined]

    return pieces()
