"""E-mails, phones, addresses and whatever else a contact has several of: replaced whole, item by item (spec A2).

An item with the `id` of a present row stays that row; so does one with the same key values. Exactly one is
primary where there is any. What can't be verified is kept with a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from webapp.acting import act
from webapp.contacts import values as check
from webapp.contacts.coerce import coerce
from webapp.contacts.fields import Collection
from webapp.contacts.models import Contact, ContactTag, ExternalId, Tag
from webapp.db import db
from webapp.history.services import Change
from webapp.i18n import _
from webapp.plugin import Field
from webapp.text import clean, fold

MOST = 100
"""Items of one kind per contact: more is a mistake or an attack."""

TAG = Field(name="tags", label="tag", max_length=60)


def set_items(
    contact: Contact,
    collection: Collection,
    raw: Any,
    country: str,
    changes: dict[str, Change],
    errors: dict[str, str],
) -> None:
    """Replace one collection by `raw`, a list of mappings; adds to `changes`, and to `errors` by `name.index.field`."""
    if raw is None:
        raw = []
    if not act().may(collection.right):
        errors[collection.name] = _("Your role does not allow this. Ask an administrator for the right.")
        return
    if not isinstance(raw, list) or len(raw) > MOST or not all(isinstance(one, Mapping) for one in raw):
        errors[collection.name] = _(
            "“%(field)s” takes a list of at most %(most)s items.", field=collection.label, most=MOST
        )
        return
    # What is only being drafted has items that no session knows of.
    make = collection.model if isinstance(contact, Contact) else contact.item
    present = list(getattr(contact, collection.name))
    before = [shown(collection, row) for row in present]
    rows: list[Any] = []
    for index, item in enumerate(raw):
        cleaned = _clean(collection, item, f"{collection.name}.{index}", errors)
        if cleaned is None:
            continue
        row = _find(present, collection, item.get("id"), cleaned)
        if row is None:
            row = make()
        else:
            present.remove(row)
        for name, value in cleaned.items():
            setattr(row, name, value)
        if collection.has_primary:
            row.is_primary = bool(item.get("is_primary"))
        rows.append(row)
    rows = _without_twins(collection, rows, errors)
    if collection.has_primary and rows:
        chosen = next((row for row in rows if row.is_primary), rows[0])
        for row in rows:
            row.is_primary = row is chosen
        rows.sort(key=lambda row: not row.is_primary)
    for position, row in enumerate(rows):
        if collection.is_ordered:
            row.position = position
        _verify(collection.name, row, country)
    setattr(contact, collection.name, rows)
    after = [shown(collection, row) for row in rows]
    if before != after:
        changes[collection.name] = (before, after)


def _clean(
    collection: Collection, item: Mapping[str, Any], where: str, errors: dict[str, str]
) -> dict[str, Any] | None:
    """The checked values of one item; None for an empty one."""
    for name in item:
        if name not in collection.known:
            errors[f"{where}.{name}"] = _("There is no field “%(field)s”.", field=str(name)[:60])
    cleaned: dict[str, Any] = {}
    for field in collection.fields:
        try:
            value = coerce(field, item.get(field.name, ""))
        except ValueError as error:
            errors[f"{where}.{field.name}"] = str(error)
            value = ""
        if field.kind == "choice" and not value and field.name not in collection.key:
            value = field.choices[0][0]
        cleaned[field.name] = value
    for name in collection.key:
        if cleaned[name] not in ("", None):
            return cleaned
    return None


def _find(present: list[Any], collection: Collection, given: Any, cleaned: Mapping[str, Any]) -> Any:
    if not present:
        return None
    by_id = {str(row.id): row for row in present}
    if given not in (None, "") and str(given) in by_id:
        return by_id[str(given)]
    return next(
        (row for row in present if all(getattr(row, name) == cleaned[name] for name in _telling(collection))), None
    )


def _telling(collection: Collection) -> tuple[str, ...]:
    """The fields by which two items are the same."""
    return {"consents": ("channel",), "external_ids": ("source", "value")}.get(collection.name, collection.key)


def _without_twins(collection: Collection, rows: list[Any], errors: dict[str, str]) -> list[Any]:
    """The same value twice is one; two answers for one consent channel are an error."""
    if len(rows) < 2:
        return rows
    same = _telling(collection)
    if collection.name == "addresses":
        same = (*same, "purpose")
    # Other systems tell ids apart by their case.
    alike: Callable[[str], str] = str if collection.name == "external_ids" else fold
    kept: dict[tuple[Any, ...], Any] = {}
    for row in rows:
        key = tuple(alike(str(getattr(row, name))) for name in same)
        if key in kept and collection.name == "consents":
            errors["consents"] = _("Each channel has one consent: remove the second line.")
        elif key in kept and collection.has_primary and row.is_primary:
            kept[key].is_primary = True
        kept.setdefault(key, row)
    return list(kept.values())


def _verify(name: str, row: Any, country: str) -> None:
    """Fill the normal form and the warning of a value that a library can check."""
    if name == "emails":
        found = check.check_email(row.value)
    elif name == "phones":
        found = check.check_phone(row.value, country)
    elif name == "bank_accounts":
        found = check.check_iban(row.iban)
        if not found.warning and row.bic and (bic := check.check_bic(row.bic)).warning:
            row.normalised, row.warning = found.normalised, str(bic.warning)
            return
    elif name == "addresses":
        row.warning = None
        if row.postal_code:
            warning = check.check_postal_code(row.postal_code, row.country or country).warning
            row.warning = str(warning) if warning else None
        return
    else:
        return
    row.normalised = found.normalised
    row.warning = str(found.warning) if found.warning else None


def check_external_ids(contact: Contact, errors: dict[str, str]) -> None:
    """A pair of system and id belongs to one contact alone."""
    for row in contact.external_ids:
        with db.session.no_autoflush:
            owner = db.session.scalar(
                sa.select(ExternalId.contact_id).where(ExternalId.source == row.source, ExternalId.value == row.value)
            )
        if owner is not None and owner != contact.id:
            errors["external_ids"] = _(
                "External id “%(id)s” belongs to another contact already: correct it there first.",
                id=row.value,
            )


def shown(collection: Collection, row: Any) -> str:
    """An item in one line, for the history and for telling a change."""
    texts = [str(value) for field in collection.fields if (value := getattr(row, field.name)) not in ("", None)]
    star = " *" if collection.has_primary and row.is_primary else ""
    return " · ".join(texts) + star


def set_tags(contact: Contact, raw: Any, changes: dict[str, Change], errors: dict[str, str]) -> None:
    """Replace the tags by a list of words, or a text with commas; new words become tags."""
    names = tag_names(raw, errors)
    before = contact.tags
    if names is None or {fold(name)[:80] for name in before} == names.keys():
        return
    present = {link.tag.folded: link for link in contact.tag_links}
    tags = tags_of(names)
    contact.tag_links = [present.get(folded) or ContactTag(tag=tags[folded]) for folded in names]
    changes["tags"] = (before, contact.tags)


def tag_names(raw: Any, errors: dict[str, str]) -> dict[str, str] | None:
    """The words by their folded form, each once; None, and an error, where they can't be taken."""
    words = raw.split(",") if isinstance(raw, str) else (raw or [])
    if not isinstance(words, list) or len(words) > MOST or not all(isinstance(word, str) for word in words):
        errors["tags"] = _("“%(field)s” takes a list of at most %(most)s items.", field=_("Tags"), most=MOST)
        return None
    names: dict[str, str] = {}
    for word in words:
        name = clean(word)
        if len(name) > TAG.max_length:
            errors["tags"] = _("A tag has at most %(most)s characters.", most=TAG.max_length)
            return None
        if name:
            names.setdefault(fold(name)[:80], name)
    return names


def tags_of(names: Mapping[str, str]) -> dict[str, Tag]:
    """The tags for folded names, made where there are none yet."""
    with db.session.no_autoflush:
        found = {tag.folded: tag for tag in db.session.scalars(sa.select(Tag).where(Tag.folded.in_(list(names))))}
    found |= {tag.folded: tag for tag in db.session.new if isinstance(tag, Tag) and tag.folded in names}
    for folded, name in names.items():
        if folded not in found:
            found[folded] = Tag(name=name, folded=folded)
            db.session.add(found[folded])
    return found
