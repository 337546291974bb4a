"""Two people's changes of one list, put together where no entry was changed by both (spec A5).

Entries are those of a form: their values as they stand in the inputs, and `id` where they are stored already.
"""

from __future__ import annotations

from typing import Any

Items = list[dict[str, str]]
UNTYPED = ("id", "warning")


def together(before: Any, mine: Items, theirs: Items) -> Items | None:
    """The list with what each of them added, changed and took out since `before`; None where that collides.

    It does where both changed the same entry in different ways, where one changed what the other took out, and where
    each chose another primary one.
    """
    if not isinstance(before, list) or not all(isinstance(one, dict) for one in before):
        return None
    old = {one["id"]: _values(one) for one in before if one.get("id")}
    kept = {one["id"]: one for one in mine if one.get("id") in old}
    stored = {one["id"]: one for one in theirs if one.get("id")}
    found: Items = []
    for key, there in stored.items():
        here = kept.get(key)
        if key not in old:
            found.append(there)
        elif here is None:
            if _values(there) != old[key]:
                return None
        elif _values(here) == old[key] or _values(here) == _values(there):
            found.append(there)
        elif _values(there) == old[key]:
            found.append(here)
        else:
            return None
    if any(_values(here) != old[key] for key, here in kept.items() if key not in stored):
        return None
    present = [_values(one) for one in found]
    found += [one for one in mine if one.get("id") not in old and _is_typed(one) and _values(one) not in present]
    return found if sum(bool(one.get("is_primary")) for one in found) <= 1 else None


def _values(item: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in item.items() if value and name not in UNTYPED}


def _is_typed(item: dict[str, str]) -> bool:
    return any(_values(item).keys() - {"type", "purpose", "network", "channel", "is_primary"})
