"""What several extension points are described with: words, and fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

Label = Any
"""A lazily translated string (`_l("Customer")`)."""

FieldKind = Literal[
    "text", "multiline", "boolean", "choice", "value_list", "money", "percent", "integer", "date",
    "country", "language", "currency", "user", "contact", "decimal", "choices", "link",
]  # fmt: skip


class Text(Protocol):
    """Anything that `str()` turns into the user's words."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field, declared once: its form input, its read-only line, its name in history and conflicts come from it.

    `name` is the attribute of the model; `kind` its type (money is integer minor units beside the row's
    `currency`, percent is basis points, decimal a whole number of units of its last of `decimals` places, choices the
    codes of those that are chosen); `right` is what a user needs to see it. `withdrawn` are those `choices` that stay
    readable and are offered no more.

    `is_added` marks one that a provider of `MoreFields` adds: what follows is for these. Contacts of other `kinds` than
    those named don't have it (all have it where none is named), `default` is what a new one begins with.
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
    decimals: int = 0
    withdrawn: frozenset[str] = frozenset()
    is_added: bool = False
    kinds: tuple[str, ...] = ()
    default: Any = None
