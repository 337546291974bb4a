"""`carnet duplicates` (contract): its columns, its file, and what goes wrong in one line."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from plugins.duplicates import services
from webapp.db import db


@pytest.fixture
def two(make, system) -> tuple[int, int]:
    ids = tuple(
        make("Kerbrat SARL", vat_id="FR40303265045", emails=[{"value": "a@kerbrat.example"}]).id for _one in "ab"
    )
    db.session.commit()
    return ids


def run(app: Any, *options: str) -> Any:
    return app.test_cli_runner().invoke(args=["duplicates", *options])


def test_the_pairs_are_written_to_stdout_and_told_of_on_stderr(app, two) -> None:
    done = run(app)
    assert done.exit_code == 0
    head, row = csv.reader(done.stdout.splitlines())
    assert head == ["id_a", "id_b", "score", "reasons"]
    assert row[:2] == [str(one) for one in two]
    assert 60 <= float(row[2]) < 100
    assert row[3] == "same e-mail; same VAT id, tax number or IBAN; same name; same website or e-mail domain"
    assert "1 possible double (2 contacts, 1 pair compared)." in done.stderr


def test_the_pairs_are_written_to_a_file(app, two, tmp_path: Path) -> None:
    target = tmp_path / "pairs.csv"
    assert run(app, "--output", str(target)).exit_code == 0
    assert target.read_text().count("\n") == 2
    done = run(app, "--output", str(tmp_path / "no" / "pairs.csv"))
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1)
    assert "Traceback" not in done.output


def test_an_empty_base_has_a_head_alone(app) -> None:
    assert run(app).stdout.strip() == "id_a,id_b,score,reasons"


def test_while_a_job_searches_the_command_waits_for_nobody(app, two) -> None:
    services.search()
    db.session.commit()
    done = run(app)
    assert done.exit_code == 1
    assert "A search for doubles is at work already" in done.stderr
