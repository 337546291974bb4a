"""The page on which a file of contacts is brought in; longer files go by `carnet import`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO, cast

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from plugins.transfer.options import Options
from plugins.transfer.reading.opening import Reading, Unreadable, open_reading
from plugins.transfer.services import firm_words, import_rows
from webapp.api import Invalid, _, act, acting, clean, render, right

blueprint = Blueprint("transfer", __name__)
MOST_BYTES = 5 * 1024 * 1024
MOST_ROWS = 5000
"""What one request brings in while its sender waits."""
SHOWN = 200
"""Lines of one kind on the page; how many more there are is said."""
NAME = 120


@blueprint.route("/import", methods=["GET", "POST"])
@right("contacts.manage")
def import_file() -> Response:
    """Choose a file; bring it in, or only rehearse; what became of its rows (spec H1-H3)."""
    if request.method == "GET":
        return render("transfer/import.html", error="", given={}, most_rows=MOST_ROWS)
    sent = request.files.get("file")
    given = {name: request.form.get(name, "") for name in ("kind", "doubles", "do")}
    try:
        if sent is None or not sent.filename:
            raise Invalid(_("Choose the file to import."))
        reading = _read(sent, given["kind"])
    except Unreadable as error:
        return render("transfer/import.html", 422, error=error.message.told(_), given=given, most_rows=MOST_ROWS)
    except Invalid as error:
        return render("transfer/import.html", 422, error=error.message, given=given, most_rows=MOST_ROWS)
    name = _bare_name(sent.filename)
    options = Options(
        doubles=given["doubles"] if given["doubles"] in ("update", "skip") else "create",  # type: ignore[arg-type]
        rehearse=given["do"] == "rehearse",
    )
    with acting(replace(act(), way="import", source=name)):
        report = import_rows(reading, options, commits=False)
    return render(
        "transfer/result.html", name=name, reading=reading, report=report, rehearsed=options.rehearse, shown=SHOWN
    )


def _read(sent: FileStorage, kind: str) -> Reading:
    """The file, where it is not too large to wait for; raises `Invalid` or `Unreadable`."""
    stream = sent.stream
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size <= MOST_BYTES:
        reading = open_reading(
            cast(BinaryIO, stream), kind=kind if kind in ("person", "company") else None, **firm_words()
        )
        if reading.total <= MOST_ROWS:
            return reading
    raise Invalid(
        _(
            "This file is too large to import here: at most %(rows)s rows and %(size)s MB. Divide it, or ask who runs "
            "the server to import it by the command “carnet import”.",
            rows=MOST_ROWS,
            size=MOST_BYTES // 1024 // 1024,
        )
    )


def _bare_name(given: str) -> str:
    """The file's name without folders, as browsers of any system send it."""
    return clean(PureWindowsPath(PurePosixPath(given).name).name)[:NAME]
