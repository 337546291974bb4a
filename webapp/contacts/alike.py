"""Contacts that are like one that is there already, with what can be done about it (spec A6, E8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import url_for

from webapp.contacts.derived import number_of
from webapp.contacts.doubles import MOST, Double
from webapp.contacts.fields import COLLECTIONS, FIELDS
from webapp.contacts.models import Contact
from webapp.contacts.queries import functions_of, numbers_of
from webapp.ports import Doubles, Merging
from webapp.registry import registry

COMPARED = ("emails", "phones", "addresses", "bank_accounts")
"""Collections that tell who a contact is."""


def values_of(contact: Contact) -> dict[str, Any]:
    """What identifies a contact, as it would be typed: the object that `Doubles` compares."""
    values: dict[str, Any] = {"kind": contact.kind}
    for one in FIELDS:
        value = getattr(contact, one.name)
        values[one.name] = value.isoformat() if isinstance(value, dt.date) else value or ""
    for collection in COLLECTIONS:
        if collection.name in COMPARED:
            values[collection.name] = [
                {one.name: getattr(row, one.name) or "" for one in collection.fields}
                for row in getattr(contact, collection.name)
            ]
    return values


def alike(contact: Contact) -> list[dict[str, Any]]:
    """The likely doubles of a contact, with what a page shows of each, and where both are merged."""
    found = registry().service(Doubles).find(values_of(contact), limit=MOST, but=contact.id)
    return described(found, contact.id)


def described(found: Sequence[Double], contact_id: int) -> list[dict[str, Any]]:
    """Two statements for all of them; `merge_url` is empty for who may not merge."""
    ids = [one.contact.id for one in found]
    numbers, functions = (numbers_of(ids), functions_of(ids)) if ids else ({}, {})
    merging = registry().service(Merging)
    return [
        {
            "contact": one.contact,
            "why": one.why,
            "number": number_of(numbers.get(one.contact.id, {})),
            "functions": [held for held in registry().functions() if held.key in functions.get(one.contact.id, [])],
            "url": url_for("contacts.file", id=one.contact.id),
            "merge_url": merging.address([contact_id, one.contact.id]),
        }
        for one in found
    ]
