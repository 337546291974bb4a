"""Addresses with purposes: by the names of columns, and where columns are chosen by hand (spec A2, H1)."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from plugins.transfer.options import Options
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import firm_words, import_rows
from webapp.acting import acting, acting_as_system
from webapp.contacts.models import Address
from webapp.db import db

CELLS = "Weber;Weg 1;50667;Köln;Allemagne;Tor 2;53111;Bonn;DE"


def kept() -> dict[str, tuple[str, ...]]:
    query = sa.select(Address.purpose, Address.street, Address.postal_code, Address.city, Address.country)
    return {str(row[0]): tuple(map(str, row[1:])) for row in db.session.execute(query)}


BOTH = {"invoice": ("Weg 1", "50667", "Köln", "DE"), "delivery": ("Tor 2", "53111", "Bonn", "DE")}


@pytest.mark.parametrize(
    "head",
    [
        "Nom;Adresse de facturation;Code postal de facturation;Ville de facturation;Pays de facturation;"
        "Adresse de livraison;Code postal de livraison;Ville de livraison;Pays de livraison",
        "Nom;Rue (facturation);CP facturation;Ville (facturation);Pays (facturation);"
        "Rue de livraison;CP livraison;Localité (livraison);Pays (livraison)",
        "Nom;Rue de l'adresse de facturation;Code postal adresse de facturation;Ville facturation;Pays facturation;"
        "Adresse de livraison 1;Code postal (livraison);Ville livraison;Pays livraison",
        "Last name;Billing Street;Billing Zip/Postal Code;Billing City;Billing Country;"
        "Shipping Street;Shipping Zip/Postal Code;Shipping City;Shipping Country",
        "Last name;Invoice address;Invoice postcode;Invoice town;Invoice country;"
        "Delivery address line 1;Delivery ZIP;Delivery city;Delivery country",
        "Nachname;Rechnungsadresse;Rechnungs-PLZ;Rechnungsort;Rechnungsland;"
        "Lieferstraße;Liefer-PLZ;Lieferort;Lieferland",
        "Nachname;Straße (Rechnung);PLZ (Rechnung);Ort (Rechnung);Land (Rechnung);"
        "Lieferanschrift;Lieferanschrift PLZ;Lieferanschrift Ort;Lieferanschrift Land",
        "lastName;invoiceAddress.street1;invoiceAddress.zipcode;invoiceAddress.city;invoiceAddress.country;"
        "deliveryAddress.street1;deliveryAddress.zipcode;deliveryAddress.city;deliveryAddress.country",
    ],
)
def test_H1_names_of_columns_say_what_an_address_is_for(bring: Any, head: str) -> None:
    report = bring(f"{head}\n{CELLS}\n", commits=False)
    assert (report.created, report.ignored, report.remarks) == (1, (), [])
    assert kept() == BOTH
    assert bring(f"{head}\n{CELLS}\n", commits=False).unchanged == 1


def test_H1_columns_chosen_by_hand_say_what_an_address_is_for(app: Any) -> None:
    parts = ("street", "postal_code", "city", "country")
    codes = ["last_name", *(f"addresses.{purpose}.{part}" for purpose in ("invoice", "delivery") for part in parts)]
    names = [f"Q{at}" for at in range(len(codes))]
    with acting(acting_as_system("import", "list.csv")):
        reading = open_reading(
            io.BytesIO(f"{';'.join(names)}\n{CELLS}\n".encode()),
            columns=dict(zip(names, codes, strict=True)),
            **firm_words(),
        )
        report = import_rows(reading, Options(), commits=False)
    assert (report.created, report.remarks) == (1, [])
    assert kept() == BOTH
