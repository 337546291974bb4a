"""Suppliers: contacts that we buy from, beside any other function (spec B2)."""

from functools import partial

from plugins.suppliers import models, services, views
from webapp.api import ContactFunction, MenuEntry, NumberRange, PersonalData, Plugin, _l, _lp, count_listed, list_embed

plugin = Plugin(
    name="suppliers",
    label=_l("Suppliers"),
    version="0.1.0",
    models=(models.Supplier,),
    migrations="migrations",
    personal_data=(
        PersonalData(
            table="supplier",
            label=_l("Supplier fields"),
            personal=("customer_number_there", "internal_note"),
            kept=(
                "active", "order_block", "payment_term", "payment_method", "shipping_method", "minimum_order",
                "currency", "tax_override", "creditor_account",
            ),
        ),
    ),
    blueprints=(views.blueprint,),
    functions=(
        ContactFunction(
            key="supplier",
            label=_l("Supplier"),
            plural=_l("Suppliers"),
            letter=_lp("supplier", "S"),
            view_label=_l("Supplier view"),
            past_label=_l("As a supplier"),
            icon="truck",
            colour="supplier",
            slot="supplier",
            model=models.Supplier,
            fields=services.FIELDS,
            kept_papers=_l(
                "Documents that must be kept exist for this supplier: it can't be deleted, only anonymised."
            ),
            list_endpoint="suppliers.index",
            order=30,
        ),
    ),
    embeds=(list_embed("suppliers", _l("List of suppliers"), "suppliers.index", "truck", 33),),
    menu=(
        MenuEntry(
            label=_l("Suppliers"),
            endpoint="suppliers.index",
            icon="truck",
            order=40,
            count=partial(count_listed, "supplier"),
        ),
    ),
    number_ranges=(
        NumberRange(
            key="creditor",
            label=_l("Creditor accounts"),
            column=models.Supplier.creditor_account,
            function="supplier",
            field="creditor_account",
            first=70000,
        ),
    ),
)  # fmt: skip
