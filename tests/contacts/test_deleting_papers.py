"""A customer whose invoice the law keeps is only anonymised, while documents are switched off too (spec D3, D4)."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest

from plugins.documents import services as documents
from webapp import testing
from webapp.administration import switching
from webapp.api import Anonymising, Plugin, Service, place
from webapp.contacts import bulk, guards, services
from webapp.db import db
from webapp.errors import Refused
from webapp.testing import PluginSet

KEPT = "Documents that must be kept exist for this customer: it can't be deleted, only anonymised."


class Elsewhere:
    """Contacts are anonymised in their file, whatever that may mean."""

    def address(self, contact_id: int) -> str:
        return place("contacts.file", id=contact_id, anonymise=1)


ANONYMISER = Plugin(
    name="anonymiser",
    label="Anonymiser",
    version="1",
    services=(Service(port=Anonymising, provide=Elsewhere, replaces="privacy"),),
)


@pytest.fixture
def plugins() -> PluginSet:
    found = testing.shipped()
    folders = {**found.folders, "anonymiser": found.folders["customers"]}
    return PluginSet(found=replace(found, plugins=(*found.plugins, ANONYMISER), folders=folders))


@pytest.fixture
def customer(make, system) -> int:
    """One with an invoice of March 2026: in France it is kept until the end of 2036."""
    contact = make("Kerbrat", functions=["customer"])
    documents.add(contact.id, {"type": "invoice", "dated_on": "2026-03-01"})
    db.session.flush()
    return contact.id


@pytest.mark.parametrize("is_on", [True, False], ids=["on", "off"])
def test_D4_a_customer_with_an_invoice_is_only_anonymised(customer, sign_in, is_on: bool) -> None:
    if not is_on:
        switching.switch("documents", False)
    with pytest.raises(Refused) as error:
        services.to_bin(customer, override_links=True)
    page = unescape(sign_in("administrator").get(f"/contacts/{customer}/delete").text)
    (paper,) = error.value.details["blockers"]
    assert (error.value.message, paper.retained, paper.override) == (KEPT, True, False)
    assert KEPT in page
    assert "To be kept until December 31, 2036." in page
    assert f'href="/contacts/{customer}?anonymise=1"' in page
    assert ("its data stay protected" in page) is not is_on
    assert (f'href="/contacts/{customer}/documents?' in page) is is_on


def test_D3_by_mass_action_each_contact_says_why(customer, make, system) -> None:
    free = make("Free")
    told = bulk.bin_many([customer, free.id])
    assert told[free.id].what == "done"
    assert told[customer].what == "failed"
    assert "2036" in str(told[customer].reason)
    assert guards.blockers([customer])
