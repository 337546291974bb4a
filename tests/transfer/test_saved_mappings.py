"""What columns hold is saved under a name, shared, and chosen again for the same columns (spec H1)."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import sqlalchemy as sa
from sending import Sender, chosen_columns

from plugins.transfer.models import SavedMapping
from webapp.contacts.models import Contact
from webapp.db import db

ODD = "Wer;Wohin;Was\nAdler;a@w.example;Kunde seit 1999\n"
CHOSEN = {"column.0": "last_name", "column.1": "emails.work", "column.2": "", "constant.0.field": "tags",
          "constant.0.value": "Messe", "country": "FR", "match": ["number", "email"], "doubles": "skip"}  # fmt: skip


def test_H1_a_mapping_is_kept_and_chosen_again_for_the_same_columns(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    url = sender.rehearse("Nachname;" + ODD, **{"column.1": "", "save_as": ""})
    assert db.session.scalar(sa.select(SavedMapping.id)) is None
    text = "Nachname;Wohin;Was\nAdler;a@w.example;x\n"
    url = sender.rehearse(text, **CHOSEN, save_as="Messe Lyon")
    sender.do(url, "start")
    contact = db.session.scalars(sa.select(Contact)).one()
    assert ([one.value for one in contact.emails], contact.tags) == (["a@w.example"], ["Messe"])
    other = Sender(sign_in("administrator"))
    again = other.send(text.replace("Adler", "Berg").replace("a@w", "b@w")).headers["Location"]
    page = other.page(again)
    assert "Messe Lyon" in page
    assert other.columns(again) == {"column.0": "last_name", "column.1": "emails.work", "column.2": ""}
    assert "Messe Lyon" in other.page("/import")
    saved = db.session.scalars(sa.select(SavedMapping)).one()
    assert other.client.submit(f"/import/mappings/{saved.id}/remove").status_code == 303
    assert "Messe Lyon" not in other.page("/import")


def test_H1_a_file_whose_columns_nobody_knows_is_mapped_by_hand(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    columns = sender.send("Wer;Wozu\nSpecht;Messe\nEule;Salon\n").headers["Location"]
    assert sender.columns(columns) == {"column.0": "", "column.1": ""}
    answer = sender.client.submit(columns, sender.columns(columns))
    assert answer.status_code == 422
    assert "who the contacts are" in answer.get_data(as_text=True)
    answer = sender.client.submit(columns, {"column.0": "last_name", "column.1": "tags"})
    assert answer.status_code == 303
    sender.do(answer.headers["Location"], "start")
    found = db.session.scalars(sa.select(Contact).order_by(Contact.last_name))
    assert [(one.last_name, one.tags) for one in found] == [("Eule", ["Salon"]), ("Specht", ["Messe"])]


def test_H1_a_mapping_that_makes_no_contact_is_refused_with_what_was_sent(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    columns = sender.send("Nachname;Ort\nA;Bonn\n").headers["Location"]
    for fields in ({"column.0": "", "column.1": ""}, {"column.0": "nonsense"}):
        answer = sender.client.submit(columns, fields)
        assert answer.status_code == 422, fields
    assert sender.client.submit(columns, {"column.0": "last_name"}).status_code == 303


def test_H1_a_refused_mapping_comes_back_as_it_was_sent(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    columns = sender.send("Nachname;Ort;Was\nA;Bonn;x\n").headers["Location"]
    sent = {"column.0": "", "column.1": "addresses.delivery.city", "column.2": "tags"}
    more = {"constant.0.field": "description", "constant.0.value": "Salon <Lyon>", "kind": "company",
            "country": "FR", "match": ["vat_id"], "doubles": "skip", "save_as": "Mine & yours"}  # fmt: skip
    answer = sender.client.submit(columns, sent | more)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert chosen_columns(page) == sent
    for told in (
        '<option value="description" selected>', 'value="Salon &lt;Lyon&gt;"', '<option value="company" selected>',
        '<option value="FR" selected>', 'value="vat_id" checked', '<option value="skip" selected>',
        'value="Mine &amp; yours"',
    ):  # fmt: skip
        assert told in page, told
    assert page.count(" checked>") == 1
    assert sender.columns(columns)["column.0"] == "last_name"


def test_H1_a_value_for_each_row_that_its_field_can_t_have_is_refused(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    columns = sender.send("Nachname\nA\n").headers["Location"]
    for field, text, says in (
        ("addresses.main.country", "Narnia", "“Narnia” in column “Country” is no known country"),
        ("functions", "horse", "“horse” in column “Contact functions” is no contact function"),
        ("birth_date", "soon", "is no date that can be read"),
    ):
        constant = {"constant.0.field": field, "constant.0.value": text}
        answer = sender.client.submit(columns, {"column.0": "last_name", "save_as": "Bad", **constant})
        assert answer.status_code == 422, field
        assert says in unescape(answer.get_data(as_text=True)), field
    assert db.session.scalar(sa.select(SavedMapping.id)) is None
    constant = {"constant.0.field": "addresses.main.country", "constant.0.value": "Frankreich"}
    assert sender.client.submit(columns, {"column.0": "last_name", **constant}).status_code == 303


def test_H1_how_a_file_is_read_is_shown_and_can_be_changed(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    columns = sender.send("Nachname;Geburtsdatum\nM\u00fcller;03/04/1980\n".encode("latin-1")).headers["Location"]
    form = columns.replace("columns", "file")
    page = sender.page(form)
    for said in ("Windows-1252", "semicolon", "31/12/1980"):
        assert said in page, said
    assert sender.client.submit(form, {"order": "month", "encoding": "cp1252", "separator": ";"}).status_code == 303
    url = sender.client.submit(columns, sender.columns(columns)).headers["Location"]
    sender.do(url, "start")
    contact = db.session.scalars(sa.select(Contact)).one()
    assert (contact.last_name, str(contact.birth_date)) == ("Müller", "1980-03-04")
    assert sender.client.submit(form, {"separator": "|"}).status_code == 409
    assert sender.client.submit(f"{url}/discard").status_code == 409


def test_H2_a_file_is_removed_unimported(sign_in: Callable[..., Any]) -> None:
    sender = Sender(sign_in("manager"))
    columns = sender.send("Nachname\nA\n").headers["Location"]
    url = columns.removesuffix("/columns")
    assert sender.client.submit(f"{url}/discard").status_code == 303
    assert sender.client.get(url).status_code == 404
