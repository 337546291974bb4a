"""`carnet export` (contract)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from plugins.transfer.exporting.services import Export, columns_of, of_one_moment
from webapp.api import (
    CarnetError,
    ListQuery,
    _,
    acting,
    acting_as_system,
    registry,
)

ENDINGS = {"csv": "csv", "xlsx": "xlsx", "vcf": "vcf", "json": "json"}
"""Kinds of files by what their names end with."""


@click.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--function", default="", help="Only contacts with this function, such as customer.")
@click.option("--query", default="", help="Only what this search finds.")
@click.option("--archived", is_flag=True, help="Archived contacts as well.")
@click.option(
    "--columns",
    type=click.Choice(["all", "shown"]),
    default="all",
    show_default=True,
    help="Of a table: all, which can be imported again, or those that lists show.",
)
@click.option("--vcard", type=click.Choice(["3.0", "4.0"]), default="3.0", show_default=True, help="Which vCards.")
@with_appcontext
def export_command(file: Path, function: str, query: str, archived: bool, columns: str, vcard: str) -> None:
    """Write contacts into a CSV, XLSX, vCard (vcf) or JSON file, by the ending of its name."""
    kind = ENDINGS.get(file.suffix.removeprefix(".").lower())
    if kind is None:
        raise click.BadParameter(
            f"The name must end with {', '.join(f'.{one}' for one in ENDINGS)}.", param_hint="FILE"
        )
    kind = "vcf4" if (kind, vcard) == ("vcf", "4.0") else kind
    try:
        with acting(acting_as_system("job")):
            if function and not registry().is_function_enabled(function):
                known = ", ".join(one.key for one in registry().functions())
                raise click.ClickException(_("No contact function is called so; there are: %(known)s.", known=known))
            _function, shown = columns_of(function or "all", columns)
            which = (False, True) if archived else (False,)
            lists = [ListQuery(function=function, q=query, archived=one) for one in which]
            click.echo(f"exported={_write(file, Export.of(kind, columns, function, shown), lists)}")
    except CarnetError as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror}.") from None


def _write(file: Path, export: Export, lists: list[ListQuery]) -> int:
    """All of it, or the file is as it was before; returns how many contacts it holds."""
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    number = 0
    try:
        with part.open("xb") as target, _bar(sum(one.total() for one in lists)) as bar:

            def told(some: int) -> None:
                nonlocal number
                number += some
                bar.update(some)

            for piece in of_one_moment(export, (one.ids() for one in lists), told):
                target.write(piece)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return number


def _bar(total: int) -> Any:
    return click.progressbar(length=total, label=_("Exporting"), file=sys.stderr, hidden=not sys.stderr.isatty())
