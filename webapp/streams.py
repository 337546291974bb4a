"""Standard streams that were closed before the program began."""

from __future__ import annotations

import os
import sys


def open_closed() -> None:
    """Give what is told to a closed stream, as cron and supervisors start programs, to nobody.

    Without it nothing can be asked of that stream, and the next file that is opened gets its number: what
    a library writes there would go into the database.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 - open as long as the program runs
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)
