"""vCards as a table: a column for each thing that any of them says, so that they are mapped and mended like a list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from plugins.transfer.exporting import entries
from plugins.transfer.reading.cells import address_purpose, reach_type
from plugins.transfer.reading.headers import Layout
from plugins.transfer.reading.messages import Message, Unreadable
from plugins.transfer.reading.reached import is_reach
from plugins.transfer.reading.tables import Cells, Table
from plugins.transfer.reading.targets import Target
from plugins.transfer.reading.texts import Text
from plugins.transfer.reading.whole import WHOLE
from plugins.transfer.vcards.lines import Card, Property, cards, first_of, picture_at, split, unescaped
from plugins.transfer.vcards.pictures import content_of, is_held
from plugins.transfer.vcards.properties import (
    ADDRESS,
    CUSTOM,
    KINDS,
    LISTS,
    NAME,
    NETWORKS,
    NUMBER_OF,
    ORGANISATION,
    PICTURES,
    SINGLE,
    STRONGEST,
    TYPES_READ,
)
from webapp.api import ADDED_PREFIX, N_, fold, guarded

NO_CARD = N_("There is no vCard in this file: export it from your address book again.")
NO_CONTACT = N_("This vCard is a group or a place, not a contact.")
NOTHING_SAID = N_("No vCard in this file says anything of a contact: export it from your address book again.")
NOBODY_NAMED = N_(
    "No vCard in this file has a name, a company, an e-mail or a phone: export it from your address book again, with "
    "these."
)
MOST_OF_A_KIND = 101
"""E-mails, phones and addresses of one card: one more than a contact has, so that its row warns of them."""
MOST_UNUSED = 200
"""Columns of what is not used; they stand behind the others."""
LONGEST_UNUSED = 1000
"""Signs that are kept of what is not used."""
_PICTURE = re.compile(r"\d+ KB @(\d{1,12})\+(\d{1,12})")
"""A picture's cell: how large it is about, the line of its card, and which line of that it is."""

_SILENT = frozenset(
    {"VERSION", "PRODID", "REV", "FN", "N", "X-ABUID", "X-ABLABEL", "X-ABADR", "X-ABSHOWAS", "CLIENTPIDMAP", "XML",
     "KIND", "X-ADDRESSBOOKSERVER-KIND", "MAILER", "SORT-STRING", "BEGIN", "END"}
)  # fmt: skip
"""What says nothing about the contact, or is said elsewhere."""
_REACH = {"EMAIL": ("emails", "E-mail"), "TEL": ("phones", "Phone")}
_KNOWN_NETWORKS = frozenset({"linkedin", "xing", "mastodon", "facebook", "instagram", "x"})


class _Column(NamedTuple):
    """A column by its place among the others, its name, and what it holds: None for what is not used."""

    place: tuple[int, int, str]
    name: str
    target: Target | None


_SAID = {
    "kind": "Type", "salutation": "Name Prefix", "title": "Title", "first_name": "First name",
    "middle_name": "Middle name", "last_name": "Last name", "full_name": "Full name", "company_name": "Company",
    "company_name2": "Company 2", "department": "Department", "role": "Job title", "birth_date": "Birth date",
    "website": "Website", "description": "Notes", "tags": "Tags (list)", "language": "Language", "vat_id": "VAT id",
    "tax_number": "Tax number", "legal_form": "Legal form", "currency": "Currency", "category": "Contact category",
    "source": "Source", "number": "Number", "functions": "Functions", "external_id": "External id",
}  # fmt: skip
"""Names of the columns, in their order; those of CSV files that are known, so that refused rows can be read again."""
_ORDER = {name: at for at, name in enumerate(_SAID)}
_PARTS = {
    "street": "Street", "street2": "Extended Address", "postal_code": "Postal Code", "city": "City", "region": "Region",
    "country": "Country", "formatted": "Formatted", "type": "Label", "value": "Value",
}  # fmt: skip
_TAGS = _Column((_ORDER["tags"], 0, ""), _SAID["tags"], Target("tags", part=WHOLE))
_PICTURE_COLUMN = _Column((63, 0, ""), "Picture", Target("picture"))
Said = dict[_Column, str]


class CardTable(Table):
    """A file of vCards as a table. Raises `Unreadable` where it has none."""

    kind = "vcard"
    without_rows = NOTHING_SAID
    without_names = NOBODY_NAMED

    def __init__(self, text: Text) -> None:
        self.text, self.encoding = text, text.encoding
        columns: dict[_Column, None] = {}
        count = 0
        self._places: dict[int, int] = {}
        for card, said in self._said(places=True):
            count += 1
            if isinstance(said, dict):
                columns |= dict.fromkeys(said)
                if card.place is not None and _PICTURE_COLUMN in said:
                    self._places[card.line] = card.place
        if not count:
            raise Unreadable(NO_CARD)
        known = sorted(columns or [_column("full_name")])
        used = sum(one.target is not None for one in known)
        self._columns = known[: used + MOST_UNUSED]
        self.headers = [one.name for one in self._columns]
        targets = {at: one.target for at, one in enumerate(self._columns) if one.target is not None}
        ignored = {at: one.name for at, one in enumerate(self._columns) if one.target is None}
        self.layout = Layout(targets, ignored, "vcard", "en")

    def rows(self, width: int) -> Iterator[tuple[int, Cells]]:
        """Each card with the line where it begins."""
        for card, said in self._said():
            yield card.line, [_kept(said.get(one, "")) for one in self._columns] if isinstance(said, dict) else said

    def picture(self, cell: str) -> bytes:
        """A picture, which is read from the file when it is asked for, and never held."""
        found = _PICTURE.fullmatch(cell)
        place = self._places.get(int(found[1])) if found else None
        if found is None or place is None:
            raise ValueError(cell)
        with self.text.aside() as stream:
            return content_of(picture_at(stream, place, int(found[2])))

    def _said(self, *, places: bool = False) -> Iterator[tuple[Card, Said | Message]]:
        with self.text.open() as stream:
            for card in cards(stream, self.encoding, places=places):
                yield card, said_by(card)


def _kept(cell: str) -> str:
    """Nobody guards vCards: an apostrophe belongs to the text, and is not to be taken for a table's guard."""
    return guarded(cell) if cell.startswith("'") else cell


def said_by(card: Card) -> Said | Message:
    """What a card says, by column; a message for a card that is no contact."""
    said: dict[_Column, list[str]] = {}
    kind = _kind(card)
    if kind == "":
        return Message(NO_CONTACT)
    counts = dict.fromkeys(("EMAIL", "TEL", "ADR"), 0)
    properties = _without_labels(sorted(card.properties, key=lambda one: one.preference))
    _say_names(said, card, kind)
    _say_pictures(said, card)
    for one in properties:
        kind_of_it = "ADR" if one.name == "LABEL" else one.name
        if kind_of_it in counts and (one.value.strip(" ;") or "LABEL" in one.parameters):
            counts[kind_of_it] += 1
            if counts[kind_of_it] > MOST_OF_A_KIND:
                _add(said, _unused(one.name), one.text()[:LONGEST_UNUSED])
            elif kind_of_it == "ADR":
                _say_address(said, one, counts["ADR"])
            else:
                _say_reach(said, one, counts[one.name])
        elif kind_of_it not in counts:
            _say(said, one)
    return {column: text for column, lines in said.items() if (text := "\n".join(lines).strip())}


def _without_labels(properties: Sequence[Property]) -> list[Property]:
    """The properties without LABELs that only repeat an address; those that stand alone are addresses themselves."""
    placed = {_kind_of(one) for one in properties if one.name == "ADR" and one.value.strip(" ;")}
    told = placed | {"other"} if placed else placed
    return [one for one in properties if one.name != "LABEL" or _kind_of(one) not in told]


def _kind(card: Card) -> str | None:
    """person, company, an empty text for what is no contact; None where it does not say it."""
    for one in card.properties:
        if one.name in ("KIND", "X-ADDRESSBOOKSERVER-KIND"):
            return KINDS.get(one.text().strip().lower(), None)
        if one.name == "X-ABSHOWAS" and one.text().strip().upper() == "COMPANY":
            return "company"
    return None


def _say_names(said: dict[_Column, list[str]], card: Card, kind: str | None) -> None:
    name, full = first_of(card.properties, "N"), first_of(card.properties, "FN")
    organisation = first_of(card.properties, "ORG")
    parts: dict[str, str] = {}
    if name is not None:
        # 3.0 and 4.0 part several names by commas.
        comma = ";" if card.version.startswith("2") else ","
        raw = [[unescaped(one).strip() for one in split(part, comma)] for part in split(name.value, ";")]
        parts = dict(zip(NAME, (" ".join(filter(None, words)) for words in raw), strict=False))
    firm = organisation.parts()[0].strip() if organisation is not None else ""
    parts, shown = _names_of_somebody(card, parts, full.text().strip() if full is not None else "")
    is_named = bool(parts.get("first_name") or parts.get("last_name"))
    if kind is None and firm and not is_named and shown in ("", firm):
        kind = "company"
    if kind:
        _add(said, _column("kind"), kind)
    for field, text in parts.items():
        _add(said, _column(field) if field in _SAID else _unused("Name Suffix"), text)
    if not is_named and shown and not (kind == "company" and shown == firm):
        _add(said, _column("full_name"), shown)


def _names_of_somebody(card: Card, parts: dict[str, str], shown: str) -> tuple[dict[str, str], str]:
    """The parts of the name, and what is shown, without e-mails and phones: who has no name is listed by these."""
    emails, phones = ([_bare(one) for one in card.properties if one.name == name] for name in ("EMAIL", "TEL"))
    names = [text for field in ("first_name", "middle_name", "last_name") if (text := parts.get(field, ""))]
    if len(names) > 1 and is_reach(" ".join(names), emails, phones):
        parts = {}  # a number whose groups were taken for first and last name
    kept = {field: text for field, text in parts.items() if not text or not is_reach(text, emails, phones)}
    return kept, "" if shown and is_reach(shown, emails, phones) else shown


def _bare(one: Property) -> str:
    return one.text().strip().removeprefix("tel:").removeprefix("mailto:").partition(";ext=")[0]


def _say(said: dict[_Column, list[str]], one: Property) -> None:
    field = SINGLE.get(one.name)
    if one.name == "ORG":
        parts = [part.strip() for part in one.parts()]
        for name, text in zip(ORGANISATION, (parts[0], ", ".join(filter(None, parts[1:]))), strict=True):
            _add_once(said, _column(name), text, one.name)
    elif one.name in NETWORKS:
        _say_network(said, one)
    elif one.name.startswith((NUMBER_OF, CUSTOM)):
        _say_own(said, one)
    elif field == "bank_accounts":
        _add_once(said, _Column((60, 1, "iban"), "IBAN", Target("bank_accounts", "1", "iban")), one.text(), one.name)
    elif field == "description":
        _add(said, _column(field), one.text())
    elif field == "tags":
        # Not every program writes a backslash before a semicolon that belongs to a word.
        words = [unescaped(word).strip() for part in split(one.value, ",") for word in split(part, ";")]
        _add(said, _TAGS, entries.written([word] for word in words if word))
    elif one.name in LISTS:
        _add(said, _column(str(field)), ", ".join(word.strip() for word in one.parts(",")))
    elif field is not None and one.name.startswith("X-CARNET-"):
        said[_column(field)] = [one.text()]
    elif field is not None:
        _add_once(said, _column(field), one.text().removeprefix("uri:"), one.name)
    elif one.name == "ROLE":
        _add_once(said, _column("role"), one.text(), one.name)
    elif one.name in _SILENT or one.name in PICTURES:
        return
    elif one.parameters.get("ENCODING", "").upper() in ("B", "BASE64"):
        _add(said, _unused(one.name), "…")
    else:
        _add(said, _unused(one.name), one.text()[:LONGEST_UNUSED])


def _say_pictures(said: dict[_Column, list[str]], card: Card) -> None:
    """Where the picture is found that is the contact's; others, and addresses of pictures, are not used."""
    found = [one for name in PICTURES for one in card.properties if one.name == name and one.value.strip()]
    held = [one for one in found if is_held(one)]
    for one in held[:1]:
        _add(said, _PICTURE_COLUMN, f"{-(-one.size * 3 // 4096)} KB @{card.line}+{one.line}")
    for one in found:
        if one not in held[:1]:
            _add(said, _unused(one.name), "…" if one in held else one.text()[:LONGEST_UNUSED])


def _say_own(said: dict[_Column, list[str]], one: Property) -> None:
    """The number of a function, or a field that the firm has added."""
    if one.name.startswith(NUMBER_OF):
        key = one.name.removeprefix(NUMBER_OF).lower().replace("-", "_")
        target = Target("numbers", key)
    else:
        key = ADDED_PREFIX + one.name.removeprefix(CUSTOM).lower().replace("-", "_")
        target = Target(key)
    _add_once(said, _Column((62, 0, key), key, target), one.text(), one.name)


def _say_network(said: dict[_Column, list[str]], one: Property) -> None:
    told = one.parameters.get("SERVICE-TYPE", "") or next(iter(one.types), "")
    network = {"twitter": "x"}.get(fold(told), fold(told))
    network = network if network in _KNOWN_NETWORKS else "other"
    column = _Column((61, 0, network), f"{network} profile", Target("social_accounts", network))
    _add(said, column, one.text().removeprefix("x-apple:"))


def _say_reach(said: dict[_Column, list[str]], one: Property, number: int) -> None:
    field, name = _REACH[one.name]
    value = one.text().strip()
    lower = value.lower()
    if lower.startswith("mailto:"):
        value = value[7:]
    elif lower.startswith("tel:"):
        value, _mark, extension = value[4:].partition(";ext=")
        value = value + (f" ext. {extension}" if extension else "")
    label = _kind_of(one)
    if label == "other" and one.label:
        label = reach_type(one.label, field)
    _add(said, _numbered(name, field, number, "type"), label)
    _add(said, _numbered(name, field, number, "value"), value)


def _say_address(said: dict[_Column, list[str]], one: Property, number: int) -> None:
    parts = dict(zip(ADDRESS, (part.strip() for part in one.parts()), strict=False))
    box, more = parts.pop("po_box", ""), parts.get("street2", "")
    parts["street2"] = ", ".join(filter(None, (more, box)))
    if one.name == "LABEL" or not any(parts.values()):
        parts = {"formatted": (one.text() if one.name == "LABEL" else one.parameters["LABEL"]).strip()}
    purpose = address_purpose(_kind_of(one)) or address_purpose(one.label)
    label = {"invoice": "billing"}.get(purpose, purpose) or _kind_of(one)
    _add(said, _numbered("Address", "addresses", number, "type"), label)
    for part, text in parts.items():
        _add(said, _numbered("Address", "addresses", number, part), text)


def _kind_of(one: Property) -> str:
    """Whose it is, by its TYPE parameters: of several the strongest; other where none says it."""
    told = {TYPES_READ[word] for word in one.types if word in TYPES_READ}
    return next((word for word in STRONGEST if word in told), "other")


def _column(field: str) -> _Column:
    return _Column((_ORDER[field], 0, ""), _SAID[field], Target(field))


def _numbered(name: str, field: str, number: int, part: str) -> _Column:
    rank = 50 + ("emails", "phones", "addresses").index(field)
    return _Column((rank, number, part), f"{name} {number} - {_PARTS[part]}", Target(field, str(number), part))


def _unused(name: str) -> _Column:
    return _Column((90, 0, name), name, None)


def _add(said: dict[_Column, list[str]], column: _Column, text: str) -> None:
    if text:
        said.setdefault(column, []).append(text)


def _add_once(said: dict[_Column, list[str]], column: _Column, text: str, name: str) -> None:
    """A second value of what a contact has one of is not used."""
    if text:
        said.setdefault(column if column not in said else _unused(name), []).append(text)
