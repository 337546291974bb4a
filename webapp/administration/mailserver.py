"""The firm's own mail server (spec J4): set in Settings, and until then by `CARNET_MAIL_URL`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from webapp.acting import need
from webapp.administration import changes
from webapp.administration.sealing import seal, unseal
from webapp.administration.settings import setting
from webapp.contacts.values import check_email
from webapp.errors import Invalid
from webapp.history.services import Change
from webapp.i18n import _, _l
from webapp.mail import PASSWORD_PURPOSE
from webapp.plugin import Field

PAGE = "mail"
PLAIN_PORT = 25
"""What servers without encryption listen on; `webapp.mail` knows the two others."""
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")

FIELDS: tuple[Field, ...] = (
    Field(name="host", label=_l("Mail server"), max_length=253, hint=_l("Such as smtp.example.com")),
    Field(
        name="security",
        label=_l("Encryption"),
        kind="choice",
        required=True,
        choices=(
            ("starttls", _l("STARTTLS, usually port 587")),
            ("tls", _l("TLS from the start, usually port 465")),
            ("none", _l("None: only inside one's own network")),
        ),
    ),
    Field(name="port", label=_l("Port"), kind="integer", hint=_l("Left empty: the usual one")),
    Field(name="user", label=_l("User name there"), max_length=320, hint=_l("Left empty: without signing in")),
    Field(name="from", label=_l("Sender"), max_length=320, hint=_l("The address from which mail is sent")),
)


def save(values: Mapping[str, Any], password: str = "", version: int | None = None) -> dict[str, Change]:
    """Set the mail server by the settings' keys; an empty `password` keeps the one that is there.

    Raises `Invalid` for what can't work, also where the server changes and its password is not typed again: the
    one that is kept must not go to another server. Raises `Stale` where someone saved first.
    """
    need("settings")
    wanted = dict(values)
    errors = _errors(wanted, password)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    if wanted["mail.security"] == "none" and wanted["mail.port"] is None:
        wanted["mail.port"] = PLAIN_PORT
    if password:
        wanted["mail.password"] = seal(password, PASSWORD_PURPOSE)
    elif not wanted["mail.user"]:
        wanted["mail.password"] = ""
    return changes.save(PAGE, wanted, version)


def _errors(wanted: Mapping[str, Any], password: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    host, port = wanted["mail.host"], wanted["mail.port"]
    if host and not HOST.fullmatch(host):
        errors["host"] = _("This is not a server's name: write it like smtp.example.com, without more.")
    if port is not None and not 0 < port < 65_536:
        errors["port"] = _("A port lies between 1 and 65535: leave it empty for the usual one.")
    sender = wanted["mail.from"]
    if (host and not sender) or (sender and check_email(sender).warning):
        errors["from"] = _("Mail needs a sender: write it like name@example.com.")
    if len(password) > 500:
        errors["password"] = _("At most %(most)s characters.", most=500)
    moves = (host, wanted["mail.user"]) != (setting("mail.host"), setting("mail.user"))
    if moves and wanted["mail.user"] and setting("mail.password") and not password:
        errors["password"] = _("Server or user are others now: type the password for them.")
    if password and not wanted["mail.user"]:
        errors["user"] = _("A password needs the user name that it belongs to.")
    return errors


def has_password() -> bool:
    """Whether a password is kept."""
    return bool(setting("mail.password"))


def is_unreadable() -> bool:
    """Whether the kept password can't be opened: the deployment's secret key has changed since."""
    return unseal(setting("mail.password"), PASSWORD_PURPOSE) is None
