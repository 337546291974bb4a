"""Many groups merged as a job, a record for each group, and taken back as one (spec E8, G3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugins.merge import services, undoing
from webapp.api import CarnetError, Chunk, Invalid, Job, _, db, ngettext, start_job

KIND = "merge"
CHUNK = 50
"""Groups that are merged in one transaction."""


def start(groups: Sequence[Sequence[int]]) -> Job:
    """Merge each of these groups into the contact that is suggested there, with the default values, as a job.

    Raises `Invalid` for a group of fewer than two contacts, or where there is none; `Forbidden`.
    """
    if not groups or any(len(set(one)) < 2 for one in groups):
        raise Invalid(_("Choose at least two contacts: one can't be merged with itself."))
    params = {"groups": [list(dict.fromkeys(one)) for one in groups]}
    return start_job(KIND, params, [one[0] for one in params["groups"]], total=len(groups))


def run(chunk: Chunk) -> None:
    """Merge the groups of a chunk, each by itself: one that is refused leaves the others alone."""
    groups = chunk.params["groups"]
    for item in chunk.items:
        try:
            with db.session.begin_nested():
                made, plan = services.merge(groups[item.position - 1])
        except CarnetError as error:
            chunk.failed(item, error.message)
            continue
        others = ", ".join(one.name or one.sort_name for one in plan.absorbed)
        main = plan.main.name or plan.main.sort_name
        chunk.done(item, made.id, _("%(others)s merged into %(main)s", others=others, main=main))


def undo(chunk: Chunk) -> None:
    """Take the merges of a chunk back; one that edits since are in the way of is told, and left as it is."""
    for item in chunk.items:
        try:
            with db.session.begin_nested():
                undoing.undo(item.before)
        except CarnetError as error:
            chunk.failed(item, error.message)
            continue
        chunk.done(item)


def title(params: Mapping[str, Any], total: int) -> str:
    """What the job is called."""
    return ngettext("Merge %(num)s group of contacts", "Merge %(num)s groups of contacts", total)
