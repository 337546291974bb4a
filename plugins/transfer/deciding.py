"""What is to be done with a row: decided against the contacts it can meet, and noted on these; nothing is written.

So a later row meets what an earlier one makes, in a rehearsal as in an import (spec H2, H3).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from plugins.transfer import added, befores, linking, uniting
from plugins.transfer.entry import Entry
from plugins.transfer.held import Held, texts
from plugins.transfer.ids import Ids
from plugins.transfer.matching import Known
from plugins.transfer.options import Decision, Options
from plugins.transfer.planned import planned
from plugins.transfer.slots import followed, slot_of
from webapp.api import (
    N_,
    CarnetError,
    ContactFunction,
    Field,
    _,
    added_fields,
    fold,
    function_values,
    known_function,
    not_to_be_left,
    number_not_free,
    registry,
)

WARNING = "import."
"""What the keys of an import's warnings on a contact begin with; the field's name follows."""

NO_FUNCTION = N_(
    "Number “%(number)s” was not taken over, for it belongs to a function: name prospect, customer or supplier in a "
    "column Functions."
)
NO_SUCH_FUNCTION = N_("What stands there of “%(function)s” is left out: the contact does not have this function.")
FUNCTION_REFUSED = N_("The function was not taken over: %(reason)s")
NUMBER_REFUSED = N_("The number was not taken over: %(reason)s")
EXTERNAL_ID_TAKEN = N_("External id “%(id)s” was not taken over, for it is another contact's: correct it there first.")

PICTURE_STAYS = N_("It has another picture, which stays: take that away first to have the one of this file.")

REACHING = frozenset({"emails", "phones", "addresses", "vat_id", "external_id", "number", "numbers"})
"""By what someone is told from a namesake."""

NOTHING_SPENT: Mapping[str, str] = {}


class Deciding:
    """Decides about rows in their order. `ids` are for the contacts that they make; `made` are those that this import
    has made so far; `decisions`, by line, go before the options. `spent`: of which functions the ranges are used up,
    and what they say.
    """

    def __init__(
        self,
        known: Known,
        options: Options,
        ids: Iterator[int],
        made: Ids,
        decisions: Mapping[int, Decision],
        spent: Mapping[str, str] = NOTHING_SPENT,
    ) -> None:
        self.known, self.options, self.ids, self.made, self.decisions = known, options, ids, made, decisions
        self.spent = spent
        self.touched: dict[int, Held] = {}
        self._functions: dict[str, ContactFunction | str] = {}
        self._fields: dict[tuple[str, str], Sequence[Field]] = {}

    def decide(self, entry: Entry) -> None:
        """Decide about one row."""
        decision = self.decisions.get(entry.row.line)
        if decision == "skip":
            entry.outcome = "skipped"
            return
        try:
            contact = self.known.find(entry.keys, entry.functions, self.options.match)
        except CarnetError as error:
            entry.refuse(error.message, tuple(error.details.get("fields", ())))
            return
        if contact is None and decision != "create":
            contact = self._same(entry)
            if contact is not None:
                entry.values |= self._as_written(contact, entry)
        if contact is None:
            self._settle_external_id(None, entry)
            entry.double = next(iter(self.known.likely(entry.keys)), None)
            wanted = decision or self.options.doubles
            if entry.double is not None and wanted == "skip":
                entry.outcome, entry.contact = "skipped", entry.double[0]
                return
            if entry.double is None or wanted == "create":
                self._create(entry)
                return
            contact = entry.double[0]
        self._update(contact, entry)

    def _create(self, entry: Entry) -> None:
        self._lack(entry)
        contact = planned(next(self.ids), entry, self._added(entry.values["kind"]))
        entry.contact, entry.outcome = contact, "created"
        self._complete(contact, entry)
        entry.kept = {WARNING + name: text for name, text in entry.warnings.items()}
        contact.warnings = entry.kept
        self._note(contact, entry.keys._replace(external="", number="", numbers=()))

    def _lack(self, entry: Entry) -> None:
        """Warn of what is required of a new contact and of its functions, and is not in the row: it goes in."""
        kind, own = entry.values["kind"], entry.values.get("own", {})
        entry.warnings |= added.lacking(entry.values.get("added", {}), self._added(kind))
        for key in entry.functions:
            entry.warnings |= added.lacking(own.get(key, {}), self._added("", key))

    def _added(self, kind: str, owner: str = "") -> Sequence[Field]:
        """The fields that the firm has added, asked once for all rows."""
        if (owner, kind) not in self._fields:
            self._fields[owner, kind] = added_fields(owner, kind)
        return self._fields[owner, kind]

    def _update(self, contact: Held, entry: Entry) -> None:
        """Add what the row says to a contact."""
        self._settle_external_id(contact, entry)
        entry.contact = contact
        if changes := uniting.difference(contact, entry.values):
            entry.changes, entry.shown = changes, texts(changes, contact)
            entry.old = befores.held(contact, changes)
        has_changed = self._complete(contact, entry) or bool(changes)
        if self._warn(contact, entry) or has_changed:
            entry.outcome = "updated"
            uniting.unite(contact, changes, entry.keys)
            self._note(contact)

    def _note(self, contact: Held, keys: Any = None) -> None:
        self.known.add(contact, keys)
        self.touched[contact.id] = contact

    # --- Whether it is there already ----------------------------------------------------------------------

    def _same(self, entry: Entry) -> Held | None:
        """The contact of which the row says nothing new, so that the same file twice makes no double (spec H3).

        By name alone it is the same where this import has not made it with more than the row says: two rows of
        one list may be namesakes. A company of which only the name is known, made for those who work there, is
        what the row tells more about.
        """
        for one, _why in self.known.likely(entry.keys):
            if self._says_nothing_new(one, entry):
                return one
        for one, is_bare in self.known.namesakes(entry.keys):
            if is_bare and one.kind == "company" and entry.keys.named:
                return one
            is_of_this_file = one.line is not None or one.id in self.made
            told_apart = is_of_this_file and self.known.fuller(one, entry.keys)
            if not told_apart and self._says_nothing_new(one, entry):
                return one
        return None

    def _says_nothing_new(self, contact: Held, entry: Entry) -> bool:
        has, values = list(contact.functions), entry.values
        if self._is_anothers(values.get("external_id", ""), contact):
            # It would be left out.
            values = {name: value for name, value in values.items() if name != "external_id"}
        values = {**values, **self._as_written(contact, entry)}
        return (
            not uniting.difference(contact, values)
            and set(entry.functions) <= {*has, *followed(has)}
            and all(
                contact.has_number(one, number) or not self.known.is_free(contact, one, number)
                for one in entry.functions
                if (number := entry.number_of(one))
            )
            and linking.is_linked(contact, entry)
            and not self._own_changes(contact, entry)
        )

    @staticmethod
    def _as_written(contact: Held, entry: Entry) -> dict[str, str]:
        """The names as the contact has them, where those of a row that tells no more are the same but for case and
        accents.
        """
        if not REACHING.isdisjoint(entry.values):
            return {}
        both = ((name, getattr(contact, name), entry.values.get(name, "")) for name in uniting.NAMES)
        return {name: present for name, present, told in both if told and fold(present) == fold(told)}

    def _own_changes(self, contact: Held, entry: Entry) -> dict[str, dict[str, Any]]:
        """What a row says of the contact's functions in added fields that is not noted yet, by function."""
        own = {key: values for key, values in entry.values.get("own", {}).items() if key in contact.functions}
        there = [key for key in own if contact.functions[key] is not None]
        rows = function_values(contact.id, there) if there else {}
        found: dict[str, dict[str, Any]] = {}
        for key, values in own.items():
            noted = contact.own.get(key, {})
            new = {name: value for name, value in values.items() if name not in noted or noted[name] != value}
            found[key] = added.difference(rows[key], key, new) if key in rows else new
        return {key: changes for key, changes in found.items() if changes}

    # --- What is to be done -------------------------------------------------------------------------------

    def _settle_external_id(self, contact: Held | None, entry: Entry) -> None:
        """An id that leads to this contact already is not added; one that is another's is left out, with a warning."""
        external = entry.values.get("external_id", "")
        if external and self.known.owners(external):
            del entry.values["external_id"]
            if self._is_anothers(external, contact):
                entry.warnings["external_id"] = _(EXTERNAL_ID_TAKEN, id=external)

    def _is_anothers(self, external: str, contact: Held | None) -> bool:
        owners = self.known.owners(external) if external else ()
        return bool(owners) and (contact is None or contact.id not in owners)

    def _complete(self, contact: Held, entry: Entry) -> bool:
        """Functions, number, picture, links and company above; whether that changes anything."""
        changed = self._activate(contact, entry)
        changed = self._portray(contact, entry) or changed
        for key in entry.values.get("own", {}).keys() - contact.functions.keys():
            entry.remarks.append(_(NO_SUCH_FUNCTION, function=key))
        entry.own = self._own_changes(contact, entry)
        for key, values in entry.own.items():
            contact.own.setdefault(key, {}).update(values)
            entry.shown |= {f"{key}.{name}": [None, str(value)] for name, value in values.items()}
        has_more = linking.link(contact, entry, self._company)
        self.touched |= {one.id: one for one in linking.given_a_primary(entry)}
        return changed or bool(entry.own) or has_more

    def _company(self, name: str, entry: Entry) -> Held:
        """The company of exactly that name, made where there is none."""
        found = self.known.company(fold(name))
        if found is None:
            found = Held(id=next(self.ids), line=entry.row.line, kind="company", company_name=name)
            found.sort_name = fold(name)
            entry.companies.append(found)
            self._note(found)
        return found

    @staticmethod
    def _portray(contact: Held, entry: Entry) -> bool:
        """Let a contact that has none have the row's picture; whether that changes anything."""
        given = entry.values.get("picture")
        if given is None or contact.picture == given.digest:
            return False
        if contact.picture:
            entry.remarks.append(_(PICTURE_STAYS))
            return False
        entry.picture, contact.picture = given, given.digest
        entry.shown["picture"] = [None, given.cell.partition(" @")[0]]
        return True

    def _activate(self, contact: Held, entry: Entry) -> bool:
        number = entry.values.get("number", "")
        has = list(contact.functions)
        wanted = entry.functions or (tuple(has) if number and len(has) == 1 else ())
        if number and not wanted and not any(one.folded == fold(number) for one in contact.numbers):
            entry.warnings["number"] = _(NO_FUNCTION, number=number)
        changed = False
        for function in wanted:
            own = entry.number_of(function)
            if function in contact.functions and (not own or contact.has_number(function, own)):
                continue
            changed = self._begin(contact, function, own, entry) or changed
        return changed

    def _begin(self, contact: Held, key: str, number: str, entry: Entry) -> bool:
        """Whether a function begins, or has another number."""
        present = next((one for one in contact.functions if slot_of(one) == slot_of(key)), None)
        reason = self._refusal(contact, key, present)
        if not reason and not number and not contact.numbers:
            reason = self.spent.get(key, "")
        if reason:
            # The row's other values go in all the same: a rule about one function is no reason to lose them.
            entry.remarks.append(_(FUNCTION_REFUSED, reason=reason))
            return False
        if number and not self.known.is_free(contact, key, number):
            entry.warnings["number"] = _(NUMBER_REFUSED, reason=number_not_free(number).message)
            number = ""
            if present == key:
                return False
        entry.begins.append((key, number))
        entry.shown[f"function.{key}"] = [present, number or key]
        row_id, slot = contact.functions.get(key), slot_of(key)
        others = {one: row for one, row in contact.functions.items() if slot_of(one) != slot}
        contact.functions = others | {key: row_id}
        if present == key:
            entry.renumbered[key] = next((one.value for one in contact.numbers if one.is_present(key)), "")
        if number:
            uniting.renumber(contact, key, number)
            self.known.reserve(contact, key, number)
        return True

    def _refusal(self, contact: Held, key: str, present: str | None) -> str:
        """Why a contact can't have a function (spec C4, C6, I1)."""
        if key not in self._functions:
            try:
                self._functions[key] = known_function(key)
            except CarnetError as error:
                self._functions[key] = error.message
        function = self._functions[key]
        if isinstance(function, str):
            return function
        if present is None or present == key:
            return ""
        known = registry().function(present)
        name = contact.name or contact.sort_name
        if refusal := not_to_be_left(present, known is not None and known.final, function, name):
            return refusal.message
        row_id = contact.functions[present]
        for guard in self._guards if row_id is not None else ():
            if guard.function == present and (reasons := guard.find([row_id])):
                return str(reasons[row_id])
        return ""

    @cached_property
    def _guards(self) -> Sequence[Any]:
        return [one for _plugin, one in registry().duties("function_guards") if one.action == "convert"]

    @staticmethod
    def _warn(contact: Held, entry: Entry) -> bool:
        """Keep the row's warnings, drop those of cells that are good now; whether that changes any."""
        parts = {part for address in entry.values.get("addresses", []) for part in address}
        settled = {"row", *entry.values, *parts}
        # What is said of a field that was left empty ends with a value for it, as everywhere.
        ended = {WARNING + name for name in entry.changes}
        present = {key: text for key, text in (contact.warnings or {}).items() if key not in ended}
        contact.warnings = present
        kept = {key: text for key, text in present.items()
                if key.removeprefix(WARNING) not in settled or not key.startswith(WARNING)}  # fmt: skip
        kept |= {WARNING + name: text for name, text in entry.warnings.items()}
        if kept == present:
            return False
        entry.warned, entry.kept = present, kept
        contact.warnings = kept
        return True
