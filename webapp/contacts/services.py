"""Writing contacts: the one way for forms, lists, import, API and jobs (spec A1-A5, D9).

Values come as the API object of the contract: single values by name, `emails` and the other collections as
lists of items, `tags` as a list of words. What is not named stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from webapp.acting import act, need
from webapp.contacts import added, cutting, guards
from webapp.contacts import values as check
from webapp.contacts.coerce import coerce
from webapp.contacts.collections import check_external_ids, set_items, set_tags
from webapp.contacts.derived import country_of, refresh
from webapp.contacts.fields import BY_NAME, COLLECTION
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.queries import load, locked
from webapp.contacts.queries import touch as touch
from webapp.db import db, now
from webapp.errors import Invalid, Missing, Refused, Stale
from webapp.events import ContactBinned, ContactChanged, ContactCreated, ContactRestored
from webapp.history.services import Change, record
from webapp.i18n import _
from webapp.plugin import Field
from webapp.registry import registry

KINDS = ("person", "company")
UNSET = frozenset({"date", "user", "contact", "decimal"})
"""Kinds of fields that are NULL, not an empty text, where nothing is noted."""


def create(values: Mapping[str, Any]) -> Contact:
    """Create a contact; raises `Invalid` with one sentence per field. It needs a name, e-mail or phone."""
    need("contacts.edit")
    made = _new(values)
    _add([made])
    return made[0]


def create_many(many: Sequence[Mapping[str, Any]]) -> list[Contact]:
    """Create contacts by a few statements for all of them; raises `Invalid` for the first that can't be.

    That an external id is taken shows only by the database's `IntegrityError`: to be called in a savepoint, and
    gone through one by one with `create` where it fails.
    """
    need("contacts.edit")
    made = [_new(values, trusting=True) for values in many]
    _add(made)
    return [contact for contact, _changes in made]


def _new(values: Mapping[str, Any], *, trusting: bool = False) -> tuple[Contact, dict[str, Change]]:
    kind = values.get("kind")
    if kind not in KINDS:
        raise Invalid(_("A contact is a person or a company: choose one."), {"kind": _("Choose person or company.")})
    # A column's default comes only with the insert; names are needed before.
    contact = Contact(kind=kind, **{one.name: "" for one in BY_NAME.values() if one.kind not in UNSET})
    changes = begin(contact, values, trusting=trusting)
    refresh(contact)
    return contact, changes


def begin(
    contact: Contact, values: Mapping[str, Any], *, trusting: bool = False, more: dict[str, Field] | None = None
) -> dict[str, Change]:
    """Give a new contact its values, checked, and tell which it has got; what is derived of them is left to do.

    Raises `Invalid`. `trusting` leaves it to the database to refuse an external id that is another contact's. `more`:
    the fields that the firm has added to contacts of its kind, where they are known.
    """
    if more is None:
        more = added.added_by_name("", contact.kind)
    begun = added.begin(contact, fields=more.values()) if more else {}
    defaults = {name: (None, value) for name, value in begun.items() if name not in values}
    changes = _set(contact, values, more, trusting=trusting)
    _require_a_name(contact)
    return defaults | changes if defaults else changes


def _add(made: Sequence[tuple[Contact, Mapping[str, Change]]]) -> None:
    db.session.add_all([contact for contact, _changes in made])
    db.session.flush()
    added.save("", {contact.id: changes for contact, changes in made})
    collections = sa.inspect(Contact).relationships.keys()
    for contact, changes in made:
        # What a new contact has none of need not be asked of the database by whoever goes on with it.
        for name in collections - vars(contact).keys():
            set_committed_value(contact, name, [])
        locked(contact)
        record(contact.id, "created", changes)
        registry().publish(ContactCreated(contact_id=contact.id, held=contact))


def update(contact_id: int, values: Mapping[str, Any], version: int | None = None) -> Contact:
    """Change what `values` names; raises `Stale` where `version` is given and no longer the contact's (spec A5)."""
    need("contacts.edit")
    contact = writable(contact_id)
    check_version(contact.version, version)
    changes = _apply(contact, values)
    _require_a_name(contact)
    if changes:
        touch(contact)
        added.save("", {contact.id: changes})
        record(contact.id, "changed", changes)
        registry().publish(ContactChanged(contact_id=contact.id, fields=tuple(changes)))
    return contact


def check_version(present: int, given: int | None) -> None:
    """Raise `Stale` where someone else saved since `given` was read."""
    if given is not None and given != present:
        raise Stale(
            _("Someone else saved this contact while you were writing. Compare both versions and choose."),
            current=present,
        )


def writable(contact_id: int) -> Contact:
    """The contact, its row locked; raises `Refused` where its state allows no change, naming the way out."""
    contact = load(contact_id, lock=True)
    if refusal := not_writable(contact):
        raise refusal
    return contact


def not_writable(contact: Any) -> Refused | None:
    """Why a contact (or a row with its states) allows no change, with the way out; None where it does."""
    if contact.merged_into_id is not None:
        return Refused(_("This contact was merged into another: change that one."), merged_into=contact.merged_into_id)
    if contact.deleted_at is not None:
        return Refused(_("This contact is in the bin: restore it first."))
    if contact.anonymised_at is not None:
        return Refused(_("This contact is anonymised: it can't be changed any more."))
    return None


def _apply(contact: Contact, values: Mapping[str, Any]) -> dict[str, Change]:
    """Set what is named, checked, and what is derived of it; returns the changes. Raises `Invalid`."""
    changes = _set(contact, values, added.added_by_name("", contact.kind))
    refresh(contact)
    return changes


def _set(
    contact: Contact, values: Mapping[str, Any], more: dict[str, Field], *, trusting: bool = False
) -> dict[str, Change]:
    """Set what is named, checked; returns the changes. Raises `Invalid` with all errors. `more`: added fields."""
    errors: dict[str, str] = {}
    changes: dict[str, Change] = {}
    if contact.id is not None and not more.keys().isdisjoint(values):
        added.fill("", [contact])
    fields = BY_NAME | more if more else BY_NAME
    for name in values:
        if name not in fields and name not in COLLECTION and name not in ("kind", "tags"):
            errors[name] = _("There is no field “%(field)s”.", field=str(name)[:60])
    way = act().way
    for name, field in fields.items():
        if name in values:
            if not added.may_change(field, way):
                errors[name] = _("“%(field)s” can't be changed here.", field=field.label)
                continue
            if field.kind == "contact" and str(values[name]) == str(getattr(contact, name)):
                # What was chosen may lie in the bin by now: it stays until another one is chosen.
                continue
            try:
                new = coerce(field, values[name])
            except ValueError as error:
                errors[name] = str(error)
                continue
            old = getattr(contact, name)
            if new != (old if old is not None or field.kind in UNSET else ""):
                setattr(contact, name, new)
                changes[name] = (old, new)
    # Addresses first: they tell the country by which phones and codes are read.
    if "addresses" in values:
        set_items(contact, COLLECTION["addresses"], values["addresses"], country_of(contact), changes, errors)
    if others := [name for name in values if name in COLLECTION and name != "addresses"]:
        country = country_of(contact)
        for name in others:
            set_items(contact, COLLECTION[name], values[name], country, changes, errors)
    if "external_ids" in changes and not trusting:
        check_external_ids(contact, errors)
    if "tags" in values:
        set_tags(contact, values["tags"], changes, errors)
    if contact.parent_id is not None and "parent_id" in changes:
        _check_parent(contact, errors)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    _check_singles(contact, changes)
    return changes


def _check_singles(contact: Contact, changes: Mapping[str, Change]) -> None:
    """Values that libraries can verify: kept as typed, with a warning where they can't be (spec A2).

    An import's warning about a cell it left empty ends when the field is filled.
    """
    warnings: dict[str, str] = {}
    if contact.warnings:
        ended = {"vat_id", "website", *(f"import.{name}" for name in changes)}
        warnings = {key: text for key, text in contact.warnings.items() if key not in ended}
    vat = check.check_vat(contact.vat_id, country_of(contact)) if contact.vat_id else None
    contact.vat_id_normalised = vat.normalised if vat else None
    if vat and vat.warning:
        warnings["vat_id"] = str(vat.warning)
    if contact.website and (warning := check.check_website(contact.website).warning):
        warnings["website"] = str(warning)
    if warnings != (contact.warnings or {}):
        contact.warnings = warnings


def _check_parent(contact: Contact, errors: dict[str, str]) -> None:
    """A company can't stand above itself, nor the chain of parents turn in a circle."""
    parent = db.session.get(Contact, contact.parent_id)
    if parent is not None and parent.anonymised_at is not None:
        errors["parent_id"] = _("This contact is anonymised: choose another parent company.")
        return
    seen: set[int] = {contact.id} if contact.id else set()
    step = contact.parent_id
    while step is not None:
        if step in seen:
            errors["parent_id"] = _("A company can't be above itself: choose another parent company.")
            return
        seen.add(step)
        step = db.session.scalar(sa.select(Contact.parent_id).where(Contact.id == step))


def _require_a_name(contact: Contact) -> None:
    if contact.name or contact.emails or contact.phones:
        return
    field = "company_name" if contact.kind == "company" else "last_name"
    message = _("A contact needs a name, an e-mail address or a phone: fill in one of them.")
    raise Invalid(message, {field: message})


def to_bin(contact_id: int, version: int | None = None, *, override_links: bool = False) -> Contact:
    """Put a contact into the bin for 30 days (spec D9); raises `Refused` with every blocker (spec D1-D4).

    `override_links` says that an administrator knowingly deletes what is linked (spec D4): the links go, both files
    tell of it, and this one of all that was overridden. What may not be overridden holds all the same.
    """
    need("contacts.manage")
    if override_links:
        need("settings")
    contact = writable(contact_id)
    check_version(contact.version, version)
    blockers, overridden = guards.blockers([contact_id]).get(contact_id, []), list[str]()
    if blockers and override_links and all(one.override for one in blockers):
        overridden = [one.label for one in blockers]
        guards.cut(contact_id)
        blockers = guards.blockers([contact_id]).get(contact_id, [])
    if blockers:
        raise Refused(guards.refusal(contact, blockers), blockers=blockers)
    # What is left links it to parties without function; nobody in the bin is a primary contact.
    db.session.execute(
        sa.update(ContactLink)
        .where(ContactLink.person_id == contact_id, ContactLink.is_primary)
        .values(is_primary=False)
    )
    contact.deleted_at = now()
    touch(contact)
    record(contact.id, "binned", {"overridden": (None, overridden)} if overridden else {})
    registry().publish(ContactBinned(contact_id=contact.id))
    return contact


def free_subsidiaries(contact_id: int) -> int:
    """Take a contact off its subsidiaries as their parent company, at most `guards.AT_A_CLICK` at once (spec D1)."""
    need("contacts.edit")
    load(contact_id, lock=True)
    return cutting.subsidiaries_of(contact_id, guards.AT_A_CLICK)


def restore(contact_id: int) -> Contact:
    """Take a contact out of the bin, as it was."""
    need("contacts.manage")
    contact = load(contact_id, lock=True)
    if contact.deleted_at is None:
        raise Refused(_("This contact is not in the bin."))
    contact.deleted_at = None
    touch(contact)
    record(contact.id, "restored")
    registry().publish(ContactRestored(contact_id=contact.id))
    return contact


def archive(contact_id: int, archived: bool = True) -> Contact:
    """Hide a contact from lists and pickers, or bring it back."""
    need("contacts.edit")
    contact = writable(contact_id)
    if (contact.archived_at is not None) != archived:
        contact.archived_at = now() if archived else None
        touch(contact)
        record(contact.id, "archived" if archived else "unarchived")
    return contact


def require_live(contact_id: int) -> Contact:
    """A contact that can be linked or chosen; raises `Missing` where it can't."""
    contact = load(contact_id)
    if not contact.is_live:
        raise Missing(_("There is no such contact."))
    return contact
