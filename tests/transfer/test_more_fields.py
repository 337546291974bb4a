"""What the exports of other programs bring along beside names and addresses goes in, and is added to (spec H1, H3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from plugins.transfer.report import Report
from webapp.contacts.models import Contact, ContactLink
from webapp.db import db

HEAD = "Anrede;Titel;Vorname;Nachname;Firma;Position;Abteilung;IBAN;BIC;LinkedIn;Sprache;Währung;Kundennummer\n"


def _only(name: str) -> Contact:
    return db.session.scalars(sa.select(Contact).where(Contact.last_name == name)).one()


def test_H1_salutation_place_account_and_network_go_in(bring: Callable[..., Report], app: Any) -> None:
    row = (
        "Frau;Dr.;Anna;Zwölffeld;Zwölf GmbH;Einkauf;Technik;DE89 3704 0044 0532 0130 00;COBADEFF;in/anna;"
        "Deutsch;eur;Z-1200\n"
    )
    report = bring(HEAD + row)
    assert (report.created, report.refusals, report.remarks) == (1, [], [])
    found = _only("Zwölffeld")
    assert (found.salutation, found.title, found.language, found.currency) == ("ms", "dr", "de", "EUR")
    (account,) = found.bank_accounts
    assert (account.normalised, account.bic) == ("DE89370400440532013000", "COBADEFF")
    assert [(one.network, one.value) for one in found.social_accounts] == [("linkedin", "in/anna")]
    assert [(one.function, one.value) for one in found.numbers] == [("customer", "Z-1200")]
    (link,) = db.session.scalars(sa.select(ContactLink).where(ContactLink.person_id == found.id))
    assert (link.role, link.department) == ("Einkauf", "Technik")
    assert bring(HEAD + row).unchanged == 1
    second = row.replace("DE89 3704 0044 0532 0130 00", "FR14 2004 1010 0505 0001 3M02 606").replace("Deutsch", "fr")
    assert bring(HEAD + second).updated == 1
    found = _only("Zwölffeld")
    assert (found.language, len(found.bank_accounts)) == ("fr", 2)
    assert [one.is_primary for one in found.bank_accounts] == [True, False]


def test_H1_a_customer_that_is_a_supplier_has_both_numbers(bring: Callable[..., Report], app: Any) -> None:
    text = "Firma;Kundennummer;Lieferantennummer\nBeides AG;K-501;L-502\n"
    assert (bring(text).created, bring(text).unchanged) == (1, 1)
    found = db.session.scalars(sa.select(Contact).where(Contact.company_name == "Beides AG")).one()
    assert {(one.function, one.value) for one in found.numbers} == {("customer", "K-501"), ("supplier", "L-502")}


def test_H3_a_place_without_a_company_is_told(bring: Callable[..., Report], app: Any) -> None:
    report = bring("Nachname;Position\nOhnefirma;Chefin\n")
    assert report.created == 1
    assert "has no place without a company" in report.remarks[0].text
