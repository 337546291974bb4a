"""The form of a proposal: all its fields and lines as plain strings. Nothing typed is ever lost (spec A5)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from plugins.proposals import amounts, showing, values
from plugins.proposals.amounts import Totals
from plugins.proposals.contents import Line
from plugins.proposals.models import Proposal, ProposalLine
from webapp.api import Contact, Field, Invalid, _, _l, act, db, field_text, field_words, setting, today

LINES = "lines"
NUMBER = Field(name="number", label=_l("Number"), max_length=64)
FIELDS: tuple[Field, ...] = (*values.FIELDS, NUMBER)
NAMES = tuple(one.name for one in values.LINE_FIELDS)
_OF_LINE = re.compile(r"lines-(\d{1,4})-(\w+)")
USUAL = ("discount", "vat_rate", "unit")
"""What a line that is added takes over from the one above."""


def usual_vat_rate() -> int:
    """The rate of the line that was written last: a firm has one that most of what it sells has."""
    return db.session.scalar(sa.select(ProposalLine.vat_rate).order_by(ProposalLine.id.desc()).limit(1)) or 0


def is_empty(line: Mapping[str, str]) -> bool:
    """Whether nothing was typed into a line; what it took over from the one above is nothing that was typed."""
    return not any(value.strip() for name, value in line.items() if name not in USUAL)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What two editors changed at once: before, theirs, mine, in words."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str


@dataclass(kw_only=True)
class ProposalForm:
    """What stands in the form. `base` is what stood there when it was opened; `version` the one that was read."""

    values: dict[str, str]
    lines: list[dict[str, str]]
    version: int = 0
    base: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def new(cls, contact: Contact) -> ProposalForm:
        """An empty one for a contact, as `services.create` would fill in what is left out."""
        responsible = contact.responsible_id if contact.responsible_id is not None else act().user_id
        given = {
            "currency": contact.currency or str(setting("company.currency")),
            "valid_until": values.last_day(today()).isoformat(),
            "responsible_id": "" if responsible is None else str(responsible),
        }
        form = cls(values={one.name: given.get(one.name, "") for one in FIELDS}, lines=[])
        form.add()
        form.lines[0]["vat_rate"] = _typed("vat_rate", usual_vat_rate(), "")
        return form

    @classmethod
    def stored(cls, proposal: Proposal) -> ProposalForm:
        """The form as the proposal stands."""
        currency = proposal.currency
        form = cls(
            values={one.name: field_text(one, getattr(proposal, one.name)) for one in FIELDS},
            lines=[{name: _typed(name, getattr(line, name), currency) for name in NAMES} for line in proposal.lines],
            version=proposal.version,
        )
        form.base = form.told()
        return form

    @classmethod
    def posted(cls, sent: Mapping[str, str]) -> ProposalForm:
        """The form as it was sent; without a readable version nobody knows what was read, and -1 is no proposal's."""
        lines: dict[int, dict[str, str]] = {}
        for key, value in sent.items():
            if (found := _OF_LINE.fullmatch(key)) and found[2] in NAMES:
                lines.setdefault(int(found[1]), dict.fromkeys(NAMES, ""))[found[2]] = value
        version = sent.get("version", "")
        return cls(
            values={one.name: sent.get(one.name, "") for one in FIELDS},
            lines=[lines[at] for at in sorted(lines)[: values.MOST_LINES + 1]],
            version=int(version) if version.isdecimal() and len(version) < 19 else -1,
            base=sent.get("base", ""),
        )

    @property
    def is_too_long(self) -> bool:
        """Whether more lines were sent than a proposal has; of those that are too many, one is kept."""
        return len(self.lines) > values.MOST_LINES

    def told(self) -> str:
        """Fields and lines as one text, for `base`."""
        return json.dumps([self.values, self.lines], ensure_ascii=False)

    # --- Lines ------------------------------------------------------------------------------------------

    def add(self) -> None:
        """One line more, of the kind of the last."""
        above = self.lines[-1] if self.lines else {}
        kept = {name: above.get(name, "") for name in ("vat_rate", "unit")}
        if len(self.lines) < values.MOST_LINES:
            self.lines.append({**dict.fromkeys(NAMES, ""), **kept})

    def take_out(self, at: int) -> None:
        """One line less; nothing where there is none at that place."""
        if 0 <= at < len(self.lines):
            del self.lines[at]

    def move(self, at: int, step: int) -> None:
        """A line up or down."""
        if 0 <= at < len(self.lines) and 0 <= at + step < len(self.lines):
            self.lines[at], self.lines[at + step] = self.lines[at + step], self.lines[at]

    # --- Values -----------------------------------------------------------------------------------------

    @property
    def currency(self) -> str:
        """The currency that amounts are read in, while it is one."""
        typed = self.values["currency"]
        try:
            return str(values.checked({"currency": typed}, currency="", is_new=False)["currency"])
        except Invalid:
            return str(setting("company.currency"))

    def given(self) -> dict[str, Any]:
        """What services take. Lines in which nothing was typed are dropped from the form as well."""
        self.lines = [one for one in self.lines if not is_empty(one)]
        found: dict[str, Any] = {**self.values, LINES: [dict(one) for one in self.lines]}
        if not found["number"].strip():
            del found["number"]
        return found

    def amounts(self) -> list[Line | None]:
        """The lines that can be reckoned already, in their places."""
        currency = self.currency
        return [_line(one, currency) for one in self.lines]

    # --- Two editors ------------------------------------------------------------------------------------

    def take_over(self, sent: Mapping[str, str], theirs: ProposalForm) -> None:
        """What was chosen on the page with both versions: `choice-<name>` is `theirs` or `mine`."""
        for name in self.values:
            if sent.get(f"choice-{name}") == "theirs":
                self.values[name] = theirs.values[name]
        if sent.get(f"choice-{LINES}") == "theirs":
            self.lines = theirs.lines

    def meet(self, theirs: ProposalForm) -> tuple[list[Difference], list[str], list[str]]:
        """What both changed, labels of what only I changed, of what only they changed; theirs is taken over."""
        old_values, old_lines = self._before()
        both, only_mine, only_theirs = [], [], []
        for one in FIELDS:
            old, mine, stored = old_values.get(one.name, ""), self.values[one.name], theirs.values[one.name]
            if mine == stored:
                continue
            if stored == old:
                only_mine.append(str(one.label))
            elif mine == old:
                only_theirs.append(str(one.label))
                self.values[one.name] = stored
            else:
                before, theirs_told, mine_told = (_words(one, text) for text in (old, stored, mine))
                both.append(Difference(name=one.name, label=str(one.label), before=before, theirs=theirs_told,
                                       mine=mine_told))  # fmt: skip
        self.lines = [one for one in self.lines if not is_empty(one)]
        if self.lines != theirs.lines:
            if theirs.lines == old_lines:
                only_mine.append(_("Lines"))
            elif self.lines == old_lines:
                only_theirs.append(_("Lines"))
                self.lines = theirs.lines
            else:
                told = [_in_words(lines) for lines in (old_lines, theirs.lines, self.lines)]
                both.append(Difference(name=LINES, label=_("Lines"), before=told[0], theirs=told[1], mine=told[2]))
        self.version, self.base = theirs.version, theirs.base
        return both, only_mine, only_theirs

    def _before(self) -> tuple[dict[str, str], list[dict[str, str]]]:
        """What stood there, as far as it can be read: it has been to a browser and back."""
        try:
            found, lines = json.loads(self.base or "[{}, []]")
            return (
                {name: str(found.get(name, "")) for name in self.values},
                [{name: str(one.get(name, "")) for name in NAMES} for one in lines],
            )
        except (ValueError, AttributeError, TypeError):
            return {}, []


def sums(lines: Sequence[Line | None]) -> Totals:
    """The sums of what can be reckoned already."""
    return amounts.totals(one for one in lines if one is not None)


def _typed(name: str, value: Any, currency: str) -> str:
    """A value of a line as its input holds it: no nought where nothing is taken off."""
    if name == "quantity":
        return showing.typed(value, amounts.QUANTITY)
    if name == "discount" and not value:
        return ""
    if name in ("discount", "vat_rate"):
        return showing.typed(value, 100)
    return field_text(_LINE[name], value, currency)


_LINE = {one.name: one for one in values.LINE_FIELDS}


def _line(typed: Mapping[str, str], currency: str) -> Line | None:
    """A line whose numbers can be read; what it describes does not matter yet."""
    if is_empty(typed):
        return None
    given = {**typed, "description": typed.get("description") or "–"}
    try:
        found = values.checked({LINES: [given]}, currency=currency, is_new=False)[LINES][0]
        values.fits(amounts.totals([line := Line(**found)]))
    except Invalid:
        return None
    return line


def _words(one: Field, text: str) -> str:
    """A value as the page with both versions shows it."""
    try:
        found = values.checked({one.name: text}, currency="", is_new=False)[one.name]
    except (Invalid, KeyError):
        return text
    return field_words(one, found) if one.kind in ("date", "currency", "user") else text


def _in_words(lines: Sequence[Mapping[str, str]]) -> str:
    """Lines as text, one in a row."""
    return "\n".join(" · ".join(filter(None, _parts(one))) for one in lines)


def _parts(line: Mapping[str, str]) -> tuple[str, ...]:
    discount, vat_rate = (f"{line[name]} %" if line[name] else "" for name in ("discount", "vat_rate"))
    amount = f"{line['quantity']} {line['unit']}".strip()
    return line["description"], amount, line["unit_price"], f"−{discount}" if discount else "", vat_rate
