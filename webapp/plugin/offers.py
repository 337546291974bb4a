"""Offers: they act while the plug-in is enabled. Those that work on many records are in `webapp.plugin.work`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from webapp.plugin.fields import Field, Label, Text

if TYPE_CHECKING:
    import sqlalchemy as sa
    from flask import Blueprint, Response
    from flask.typing import ResponseReturnValue

    from webapp.acting import Act


@dataclass(frozen=True, kw_only=True)
class FunctionState:
    """What a function allows now, as a line of its view: `word` says it, `level` how serious it is, `text` more.

    `action` is a link, for who may edit, to where that is changed: `endpoint`, which takes the contact's `id`.
    """

    label: Label
    word: Label
    icon: str
    level: Literal["", "ok", "warn", "danger"] = ""
    text: Label = ""
    action: Label = ""
    endpoint: str = ""


@dataclass(frozen=True, kw_only=True)
class ContactFunction:
    """A function that contacts can have (spec B1), with its own fields in `model`'s table.

    `slot`: functions of one slot exclude each other (prospect and customer share `buyer`). `final`: it can
    never be left or changed (customer). `follows`: the functions it may be converted from. `colour` is one
    of the style sheet's: prospect, customer, supplier, slot-a, slot-b. `model`'s primary key is
    `contact_function_id`. `states(row)` says of a row of `model` what the contact may do now, under `states_label`.
    `number_range` says where its numbers come from until a firm sets it otherwise: the range that functions share
    (spec F1), one of its `own`, or `none`: such a function has no number by itself. `kept_papers` is the sentence that
    such a contact can only be anonymised while the law keeps papers of it (spec D4); empty, a contact is spoken of.
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
    number_range: Literal["common", "own", "none"] = "common"
    kept_papers: Label = ""
    order: int = 100

    @property
    def css(self) -> str:
        """The style sheet's class for badge, mark and field."""
        return f"c-fn--{self.colour}"


@dataclass(frozen=True, kw_only=True)
class HistorySource:
    """Leads from a line of the history to what caused it: a `source` of `key:id` to `endpoint`, which takes `id`.

    `offers(entries)` says of all such lines of a page at once what the present user may do there now, by the line's
    id, as the words of a button.
    """

    key: str
    label: Label
    endpoint: str
    offers: Callable[[Sequence[Any]], Mapping[int, Text]] | None = None


@dataclass(frozen=True, kw_only=True)
class MenuEntry:
    """A line of the side navigation; `group` is `crm`, `business` or `data`.

    `count()` is shown beside it: the same for all users unless it `is_own`, which is counted for each of them, and
    counted anew the more rarely the longer it takes, but within a minute. In the group `account` it is a line of the
    menu of who is signed in.
    """

    label: Label
    endpoint: str
    icon: str
    group: Literal["crm", "business", "data", "account"] = "crm"
    order: int = 100
    right: str = "contacts.read"
    count: Callable[[], int] | None = None
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class Tab:
    """A tab of the contact file; its endpoint takes `id`. `count(contact_id)` is shown beside the label."""

    key: str
    label: Label
    endpoint: str
    order: int = 100
    count: Callable[[int], int] | None = None


@dataclass(frozen=True, kw_only=True)
class FileHint:
    """Says something of a contact at the head of its file. `find(contact)` gives labels, each with where it leads.

    It is asked on every tab of every file: one statement at most, the same for all contacts.
    """

    key: str
    find: Callable[[Any], Sequence[tuple[Label, str]]]
    icon: str = "info"
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """Keys of a page, as the help of the shortcuts names them under `where`; an element's `data-key` makes them act."""

    keys: str
    label: Label
    where: Label
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of the contact lists. `values(ids)` answers for a whole page at once: text by contact id.

    `sort()` is an expression over `contact`, never NULL, by which the list is sorted where the user wants it; `shown`
    tells whether the column stands there before the user has chosen any. With an `icon`, its texts are states to watch.
    """

    key: str
    label: Label
    values: Callable[[Sequence[int]], Mapping[int, str]]
    sort: Callable[[], sa.ColumnElement[Any]] | None = None
    shown: bool = True
    icon: str = ""
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
    """A link in the head of the contact lists, such as an import; with `fills`, offered where a list is empty too.

    With `takes_list` its address is told, as `in`, the list that is shown (`ListPlace.read`).
    """

    key: str
    label: Label
    endpoint: str
    icon: str
    fills: bool = False
    takes_list: bool = False
    right: str = "contacts.read"
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class SettingsPage:
    """A page of the settings: a card on their home and a line of their side list. `hint` says what it is for.

    `section` is one of `webapp.administration.pages.SECTIONS`; a page that belongs to nobody else's is `plugins`.
    `values` are those that the endpoint's address needs. With `needs`, a contact function's key, the page is there
    only while contacts can be given that function.
    """

    key: str
    label: Label
    section: Literal["general", "crm", "finance", "users", "plugins"]
    endpoint: str
    icon: str
    hint: Label = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    needs: str = ""
    right: str = "settings"
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class SettingDefaults:
    """What the plug-in's settings are until the firm sets them: those whose names begin with `key` and a full stop.

    `value(name)`, with the rest of the name, gives JSON; it raises KeyError for a setting that there is not.
    """

    key: str
    value: Callable[[str], Any]


@dataclass(frozen=True, kw_only=True)
class NumberRange:
    """Numbers that something of the plug-in takes in turn from whoever provides `Numbering` (spec F1, F2).

    `column` is where they are kept, with an index: what stands there is not given again. Where `function` and `field`
    name a text field of a contact function, it is filled by itself when the function begins; such a range is switched
    on in Settings. `prefix`, `length` (digits) and `first` are what its numbers look like until a firm sets them.
    """

    key: str
    label: Label
    column: Any
    prefix: str = ""
    length: int = 5
    first: int = 1
    function: str = ""
    field: str = ""
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class Check:
    """Something that `carnet doctor` looks at: `find()` gives one line for each finding, with what to do."""

    key: str
    find: Callable[[], Sequence[str]]


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


EMBED_PREFIX = "/embed"
"""Where pages lie that are shown inside a page of somebody else."""


@dataclass(frozen=True, kw_only=True)
class Embed:
    """A page that a firm may show inside its portal, as a card, a list or a form there (spec I3).

    `endpoint` is the page's own, of this plug-in or of the core; its template and its view serve there too. `takes`
    are what a portal names of it: arguments of its address, or of its query; a field of kind `contact` is an id.
    `parts` are further endpoints that it fetches from, or sends forms to. `scope` is what a portal must be granted for
    it: reading, creating contacts, or editing what is there. `height` is what its frame has at first, in pixels.
    """

    key: str
    label: Label
    endpoint: str
    takes: tuple[Field, ...] = ()
    parts: tuple[str, ...] = ()
    scope: Literal["read", "create", "edit"] = "read"
    icon: str = "plug"
    height: int = 320
    order: int = 100


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
    """An object behind one of the Protocols in `webapp.ports`; one plug-in at most provides each.

    `replaces` names a plug-in whose provider of the port steps back while this one is enabled.
    """

    port: type[Any]
    provide: Callable[[], Any]
    replaces: str = ""


@dataclass(frozen=True, kw_only=True)
class Subscriber:
    """A function that hears of an event of `webapp.events`, inside the same transaction.

    `hear_many` is called instead of it, once, where what is done to many contacts at once makes many of the same event,
    such as an import: for what costs a statement whatever the number. Without it `hear` is called for each.
    """

    event: type[Any]
    hear: Callable[[Any], None]
    hear_many: Callable[[Sequence[Any]], None] | None = None


@dataclass(frozen=True, kw_only=True)
class DemoRows:
    """Rows of the plug-in's own tables that `carnet demo` adds to made-up contacts.

    `columns` are those filled, by table, in the order in which rows refer to each other; a table whose first column is
    `id` is given its ids by the chunk. `begin(random)` is asked once and gives what makes of each
    `DemoChunk` its rows: by table, tuples in the order of the columns, as the drivers take them.
    Drawn from `random` alone, contact by contact, the same seed makes the same rows. Rows of `history_entry` are
    contact id, moment, way, source, action, and the changes as JSON.
    """

    key: str
    columns: Mapping[str, tuple[str, ...]]
    begin: Callable[[Any], Callable[[Any], Mapping[str, Sequence[tuple[Any, ...]]]]]
    order: int = 100
