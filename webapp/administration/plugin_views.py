"""Settings › Plug-ins: what is installed, switching it, and what packages that are gone have left behind (spec I1)."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file, url_for
from flask.typing import ResponseReturnValue

from webapp.administration import changes, orphans, switching
from webapp.administration.told import told
from webapp.db import discard, now
from webapp.errors import Invalid, Refused
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.lists.views import responsible_names
from webapp.registry import registry
from webapp.security import right

blueprint = Blueprint("plugins", __name__)


@blueprint.route("/settings/plugins")
@right("settings")
def index() -> Response:
    """All of them with their states."""
    return _index()


def _index(status: int = 200, message: str = "") -> Response:
    rows = switching.overview()
    entries = changes.last(switching.PAGE)
    labels = {one.name: one.label for one in rows}
    users = responsible_names({one.user_id for one in entries})
    return render(
        "administration/plugins.html",
        status,
        rows=rows,
        orphans=orphans.orphans(),
        message=message,
        changes=told(entries, users, subjects=labels),
    )


@blueprint.route("/settings/plugins/<name>")
@right("settings")
def show(name: str) -> Response:
    """One of them: what it brings, what vanishes when it is switched off, and what stays."""
    return _show(name)


def _show(name: str, status: int = 200, message: str = "") -> Response:
    plugin = switching.find(name)
    row = next(one for one in switching.overview() if one.name == name)
    return render(
        "administration/plugin.html",
        status,
        plugin=plugin,
        row=row,
        requires=[registry().installed[one].label for one in plugin.requires],
        vanishes=switching.vanishes(plugin),
        stays=switching.stays(plugin, row.kept),
        message=message,
    )


@blueprint.route("/settings/plugins/<name>/switch", methods=["POST"])
@right("settings")
def switch(name: str) -> Response:
    """Switch it on, or off."""
    on = request.form.get("on") == "1"
    plugin = switching.find(name)
    try:
        switching.switch(name, on)
    except Refused as error:
        discard()
        return _show(name, 409, error.message)
    if on:
        toast(_("“%(name)s” is switched on: all is back.", name=plugin.label))
    else:
        # The way back is the other switch, which says what it needs.
        toast(_("“%(name)s” is switched off. Its data stays, and stays guarded.", name=plugin.label))
    return redirect_to(url_for("plugins.index"))


@blueprint.route("/settings/plugins/<name>/export")
@right("settings")
def export(name: str) -> ResponseReturnValue:
    """All rows that it keeps, as a ZIP."""
    return send_file(
        orphans.export(name),
        mimetype="application/zip",
        as_attachment=True,
        download_name=f"carnet-{name}-{now():%Y-%m-%d}.zip",
        max_age=0,
    )


@blueprint.route("/settings/plugins/<name>/purge", methods=["GET", "POST"])
@right("settings")
def purge(name: str) -> Response:
    """Ask for its name, then delete all that it keeps."""
    orphan = orphans.find(name)
    if request.method == "GET":
        return _purge(orphan)
    typed = request.form.get("confirm", "")
    try:
        orphans.purge(name, typed)
    except Invalid as error:
        discard()
        return _purge(orphans.find(name), 422, errors=error.errors, typed=typed)
    except Refused as error:
        discard()
        return _purge(orphans.find(name), 409, message=error.message, typed=typed)
    toast(_("All data of “%(name)s” is deleted.", name=name))
    return redirect_to(url_for("plugins.index"))


def _purge(
    orphan: orphans.Orphan,
    status: int = 200,
    *,
    errors: dict[str, str] | None = None,
    message: str = "",
    typed: str = "",
) -> Response:
    return render(
        "administration/plugin_purge.html",
        status,
        orphan=orphan,
        most=switching.MOST,
        errors=errors or {},
        message=message,
        typed=typed,
    )
