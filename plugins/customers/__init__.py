"""Customers: for good, once a contact has become one (spec C4)."""

from functools import partial

from plugins.customers import models, services, views
from webapp.api import ContactFunction, MassAction, MenuEntry, PersonalData, Plugin, _l, _lp, count_listed

plugin = Plugin(
    name="customers",
    label=_l("Customers"),
    version="0.1.0",
    models=(models.Customer,),
    migrations="migrations",
    personal_data=(
        PersonalData(
            table="customer",
            personal=("blocked_notice", "supplier_number_there", "internal_note", "lost_text"),
            kept=(
                "category", "business_type", "payment_term", "payment_method", "shipping_method", "credit_limit",
                "insured_amount", "currency", "blocked", "delivery_block", "invoice_block", "insolvent", "discount",
                "tax_override", "debtor_account", "satisfaction", "lost_on", "lost_reason",
            ),
        ),
    ),
    blueprints=(views.blueprint,),
    functions=(
        ContactFunction(
            key="customer",
            label=_l("Customer"),
            plural=_l("Customers"),
            letter=_lp("customer", "C"),
            view_label=_l("Customer view"),
            past_label=_l("As a customer"),
            convert_label=_l("Convert to customer"),
            icon="handshake",
            colour="customer",
            slot="buyer",
            final=True,
            follows=("prospect",),
            model=models.Customer,
            fields=services.FIELDS,
            states=services.states,
            states_label=_l("What this customer may do"),
            list_endpoint="customers.index",
            order=20,
        ),
    ),
    mass_actions=(
        MassAction(
            key="convert",
            label=_l("Convert to customer"),
            icon="handshake",
            run=services.convert,
            check=services.check_convert,
            title=services.convert_title,
            final=services.never_back,
            warning=_l("There is no way back: a customer never becomes a prospect again."),
            functions=("prospect",),
            chunk=500,
            order=10,
        ),
    ),
    menu=(
        MenuEntry(
            label=_l("Customers"),
            endpoint="customers.index",
            icon="handshake",
            order=30,
            count=partial(count_listed, "customer"),
        ),
    ),
)  # fmt: skip
