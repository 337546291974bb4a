"""Duties: they act while the plug-in is installed, switched on or off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from webapp.plugin.fields import Field, Label

if TYPE_CHECKING:
    import sqlalchemy as sa

    from webapp.erasing.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Why a contact can't be deleted now (spec D3): how many rows, and the click that resolves it.

    `endpoint` and `values` lead to the place of the remedy; `override` tells whether an administrator
    may delete all the same (links: yes, documents that must be kept: never). Where one click does the remedy, `button`
    says what it does and `button_endpoint` takes it as a POST with the same `values`; its form's `next` is the way
    back, for `safe_next`; `button_values` are its own where they are others. `see` are the words of the link to
    `endpoint`. `right` is what a user needs for the remedy: who lacks it is told whom to ask. `plugin` is filled in by
    the core.

    `retained` are papers that the law keeps (spec D4): nobody can delete the contact, an administrator neither, and
    the dialog offers to anonymise it instead; `kept_until` is the last day on which one of them must be kept.
    """

    key: str
    label: str
    count: int
    remedy: str
    override: bool = False
    endpoint: str = ""
    values: Mapping[str, Any] | None = None
    button: str = ""
    button_endpoint: str = ""
    button_values: Mapping[str, Any] | None = None
    see: str = ""
    right: str = "contacts.edit"
    plugin: str = ""
    retained: bool = False
    kept_until: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class DeleteGuard:
    """Rows of the plug-in that hold a contact back. `find(ids)` answers for many contacts at once.

    `tables` are those that the guard answers for: while a row of theirs refers to a contact, `find` tells of it.
    `cut(contact_id)` takes away what `find` allows to override, where an administrator deletes all the same; the
    histories of the contacts that stay tell of it. Without it nothing can be overridden.
    """

    key: str
    find: Callable[[Sequence[int]], Mapping[int, Sequence[Blocker]]]
    tables: tuple[str, ...] = ()
    cut: Callable[[int], object] | None = None


@dataclass(frozen=True, kw_only=True)
class FunctionGuard:
    """A reason why a contact function may not be left (`convert` or `release`) now.

    `find(contact_function_ids)` maps each held one to a sentence that names the remedy (spec C6).
    """

    function: str
    action: Literal["convert", "release"]
    find: Callable[[Sequence[int]], Mapping[int, str]]


@dataclass(frozen=True, kw_only=True)
class MergeRule:
    """What happens to rows that can't stand side by side after a merge (spec E5, E7).

    `columns` are those of the unique key that holds a reference to a contact. `unite`: equal rows become
    one, with the fuller values, and the other is kept with the absorbed contact; `demote`: both move, the absorbed
    contact's loses its flag, the boolean column that the unique index asks for; `end`: the absorbed contact's row is
    ended by the merge, or kept with it where it has no end, and revived by the undo. `stay`: the reference never
    moves, since the row tells of that very contact, such as what is derived from it; `columns` may then be any.
    `refuse`: the merge is refused where two meet.
    """

    table: str
    columns: tuple[str, ...]
    rule: Literal["unite", "demote", "end", "stay", "refuse"]


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """Which columns of a table about contacts are personal and which may stay when one is anonymised (spec D5).

    `label` is what users read where its rows are counted, such as what a merge brings along. A row is a contact's
    where one of the columns `by` refers to it, or to a row that is its own; without `by`, where any does, but for
    those that tell where a merge took it from. A table may be declared several times, each `by` other columns.

    `rows="go"`: they are deleted whole. Else `personal` is set to NULL, or where that may not be to nothing of its
    kind: an empty text, `{}`; `empty` says otherwise. `retained(contact_ids)` gives the ids of rows that the law keeps
    as they are, each with the last day of that; `why` tells users why these, or what is `kept`, stay.

    `where()` is a condition on its rows that are personal at all, where not all of them are.

    `goes_along` says that its rows go with the contact when that is deleted for good (spec D1); rows of a table for
    which nobody says so, and no delete guard answers, hold the contact back.
    """

    table: str
    label: Label = ""
    personal: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    rows: Literal["stay", "go"] = "stay"
    empty: Mapping[str, Any] = field(default_factory=dict)
    why: Label = ""
    retained: Callable[[Sequence[int]], Mapping[int, dt.date]] | None = None
    goes_along: bool = False
    where: Callable[[], sa.ColumnElement[bool]] | None = None


@dataclass(frozen=True, kw_only=True)
class Erasure:
    """Where a plug-in keeps what was noted of contacts outside of tables that hang on one (spec D5): files, payloads of
    jobs, answers that wait, names written into other contacts' rows.

    `find(subject)` counts what would go; `erase(subject)` takes it away, in the present transaction, and counts it.
    Files are deleted by `after_commit`. `tables` are those that it looks after.

    What is kept for a term has `overdue()`, whether that of anything is over, and `expire()`, which erases some of it
    in the present transaction: a worker asks and calls from time to time.
    """

    key: str
    label: Label
    find: Callable[[Subject], int]
    erase: Callable[[Subject], int]
    tables: tuple[str, ...] = ()
    overdue: Callable[[], bool] | None = None
    expire: Callable[[], None] | None = None


@dataclass(frozen=True, kw_only=True)
class HistoryWords:
    """What a plug-in's lines of the history say: `actions` by key, each with its words and an icon.

    `fields` explain the values that changed, each `name` as it stands there, after `key` and a full stop.
    """

    key: str
    actions: Mapping[str, tuple[Label, str]] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ValueList:
    """A list of values that firms edit in Settings (spec A8); `items` are the first ones: code, fr, en, de."""

    key: str
    label: Label
    items: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class SearchedText:
    """What a plug-in has written of contacts, by which the search finds them too (spec A7, G1).

    `texts(ids)` gives the present texts by contact id, in one statement. They are folded into the contacts' own index;
    whoever changes them says so by `webapp.api.refresh_searched`, in the same transaction. While the plug-in is off
    they are kept up to date all the same, since merges move them, and found no more once no plug-in has any.
    """

    key: str
    texts: Callable[[Sequence[int]], Mapping[int, Sequence[str]]]
