"""Which fields the firm has added, what can be chosen in them, and their values, each in a column of its type."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId, Moment

LONGEST_LABEL, LONGEST_START = 120, 500
FOLDED = 100
"""Characters of a text by which lists are narrowed."""
sortable = sa.String(FOLDED).with_variant(sa.String(FOLDED, collation="C"), "postgresql")


def held(name: str, column: str) -> sa.Index:
    """An index of the values of one type, by field: a list's filter looks there."""
    where = sa.text(f"{column} IS NOT NULL")
    columns = ("field_id", column, "contact_id", "contact_function_id")
    return sa.Index(name, *columns, sqlite_where=where, postgresql_where=where)


class CustomField(Base):
    """A field of contacts, or of the function `owner`. `code` is its name for good: one that is deleted stays here.

    `kinds` says whose it is: "" all, person or company. `start` is what a new contact's field begins with, as it is
    typed; `decimals` are a number's places. `personal` values are erased with the contact's other ones.
    """

    __tablename__ = "custom_field"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(30), unique=True)
    owner: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    kind: Mapped[str] = mapped_column(sa.String(20))
    kinds: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    label_fr: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    label_en: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    label_de: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    section: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    decimals: Mapped[int] = mapped_column(default=0, server_default="0")
    required: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    read_only: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    personal: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    start: Mapped[str] = mapped_column(sa.String(LONGEST_START), default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    archived_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class CustomChoice(Base):
    """What can be chosen in a field of the kinds list and multi-list; archived, it stays where it is chosen."""

    __tablename__ = "custom_choice"
    __table_args__ = (sa.UniqueConstraint("field_id", "code"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    field_id: Mapped[int] = mapped_column(sa.ForeignKey("custom_field.id"))
    code: Mapped[str] = mapped_column(sa.String(40))
    label_fr: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    label_en: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    label_de: Mapped[str] = mapped_column(sa.String(LONGEST_LABEL), default="", server_default="")
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    archived: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class CustomValue(Base):
    """One value of a contact, or of one of its functions: one of the columns is set, by the field's kind.

    `number` is a whole number of units of the last decimal place; `folded` the beginning of a text, for filters. Of
    several chosen values each has a row, with the choice as its `slot`; all other values stand in slot 0.
    """

    __tablename__ = "custom_value"
    __table_args__ = (
        sa.CheckConstraint("(contact_id IS NULL) <> (contact_function_id IS NULL)", name="one_owner"),
        sa.Index("uq_custom_value_contact", "contact_id", "field_id", "slot", unique=True),
        sa.Index("uq_custom_value_function", "contact_function_id", "field_id", "slot", unique=True),
        held("ix_custom_value_text", "folded"),
        held("ix_custom_value_number", "number"),
        held("ix_custom_value_day", "day"),
        held("ix_custom_value_yes", "yes"),
        held("ix_custom_value_choice", "choice_id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    field_id: Mapped[int] = mapped_column(sa.ForeignKey("custom_field.id"))
    slot: Mapped[int] = mapped_column(sa.BigInteger, default=0, server_default="0")
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id"))
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    contact_function_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact_function.id"))
    text: Mapped[str | None] = mapped_column(sa.Text)
    folded: Mapped[str | None] = mapped_column(sortable)
    number: Mapped[int | None] = mapped_column(sa.BigInteger)
    day: Mapped[dt.date | None] = mapped_column(sa.Date)
    yes: Mapped[bool | None]
    choice_id: Mapped[int | None] = mapped_column(sa.ForeignKey("custom_choice.id"))
