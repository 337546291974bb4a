"""Settings › Documents: terms by type, what a change does, said before it is done (spec D7)."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import pytest

from plugins.documents import services, terms
from plugins.documents.models import Document
from webapp.administration.settings import put_setting
from webapp.db import db
from webapp.jobs.models import Job

YEAR = dt.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).year
USUAL = {"FR.invoice": "10", "FR.credit_note": "10", "FR.order": "10", "FR.delivery_note": "10", "FR.contract": "5",
         "FR.other": "0"}  # fmt: skip


@pytest.fixture
def papers(make, system):
    """Invoices of this year, of seven and of fifteen years ago, of three contacts."""
    made = []
    for years in (0, 7, 15):
        contact = make(f"Firm {years}", functions=["customer"])
        made.append(services.add(contact.id, {"type": "invoice", "dated_on": f"{YEAR - years}-03-01"}))
    db.session.flush()
    return made


def save(client, **changes):
    return client.submit("/settings/documents", USUAL | {"version": "0"} | changes)


def kept(papers: list[Document]) -> list[int | None]:
    db.session.expire_all()
    return [one.kept_until.year if one.kept_until else None for one in papers]


def test_D7_the_page_shows_the_terms_of_the_firms_own_country(sign_in) -> None:
    client = sign_in("administrator")
    page = client.get("/settings/documents").text
    for text in ('name="FR.invoice" type="text" value="10"', "By default 5 years after its end", "France"):
        assert text in page, text
    put_setting("company.country", "DE")
    page = client.get("/settings/documents").text
    assert 'name="DE.invoice" type="text" value="8"' in page
    put_setting("company.country", "SE")
    assert "The terms of this country are not known here" in client.get("/settings/documents").text


def test_D7_a_shorter_term_is_said_before_and_done_only_once_confirmed(sign_in, papers) -> None:
    client = sign_in("administrator")
    before = kept(papers)
    asked = save(client, **{"FR.invoice": "6"})
    assert asked.status_code == 409
    for text in ("2 documents are kept less long than now.", "1 of these may go at once.", "Nothing is saved yet.",
                 'name="FR.invoice" type="text" value="6"', 'name="confirmed" value="0.2.1"'):  # fmt: skip
        assert text in asked.text, text
    assert kept(papers) == before
    # What was seen is not what it does now.
    assert save(client, **{"FR.invoice": "5", "confirmed": "0.2.0"}).status_code == 409
    done = save(client, **{"FR.invoice": "6", "confirmed": "0.2.1"})
    assert (done.status_code, "/jobs/" in done.location) == (303, True)
    assert kept(papers) == [YEAR + 6, YEAR - 1, YEAR - 9]
    assert "Apply the terms to the documents of 3 contacts" in client.get(done.location).text
    page = client.get("/settings/documents").text
    assert 'name="FR.invoice" type="text" value="6"' in page
    assert "Invoice: <del" in page


def test_D7_a_longer_term_brings_papers_back_that_were_past_theirs(sign_in, papers) -> None:
    client = sign_in("administrator")
    asked = save(client, **{"FR.invoice": "20"})
    assert (asked.status_code, "3 documents are kept longer." in asked.text) == (409, True)
    assert save(client, **{"FR.invoice": "20", "confirmed": "3.0.0"}).status_code == 303
    assert kept(papers) == [YEAR + 20, YEAR + 13, YEAR + 5]


def test_D7_another_country_of_the_firm_acts_on_new_papers_and_on_the_others_once_confirmed(sign_in, papers) -> None:
    client = sign_in("administrator")
    put_setting("company.country", "DE")
    new = services.add(papers[0].contact_id, {"type": "invoice", "dated_on": f"{YEAR}-03-01"})
    assert kept([*papers, new]) == [YEAR + 10, YEAR + 3, YEAR - 5, YEAR + 8]
    assert "3 documents were filed under other terms" in client.get("/settings/documents").text
    german = {name.replace("FR", "DE"): value for name, value in USUAL.items()}
    german |= {"DE.invoice": "8", "DE.credit_note": "8", "DE.order": "6", "DE.delivery_note": "8", "DE.contract": "6"}
    asked = client.submit("/settings/documents", german | {"version": "0"})
    assert (asked.status_code, "2 documents are kept less long than now." in asked.text) == (409, True)
    assert client.submit("/settings/documents", german | {"version": "0", "confirmed": "0.2.0"}).status_code == 303
    assert kept([*papers, new]) == [YEAR + 8, YEAR + 1, YEAR - 7, YEAR + 8]
    assert papers[0].term_country == "DE"


def test_D7_without_documents_it_is_saved_at_once(sign_in) -> None:
    client = sign_in("administrator")
    answer = save(client, **{"FR.order": "12"})
    assert (answer.status_code, answer.location) == (303, "/settings/documents")
    assert db.session.query(Job).count() == 0
    assert save(client, **{"FR.order": "13"}).status_code == 409


def test_D7_the_page_is_saved_as_it_opens_with_one_term_changed(sign_in) -> None:
    client = sign_in("administrator")
    page = client.get("/settings/documents").text
    shown = dict(re.findall(r'name="(FR\.\w+)" type="text" value="(\d*)"', page))
    assert shown == USUAL
    assert save(client, **shown | {"FR.order": "12"}).status_code == 303
    assert 'name="FR.order" type="text" value="12"' in client.get("/settings/documents").text


@pytest.mark.parametrize("wrong", ["", "-1", "100", "1.5", "ten"])
def test_D7_a_term_is_a_number_of_years(sign_in, wrong) -> None:
    client = sign_in("administrator")
    answer = save(client, **{"FR.invoice": wrong})
    assert answer.status_code == 422
    assert f'name="FR.invoice" type="text" value="{wrong}"' in answer.text


def test_D7_contracts_that_run_on_stay_so_whatever_the_term(make, system) -> None:
    contact = make("Firm")
    made = services.add(contact.id, {"type": "contract", "dated_on": "2001-01-01"})
    db.session.flush()
    assert terms.effects(terms.present() | {"contract": 3}).over == 0
    assert terms.effects(terms.present() | {"contract": 0}).over == 1
    assert made.kept_until is not None


def test_J1_only_administrators_set_terms(sign_in) -> None:
    client = sign_in("manager")
    assert client.get("/settings/documents").status_code == 403
    assert save(client, **{"FR.order": "12"}).status_code == 403
