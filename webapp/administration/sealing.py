"""Secrets that the base keeps: sealed by a key derived from the deployment's, so that a copy of the base tells none."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def _box(purpose: str) -> Fernet:
    """A key of its own for each purpose, so that nothing sealed for one opens as another."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"carnet {purpose}".encode())
    return Fernet(base64.urlsafe_b64encode(key.derive(str(current_app.config["SECRET_KEY"]).encode())))


def seal(text: str, purpose: str) -> str:
    """`text` as it may be stored; an empty text stays empty."""
    return _box(purpose).encrypt(text.encode()).decode() if text else ""


def unseal(sealed: str, purpose: str) -> str | None:
    """What was sealed; None where it can't be read, because the deployment's secret key has changed since."""
    if not sealed:
        return ""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        return None
