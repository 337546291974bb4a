"""A row's values against what a contact has: what is new, and what of it has no place (spec H3: nothing is lost).

Single values of the row replace the contact's; e-mails, phones, addresses, tags, external ids and notes join
what is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import Any

from plugins.transfer import added
from plugins.transfer.held import Held, Item, country_of
from plugins.transfer.keys import Keys
from webapp.api import (
    CONTACT_COLLECTIONS,
    N_,
    Address,
    Contact,
    ContactLink,
    Email,
    ExternalId,
    Phone,
    _,
    check_email,
    check_phone,
    fold,
    now,
    setting,
    sort_name,
)

TOO_LONG = N_("“%(value)s” is longer than the %(most)s characters that fit here: shorten it and type it in.")
TOO_MANY = N_("A contact has at most %(most)s of these: type in the ones that matter.")
MOST = 100
"""Items of one kind per contact, as everywhere."""
LONGEST_NOTE, LONGEST_TAG, LONGEST_NUMBER = 20_000, 60, 60
SHOWN = 60
"""Characters of a cell that a warning repeats."""
SINGLE = (
    "first_name", "middle_name", "last_name", "company_name", "birth_date", "vat_id", "website", "salutation", "title",
    "company_name2", "legal_form", "tax_number", "language", "currency", "category", "source",
)  # fmt: skip
CHECKED = (
    "functions", "kind", "birth_date", "added", "own", "numbers", "consents", "external_ids", "responsible_id",
    "picture", "is_primary",
)  # fmt: skip
"""What was read by what it may be."""
BESIDE = (
    "functions", "number", "numbers", "employer", "role", "department", "is_primary", "links", "parent", "added", "own",
    "picture",
)  # fmt: skip
"""What of a row is no value of a contact's own."""
ITEMS = {"bank_accounts": "iban", "social_accounts": "value"}
"""What else a contact has several of, and by what two are the same."""
_COLLECTION = {one.name: one for one in CONTACT_COLLECTIONS}
NAMES = ("first_name", "last_name", "company_name")
PARTS = ("street", "street2", "postal_code", "city", "region", "country")


@cache
def _room(model: Any, name: str) -> int:
    return int(model.__table__.c[name].type.length)


def fitting(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The values that fit into their fields, and a sentence for each that does not, by field."""
    kept: dict[str, Any] = {}
    warnings: dict[str, str] = {}

    def fits(field: str, text: str, most: int) -> bool:
        if len(text) > most:
            warnings[field] = _(TOO_LONG, value=text[:SHOWN] + "…", most=most)
        return len(text) <= most

    for name, value in _told_apart(values).items():
        if name in ("emails", "phones"):
            most = _room(Email if name == "emails" else Phone, "value")
            kept[name] = [item for item in value if fits(name, item["value"], most)]
        elif name == "addresses":
            places = [
                {part: text for part, text in item.items() if fits(part, text, _room(Address, part))} for item in value
            ]
            kept[name] = [item for item in places if any(item.get(part) for part in PARTS)]
        elif name == "tags":
            kept[name] = [word for word in value if fits(name, word, LONGEST_TAG)]
        elif name == "links":
            kept[name] = [one for one in value if fits(name, one["party"], _room(Contact, "company_name"))]
        elif name in ITEMS:
            model: Any = _COLLECTION[name].model
            kept[name] = [item for item in value if all(fits(name, item[one], _room(model, one)) for one in item)]
        elif name in CHECKED or fits(name, value, _longest(name)):
            kept[name] = value
        if isinstance(value, list) and len(kept[name]) > MOST:
            kept[name] = kept[name][:MOST]
            warnings[name] = _(TOO_MANY, most=MOST)
    return {name: value for name, value in kept.items() if value}, warnings


def _told_apart(values: Mapping[str, Any]) -> dict[str, Any]:
    """A person's company is an employer, not a name; of whom only a company is known is that company."""
    told = dict(values)
    if told["kind"] == "person" and "company_name" in told:
        # A phone without a digit is nobody's.
        is_reached = any(any(map(str.isdigit, one["value"])) for one in told.get("phones", ()))
        if is_reached or any(name in told for name in ("first_name", "last_name", "emails")):
            del told["company_name"]
        else:
            told["kind"] = "company"
            told.pop("employer", None)
    return told


def _longest(name: str) -> int:
    if name == "description":
        return LONGEST_NOTE
    if name == "number":
        return LONGEST_NUMBER
    if name == "external_id":
        return _room(ExternalId, "value")
    if name in ("role", "department"):
        return _room(ContactLink, name)
    return _room(Contact, "company_name" if name in ("employer", "parent") else name)


def new_contact(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as `create_contact` takes them."""
    made = {name: value for name, value in values.items() if name not in BESIDE}
    made |= values.get("added", {})
    if external := made.pop("external_id", ""):
        made["external_ids"] = [{"source": "", "value": external}, *made.get("external_ids", [])]
    return made


def difference(contact: Held, values: Mapping[str, Any]) -> dict[str, Any]:
    """What `update_contact` has to set so that the contact holds all that the row says; empty where it does already."""
    changes: dict[str, Any] = {}
    for name in SINGLE:
        if name in values:
            present = getattr(contact, name)
            shown = present.isoformat() if isinstance(present, dt.date) else present
            if shown != values[name]:
                changes[name] = values[name]
    note, present_note = values.get("description", ""), contact.description
    if note and note not in present_note:
        joined = f"{present_note}\n{note}".strip()
        # Two notes that are too long together: the newer one replaces the other, which stays in the history.
        changes["description"] = joined if len(joined) <= LONGEST_NOTE else note
    for name, joined_items in (
        ("emails", _reach(contact.emails, values.get("emails", []), _email_key)),
        ("phones", _reach(contact.phones, values.get("phones", []), _phone_key(contact, values))),
        ("addresses", _addresses(contact, values.get("addresses", []))),
    ):
        if joined_items is not None:
            changes[name] = joined_items
    for name, key in ITEMS.items():
        if name in values and (united := _items(contact, name, values[name], key)):
            changes[name] = united
    external = values.get("external_id", "")
    if external and all((one.source, one.value) != ("", external) for one in contact.external_ids):
        present_ids = [{"id": one.id, "source": one.source, "value": one.value} for one in contact.external_ids]
        changes["external_ids"] = [*present_ids, {"source": "", "value": external}]
    changes |= added.difference(contact, "", values.get("added", {}))
    if "tags" in values:
        tags = contact.tags
        folded = {fold(one) for one in tags}
        if more := [word for word in values["tags"] if fold(word) not in folded]:
            changes["tags"] = [*tags, *more]
    return changes


def _items(contact: Held, name: str, items: list[dict[str, str]], key: str) -> list[dict[str, Any]]:
    """The present items, kept by their id, and the new ones; none where none is new."""
    present = getattr(contact, name)
    held = {fold(getattr(one, key)).replace(" ", "") for one in present}
    more = [item for item in items if fold(item[key]).replace(" ", "") not in held]
    kept = ["id", *(field.name for field in _COLLECTION[name].fields)]
    if _COLLECTION[name].has_primary:
        kept.append("is_primary")
    return [*({part: getattr(one, part) for part in kept} for one in present), *more] if more else []


def _email_key(value: str) -> str:
    return check_email(value).normalised or fold(value)


def _phone_key(contact: Held, values: Mapping[str, Any]) -> Any:
    told = next((item.get("country", "") for item in values.get("addresses", [])), "")
    country = contact.country or told or str(setting("company.country"))
    return lambda value: check_phone(value, country).normalised or fold(value)


def _reach(present: list[Any], items: list[dict[str, str]], key: Any) -> list[dict[str, Any]] | None:
    """The present items and the new ones; None where none is new."""
    held = {one.normalised or key(one.value) for one in present} | {fold(one.value) for one in present}
    more = [item for item in items if key(item["value"]) not in held and fold(item["value"]) not in held]
    if not more:
        return None
    kept = [{"id": one.id, "type": one.type, "value": one.value, "is_primary": one.is_primary} for one in present]
    return [*kept, *more]


def _addresses(contact: Held, items: list[dict[str, str]]) -> list[dict[str, Any]] | None:
    """The present addresses, their gaps filled from the row, and those that are new; None where nothing is new."""
    kept: list[dict[str, Any]] = [
        {"id": one.id, "purpose": one.purpose, **{part: getattr(one, part) for part in PARTS}}
        for one in contact.addresses
    ]
    changed = False
    for item in items:
        alike = [one for one in kept if _is_same_place(one, item)]
        same = min(alike, key=lambda one: len(dict(_gaps(one, item))), default=None)
        if same is None:
            has_main = any(one["purpose"] == "main" for one in kept)
            kept.append(item | ({"purpose": "other"} if has_main and item.get("purpose") == "main" else {}))
            changed = True
        elif gaps := dict(_gaps(same, item)):
            same.update(gaps)
            changed = True
    return kept if changed else None


def _is_same_place(one: Mapping[str, Any], other: Mapping[str, str]) -> bool:
    """Nothing contradicts, and there is more in common than the country or region."""
    common = [part for part in PARTS if one.get(part) and other.get(part)]
    if any(fold(one[part]) != fold(other[part]) for part in common):
        return False
    gaps = dict(_gaps(one, other))
    return bool({"street", "postal_code", "city"} & set(common)) or not gaps


def _gaps(one: Mapping[str, Any], other: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((part, other[part]) for part in PARTS if other.get(part) and not one.get(part))


def unite(contact: Held, changes: Mapping[str, Any], keys: Keys) -> None:
    """Let a contact hold what `difference` has found, as later rows meet it."""
    if "addresses" in changes:
        contact.addresses = [Item(**item) for item in changes["addresses"]]
        # Phones are read by it, as the services do.
        contact.country = country_of(contact.addresses)
    for name, value in changes.items():
        match name:
            case "addresses":
                pass
            case "emails" | "phones":
                country = contact.country or str(setting("company.country"))
                check = check_email if name == "emails" else partial(check_phone, country=country)
                held = [Item(**item, normalised=check(item["value"]).normalised) for item in value]
                setattr(contact, name, held)
            case "external_ids" | "bank_accounts" | "social_accounts":
                setattr(contact, name, [Item(**item) for item in value])
            case "tags":
                contact.tags = sorted(value, key=str.casefold)
            case _:
                setattr(contact, name, value)
    if keys.named and not changes.keys().isdisjoint(NAMES):
        contact.sort_name = sort_name(contact.kind, contact.first_name, contact.last_name, contact.company_name)[:400]
    if "vat_id" in changes:
        contact.vat_id_normalised = keys.vat or None


def renumber(contact: Held, function: str, number: str) -> None:
    """Let a function have a number; the one it had is a former one."""
    for one in contact.numbers:
        if one.is_present(function):
            one.valid_to = now()
    contact.numbers.append(Item(function=function, value=number, folded=fold(number)))
