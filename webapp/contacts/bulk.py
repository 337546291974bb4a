"""One change to many contacts: the rules of `webapp.contacts.services`, in a fixed number of statements.

Each tells what became of every contact, with what taking it back needs; nothing is raised for a contact that can't
be changed. Rows are locked in the order of their ids, so that two that change the same contacts wait for each other
and never meet crosswise. A `would_not` names those that would be skipped or refused, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.contacts import guards
from webapp.contacts.coerce import coerce
from webapp.contacts.fields import BY_NAME, COMPANY_ONLY, PERSON_ONLY
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.services import not_writable
from webapp.db import among, db, now
from webapp.errors import Invalid
from webapp.events import ContactBinned, ContactChanged, ContactRestored
from webapp.history.services import plain, record_many
from webapp.i18n import _
from webapp.many_rows import update_many
from webapp.plugin import Outcome
from webapp.registry import registry

SETTABLE = ("category", "source", "language", "currency", "legal_form", "responsible_id", "description")
"""Fields that many contacts can have set at once: what is derived from a contact does not depend on them."""
STATES = (Contact.id, Contact.merged_into_id, Contact.deleted_at, Contact.anonymised_at, Contact.archived_at)
REASONS = 3
"""Blockers that are named in one reason."""

Rows = dict[int, Any]
Told = dict[int, Outcome]


def hold(ids: Sequence[int], columns: Iterable[Any] = (), *, lock: bool = True) -> tuple[Rows, Told]:
    """The contacts among these that can be changed, with their `columns`; and of the others why not."""
    query = sa.select(*STATES, *columns).where(among(Contact.id, ids)).order_by(Contact.id)
    if lock:
        query = query.with_for_update(key_share=True)
    found = {row.id: row for row in db.session.execute(query)}
    rows: Rows = {}
    told: Told = {}
    for one in dict.fromkeys(ids):
        if (row := found.get(one)) is None:
            told[one] = Outcome("failed", _("There is no such contact."))
        elif refusal := not_writable(row):
            told[one] = Outcome("failed", refusal.message)
        else:
            rows[one] = row
    return rows, told


def write(rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Write columns of contacts, as a change that others must notice; all of them have the same names."""
    changed = [{"id": contact_id, **values} for contact_id, values in rows]
    update_many(Contact, changed, also={"version": Contact.version + 1, "updated_at": now()})
    forget([one["id"] for one in changed])


def forget(ids: Sequence[int], *more: type[Any]) -> None:
    """What the session has read of these contacts, and of the classes `more`, is no longer so."""
    wanted = set(ids)
    for one in list(db.session):
        # By its identity: to ask an expired object for its id would be a statement each.
        identity = sa.inspect(one).identity or (None,)
        if isinstance(one, more) or (isinstance(one, Contact) and identity[0] in wanted):
            db.session.expire(one)


# --- One field --------------------------------------------------------------------------------------------


def set_many(ids: Sequence[int], name: str, value: Any) -> Told:
    """Set one of `SETTABLE`; raises `Invalid` for a value that it does not take."""
    need("contacts.edit")
    new = _coerced(name, value)
    rows, told = _to_set(ids, name, new, lock=True)
    before = {one: getattr(row, name) for one, row in rows.items()}
    _set(name, dict.fromkeys(rows, new), before, {one: row.warnings for one, row in rows.items()})
    return told | {one: Outcome("done", before=[plain(old)]) for one, old in before.items()}


def set_parents(parents: Mapping[int, int]) -> None:
    """Set the parent companies of contacts that are new: nothing stands below them yet, so that no circle is made."""
    need("contacts.edit")
    write((one, {"parent_id": parent}) for one, parent in parents.items())
    record_many("changed", {one: {"parent_id": (None, parent)} for one, parent in parents.items()})
    registry().publish_many([ContactChanged(contact_id=one, fields=("parent_id",)) for one in parents])


def would_not_set(ids: Sequence[int], name: str, value: Any) -> Told:
    """Those that have the value already, or can't have it."""
    return _to_set(ids, name, _coerced(name, value), lock=False)[1]


def set_back(befores: Mapping[int, Any], name: str, value: Any) -> Told:
    """Give contacts back what they had before `value` was set: `[it]` by contact id; what was changed since stays."""
    need("contacts.edit")
    field, new = BY_NAME[name], _coerced(name, value)
    rows, told = hold(list(befores), (getattr(Contact, name), Contact.warnings))
    olds = {}
    for one, row in rows.items():
        if getattr(row, name) != new:
            told[one] = _changed_since()
            continue
        try:
            olds[one] = coerce(field, *befores[one])
        except ValueError as error:
            # What it was, a user or a value of a list, may be gone by now.
            told[one] = Outcome("failed", str(error))
    _set(name, olds, dict.fromkeys(olds, new), {one: rows[one].warnings for one in olds})
    return told | dict.fromkeys(olds, Outcome("done"))


def _coerced(name: str, value: Any) -> Any:
    if name not in SETTABLE:
        text = _("There is no field “%(field)s”.", field=str(name)[:60])
        raise Invalid(text, {"field": text})
    try:
        return coerce(BY_NAME[name], value)
    except ValueError as error:
        raise Invalid(str(error), {"value": str(error)}) from None


def _to_set(ids: Sequence[int], name: str, new: Any, *, lock: bool) -> tuple[Rows, Told]:
    rows, told = hold(ids, (Contact.kind, Contact.warnings, getattr(Contact, name)), lock=lock)
    label = BY_NAME[name].label
    for one, row in list(rows.items()):
        if name in (PERSON_ONLY if row.kind == "company" else COMPANY_ONLY):
            told[one] = Outcome("skipped", _("It has no field “%(field)s”.", field=label))
        elif getattr(row, name) == new:
            told[one] = Outcome("skipped", _("It has this value already."))
        else:
            continue
        del rows[one]
    return rows, told


def _set(name: str, new: Mapping[int, Any], old: Mapping[int, Any], warnings: Mapping[int, Mapping[str, str]]) -> None:
    """Write a field; what an import could not read of it is settled by that."""
    key = f"import.{name}"
    write((one, {name: value}) for one, value in new.items())
    settled = [
        {"id": one, "warnings": {warning: text for warning, text in warnings[one].items() if warning != key}}
        for one in new
        if key in (warnings[one] or {})
    ]
    update_many(Contact, settled)
    record_many("changed", {one: {name: (old[one], value)} for one, value in new.items()})
    for one in new:
        registry().publish(ContactChanged(contact_id=one, fields=(name,)))


def _changed_since() -> Outcome:
    return Outcome("skipped", _("It was changed since: what stands there now stays."))


# --- In and out of the lists ------------------------------------------------------------------------------


def archive_many(ids: Sequence[int], archived: bool = True) -> Told:
    """Hide contacts from lists and pickers, or bring them back."""
    need("contacts.edit")
    rows, told = _to_archive(ids, archived, lock=True)
    moment = now() if archived else None
    before = {one: plain(moment if archived else row.archived_at) for one, row in rows.items()}
    _archive(rows, moment)
    return told | {one: Outcome("done", before=before[one]) for one in rows}


def would_not_archive(ids: Sequence[int], archived: bool = True) -> Told:
    """Those that are archived, or in the lists, already."""
    return _to_archive(ids, archived, lock=False)[1]


def unarchive_since(befores: Mapping[int, Any]) -> Told:
    """Bring back what was archived; what was brought back, or archived anew, since then stays as it is."""
    need("contacts.edit")
    rows, told = hold(list(befores))
    for one, row in list(rows.items()):
        if plain(row.archived_at) != befores[one]:
            told[one] = _changed_since()
            del rows[one]
    _archive(rows, None)
    return told | dict.fromkeys(rows, Outcome("done"))


def archive_again(befores: Mapping[int, Any]) -> Told:
    """Archive again what was brought back."""
    told = archive_many(list(befores))
    return {one: Outcome(outcome.what, outcome.reason) for one, outcome in told.items()}


def _to_archive(ids: Sequence[int], archived: bool, *, lock: bool) -> tuple[Rows, Told]:
    rows, told = hold(ids, lock=lock)
    for one, row in list(rows.items()):
        if (row.archived_at is not None) == archived:
            told[one] = Outcome(
                "skipped", _("It is archived already.") if archived else _("It is in the lists already.")
            )
            del rows[one]
    return rows, told


def _archive(rows: Rows, moment: Any) -> None:
    write((one, {"archived_at": moment}) for one in rows)
    record_many("unarchived" if moment is None else "archived", {one: {} for one in rows})


# --- The bin ----------------------------------------------------------------------------------------------


def bin_many(ids: Sequence[int]) -> Told:
    """Put contacts into the bin (spec D1-D4, D9): whatever holds one back is its reason, and is never overridden.

    What only waited for another one of them, such as a parent company for its subsidiaries, goes with it.
    """
    need("contacts.manage")
    rows, told = hold(ids)
    moment = now()
    waiting, held = list(rows), guards.blockers(list(rows))
    while gone := [one for one in waiting if one not in held]:
        _bin(gone, moment)
        told |= {one: Outcome("done", before=plain(moment)) for one in gone}
        waiting = [one for one in waiting if one in held]
        held = guards.blockers(waiting) if waiting else {}
    return told | {one: Outcome("failed", _reason(held[one])) for one in waiting}


def would_not_bin(ids: Sequence[int]) -> Told:
    """Those that are held back as things stand, and what would help: without figures, so that many have the same."""
    rows, told = hold(ids, lock=False)
    held = guards.blockers(list(rows))
    return told | {one: Outcome("failed", _remedies(blockers)) for one, blockers in held.items()}


def restore_many(befores: Mapping[int, Any]) -> Told:
    """Take contacts out of the bin that were put there at the moments `befores`; those put there anew stay."""
    need("contacts.manage")
    query = sa.select(*STATES).where(among(Contact.id, befores)).order_by(Contact.id)
    found = {row.id: row for row in db.session.execute(query.with_for_update(key_share=True))}
    told: Told = {}
    for one, moment in befores.items():
        if (row := found.get(one)) is None:
            told[one] = Outcome("failed", _("There is no such contact."))
        elif row.deleted_at is None:
            told[one] = Outcome("skipped", _("This contact is not in the bin."))
        elif plain(row.deleted_at) != moment:
            told[one] = _changed_since()
        else:
            told[one] = Outcome("done")
    back = [one for one, outcome in told.items() if outcome.what == "done"]
    write((one, {"deleted_at": None}) for one in back)
    record_many("restored", {one: {} for one in back})
    for one in back:
        registry().publish(ContactRestored(contact_id=one))
    return told


def _bin(ids: Sequence[int], moment: Any) -> None:
    # What is left links them to parties without function; nobody in the bin is a primary contact.
    primary = sa.update(ContactLink).where(among(ContactLink.person_id, ids), ContactLink.is_primary)
    db.session.execute(primary.values(is_primary=False), execution_options={"synchronize_session": False})
    write((one, {"deleted_at": moment}) for one in ids)
    forget(ids, ContactLink)
    record_many("binned", {one: {} for one in ids})
    for one in ids:
        registry().publish(ContactBinned(contact_id=one))


def _remedies(held: Sequence[Any]) -> str:
    return " ".join(dict.fromkeys(str(one.remedy) for one in held))


def _reason(held: Sequence[Any]) -> str:
    """What holds a contact back, with the remedy of each."""
    named = [_("%(label)s. %(remedy)s", label=one.label, remedy=one.remedy) for one in held[:REASONS]]
    more = [_("And %(num)s more.", num=len(held) - REASONS)] if len(held) > REASONS else []
    return " ".join([*named, *more])
