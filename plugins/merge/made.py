"""Merges that were made, in words: what each did, and what taking it back would do (spec E6)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from plugins.merge import undoing
from plugins.merge.models import MergeStep
from plugins.merge.undoing import Conflict, Undoing
from plugins.merge.words import COLLECTIONS, counted, name_of
from webapp.api import (
    Contact,
    ContactNumber,
    Gone,
    HistoryEntry,
    Merge,
    MergedContact,
    Missing,
    Refused,
    _,
    act,
    among,
    change_label,
    change_value,
    db,
    fetch,
    field_words,
    may_see,
    need,
    registry,
    user_names,
)

PAGE = 50
NAMED = 3
"""Absorbed contacts that a line of the list names."""
FUNCTION = "contact_function"


@dataclass(frozen=True, kw_only=True)
class Absorbed:
    """A contact that was absorbed, with the number that it had."""

    contact: Contact
    name: str
    number: str


@dataclass(kw_only=True)
class Made:
    """A merge that was made: `main` is None once that contact is purged."""

    merge: Merge
    main: Contact | None
    absorbed: list[Absorbed]
    users: Mapping[int | None, str]
    moved: list[tuple[str, int, bool]]

    @property
    def name(self) -> str:
        """The main contact's."""
        return name_of(self.main) if self.main else _("a contact that is purged")


def load(merge_id: int) -> Made:
    """One merge; raises `Missing`, and `Gone` where its main contact is in the bin and the user may not look there."""
    need("contacts.read")
    made = db.session.get(Merge, merge_id, populate_existing=True) if 0 < merge_id < 2**63 else None
    if made is None:
        raise Missing(_("There is no such merge."))
    main = db.session.get(Contact, made.main_id) if made.main_id is not None else None
    if main is not None and main.deleted_at is not None and not act().may("contacts.manage"):
        raise Gone(_("This contact is in the bin: ask a manager to restore it."))
    query = sa.select(Contact).join(MergedContact, MergedContact.contact_id == Contact.id)
    contacts = db.session.scalars(query.where(MergedContact.merge_id == made.id).order_by(MergedContact.position)).all()
    numbers = numbers_before(main.id if main else None, [one.id for one in contacts])
    return Made(
        merge=made,
        main=main,
        absorbed=[Absorbed(contact=one, name=name_of(one), number=numbers.get(one.id, "")) for one in contacts],
        users=user_names({made.user_id, made.undone_by_id}),
        moved=counted(_moved(made.id)),
    )


def numbers_before(main_id: int | None, ids: Sequence[int]) -> dict[int, str]:
    """The numbers of contacts, those too that a merge gave to the main contact; one statement."""
    columns = (ContactNumber.contact_id, ContactNumber.came_from_id, ContactNumber.value)
    its_own = among(ContactNumber.contact_id, ids)
    query = sa.select(*columns).where(sa.or_(its_own, among(ContactNumber.came_from_id, ids)))
    found: dict[int, str] = {}
    for row in fetch(query.order_by(ContactNumber.id)):
        found.setdefault(row.came_from_id if row.came_from_id in set(ids) else row.contact_id, row.value)
    return found


def _moved(merge_id: int) -> Counter[str]:
    """How many rows of each table it gave to the main contact."""
    found = Counter[str]()
    rows = fetch(sa.select(MergeStep.kind, MergeStep.table, MergeStep.data).where(MergeStep.merge_id == merge_id))
    for row in rows:
        if row.kind == "move":
            found[row.table] += sum(len(one["rows"]) for one in row.data)
        elif row.table == FUNCTION:
            found[row.table] += sum("contact_id" in one["after"] for one in row.data)
    return +found


@dataclass(frozen=True, kw_only=True)
class Question:
    """A field that was changed since: its value before the merge, and now."""

    field: str
    label: str
    before: str
    now: str
    answer: str = ""


@dataclass(kw_only=True)
class Undo:
    """What taking a merge back would do; with `refused` it can't be, and `merge` or `contact` is where to go first."""

    refused: str = ""
    merge: int | None = None
    contact: int | None = None
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def undo_of(made: Made, answers: Mapping[str, str]) -> Undo:
    """The same in words; `answers` are those given so far."""
    try:
        found = undoing.preview(made.merge.id)
    except Refused as error:
        return Undo(refused=error.message, merge=error.details.get("merge"), contact=error.details.get("contact"))
    return Undo(
        questions=[_question(one, found, answers.get(one.field, "")) for one in found.conflicts],
        notes=list(_notes(made, found)),
    )


def _notes(made: Made, found: Undoing) -> Sequence[str]:
    names = {one.contact.id: one.name for one in made.absorbed}
    notes = []
    for contact_id, to in found.parting.conversions():
        function = registry().function(to)
        notes.append(
            _("%(name)s will be “%(function)s” as well, for it was converted since.",
              name=names.get(contact_id, ""), function=function.label if function else to)
        )  # fmt: skip
    for key in found.parting.gained.values():
        function = registry().function(key)
        notes.append(
            _("“%(function)s” stays with %(name)s, which got it after the merge.",
              function=function.label if function else key, name=made.name)
        )  # fmt: skip
    return notes


def _question(one: Conflict, found: Undoing, answer: str) -> Question:
    if one.field.startswith("consents."):
        channel, *others = COLLECTIONS["consents"].fields
        words = {key: str(label) for field in others for key, label in field.choices}
        key = one.field.partition(".")[2]
        label = _("Consent: %(channel)s", channel=dict(channel.choices).get(key, key))
        before, after = (words.get(value, str(value or "")) for value in (one.before, one.now))
    else:
        label = change_label(one.field)
        money = _money(one, found)
        before, after = money or (change_value(one.field, one.before), change_value(one.field, one.now))
        if not may_see(one.field):
            before = after = _("hidden from your role")
    return Question(field=one.field, label=label, before=before, now=after, answer=answer)


def _money(one: Conflict, found: Undoing) -> tuple[str, str] | None:
    """Amounts, each in the currency that it had; None for what is no amount."""
    key, _dot, name = one.field.partition(".")
    function = registry().function(key)
    own = next((field for field in function.fields if field.name == name), None) if function else None
    if own is None or own.kind != "money":
        return None
    change = next(change for change in found.changes if change.field == one.field)
    row = found.now[change.table, change.key]
    same_row = (other for other in found.changes if (other.table, other.key) == (change.table, change.key))
    before = next((other.before["currency"] for other in same_row if "currency" in other.before), row["currency"])
    return field_words(own, one.before, before or ""), field_words(own, one.now, row["currency"] or "")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of the list of merges: `names` are the first of those absorbed, `number` is how many they are."""

    merge: Merge
    main: str
    names: list[str]
    number: int


def listed(before: int | None = None) -> tuple[list[Listed], int | None, Mapping[int | None, str]]:
    """A page of all merges, the newest first; the last one's id where there are more; the names of who did it.

    Four statements, whatever the number of merges and of contacts in them.
    """
    need("contacts.manage")
    query = sa.select(Merge).order_by(Merge.id.desc()).limit(PAGE + 1)
    rows = db.session.scalars(query if before is None else query.where(Merge.id < before)).all()
    page = rows[:PAGE]
    ids = [one.id for one in page]
    counts = {
        row.merge_id: row.number
        for row in fetch(
            sa.select(MergedContact.merge_id, sa.func.count().label("number"))
            .where(among(MergedContact.merge_id, ids))
            .group_by(MergedContact.merge_id)
        )
    }
    shown = sa.and_(among(MergedContact.merge_id, ids), MergedContact.position < NAMED)
    absorbed: dict[int, list[int]] = {}
    for row in fetch(
        sa.select(MergedContact.merge_id, MergedContact.contact_id).where(shown).order_by(MergedContact.position)
    ):
        absorbed.setdefault(row.merge_id, []).append(row.contact_id)
    wanted = {one for of_one in absorbed.values() for one in of_one} | {one.main_id for one in page if one.main_id}
    names = {one.id: name_of(one) for one in db.session.scalars(sa.select(Contact).where(among(Contact.id, wanted)))}
    users = user_names({one for row in page for one in (row.user_id, row.undone_by_id)})
    lines = [
        Listed(
            merge=one,
            main=names.get(one.main_id or 0, _("a contact that is purged")),
            names=[names[key] for key in absorbed.get(one.id, []) if key in names],
            number=counts.get(one.id, 0),
        )
        for one in page
    ]
    return lines, page[-1].id if len(rows) > PAGE else None, users


def undo_offers(entries: Sequence[HistoryEntry]) -> dict[int, str]:
    """Which lines of the history tell of a merge that the present user may take back; one statement."""
    if not act().may("contacts.manage"):
        return {}
    merges = {
        one.id: int(number)
        for one in entries
        if one.action == "merged" and (number := (one.source or "").partition(":")[2]).isdecimal() and len(number) < 19
    }
    query = sa.select(Merge.id).where(among(Merge.id, set(merges.values())), Merge.undone_at.is_(None))
    held = {row.id for row in fetch(query)} if merges else set()
    return {entry_id: _("Take the merge back…") for entry_id, merge_id in merges.items() if merge_id in held}
