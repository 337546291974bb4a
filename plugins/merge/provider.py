"""What others ask of merging: the port `Merging`."""

from __future__ import annotations

from collections.abc import Sequence

from plugins.merge import groups as grouping
from plugins.merge import places, services, undoing
from webapp.api import Job, act, place


class Provider:
    """Merges contacts and takes that back, in the present actor's name."""

    def address(self, ids: Sequence[int], main_id: int | None = None) -> str:
        """Where the user sees what a merge of these would do, and confirms it; of one, where the others are chosen."""
        if not ids or not act().may("contacts.manage"):
            return ""
        if len(set(ids)) == 1:
            return place("merge.pick", id=ids[0])
        return places.preview(ids, main_id)

    def suggested(self, groups: Sequence[Sequence[int]]) -> Sequence[int]:
        """Of each group of contacts the one that would be kept, were it merged with nothing chosen."""
        return services.suggested(groups)

    def merge(self, ids: Sequence[int], source: str | None = None) -> int:
        """Merge contacts into the one that is suggested, with the default values; the merge's id."""
        made, _plan = services.merge(ids, source=source)
        return made.id

    def start(self, groups: Sequence[Sequence[int]]) -> Job:
        """Merge each of these groups, as a job."""
        return grouping.start(groups)

    def undo(self, merge_id: int) -> None:
        """Take a merge back; raises `Refused` where it can't be, or where later edits are in the way."""
        undoing.undo(merge_id)
