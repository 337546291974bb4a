"""Searching a base as the operator does, and what came of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.duplicates.models import DoubleKey
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.db import db

Pairs = dict[tuple[int, int], tuple[float, str]]


@pytest.fixture
def search(app: Any) -> Callable[..., Pairs]:
    """Runs `carnet duplicates`; gives score and reasons by the ids of each pair."""

    def search(*options: str) -> Pairs:
        db.session.commit()
        done = app.test_cli_runner().invoke(args=["duplicates", *options])
        assert done.exit_code == 0, done.output
        rows = csv.DictReader(io.StringIO(done.stdout))
        return {(int(row["id_a"]), int(row["id_b"])): (float(row["score"]), row["reasons"]) for row in rows}

    return search


@pytest.fixture
def bring(app: Any) -> Callable[[Iterable[Mapping[str, Any]]], list[int]]:
    """Creates contacts as an import does, five hundred at a time; gives their ids."""

    def bring(many: Iterable[Mapping[str, Any]]) -> list[int]:
        values, ids = list(many), []
        with acting(acting_as_system("import")):
            for start in range(0, len(values), 500):
                ids += [one.id for one in services.create_many(values[start : start + 500])]
                db.session.commit()
        return ids

    return bring


@pytest.fixture
def keyed(app: Any) -> Callable[[int], str | None]:
    """The normal forms that the keys of a contact were made of; None where it has no keys."""

    def keyed(contact_id: int) -> str | None:
        profile = sa.select(DoubleKey.profile).where(DoubleKey.contact_id == contact_id, DoubleKey.place == 0)
        return db.session.scalar(profile)

    return keyed
