"""Offers: they act while the plug-in is enabled. Those that work on many records are in `webapp.plugin.work`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from webapp.plugin.fields import Field, Label, Text

if TYPE_CHECKING:
    import sqlalchemy as sa
    from flask import Blueprint, Response
    from flask.typing import ResponseReturnValue

    from webapp.acting import Act


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

    `count()` is shown beside it: the same for all users, and counted anew the more rarely the longer it takes, but
    within a minute. In the group `account` it is a line of the menu of who is signed in.
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
