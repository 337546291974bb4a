"""Normal forms in which doubles are compared (spec E8): what people write in two ways becomes one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.duplicates import compare, normal
from plugins.duplicates.keys import keys_of
from plugins.duplicates.profiles import COMPANY, PERSON, Profile, parse, profile


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12 rue de la Gare", "12, r. de la gare"),
        ("12 avenue Jean Jaurès", "12 av Jean-Jaures"),
        ("Hauptstraße 7", "Hauptstr. 7"),
        ("Haupt Strasse 7", "Hauptstrasse 7"),
        ("5 North Main Street, Suite 200", "5 N. Main St"),
        ("Apt. 4, 18 Third Avenue", "18 3rd Ave."),
        ("12 bis rue Pasteur", "12 rue Pasteur"),
        ("12-14 rue Pasteur", "12 rue Pasteur"),
        ("n° 12, rue Pasteur", "12 RUE PASTEUR"),
        ("3 place Ste-Catherine", "3 pl. Sainte Catherine"),
        ("Bât. B, 9 bd Gambetta", "9 boulevard Gambetta #12"),
    ],
)
def test_E8_an_address_written_in_two_ways_is_one(one: str, other: str) -> None:
    assert normal.street(one) == normal.street(other)


def test_E8_other_numbers_and_other_streets_stay_apart() -> None:
    assert normal.street("12 rue Pasteur") != normal.street("14 rue Pasteur")
    assert normal.street("12 rue Pasteur") != normal.street("12 rue Victor Hugo")
    assert normal.street("rue du 8 Mai 1945, 3")[0] == "8"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Menuiserie Kerbrat & Fils SARL", "MENUISERIE KERBRAT FILS"),
        ("Hofer Präzisionstechnik GmbH & Co. KG", "Hofer Prazisionstechnik"),
        ("S.A.R.L. Dupont", "Dupont"),
        ("Arnie Morton's", "Arnie Mortons"),
        ("Smith Brothers Ltd", "Smith Bros."),
        ("Établissements Durand", "Ets Durand"),
    ],
)
def test_E8_a_company_is_compared_without_its_legal_form(one: str, other: str) -> None:
    assert normal.company_name(one) == normal.company_name(other)


def test_E8_what_else_is_written_in_two_ways() -> None:
    assert normal.phone("02 98 55 01 20", None) == normal.phone("+33 2 98 55 01 20", "+33298550120")
    assert normal.phone("12", None) == ""
    assert normal.email(" Jean.Dupont+CRM@Firme.example ") == "jean.dupont@firme.example"
    assert normal.email("j.dupont@gmail.com") == normal.email("jdupont@googlemail.com")
    assert normal.email("nobody") == ""
    assert (
        normal.domain("https://www.Kerbrat.example/a?b") == normal.domain("info@kerbrat.example") == "kerbrat.example"
    )
    assert normal.domain("someone@gmail.com") == ""
    assert normal.city("Paris 12e") == normal.city("PARIS CEDEX 12") == "paris"
    assert normal.city("St-Malo") == normal.city("Saint Malo")
    assert normal.postal_code("90210-1234") == "90210"
    assert normal.person_name("Dr. O'Brien") == "obrien"


def person(first: str = "", last: str = "", birth: str = "", **more) -> Profile:
    return profile({"kind": PERSON, "first_name": first, "last_name": last, "birth_date": birth}, **more)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1980-04-07", "1980-07-04", compare.BIRTH_NEAR),
        ("1980-04-07", "1980-04-17", compare.BIRTH_NEAR),
        ("1980-04-07", "1908-04-07", compare.BIRTH_NEAR),
        ("1980-04-07", "1984-04-07", compare.BIRTH_NEAR),
        ("1980-04-07", "1980-04-29", compare.BIRTH_PART),
        ("1980-04-07", "1951-11-23", compare.BIRTH_OTHER),
        ("1980-04-07", "", 0),
    ],
)
def test_E8_days_are_alike_though_mistyped(one: str, other: str, level: int) -> None:
    pattern = compare.compare(person("A", "B", one), person("A", "B", other))
    assert pattern[compare.BIRTH] == level


@pytest.mark.parametrize(
    ("one", "other", "names"),
    [
        (("Jean", "Dupont"), ("Jean", "Dupont"), (1, 1, 1)),
        (("Jean", "Dupont"), ("Dupont", "Jean"), (1, 1, 2)),
        (("Jean", "Dupond"), ("Dupont", "Jean"), (1, 2, 2)),
        (("Jean Paul", "Dupont"), ("Jean-Paul", "Dupont"), (1, 1, 1)),
        (("Robert", "Smith"), ("Bob", "Smith"), (2, 1, 1)),
        (("J.", "Dupont"), ("Jean", "Dupont"), (3, 1, 1)),
        (("Jean", "Dupont"), ("Marie", "Dupont"), (4, 1, 1)),
        (("", "Dupont"), ("Jean", "Dupont"), (0, 1, 1)),
        (("Dupont", ""), ("", "Dupont"), (0, 1, 2)),
    ],
)
def test_E8_names_are_alike_with_typos_short_forms_and_turned(one, other, names) -> None:
    assert compare.compare(person(*one), person(*other))[:3] == names


def test_E8_a_turned_name_shares_a_key_with_itself() -> None:
    for slot in (3, 4, 5):
        (one,), (other,) = (
            keys_of(person("Jean", "Dupont", "1980-04-07")),
            keys_of(person("Dupont", "Jean", "1980-04-07")),
        )
        assert one[slot] == other[slot] is not None


def test_E8_a_single_name_is_no_key() -> None:
    assert [one for one in keys_of(person("", "Dupont"))[0] if one is not None] == []
    (row,) = keys_of(profile({"kind": COMPANY, "company_name": ""}))
    assert set(row) == {None}


def test_E8_each_of_several_values_is_found() -> None:
    many = profile(
        {"kind": PERSON, "first_name": "A", "last_name": "B"},
        emails=["a@x.example", "b@x.example", "c@x.example"],
        phones=[("02 98 55 01 20", None)],
    )
    keys = {key for row in keys_of(many) for key in row if key is not None}
    for mail in ("a@x.example", "b@x.example", "c@x.example"):
        (row,) = keys_of(profile({"kind": PERSON}, emails=[mail]))
        assert row[0] in keys


TEXT = st.text(max_size=40)


@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_E8_no_text_breaks_them_and_a_profile_is_kept_as_it_is(first, last, mail, street, other) -> None:
    for kind in (PERSON, COMPANY):
        made = profile(
            {
                "kind": kind,
                "first_name": first,
                "last_name": last,
                "company_name": other,
                "vat_id": street,
                "website": mail,
            },
            emails=[mail, f"{first}@x.example"],
            phones=[(street, None), (other, "+33298550120")],
            ibans=[last],
            addresses=[(street, other, mail, last, first, "FR"), ("", "", "", "", "", "")],
        )
        assert parse(made.text()) == made
        keys_of(made)
        assert compare.compare(made, made)[compare.STREET] in (0, 1, 3, 4)
