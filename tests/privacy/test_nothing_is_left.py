"""After anonymising, none of what was noted is anywhere: tables, indexes, files, logs, answers (spec D5)."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from seeded import PICTURE, VALUES, seed

from webapp import schema, testing
from webapp.accounts import tokens
from webapp.acting import acting, acting_as_system
from webapp.contacts.models import Contact
from webapp.contacts.queries import load
from webapp.db import db, transaction
from webapp.erasing import services, tidying
from webapp.registry import registry


def forms(value: str) -> set[str]:
    """How a value may be written: as it is, folded, in JSON."""
    return {one.lower() for one in (value, json.dumps(value)[1:-1])}


NEEDLES = {value: forms(value) for value in VALUES}


def found_in(text: str) -> set[str]:
    """Which of the values stand in a text."""
    low = text.lower()
    return {value for value, ways in NEEDLES.items() if any(one in low for one in ways)}


def dump() -> dict[str, str]:
    """Every table of the database as text."""
    with db.engine.connect() as connection:
        names = sa.inspect(connection).get_table_names()
        return {
            name: "\n".join(
                " ".join(str(cell) for cell in row) for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')
            )
            for name in names
        }


@pytest.fixture
def base(
    applications: testing.Applications, database: str, tmp_path: Path, user: Any
) -> Iterator[tuple[Any, str, Path]]:
    """A base of its own, whose work is committed, with a data folder of its own."""
    with applications.empty(database) as url:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), tmp_path)
        with app.app_context():
            schema.upgrade(db.engine, registry())
            yield app, url, tmp_path
            db.session.remove()
            db.engine.dispose()


def test_D5_nothing_of_what_was_noted_is_left(base: Any, caplog: pytest.LogCaptureFixture, user: Any) -> None:
    app, url, folder = base
    caplog.set_level(logging.DEBUG)
    with transaction(), acting(acting_as_system("form")):
        admin = user("administrator", data_protection=True)
        _token, secret = tokens.create(admin, "test", "admin")
        admin_id = admin.id
    one, party = seed(admin_id)
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "once"}
    client = app.test_client()
    answer = client.post(f"/api/v1/contacts/{party}/convert", headers=headers)
    assert answer.status_code == 200
    before = set().union(*(found_in(text) for text in dump().values()))
    assert before == set(VALUES)
    exports = list((folder / "exports").iterdir())
    assert len(exports) == 1
    assert found_in(exports[0].read_text())
    caplog.clear()

    with transaction(), acting(acting_as_system("form")):
        done = services.anonymise(one)
    assert done.count > len(VALUES)

    left = {name: values for name, text in dump().items() if (values := found_in(text))}
    assert left == {}
    with db.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(sa.table("contact_picture"))) == 0
    assert list((folder / "exports").iterdir()) == []
    assert found_in(caplog.text) == set()
    tidying.sweep(app)
    in_indexes(url)
    in_files(url, folder)
    in_answers(client, headers, one, party)


def in_indexes(url: str) -> None:
    """Neither the search index nor the planner's samples know of any."""
    with db.engine.connect() as connection:
        if url.startswith("sqlite"):
            for word in ("wiesinger", "zwetschk", "pfannhaus", "doppel", "lindengasse", "privat", "4417385"):
                query = sa.text("SELECT rowid FROM contact_search WHERE contact_search MATCH :word")
                assert connection.execute(query, {"word": f'"{word}"'}).all() == [], word
            connection.exec_driver_sql(
                "CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, contact_search, instance)"
            )
            texts = {row.id: row.search_text for row in connection.execute(sa.select(Contact.id, Contact.search_text))}
            for term, rowid in connection.exec_driver_sql("SELECT term, doc FROM temp.words"):
                assert term in texts[rowid]
            # The index as it lies there, deleted entries too: one segment, which holds no trigram of theirs.
            lying = b"".join(row[0] for row in connection.exec_driver_sql("SELECT block FROM contact_search_data"))
            assert b"zwe" not in lying
            return
        statistics = connection.exec_driver_sql("SELECT * FROM pg_stats WHERE schemaname = 'public'")
        assert found_in("\n".join(str(row) for row in statistics)) == set()


def in_files(url: str, folder: Path) -> None:
    """Nor do the files of the database, as they lie on the disk, nor those of the data folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    if url.startswith("sqlite"):
        file = Path(str(sa.make_url(url).database))
        paths += [path for path in file.parent.glob(f"{file.name}*") if path.is_file()]
    for path in paths:
        lying = path.read_bytes()
        assert found_in(lying.decode("utf-8", "replace")) == set(), path
        assert PICTURE not in lying, path


def in_answers(client: Any, headers: dict[str, str], one: int, party: int) -> None:
    """Nor does the API, of the contact, of its party, of their histories; a kept answer is not told again."""
    plain = {"Authorization": headers["Authorization"]}
    answer = client.get(f"/api/v1/contacts/{one}", headers=plain)
    assert answer.status_code == 200
    assert answer.json["anonymised"] is True
    assert answer.json["number"]
    paths = [f"/contacts/{one}", f"/contacts/{one}/links", f"/contacts/{party}", f"/contacts/{party}/links"]
    paths += [f"/history?contact={one}&limit=200", f"/history?contact={party}&limit=200", "/contacts?limit=200"]
    for path in paths:
        assert found_in(client.get(f"/api/v1{path}", headers=plain).text) == set(), path
    again = client.post(f"/api/v1/contacts/{party}/convert", headers=headers)
    assert again.status_code == 409
    assert "done already" in again.json["detail"]
    history = client.get(f"/api/v1/history?contact={one}&limit=200", headers=plain).json["items"]
    changed = [line for line in history if line["action"] == "changed" and "description" in line["changes"]]
    assert [line["changes"]["description"] for line in changed] == [[None, None]] * 2
    assert history[0]["action"] == "anonymised"


def test_D5_anonymised_is_neither_found_by_name_nor_listed(base: Any, user: Any) -> None:
    _app, _url, _folder = base
    with transaction(), acting(acting_as_system("form")):
        admin = user("administrator").id
    one, _party = seed(admin)
    with transaction(), acting(acting_as_system("form")):
        services.anonymise(one)
        contact = load(one)
        assert re.fullmatch(r"Anonymised contact \d+", contact.name)
        assert all(word.isdigit() for word in contact.search_text.split())
