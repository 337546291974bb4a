"""The addresses of a row, from the lines that its cells name and the labels beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.transfer.reading.cells import address_purpose

PURPOSES = ("invoice", "delivery")
"""Those that a column's name can tell."""


def addresses(
    places: Mapping[str, Mapping[str, Sequence[str]]], labels: Mapping[tuple[str, str], str]
) -> list[dict[str, str]]:
    """Addresses by the keys of the API object, in the order of `places`: lines of each part, by address.

    Where neither name nor label tells a purpose, the first one is the main address, and further ones are others.
    """
    found: list[dict[str, str]] = []
    for group, parts in places.items():
        address = _lines(parts)
        if not address:
            continue
        named = group.rstrip("0123456789")
        purpose = named if named in PURPOSES else address_purpose(labels.get(("addresses", group), ""))
        if not purpose:
            purpose = "other" if any(one["purpose"] == "main" for one in found) else "main"
        found.append({**address, "purpose": purpose})
    return found


def _lines(parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The parts of one address; a whole one in a single cell counts where nothing else is said."""
    told = {part: lines for part, lines in parts.items() if lines and part != "formatted"}
    if not told and (formatted := parts.get("formatted")):
        told = {"street": formatted[:1], "street2": formatted[1:]}
    return {part: ", ".join(lines) for part, lines in told.items() if lines}
