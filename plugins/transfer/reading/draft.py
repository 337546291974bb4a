"""The values of one row while its cells are read, each by the way that its target is taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from plugins.transfer import added
from plugins.transfer.reading import cells as read
from plugins.transfer.reading import whole
from plugins.transfer.reading.addresses import addresses
from plugins.transfer.reading.card_picture import CardPicture
from plugins.transfer.reading.dates import with_century
from plugins.transfer.reading.messages import Message
from plugins.transfer.reading.targets import Target, is_added, key
from webapp.api import CONTACT_FIELDS, N_, CarnetError, clean, fold

if TYPE_CHECKING:
    from plugins.transfer.reading.rows import RowMaker

DATE = N_("“%(value)s” in column “%(column)s” is no date that can be read: write it like 1980-12-31.")
NO_YEAR = N_("“%(value)s” in column “%(column)s” has no year, and was left out: add the year.")
TWO_DATES = N_("“%(value)s” in column “%(column)s” can be two dates: write it like 1980-12-31.")
COUNTRY = N_("“%(value)s” in column “%(column)s” is no known country: write its name or a code such as FR.")
FUNCTION = N_("“%(value)s” in column “%(column)s” is no contact function: write prospect, customer or supplier.")
KIND = N_("“%(value)s” in column “%(column)s” is no type of contact: write person or company.")
UNFIT = N_("“%(value)s” does not fit into “%(column)s”: correct it, and type it in.")
NO_FIRM = N_(
    "“%(value)s” in column “%(column)s” has no place without a company: link this person to one, and type it in."
)
PERSON = N_("“%(value)s” in column “%(column)s” is a person, not a company: link the two by hand.")
NO_PICTURE = N_(
    "The picture in column “%(column)s” was left out: only a PNG, JPEG or WebP of at most 1 MB is taken. Make it one "
    "and choose it in the contact's file."
)
SHOWN = 60
"""Signs of a bad cell that a warning repeats."""

LISTS = {one.name: one.value_list for one in CONTACT_FIELDS if one.value_list}
_KEPT = (
    "salutation", "title", "company_name2", "legal_form", "birth_date", "vat_id", "tax_number", "website", "language",
    "currency", "category", "source", "external_id", "number",
)  # fmt: skip
"""Single values that are the contact's as they are."""


class Draft:
    """What the cells of a row have said so far; `warnings` about those that can't be read."""

    def __init__(self, maker: RowMaker) -> None:
        self.maker = maker
        self.warnings: list[Message] = []
        self.single: dict[str, str] = {}
        self.reach: dict[str, list[dict[str, str]]] = {"emails": [], "phones": []}
        self.numbered: list[tuple[dict[str, str], tuple[str, str]]] = []
        self.labels: dict[tuple[str, str], str] = {}
        self.places: dict[str, dict[str, list[str]]] = {}
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.functions: list[str] = []
        self.numbers: dict[str, str] = {}
        self.accounts: dict[str, dict[str, str]] = {}
        self.social: list[dict[str, str]] = []
        self.added: dict[str, dict[str, Any]] = {}
        self.columns: dict[str, str] = {}
        self.whole: dict[str, Any] = {}
        self.is_somebody = False

    @classmethod
    def taking(cls, target: Target) -> Callable[[Draft, Target, str, str], None]:
        """How cells of a target are taken."""
        if target.part == whole.WHOLE:
            return cls._take_whole
        if is_added(target):
            return cls._take_added
        if target.part == "type":
            return cls._take_label
        return _TAKEN.get(target.field, cls._take_single)

    def warn(self, sentence: str, text: str, column: str) -> None:
        """Note what is wrong with a cell."""
        shown = text if len(text) <= SHOWN else text[:SHOWN] + "…"
        self.warnings.append(Message(sentence, {"value": shown, "column": column}))

    def _take_single(self, target: Target, text: str, _column: str) -> None:
        if "\n" in text:
            text = clean(text)
        self.single[target.field] = text

    def _take_name(self, target: Target, text: str, column: str) -> None:
        self.is_somebody = True
        self._take_single(target, text, column)

    def _take_place(self, target: Target, text: str, column: str) -> None:
        """What someone is or where, in the firm."""
        self._take_single(target, text, column)
        self.columns[target.field] = column

    def _take_text(self, _target: Target, text: str, _column: str) -> None:
        self.texts.append(text)

    def _take_tags(self, _target: Target, text: str, _column: str) -> None:
        self.tags += read.tags(text)

    def _take_kind(self, target: Target, text: str, column: str) -> None:
        word = fold(text)
        if target.group:
            is_company = word in added.YES
            kind = "company" if is_company else "person" if word in added.NO else None
        else:
            kind = read.KINDS.get(word)
        if kind is None:
            self.warn(KIND, text, column)
        else:
            self.single["kind"] = kind

    def _take_salutation(self, target: Target, text: str, column: str) -> None:
        """Mr, Dr, "Frau Dr.": one or both. Under "Title" other words are what someone does in the firm."""
        salutation, rest = read.salutation(text)
        title = self._coded(Target("title"), rest) if rest else ""
        if salutation:
            self.single.setdefault("salutation", salutation)
        if title:
            self.single.setdefault("title", title)
        elif rest and target.field == "title":
            self.single.setdefault("role", clean(rest))
            self.columns.setdefault("role", column)
        elif rest:
            self.warn(UNFIT, text, column)

    def _coded(self, target: Target, text: str) -> str | None:
        """The code of a language, a currency or an item of a value list; None for what is none."""
        if target.field == "language":
            return read.read_language(text)
        if target.field == "currency":
            return read.read_currency(text)
        return self.maker.lists.get(LISTS[target.field], {}).get(key(text))

    def _take_coded(self, target: Target, text: str, column: str) -> None:
        value = self._coded(target, clean(text))
        if value is None:
            self.warn(UNFIT, text, column)
        else:
            self.single[target.field] = value

    def _take_birth_date(self, _target: Target, text: str, column: str) -> None:
        if read.is_no_date(text):
            return
        order = self.maker.forms.order
        text = with_century(text)
        date = read.read_date(text, order)
        if date is not None:
            self.single["birth_date"] = date
        elif read.has_no_year(text):
            self.warn(NO_YEAR, text, column)
        else:
            both = order == "mixed" and read.read_date(text, "day") is not None
            self.warn(TWO_DATES if both else DATE, text, column)

    def _take_picture(self, _target: Target, text: str, column: str) -> None:
        try:
            self.whole["picture"] = CardPicture.of(text, self.maker.picture)
        except (CarnetError, ValueError, OSError):
            self.warnings.append(Message(NO_PICTURE, {"column": column}))

    def _take_added(self, target: Target, text: str, column: str) -> None:
        reader = self.maker.reader(target)
        forms = self.maker.forms
        value = reader.read(text, forms.order, forms.decimal) if reader is not None else None
        if value is None:
            self.warn(UNFIT, text, column)
        else:
            self.added.setdefault(target.group, {})[target.field] = value

    def _take_functions(self, target: Target, text: str, column: str) -> None:
        if target.group == "stage":
            found = read.STAGES.get(fold(text), "")
        elif target.group == "dolibarr":
            found = read.DOLIBARR.get(fold(text), "") or self.maker.functions.get(fold(text), "")
        elif target.group:
            # Programs count how often someone was a customer, too.
            is_one = fold(text) in added.YES or (text.isdecimal() and int(text[:9]) > 0)
            found = target.group if is_one else ""
        else:
            for word in read.words(text.replace("/", ",").replace("+", ",").replace("&", ",")):
                function = self.maker.functions.get(fold(word))
                if function is None:
                    self.warn(FUNCTION, word, column)
                else:
                    self.functions.append(function)
            return
        if found:
            self.functions.append(found)

    def _take_number_of(self, target: Target, text: str, _column: str) -> None:
        self.numbers[target.group] = clean(text)

    def _take_emails(self, target: Target, text: str, _column: str) -> None:
        self._take_reach(target, read.emails(text))

    def _take_phones(self, target: Target, text: str, _column: str) -> None:
        country = self.maker.forms.country
        numbers = read.phones(text)
        self._take_reach(target, [read.international(one, country) for one in numbers] if country else numbers)

    def _be_reached(self, field: str, values: list[str]) -> None:
        """By a phone without a digit nobody is, nor found again: “see above” is nobody's number."""
        told = (field != "phones" or any(map(str.isdigit, value)) for value in values)
        self.is_somebody = self.is_somebody or any(told)

    def _take_reach(self, target: Target, values: list[str]) -> None:
        self._be_reached(target.field, values)
        for value in values:
            item = {"value": clean(value), "type": target.group}
            self.reach[target.field].append(item)
            if target.part:
                self.numbered.append((item, (target.field, target.group)))

    def _take_label(self, target: Target, text: str, _column: str) -> None:
        self.labels[target.field, target.group] = text

    def _take_line(self, target: Target, text: str, column: str) -> None:
        place = self.places.setdefault(target.group, {})
        if target.part == "country":
            code = read.read_country(text)
            if code is None:
                self.warn(COUNTRY, clean(text), column)
                return
            # A name and a code beside it say the same; of two countries the first counts.
            place.setdefault("country", [code])
            return
        if "\n" not in text:
            place.setdefault(target.part, []).append(text)
            return
        lines = [clean(line) for line in text.split("\n") if line.strip()]
        if target.part == "street":
            place.setdefault("street", []).extend(lines[:1])
            place.setdefault("street2", []).extend(lines[1:])
        else:
            place.setdefault(target.part, []).extend(lines)

    def _take_account(self, target: Target, text: str, _column: str) -> None:
        self.accounts.setdefault(target.group, {})[target.part] = clean(text)

    def _take_social(self, target: Target, text: str, _column: str) -> None:
        self.social += [{"network": target.group, "value": clean(one)} for one in read.words(text)]

    def _take_whole(self, target: Target, text: str, column: str) -> None:
        """A cell that Carnet has written: a list, a field of a function, a user."""
        if target.group:
            if whole.is_settled(target):
                return
            value = whole.value_of(target, text, self.maker.forms.order)
            if value is None:
                self.warn(UNFIT, text, column)
            else:
                self.added.setdefault(target.group, {})[target.field] = value
        elif target.field == "responsible_id":
            if (user := whole.user_of(text)) is not None:
                self.whole["responsible_id"] = user
        elif target.field == "parent_id":
            self.whole["parent"] = clean(text)
        else:
            self._take_entries(target.field, whole.items(target, text), column)

    def _take_entries(self, field: str, items: list[dict[str, Any]], column: str) -> None:
        if field in self.reach:
            self._be_reached(field, [one["value"] for one in items if "value" in one])
            self.reach[field] += [{"type": "", **one} for one in items if "value" in one]
        elif field == "tags":
            self.tags += [one[""] for one in items]
        elif field == "links":
            self._take_links(items, column)
        elif field == "external_ids":
            self.whole[field] = [one for one in items if one.get("source")]
        else:
            self.whole[field] = [{name: part for name, part in one.items() if name != whole.PRIMARY} for one in items]

    def _take_links(self, items: list[dict[str, Any]], column: str) -> None:
        links = []
        for item in items:
            if item.get("party_kind") == "person":
                self.warn(PERSON, item.get("party", ""), column)
                continue
            made, unfit = whole.link_of(item)
            for text in unfit:
                self.warn(UNFIT, text, column)
            if "party" in made:
                links.append(made)
        if links:
            self.whole["links"] = links

    def _take_primary(self, target: Target, text: str, column: str) -> None:
        word = fold(text)
        if word in added.YES:
            self._take_place(target, text, column)
        elif word not in added.NO:
            self.warn(UNFIT, text, column)

    def values(self) -> dict[str, Any]:
        """What there is, by the keys of the API object."""
        values: dict[str, Any] = {"kind": "person", **self._names()}
        for item, at in self.numbered:
            item["type"] = read.reach_type(self.labels.get(at, ""), at[0])
        for name, found in self.reach.items():
            if found:
                values[name] = found
        if self.places and (places := addresses(self.places, self.labels)):
            values["addresses"] = places
        if self.texts:
            values["description"] = "\n".join(self.texts)
        if self.tags:
            values["tags"] = list(dict.fromkeys(self.tags))
        self._settle_numbers(values)
        if self.functions:
            values["functions"] = list(dict.fromkeys(self.functions))
        if accounts := [one for one in self.accounts.values() if "iban" in one]:
            values["bank_accounts"] = accounts
        if self.social:
            values["social_accounts"] = self.social
        if self.added:
            if own := added.of_kind(self.added.get("", {}), values["kind"]):
                values["added"] = own
            if of_functions := {owner: own for owner, own in self.added.items() if owner and own}:
                values["own"] = of_functions
        single = self.single
        return values | {name: single[name] for name in _KEPT if name in single} | self.whole

    def _settle_numbers(self, values: dict[str, Any]) -> None:
        """A customer's number makes a customer; a number that is the only one is the number."""
        for function in self.numbers:
            if function not in self.functions:
                self.functions.append(function)
        if len(self.functions) == 1 and self.numbers and "number" not in self.single:
            self.single["number"] = next(iter(self.numbers.values()))
        elif self.numbers:
            values["numbers"] = self.numbers

    def _names(self) -> dict[str, str]:
        """Kind and names: the row's own type, else what it was told, else what the names show."""
        single = self.single.get
        first, middle, last = single("first_name", ""), single("middle_name", ""), single("last_name", "")
        full, company = single("full_name", ""), single("company_name", "")
        kind = single("kind") or self.maker.forms.kind
        if not kind:
            kind = "company" if company and not (first or last or full) else "person"
        if kind == "company":
            company = company or full or " ".join(filter(None, (first, last)))
            if company in (full, " ".join(filter(None, (first, last)))):
                first = last = middle = ""
        elif full and not (first or last):
            first, last = read.split_name(full)
        names = {"kind": kind}
        for name, text in (
            ("first_name", first),
            ("middle_name", middle),
            ("last_name", last),
            ("company_name", company),
        ):
            if text:
                names[name] = text
        if kind == "person" and company:
            names["employer"] = company
            names |= {name: self.single[name] for name in self.columns}
        elif self.columns:
            for name, column in self.columns.items():
                self.warn(NO_FIRM, self.single[name], column)
        return names


_TAKEN: Mapping[str, Callable[[Draft, Target, str, str], None]] = {
    **dict.fromkeys(("first_name", "last_name", "full_name", "company_name"), Draft._take_name),
    **dict.fromkeys(("legal_form", "language", "currency", "category", "source"), Draft._take_coded),
    **dict.fromkeys(("salutation", "title"), Draft._take_salutation),
    **dict.fromkeys(("role", "department"), Draft._take_place),
    "is_primary": Draft._take_primary,
    "kind": Draft._take_kind,
    "birth_date": Draft._take_birth_date,
    "picture": Draft._take_picture,
    "description": Draft._take_text,
    "tags": Draft._take_tags,
    "functions": Draft._take_functions,
    "numbers": Draft._take_number_of,
    "emails": Draft._take_emails,
    "phones": Draft._take_phones,
    "addresses": Draft._take_line,
    "bank_accounts": Draft._take_account,
    "social_accounts": Draft._take_social,
}
