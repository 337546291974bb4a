"""What a column of a file can hold: the targets, their codes in saved mappings, their names on a mapping screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from plugins.transfer import added
from webapp.api import ADDED_PREFIX, CONTACT_COLLECTIONS, CONTACT_FIELDS, LINK_FIELDS, _, fold, registry

SINGLE = frozenset(
    {"kind", "salutation", "title", "first_name", "middle_name", "last_name", "full_name", "company_name",
     "company_name2", "legal_form", "role", "department", "is_primary", "birth_date", "vat_id", "tax_number", "website",
     "language", "currency", "category", "source", "external_id", "number", "numbers"}
)  # fmt: skip
"""Fields of which a contact has one: the first column that names it counts."""

IDENTIFYING = frozenset({"first_name", "last_name", "full_name", "company_name", "emails", "phones"})
"""Without a value in one of these a row is no contact (contract: `carnet import`)."""


def key(text: str) -> str:
    """The letters and digits of a name, folded: "E-mail 1 - Value" is "email1value", "e. K." is "ek"."""
    return "".join(sign for sign in fold(text) if sign.isalnum())


class Target(NamedTuple):
    """What a column holds.

    `field`: a key of the API object, `full_name`, or of the link to the employer `role` and `department`. `group`:
    for e-mails and phones the type ("work"), or "1", "2" … where a second column tells the type; for addresses and
    bank accounts which of them; of numbers and functions the function's key; of a social account the network; of a
    birth date in three columns which of them. `part`: of an address or account the line, of numbered columns "value"
    or "type". Of a field that the firm has added, `group` is its function's key.
    """

    field: str
    group: str = ""
    part: str = ""

    @property
    def code(self) -> str:
        """What it is called in a saved mapping: `last_name`, `emails.work`, `addresses.main.street`."""
        return ".".join(self).rstrip(".")


class Offered(NamedTuple):
    """A target to choose for a column, with its label and section in the user's language."""

    code: str
    label: str
    section: str


def target_of(code: str) -> Target:
    """The target of that code; its parts may be anything, so compare with what is offered."""
    field, group, part = (*code.split(".", 2), "", "")[:3]
    return Target(field, group, part)


def offered_targets() -> list[Offered]:
    """All targets to choose from, section by section, those of fields that the firm has added last."""
    return [Offered(target.code, label, section) for target, label, section in _offered()]


def _offered() -> Iterator[tuple[Target, str, str]]:
    fields = {one.name: str(one.label) for one in CONTACT_FIELDS}
    links = {one.name: str(one.label) for one in LINK_FIELDS}
    who = _("Identity")
    yield Target("kind"), _("Type of contact"), who
    for name in ("salutation", "title", "first_name", "middle_name", "last_name"):
        yield Target(name), fields[name], who
    yield Target("full_name"), _("First and last name in one"), who
    for name in ("birth_date", "company_name", "company_name2", "legal_form"):
        yield Target(name), fields[name], who
    yield Target("role"), links["role"], who
    yield Target("department"), links["department"], who
    yield Target("is_primary"), links["is_primary"], who
    yield from _reach(_("E-mail, phone"))
    yield Target("website"), fields["website"], _("E-mail, phone")
    yield from _addresses()
    more = _("More")
    for name in ("vat_id", "tax_number", "language", "currency", "category", "source", "description"):
        yield Target(name), fields[name], more
    yield Target("tags"), _("Tags"), more
    yield Target("external_id"), _("External id"), more
    for part, label in _parts("bank_accounts"):
        yield Target("bank_accounts", "1", part), label, more
    for network, label in _choices("social_accounts", "network"):
        yield Target("social_accounts", network), label, more
    functions = _("Contact functions")
    yield Target("functions"), functions, functions
    yield Target("number"), _("Number"), functions
    for one in registry().functions():
        yield Target("numbers", one.key), _("Number as %(function)s", function=one.label), functions
    for owner, field, _words in added.columns():
        named = registry().function(owner)
        yield Target(field.name, owner), str(field.label), str(named.label) if named else _("Fields of your own")


def _reach(section: str) -> Iterator[tuple[Target, str, str]]:
    for field in ("emails", "phones"):
        item = next(str(one.item_label) for one in CONTACT_COLLECTIONS if one.name == field)
        for kind, label in _choices(field, "type"):
            yield Target(field, kind), f"{item} ({label})", section


def _addresses() -> Iterator[tuple[Target, str, str]]:
    for purpose, name in _choices("addresses", "purpose"):
        section = _("Address (%(purpose)s)", purpose=name)
        for part, label in _parts("addresses"):
            if part != "purpose":
                yield Target("addresses", purpose, part), label, section


def _parts(collection: str) -> Iterator[tuple[str, str]]:
    found = next(one for one in CONTACT_COLLECTIONS if one.name == collection)
    return ((field.name, str(field.label)) for field in found.fields)


def _choices(collection: str, field: str) -> Iterator[tuple[str, str]]:
    found = next(one for one in CONTACT_COLLECTIONS if one.name == collection)
    choices = next(one.choices for one in found.fields if one.name == field)
    return ((code, str(label)) for code, label in choices)


def is_added(target: Target) -> bool:
    """Whether it is a field that the firm has added."""
    return target.field.startswith(ADDED_PREFIX)


def chosen(told: Mapping[str, str], names: Sequence[str], found: Mapping[int, Target]) -> dict[int, Target | None]:
    """The targets that a mapping chooses, by column; None for a column to leave out.

    `told`: codes by column name. What is neither offered nor what was found out is as if it had not been told.
    """
    known = {one.code for one in offered_targets()} | {target.code for target in found.values()}
    columns: dict[int, Target | None] = {}
    for at, name in enumerate(names):
        code = told.get(name)
        if code == "":
            columns[at] = None
        elif code is not None and code in known:
            columns[at] = target_of(code)
    return columns
