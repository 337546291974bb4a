"""Merge all pairs from a score on: a preview of what becomes one and what is left, then a job (spec E8, G3)."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request, url_for

from plugins.duplicates import services, showing, switches
from plugins.duplicates.services import Bulk
from plugins.duplicates.showing import Named
from plugins.duplicates.views import blueprint
from webapp.api import Merging, Missing, _, discard, redirect_to, registry, render, right, take_form

SHOWN = 50
"""Groups that the preview shows one by one."""
LEFT = 20
"""Groups left out that it names."""
SCORES = (99, 97, 95, 90, 80)
"""Scores that are offered, in per cent; any other one can be typed."""


@dataclass(frozen=True, kw_only=True)
class Merged:
    """A group as the preview tells it: the contact that is kept, those that are merged into it, the least score."""

    kept: Named
    absorbed: Sequence[Named]
    score: int


@blueprint.route("/duplicates/bulk")
@right("contacts.manage")
def bulk() -> Response:
    """What merging everything from a score on would do; nothing is written."""
    score, error = _score(request.args.get("score", str(switches.bulk() // switches.PART)))
    return _page(score, 422 if error else 200, error=error)


@blueprint.route("/duplicates/bulk", methods=["POST"])
@right("contacts.manage")
def merge_bulk() -> Response:
    """Do it by a job, once. Where it would not do what the user was told, ask again."""
    score, error = _score(request.form.get("score", ""))
    if error:
        return _page(score, 422, error=error)
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    found = services.bulk(score * switches.PART)
    if request.form.get("told") != _mark(found):
        discard()
        return _page(score, 409, moved=True)
    job = registry().service(Merging).start(found.groups)
    sending.address = url_for("jobs.show", id=job.id)
    return redirect_to(sending.address)


def _score(text: str) -> tuple[int, str]:
    """The score in per cent; where it is none, the usual one with what is wrong."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    if switches.LOWEST <= number <= 100:
        return number, ""
    return switches.bulk() // switches.PART, _("Choose a score between %(low)s and 100.", low=switches.LOWEST)


def _mark(found: Bulk) -> str:
    """What was told, in short: it changes with any of the groups."""
    return f"{len(found.groups)}-{zlib.crc32(json.dumps(list(found.groups)).encode())}"


def _page(score: int, status: int = 200, *, moved: bool = False, error: str = "") -> Response:
    merging = registry().service(Merging)
    found = services.bulk(score * switches.PART)
    shown, left = found.groups[:SHOWN], found.left[:LEFT]
    names = showing.named(one for group in (*shown, *left) for one in group)
    return render(
        "duplicates/bulk.html",
        status,
        score=score,
        scores=[(one, number) for one, number in services.above(SCORES).items()],
        found=found,
        mark=_mark(found),
        merged=_merged(shown, found.scores, merging.suggested(shown), names),
        left=[[names[one] for one in group if one in names] for group in left],
        left_urls=[url_for("duplicates.index", contact=group[0]) for group in left],
        is_off=not merging.address(list(found.groups[0])) if found.groups else False,
        moved=moved,
        error=error,
    )


def _merged(
    groups: Sequence[tuple[int, ...]], scores: Sequence[int], kept: Sequence[int], names: dict[int, Named]
) -> list[Merged]:
    if any(one not in names for group in groups for one in group):
        raise Missing(_("One of these contacts was deleted just now: look again."))
    return [
        Merged(kept=names[main], absorbed=[names[one] for one in group if one != main], score=score // switches.PART)
        for group, score, main in zip(groups, scores, kept, strict=False)
    ]
