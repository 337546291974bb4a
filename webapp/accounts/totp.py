"""Time-based one-time passwords (RFC 6238, SHA-1, 30 seconds, 6 digits: what every authenticator app speaks)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import io
import secrets
import struct
from urllib.parse import quote

import segno

STEP = 30
DIGITS = 6
DRIFT = 1
"""How many steps a clock may be off, either way."""


def new_secret() -> str:
    """160 random bits, in the letters that apps and people can take."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, step: int) -> str:
    """The code of one step."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, code: str, at: dt.datetime) -> int | None:
    """The step that `code` is for, or None; what is typed may hold blanks. Each step may serve once (ASVS 6.5.1)."""
    typed = "".join(code.split())
    if len(typed) != DIGITS or not typed.isascii() or not typed.isdigit():
        return None
    present = int(at.timestamp()) // STEP
    try:
        fitting = [
            step
            for step in range(present - DRIFT, present + DRIFT + 1)
            if hmac.compare_digest(code_at(secret, step), typed)
        ]
    except binascii.Error:
        return None
    return fitting[-1] if fitting else None


def address(secret: str, account: str, issuer: str) -> str:
    """What the app reads from the picture."""
    label = quote(f"{issuer}:{account}")
    return f"otpauth://totp/{label}?secret={secret}&issuer={quote(issuer)}&algorithm=SHA1&digits={DIGITS}&period={STEP}"


def picture(text: str) -> tuple[int, str]:
    """A QR code as its side and the path of an SVG: no file, no style, nothing from elsewhere."""
    border = 4
    matrix = list(segno.make(text, error="m", micro=False).matrix)
    path = io.StringIO()
    for y, row in enumerate(matrix):
        for x, dark in enumerate(row):
            if dark:
                path.write(f"M{x + border} {y + border}h1v1h-1z")
    return len(matrix) + 2 * border, path.getvalue()


def in_groups(secret: str) -> str:
    """The secret in groups of four, for those who type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
