"""How a file is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from plugins.transfer.matching import DEFAULT_KEYS

Doubles = Literal["create", "update", "skip"]
Decision = Literal["create", "update", "merge", "skip"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """By which keys rows are matched, what to do with likely doubles, whether only to rehearse."""

    match: tuple[str, ...] = DEFAULT_KEYS
    doubles: Doubles = "create"
    rehearse: bool = False
