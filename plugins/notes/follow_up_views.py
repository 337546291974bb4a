"""The list "To follow up": whose, when, ticked off from the list, one or several at once (spec A7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.notes import days, following, services
from plugins.notes.following import ALL, MINE, FollowUps
from webapp.api import (
    Invalid,
    _,
    act,
    field_choices,
    ngettext,
    redirect_to,
    render,
    right,
    swap_target,
    toast,
    today,
    user_names,
)

blueprint = Blueprint("follow_ups", __name__)
TARGET = "list"
ACTIONS: dict[str, Callable[[list[int]], list[int]]] = {
    "tick_off": following.tick_off,
    "reopen": following.reopen,
    "postpone": lambda ids: following.postpone(ids, request.form.get("day", "")),
    "reassign": lambda ids: following.reassign(ids, request.form.get("user", "")),
}


@blueprint.route("/follow-ups")
@right("contacts.read")
def index() -> Response:
    """What is to be followed up, by whom and when as the address says: one's own unless told otherwise."""
    return _page(FollowUps.read(request.args))


def _page(query: FollowUps, status: int = 200, error: str = "") -> Response:
    found = following.page(query)
    number = following.count(query)
    people = {id_ for note, _contact in found.rows for id_ in (note.author_id, note.follow_up_user_id, note.done_by_id)}
    users = field_choices(services.BY_NAME["follow_up_user_id"])
    context: dict[str, Any] = {
        "query": query,
        "rows": found.rows,
        "count": number,
        "is_capped": number > following.CAP,
        "cap": following.CAP,
        "names": user_names(people),
        "today": today(),
        "tabs": [
            (when, label, _address(query.who, when))
            for when, label in [("", _("All")), *days.WHEN.items(), (days.DONE, _("Done"))]
        ],
        "who": [(MINE, _("Mine")), (ALL, _("Everyone’s")), *(one for one in users if one[0] != str(act().user_id))],
        "users": users,
        "is_done": query.when == days.DONE,
        "act_url": url_for("follow_ups.act_on", who=query.who, when=query.when or None, after=query.after or None),
        "next_url": _address(query.who, query.when, found.next) if found.next else "",
        "first_url": _address(query.who, query.when) if query.after else "",
        "error": error,
    }
    return render("notes/follow_ups.html", status, fragments={TARGET: "notes/_follow_ups.html"}, **context)


def _address(who: str, when: str, after: str = "") -> str:
    return url_for("follow_ups.index", who=who, when=when or None, after=after or None)


@blueprint.route("/follow-ups/act", methods=["POST"])
@right("contacts.edit")
def act_on() -> Response:
    """Tick off, open again, postpone or hand over: the one whose button it was, else those that are chosen."""
    query = FollowUps.read(request.args)
    name = "reopen" if request.form.get("reopen") else "tick_off" if request.form.get("one") else _action()
    ids = _numbers(request.form.getlist("reopen") or request.form.getlist("one") or request.form.getlist("ids"))
    if not ids or name not in ACTIONS:
        return _page(
            query, 422, error=_("Nothing is chosen: tick the lines first. Nothing chosen is never everything.")
        )
    try:
        done = ACTIONS[name](ids)
    except Invalid as error:
        return _page(query, 422, error=error.message)
    toast(_said(name, len(done)), undo=url_for("follow_ups.undo", ids=done) if name == "tick_off" and done else "")
    if swap_target() == TARGET:
        return _page(query)
    return redirect_to(_address(query.who, query.when))


@blueprint.route("/follow-ups/undo", methods=["POST"])
@right("contacts.edit")
def undo() -> Response:
    """Open again what was ticked off just now."""
    done = following.reopen(_numbers(request.args.getlist("ids")))
    toast(_said("reopen", len(done)))
    return redirect_to(url_for("follow_ups.index"))


def _action() -> str:
    return request.form.get("action", "")


def _numbers(texts: list[str]) -> list[int]:
    """Ids that were sent, a page of them at most."""
    return [int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) < 19][: following.PAGE]


def _said(name: str, number: int) -> str:
    if name == "tick_off":
        return ngettext("%(num)s follow-up is ticked off.", "%(num)s follow-ups are ticked off.", number)
    if name == "reopen":
        return ngettext("%(num)s follow-up is open again.", "%(num)s follow-ups are open again.", number)
    return ngettext("%(num)s follow-up is changed.", "%(num)s follow-ups are changed.", number)
