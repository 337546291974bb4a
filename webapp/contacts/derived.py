"""What lists and search need, derived from a contact's values in the transaction that changes them.

Folded in Python, so that SQLite and PostgreSQL find and sort alike (design: decided once).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from webapp.administration.settings import setting
from webapp.contacts.models import Address, Contact
from webapp.text import digits, fold, natural, sort_name


def main_address(contact: Contact) -> Address | None:
    """The address marked as main, else the first."""
    return next((one for one in contact.addresses if one.purpose == "main"), None) or next(
        iter(contact.addresses), None
    )


def country_of(contact: Contact) -> str:
    """The country by which phones and postal codes are read: the main address's, else the firm's."""
    address = main_address(contact)
    return (address.country if address else "") or str(setting("company.country"))


def refresh(contact: Contact) -> None:
    """Recompute the derived columns after a change of names, reach, addresses, tags or numbers.

    An anonymised contact keeps its country and is found by its numbers; its number, else its id, stands for its name.
    """
    present = {one.function: one.folded for one in contact.numbers if one.valid_to is None}
    contact.sort_number = natural(number_of(present))
    if getattr(contact, "anonymised_at", None) is not None:
        values = {one.function: one.value for one in contact.numbers if one.valid_to is None}
        contact.sort_name = number_of(values) or str(contact.id)
        contact.search_text = _line([one.value for one in contact.numbers])
        return
    address = main_address(contact)
    contact.city = address.city if address else ""
    contact.country = address.country if address else ""
    contact.sort_city = fold(contact.city)[:160]
    contact.sort_name = (
        sort_name(contact.kind, contact.first_name, contact.last_name, contact.company_name)
        or fold(contact.emails[0].value if contact.emails else "")
        or (digits(contact.phones[0].value) if contact.phones else "")
    )[:400]
    contact.search_text = searchable(contact)


FIRST = ("customer", "supplier", "prospect")
"""Whose number is shown where a contact has several, and none of the function that is looked at."""


def number_of(numbers: Mapping[str, str], function: str = "") -> str:
    """The number to show of those by function: that one's, else the customer's, the supplier's, the prospect's."""
    for key in (function, *FIRST):
        if key in numbers:
            return numbers[key]
    return next(iter(numbers.values()), "")


def searchable(contact: Contact) -> str:
    """One line of folded text: names, e-mails, phone digits, places, numbers present and past, names of the absorbed.

    Two blanks before each word: with its first letter they make one of the trigrams by which SQLite finds, so that
    even a single letter is found by the index.
    """
    parts = [
        contact.first_name,
        contact.middle_name,
        contact.last_name,
        contact.company_name,
        contact.company_name2,
        *(email.value for email in contact.emails),
        *(digits(phone.normalised or phone.value) for phone in contact.phones),
        *(digits(phone.value) for phone in contact.phones),
        *(f"{address.postal_code} {address.city}" for address in contact.addresses),
        *(number.value for number in contact.numbers),
        *(external.value for external in contact.external_ids),
        *(other.name for other in contact.absorbed),
    ]
    return _line(parts)


def _line(parts: Iterable[str | None]) -> str:
    words = dict.fromkeys(folded for part in parts if part and (folded := fold(part)))
    return f" {' '.join(words)} ".replace(" ", "  ")
