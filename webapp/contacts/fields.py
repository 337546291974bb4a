"""The fields of every contact (spec A2), declared once, and those of which it can have several."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from webapp.contacts import models
from webapp.i18n import _l
from webapp.plugin import Field, ValueList

IDENTITY = _l("Identity")
MORE = _l("More")

FIELDS: tuple[Field, ...] = (
    Field(
        name="salutation",
        label=_l("Salutation"),
        kind="choice",
        section=IDENTITY,
        choices=(("ms", _l("Ms")), ("mr", _l("Mr")), ("family", _l("Family"))),
    ),
    Field(name="title", label=_l("Title"), kind="value_list", value_list="titles", section=IDENTITY),
    Field(name="first_name", label=_l("First name"), section=IDENTITY, max_length=120),
    Field(name="middle_name", label=_l("Middle name"), section=IDENTITY, max_length=120),
    Field(name="last_name", label=_l("Last name"), section=IDENTITY, max_length=120),
    Field(name="birth_date", label=_l("Birth date"), kind="date", section=IDENTITY),
    Field(name="company_name", label=_l("Company name"), section=IDENTITY),
    Field(name="company_name2", label=_l("Second name line"), section=IDENTITY),
    Field(
        name="legal_form",
        label=_l("Legal form"),
        kind="value_list",
        value_list="legal_forms",
        section=IDENTITY,
    ),
    Field(name="vat_id", label=_l("VAT id"), section=IDENTITY, max_length=40),
    Field(name="tax_number", label=_l("Tax number"), section=IDENTITY, max_length=60),
    Field(name="website", label=_l("Website"), section=MORE, max_length=500),
    Field(name="language", label=_l("Language"), kind="language", section=MORE),
    Field(name="currency", label=_l("Currency"), kind="currency", section=MORE),
    Field(name="category", label=_l("Category"), kind="value_list", value_list="categories", section=MORE),
    Field(name="source", label=_l("Source"), kind="value_list", value_list="sources", section=MORE),
    Field(name="responsible_id", label=_l("Responsible user"), kind="user", section=MORE),
    Field(name="parent_id", label=_l("Parent company"), kind="contact", section=MORE),
    Field(name="description", label=_l("Description"), kind="multiline", section=MORE, max_length=20_000),
)
"""Single values; which of them a form shows depends on the kind (`PERSON_ONLY`, `COMPANY_ONLY`)."""

BY_NAME = {field.name: field for field in FIELDS}
PERSON_ONLY = frozenset({"salutation", "title", "first_name", "middle_name", "last_name", "birth_date"})
COMPANY_ONLY = frozenset({"company_name", "company_name2", "legal_form"})

REACH_TYPES = (("work", _l("Work")), ("home", _l("Home")), ("billing", _l("Billing")), ("other", _l("Other")))
PHONE_TYPES = (
    ("work", _l("Work")),
    ("mobile", _l("Mobile")),
    ("home", _l("Home")),
    ("fax", _l("Fax")),
    ("other", _l("Other")),
)
PURPOSES = (
    ("main", _l("Main")),
    ("invoice", _l("Invoice")),
    ("delivery", _l("Delivery")),
    ("other", _l("Other")),
)
NETWORKS = (
    ("linkedin", "LinkedIn"),
    ("xing", "XING"),
    ("mastodon", "Mastodon"),
    ("facebook", "Facebook"),
    ("instagram", "Instagram"),
    ("x", "X"),
    ("other", _l("Other")),
)
CHANNELS = (("email", _l("E-mail")), ("phone", _l("Phone")), ("letter", _l("Letter")), ("sms", _l("SMS")))
CONSENT_STATUSES = (("granted", _l("Granted")), ("refused", _l("Refused")), ("review", _l("To be reviewed")))
BASES = (
    ("consent", _l("Consent")),
    ("contract", _l("Contract")),
    ("legitimate_interest", _l("Legitimate interest")),
    ("legal_obligation", _l("Legal obligation")),
)
"""Lawful bases of GDPR art. 6 that a small firm relies on."""


@dataclass(frozen=True, kw_only=True)
class Collection:
    """Values of which a contact has several. `key` is the column without which an item is empty."""

    name: str
    label: Any
    item_label: Any
    model: type[Any]
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    has_primary: bool = False
    right: str = "contacts.read"

    @cached_property
    def known(self) -> frozenset[str]:
        """What an item may name: its fields, and what is found out about it, which whoever read it may send back."""
        return frozenset({*(field.name for field in self.fields), "id", "is_primary", "normalised", "warning"})

    @cached_property
    def is_ordered(self) -> bool:
        """Whether items keep the order in which they were given."""
        return "position" in self.model.__table__.c


COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        name="emails",
        label=_l("E-mail addresses"),
        item_label=_l("E-mail"),
        model=models.Email,
        key=("value",),
        has_primary=True,
        fields=(
            Field(name="type", label=_l("Type"), kind="choice", choices=REACH_TYPES),
            Field(name="value", label=_l("E-mail"), max_length=320),
        ),
    ),
    Collection(
        name="phones",
        label=_l("Phones"),
        item_label=_l("Phone"),
        model=models.Phone,
        key=("value",),
        has_primary=True,
        fields=(
            Field(name="type", label=_l("Type"), kind="choice", choices=PHONE_TYPES),
            Field(name="value", label=_l("Phone"), max_length=60),
        ),
    ),
    Collection(
        name="addresses",
        label=_l("Addresses"),
        item_label=_l("Address"),
        model=models.Address,
        key=("street", "street2", "postal_code", "city", "region", "country"),
        fields=(
            Field(name="purpose", label=_l("Purpose"), kind="choice", choices=PURPOSES),
            Field(name="street", label=_l("Street and number")),
            Field(name="street2", label=_l("Address supplement")),
            Field(name="postal_code", label=_l("Postal code"), max_length=20),
            Field(name="city", label=_l("City"), max_length=120),
            Field(name="region", label=_l("Region"), max_length=120),
            Field(name="country", label=_l("Country"), kind="country"),
        ),
    ),
    Collection(
        name="bank_accounts",
        label=_l("Bank accounts"),
        item_label=_l("Bank account"),
        model=models.BankAccount,
        key=("iban",),
        has_primary=True,
        right="contacts.edit",
        fields=(
            Field(name="holder", label=_l("Account holder")),
            Field(name="iban", label=_l("IBAN"), max_length=60),
            Field(name="bic", label=_l("BIC"), max_length=20),
        ),
    ),
    Collection(
        name="social_accounts",
        label=_l("Social accounts"),
        item_label=_l("Social account"),
        model=models.SocialAccount,
        key=("value",),
        fields=(
            Field(name="network", label=_l("Network"), kind="choice", choices=NETWORKS),
            Field(name="value", label=_l("Name or address there"), max_length=300),
        ),
    ),
    Collection(
        name="consents",
        label=_l("Consents"),
        item_label=_l("Consent"),
        model=models.Consent,
        key=("status",),
        fields=(
            Field(name="channel", label=_l("Channel"), kind="choice", choices=CHANNELS),
            Field(name="status", label=_l("Status"), kind="choice", choices=CONSENT_STATUSES),
            Field(name="basis", label=_l("Lawful basis"), kind="choice", choices=BASES),
            Field(name="source", label=_l("Source")),
            Field(name="review_on", label=_l("Review on"), kind="date"),
        ),
    ),
    Collection(
        name="external_ids",
        label=_l("External ids"),
        item_label=_l("External id"),
        model=models.ExternalId,
        key=("value",),
        fields=(
            Field(name="source", label=_l("System"), max_length=40),
            Field(name="value", label=_l("Id there"), max_length=120),
        ),
    ),
)
COLLECTION = {one.name: one for one in COLLECTIONS}

LINK_FIELDS: tuple[Field, ...] = (
    Field(name="role", label=_l("Role"), max_length=120),
    Field(name="department", label=_l("Department"), max_length=120),
    Field(name="is_primary", label=_l("Primary contact"), kind="boolean"),
    Field(name="is_invoice_recipient", label=_l("Receives the invoices"), kind="boolean"),
    Field(name="active_from", label=_l("Active from"), kind="date"),
    Field(name="active_to", label=_l("Active to"), kind="date"),
)
"""What holds for one link between a person and a party (spec B4)."""

VALUE_LISTS: tuple[ValueList, ...] = (
    ValueList(
        key="titles",
        label=_l("Titles"),
        items=(
            ("dr", "Dr", "Dr", "Dr."),
            ("prof", "Pr", "Prof.", "Prof."),
            ("prof_dr", "Pr Dr", "Prof. Dr", "Prof. Dr."),
            ("maitre", "Me", "Maître", "Maître"),
        ),
    ),
    ValueList(
        key="legal_forms",
        label=_l("Legal forms"),
        items=tuple(
            (code, label, label, label)
            for code, label in (
                ("sarl", "SARL"),
                ("sas", "SAS"),
                ("sasu", "SASU"),
                ("sa", "SA"),
                ("eurl", "EURL"),
                ("sci", "SCI"),
                ("ei", "EI"),
                ("gmbh", "GmbH"),
                ("gmbh_co_kg", "GmbH & Co. KG"),
                ("ag", "AG"),
                ("kg", "KG"),
                ("ohg", "OHG"),
                ("ug", "UG"),
                ("ev", "e. V."),
                ("ek", "e. K."),
                ("ltd", "Ltd"),
                ("plc", "PLC"),
                ("llp", "LLP"),
                ("bv", "BV"),
                ("srl", "SRL"),
            )
        ),
    ),
    ValueList(
        key="categories",
        label=_l("Categories"),
        items=(("a", "A", "A", "A"), ("b", "B", "B", "B"), ("c", "C", "C", "C")),
    ),
    ValueList(
        key="sources",
        label=_l("Sources"),
        items=(
            ("website", "Site web", "Website", "Website"),
            ("recommendation", "Recommandation", "Recommendation", "Empfehlung"),
            ("fair", "Salon", "Trade fair", "Messe"),
            ("phone", "Appel téléphonique", "Phone call", "Anruf"),
            ("advertising", "Publicité", "Advertising", "Werbung"),
            ("import", "Import", "Import", "Import"),
        ),
    ),
    ValueList(
        key="payment_terms",
        label=_l("Payment terms"),
        items=(
            ("immediate", "Comptant", "Immediate", "Sofort"),
            ("net_14", "14 jours net", "14 days net", "14 Tage netto"),
            ("net_30", "30 jours net", "30 days net", "30 Tage netto"),
            ("net_60", "60 jours net", "60 days net", "60 Tage netto"),
            (
                "d14_2_net_30",
                "14 jours 2 %, 30 jours net",
                "14 days 2 %, 30 days net",
                "14 Tage 2 %, 30 Tage netto",
            ),
        ),
    ),
    ValueList(
        key="payment_methods",
        label=_l("Payment methods"),
        items=(
            ("transfer", "Virement", "Bank transfer", "Überweisung"),
            ("direct_debit", "Prélèvement", "Direct debit", "Lastschrift"),
            ("card", "Carte bancaire", "Card", "Karte"),
            ("cheque", "Chèque", "Cheque", "Scheck"),
            ("cash", "Espèces", "Cash", "Bar"),
        ),
    ),
    ValueList(
        key="shipping_methods",
        label=_l("Shipping methods"),
        items=(
            ("parcel", "Colis", "Parcel", "Paket"),
            ("freight", "Transporteur", "Freight", "Spedition"),
            ("pickup", "Enlèvement", "Pick-up", "Abholung"),
            ("express", "Express", "Express", "Express"),
        ),
    ),
)
"""Value lists of contacts, and those that several functions share (spec A8)."""
