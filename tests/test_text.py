"""Folding, cleaning, initials, sort names (spec G1, design: names)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.text import clean, digits, fold, initials, sort_name

ANY = st.text(alphabet=st.characters())  # lone surrogates included


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Élodie  DUPONT", "elodie dupont"),
        ("Weiß", "weiss"),
        ("WEIẞ", "weiss"),
        ("Łódź Ørsted Đorđe", "lodz orsted dorde"),
        ("Œuvre Æther", "oeuvre aether"),
        ("Işık İnce", "isik ince"),
        ("L’Hôpital", "l'hopital"),
        ("Jean\u2011Pierre", "jean-pierre"),
        ("\u00a0Mu\u0308ller\tSöhne\n", "muller sohne"),
        ("Ａｃｍｅ ①", "acme 1"),
        ("zero\u200bwidth\x00", "zerowidth"),
        ("", ""),
    ],
)
def test_G1_accents_and_case_do_not_matter(typed: str, folded: str) -> None:
    assert fold(typed) == folded


@given(ANY)
def test_G1_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()
    once.encode()


@given(ANY)
def test_G1_case_and_composition_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(ANY, st.booleans())
def test_A2_cleaned_text_can_be_stored_anywhere(text: str, multiline: bool) -> None:
    cleaned = clean(text, multiline=multiline)
    assert clean(cleaned, multiline=multiline) == cleaned
    assert "\x00" not in cleaned
    assert multiline or not {"\n", "\r", "\t"} & set(cleaned)
    cleaned.encode()


def test_A2_clean_keeps_what_was_typed() -> None:
    assert clean("  O’Brien \x00& Söhne\x07 ") == "O’Brien & Söhne"
    assert clean("a\r\nb\tc") == "a b c"
    assert clean("a\r\n\tb\r\n", multiline=True) == "a\n\tb"
    assert clean("e\u0301") == "é"
    assert clean("👩\u200d🔧") == "👩\u200d🔧"
    assert clean("שלום\u200f") == "שלום\u200f"


def test_A2_direction_overrides_are_removed() -> None:
    assert clean("invoice\u202efdp.exe") == "invoicefdp.exe"
    assert clean("\u2066x\u2069") == "x"


def test_initials() -> None:
    assert initials("Anna Maria Weber") == "AW"
    assert initials("(Ørsted)") == "Ø"
    assert initials("Müller & Söhne") == "MS"
    assert initials(" ☎ ") == "?"
    assert initials("ßen") == "S"


@given(ANY)
def test_initials_are_one_or_two_signs(text: str) -> None:
    assert 1 <= len(initials(text)) <= 2


def test_sort_name_is_last_first_or_company() -> None:
    assert sort_name("person", "Élise", "Weiß", "Acme") == "weiss elise"
    assert sort_name("company", "Élise", "Weiß", "Ärzte GmbH") == "arzte gmbh"
    assert sort_name("person", "", "", "Acme") == "acme"
    assert sort_name("company", "Anna", "Weber", "") == "weber anna"


def test_digits_of_any_script() -> None:
    assert digits("+33 (0)1.23") == "330123"
    assert digits("٠١２") == "012"
    assert digits("²") == ""
