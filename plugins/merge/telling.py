"""A plan in words, for the preview (spec E2): what can be chosen, what is put together, what comes along."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugins.merge import meetings, problems
from plugins.merge.fields import EMPTY, Choice
from plugins.merge.meetings import Meeting
from plugins.merge.plan import Plan
from plugins.merge.words import COLLECTIONS, Words, counted, entry, name_of, tags_of
from webapp.api import Blocker, Contact, ContactFunction, _, may_see, ngettext, registry

MANY = 12
"""More contacts than these are chosen from by lists: a column for each would be none to read."""
COMPANY, PERSON = "company", "person"


@dataclass(frozen=True, kw_only=True)
class Head:
    """A contact of the merge: what it is called, its number and functions, and what else tells it from the others."""

    contact: Contact
    name: str
    number: str
    functions: list[ContactFunction]
    notes: list[str]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What one contact has of a line; only what `is_offered` can be chosen."""

    contact_id: int
    text: str
    note: str = ""
    is_offered: bool = False


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line to choose from. `chosen` is whose value is kept, None for the texts of all (`joined` offers that).

    `is_given`: the user chose it; else it is what would be kept anyhow. `is_fixed`: it follows from another line.
    """

    key: str
    label: str
    cells: list[Cell]
    chosen: int | None
    function: ContactFunction | None = None
    joined: str = ""
    is_given: bool = False
    is_fixed: bool = False

    def options(self) -> list[tuple[int, str, list[int]]]:
        """Each value once, with a contact who has it and all who have it: for a list to choose from."""
        found: dict[str, tuple[int, list[int]]] = {}
        for cell in self.cells:
            if cell.is_offered:
                holder, all_of_them = found.get(cell.text, (cell.contact_id, []))
                holder = cell.contact_id if cell.contact_id == self.chosen else holder
                found[cell.text] = (holder, [*all_of_them, cell.contact_id])
        return [(holder, text, owners) for text, (holder, owners) in found.items()]


@dataclass(frozen=True, kw_only=True)
class Union:
    """Values that are put together: the first one leads where `leads` says as what; `summary` counts them."""

    label: str
    summary: str
    texts: list[str]
    leads: str = ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """The consent that holds for a channel, and why."""

    label: str
    word: str
    level: str
    hint: str


@dataclass(kw_only=True)
class Told:
    """All that the preview shows of a plan."""

    plan: Plan
    heads: list[Head]
    lines: list[Line]
    same: list[tuple[str, str, ContactFunction | None]]
    unions: list[Union]
    tags: list[str]
    functions: list[ContactFunction]
    consents: list[Consent]
    numbers: list[str]
    former: list[str]
    moved: list[tuple[str, int, bool]]
    met: list[Meeting]
    problems: list[Blocker]
    called: Callable[[int], str]

    @property
    def is_many(self) -> bool:
        """Whether there are too many for a column each."""
        return len(self.heads) > MANY

    @property
    def main(self) -> Head:
        """The contact that is kept."""
        return next(one for one in self.heads if one.contact.id == self.plan.main.id)


def tell(plan: Plan, order: Sequence[int], given: Mapping[str, int]) -> Told:
    """Put a plan into words; `order` is in which order the contacts stand, `given` what the user chose."""
    contacts = {one.id: one for one in plan.order}
    words = _words(plan)
    pick = _Picker(plan=plan, order=order, words=words, given=given)
    lines = [one for one in (*pick.kinds(), *pick.fields(), *pick.leading()) if one is not None]
    oldest = min(plan.order, key=lambda one: (one.created_at, one.id)).id
    return Told(
        plan=plan,
        heads=[_head(contacts[one], words, is_oldest=one == oldest) for one in order],
        lines=lines,
        same=pick.same(),
        unions=[one for one in map(_union, plan.entries.values()) if one is not None],
        tags=tags_of(order),
        functions=[one for key in plan.functions.keys if (one := registry().function(key)) is not None],
        consents=_consents(plan, words),
        numbers=list(dict.fromkeys(plan.numbers.present.values())),
        former=plan.numbers.former,
        moved=counted(plan.moved),
        met=meetings.told(plan, words),
        problems=problems.of(plan),
        called=words.called,
    )


def _words(plan: Plan) -> Words:
    """The names that the plan's values and links name."""
    by_kind: dict[str, set[int]] = {"user": set(), "contact": set()}
    for choice in plan.choices:
        if choice.field.kind in by_kind:
            by_kind[choice.field.kind] |= {value for value in choice.values.values() if value not in EMPTY}
    people = {
        row[side]
        for row in (*plan.links.demoted, *(pair[0] for pair in plan.links.united))
        for side in ("person_id", "party_id")
    }
    return Words.read(plan.order, by_kind["contact"] | people, by_kind["user"])


def _head(contact: Contact, words: Words, *, is_oldest: bool) -> Head:
    notes = [_("the oldest")] if is_oldest else []
    if contact.archived_at is not None:
        notes.append(_("archived"))
    return Head(
        contact=contact,
        name=name_of(contact),
        number=words.numbers.get(contact.id, ""),
        functions=[one for one in registry().functions() if one.key in words.functions.get(contact.id, [])],
        notes=notes,
    )


@dataclass(kw_only=True)
class _Picker:
    """Makes the lines to choose from."""

    plan: Plan
    order: Sequence[int]
    words: Words
    given: Mapping[str, int]

    def __post_init__(self) -> None:
        self.currencies = {one.function: one for one in self.plan.choices if one.function and one.name == "currency"}

    def kinds(self) -> list[Line]:
        """Person or company, where the contacts are not of one kind."""
        kinds = {one.id: one.kind for one in self.plan.order}
        if len(set(kinds.values())) < 2:
            return []
        chosen = next(one.id for one in self.plan.order if one.kind == self.plan.values.kind)
        labels = {COMPANY: _("Company"), PERSON: _("Person")}
        cells = [Cell(contact_id=one, text=labels[kinds[one]], is_offered=True) for one in self.order]
        return [
            Line(key="kind", label=_("Kind"), cells=cells, chosen=self.given.get("kind", chosen),
                 is_given="kind" in self.given)
        ]  # fmt: skip

    def fields(self) -> list[Line]:
        """Every field whose values differ."""
        return [self._line(one) for one in self.plan.choices if one.differs and may_see(one.key)]

    def same(self) -> list[tuple[str, str, ContactFunction | None]]:
        """What all of them say alike, or one alone says of itself."""
        found = []
        for one in self.plan.choices:
            if not one.differs and one.result not in (*EMPTY, False) and may_see(one.key):
                text = self.words.say(one.field, one.result, self._currency(one, None))
                found.append((_label(one), text, registry().function(one.function)))
        return found

    def leading(self) -> list[Line | None]:
        """Whose primary e-mail and so on leads, and whose main address."""
        labels = {
            "emails": _("Primary e-mail"),
            "phones": _("Primary phone"),
            "addresses": _("Main address"),
            "bank_accounts": _("Main bank account"),
        }
        return [self._leading(key, label) for key, label in labels.items()]

    def _line(self, one: Choice) -> Line:
        offered = set(one.offered)
        cells = [
            Cell(
                contact_id=contact_id,
                text=self.words.say(one.field, one.values.get(contact_id), self._currency(one, contact_id))
                if contact_id in one.values
                else "",
                is_offered=contact_id in offered,
            )
            for contact_id in self.order
        ]
        joins = one.field.kind == "multiline" and len(offered) > 1
        return Line(
            key=one.key,
            label=_label(one),
            function=registry().function(one.function),
            cells=cells,
            chosen=one.chosen,
            joined=_("All of them, one below the other") if joins else "",
            is_given=one.key in self.given,
            is_fixed=one.field.kind == "money" and self._in_several(one.function),
        )

    def _in_several(self, function: str) -> bool:
        currency = self.currencies.get(function)
        return currency is not None and len({value for value in currency.values.values() if value}) > 1

    def _currency(self, one: Choice, contact_id: int | None) -> str:
        """In which currency a contact's amounts are; with None those of the result."""
        currency = self.currencies.get(one.function)
        if one.field.kind != "money" or currency is None:
            return ""
        return str((currency.result if contact_id is None else currency.values.get(contact_id)) or "")

    def _leading(self, key: str, label: str) -> Line | None:
        united = self.plan.entries[key]
        held: dict[int, list[Mapping[str, Any]]] = {}
        for row in (*united.rows, *(row for row, _stays in united.doubles)):
            held.setdefault(row["contact_id"], []).append(row)
        first: dict[int, Mapping[str, Any]] = {}
        for contact_id, rows in held.items():
            rows.sort(key=lambda row: (row["position"], row["id"]))
            marks = [row for row in rows if row.get("is_primary") or row.get("purpose") == "main"]
            if marks or united.kind.has_primary:
                first[contact_id] = (marks or rows)[0]
        if len({united.kind.key(row) for row in first.values()}) < 2:
            return None
        moved_on = {row["id"] for row in united.renamed}
        cells = [
            Cell(
                contact_id=one,
                text=entry(key, first[one]) if one in first else "",
                note=_("becomes an “other” address") if one in first and first[one]["id"] in moved_on else "",
                is_offered=one in first,
            )
            for one in self.order
        ]
        return Line(key=key, label=label, cells=cells, chosen=united.chosen, is_given=key in self.given)


def _label(one: Choice) -> str:
    return _("Currency") if one.function and one.name == "currency" else str(one.field.label)


def _union(united: Any) -> Union | None:
    if not united.rows:
        return None
    key = united.kind.name
    summary = ngettext("%(num)s value", "%(num)s values", len(united.rows))
    if united.doubles:
        number = len(united.doubles)
        summary = _(
            "%(values)s, %(doubles)s",
            values=summary,
            doubles=ngettext("%(num)s double set aside", "%(num)s doubles set aside", number),
        )
    leads = ""
    if united.kind.has_primary:
        leads = _("primary")
    elif united.chosen is not None:
        leads = _("main address")
    texts = [entry(key, row) for row in united.rows]
    return Union(label=str(COLLECTIONS[key].label), summary=summary, texts=texts, leads=leads)


LEVELS = {"granted": "ok", "review": "warn", "refused": "danger"}


def _consents(plan: Plan, words: Words) -> list[Consent]:
    channel, status = COLLECTIONS["consents"].fields[:2]
    several = {row["channel"] for pair in plan.consents.aside for row in pair}
    return [
        Consent(
            label=_("Consent: %(channel)s", channel=dict(channel.choices).get(key, key)),
            word=str(dict(status.choices).get(row["status"], row["status"])),
            level=LEVELS.get(row["status"], ""),
            hint=_("The most restrictive one holds: that of %(name)s.", name=words.called(row["contact_id"]))
            if key in several
            else "",
        )
        for key, row in plan.consents.held.items()
    ]
