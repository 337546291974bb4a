"""What happened to whom in matters of security: one line of JSON each, UTC, with ids and never values (ASVS 16.2).

`carnet run` lets them out on its standard error stream, where the deployment's own logging takes them up.
"""

from __future__ import annotations

import json
import logging
import sys

from webapp.db import now

log = logging.getLogger("carnet.audit")


def note(event: str, **ids: int | str | None) -> None:
    """Log an event; `ids` are ids and words of the program, never a name, an address, a password or a code."""
    log.info(json.dumps({"at": now().isoformat(timespec="milliseconds"), "event": event, **ids}))


def setup() -> None:
    """Let the lines out, whatever the server's own logging is set to."""
    if not log.handlers:
        log.addHandler(logging.StreamHandler(sys.stderr))
    log.setLevel(logging.INFO)
