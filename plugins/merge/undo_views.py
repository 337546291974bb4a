"""A merge that was made: what it did, and taking it back; and the list of all of them in Settings (spec E6)."""

from __future__ import annotations

from flask import Response, request, url_for

from plugins.merge import made, undoing
from plugins.merge.views import blueprint
from webapp.api import (
    Invalid,
    Refused,
    _,
    act,
    discard,
    ngettext,
    redirect_to,
    render,
    right,
    take_form,
    toast,
)

ANSWER = "answer."
LAST = 2**62


@blueprint.route("/merges/<int:id>")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """What was merged, when and by whom; and, for those who may, what taking it back would do."""
    return _page(id)


@blueprint.route("/merges/<int:id>/undo", methods=["POST"])
@right("contacts.manage")
def undo(id: int) -> Response:  # noqa: A002
    """Take it back, once. What was changed since is asked about first, on its page."""
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        found = undoing.undo(id, _answers())
    except (Invalid, Refused) as error:
        discard()
        return _page(id, error.status, error.message)
    name = found.main.name or found.main.sort_name
    toast(_("The merge is taken back: %(name)s and the others are contacts of their own again.", name=name))
    if gone := sum(found.gone.values()):
        toast(
            ngettext(
                "%(num)s line was removed or given to another contact since, and stays so.",
                "%(num)s lines were removed or given to other contacts since, and stay so.",
                gone,
            ),
            "info",
        )
    sending.address = url_for("contacts.file", id=found.main.id)
    return redirect_to(sending.address)


@blueprint.route("/settings/merges")
@right("contacts.manage")
def index() -> Response:
    """All merges, the newest first, page by page."""
    before = request.args.get("before", type=int)
    lines, last, users = made.listed(before if before is None else min(max(before, 0), LAST))
    return render(
        "merge/index.html",
        lines=lines,
        users=users,
        next_url=url_for("merge.index", before=last) if last else "",
        first_url=url_for("merge.index") if before is not None else "",
    )


def _answers() -> dict[str, str]:
    return {name.removeprefix(ANSWER): value for name, value in request.form.items() if name.startswith(ANSWER)}


def _page(merge_id: int, status: int = 200, message: str = "") -> Response:
    found = made.load(merge_id)
    can_undo = act().may("contacts.manage") and found.merge.undone_at is None
    told = made.undo_of(found, _answers()) if can_undo else None
    return render(
        "merge/show.html",
        status,
        made=found,
        undo=told,
        # What can't be done at all is said once.
        message="" if told and told.refused == message else message,
        answer=ANSWER,
    )
