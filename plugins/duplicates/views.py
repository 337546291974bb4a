"""Review possible doubles: pairs in a list, one side by side, and what is decided about it, all by plain forms (E8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from plugins.duplicates import services, showing
from plugins.duplicates.services import Found
from webapp.api import (
    Invalid,
    Merging,
    Missing,
    Refused,
    _,
    act,
    discard,
    load,
    redirect_to,
    registry,
    render,
    right,
    swap_target,
    toast,
    user_names,
)

blueprint = Blueprint("duplicates", __name__)
MERGE = "m"
"""What a note of the last decision begins with where that was a merge; else it is the pair's id."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """What an address of the review says: which tab and page of it, of which contact, which pair is looked at.

    `last` is what was decided last, so that it can be taken back: `12-open` (pair 12 was open before) or `m5-12` (merge
    5 of pair 12). `merging`: whether the pair is about to be merged.
    """

    state: str = "open"
    contact: int | None = None
    after: str = ""
    pair: int | None = None
    last: str = ""
    merging: bool = False

    @classmethod
    def read(cls) -> Place:
        """What the request says, be it an address or a form."""
        sent = request.values
        return cls(
            state=sent.get("state", "open"),
            contact=_number(sent.get("contact", "")),
            after=sent.get("after", ""),
            pair=_number(sent.get("pair", "")),
            last=sent.get("last", "")[:40],
            merging=sent.get("merging") == "1",
        )

    def arguments(self) -> dict[str, Any]:
        """What an address has to say of it."""
        told = {
            "state": "" if self.state == "open" else self.state,
            "contact": self.contact,
            "after": self.after,
            "pair": self.pair,
            "last": self.last,
            "merging": int(self.merging),
        }
        return {name: value for name, value in told.items() if value}

    def url(self, **other: Any) -> str:
        """Where it is looked at, or another place beside it."""
        return url_for("duplicates.index", **replace(self, **other).arguments())

    def action(self, endpoint: str, **values: Any) -> str:
        """Where something is done from here, so that the answer leads back here."""
        kept = replace(self, pair=None, last="", merging=False).arguments()
        return url_for(f"duplicates.{endpoint}", **kept, **values)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 and int(text) else None


@blueprint.route("/duplicates")
@right("contacts.read")
def index() -> Response:
    """Pairs of a tab, one of them side by side. While a search is at work, its progress asks for itself anew."""
    if swap_target() == "standing":
        return render("duplicates/_standing.html", **_standing())
    return _page(Place.read(), announced=True)


def _page(place: Place, status: int = 200, **more: Any) -> Response:
    """The review; an address that is no more what it was is answered by what there is now."""
    found = services.pairs(place.state, after=place.after, of=place.contact)
    groups = showing.grouped(found.pairs)
    listed = [one for group in groups for one in group.pairs]
    chosen = _chosen(place.pair, listed)
    ids = {one for pair in (*listed, *filter(None, [chosen])) for one in pair.ids}
    context: dict[str, Any] = {
        "place": replace(place, pair=chosen.id if chosen else None),
        "groups": groups,
        "names": showing.named(ids),
        "counts": services.counts(place.contact),
        "counted": services.COUNTED,
        "chosen": chosen,
        "next_url": place.url(after=found.after, pair=None, last="", merging=False) if found.after else "",
        "first_url": place.url(after="", pair=None, last="", merging=False) if place.after else "",
        "of_contact": load(place.contact) if place.contact else None,
        "position": _position(place, chosen, listed),
        "take_back": _take_back(place),
        "announced": False,
        **(_beside(place, chosen) if chosen else {}),
    }
    # The part that is swapped stands below how things stand; what an empty tab says follows from it.
    if swap_target() != "review" or not groups:
        context |= _standing()
    return render("duplicates/index.html", status, fragments={"review": "duplicates/_review.html"}, **(context | more))


def _chosen(pair_id: int | None, listed: Sequence[Found]) -> Found | None:
    """The pair that is looked at: the one asked for, be it on another page, else the first."""
    first = listed[0] if listed else None
    if pair_id is None:
        return first
    on_page = next((one for one in listed if one.id == pair_id), None)
    if on_page is not None:
        return on_page
    try:
        return services.pair(pair_id)
    except Missing:
        return first


def _position(place: Place, chosen: Found | None, listed: Sequence[Found]) -> int:
    """Which one of all it is; 0 where that is not known without counting."""
    return listed.index(chosen) + 1 if chosen in listed and not place.after else 0


def _beside(place: Place, chosen: Found) -> dict[str, Any]:
    """The pair side by side, and what can be done with it."""
    both = showing.contacts_of(chosen)
    merging = registry().service(Merging)
    merge_url = merging.address(list(chosen.ids)) if act().may("contacts.manage") else ""
    decided_at, decided_by = services.decision(chosen.id)
    is_merging = place.merging and bool(merge_url) and chosen.state != "apart"
    return {
        "both": both,
        "lines": showing.beside(chosen, both),
        "certainty": showing.sure(chosen.score) if chosen.score else _("Kept apart by hand"),
        "decided_at": decided_at,
        "decided_by": user_names({decided_by}).get(decided_by, ""),
        "merge_url": f"{merge_url}&{urlencode({'back': place.url()})}" if merge_url else "",
        "held_back": "" if merge_url else _held_back(),
        "is_merging": is_merging,
        "kept": merging.suggested([chosen.ids])[0] if is_merging else 0,
    }


def _held_back() -> str:
    """Why the pair can't be merged here."""
    if not act().may("contacts.manage"):
        return _("Managers merge contacts.")
    return _("Merging is switched off: an administrator switches it on.")


def _take_back(place: Place) -> str:
    """Where the last decision is taken back; empty where there was none."""
    what, _dash, more = place.last.partition("-")
    merge_id, pair_id = _number(what.removeprefix(MERGE)) if what.startswith(MERGE) else None, _number(what)
    if merge_id and act().may("contacts.manage"):
        return place.action("unmerge", merge_id=merge_id, pair=_number(more))
    if pair_id and more in services.STATES and act().may("contacts.edit"):
        return place.action("decide", id=pair_id, to=more)
    return ""


def _standing() -> Mapping[str, Any]:
    """When the base was searched last, and how far the search at work is."""
    found = services.standing()
    job = found.job
    handled = job.done + job.skipped + job.failed if job else 0
    who = act()
    return {
        "standing": found,
        "percent": handled * 100 // max(job.total, 1) if job else 0,
        "follows": job is not None and (job.user_id == who.user_id or who.may("settings")),
        "was_at_work": request.args.get("at_work") == "1",
    }


# --- Deciding ---------------------------------------------------------------------------------------------


def _goes_on(place: Place, last: str, pair: int | None) -> Response:
    """What is looked at after a decision: the next pair, or `pair` where one was taken back."""
    there = replace(place, pair=pair, last=last, merging=False)
    if swap_target() != "review":
        return redirect_to(there.url())
    answer = _page(there)
    answer.headers["HX-Replace-Url"] = there.url()
    return answer


def _following(place: Place, pair_id: int) -> list[int]:
    """The pairs of this page in the order in which they come after this one, then those before it."""
    found = services.pairs(place.state, after=place.after, of=place.contact).pairs
    order = [one.id for group in services.clusters(found) for one in group]
    at = order.index(pair_id) if pair_id in order else -1
    return [*order[at + 1 :], *reversed(order[: max(at, 0)])]


def _next(place: Place, following: Sequence[int]) -> tuple[Place, int | None]:
    """The first of those that is still there; where the page is empty now, the first page."""
    left = {one.id for one in services.pairs(place.state, after=place.after, of=place.contact).pairs}
    if not left:
        place = replace(place, after="")
    return place, next((one for one in following if one in left), None)


@blueprint.route("/duplicates/<int:id>/decide", methods=["POST"])
@right("contacts.edit")
def decide(id: int) -> Response:  # noqa: A002 - the address's own word
    """Keep a pair apart, put it off, or ask again; then the next pair. What is taken back is looked at again."""
    place, to = Place.read(), request.values.get("to", "")
    following = _following(place, id)
    try:
        before = services.pair(id).state
        found = services.decide(id, to)
    except Missing as error:
        discard()
        toast(error.message, "warn")
        place, pair = _next(place, following)
        return _goes_on(place, "", pair)
    names = showing.named(found.ids)
    both = {"one": names[found.low_id].name, "other": names[found.high_id].name}
    if to == place.state:
        toast(_("Taken back: %(one)s and %(other)s.", **both))
        return _goes_on(place, "", id)
    said = {
        "apart": _("Kept apart: %(one)s and %(other)s.", **both),
        "later": _("For later: %(one)s and %(other)s.", **both),
        "open": _("To review again: %(one)s and %(other)s.", **both),
    }
    toast(said[to], undo=place.action("decide", id=id, to=before))
    place, pair = _next(place, following)
    return _goes_on(place, f"{id}-{before}", pair)


@blueprint.route("/duplicates/<int:id>/merge", methods=["POST"])
@right("contacts.manage")
def merge(id: int) -> Response:  # noqa: A002
    """Merge a pair at once, into the contact that is suggested and with the default values; then the next pair."""
    place = Place.read()
    following = _following(place, id)
    try:
        found = services.pair(id)
        if found.state == "apart":
            raise Refused(_("These two are kept apart: review the pair again before you merge it."))
        merge_id = registry().service(Merging).merge(list(found.ids))
    except Missing as error:
        discard()
        toast(error.message, "warn")
        place, pair = _next(place, following)
        return _goes_on(place, "", pair)
    except (Refused, Invalid) as error:
        discard()
        return _page(replace(place, pair=id, merging=True), error.status, message=error.message)
    toast(_("Merged: two contacts are one."), undo=place.action("unmerge", merge_id=merge_id, pair=id))
    place, pair = _next(place, following)
    return _goes_on(place, f"{MERGE}{merge_id}-{id}", pair)


@blueprint.route("/duplicates/merges/<int:merge_id>/undo", methods=["POST"])
@right("contacts.manage")
def unmerge(merge_id: int) -> Response:
    """Take a merge back that was made here; its pair is there again."""
    place = Place.read()
    registry().service(Merging).undo(merge_id)
    toast(_("The merge is taken back."))
    return _goes_on(place, "", place.pair)


@blueprint.route("/duplicates/search", methods=["POST"])
@right("contacts.manage")
def search() -> Response:
    """Search the base for doubles, as a job; who does that again gets what is new, or with `whole` all of it."""
    try:
        services.search(whole=request.form.get("whole") == "1")
    except Refused as error:
        discard()
        toast(error.message, "warn")
    return redirect_to(url_for("duplicates.index"))
