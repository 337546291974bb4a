"""The page that brings in a file of contacts."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.transfer import views
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.history.models import HistoryEntry


@pytest.fixture
def send(sign_in: Callable[..., Any]) -> Callable[..., Any]:
    """Sends a file as a manager."""
    client = sign_in("manager")

    def send(content: str | bytes, name: str = "list.csv", **fields: str) -> Any:
        raw = content if isinstance(content, bytes) else content.encode()
        data = {"file": (io.BytesIO(raw), name), **fields}
        return client.submit("/import", data, content_type="multipart/form-data")

    return send


def total() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) or 0


def test_J1_the_page_is_for_managers(sign_in: Callable[..., Any]) -> None:
    assert sign_in("editor").get("/import").status_code == 403
    page = sign_in("manager").get("/import")
    assert page.status_code == 200
    assert b'enctype="multipart/form-data"' in page.data
    assert b'href="/import"' in page.data


def test_H2_a_file_of_300_rows_goes_in(send: Callable[..., Any]) -> None:
    rows = "".join(f"N{at};n{at}@w.example;{20000 + at}\n" for at in range(298))
    text = "Nachname;E-mail;PLZ;Schuhgröße\n" + rows.replace("\n", ";1\n") + "Weber;n5@w.example;;\n;;Bonn;\n"
    page = send(text, name="C:/Users/anna/liste.csv")
    assert page.status_code == 200
    html = page.get_data(as_text=True)
    assert "liste.csv" in html
    assert "Users" not in html
    for key, count in {"created": 299, "doubles": 1, "refused": 1, "updated": 0}.items():
        assert f'data-count="{key}">{count}<' in html
    assert "This row has no name" in html
    assert "Schuhgröße" in html
    assert "same e-mail" in html
    assert total() == 299
    entry = db.session.scalars(sa.select(HistoryEntry).limit(1)).one()
    assert (entry.way, entry.source) == ("import", "liste.csv")
    assert entry.user_id is not None


def test_H2_rehearse_changes_nothing(send: Callable[..., Any]) -> None:
    page = send("Nachname;E-mail\nA;x@w.example\nB;x@w.example\n", do="rehearse")
    assert 'data-count="created">2<' in page.get_data(as_text=True)
    assert total() == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Nachname;Ort\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "read this file"),
        (b"a;b\nc;d\n", "No column name is known"),
    ],
)
def test_a_bad_file_brings_the_form_back(send: Callable[..., Any], content: bytes, says: str) -> None:
    page = send(content)
    assert page.status_code == 422
    assert says in page.get_data(as_text=True)


def test_a_large_file_is_sent_to_the_command(send: Callable[..., Any], monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "MOST_ROWS", 2)
    page = send("Nachname\nA\nB\nC\n")
    assert page.status_code == 422
    assert "carnet import" in page.get_data(as_text=True)
    monkeypatch.setattr(views, "MOST_BYTES", 1024)
    page = send(b"Nachname\n" + b"A" * 1024)
    assert page.status_code == 422
    assert total() == 0


def test_no_file_and_no_token(send: Callable[..., Any], client: Any) -> None:
    assert send("", name="").status_code == 422
    assert client.post("/import", data={"file": (io.BytesIO(b"x"), "x.csv")}).status_code == 400


@pytest.mark.parametrize(
    "given", ["C:\\Users\\anna\\liste.csv", "/home/anna/liste.csv", "liste.csv", "../liste.csv\x00"]
)
def test_of_the_file_s_name_only_the_name_is_kept(given: str) -> None:
    assert views._bare_name(given) == "liste.csv"


def test_names_in_a_file_are_text_on_the_page(send: Callable[..., Any]) -> None:
    html = send(
        'Nachname;E-mail;<b>x</b>\n<script>alert(1)</script>;x@w.example;1\n<i>;x@w.example;1\n;;"<u>"\n'
    ).get_data(as_text=True)
    for bad in ("<script>alert", "<i>", "<b>x", "<u>"):
        assert bad not in html
