"""Outgoing mail (spec J4). What can't be sent is shown to copy, so nothing waits for a mail server.

The server is the firm's own (Settings), else the deployment's (`CARNET_MAIL_URL`); `webapp.smtp` speaks to it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from flask import Flask, current_app

from webapp.administration.sealing import unseal
from webapp.administration.settings import setting
from webapp.aftercommit import after_commit
from webapp.db import transaction
from webapp.letters import Letter, in_html
from webapp.smtp import PORTS, Server, deliver, read_url

_POSTMEN = ThreadPoolExecutor(max_workers=2, thread_name_prefix="carnet-mail")
"""Who waits for the mail server. A process that ends lets its last mails out first."""
PASSWORD_PURPOSE = "mail password"  # noqa: S105 - what the firm's password for its mail server is sealed for


def server() -> Server | None:
    """The firm's mail server, else the deployment's; None where there is none."""
    sender = setting("mail.from")
    if setting("mail.host"):
        security = setting("mail.security")
        return Server(
            host=setting("mail.host"),
            port=setting("mail.port") or PORTS[security],
            sender=sender,
            security=security,
            user=setting("mail.user"),
            password=unseal(setting("mail.password"), PASSWORD_PURPOSE) or "",
        )
    url = current_app.config["CARNET"].mail_url
    return read_url(url, sender) if url else None


def can_send() -> bool:
    """Whether there is a mail server; without one callers show what would have been sent."""
    return server() is not None


def send(to: str, subject: str, text: str, locale: str = "") -> bool:
    """Send a mail now; False where there is no server or it refuses, so that the caller shows the text to copy.

    `locale` is the language that the text is in, where that isn't the request's.
    Call it when all else is done: what is rolled back afterwards has been written about all the same.
    """
    chosen = server()
    return chosen is not None and deliver(chosen, to, subject, text, in_html(subject, text, locale))


def send_later(to: str, subject: str, text: str, locale: str = "") -> None:
    """Send a mail once this transaction is committed, while nobody waits for it; never where it is undone.

    Who asks can't tell from the time it takes whether there was somebody to write to (ASVS 6.3.8).
    """
    if chosen := server():
        html = in_html(subject, text, locale)
        after_commit(lambda: _POSTMEN.submit(deliver, chosen, to, subject, text, html))


def send_letter_later(to: str, letter: Letter, refused: Callable[[], None] | None = None) -> None:
    """The same for what the firm writes to somebody outside.

    Where the server does not take it, `refused` notes that, in a transaction of its own: nobody waits for the answer.
    """
    if chosen := server():
        text, html = letter.text(), letter.html()
        name = letter.sender[0] if letter.sender else ""
        post = partial(deliver, chosen, to, letter.subject, text, html, name=name, reply_to=letter.reply_to)
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        after_commit(lambda: _POSTMEN.submit(_hand_over, app, post, refused))


def _hand_over(app: Flask, post: Callable[[], bool], refused: Callable[[], None] | None) -> None:
    if not post() and refused is not None:
        with app.app_context(), transaction():
            refused()
