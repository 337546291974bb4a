"""The pages of an import: the file, its columns, the rehearsal, the import and the way back (spec H1-H3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from flask import Blueprint, Flask, Response, abort, current_app, request, url_for
from flask_babel import force_locale

from plugins.transfer import imports, listing, mapping, mending, rehearsing, running, storing
from plugins.transfer.models import Import
from webapp.api import (
    Field,
    Invalid,
    Job,
    _,
    _l,
    announce,
    db,
    discard,
    field_choices,
    language,
    ngettext,
    redirect_to,
    render,
    right,
    swap_target,
    take_form,
    takes_files,
    toast,
    unit,
    user_names,
)

blueprint = Blueprint("transfer", __name__)
REQUEST = storing.LARGEST + storing.MEGABYTE
COUNTRY = Field(name="country", label=_l("Country"), kind="country")
ENCODINGS = ("utf-8", "cp1252", "utf-16", "latin-1", "mac_roman")
SEPARATORS = ((";", _l("semicolon")), (",", _l("comma")), ("\t", _l("tab")), ("|", _l("bar")))
DECISIONS = {
    "create": _l("Create all the same"),
    "update": _l("Unite with the contact that is there"),
    "skip": _l("Skip"),
}
PROGRAMS = {
    "google": "Google",
    "outlook": "Outlook",
    "apple": "Apple",
    "thunderbird": "Thunderbird",
    "hubspot": "HubSpot",
    "weclapp": "weclapp",
    "odoo": "Odoo",
    "dolibarr": "Dolibarr",
}
FRAGMENTS = {
    "import": "transfer/_import.html",
    "import-counts": "transfer/_counts.html",
    "import-actions": "transfer/_actions.html",
}
CHANGED = "carnet-import"
"""What the page hears once a row has changed: its counts are fetched anew."""


@blueprint.route("/import")
@right("contacts.manage")
def import_file() -> Response:
    """Choose a file; the imports there were, the newest first."""
    return _start_page()


def _start_page(status: int = 200, error: str = "") -> Response:
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) < 19):
        abort(400)
    found = imports.page(int(before) if before else None)
    page = found[: imports.PAGE]
    return render(
        "transfer/start.html",
        status,
        error=error,
        imports=page,
        counts=listing.outcomes_of(page),
        undoing=running.undoings_of(page),
        names=user_names({one.user_id for one in page}),
        mappings=imports.mappings(),
        largest=storing.LARGEST // storing.MEGABYTE,
        most_rows=imports.MOST_ROWS,
        accepted=",".join(storing.ENDINGS),
        next_url=url_for("transfer.import_file", before=page[-1].id) if len(found) > len(page) else "",
        first_url=url_for("transfer.import_file") if before else "",
    )


@blueprint.route("/import", methods=["POST"])
@takes_files(REQUEST)
@right("contacts.manage")
def upload() -> Response:
    """Take a file in; its columns are looked at next."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _start_page(422, _("Choose the file to import."))
    sending = take_form([*request.form.items(multi=True), ("name", sent.filename)])
    if sending.address:
        return redirect_to(sending.address)
    try:
        made = imports.take_in(cast(BinaryIO, sent.stream), sent.filename)
    except Invalid as error:
        discard()
        return _start_page(422, error.message)
    sending.address = url_for("transfer.columns", id=made.id)
    return redirect_to(sending.address)


@blueprint.route("/import/<int:id>")
@right("contacts.manage")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """An import as far as it is: its columns, its rehearsal, or what has become of its rows."""
    one = imports.load(id)
    if one.rehearsal_id is None and one.job_id is None:
        return redirect_to(url_for("transfer.columns", id=id))
    return _rows_page(one)


def _rows_page(one: Import, status: int = 200, **more: Any) -> Response:
    show_, after = request.args.get("show", ""), request.args.get("after", "")
    if not listing.known(show_) or (after and not (after.isascii() and after.isdecimal() and len(after) < 10)):
        abort(400)
    undo = running.undoing_of(one)
    job = undo or db.session.get(Job, one.job_id or one.rehearsal_id or 0)
    at_work = job is not None and job.state in imports.AT_WORK
    page = listing.Page(rows=()) if at_work else listing.page_of(one, show_, int(after or 0))
    kept: dict[str, Any] = {"show": show_ or None}
    return render(
        "transfer/import.html",
        status,
        fragments=FRAGMENTS,
        job=job,
        undo=undo,
        at_work=at_work,
        summary=listing.summary_of(one),
        rows=page.rows,
        show=show_,
        way_back=running.way_back(one) if one.job_id is not None else "",
        next_url=url_for("transfer.show", id=one.id, after=page.next, **kept) if page.next else "",
        first_url=url_for("transfer.show", id=one.id, **kept) if after else "",
        here=url_for("transfer.show", id=one.id, **kept),
        **_of(one),
        **more,
    )


def _of(one: Import) -> dict[str, Any]:
    """What each page of an import shows of it."""
    reading = None
    error = ""
    if one.erased_at is None:
        try:
            reading = imports.reading_of(one)
        except Invalid as problem:
            error = problem.message
    return {
        "one": one,
        "reading": reading,
        "unreadable": error,
        "may_change": imports.may_change(one) and one.erased_at is None,
        "shown": mapping.shown_columns(reading) if reading is not None else [],
        "offered": mending.OFFERED,
        "separators": dict(SEPARATORS),
        "matches": mapping.MATCHES,
        "match_words": [mapping.MATCHES[key] for key in one.match],
        "decisions": DECISIONS,
        "programs": PROGRAMS,
        "field_label": mapping.field_label,
    }


@blueprint.route("/import/<int:id>/file", methods=["GET", "POST"])
@right("contacts.manage")
def form(id: int) -> Response:  # noqa: A002
    """How the file is read: found out, shown, and changed."""
    one = imports.load(id)
    error = ""
    if request.method == "POST":
        try:
            imports.set_form(id, {**one.form, **_told()})
        except Invalid as problem:
            discard()
            one, error = imports.load(id), problem.message
        else:
            return redirect_to(url_for("transfer.columns", id=id))
    context = _of(one)
    sheets = [(name, name) for name in context["reading"].sheets] if context["reading"] is not None else []
    return render("transfer/form.html", 422 if error else 200, error=error, sheets=sheets, **context)


def _told() -> dict[str, Any]:
    """How the form says that the file is read; what it leaves out is found out."""
    told: dict[str, Any] = {name: request.form.get(name, "") for name in ("encoding", "separator", "decimal", "order")}
    told["sheet"] = request.form.get("sheet", "")
    header = request.form.get("header", "")
    told["header"] = int(header) if header.isascii() and header.isdecimal() and len(header) < 6 else None
    if told["encoding"] not in ENCODINGS:
        told["encoding"] = ""
    if told["separator"] not in dict(SEPARATORS):
        told["separator"] = ""
    if told["decimal"] not in (",", "."):
        told["decimal"] = ""
    if told["order"] not in ("day", "month"):
        told["order"] = ""
    return told


@blueprint.route("/import/<int:id>/columns", methods=["GET", "POST"])
@right("contacts.manage")
def columns(id: int) -> Response:  # noqa: A002
    """What the columns hold; saving it rehearses."""
    one = imports.load(id)
    wanted, name, error = mapping.kept(one), one.mapping_name, ""
    if request.method == "POST":
        wanted, name = mapping.read(request.form, one), request.form.get("save_as", "")
        try:
            imports.set_mapping(id, wanted, name)
            rehearsing.rehearse(id)
        except Invalid as problem:
            discard()
            one, error = imports.load(id), problem.message
        else:
            return redirect_to(url_for("transfer.show", id=id))
    context = _of(one)
    reading = context["reading"]
    return render(
        "transfer/columns.html",
        422 if error else 200,
        error=error or context["unreadable"],
        columns=mapping.columns(reading, one.guessed, wanted.columns) if reading is not None else [],
        sections=mapping.sections(),
        codes=mapping.codes(),
        constants=mapping.constants(wanted),
        wanted=wanted,
        name=name,
        countries=field_choices(COUNTRY),
        **context,
    )


@blueprint.route("/import/<int:id>/rows/<int:number>", methods=["GET", "POST"])
@right("contacts.manage")
def row(id: int, number: int) -> Response:  # noqa: A002
    """A row: all its cells, to be mended, and what is to be done with it."""
    one = imports.load(id)
    if request.method == "POST":
        cells = {
            int(at): text
            for name, text in request.form.items()
            if name.startswith("c.") and (at := name.removeprefix("c.")).isdecimal() and len(at) < 5
        }
        if cells and "decide" not in request.form:
            mending.mend(id, number, cells)
        if "decision" in request.form:
            found = mending.row_of(one, number)
            decision = request.form["decision"]
            mending.decide(id, number, decision if decision in mending.OFFERED.get(found.plan, ()) else "")
        if not swap_target().startswith("row-"):
            return redirect_to(
                url_for("transfer.show", id=id, show=request.form.get("show") or None) + f"#row-{number}"
            )
        announce(CHANGED)
    context = _of(one)
    found = mending.row_of(one, number)
    here = url_for("transfer.show", id=id, show=request.form.get("show") or None)
    return render(
        "transfer/row.html",
        fragments={f"row-{number}": "transfer/_row.html"},
        row=found,
        here=here,
        show=request.form.get("show", ""),
        **context,
    )


@blueprint.route("/import/<int:id>/decide", methods=["POST"])
@right("contacts.manage")
def decide(id: int) -> Response:  # noqa: A002
    """Decide the same for all rows of a kind."""
    plan = request.form.get("plan", "")
    many = mending.decide_all(id, plan, request.form.get("decision", ""))
    toast(ngettext("Decided for %(num)s row.", "Decided for %(num)s rows.", many))
    return redirect_to(url_for("transfer.show", id=id, show=plan))


@blueprint.route("/import/<int:id>/start", methods=["POST"])
@right("contacts.manage")
def start(id: int) -> Response:  # noqa: A002
    """Import; asked for twice it runs once."""
    running.start(id)
    return redirect_to(url_for("transfer.show", id=id))


@blueprint.route("/import/<int:id>/undo", methods=["POST"])
@right("contacts.manage")
def undo(id: int) -> Response:  # noqa: A002
    """Take the whole import back."""
    running.take_back(id)
    return redirect_to(url_for("transfer.show", id=id))


@blueprint.route("/import/<int:id>/discard", methods=["POST"])
@right("contacts.manage")
def remove(id: int) -> Response:  # noqa: A002
    """Remove a file that was not imported."""
    imports.discard_import(id)
    toast(_("The file is removed: nothing of it was imported."))
    return redirect_to(url_for("transfer.import_file"))


@blueprint.route("/import/mappings/<int:id>/remove", methods=["POST"])
@right("contacts.manage")
def forget_mapping(id: int) -> Response:  # noqa: A002
    """Forget a saved mapping."""
    imports.remove_mapping(id)
    return redirect_to(url_for("transfer.import_file"))


@blueprint.route("/import/<int:id>/refused.csv")
@right("contacts.manage")
def refused(id: int) -> Response:  # noqa: A002
    """The refused rows in their own columns, with the reason, sent while they are read."""
    imports.load(id)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    locale = language()

    def lines() -> Iterator[str]:
        after: int | None = 0
        while after is not None:
            with unit(app, writing=False), force_locale(locale):
                text, after = listing.refused_lines(imports.find(id), after)
            yield text

    answer = Response(lines(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=carnet-import-{id}.csv"
    answer.headers["Cache-Control"] = "no-store"
    return answer
