"""What reading finds out can be told instead: columns, header, sheet, dates, decimals, constants (spec H1)."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbooks import workbook

from plugins.transfer.reading.cells import decimal_sign, plain_number
from plugins.transfer.reading.opening import Reading, Unreadable, open_reading
from plugins.transfer.reading.targets import offered_targets, target_of


def _open(text: str, **told: Any) -> Reading:
    return open_reading(io.BytesIO(text.encode()), **told)


UNKNOWN = (
    "Ansprechpartner;Kontakt;Standort;Anmeldung;x\n"
    "Anna Weber;anna@acme.example;Köln;31.12.1980;1\nB C;b@c.example;;;2\n"
)


@pytest.mark.usefixtures("app")
def test_H1_columns_are_chosen_by_their_names() -> None:
    columns = {
        "Ansprechpartner": "full_name",
        "Kontakt": "emails.home",
        "Standort": "addresses.delivery.city",
        "Anmeldung": "birth_date",
        "x": "",
        "gone": "last_name",
    }
    found = _open(UNKNOWN, columns=columns)
    assert found.ignored == ("x",)
    first, second = found
    assert first.values == {
        "kind": "person",
        "first_name": "Anna",
        "last_name": "Weber",
        "emails": [{"value": "anna@acme.example", "type": "home"}],
        "addresses": [{"city": "Köln", "purpose": "delivery"}],
        "birth_date": "1980-12-31",
    }
    assert second.values["emails"] == [{"value": "b@c.example", "type": "home"}]
    assert first.cells == {"x": "1"}


@pytest.mark.usefixtures("app")
def test_H1_several_columns_join_one_target_and_known_ones_can_be_left_out() -> None:
    text = "Nachname;Mail A;Mail B;Notizen;Zusatz\nWeber;a@x.example;b@x.example;eins;zwei\n"
    told = {"Mail A": "emails.work", "Mail B": "emails.work", "Zusatz": "description"}
    (row,) = _open(text, columns=told)
    assert [one["value"] for one in row.values["emails"]] == ["a@x.example", "b@x.example"]
    assert row.values["description"] == "eins\nzwei"
    (row,) = _open(text, columns=told | {"Notizen": ""})
    assert row.values["description"] == "zwei"


@pytest.mark.usefixtures("app")
def test_H1_a_code_that_nobody_offers_changes_nothing() -> None:
    for code in ("id", "version", "emails.work.value.x", "__class__", "addresses.main.purpose", "warnings"):
        assert _open("Nachname;Ort\nWeber;Köln\n", columns={"Ort": code}).layout.targets[1].part == "city"


@pytest.mark.usefixtures("app")
def test_H1_constants_fill_what_rows_do_not_say() -> None:
    text = "Nachname;Land;Tags\nWeber;;VIP\nMartin;FR;\n"
    first, second = _open(text, constants={"addresses.main.country": "DE", "tags": "Messe", "functions": "prospect"})
    assert [one.values["addresses"][0]["country"] for one in (first, second)] == ["DE", "FR"]
    assert [one.values["tags"] for one in (first, second)] == [["VIP", "Messe"], ["Messe"]]
    assert first.values["functions"] == ["prospect"]


def test_H1_phones_are_given_their_country() -> None:
    rows = _open("Nom;Téléphone\nA;04 72 00 00 00\nB;+49 221 4710123\nC;12\n", country="FR")
    assert [one.values["phones"][0]["value"] for one in rows] == ["+33 4 72 00 00 00", "+49 221 4710123", "12"]


@pytest.mark.usefixtures("app")
def test_H1_a_file_without_names_of_columns_can_be_given_some() -> None:
    text = "Weber;Anna;Köln\nMartin;Paul;Nice\n"
    with pytest.raises(Unreadable):
        _open(text)
    found = _open(text, demanding=False)
    assert found.lacks is not None
    assert found.headers == ["Weber", "Anna", "Köln"]
    found = _open(text, header=0, columns={"#1": "last_name", "#2": "first_name"})
    assert [(one.line, one.values["first_name"]) for one in found] == [(1, "Anna"), (2, "Paul")]
    assert found.samples[2] == ["Köln", "Nice"]
    found = _open("Kundenliste\nalt;alt2\nA;B\nx;y\n", header=3, columns={"A": "last_name"})
    assert [one.values["last_name"] for one in found] == ["x"]


@pytest.mark.parametrize(
    "told",
    [{"encoding": "rot13"}, {"encoding": "utf\x008"}, {"encoding": "undefined"}, {"encoding": "x" * 999},
     {"encoding": "idna"}, {"separator": "ab"}, {"separator": '"'}, {"separator": "\n"}, {"separator": ""},
     {"order": "sideways"}, {"decimal": "x"}, {"header": -7}, {"header": 10**9}, {"country": "Q\x00"},
     {"columns": {"Nom": "\ud800"}}, {"constants": {"full_name": "\x00"}}, {"sheet": "\x00"}, {"kind": "tree"}],
)  # fmt: skip
@pytest.mark.usefixtures("app")
def test_H1_what_is_told_may_be_nonsense(told: dict[str, Any]) -> None:
    text = "Nom;Téléphone;Date de naissance\nA;01 23;03/04/1980\n".encode()
    for content in (text, workbook({"A": [["Nom"], ["A"]]})):
        with contextlib.suppress(Unreadable):
            (row,) = open_reading(io.BytesIO(content), **told)
            assert (row.values["kind"], row.values["last_name"]) == ("person", "A")


def test_H1_months_first_can_be_told() -> None:
    text = "Nom;Date de naissance\nA;03/04/1980\n"
    assert next(iter(_open(text))).values["birth_date"] == "1980-04-03"
    assert next(iter(_open(text, order="month"))).values["birth_date"] == "1980-03-04"


def test_H1_two_thousand_columns_are_read_and_more_are_not() -> None:
    wide = ";".join(f"c{n}" for n in range(1999))
    assert len(_open(f"Nom;{wide}\nA;{wide}\n").headers) == 2000
    with pytest.raises(Unreadable, match="more than 2000 columns"):
        _open(f"Nom;{wide};d\nA;{wide};d\n")


def test_H1_equal_names_of_columns_are_told_apart() -> None:
    found = _open("Nom;E-mail;E-mail;E-mail (2);x;x;;\nA;a@x.example;b@x.example;c@x.example;1;2;3;\n")
    assert found.headers == ["Nom", "E-mail", "E-mail (2)", "E-mail (2) (2)", "x", "x (2)"]
    (row,) = found
    assert len(row.values["emails"]) == 3
    assert row.cells == {"x": "1", "x (2)": "2", "#7": "3"}


def test_H1_a_mended_row_is_read_again() -> None:
    found = _open("Nom;Date de naissance;Pays\nA;gestern;FR\n")
    (row,) = found
    assert len(row.warnings) == 1
    mended = found.read(row.line, ["A", "1980-12-31", "FR"])
    assert (mended.line, mended.warnings, mended.values["birth_date"]) == (2, (), "1980-12-31")


def test_H1_samples_are_the_first_different_cells() -> None:
    text = "Nom;Ville\n" + "A;\n" * 5 + "B;Lyon\n" + "B;" + "x" * 200 + "\nC;\nD;Metz\n"
    found = _open(text)
    assert found.samples == [["A", "B", "C"], ["Lyon", "x" * 60 + "…", "Metz"]]


def test_H1_unknown_columns_are_given_a_likely_target() -> None:
    found = _open(
        "Nachnahme;Wohnot;Kontakt 1;Kontakt 2;Konto;Geb;Seite;Farbe;E-mail\n"
        "Weber;Köln;anna@acme.example;+49 221 4710;DE89370400440532013000;31.12.1980;"
        "https://acme.example;rot;x@y.example\n"
    )
    names = {found.headers[at]: code for at, code in found.suggestions().items()}
    assert names == {
        "Nachnahme": "last_name",
        "Wohnot": "addresses.main.city",
        "Kontakt 1": "emails.work",
        "Kontakt 2": "phones.work",
        "Konto": "bank_accounts.1.iban",
        "Geb": "birth_date",
        "Seite": "website",
    }


@pytest.mark.usefixtures("app")
def test_H1_targets_are_offered_by_section_each_once() -> None:
    offered = offered_targets()
    codes = [one.code for one in offered]
    assert len(set(codes)) == len(codes)
    assert all(target_of(code).code == code for code in codes)
    assert {"last_name", "emails.billing", "addresses.invoice.postal_code", "numbers.supplier", "functions"} <= set(
        codes
    )
    assert {one.label for one in offered if one.code == "emails.work"} == {"E-mail (Work)"}
    sections = list(dict.fromkeys(one.section for one in offered))
    assert sections[:2] == ["Identity", "E-mail, phone"]
    assert [one.section for one in offered] == sorted((one.section for one in offered), key=sections.index)


@pytest.mark.parametrize(
    ("text", "sign"),
    [("1.234,5", ","), ("1,234.50", "."), ("12,5", ","), ("0.75", "."), ("1.234", ""), ("1,234", ""), ("12", ""),
     ("1 234,50", ","), ("1’234.50", "."), ("1.234.567", ""), ("abc", ""), ("-3,25", ",")],
)  # fmt: skip
def test_H1_the_decimal_sign_that_a_number_shows(text: str, sign: str) -> None:
    assert decimal_sign(text) == sign


@pytest.mark.parametrize(
    ("text", "sign", "plain"),
    [("1.234", ",", "1234"), ("1.234", ".", "1.234"), ("1,234", ".", "1234"), ("1,234", ",", "1.234"),
     ("1.234,5", ",", "1234.5"), ("1 234,50", ",", "1234.50"), ("1.5", ",", "1.5"), ("abc", ",", "abc"),
     ("1.234.567", ",", "1234567"), ("-12,5", ",", "-12.5"), ("1.2.3", ",", "1.2.3")],
)  # fmt: skip
def test_H1_a_number_by_the_decimal_sign_of_the_file(text: str, sign: str, plain: str) -> None:
    assert plain_number(text, sign) == plain


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet="\";,\n\r\tA1'=é ", max_size=120), st.sampled_from([";", ",", "\t", None]))
def test_H1_no_table_loses_a_good_row_behind_a_bad_one(rubbish: str, separator: str | None) -> None:
    clean = rubbish.replace('"', "")
    text = f"Nom;Ville;Notes\nA;Lyon;x\n{clean}\nZ;Metz;y\n"
    found = list(_open(text, separator=";"))
    assert found[0].values["last_name"] == "A"
    assert found[-1].values["last_name"] == "Z"
    try:
        again = _open(f"Nom;Ville;Notes\nA;Lyon;x\n{rubbish}\nZ;Metz;y\n", separator=separator)
    except Unreadable:
        return
    assert sum(1 for _row in again) == again.total
