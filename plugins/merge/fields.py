"""Single values of contacts and of functions: whose is kept, and what becomes of the others (spec E2, E3).

The main contact's value, else that of the other one changed last, then of the lower id; texts of several lines are
joined; a mark that one of them has, such as a block, is kept. What finds no place is told to the history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.api import COMPANY_ONLY, CONTACT_FIELDS, PERSON_ONLY, Contact, ContactFunction, Field, names_in_other_kind

JOINED = "\n\n"
EMPTY: tuple[Any, ...] = ("", None)
Row = Mapping[Any, Any]


@dataclass(kw_only=True)
class Choice:
    """One field: its value in each contact (by contact id), whose is `chosen` (None: joined), and the `result`.

    `result` is the column's value; `own` the main contact's before. `offered` are the contacts whose value can be
    chosen. `function` is whose field it is, empty for the contact's own.
    """

    name: str
    field: Field
    values: dict[int, Any]
    chosen: int | None
    result: Any
    own: Any
    function: str = ""
    is_joined: bool = False

    @property
    def key(self) -> str:
        """What choices and the history call it."""
        return f"{self.function}.{self.name}" if self.function else self.name

    @property
    def offered(self) -> list[int]:
        """Whose value can be chosen: of those who have one."""
        return [one for one, value in self.values.items() if value not in EMPTY]

    @property
    def differs(self) -> bool:
        """Whether there is anything to choose, or to see: not all of them say the same."""
        return len({str(value or "") for value in self.values.values()}) > 1

    def losing(self) -> dict[int, Any]:
        """The values that find no place in the result, by contact."""
        if self.is_joined:
            return {one: value for one, value in self.values.items() if value not in EMPTY and value not in self.result}
        return {
            one: value for one, value in self.values.items() if value not in (*EMPTY, False) and value != self.result
        }


@dataclass(kw_only=True)
class Values:
    """All single values of a plan: the choices, and those for which the result's kind has no place.

    `foreign` are the fields that only the other kind has.
    """

    kind: str
    foreign: frozenset[str]
    choices: list[Choice] = field(default_factory=list)
    placeless: dict[str, dict[int, Any]] = field(default_factory=dict)


def of_contacts(order: Sequence[Contact], chosen: Mapping[str, int]) -> Values:
    """The contacts' own fields; `order` begins with the main contact, then by precedence.

    Where kinds differ, names are carried over as a change of kind would (spec A3).
    """
    main = order[0]
    by_id = {one.id: one for one in order}
    kind = by_id[chosen["kind"]].kind if "kind" in chosen else main.kind
    foreign = COMPANY_ONLY if kind == "person" else PERSON_ONLY
    carried = {one.id: names_in_other_kind(one) for one in order if one.kind != kind}
    found = Values(kind=kind, foreign=foreign)
    for one in CONTACT_FIELDS:
        values = {contact.id: getattr(contact, one.name) for contact in order}
        if one.name in foreign:
            gone = {
                contact_id: value
                for contact_id, value in values.items()
                if value not in EMPTY and one.name not in moved_names(by_id[contact_id].kind, kind)
            }
            if gone:
                found.placeless[one.name] = gone
            continue
        for contact_id, names in carried.items():
            values[contact_id] = names.get(one.name, values[contact_id]) or values[contact_id]
        found.choices.append(choose(one, values, getattr(main, one.name), chosen.get(one.name)))
    return found


def moved_names(kind: str, to: str) -> tuple[str, ...]:
    """The fields of a kind whose words are found again in the names of the other one."""
    if kind == to:
        return ()
    return ("first_name", "middle_name", "last_name") if kind == "person" else ("company_name",)


def of_functions(function: ContactFunction, rows: Mapping[int, Row], chosen: Mapping[str, int]) -> list[Choice]:
    """The fields of a function that several contacts have; `rows` by contact id, the one that lives on first.

    Amounts of different currencies are no amounts of one row: there they are chosen together, by `currency`.
    """
    key, survivor = function.key, next(iter(rows.values()))
    money = [one for one in function.fields if one.kind == "money"]
    currencies = {row["currency"] for row in rows.values() if any(row[one.name] is not None for one in money)}
    found: list[Choice] = []
    for one in function.fields:
        if one.kind == "money" and len(currencies) > 1:
            continue
        values = {contact_id: row[one.name] for contact_id, row in rows.items()}
        default = function.model.__table__.c[one.name].default
        starts_on = default is not None and default.arg is True
        wanted = chosen.get(f"{key}.{one.name}")
        found.append(choose(one, values, survivor[one.name], wanted, key, starts_on=starts_on))
    if currencies:
        found += _amounts(key, money, rows, chosen, currencies)
    return found


def _amounts(
    function: str,
    money: Sequence[Field],
    rows: Mapping[int, Row],
    chosen: Mapping[str, int],
    currencies: set[str],
) -> list[Choice]:
    """The currency of the row that lives on; where they differ, with all amounts of the contact it is taken from."""
    currency = Field(name="currency", label="", kind="currency")
    survivor = next(iter(rows.values()))
    held = {
        contact_id: row["currency"] if any(row[one.name] is not None for one in money) else ""
        for contact_id, row in rows.items()
    }
    of_currency = choose(currency, held, survivor["currency"], chosen.get(f"{function}.currency"), function)
    found = [of_currency]
    if len(currencies) > 1:
        source = of_currency.chosen
        for one in money:
            values = {contact_id: row[one.name] for contact_id, row in rows.items()}
            taken = values.get(source) if source is not None else survivor[one.name]
            found.append(
                Choice(name=one.name, field=one, values=values, chosen=source, result=taken, own=survivor[one.name],
                       function=function)
            )  # fmt: skip
    return found


def choose(
    one: Field, values: dict[int, Any], own: Any, wanted: int | None, function: str = "", *, starts_on: bool = False
) -> Choice:
    """Whose value a field keeps; `values` in the order of precedence, `own` is what stands there now.

    `starts_on` says of a yes or no that it is yes from the start, such as "active".
    """
    made = Choice(name=one.name, field=one, values=values, chosen=None, result=own, own=own, function=function)
    filled = made.offered
    if wanted is not None:
        made.chosen, made.result = wanted, values[wanted]
    elif one.kind == "boolean":
        # A block, once set, is not lost by a merge.
        first = next(iter(values))
        made.chosen = first if starts_on else next((it for it, is_on in values.items() if is_on), first)
        made.result = values[made.chosen]
    elif one.kind == "multiline" and len(filled) > 1:
        made.result, made.is_joined = _joined([values[it] for it in filled], one.max_length), True
    else:
        made.chosen = next(iter(filled), next(iter(values)))
        made.result = values[made.chosen]
    if made.result is None and own == "":
        made.result = own
    return made


def _joined(texts: Sequence[str], longest: int) -> str:
    """Texts one below the other, each once; those that no longer fit are left to the history."""
    kept = ""
    for text in texts:
        if text in kept:
            continue
        longer = f"{kept}{JOINED}{text}" if kept else text
        if len(longer) <= longest or not kept:
            kept = longer
    return kept


def warnings(order: Sequence[Contact], sources: Mapping[str, int | None]) -> dict[str, str]:
    """What could not be verified, or was left out by an import: of each value with the contact it is taken from."""
    made: dict[str, str] = {}
    for contact in reversed(order):
        for name, text in (contact.warnings or {}).items():
            if sources.get(name, contact.id) in (contact.id, None):
                made[name] = text
    return made
