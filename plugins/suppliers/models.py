"""What is kept about a supplier (spec B5)."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base


class Supplier(Base):
    """Fields of the function supplier; money in minor units of `currency`."""

    __tablename__ = "supplier"
    __table_args__ = (
        sa.Index(
            "ix_supplier_creditor_account", "creditor_account",
            sqlite_where=sa.text("creditor_account <> ''"), postgresql_where=sa.text("creditor_account <> ''"),
        ),
    )  # fmt: skip

    contact_function_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contact_function.id"), primary_key=True, autoincrement=False
    )
    active: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    order_block: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    customer_number_there: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")
    payment_term: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    payment_method: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    shipping_method: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    minimum_order: Mapped[int | None] = mapped_column(sa.BigInteger)
    currency: Mapped[str] = mapped_column(sa.String(3), default="", server_default="")
    tax_override: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    creditor_account: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    internal_note: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
