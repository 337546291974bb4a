"""Which property of a vCard is which field of a contact: one table for reading and for writing (spec H1, H4).

Names of properties and types are in capitals; vCards are read whatever their case. Properties of our own begin with
X-CARNET-: what a vCard has no other place for comes back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping

SINGLE: Mapping[str, str] = {
    "BDAY": "birth_date",
    "NOTE": "description",
    "URL": "website",
    "UID": "external_id",
    "LANG": "language",
    "TITLE": "role",
    "CATEGORIES": "tags",
    "X-CARNET-SALUTATION": "salutation",
    "X-CARNET-TITLE": "title",
    "X-CARNET-NAME-LINE": "company_name2",
    "X-CARNET-LEGAL-FORM": "legal_form",
    "X-CARNET-VAT-ID": "vat_id",
    "X-CARNET-TAX-NUMBER": "tax_number",
    "X-CARNET-CURRENCY": "currency",
    "X-CARNET-CATEGORY": "category",
    "X-CARNET-SOURCE": "source",
    "X-CARNET-NUMBER": "number",
    "X-CARNET-FUNCTIONS": "functions",
    "X-CARNET-EXTERNAL-ID": "external_id",
    "X-CARNET-IBAN": "bank_accounts",
}
"""Properties that are one field. TITLE is what a person does in the firm that ORG names; UID gives way to our id."""

NUMBER_OF, CUSTOM = "X-CARNET-NUMBER-", "X-CARNET-CUSTOM-"
"""How properties begin that are the number of a function, by its key, and a field that the firm has added, by its code:
with hyphens for what names of properties can't hold.
"""

LISTS = frozenset({"CATEGORIES", "X-CARNET-FUNCTIONS"})
"""Properties whose value is parted by commas."""

NAME = ("last_name", "first_name", "middle_name", "salutation", "suffix")
"""The components of N, in their order; `salutation` is the prefix: "Ms", "Dr", or both."""

ORGANISATION = ("company_name", "department")
"""The components of ORG; further ones are smaller units and join the department."""

ADDRESS = ("po_box", "street2", "street", "city", "region", "postal_code", "country")
"""The components of ADR, in their order."""

KINDS: Mapping[str, str] = {
    "individual": "person",
    "org": "company",
    "organization": "company",
    "group": "",
    "location": "",
}
"""Values of KIND (4.0; X-ADDRESSBOOKSERVER-KIND of Apple); a group or a place is no contact."""

EMAIL_TYPES: Mapping[str, tuple[str, ...]] = {
    "work": ("WORK",),
    "home": ("HOME",),
    "billing": ("X-BILLING",),
    "other": (),
}
PHONE_TYPES: Mapping[str, tuple[str, ...]] = {
    "work": ("WORK", "VOICE"),
    "mobile": ("CELL",),
    "home": ("HOME", "VOICE"),
    "fax": ("FAX",),
    "other": ("VOICE",),
}
ADDRESS_TYPES: Mapping[str, tuple[str, ...]] = {
    "invoice": ("X-INVOICE",),
    "delivery": ("X-DELIVERY",),
    "other": (),
}
"""TYPE parameters that are written for our types and purposes; the primary one has PREF (4.0: PREF=1) beside it."""

MAIN_TYPES: Mapping[str, tuple[str, ...]] = {"person": ("HOME",), "company": ("WORK",)}
"""Of the main address, by kind: a person's is where they live, for where they work is the firm's."""

TYPES_READ: Mapping[str, str] = {
    "WORK": "work", "HOME": "home", "CELL": "mobile", "IPHONE": "mobile", "PCS": "mobile", "CAR": "mobile",
    "FAX": "fax", "X-BILLING": "billing", "X-INVOICE": "billing", "X-DELIVERY": "delivery", "MAIN": "work",
    "OTHER": "other",
}  # fmt: skip
"""What a TYPE parameter says; those that are not here say nothing about whose it is."""

STRONGEST = ("fax", "mobile", "billing", "delivery", "home", "work", "other")
"""Of several that TYPE parameters say, which counts: WORK,FAX is a fax."""

NETWORKS = ("X-SOCIALPROFILE", "SOCIALPROFILE")
"""Accounts in social networks: TYPE (Apple) or SERVICE-TYPE (RFC 9554) is the network."""

PICTURES = ("PHOTO", "LOGO")
"""Properties that hold a picture, or say where one is; the first is a person's or a firm's own, the other its mark."""
