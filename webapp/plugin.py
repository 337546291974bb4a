"""The contract between the core and its plug-ins: frozen dataclasses, no behaviour.

A plug-in is one `Plugin` object in its package's `__init__.py`. What it declares lies on two planes:
*duties* act while the package is installed, switched on or off; *offers* act only while it is enabled.
Every extension point below is described, with an example, in `docs/plugins.md` (a test compares).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import click
    import sqlalchemy as sa
    from flask import Blueprint, Response
    from flask.typing import ResponseReturnValue

    from webapp.acting import Act

CONTRACT = 1
"""Version of this contract; a plug-in written for another one is refused at boot."""

Label = Any
"""A lazily translated string (`_l("Customer")`)."""

FieldKind = Literal[
    "text", "multiline", "boolean", "choice", "value_list", "money", "percent", "integer", "date",
    "country", "language", "currency", "user", "contact",
]  # fmt: skip


class Text(Protocol):
    """Anything that `str()` turns into the user's words."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field, declared once: its form input, its read-only line, its name in history and conflicts come from it.

    `name` is the attribute of the model; `kind` its type (money is integer minor units beside the row's
    `currency`, percent is basis points); `right` is what a user needs to see it.
    """

    name: str
    label: Label
    kind: FieldKind = "text"
    section: Label = ""
    hint: Label = ""
    choices: tuple[tuple[str, Label], ...] = ()
    value_list: str = ""
    max_length: int = 200
    required: bool = False
    right: str = "contacts.read"
    read_only: bool = False


# --- Duties -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Blocker:
    """Why a contact can't be deleted now (spec D3): how many rows, and the click that resolves it.

    `endpoint` and `values` lead to the place of the remedy; `override` tells whether an administrator
    may delete all the same (links: yes, documents that must be kept: never). Where one click does the remedy, `button`
    says what it does and `button_endpoint` takes it as a POST with the same `values`; its form's `next` is the way
    back, for `safe_next`. `plugin` is filled in by the core.
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
    plugin: str = ""


@dataclass(frozen=True, kw_only=True)
class DeleteGuard:
    """Rows of the plug-in that hold a contact back. `find(ids)` answers for many contacts at once."""

    key: str
    find: Callable[[Sequence[int]], Mapping[int, Sequence[Blocker]]]


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
    one, with the fuller values; `demote`: both stay, the absorbed contact's loses its flag; `end`: the
    absorbed contact's row is ended by the merge and revived by its undo.
    """

    table: str
    columns: tuple[str, ...]
    rule: Literal["unite", "demote", "end"]


@dataclass(frozen=True, kw_only=True)
class PersonalData:
    """Which columns of a table about contacts are personal and which may stay when it is anonymised (spec D5)."""

    table: str
    personal: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ValueList:
    """A list of values that firms edit in Settings (spec A8); `items` are the first ones: code, fr, en, de."""

    key: str
    label: Label
    items: tuple[tuple[str, str, str, str], ...] = ()


# --- Offers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FunctionState:
    """What a function allows now, as a line of its view: `word` says it, `level` how serious it is, `text` more."""

    label: Label
    word: Label
    icon: str
    level: Literal["", "ok", "warn", "danger"] = ""
    text: Label = ""


@dataclass(frozen=True, kw_only=True)
class ContactFunction:
    """A function that contacts can have (spec B1), with its own fields in `model`'s table.

    `slot`: functions of one slot exclude each other (prospect and customer share `buyer`). `final`: it can
    never be left or changed (customer). `follows`: the functions it may be converted from. `colour` is one
    of the style sheet's: prospect, customer, supplier, slot-a, slot-b. `model`'s primary key is
    `contact_function_id`. `states(row)` says of a row of `model` what the contact may do now, under `states_label`.
    """

    key: str
    label: Label
    plural: Label
    letter: Label
    view_label: Label
    icon: str
    colour: str
    slot: str
    model: type[Any]
    fields: tuple[Field, ...]
    list_endpoint: str
    final: bool = False
    follows: tuple[str, ...] = ()
    convert_label: Label = ""
    past_label: Label = ""
    states: Callable[[Any], Sequence[FunctionState]] | None = None
    states_label: Label = ""
    order: int = 100

    @property
    def css(self) -> str:
        """The style sheet's class for badge, mark and field."""
        return f"c-fn--{self.colour}"


@dataclass(frozen=True, kw_only=True)
class HistorySource:
    """Leads from a line of the history to what caused it: a `source` of `key:id` to `endpoint`, which takes `id`."""

    key: str
    label: Label
    endpoint: str


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """A line of the side navigation; `group` is `crm`, `business` or `data`.

    `count()` is shown beside it: the same for all users, and counted anew at most once a minute.
    In the group `account` it is a line of the menu of who is signed in.
    """

    label: Label
    endpoint: str
    icon: str
    group: Literal["crm", "business", "data", "account"] = "crm"
    order: int = 100
    right: str = "contacts.read"
    count: Callable[[], int] | None = None


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab of the contact file; its endpoint takes `id`. `count(contact_id)` is shown beside the label."""

    key: str
    label: Label
    endpoint: str
    order: int = 100
    count: Callable[[int], int] | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the contact lists. `values(ids)` answers for a whole page at once: text by contact id.

    `sort()` is an expression over `contact`, never NULL, by which the list is sorted where the user wants it; `shown`
    tells whether the column stands there before the user has chosen any.
    """

    key: str
    label: Label
    values: Callable[[Sequence[int]], Mapping[int, str]]
    sort: Callable[[], sa.ColumnElement[Any]] | None = None
    shown: bool = True
    functions: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A filter of the contact lists. `where(value)` narrows a select over `contact`; raises ValueError for nonsense.

    `choices()` are its values with their words; `name(value)` says one of them without looking up all. With
    `several` a list may be narrowed to any of many values; with `typed` others than the `choices` may be written.
    `ids(values)`, where an index finds them, selects the ids of the contacts, of the live ones at least, that any of
    these values narrows to, each once: of a million contacts a few are then found from there; None for values that no
    index finds.
    """

    key: str
    label: Label
    choices: Callable[[], Sequence[tuple[str, Text]]]
    where: Callable[[str], sa.ColumnElement[bool]]
    ids: Callable[[Sequence[str]], sa.Select[Any] | None] | None = None
    name: Callable[[str], Text] | None = None
    several: bool = False
    typed: bool = False
    functions: tuple[str, ...] = ()
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class ListAction:
    """A link in the head of the contact lists, such as an import; with `fills`, offered where a list is empty too."""

    key: str
    label: Label
    endpoint: str
    icon: str
    fills: bool = False
    right: str = "contacts.read"
    order: int = 100


@dataclass(frozen=True)
class Outcome:
    """What became of one record: `reason` in the user's words, `before` (JSON) what taking it back needs."""

    what: Literal["done", "skipped", "failed"]
    reason: Text = ""
    before: Any = None


Outcomes = Mapping[int, Outcome]
"""By contact id."""


@dataclass(frozen=True, kw_only=True)
class MassAction:
    """What can be done to many contacts (spec G2).

    `run(ids, values)` does it to a chunk of them, in the transaction at hand, and tells each one's outcome;
    `webapp.api.each` makes it out of what does one. Work that keeps something from chunk to chunk, such as a file, is
    `work(chunk, values)` instead. `values` are what `fields(values)` ask the user beforehand,
    checked; what is asked may follow from what was answered so far. `check(ids, values)` names, without changing
    anything, the contacts that would be skipped or refused, and why; of no contact at all it is asked whether the
    values can be right, and raises `Invalid` where not. `undo(befores, values)` takes back what `run` did:
    by contact id the `before` of its outcome; where there is no way back, `final(values)` says so in a sentence.
    `functions` limits it to some lists; `of` tells whether lists of live or of archived contacts offer it. `chunk`
    contacts are done at once.
    """

    key: str
    label: Label
    icon: str
    run: Callable[[Sequence[int], Mapping[str, Any]], Outcomes] | None = None
    work: Callable[[Any, Mapping[str, Any]], None] | None = None
    title: Callable[[int, Mapping[str, Any]], Text] | None = None
    check: Callable[[Sequence[int], Mapping[str, Any]], Outcomes] | None = None
    fields: Callable[[Mapping[str, Any]], Sequence[Field]] | None = None
    undo: Callable[[Mapping[int, Any], Mapping[str, Any]], Outcomes] | None = None
    final: Callable[[Mapping[str, Any]], Text] = lambda values: ""
    warning: Label = ""
    functions: tuple[str, ...] = ()
    of: Literal["live", "archived"] = "live"
    right: str = "contacts.manage"
    chunk: int = 100
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """Long work on many records (spec G3), done chunk by chunk, each in its own transaction.

    `run(chunk)` does the records of a `webapp.jobs.chunk.Chunk` and tells each one's outcome there. `title(params,
    total)` names the job in the user's words. `undo(chunk)` takes the records back that an earlier job did;
    `final(params)` says why there is no way back, empty where there is one. `size(params)` records are one chunk.
    `right(params)` is asked anew before each chunk, of the user who started it.
    """

    key: str
    run: Callable[[Any], None]
    title: Callable[[Mapping[str, Any], int], Text]
    undo: Callable[[Any], None] | None = None
    final: Callable[[Mapping[str, Any]], Text] = lambda params: ""
    size: Callable[[Mapping[str, Any]], int] = lambda params: 100
    right: Callable[[Mapping[str, Any]], str] = lambda params: "contacts.manage"


@dataclass(frozen=True, kw_only=True)
class SettingsPage:
    """A page of the settings: a card on their home and a line of their side list. `hint` says what it is for.

    `section` is one of `webapp.administration.pages.SECTIONS`; a page that belongs to nobody else's is `plugins`.
    """

    key: str
    label: Label
    section: Literal["general", "crm", "finance", "users", "plugins"]
    endpoint: str
    icon: str
    hint: Label = ""
    right: str = "settings"
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Realm:
    """Addresses below `prefix` whose callers and errors are the plug-in's business: no cookie counts there.

    `caller()` says who acts, or answers instead of the view (401); views marked public are not asked for.
    `around(view)` runs a view inside the request's transaction; `answer(error)` is the answer to a `CarnetError`
    or one of Werkzeug's.
    """

    key: str
    prefix: str
    caller: Callable[[], Act | Response]
    answer: Callable[[Exception], Response]
    around: Callable[[Callable[[], ResponseReturnValue]], ResponseReturnValue] = lambda view: view()


REST_PREFIX = "/api/v1"


@dataclass(frozen=True, kw_only=True)
class RestResource:
    """Calls of the REST API: a blueprint of flask-smorest, mounted below `REST_PREFIX` and described by its schemas.

    They answer while this plug-in is enabled, and one that offers the realm of that prefix.
    """

    key: str
    blueprint: Blueprint


@dataclass(frozen=True, kw_only=True)
class Service:
    """An object behind one of the Protocols in `webapp.ports`; one plug-in at most provides each."""

    port: type[Any]
    provide: Callable[[], Any]


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A function that hears of an event of `webapp.events`, inside the same transaction."""

    event: type[Any]
    hear: Callable[[Any], None]


@dataclass(frozen=True, kw_only=True)
class Plugin:
    """All that a plug-in does to others, on one screen.

    `name` is its package's name; `migrations` the folder of its Alembic versions inside that package.
    """

    name: str
    label: Label
    version: str
    contract: int = CONTRACT
    requires: tuple[str, ...] = ()
    # duties
    models: tuple[type[Any], ...] = ()
    migrations: str = ""
    delete_guards: tuple[DeleteGuard, ...] = ()
    function_guards: tuple[FunctionGuard, ...] = ()
    merge_rules: tuple[MergeRule, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    value_lists: tuple[ValueList, ...] = ()
    # offers
    blueprints: tuple[Blueprint, ...] = ()
    functions: tuple[ContactFunction, ...] = ()
    menu: tuple[MenuEntry, ...] = ()
    tabs: tuple[Tab, ...] = ()
    history_sources: tuple[HistorySource, ...] = ()
    columns: tuple[Column, ...] = ()
    filters: tuple[Filter, ...] = ()
    list_actions: tuple[ListAction, ...] = ()
    mass_actions: tuple[MassAction, ...] = ()
    job_kinds: tuple[JobKind, ...] = ()
    settings_pages: tuple[SettingsPage, ...] = ()
    realms: tuple[Realm, ...] = ()
    rest_resources: tuple[RestResource, ...] = ()
    services: tuple[Service, ...] = ()
    subscribers: tuple[Subscriber, ...] = ()
    commands: tuple[click.Command, ...] = ()
