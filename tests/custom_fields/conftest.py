"""Defines fields as an administrator does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from plugins.custom_fields import services
from plugins.custom_fields.models import CustomField
from webapp.acting import acting, acting_as_system


@pytest.fixture
def define(app: Any) -> Callable[..., CustomField]:
    """`define("choice", "Level", choices=("Gold", "Silver"), owner="customer")`: an English label and its code."""

    def one(kind: str, label: str, choices: Sequence[str] = (), **values: str) -> CustomField:
        with acting(acting_as_system("form")):
            made = services.add({"kind": kind, "label_en": label, "personal": "1", **values})
            for text in choices:
                services.add_choice(made.id, {"label_en": text})
            return made

    return one


@pytest.fixture
def one_of_each(define: Any) -> None:
    """A field of every kind, of contacts: `nickname`, `story`, `score` …"""
    define("text", "Nickname", section="Fun")
    define("multiline", "Story")
    define("decimal", "Score", decimals="3")
    define("date", "Met on")
    define("boolean", "Vegetarian")
    define("choice", "Level", choices=("Gold", "Silver"))
    define("choices", "Hobbies", choices=("Chess", "Golf", "Tennis"))
    define("link", "Profile")
