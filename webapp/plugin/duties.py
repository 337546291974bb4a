"""Duties: they act while the plug-in is installed, switched on or off."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from webapp.plugin.fields import Label


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
