"""The supplier's fields."""

from __future__ import annotations

from webapp.api import Field, _l

GENERAL, TERMS, ACCOUNTS, NOTE = _l("General"), _l("Terms"), _l("Numbers and accounts"), _l("Internal")

FIELDS = (
    Field(name="active", label=_l("Active"), kind="boolean", section=GENERAL),
    Field(name="order_block", label=_l("Order block"), kind="boolean", section=GENERAL),
    Field(
        name="payment_term",
        label=_l("Payment term, purchases"),
        kind="value_list",
        value_list="payment_terms",
        section=TERMS,
    ),
    Field(
        name="payment_method",
        label=_l("Payment method, purchases"),
        kind="value_list",
        value_list="payment_methods",
        section=TERMS,
    ),
    Field(
        name="shipping_method",
        label=_l("Shipping method, purchases"),
        kind="value_list",
        value_list="shipping_methods",
        section=TERMS,
    ),
    Field(name="minimum_order", label=_l("Minimum order amount"), kind="money", section=TERMS),
    Field(name="tax_override", label=_l("Tax override, purchases"), section=TERMS, max_length=60),
    Field(name="creditor_account", label=_l("Creditor account"), section=ACCOUNTS, max_length=40),
    Field(
        name="customer_number_there",
        label=_l("Our customer number at the supplier"),
        section=ACCOUNTS,
        max_length=64,
    ),
    Field(
        name="internal_note",
        label=_l("Internal note, supplier"),
        kind="multiline",
        section=NOTE,
        max_length=4000,
        right="contacts.edit",
    ),
)
