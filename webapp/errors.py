"""What can go wrong, as a few exceptions: each carries a sentence that names the remedy.

Services raise them without knowing of HTTP; `webapp.errorpages` turns them into pages, fragments or JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class CarnetError(Exception):
    """Base of all expected errors. `message` is shown to the user as it is (already in their language)."""

    status = 500

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Refused(CarnetError):
    """A rule forbids it (409). The message says what to do next; `details` may hold `blockers`."""

    status = 409


class Stale(Refused):
    """Someone saved first (spec A5). `details`: `current` version number of the record."""


class Invalid(CarnetError):
    """Bad data (422). `errors` maps a field's name to one sentence."""

    status = 422

    def __init__(self, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message, errors=dict(errors or {}))
        self.errors = dict(errors or {})


class Unreadable(Invalid):
    """An address names a place that nobody gave out: made up, or of another list (400)."""

    status = 400


class Forbidden(CarnetError):
    """The user's role does not allow it (403, spec J1)."""

    status = 403


class Missing(CarnetError):
    """There is no such record, or none that this user may see (404)."""

    status = 404


class Gone(CarnetError):
    """It was here and may come back: a contact in the bin, for whoever may not look into it (410)."""

    status = 410


class BootError(CarnetError):
    """The deployment is wrong: start-up stops with this one line."""
