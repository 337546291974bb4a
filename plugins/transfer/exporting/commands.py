"""`carnet export` (contract)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from plugins.transfer.exporting.services import Export, asked_for, of_one_moment
from webapp.api import (
    CarnetError,
    Invalid,
    ListQuery,
    _,
    acting,
    acting_as_system,
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
    default="all",
    show_default=True,
    help="Of a table: all, which can be imported again; shown, those of lists; or some, as in city,number,email.",
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
            export = asked_for(kind, columns, function)
            which = (False, True) if archived else (False,)
            lists = [ListQuery(function=function, q=query, archived=one) for one in which]
            click.echo(f"exported={_write(file, export, lists)}")
    except Invalid as error:
        if "columns" in error.errors:
            raise click.BadParameter(error.errors["columns"], param_hint="--columns") from None
        raise click.ClickException(error.message) from None
    except CarnetError as error:
        raise click.ClickException(error.message) from None
    except OSError as error:
        raise click.ClickException(_unwritable(file, error)) from None


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


def _unwritable(file: Path, error: OSError) -> str:
    """Why the file can't be written, by the name that was typed, and what to do."""
    folder = file.parent
    if not folder.is_dir():
        return _("%(file)s: there is no folder %(folder)s. Make it first, or name another.", file=file, folder=folder)
    if isinstance(error, PermissionError):
        return _("%(file)s: the folder %(folder)s may not be written to. Name another one.", file=file, folder=folder)
    return _("%(file)s: it can't be written (%(reason)s). Name another place.", file=file, reason=error.strerror)


def _bar(total: int) -> Any:
    return click.progressbar(length=total, label=_("Exporting"), file=sys.stderr, hidden=not sys.stderr.isatty())
