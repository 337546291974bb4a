"""Exports are read a column at a time, thousands of contacts at once; they say what pages and the API say (spec H4)."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from plugins.custom_fields import services as definitions
from plugins.transfer.exporting.contents import Shown, Whole
from plugins.transfer.exporting.everything import Everything
from webapp.acting import acting
from webapp.contacts.links import create as create_link
from webapp.contacts.models import ContactNumber
from webapp.contacts.services import archive
from webapp.db import db
from webapp.functions.services import activate, release
from webapp.lists.columns import offered_columns, told
from webapp.lists.query import COLUMNS, ListQuery
from webapp.lists.sheet import Sheet, name_of
from webapp.sheets import csv_lines, guarded, unguarded


@pytest.fixture
def crowd(system, make, user) -> list[int]:
    """Contacts with all that a column can show, and some with next to nothing."""
    words = dict.fromkeys(("label_fr", "label_en", "label_de"), "Loyal")
    definitions.add({"kind": "boolean", "personal": "1", "owner": "customer", **words})
    hobby = definitions.add({"kind": "choices", "personal": "1", **dict.fromkeys(words, "Hobby")})
    for choice in ("Chess", "Sailing"):
        definitions.add_choice(hobby.id, dict.fromkeys(words, choice))
    definitions.add({"kind": "date", "personal": "1", "kinds": "person", **dict.fromkeys(words, "Met on")})
    editor = user("editor")
    parent = make("Holding | Nord")
    firm = make(
        "Kerbrat & Fils",
        functions=["supplier"],
        emails=[
            {"value": "info@kerbrat.example", "is_primary": True},
            {"value": "b@kerbrat.example", "type": "billing"},
        ],
        phones=[{"value": "+33 2 98 00 11 22", "type": "mobile"}],
        addresses=[
            {"purpose": "main", "street": "1, rue \\ quai", "city": "Quimper", "country": "FR"},
            {"purpose": "invoice", "city": "Brest | Ouest", "country": "FR"},
        ],
        bank_accounts=[{"holder": "Kerbrat", "iban": "FR76 3000 6000 0112 3456 7890 189"}],
        social_accounts=[{"network": "linkedin", "value": "https://l.example/kerbrat"}],
        consents=[{"channel": "email", "status": "granted", "basis": "consent", "review_on": "2027-01-31"}],
        external_ids=[{"value": "X-1"}, {"value": "X-2"}, {"source": "weclapp", "value": "4711"}],
        tags=["bois", "VIP", "Élan"],
        website="https://kerbrat.example",
        language="fr",
        currency="CHF",
        legal_form="sarl",
        category="b",
        source="fair",
        description="one\ntwo",
        vat_id="FR 40 303 265 045",
        parent_id=parent.id,
        responsible_id=editor.id,
        custom_hobby=["sailing", "chess"],
    )
    activate(firm.id, "customer", {"discount": "2.5", "credit_limit": "0", "blocked": True, "custom_loyal": True})
    person = make(
        "Ada", kind="person", first_name="Eve", middle_name="=M", birth_date="1980-02-29", title="dr",
        custom_met_on="2026-01-31", custom_hobby=["chess"],
    )  # fmt: skip
    activate(person.id, "prospect", {"rating": "hot", "expected_revenue": "12.50"})
    create_link(firm.id, person.id, {"role": "Buyer | lead", "department": "IT", "is_primary": True})
    create_link(parent.id, person.id, {"is_invoice_recipient": True, "active_from": "2026-01-01"})
    left = make("Left", functions=["supplier", "prospect"])
    release(left.id, "supplier")
    several = make("Several", functions=["supplier", "customer"])
    for number in db.session.scalars(sa.select(ContactNumber).where(ContactNumber.contact_id == several.id)):
        # One of its own for each function, whatever ranges share.
        number.value = f"{number.function}-1"
    nameless = make("", kind="person", emails=[{"value": "nobody@firm.example"}])
    db.session.flush()
    return [several.id, nameless.id, firm.id, 10**9, person.id, parent.id, left.id, archive(make("Old").id).id]


@pytest.mark.parametrize("function", ["", "customer", "supplier"])
@pytest.mark.parametrize("locale", ["fr", "de"])
def test_H4_a_list_is_exported_as_its_page_shows_it(crowd, function, locale) -> None:
    with force_locale(locale):
        columns = list(offered_columns(function).values())
        pages = [ListQuery(archived=archived, columns=()).page().rows for archived in (False, True)]
        sheet = Sheet([row for rows in pages for row in rows], function)
        assert {one.key for one in COLUMNS} >= {name for column in columns for name in column.row}
        found = told(crowd, function, columns)
        assert found.ids == [one for one in crowd if one != 10**9]
        for column, texts in zip(columns, found.columns, strict=True):
            values = column.values(sheet)
            on_page = [column.text(values[one]) if values.get(one) else "" for one in found.ids]
            assert list(texts) == on_page, column.key
        names = {row.id: name_of(row) for row in sheet.rows}
        assert list(found.names) == [names[one] for one in found.ids]
        assert dict(zip(found.ids, found.external_ids, strict=True))[crowd[2]] == "X-1"


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_H4_a_table_says_what_the_api_tells(crowd, as_role, role) -> None:
    with acting(as_role(role)):
        content = Everything()
        objects = {one["id"]: one for one in Whole().rows(crowd)}
        rows = content.rows(crowd)
        assert [int(row[0]) for row in rows] == [one for one in crowd if one in objects]
        for row in rows:
            for column, text in zip(content.columns, row, strict=True):
                assert text == column.text(objects[int(row[0])]), column.label
        filled = {column.key for row in rows for column, text in zip(content.columns, row, strict=True) if text}
    assert {"customer.credit_limit", "customer.custom_loyal", ".custom_hobby", ".links", ".consents"} <= filled
    assert (".bank_accounts" in filled) is (role == "editor")


def test_H4_reading_a_batch_costs_the_same_for_two_and_for_many(crowd, system, make, statements) -> None:
    many = [*crowd, *(make(f"Firm {number}", functions=["customer"], tags=["VIP"]).id for number in range(20))]
    for content in (Everything(), Shown("", list(offered_columns("")))):
        counts = []
        for ids in (crowd[2:5], many):
            with statements() as seen:
                content.rows(ids)
            counts.append(len(seen))
        assert counts[0] == counts[1]


def test_H4_nobody_there_is_a_table_without_rows(system) -> None:
    for content in (Everything(), Shown("", list(offered_columns("")))):
        assert content.rows([]) == []
        assert content.rows([10**9]) == []


def test_H4_every_cell_of_a_csv_is_guarded_that_needs_it() -> None:
    signs = [chr(number) for number in range(0x10000) if not 0xD800 <= number < 0xE000]
    rows = [[sign, f"{sign}1", f"{sign}=1", f"{sign}'=1", ""] for sign in signs]
    found = list(csv.reader(io.StringIO(csv_lines(rows), newline="")))
    assert found == [[guarded(cell) for cell in row] for row in rows]
    assert [[unguarded(cell) for cell in row] for row in found] == rows
