"""`carnet duplicates` (contract)."""

from __future__ import annotations

import csv
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

import click
from flask.cli import with_appcontext

from plugins.duplicates import scan, services
from webapp.api import Refused, _, acting, acting_as_system, ngettext, transaction

COLUMNS = ("id_a", "id_b", "score", "reasons")
AT_ONCE = 1_000
"""Pairs that are read together."""
AGAIN = 5
"""How often a step that met somebody else's work is tried once more."""


@click.command("duplicates")
@click.option("--output", type=click.Path(path_type=Path), help="Write the pairs to this CSV file, not to stdout.")
@click.option("--all", "whole", is_flag=True, help="Search the whole base, not only what is new.")
@with_appcontext
def duplicates(output: Path | None, whole: bool) -> None:
    """Find contacts that may be one and the same."""
    try:
        with acting(acting_as_system("job")):
            found = _search(whole)
            with output.open("w", encoding="utf-8", newline="") if output else nullcontext(sys.stdout) as target:
                number = _write(target)
    except Refused as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or output}: {error.strerror}.") from None
    told = ngettext("%(num)s possible double", "%(num)s possible doubles", number)
    contacts = ngettext("%(num)s contact", "%(num)s contacts", found.contacts)
    compared = ngettext("%(num)s pair compared", "%(num)s pairs compared", found.compared)
    click.echo(f"{told} ({contacts}, {compared}).", err=True)


def _search(whole: bool) -> scan.DoubleScan:
    """Run all steps of a search, each in a transaction of its own, under a progress bar."""
    with transaction():
        begun = scan.begin(whole=whole)
        scan_id, steps = begun.id, begun.steps
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=steps, label=_("Searching"), file=sys.stderr, hidden=hidden) as bar:
        for number in range(1, steps + 1):
            _step(scan_id, number)
            bar.update(1)
    return services.scan_by_id(scan_id)


def _step(scan_id: int, number: int) -> None:
    for _time in range(AGAIN):
        try:
            with transaction():
                scan.step(scan_id, number)
        except Refused as error:
            # What two transactions met over is over by now.
            if "constraint" not in error.details:
                raise
        else:
            return
    raise Refused(_("Others change the same contacts all the time: try again when there is less to do."))


def _write(target: TextIO) -> int:
    """Write the pairs as CSV, the most certain first; returns how many."""
    table = csv.writer(target)
    table.writerow(COLUMNS)
    number, after = 0, ""
    while True:
        page = services.pairs(after=after, limit=AT_ONCE)
        table.writerows(
            (one.low_id, one.high_id, f"{one.score / 100:.2f}", "; ".join(one.reasons)) for one in page.pairs
        )
        number, after = number + len(page.pairs), page.after
        if not after:
            return number
