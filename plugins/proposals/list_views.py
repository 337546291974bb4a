"""The list of all proposals, and what is done to many of them: asked first, then a job (spec G1-G3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, Response, request, url_for
from flask_babel import format_decimal

from plugins.proposals import letter, listing, many, showing
from plugins.proposals.listing import ProposalQuery
from plugins.proposals.many import Action
from plugins.proposals.services import STATES
from webapp.api import (
    INLINE,
    Invalid,
    _,
    act,
    discard,
    load,
    only_asks,
    pgettext,
    redirect_to,
    render,
    right,
    run_job_here,
    safe_next,
    swap_target,
    take_form,
    user_names,
)

blueprint = Blueprint("proposal_list", __name__)
TABS = ("", "draft", "sent", "accepted", "declined", "expired", "withdrawn")
COLUMNS = ("title", "number", "contact", "state", "total", "valid_until")
"""Columns, those that the list is sorted by named as `listing.SORTS` has them."""


def arguments(query: ProposalQuery, **changes: Any) -> dict[str, Any]:
    """The address's arguments of this list, or of one that differs by `changes`, at its first page."""
    other = replace(query, after="", before="", **changes)
    told = {
        "q": other.q,
        "state": other.state,
        "contact": other.contact_id,
        "responsible": other.responsible_id,
        "sort": other.sort if other.sort != ProposalQuery.sort else "",
    }
    return {name: value for name, value in told.items() if value}


def address(query: ProposalQuery, **changes: Any) -> str:
    """The address of this list, or of one that differs by `changes`."""
    return url_for("proposal_list.index", **arguments(query, **changes))


def _here(query: ProposalQuery) -> str:
    """The address of the page at hand."""
    return _page(query, after=query.after, before="" if query.after else query.before)


def _place(query: ProposalQuery) -> str:
    """The list as forms carry it."""
    return urlencode(arguments(query))


@blueprint.route("/proposals", endpoint="index")
@right("contacts.read")
def index() -> Response:
    """All proposals, narrowed and sorted as the address says."""
    query = ProposalQuery.read(request.args)
    found = listing.page(query)
    count = listing.count(query)
    takes_all = request.args.get("select") == "all" and bool(found.rows)
    context: dict[str, Any] = {
        "query": query,
        "rows": found.rows,
        "looks": showing.looks([one for one, _contact in found.rows]),
        "count": count,
        "is_capped": count > listing.CAP,
        "cap": listing.CAP,
        "address": url_for("proposal_list.index"),
        "kept": arguments(query, q="").items(),
        "pairs": arguments(query).items(),
        "tabs": [(state, str(STATES[state]) if state else _("All"), address(query, state=state)) for state in TABS],
        "chips": _chips(query),
        "mine_url": _mine(query),
        "heads": _heads(query),
        "plain_url": url_for("proposal_list.index"),
        "previous_url": _page(query, before=found.previous) if found.previous else "",
        "next_url": _page(query, after=found.next) if found.next else "",
        "here": _here(query),
        "place": _place(query),
        "takes_all": takes_all,
        "actions": [one for one in many.ACTIONS.values() if act().may(one.right)],
        "count_url": url_for("proposal_list.count", **arguments(query)),
        "numbers": None if swap_target() == "list" else listing.numbers(),
        **showing.tools(),
    }
    return render("proposals/index.html", fragments={"list": "proposals/_list.html"}, **context)


def _page(query: ProposalQuery, *, after: str = "", before: str = "") -> str:
    return url_for("proposal_list.index", **arguments(query), after=after or None, before=before or None)


def _chips(query: ProposalQuery) -> list[tuple[str, str, str]]:
    """What else narrows the list: label, words, and the address without it."""
    chips = []
    if query.contact_id is not None:
        contact = load(query.contact_id)
        chips.append((_("Contact"), contact.name or contact.sort_name, address(query, contact_id=None)))
    if query.responsible_id is not None:
        name = user_names({query.responsible_id}).get(query.responsible_id, str(query.responsible_id))
        chips.append((_("Responsible"), name, address(query, responsible_id=None)))
    return chips


def _mine(query: ProposalQuery) -> str:
    """The address of one's own proposals in this list; empty where they are shown already, or nobody is signed in."""
    user_id = act().user_id
    return address(query, responsible_id=user_id) if user_id not in (None, query.responsible_id) else ""


def _heads(query: ProposalQuery) -> list[dict[str, str]]:
    labels = {
        "title": _("Title"),
        "number": _("Number"),
        "contact": _("Contact"),
        "state": _("State"),
        "total": _("Total with VAT"),
        "valid_until": _("Valid until"),
        "created": pgettext("proposal", "Created"),
    }
    heads = []
    for key, label in labels.items():
        is_by = query.sort.removeprefix("-") == key
        falls = query.sort.startswith("-")
        other = key if is_by and falls else f"-{key}"
        heads.append(
            {
                "key": key,
                "label": label,
                "url": address(query, sort=other) if key in listing.SORTS else "",
                "state": ("descending" if falls else "ascending") if is_by else "",
            }
        )
    return heads


@blueprint.route("/proposals/count")
@right("contacts.read")
def count() -> Response:
    """How many a list holds, so far as a job takes them: beside the list, or as a page of its own."""
    query = ProposalQuery.read(request.args)
    found = len(listing.ids(query, many.MOST + 1))
    return render(
        "proposals/count.html",
        fragments={"count": "proposals/_count.html"},
        count=found,
        is_capped=False,
        back=address(query),
    )


# --- Many at once -----------------------------------------------------------------------------------------


@blueprint.route("/proposals/actions", methods=["POST"])
@only_asks
@right("contacts.read")
def ask() -> Response:
    """Say what an action would do to how many of those chosen, and why not to the others."""
    action = many.find(request.form.get("action", ""))
    chosen = _chosen()
    return _preview(action, chosen, _moved(len(chosen)))


@blueprint.route("/proposals/actions/run", methods=["POST"])
@right("contacts.read")
def run() -> Response:
    """Do it, once: a job, whose page tells the result of each. Where the list has changed, ask again."""
    action = many.find(request.form.get("action", ""))
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    chosen = _chosen()
    if moved := _moved(len(chosen)):
        discard()
        return _preview(action, chosen, moved, 409)
    job = many.begin(action, chosen, letter.public_page("-").removesuffix("-"), _back())
    is_small = job.total <= INLINE
    if is_small:
        run_job_here(job)
    to_file = is_small and job.data.get("file") and job.done
    sending.address = url_for("jobs.file" if to_file else "jobs.show", id=job.id)
    return redirect_to(sending.address)


def _chosen() -> list[int]:
    """The ids of those chosen, in the order of the list; raises `Invalid` where there are none, or too many."""
    if request.form.get("all") == "1":
        query = ProposalQuery.read(dict(parse_qsl(request.form.get("in", ""))))
        found = listing.ids(query, many.MOST + 1)
    else:
        found = [
            int(one)
            for one in dict.fromkeys(request.form.getlist("ids"))
            if one.isascii() and one.isdecimal() and len(one) < 19
        ]
    if not found:
        raise Invalid(_("Nothing is chosen: tick the proposals first. Nothing chosen is never everything."))
    if len(found) > many.MOST:
        raise Invalid(_("At most %(most)s proposals are done at once: narrow the list.", most=many.MOST))
    return found


def _moved(number: int) -> str:
    """That the list holds another number than the user was told, if it does."""
    told = request.form.get("expected", "")
    if request.form.get("all") != "1" or told == str(number):
        return ""
    if not told.isdecimal():
        return _("Look at the number, then confirm: the list holds %(count)s.", count=format_decimal(number))
    return _(
        "The list has changed since: it held %(told)s then and holds %(count)s now. Look at it before you go on.",
        told=format_decimal(int(told[:18])),
        count=format_decimal(number),
    )


def _back() -> str:
    return safe_next(request.form.get("back")) or url_for("proposal_list.index")


def _preview(action: Action, chosen: Sequence[int], moved: str = "", status: int = 200) -> Response:
    looked = chosen[: many.LOOKED]
    groups = many.look(action, looked) if action.key != "export" else []
    held = sum(one.count for one in groups)
    is_all = request.form.get("all") == "1"
    fields = [("in", request.form.get("in", ""))]
    fields += [("all", "1"), ("expected", str(len(chosen)))] if is_all else [("ids", str(one)) for one in chosen]
    return render(
        "proposals/preview.html",
        status,
        action=action,
        title=action.title(len(chosen) - held),
        groups=groups,
        held=held,
        changing=len(chosen) - held,
        is_whole=len(looked) == len(chosen),
        looked=len(looked),
        moved=moved,
        fields=fields,
        as_job=len(chosen) > INLINE,
        back=_back(),
    )
