"""The page on which a list is exported: downloaded at once, by a job where it is long (spec H4)."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for

from plugins.transfer.exporting.mass import COLUMNS_FIELD, FORMAT_FIELD
from plugins.transfer.exporting.services import Export, columns_of, of_one_moment
from webapp.api import (
    Invalid,
    ListPlace,
    MassActions,
    Selection,
    made_while_sent,
    now,
    redirect_to,
    registry,
    render,
    right,
)

blueprint = Blueprint("exporting", __name__, url_prefix="/contacts/export")
AT_ONCE = 20_000
"""Contacts of a list that is downloaded while it is read; a longer one keeps nobody waiting."""


@blueprint.route("")
@right("contacts.read")
def choose() -> Response:
    """Choose the kind of file and the columns for a list, named by `in` as everywhere."""
    return _page(ListPlace.meant(request.args.get("in", "all")))


@blueprint.route("/file")
@right("contacts.read")
def download() -> Response:
    """The list as a file, sent while it is read; of the kind `format`, with `columns` (shown, all)."""
    place = ListPlace.meant(request.args.get("in", "all"))
    try:
        export = _export(place, request.args.get("format", ""), request.args.get("columns", ""))
    except Invalid as error:
        return _page(place, 422, error.errors)
    return streamed(export, [place.query.ids()])


@blueprint.route("", methods=["POST"])
@right("contacts.read")
def start() -> Response:
    """Make the file by a job, and go to its page."""
    place = ListPlace.meant(request.form.get("in", "all"))
    values = {name: request.form.get(name, "") for name in ("format", "columns")}
    try:
        _export(place, **values)
    except Invalid as error:
        return _page(place, 422, error.errors)
    selection = Selection(query=place.query, place=place.text())
    job = registry().service(MassActions).start("export", selection, values)
    return redirect_to(url_for("jobs.show", id=job.id))


def _export(place: ListPlace, format: str, columns: str) -> Export:  # noqa: A002
    function, keys = columns_of(place.text(), columns)
    return Export.of(format, columns, function, keys)


def _page(place: ListPlace, status: int = 200, errors: dict[str, str] | None = None) -> Response:
    count = place.query.total()
    service = registry().service(MassActions)
    is_long = count > AT_ONCE and any(one.key == "export" for one in service.offers())
    return render(
        "transfer/export.html",
        status,
        place=place,
        count=count,
        is_long=is_long,
        fields=(FORMAT_FIELD, COLUMNS_FIELD),
        values={"format": "csv", "columns": "shown", **request.values.to_dict()},
        errors=errors or {},
    )


def streamed(export: Export, selects: list[object]) -> Response:
    """The file as an answer that is sent while it is read."""
    answer = Response(made_while_sent(lambda: of_one_moment(export, selects)), mimetype=export.format.media_type)
    name = f"carnet-{now():%Y-%m-%d}.{export.format.ending}"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
