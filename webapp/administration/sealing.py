"""Secrets that the base keeps: sealed by a key derived from the deployment's, so that a copy of the base tells none."""

from __future__ import annotations

import base64
import hmac

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def _key(purpose: str) -> bytes:
    """A key of its own for each purpose, so that nothing sealed or signed for one is taken for another."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"carnet {purpose}".encode())
    return key.derive(str(current_app.config["SECRET_KEY"]).encode())


def _box(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(purpose)))


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


def sign(text: str, purpose: str) -> str:
    """`text` with a full stop and a signature behind it, which only this deployment can make; fit for an address."""
    made = hmac.digest(_key(purpose), text.encode(), "sha256")[:18]
    return f"{text}.{base64.urlsafe_b64encode(made).decode()}"


def unsign(signed: str, purpose: str) -> str | None:
    """What was signed; None for what anybody changed or made up. It takes as long whatever the difference is."""
    text = signed.rpartition(".")[0]
    return text if hmac.compare_digest(sign(text, purpose).encode(), signed.encode()) else None
