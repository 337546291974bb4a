"""Importing contacts, row by row: functions, numbers and employers that one brings, and bad ones (spec B4, C4, F3)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from imported import Bring, counts, only, total

from plugins.transfer import chunk, preparing, singly
from webapp.contacts import services as contacts
from webapp.contacts.links import parties_of
from webapp.contacts.models import ContactNumber
from webapp.contacts.queries import functions_of, numbers_of
from webapp.db import db

pytestmark = pytest.mark.usefixtures("system")


class TestFunctions:
    def test_C4_a_customer_row_converts_a_prospect(self, bring: Bring) -> None:
        bring("Company;Functions;Number\nAcme;prospect;500\n")
        assert counts(bring("Company;Functions;Number\nAcme;customer;500\n")) == (0, 1, 0, 0, 0)
        acme = only()
        assert functions_of([acme.id]) == {acme.id: ["customer"]}
        assert numbers_of([acme.id]) == {acme.id: {"customer": "500"}}

    def test_C4_a_prospect_row_for_a_customer_keeps_its_other_values(self, bring: Bring) -> None:
        bring("Company;Functions;Number\nAcme;Kunde;500\n")
        report = bring("Company;Functions;Number;City\nAcme;Interessent;500;Bonn\n")
        assert counts(report) == (0, 1, 0, 0, 0)
        assert "never becomes a prospect" in report.remarks[0].text
        acme = only()
        assert acme.city == "Bonn"
        assert functions_of([acme.id]) == {acme.id: ["customer"]}

    def test_F3_the_number_goes_to_all_functions_of_the_row(self, bring: Bring) -> None:
        bring("Company;Functions;Number\nAcme;Client, Fournisseur;1001\n")
        assert numbers_of([only().id])[only().id] == {"customer": "1001", "supplier": "1001"}

    def test_F3_a_changed_number_is_kept_as_former_and_an_old_list_does_not_bring_it_back(self, bring: Bring) -> None:
        old = "Company;Functions;Number;External id\nAcme;supplier;1;X\n"
        bring(old)
        assert counts(bring(old.replace(";1;", ";2;"))) == (0, 1, 0, 0, 0)
        assert counts(bring(old)) == (0, 0, 1, 0, 0)
        assert numbers_of([only().id])[only().id] == {"supplier": "2"}

    def test_F3_a_taken_number_is_left_out_with_a_warning(self, bring: Bring) -> None:
        bring("Company;Functions;Number\nAcme;supplier;1\n")
        report = bring("Company;Functions;Number;External id\nBolt;supplier;1;X\n", match=("external_id",))
        assert counts(report) == (1, 0, 0, 0, 0)
        bolt = only(company_name="Bolt")
        assert functions_of([bolt.id]) == {bolt.id: ["supplier"]}
        assert numbers_of([bolt.id]) == {bolt.id: {"supplier": "10001"}}
        assert "is or was another contact's" in bolt.warnings["import.number"]

    def test_F3_a_number_without_function_is_a_warning(self, bring: Bring) -> None:
        report = bring("Company;Number\nAcme;1\n")
        assert counts(report) == (1, 0, 0, 0, 0)
        assert "belongs to a function" in only().warnings["import.number"]
        assert db.session.scalars(sa.select(ContactNumber)).all() == []

    def test_I1_a_function_nobody_knows_is_a_warning(self, bring: Bring) -> None:
        report = bring("Company;Functions\nAcme;astronaut\n")
        assert counts(report) == (1, 0, 0, 0, 0)
        assert "astronaut" in only().warnings["import.functions"]


class TestEmployers:
    def test_B4_a_person_is_linked_to_the_company_of_exactly_that_name(self, bring: Bring) -> None:
        acme = contacts.create({"kind": "company", "company_name": "ACMÉ"}).id
        report = bring("Last name;Company\nWeber;Acme\nGroß;acme\nMartin;Acme Ltd\n")
        assert counts(report) == (3, 0, 0, 0, 0)
        assert report.employers == 1
        assert [link.party_id for link in parties_of(only(last_name="Weber").id)] == [acme]
        assert [link.party_id for link in parties_of(only(last_name="Groß").id)] == [acme]

    def test_B4_the_company_of_a_later_row_is_the_one_made_for_its_people(self, bring: Bring) -> None:
        text = "Type;Last name;Company;City\nperson;Weber;Acme;\ncompany;;Acme;Bonn\nperson;Groß;Acme;\n"
        assert counts(bring(text)) == (2, 1, 0, 0, 0)
        assert only(company_name="Acme").city == "Bonn"
        assert counts(bring(text)) == (0, 0, 3, 0, 0)


class TestBadRows:
    def test_a_bad_cell_is_left_empty_and_kept_as_a_warning(self, bring: Bring) -> None:
        report = bring(f"Nachname;Geburtsdatum;Land;Ort;Stichwörter\nWeber;31.02.1980;Nirgendwo;{'x' * 500};vip\n")
        assert counts(report) == (1, 0, 0, 0, 0)
        weber = only()
        assert (weber.birth_date, weber.country, weber.city, weber.tags) == (None, "", "", ["vip"])
        assert set(weber.warnings) == {"import.birth_date", "import.country", "import.city"}
        assert "31.02.1980" in weber.warnings["import.birth_date"]
        assert [remark.line for remark in report.remarks] == [2, 2, 2]

    def test_a_good_cell_later_ends_the_warning_and_so_does_the_form(self, bring: Bring) -> None:
        bring("External id;Nachname;Geburtsdatum;Ort\n1;Weber;31.02.1980;" + "x" * 500 + "\n")
        bring("External id;Nachname;Geburtsdatum\n1;Weber;28.02.1980\n")
        assert set(only().warnings) == {"import.city"}
        bring("External id;Nachname;Geburtsdatum\n2;Groß;gestern\n")
        gross = only(last_name="Groß")
        contacts.update(gross.id, {"birth_date": "1980-01-01"})
        assert gross.warnings == {}

    def test_a_refusal_in_the_middle_takes_no_neighbour_along(self, bring: Bring, monkeypatch: Any) -> None:
        monkeypatch.setattr(preparing, "CHUNK", 3)
        lines = [f"N{at};{'' if at != 4 else 'x'}" for at in range(8)]
        lines[2] = ";"
        lines[5] = "N5;a;too;many"
        report = bring("Last name;City\n" + "\n".join(lines) + "\n")
        assert counts(report) == (6, 0, 0, 0, 1)
        assert [(one.line, one.cells) for one in report.refusals] == [(7, ("N5", "a", "too", "many"))]

    def test_a_row_that_the_database_refuses_takes_no_neighbour_along(self, bring: Bring, monkeypatch: Any) -> None:
        arrive, create = chunk.newcomers.arrive, singly.create_contact

        def insist(values: Any) -> None:
            if values.get("last_name") == "Bad":
                raise sa.exc.IntegrityError("insert", {}, Exception("somebody was faster"))

        def many(some: Any) -> None:
            arrive(some)
            for newcomer in some:
                insist(newcomer.values)

        def one(values: Any) -> Any:
            made = create(values)
            insist(values)
            return made

        monkeypatch.setattr(chunk.newcomers, "arrive", many)
        monkeypatch.setattr(singly, "create_contact", one)
        report = bring("Last name;Tags\nA;x\nBad;x\nC;x\n")
        assert counts(report) == (2, 0, 0, 0, 1)
        assert report.refusals[0].line == 3
        assert total() == 2
        assert only(last_name="C").tags == ["x"]

    def test_unknown_columns_are_told_once(self, bring: Bring) -> None:
        report = bring("Last name;Shoe size\nA;42\nB;43\n")
        assert report.ignored == ("Shoe size",)
        assert counts(report) == (2, 0, 0, 0, 0)
