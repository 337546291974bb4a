"""What is kept about a customer (spec B5)."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base


class Customer(Base):
    """Fields of the function customer; money in minor units of `currency`, discount in basis points."""

    __tablename__ = "customer"
    __table_args__ = (
        sa.Index(
            "ix_customer_debtor_account", "debtor_account",
            sqlite_where=sa.text("debtor_account <> ''"), postgresql_where=sa.text("debtor_account <> ''"),
        ),
        sa.Index(
            "ix_customer_lost", "lost_reason", "contact_function_id",
            sqlite_where=sa.text("lost_on IS NOT NULL"), postgresql_where=sa.text("lost_on IS NOT NULL"),
        ),
    )  # fmt: skip

    contact_function_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_function.id"), primary_key=True, autoincrement=False
    )
    category: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    business_type: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    payment_term: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    payment_method: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    shipping_method: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    credit_limit: Mapped[int | None] = mapped_column(sa.BigInteger)
    insured_amount: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="", server_default="")
    blocked: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    blocked_notice: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    delivery_block: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    invoice_block: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    insolvent: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    discount: Mapped[int | None]
    tax_override: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    debtor_account: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    supplier_number_there: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    satisfaction: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    lost_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    lost_reason: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    lost_text: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    internal_note: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
