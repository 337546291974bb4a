"""What tests of merging begin with."""

from __future__ import annotations

import pytest


@pytest.fixture
def pair(make):
    """A customer with values, and a prospect with others."""
    customer = make(
        "Kerbrat & Fils", functions=["customer"], emails=[{"value": "contact@kerbrat.example"}], vat_id="",
        addresses=[{"street": "14 rue de Locmaria", "postal_code": "29000", "city": "Quimper", "country": "FR"}],
    )  # fmt: skip
    prospect = make(
        "Kerbrat", functions=["prospect"], emails=[{"value": "yk@kerbrat.example"}], legal_form="sarl", tags="Bois",
        addresses=[{"street": "ZA de Guélen", "postal_code": "29500", "city": "Ergué", "country": "FR"}],
        consents=[{"channel": "email", "status": "refused"}],
    )  # fmt: skip
    return customer.id, prospect.id
