"""The customer's fields, and the conversion of many prospects for the mass action (spec C2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webapp.api import (
    Field,
    FunctionState,
    Outcome,
    ProposalAccepted,
    _,
    _l,
    activate,
    field_words,
    many_functions,
    ngettext,
)

BUSINESS_TYPES = (("b2b", "B2B"), ("b2c", "B2C"), ("b2g", "B2G"))
SATISFACTION = (
    ("satisfied", _l("Satisfied")),
    ("neutral", _l("Neutral")),
    ("dissatisfied", _l("Dissatisfied")),
)
LOST_REASONS = (
    ("price", _l("Price")),
    ("competitor", _l("Competitor")),
    ("quality", _l("Quality")),
    ("closed", _l("Closed down")),
    ("other", _l("Other")),
)
GENERAL, TERMS, CREDIT, BLOCKS, ACCOUNTS, LOST, NOTE = (
    _l("General"),
    _l("Terms"),
    _l("Credit"),
    _l("Blocks"),
    _l("Numbers and accounts"),
    _l("Lost"),
    _l("Internal"),
)

LOST_FIELDS = (
    Field(name="lost_on", label=_l("Lost on"), kind="date", section=LOST),
    Field(name="lost_reason", label=_l("Reason of the loss"), kind="choice", choices=LOST_REASONS, section=LOST),
    Field(name="lost_text", label=_l("The loss, in words"), kind="multiline", section=LOST, max_length=4000),
)
"""What is noted of a lost customer (spec D8): it is lost while there is a date."""
FIELDS = (
    Field(name="category", label=_l("Category"), kind="value_list", value_list="categories", section=GENERAL),
    Field(
        name="business_type",
        label=_l("Business type"),
        kind="choice",
        choices=BUSINESS_TYPES,
        section=GENERAL,
    ),
    Field(name="satisfaction", label=_l("Satisfaction"), kind="choice", choices=SATISFACTION, section=GENERAL),
    Field(
        name="payment_term",
        label=_l("Payment term, sales"),
        kind="value_list",
        value_list="payment_terms",
        section=TERMS,
    ),
    Field(
        name="payment_method",
        label=_l("Payment method, sales"),
        kind="value_list",
        value_list="payment_methods",
        section=TERMS,
    ),
    Field(
        name="shipping_method",
        label=_l("Shipping method, sales"),
        kind="value_list",
        value_list="shipping_methods",
        section=TERMS,
    ),
    Field(name="discount", label=_l("Discount"), kind="percent", section=TERMS),
    Field(name="tax_override", label=_l("Tax override, sales"), section=TERMS, max_length=60),
    Field(name="credit_limit", label=_l("Credit limit"), kind="money", section=CREDIT),
    Field(name="insured_amount", label=_l("Insured amount"), kind="money", section=CREDIT),
    Field(name="blocked", label=_l("Blocked"), kind="boolean", section=BLOCKS),
    Field(name="blocked_notice", label=_l("Notice about the block"), section=BLOCKS, max_length=500),
    Field(name="delivery_block", label=_l("Delivery block"), kind="boolean", section=BLOCKS),
    Field(name="invoice_block", label=_l("Invoice block"), kind="boolean", section=BLOCKS),
    Field(name="insolvent", label=_l("Insolvent"), kind="boolean", section=BLOCKS),
    Field(name="debtor_account", label=_l("Debtor account"), section=ACCOUNTS, max_length=40),
    Field(
        name="supplier_number_there",
        label=_l("Our supplier number at the customer"),
        section=ACCOUNTS,
        max_length=64,
    ),
    *LOST_FIELDS,
    Field(
        name="internal_note",
        label=_l("Internal note, customer"),
        kind="multiline",
        section=NOTE,
        max_length=4000,
        right="contacts.edit",
    ),
)


def states(customer: Any) -> Sequence[FunctionState]:
    """What this customer may do now: its account, deliveries, invoices, whether it can pay (spec B5)."""
    lines = [
        (_("Customer account"), "lock", customer.blocked, _("Blocked"), _("Not blocked"), customer.blocked_notice),
        (_("Deliveries"), "truck", customer.delivery_block, _("Not allowed"), _("Allowed"), ""),
        (_("Invoices"), "receipt", customer.invoice_block, _("Not allowed"), _("Allowed"), ""),
    ]
    found = [
        FunctionState(label=label, icon=icon, level="warn" if held else "ok", word=bad if held else good, text=text)
        for label, icon, held, bad, good, text in lines
    ]
    insolvent = bool(customer.insolvent)
    found.append(
        FunctionState(
            label=_("Solvency"),
            icon="landmark",
            level="danger" if insolvent else "ok",
            word=_("Insolvent") if insolvent else _("No insolvency known"),
        )
    )
    is_lost = customer.lost_on is not None
    found.append(
        FunctionState(
            label=_("Loss of the customer"),
            icon="circle-x",
            level="warn" if is_lost else "ok",
            word=lost_words(customer.lost_on) if is_lost else _("Not lost"),
            text=". ".join(part for part in (reason_words(customer.lost_reason), customer.lost_text) if part),
            action=_("Change the loss…") if is_lost else _("Mark as lost…"),
            endpoint="customers.lost",
        )
    )
    return found


def lost_words(day: Any) -> str:
    """That a customer is lost, and since when."""
    return _("Lost on %(day)s", day=field_words(LOST_FIELDS[0], day))


def reason_words(code: str) -> str:
    """Why a customer was lost."""
    return field_words(LOST_FIELDS[1], code)


def convert(ids: Sequence[int], values: Mapping[str, Any]) -> dict[int, Outcome]:
    """The mass action (spec C2): prospects become customers."""
    return many_functions.convert_many(ids, "customer")


def check_convert(ids: Sequence[int], values: Mapping[str, Any]) -> dict[int, Outcome]:
    """Who would not be converted, and why."""
    return many_functions.would_not_convert(ids, "customer")


def convert_title(number: int, values: Mapping[str, Any]) -> str:
    """Verb and number."""
    return ngettext("Convert %(num)s prospect to customer", "Convert %(num)s prospects to customers", number)


def never_back(values: Mapping[str, Any]) -> str:
    """A conversion is for good (spec C4)."""
    return _("There is no way back: a customer never becomes a prospect again.")


def accepted(event: ProposalAccepted) -> None:
    """Whoever accepts a proposal is a customer (spec C1): a prospect is converted, who had no function to buy gains
    this one, a customer stays what it is. What it supplies is another matter. Raises `Refused` as they do (spec C6)."""
    activate(event.contact_id, "customer")
