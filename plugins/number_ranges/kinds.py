"""Which ranges there are, what takes its numbers from which, and the switches of that (spec F1, F2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from webapp.api import ContactFunction, Missing, NumberRange, _, registry, setting

COMMON = "common"
SECTION = "number_ranges"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A range: of contact functions, which share its numbers, or of what a plug-in `asked` for."""

    key: str
    label: str
    functions: tuple[ContactFunction, ...] = ()
    asked: NumberRange | None = None
    is_on: bool = True

    @property
    def shares(self) -> tuple[str, ...]:
        """The keys of its functions."""
        return tuple(one.key for one in self.functions)


def default(name: str) -> Any:
    """What a switch is until the firm sets it; raises KeyError for one that there is not."""
    key, _stop, switch = name.rpartition(".")
    function = registry().function(key)
    if function is not None and function.number_range != "none":
        if switch == "own":
            return function.number_range == "own"
        if switch in ("starts", "keeps"):
            return True
    asked = _asked(key)
    if asked is not None and switch == "on":
        # What fills a field that users have typed into so far waits until it is wanted.
        return not asked.field
    raise KeyError(name)


def switch(key: str, name: str) -> bool:
    """A switch of a function or range: `own`, `starts` (a number from the start), `keeps`, `on`."""
    return bool(setting(f"{SECTION}.{key}.{name}"))


def numbered() -> list[ContactFunction]:
    """All functions that have numbers, those of switched-off plug-ins too: their numbers are kept apart as well."""
    return [one for one in registry().all_functions() if one.number_range != "none"]


def range_of(function: str) -> str:
    """The range from which a function takes its numbers; "" where it has none. A range's own key is itself."""
    found = registry().function(function)
    if found is None:
        return function
    if found.number_range == "none":
        return ""
    return function if _has_own(found) else COMMON


def _has_own(function: ContactFunction) -> bool:
    return switch(function.key, "own")


def members(key: str) -> tuple[ContactFunction, ...]:
    """The functions that take their numbers from a range."""
    return tuple(one for one in numbered() if range_of(one.key) == key)


def kinds() -> list[Kind]:
    """All ranges that act: the common one, those of functions with their own, those asked for and switched on."""
    own = [one for one in registry().functions() if one.number_range != "none" and _has_own(one)]
    asked: Sequence[NumberRange] = registry().offers("number_ranges")
    return [kind(COMMON), *(kind(one.key) for one in own), *(kind(one.key) for one in asked)]


def acting() -> list[str]:
    """The keys of all ranges from which something takes numbers now."""
    own = [one.key for one in numbered() if _has_own(one)]
    asked: Sequence[NumberRange] = registry().offers("number_ranges")
    return [COMMON, *own, *(one.key for one in asked if switch(one.key, "on"))]


def kind(key: str) -> Kind:
    """One range, whether it acts or waits for its switch; raises `Missing`."""
    if key == COMMON:
        return Kind(key=key, label=_("Common range"), functions=members(key))
    function = registry().function(key)
    if function is not None and function.number_range != "none" and registry().is_function_enabled(key):
        is_own = _has_own(function)
        return Kind(key=key, label=str(function.plural), functions=(function,), is_on=is_own)
    asked = _asked(key)
    if asked is None:
        raise Missing(_("There is no number range “%(key)s”.", key=key[:40]))
    return Kind(key=key, label=str(asked.label), asked=asked, is_on=switch(key, "on"))


def filling(function: str) -> dict[str, str]:
    """The fields of a function that ranges fill: by name the range."""
    found: Sequence[NumberRange] = registry().offers("number_ranges")
    return {one.field: one.key for one in found if one.field and one.function == function and switch(one.key, "on")}


def _asked(key: str) -> NumberRange | None:
    found: Sequence[NumberRange] = registry().offers("number_ranges")
    return next((one for one in found if one.key == key), None)
