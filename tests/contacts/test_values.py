"""Checked values: normalised where they can be verified, kept with a warning where not (spec A2)."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from webapp.contacts.values import (
    WARNINGS,
    Checked,
    Warning_,
    check_bic,
    check_email,
    check_iban,
    check_phone,
    check_postal_code,
    check_vat,
    check_website,
)
from webapp.text import clean

HOSTILE = st.one_of(
    st.text(alphabet=st.characters()),
    st.text(alphabet="0123456789+-() ./\x00٣４"),
    st.text(alphabet="@.<>\"'a-z[]:/\\\u202eéא👍", max_size=60),
    st.from_regex(r"(https?|javascript|data|ftp)?:?(//)?\S{0,20}(:\d{1,9})?", fullmatch=True),
    st.from_regex(r"[A-Za-z]{2,3} ?[0-9A-Z]{1,30}", fullmatch=True),
)
COUNTRIES = ["FR", "de", "GB", "CH", "", "XX", "ZZ", "..", "IS", "US"]
COUNTRY = st.one_of(st.sampled_from(COUNTRIES), st.text(max_size=4))
EVERY = [check_email, check_iban, check_bic, check_website, check_phone, check_vat, check_postal_code]


def ok(checked: Checked, normalised: str) -> None:
    assert (checked.normalised, checked.warning) == (normalised, None)


def kept(checked: Checked, value: str, warning: Warning_) -> None:
    assert checked == Checked(value, None, warning)


@pytest.mark.parametrize("check", [check_phone, check_vat, check_postal_code])
@given(value=HOSTILE, country=COUNTRY)
def test_A2_no_text_raises_or_is_lost(check: Callable[[str, str], Checked], value: str, country: str) -> None:
    _keeps(check(value, country), value)


@pytest.mark.parametrize("check", [check_email, check_iban, check_bic, check_website])
@given(value=HOSTILE)
def test_A2_no_single_text_raises_or_is_lost(check: Callable[[str], Checked], value: str) -> None:
    _keeps(check(value), value)


def _keeps(found: Checked, value: str) -> None:
    assert found.value == clean(value)
    assert found.warning is None or (found.normalised is None and WARNINGS[found.warning])
    assert found.warning or found.normalised or not found.value


def test_A2_every_warning_has_a_sentence_and_fits_its_column() -> None:
    assert set(WARNINGS) == set(Warning_)
    assert all(len(key) <= 40 for key in WARNINGS)
    assert all(text.endswith(".") and ":" in text for text in WARNINGS.values())


@pytest.mark.parametrize("check", EVERY)
def test_A2_very_long_texts_are_answered_at_once(check: Callable[[str], Checked]) -> None:
    for text in ("1" * 100_000, "+1" + "a" * 100_000, "a@" + "b." * 50_000, "FR" + "9" * 50_000):
        assert check(text).warning


def test_A2_empty_is_nothing_to_warn_of() -> None:
    for check in EVERY:
        assert check(" \x00 ") == Checked("", None, None)


@pytest.mark.parametrize(
    ("typed", "country", "e164"),
    [
        ("01 99 00 12 34", "FR", "+33199001234"),
        ("0033 1 99 00 12 34", "DE", "+33199001234"),
        ("+49 (0)30 23125 123", "fr", "+493023125123"),
        ("(030) 23125-123", "de", "+493023125123"),
        ("020 7946 0123", "GB", "+442079460123"),
        (" +33 1 99 00 12 34", "", "+33199001234"),
        ("+33 1 99 00 12 34", "nowhere", "+33199001234"),
    ],
)
def test_A2_phone_is_e164_by_the_contacts_country(typed: str, country: str, e164: str) -> None:
    ok(check_phone(typed, country), e164)


def test_A2_phone_that_cannot_be_verified_is_kept() -> None:
    kept(check_phone("12", "FR"), "12", Warning_.PHONE)
    kept(check_phone("call me", "FR"), "call me", Warning_.PHONE)
    kept(check_phone("01 99 00 12 34"), "01 99 00 12 34", Warning_.PHONE_COUNTRY)


def test_A2_email_is_lower_case_for_matching() -> None:
    ok(check_email(" Jean.Dupont@Example.FR "), "jean.dupont@example.fr")
    ok(check_email("info@xn--bcher-kva.example"), "info@bücher.example")
    assert check_email("Info@Bücher.example").value == "Info@Bücher.example"
    for wrong in ("jean", "jean@", "Jean <jean@example.fr>", "a..b@example.fr", "a@firm.local"):
        kept(check_email(wrong), wrong, Warning_.EMAIL)


@pytest.mark.parametrize(
    ("typed", "country", "normalised"),
    [
        ("FR 40 303 265 045", "", "FR40303265045"),
        ("fr40303265045", "DE", "FR40303265045"),
        ("40 303 265 045", "FR", "FR40303265045"),
        ("DE 136.695.976", "", "DE136695976"),
        ("136695976", "de", "DE136695976"),
        ("094259216", "GR", "EL094259216"),
        ("EL094259216", "", "EL094259216"),
        ("GB 980 7806 84", "", "GB980780684"),
        ("980780684", "GB", "GB980780684"),
        ("CHE-107.787.577 MWST", "", "CHE107787577"),
        ("CHE107787577", "LI", "CHE107787577"),
        ("107787577 TVA", "CH", "CHE107787577"),
        ("NO 995 525 828 MVA", "", "NO995525828MVA"),
        ("ATU13585627", "AT", "ATU13585627"),
        ("U13585627", "AT", "ATU13585627"),
    ],
)
def test_A2_vat_id_by_its_letters_or_the_country(typed: str, country: str, normalised: str) -> None:
    ok(check_vat(typed, country), normalised)


def test_A2_vat_id_that_cannot_be_verified_is_kept() -> None:
    kept(check_vat("FR 40 303 265 046"), "FR 40 303 265 046", Warning_.VAT)
    kept(check_vat("12-3456789", "US"), "12-3456789", Warning_.VAT_COUNTRY)
    kept(check_vat("303265045"), "303265045", Warning_.VAT_COUNTRY)
    kept(check_vat("FR٤٠303265045"), "FR٤٠303265045", Warning_.VAT)


def test_A2_bank_details() -> None:
    ok(check_iban("fr14 2004 1010 0505 0001 3m02 606"), "FR1420041010050500013M02606")
    ok(check_iban("DE89370400440532013000"), "DE89370400440532013000")
    kept(check_iban("DE88 3704 0044 0532 0130 00"), "DE88 3704 0044 0532 0130 00", Warning_.IBAN)
    ok(check_bic("deut de ff"), "DEUTDEFF")
    kept(check_bic("DEUTDE"), "DEUTDE", Warning_.BIC)


@pytest.mark.parametrize(
    ("typed", "country", "normalised"),
    [
        ("75001", "FR", "75001"),
        ("75 001", "fr", "75001"),
        ("F-75001", "FR", "75001"),
        ("CH – 8001", "CH", "8001"),
        ("sw1a 1aa", "GB", "SW1A1AA"),
        ("SW1A1AA", "GB", "SW1A1AA"),
        ("1234 ab", "NL", "1234AB"),
        ("whatever", "AE", "WHATEVER"),
        ("whatever", "ZZ", "WHATEVER"),
    ],
)
def test_A2_postal_code_by_country(typed: str, country: str, normalised: str) -> None:
    ok(check_postal_code(typed, country), normalised)


def test_A2_postal_code_that_cannot_be_verified_is_kept() -> None:
    kept(check_postal_code("1000", "FR"), "1000", Warning_.POSTAL_CODE)
    kept(check_postal_code("٧٥٠٠١", "FR"), "٧٥٠٠١", Warning_.POSTAL_CODE)
    kept(check_postal_code("75001"), "75001", Warning_.POSTAL_COUNTRY)


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("www.Example.com", "https://www.example.com"),
        ("example.com/a?b=c#d", "https://example.com/a?b=c#d"),
        ("HTTP://Example.com/Path", "http://example.com/Path"),
        ("example.com:8080/x", "https://example.com:8080/x"),
        ("bücher.example", "https://bücher.example"),
        ("xn--bcher-kva.xn--p1ai", "https://xn--bcher-kva.xn--p1ai"),
    ],
)
def test_A2_website_becomes_a_link(typed: str, link: str) -> None:
    ok(check_website(typed), link)


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://example.com/%0aalert(1)",
        "data:text/html,x",
        "ftp://example.com",
        "https://user:secret@example.com",
        "https://example.com\\@evil.example",
        "https://exa mple.com",
        "https://",
        "http://[",
        "localhost",
        "http://example.com:99999/",
        'https://example.com/"onmouseover=x',
        "mailto:a@example.com",
        "//evil.example",
    ],
)
def test_A2_website_that_is_none_stays_text_and_never_a_link(typed: str) -> None:
    kept(check_website(typed), typed, Warning_.WEBSITE)


@given(HOSTILE)
def test_A2_only_http_ever_becomes_a_link(value: str) -> None:
    link = check_website(value).normalised
    assert link is None or link.startswith(("https://", "http://"))


def test_A2_a_plain_address_is_judged_as_the_library_judges_it() -> None:
    draw = Random(1)
    ends = (".com", ".example", ".test", ".local", ".localhost", ".c", "", ".xn--p1ai", ".arpa", ".invalid", ".1")
    for _time in range(2000):
        local = "".join(draw.choice("abZ09.-_+") for _sign in range(draw.choice((1, 2, 4, 70))))
        domain = "".join(draw.choice("abZ0.-") for _sign in range(draw.randint(1, 5))) + draw.choice(ends)
        address = f"{local}@{domain}"
        try:
            found: str | None = validate_email(address, check_deliverability=False).normalized.lower()
        except EmailNotValidError:
            found = None
        assert check_email(address).normalised == found
