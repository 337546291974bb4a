"""Pairs as the page shows them: named, in groups, and one of them side by side (spec E8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.duplicates.services import Found, clusters
from webapp.api import (
    CONTACT_COLLECTIONS,
    CONTACT_FIELDS,
    Address,
    BankAccount,
    Contact,
    ContactFunction,
    Email,
    Merging,
    Phone,
    _,
    among,
    db,
    fetch,
    field_words,
    fold,
    functions_of,
    may_see,
    numbers_of,
    registry,
    shown_number,
    user_names,
)

SAME, NEAR, OTHER, ONE = "same", "near", "other", "one"
"""What two values have to do with each other; of `ONE` only one of the two contacts has any."""
COLLECTIONS = {one.name: one for one in CONTACT_COLLECTIONS}
FIELDS = {one.name: one for one in CONTACT_FIELDS}
BESIDE = (
    "birth_date", "legal_form", "vat_id", "tax_number", "website", "parent_id", "category", "source", "language",
    "responsible_id",
)  # fmt: skip
"""Fields that are shown where one of the two has a value, after names and ways to reach them."""
LISTS: tuple[tuple[str, type[Any], tuple[str, ...]], ...] = (
    ("emails", Email, ("value",)),
    ("phones", Phone, ("value",)),
    ("addresses", Address, ("street", "street2", "postal_code", "city", "region", "country")),
    ("bank_accounts", BankAccount, ("iban",)),
)
ALIKE = {
    "name": (("name", "name_turned"), ("name_near", "name_turned_near", "name_within", "first_name", "last_name")),
    "emails": (("email",), ("email_near",)),
    "phones": (("phone",), ("phone_near",)),
    "addresses": (("address",), ("address_near", "street", "place", "place_near")),
    "birth_date": (("birth",), ("birth_near",)),
    "website": (("domain",), ()),
}
"""By line the codes of a pair that say its values are the same, and those that say they are near."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a contact is called in the list, with its number and functions, so that two of one name are told apart."""

    id: int
    name: str
    number: str
    functions: Sequence[ContactFunction]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Pairs that share contacts; `merge_url` leads to a merge of all of them, empty for a single pair."""

    pairs: Sequence[Found]
    ids: Sequence[int]
    merge_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the two contacts side by side: the texts of each, and whether they agree."""

    label: str
    texts: tuple[Sequence[str], Sequence[str]]
    accord: str

    @property
    def word(self) -> str:
        """Whether they agree, in a word."""
        return {SAME: _("same"), NEAR: _("close"), OTHER: _("differs"), ONE: _("only one")}.get(self.accord, "")


def grouped(found: Sequence[Found]) -> list[Group]:
    """The pairs of a page in groups, in the order of the page."""
    groups = []
    merging = registry().service(Merging)
    for pairs in clusters(found):
        ids = sorted({one for pair in pairs for one in pair.ids})
        groups.append(Group(pairs=pairs, ids=ids, merge_url=merging.address(ids) if len(pairs) > 1 else ""))
    return groups


def named(ids: Iterable[int]) -> dict[int, Named]:
    """Names, numbers and functions of contacts; three statements."""
    wanted = sorted(set(ids))
    functions, numbers = functions_of(wanted), numbers_of(wanted)
    return {
        one.id: Named(
            id=one.id,
            name=one.name or one.sort_name,
            number=shown_number(numbers.get(one.id, {})),
            functions=[each for each in registry().functions() if each.key in functions.get(one.id, [])],
        )
        for one in db.session.scalars(sa.select(Contact).where(among(Contact.id, wanted)))
    }


def sure(score: int) -> str:
    """How sure a score is, in words."""
    percent = score // 100
    if percent >= 95:
        word = _("almost certainly the same")
    elif percent >= 80:
        word = _("very probably the same")
    else:
        word = _("probably the same") if percent >= 60 else _("perhaps the same")
    return _("%(score)s of 100: %(word)s", score=percent, word=word)


def beside(found: Found, both: tuple[Contact, Contact]) -> list[Line]:
    """The two contacts of a pair, line by line: what is equal, what differs, what only one of them has.

    A fixed number of statements. What this user may not see is no line.
    """
    lines = [_line(_("Name"), tuple(_names(one) for one in both), found.codes, "name")]
    for name, model, columns in LISTS:
        if may_see(name):
            texts = _entries(name, model, columns, found.ids)
            lines.append(_line(str(COLLECTIONS[name].item_label), texts, found.codes, name))
    say = _words(both)
    for name in BESIDE:
        if may_see(name):
            values: Any = tuple([text] if (text := say(name, getattr(one, name))) else [] for one in both)
            lines.append(_line(str(FIELDS[name].label), values, found.codes, name))
    return [one for one in lines if one.texts[0] or one.texts[1]]


def contacts_of(found: Found) -> tuple[Contact, Contact]:
    """Both contacts, the lower id first; one statement."""
    query = sa.select(Contact).where(among(Contact.id, found.ids)).order_by(Contact.id)
    low, high = db.session.scalars(query)
    return low, high


def _names(contact: Contact) -> list[str]:
    return [text for text in (contact.name or contact.sort_name, contact.company_name2) if text]


def _entries(name: str, model: type[Any], columns: Sequence[str], ids: Sequence[int]) -> tuple[list[str], list[str]]:
    """E-mails, phones … of both; one statement."""
    query = sa.select(model.contact_id, *(getattr(model, one) for one in columns)).where(among(model.contact_id, ids))
    fields = {one.name: one for one in COLLECTIONS[name].fields}
    texts: dict[int, list[str]] = {one: [] for one in ids}
    for row in fetch(query.order_by(model.position, model.id)):
        parts = {one: field_words(fields[one], getattr(row, one)) for one in columns}
        if name == "addresses":
            place = f"{parts.pop('postal_code')} {parts.pop('city')}".strip()
            parts = {"street": parts["street"], "more": parts["street2"], "place": place, "region": parts["region"],
                     "country": parts["country"]}  # fmt: skip
        texts[row[0]].append(", ".join(filter(None, parts.values())))
    low, high = ids
    return texts[low], texts[high]


def _words(both: Sequence[Contact]) -> Callable[[str, Any], str]:
    """Says values of single fields; users and parent companies are looked up together."""
    users = user_names({one.responsible_id for one in both})
    parents = {one.parent_id for one in both if one.parent_id}
    query = sa.select(Contact).where(among(Contact.id, parents))
    companies = {one.id: one.name or one.sort_name for one in db.session.scalars(query)}

    def say(name: str, value: Any) -> str:
        if value in (None, ""):
            return ""
        if name == "responsible_id":
            return users.get(value, "")
        return companies.get(value, "") if name == "parent_id" else field_words(FIELDS[name], value)

    return say


def _line(label: str, texts: Any, codes: Iterable[str], key: str) -> Line:
    """A line with its accord: what the scan found counts first, then whether the texts are equal."""
    low, high = texts
    same, near = ALIKE.get(key, ((), ()))
    if not (low and high):
        accord = ONE
    elif set(codes) & set(same) or ({fold(one) for one in low} & {fold(one) for one in high} and key != "name"):
        accord = SAME
    elif set(codes) & set(near):
        accord = NEAR
    else:
        accord = SAME if [fold(one) for one in low] == [fold(one) for one in high] else OTHER
    return Line(label=label, texts=(low, high), accord=accord)
