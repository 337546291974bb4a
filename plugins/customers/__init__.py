"""Customers: for good, once a contact has become one (spec C4)."""

from functools import partial

from plugins.customers import lost, models, services, views
from webapp.api import (
    Column,
    ContactFunction,
    FileHint,
    Filter,
    MassAction,
    MenuEntry,
    NumberRange,
    PersonalData,
    Plugin,
    ProposalAccepted,
    Subscriber,
    _l,
    _lp,
    count_listed,
    list_embed,
)

plugin = Plugin(
    name="customers",
    label=_l("Customers"),
    version="0.1.0",
    models=(models.Customer,),
    migrations="migrations",
    personal_data=(
        PersonalData(
            table="customer",
            label=_l("Customer fields"),
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
            kept_papers=_l(
                "Documents that must be kept exist for this customer: it can't be deleted, only anonymised."
            ),
            list_endpoint="customers.index",
            order=20,
        ),
    ),
    file_hints=(FileHint(key="customer_lost", icon="circle-x", find=lost.hint, order=10),),
    columns=(
        Column(
            key="lost", label=_l("Lost"), values=lost.told, icon="circle-x", functions=("customer",), order=10,
            shown=False,
        ),
    ),
    filters=(
        Filter(
            key="lost",
            label=_l("Lost"),
            choices=lost.choices,
            where=lost.where,
            ids=lost.ids,
            several=True,
            functions=("customer",),
            order=25,
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
        MassAction(
            key="mark_lost",
            label=_l("Mark as lost…"),
            icon="circle-x",
            run=lost.mark_many,
            check=lost.check_mark,
            fields=lost.fields,
            title=lost.title(True),
            undo=lost.back,
            functions=("customer",),
            order=55,
        ),
        MassAction(
            key="mark_not_lost",
            label=_l("Mark as not lost"),
            icon="undo-2",
            run=lost.take_back_many,
            check=lost.check_take_back,
            title=lost.title(False),
            undo=lost.back,
            functions=("customer",),
            order=56,
        ),
    ),
    embeds=(list_embed("customers", _l("List of customers"), "customers.index", "handshake", 32),),
    menu=(
        MenuEntry(
            label=_l("Customers"),
            endpoint="customers.index",
            icon="handshake",
            order=30,
            count=partial(count_listed, "customer"),
        ),
    ),
    number_ranges=(
        NumberRange(
            key="debtor",
            label=_l("Debtor accounts"),
            column=models.Customer.debtor_account,
            function="customer",
            field="debtor_account",
            first=10000,
        ),
    ),
    subscribers=(Subscriber(event=ProposalAccepted, hear=services.accepted),),
)  # fmt: skip
