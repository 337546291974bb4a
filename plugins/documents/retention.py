"""How long papers are kept: a term for each type, by the firm's own country, from the end of their year (spec D7).

What stands here are the defaults; a firm sets its own terms in Settings › Documents. Sources, by country:

- France: Code de commerce, art. L123-22: accounting documents and vouchers, orders, delivery notes and invoices among
  them, 10 years. Contracts: Code civil, art. 2224 (and Code de commerce, art. L110-4): claims lapse after 5 years.
- Germany: § 147 (3) AO and § 257 (4) HGB as changed by the Viertes Bürokratieentlastungsgesetz (BEG IV): booking
  vouchers 8 years since 2025, and delivery notes count as such here, since some are; business letters, orders among
  them, 6 years. Contracts: 6 years after their end, as papers that matter for taxation (§ 147 (1) no. 5 AO).
- Austria: § 132 BAO, § 212 UGB: books, vouchers and business letters, 7 years.
- Belgium: Code TVA, art. 60 as of 2023: 10 years for invoices and what goes with them.
- Italy: Codice civile, art. 2220: invoices, letters and telegrams, 10 years.
- Luxembourg: Code de commerce, art. 16: 10 years.
- Netherlands: Algemene wet inzake rijksbelastingen, art. 52, Burgerlijk Wetboek 2:10: 7 years.
- Spain: Código de Comercio, art. 30: books, letters, papers and vouchers, 6 years.

Of other countries nobody has looked it up: there the longest of these terms holds until the firm sets its own.
"""

from __future__ import annotations

import datetime as dt

from webapp.api import _l, _lp, setting

TYPES = (
    ("invoice", _lp("document", "Invoice")),
    ("credit_note", _l("Credit note")),
    ("order", _l("Order")),
    ("delivery_note", _l("Delivery note")),
    ("contract", _l("Contract")),
    ("other", _l("Other document")),
)
LABELS = dict(TYPES)
SECTION = "documents"
FOREVER = dt.date(9999, 12, 31)
"""While a contract has no end: nobody knows the day yet."""
MOST_YEARS = 99
"""Years of the longest term that can be set; 0: such papers need not be kept."""


def _all(years: int) -> dict[str, int]:
    return {key: 0 if key == "other" else years for key, _label in TYPES}


TERMS: dict[str, dict[str, int]] = {
    "FR": _all(10) | {"contract": 5},
    "DE": _all(8) | {"order": 6, "contract": 6},
    "AT": _all(7),
    "BE": _all(10),
    "ES": _all(6),
    "IT": _all(10),
    "LU": _all(10),
    "NL": _all(7),
}
LONGEST = {key: max(terms[key] for terms in TERMS.values()) for key, _label in TYPES}


def default(name: str) -> int:
    """The term of `FR.invoice` and the like, in years; raises KeyError for a type that there is not."""
    country, _stop, kind = name.partition(".")
    return TERMS.get(country, LONGEST)[kind]


def country() -> str:
    """The firm's own country, whose law holds."""
    return str(setting("company.country"))


def term(kind: str) -> int:
    """Years for which papers of a type are kept now."""
    return int(setting(f"{SECTION}.{country()}.{kind}"))


def last_day(kind: str, dated_on: dt.date, ends_on: dt.date | None, years: int) -> dt.date | None:
    """The last day on which a paper must be kept; None where it need not be, `FOREVER` while a contract runs on.

    Counted from the end of its year; a contract's from the end of the year in which it ends.
    """
    if not years:
        return None
    if kind != "contract":
        return dt.date(dated_on.year + years, 12, 31)
    return FOREVER if ends_on is None else dt.date(ends_on.year + years, 12, 31)
