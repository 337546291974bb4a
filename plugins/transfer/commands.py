"""`carnet import` (contract)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import click
from flask.cli import with_appcontext

from plugins.transfer.imports import mapping_called
from plugins.transfer.matching import DEFAULT_KEYS, KEYS
from plugins.transfer.options import Options
from plugins.transfer.reading.opening import Reading, Unreadable, open_reading
from plugins.transfer.report import Report, write_refusals
from plugins.transfer.services import firm_words, import_rows
from webapp.api import Missing, _, acting, acting_as_system, ngettext

STOPPED = 130
"""How shells call the end by Ctrl-C."""


class Keys(click.ParamType[tuple[str, ...]]):
    """A comma list of what rows are matched by."""

    name = "keys"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[str, ...]:
        """The keys in their order; fails, naming the known ones."""
        if isinstance(value, tuple):
            return value
        keys = tuple(dict.fromkeys(one.strip() for one in value.split(",") if one.strip()))
        for one in keys:
            if one not in KEYS:
                self.fail(f"{one!r} is not one of {', '.join(KEYS)}.", param, ctx)
        if not keys:
            self.fail(f"Name one of {', '.join(KEYS)}.", param, ctx)
        return keys


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=click.Choice(["person", "company"]), help="What rows are that do not say it themselves.")
@click.option("--match", type=Keys(), default=",".join(DEFAULT_KEYS), show_default=True, help="; ".join(KEYS))
@click.option("--doubles", type=click.Choice(["create", "update", "skip"]), default="create", show_default=True)
@click.option("--mapping", help="The name of a saved mapping, by which the columns are read.")
@click.option("--encoding", help="Of a text, where it is not found out rightly: cp1252, utf-8, utf-16 …")
@click.option("--separator", help="Of the cells of a CSV file.")
@click.option("--sheet", help="The sheet of a workbook; the first with a known header unless told.")
@click.option("--header", type=click.IntRange(1), help="The line of the column names.")
@click.option("--dates", "order", type=click.Choice(["day", "month"]), help="What dates with slashes begin with.")
@click.option("--decimal", type=click.Choice([",", "."]), help="The decimal sign.")
@click.option("--country", help="Of phone numbers that are written without one, such as FR.")
@click.option("--rehearse", is_flag=True, help="Tell what would happen, change nothing.")
@click.option("--errors", type=click.Path(path_type=Path), help="Write the refused rows to this CSV file.")
@click.option("--strict", is_flag=True, help="Exit with 1 when a row was refused.")
@with_appcontext
def import_command(
    file: Path,
    kind: str | None,
    match: tuple[str, ...],
    doubles: Any,
    rehearse: bool,
    errors: Path | None,
    strict: bool,
    mapping: str | None,
    **told: Any,
) -> None:
    """Bring in contacts from a file: CSV, XLSX or vCard. How it is written is found out, or told."""
    options = Options(match=match, doubles=doubles, rehearse=rehearse)
    if errors is not None and errors.exists() and file.exists() and errors.samefile(file):
        raise click.BadParameter("This is the file to import: name another one.", param_hint="--errors")
    try:
        with acting(acting_as_system("import", file.name)), file.open("rb") as stream:
            if not stream.seekable():
                raise click.ClickException(
                    _("%(file)s can't be read more than once, as an import has to: save it to a file first.", file=file)
                )
            if errors is not None:
                _check_place(errors)
            if mapping:
                saved = mapping_called(mapping).mapping
                told = {**saved, **{name: value for name, value in told.items() if value is not None}}
            reading = open_reading(stream, file.name, kind=kind, **told, **firm_words())
            report = _import(reading, options, stream)
    except Missing as error:
        raise click.ClickException(error.message) from None
    except Unreadable as error:
        raise click.ClickException(f"{file.name}: {error.message.told(_)}") from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or file}: {error.strerror or error}.") from None
    _tell(report, rehearse)
    if errors is not None:
        _write(errors, reading, report)
    if report.stopped:
        raise click.exceptions.Exit(STOPPED)
    if strict and report.refused:
        raise click.exceptions.Exit(1)


class _Stopped(click.ClickException):
    """What went wrong after Ctrl-C."""

    exit_code = STOPPED


def _check_place(errors: Path) -> None:
    """Refuse a place for the refused rows that can't be written to before any row goes in."""
    was_there = errors.exists()
    try:
        errors.open("ab").close()
        if not was_there:
            errors.unlink()
    except OSError as error:
        text = _("%(file)s: it can't be written (%(reason)s). Name another place.", file=errors, reason=error.strerror)
        raise click.ClickException(text) from None


def _write(errors: Path, reading: Reading, report: Report) -> None:
    """The refused rows, after all is told: what went in is in, even where there is no room for them."""
    try:
        with errors.open("w", encoding="utf-8-sig", newline="") as target:
            write_refusals(target, reading.headers, report.refusals)
    except OSError as error:
        text = _(
            "%(file)s: the refused rows can't be written (%(reason)s). Name another place and import the same file "
            "again.",
            file=errors,
            reason=error.strerror or error,
        )
        raise (_Stopped if report.stopped else click.ClickException)(text) from None


def _import(reading: Reading, options: Options, stream: BinaryIO) -> Report:
    """Run it under a progress bar that counts the bytes read."""
    length = os.fstat(stream.fileno()).st_size
    with click.progressbar(length=length, label=_("Importing"), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        return import_rows(reading, options, progress=lambda _rows: bar.update(stream.tell() - bar.pos))


def _tell(report: Report, rehearsed: bool) -> None:
    """What to look at goes to stderr, line by line; the counts are the last line of stdout."""

    def say(text: str) -> None:
        click.echo(text, err=True)

    for refusal in report.refusals:
        say(_("Line %(line)s refused: %(reason)s", line=refusal.line, reason=refusal.reason))
    for remark in report.remarks:
        say(_("Line %(line)s: %(text)s", line=remark.line, text=remark.text))
    for double in report.likely:
        say(
            _("Line %(line)s: %(name)s may be a double of %(other)s (id %(id)s, %(reason)s).",
              line=double.line, name=double.name, other=double.other_name, id=double.other_id, reason=double.reason)
        )  # fmt: skip
    if report.ignored:
        say(_("Columns not used: %(columns)s", columns=", ".join(report.ignored)))
    if report.employers:
        say(
            ngettext(
                "%(num)s company was created because rows name it.",
                "%(num)s companies were created because rows name them.",
                report.employers,
            )
        )
    if report.stopped:
        say(_("Stopped: what is in stays. Import the same file again to go on."))
    if rehearsed:
        say(_("This was a rehearsal: nothing was changed."))
    click.echo(str(report))
