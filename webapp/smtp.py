"""Letters to a mail server by SMTP: how a server is written as an address, and how it is spoken to (spec J4).

`smtp://user:password@host:587?from=crm@firm.example` is encrypted by STARTTLS, `smtps://…` from the start. Without
encryption only where one says so (`?security=none`) or on this machine. No mail, address or password is ever logged.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from webapp.db import now

log = logging.getLogger("carnet.mail")
TIMEOUT = 10
"""Seconds that a server may take for each of its answers."""
LOCAL = ("localhost", "127.0.0.1", "::1")
Security = Literal["starttls", "tls", "none"]
PORTS: dict[Security, int] = {"tls": 465, "starttls": 587, "none": 25}


@dataclass(frozen=True, kw_only=True)
class Server:
    """A mail server and how to speak to it."""

    host: str
    port: int
    sender: str
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


def read_url(url: str, sender: str = "") -> Server:
    """The server that an address names; raises ValueError with what it should be like."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("the port must be a number") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("it begins with smtp:// or smtps:// and names a host")
    asked = parse_qs(parts.query)
    user = unquote(parts.username or "")
    sender = sender or asked.get("from", [""])[-1] or user
    try:
        sender = validate_email(sender, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        raise ValueError("it names the sender, as in ?from=crm@example.com") from None
    bare = asked.get("security") == ["none"] or (parts.hostname in LOCAL and "security" not in asked)
    security: Security = "tls" if parts.scheme == "smtps" else "none" if bare else "starttls"
    return Server(
        host=parts.hostname,
        port=port or PORTS[security],
        sender=sender,
        security=security,
        user=user,
        password=unquote(parts.password or ""),
    )


def in_ascii(address: str) -> str:
    """An address as every server takes it: its domain in IDNA. One that is no such address stays as it is."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).ascii_email or address
    except EmailNotValidError:
        return address


def letter(
    sender: str, to: str, subject: str, text: str, html: str, *, name: str = "", reply_to: str = ""
) -> EmailMessage:
    """A letter of text and HTML; raises ValueError where a line break would make a header (ASVS 1.3.11).

    One that has somebody to answer to (`reply_to`) comes from a person: it does not say that a program wrote it.
    """
    if any(sign in value for value in (sender, to, subject, name, reply_to) for sign in "\r\n\x00"):
        raise ValueError("a line break in a header")
    made = EmailMessage()
    made["From"] = Address(name or "Carnet", addr_spec=in_ascii(sender))
    made["To"] = Address(addr_spec=in_ascii(to))
    made["Subject"] = subject
    made["Date"] = format_datetime(now())
    made["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    if reply_to:
        made["Reply-To"] = Address(addr_spec=in_ascii(reply_to))
    else:
        made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    made.add_alternative(html, subtype="html")
    return made


def deliver(server: Server, to: str, subject: str, text: str, html: str, *, name: str = "", reply_to: str = "") -> bool:
    """Hand one letter to the server; False where that fails, with the kind of failure in the log."""
    try:
        made = letter(server.sender, to, subject, text, html, name=name, reply_to=reply_to)
        context = ssl.create_default_context()
        if server.security == "tls":
            connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        with connection:
            if server.security == "starttls":
                connection.starttls(context=context)
            if server.user and server.password:
                connection.login(server.user, server.password)
            connection.send_message(made)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # The text of such an error may hold addresses: its kind tells enough.
        log.warning("A mail could not be sent: %s.", type(error).__name__)
        return False
    return True
