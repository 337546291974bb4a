"""Taking an import back: what is unchanged since goes or gets its old values, the rest stays and says why (spec H2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from plugins.transfer.added import field_called
from plugins.transfer.entry import Before
from webapp.api import (
    N_,
    CarnetError,
    Contact,
    ContactLink,
    HistoryEntry,
    Outcome,
    _,
    among,
    contact_pictures,
    db,
    fetch,
    function_values,
    need,
    registry,
    release,
    save_fields,
    touch,
    unlink_person,
    unmake_contacts,
    update_contact,
    update_link,
    writable,
)

CHANGED = {
    "activated": N_("It has been given a function since: it stays."),
    "converted": N_("It has been converted since: it stays."),
    "linked": N_("It has been linked since: it stays."),
    "link_changed": N_("It has been linked since: it stays."),
    "merged": N_("It has been merged since: it stays."),
    "binned": N_("It has been put into the bin since: it stays there."),
}
"""Why a contact stays as it is, by what was done to it."""
EDITED = N_("It was changed since: what stands there now stays.")
GONE = N_("It is no longer there.")
FINAL = N_("The function “%(function)s” stays for good: it can't be taken back.")


def take_back(befores: Mapping[int, Before]) -> dict[int, Outcome]:
    """Take rows back by what `Written.before` kept of them, under keys of the caller's; what became of each.

    The rows of a file from its end: a company made for those who work there is free once they are gone. Contacts that
    the import made go for good, by a fixed number of statements; changed ones get back what they had, one by one.
    """
    need("contacts.manage")
    since = _since(befores)
    told: dict[int, Outcome] = {}
    gone: dict[int, Before] = {}
    for key, before in befores.items():
        if before["id"] in since:
            told[key] = Outcome("skipped", _(since[before["id"]]))
        elif before.get("new"):
            gone[key] = before
        else:
            told[key] = _give_back(before)
    told |= _unmake(gone)
    companies = [company["id"] for one in befores.values() for company in one["companies"]]
    _free_companies([one for one in companies if one not in since])
    return {key: told[key] for key in befores}


def _since(befores: Mapping[int, Before]) -> dict[int, str]:
    """Why contacts are no longer as the import left them, by the newest line that others wrote in their history."""
    marks: dict[int, tuple[int, Any]] = {}
    for before in befores.values():
        marks[before["id"]] = (before["line"], before["source"])
        for company in before["companies"]:
            marks[company["id"]] = (company["line"], before["source"])
    lines: Any = sa.select(
        HistoryEntry.id, HistoryEntry.contact_id, HistoryEntry.action, HistoryEntry.way, HistoryEntry.source
    ).where(among(HistoryEntry.contact_id, marks))
    found: dict[int, str] = {}
    there: set[int] = set()
    rows: Any = fetch(lines.order_by(HistoryEntry.id))
    for line, contact_id, action, way, source in rows:
        there.add(contact_id)
        last, own = marks[contact_id]
        if line > last and way != "undo" and not (way == "import" and source == own):
            found[contact_id] = CHANGED.get(action, EDITED)
    missing = marks.keys() - there
    # What was merged has its history where it went.
    merged = sa.select(Contact.id).where(among(Contact.id, missing), Contact.merged_into_id.is_not(None))
    gone = dict.fromkeys(missing, GONE) | dict.fromkeys(fetch(merged).scalars(), CHANGED["merged"])
    return found | gone


def _unmake(gone: Mapping[int, Before]) -> dict[int, Outcome]:
    held = unmake_contacts({one["id"]: one["parties"] for one in gone.values()})
    return {
        key: Outcome("skipped", " ".join(str(one.label) for one in held[before["id"]]))
        if before["id"] in held
        else Outcome("done")
        for key, before in gone.items()
    }


def _free_companies(ids: Sequence[int]) -> None:
    """Companies that were made for those who work there go once nobody does."""
    if ids:
        linked = set(fetch(sa.select(ContactLink.party_id).where(among(ContactLink.party_id, ids))).scalars())
        unmake_contacts({one: () for one in ids if one not in linked})


def _give_back(before: Before) -> Outcome:
    """Let a contact have what it had."""
    try:
        with db.session.begin_nested():
            kept = _restore(before)
    except CarnetError as error:
        return Outcome("failed", error.message)
    return Outcome("skipped", _(FINAL, function=", ".join(kept))) if kept else Outcome("done")


def _restore(before: Before) -> list[str]:
    """Returns the labels of functions that stay."""
    contact_id = before["id"]
    _unlink(contact_id, before)
    if before.get("picture"):
        contact_pictures.remove(contact_id)
    kept = []
    for key in reversed(before["functions"]):
        function = registry().function(key)
        if function is not None and function.final:
            kept.append(str(function.label))
        elif key in function_values(contact_id, [key]):
            release(contact_id, key)
    for key, number in before["numbers"].items():
        save_fields(contact_id, key, {"number": number})
    for key, values in before["own"].items():
        if key in function_values(contact_id, [key]):
            save_fields(contact_id, key, _read(key, values))
    if before["old"]:
        update_contact(contact_id, _read("", before["old"]))
    if before["warnings"] is not None:
        contact = writable(contact_id)
        touch(contact)
        contact.warnings = before["warnings"]
    return kept


def _unlink(person_id: int, before: Before) -> None:
    """Part a person from those whom the import linked it to, or made it the primary contact of."""
    mine = sa.select(ContactLink.id, ContactLink.is_primary).where(ContactLink.person_id == person_id)
    for party_id in before["promoted"]:
        for row in fetch(mine.where(ContactLink.party_id == party_id, ContactLink.is_primary)).all():
            update_link(row.id, {"is_primary": False})
    for party_id in before["parties"]:
        latest = mine.where(ContactLink.party_id == party_id).order_by(ContactLink.id.desc()).limit(1)
        for row in fetch(latest).all():
            if row.is_primary:
                update_link(row.id, {"is_primary": False})
            unlink_person(row.id)


def _read(owner: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as services take them: those of added fields were kept as they are stored."""
    found = dict(values)
    for name, value in values.items():
        field = field_called(owner, name)
        if field is not None and field.kind == "decimal" and value is not None:
            found[name] = Decimal(value).scaleb(-field.decimals)
    return found
