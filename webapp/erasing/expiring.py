"""What is kept for a term only is erased once that is over; plug-ins say what (spec D5)."""

from __future__ import annotations

from flask import Flask

from webapp.acting import acting, acting_as_system
from webapp.jobs.alone import unit
from webapp.registry import registry


def sweep(app: Flask) -> None:
    """Erase some of what is overdue, each plug-in's in a transaction of its own; called by a worker from time to time.

    Nobody's writing waits where there is nothing to do: whether there is, is asked first.
    """
    with app.app_context():
        known = [one for _plugin, one in registry().duties("erasures") if one.overdue is not None]
    for one in known:
        with unit(app, writing=False):
            is_due = one.overdue()
        if is_due:
            with unit(app), acting(acting_as_system("job")):
                one.expire()
