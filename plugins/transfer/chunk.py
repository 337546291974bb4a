"""The rows of a chunk on their way into the database: each whole or not at all (spec H2, H3; design: transactions)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from plugins.transfer import befores, singly, uniting
from plugins.transfer.deciding import Deciding, Decision
from plugins.transfer.entry import Entry
from plugins.transfer.ids import Ids
from plugins.transfer.matching import Known, look_up
from plugins.transfer.options import Options
from plugins.transfer.own_numbers import Numbers, joined
from webapp.api import N_, CarnetError, Numbering, _, db, many_contacts, new_ids, newcomers, no_collector, registry

DATABASE = N_("The database did not take this row: someone else may have changed the same contact. Import it again.")
DATABASE_ERRORS = (sa.exc.IntegrityError, sa.exc.DataError)


@dataclass(kw_only=True)
class Chunk:
    """Rows that are written together.

    `columns` are fields by the file's headers; `made` the contacts that this import has created so far, to which those
    of these rows are added; `decisions`, by line, go before the options. `keeps` asks for what an undo needs. `spent`:
    functions whose range is used up, with what it says; those that these rows find out are added. `brought`: the
    numbers that the whole file brings (`own_numbers`).
    """

    entries: Sequence[Entry]
    options: Options
    columns: Mapping[str, str]
    made: Ids
    decisions: Mapping[int, Decision] = field(default_factory=dict)
    keeps: bool = False
    spent: dict[str, str] = field(default_factory=dict)
    brought: Numbers = field(default_factory=dict)

    def write(self) -> list[Entry]:
        """Write the rows, so that one refusal takes no neighbour along; what became of each of them."""
        with no_collector():
            found = {one.row.line: one for one in self.entries}
            # Of all rows, also where these are written in parts.
            self.brought = joined(self.brought, (one.values for one in self.entries))
            self._bring([one for one in found.values() if one.outcome != "refused"], found)
            return list(found.values())

    def _bring(self, entries: list[Entry], found: dict[int, Entry]) -> None:
        """All together; where that fails, one half after the other, down to the row that is to blame."""
        if not entries:
            return
        try:
            with db.session.begin_nested():
                self._decide(entries)
                self._write(entries)
        except (CarnetError, *DATABASE_ERRORS):
            if len(entries) == 1:
                found[entries[0].row.line] = self._alone(Entry.of(entries[0].row, self.columns))
                return
            middle = len(entries) // 2
            for half in (entries[:middle], entries[middle:]):
                # As they were read: what was decided about them holds no more.
                anew = [Entry.of(one.row, self.columns) for one in half]
                found |= {one.row.line: one for one in anew}
                self._bring(anew, found)
        else:
            self._count(entries)

    def _decide(self, entries: Sequence[Entry]) -> None:
        known = look_up(((one.keys, one.values) for one in entries), self.options.match)
        _note_numbers(entries, known, self.brought)
        deciding = Deciding(known, self.options, new_ids("contact"), self.made, self.decisions, self.spent)
        for entry in entries:
            deciding.decide(entry)

    def _write(self, entries: Sequence[Entry]) -> None:
        newcomers.arrive([one for entry in entries for one in _newcomers(entry)])
        made = [one for one in entries if one.outcome == "created" and one.parent is not None]
        if made:
            many_contacts.set_parents({one.contact.id: one.parent.id for one in made if one.contact and one.parent})
        for entry in entries:
            if entry.outcome == "created":
                singly.note_own(entry)
            elif entry.outcome == "updated":
                singly.update(entry)
        singly.portray(entries)
        if self.keeps:
            befores.note(entries)

    def _alone(self, entry: Entry) -> Entry:
        """What fails even alone goes in step by step: what is refused of a function leaves the other values."""
        try:
            with db.session.begin_nested():
                self._decide([entry])
                singly.employ(entry)
                if entry.outcome == "created":
                    singly.create(entry)
                elif entry.outcome == "updated":
                    singly.update(entry)
                singly.portray([entry])
                if self.keeps:
                    befores.note([entry])
        except CarnetError as error:
            errors: Mapping[str, str] = getattr(error, "errors", {})
            # `emails.0.value` is of one of its e-mails.
            blamed = dict.fromkeys(name.split(".")[0] for name in errors)
            entry.refuse(" ".join([error.message, *errors.values()]), tuple(blamed))
        except DATABASE_ERRORS:
            entry.refuse(_(DATABASE))
        # The rest go without that function together: else each of them would fail alone.
        self.spent |= entry.spent
        self._count([entry])
        return entry

    def _count(self, entries: Sequence[Entry]) -> None:
        self.made.update(one.contact.id for one in entries if one.contact is not None and one.outcome == "created")


def _note_numbers(entries: Sequence[Entry], known: Known, numbers: Numbers) -> None:
    """Let ranges give numbers beyond those of the file, before any is written.

    Two that take the same number at once, one from a file and one given, would wait for each other crosswise;
    so would two that lock contacts and ranges in another order than the services, which lock contacts first.
    """
    if not any(one.functions for one in entries):
        return
    many_contacts.hold(sorted(known.contacts))
    numbering = registry().service(Numbering)
    for function, typed in sorted(numbers.items()):
        numbering.note(function, typed)


def _newcomers(entry: Entry) -> list[newcomers.Newcomer]:
    """Whom a row brings: a new contact, the companies that it names."""
    found = [
        newcomers.Newcomer(id=one.id, values={"kind": "company", "company_name": one.company_name})
        for one in entry.companies
    ]
    if entry.outcome == "created" and entry.contact is not None:
        found.append(
            newcomers.Newcomer(
                id=entry.contact.id,
                values=uniting.new_contact(entry.values),
                functions=entry.begins,
                warnings=entry.kept or {},
                links=[(one.party.id, one.values) for one in entry.links],
            )
        )
    return found
