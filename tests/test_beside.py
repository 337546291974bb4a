"""A second process that works out answers: the same application, gone when nobody asks any more."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from webapp.acting import act, acting, acting_as_system
from webapp.administration.settings import setting
from webapp.beside import Beside


class Telling:
    """Says what it was told, who asks, and what the firm has set."""

    def __init__(self, greeting: str) -> None:
        self.greeting = greeting

    def __call__(self, name: str) -> tuple[str, str | None, Any]:
        """An answer; fails for nobody."""
        if not name:
            raise ValueError(name)
        os.write(1, b"what is printed there is no answer")
        return f"{self.greeting} {name}", act().role, setting("company.currency")


def test_answers_come_one_after_the_other_from_the_same_application(app: Any) -> None:
    with acting(acting_as_system("import")):
        there = Beside(Telling, "Hello")
        try:
            for name in ("Anna", "José 😀"):
                there.ask(name)
                assert there.answer() == (f"Hello {name}", "administrator", "EUR")
        finally:
            there.close()


def test_what_fails_there_is_no_answer_and_the_next_question_is_answered(app: Any) -> None:
    there = Beside(Telling, "Hello")
    try:
        there.ask("")
        assert there.answer() is None
        there.ask("Anna")
        assert there.answer()[0] == "Hello Anna"
    finally:
        there.close()


def test_a_process_that_is_gone_gives_no_answer(app: Any) -> None:
    there = Beside(Telling, "Hello")
    there._process.kill()
    there._process.wait()
    there.ask("Anna")
    assert there.answer() is None
    there.close()


def test_files_of_the_folder_where_somebody_stands_are_not_run(
    app: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pickle.py").write_text("open('taken', 'w').close()")
    monkeypatch.chdir(tmp_path)
    there = Beside(Telling, "Hello")
    there.ask("Anna")
    assert there.answer()[0] == "Hello Anna"
    there.close()
    assert not (tmp_path / "taken").exists()


def test_it_ends_with_the_pipe(app: Any) -> None:
    there = Beside(Telling, "Hello")
    there.close()
    assert there._process.returncode == 0
