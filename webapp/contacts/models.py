"""Contacts and what belongs to them: one table of contacts (spec A1), one table per kind of value (spec A2).

Every row that hangs on a contact carries `came_from_id`: the contact it came from when a merge moved it,
NULL while it has always been here, so that a merge can repoint rows and its undo can bring them back.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from webapp.db import Base, BigId, Moment, now
from webapp.i18n import _
from webapp.text import natural

NAME = sa.String(120)
LINE = sa.String(200)


def sortable(length: int) -> sa.String:
    """Folded text that both engines sort by its code points."""
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


LIVE = "deleted_at IS NULL AND merged_into_id IS NULL AND anonymised_at IS NULL AND archived_at IS NULL"
"""What lists show, as SQL: their indexes hold nothing else, so that neither engine is led to scan."""


def partial(name: str, where: str, *columns: str) -> sa.Index:
    """An index over the rows that fulfil a condition, the same on both engines."""
    return sa.Index(name, *columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


class Contact(Base):
    """A person or a company, whatever its functions.

    `sort_name`, `sort_number`, `search_text`, `city`, `country` are derived (see `webapp.contacts.derived`): folded in
    Python, so that both databases sort and search alike; the place is the main address's. `plugin_text` is what
    plug-ins have for the search (see `webapp.search.texts`): it may be long, and is read by nothing else.
    """

    __tablename__ = "contact"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('person', 'company')", name="kind"),
        *(
            partial(f"ix_contact_live_{column}", LIVE, column, "id")
            for column in ("sort_name", "sort_city", "sort_number", "updated_at", "created_at")
        ),
        # What lists are narrowed to, in the orders in which that would else be a walk through all.
        *(
            partial(f"ix_contact_live_by_{column}_{order}", LIVE, column, order, "id")
            for column, order in (
                ("kind", "sort_name"),
                ("country", "sort_name"),
                ("country", "sort_city"),
                ("country", "updated_at"),
                ("responsible_id", "sort_name"),
            )
        ),
        *(
            partial(f"ix_contact_{column}", f"{column} IS NOT NULL", column)
            for column in (
                "responsible_id",
                "parent_id",
                "archived_at",
                "deleted_at",
                "merged_into_id",
                "vat_id_normalised",
            )
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    salutation: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    title: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    first_name: Mapped[str] = mapped_column(NAME, default="", server_default="")
    middle_name: Mapped[str] = mapped_column(NAME, default="", server_default="")
    last_name: Mapped[str] = mapped_column(NAME, default="", server_default="")
    birth_date: Mapped[dt.date | None] = mapped_column(sa.Date)
    company_name: Mapped[str] = mapped_column(LINE, default="", server_default="")
    company_name2: Mapped[str] = mapped_column(LINE, default="", server_default="")
    legal_form: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    website: Mapped[str] = mapped_column(sa.String(500), default="", server_default="")
    language: Mapped[str] = mapped_column(sa.String(5), default="", server_default="")
    currency: Mapped[str] = mapped_column(sa.String(3), default="", server_default="")
    vat_id: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    vat_id_normalised: Mapped[str | None] = mapped_column(sa.String(40))
    tax_number: Mapped[str] = mapped_column(sa.String(60), default="", server_default="")
    category: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    source: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    description: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    responsible_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id"))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id"))
    warnings: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict, server_default="{}")

    sort_name: Mapped[str] = mapped_column(sortable(400), default="", server_default="")
    search_text: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    city: Mapped[str] = mapped_column(NAME, default="", server_default="")
    sort_city: Mapped[str] = mapped_column(sortable(160), default="", server_default="")
    sort_number: Mapped[str] = mapped_column(sortable(200), default="", server_default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="", server_default="")

    archived_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    deleted_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id"))
    anonymised_at: Mapped[dt.datetime | None] = mapped_column(Moment)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    plugin_text: Mapped[str] = mapped_column(sa.Text, default="", server_default="", deferred=True)

    emails: Mapped[list[Email]] = relationship(
        cascade="all, delete-orphan", order_by="Email.position", foreign_keys="Email.contact_id"
    )
    phones: Mapped[list[Phone]] = relationship(
        cascade="all, delete-orphan", order_by="Phone.position", foreign_keys="Phone.contact_id"
    )
    addresses: Mapped[list[Address]] = relationship(
        cascade="all, delete-orphan", order_by="Address.position", foreign_keys="Address.contact_id"
    )
    bank_accounts: Mapped[list[BankAccount]] = relationship(
        cascade="all, delete-orphan", order_by="BankAccount.position", foreign_keys="BankAccount.contact_id"
    )
    social_accounts: Mapped[list[SocialAccount]] = relationship(
        cascade="all, delete-orphan",
        order_by="SocialAccount.position",
        foreign_keys="SocialAccount.contact_id",
    )
    consents: Mapped[list[Consent]] = relationship(
        cascade="all, delete-orphan", order_by="Consent.channel", foreign_keys="Consent.contact_id"
    )
    external_ids: Mapped[list[ExternalId]] = relationship(
        cascade="all, delete-orphan", order_by="ExternalId.id", foreign_keys="ExternalId.contact_id"
    )
    tag_links: Mapped[list[ContactTag]] = relationship(
        cascade="all, delete-orphan", order_by="ContactTag.tag_id", foreign_keys="ContactTag.contact_id"
    )
    numbers: Mapped[list[ContactNumber]] = relationship(
        order_by="ContactNumber.id", foreign_keys="ContactNumber.contact_id", passive_deletes=True
    )

    absorbed: Mapped[list[Contact]] = relationship(
        primaryjoin="Contact.id == foreign(Contact.merged_into_id)", order_by="Contact.id", viewonly=True
    )
    """Those that were merged into this one (spec E4)."""

    @property
    def name(self) -> str:
        """The name to show: a company's, or a person's "first last"; of an anonymised one its number."""
        if self.kind == "company":
            found = self.company_name
        else:
            found = " ".join(part for part in (self.first_name, self.middle_name, self.last_name) if part)
        if not found and getattr(self, "anonymised_at", None) is not None:
            return _("Anonymised contact %(number)s", number=self.sort_name)
        return found

    @property
    def tags(self) -> list[str]:
        """Names of the tags, in alphabetical order."""
        return sorted((link.tag.name for link in self.tag_links), key=str.casefold)

    @property
    def is_live(self) -> bool:
        """Neither in the bin, nor merged away, nor anonymised."""
        return self.deleted_at is None and self.merged_into_id is None and self.anonymised_at is None


class OfContact:
    """What all rows have that belong to one contact."""

    __table_args__: Any = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)

    @declared_attr
    def contact_id(cls) -> Mapped[int]:  # noqa: N805
        return mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def came_from_id(cls) -> Mapped[int | None]:  # noqa: N805
        return mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)


class Listed(OfContact):
    """A value of which a contact can have several, in their order; `warning` says what could not be verified."""

    position: Mapped[int] = mapped_column(default=0, server_default="0")
    warning: Mapped[str | None] = mapped_column(sa.String(40))


class Email(Listed, Base):
    """An e-mail address as typed; `normalised` is its lower-case form for matching."""

    __tablename__ = "contact_email"

    type: Mapped[str] = mapped_column(sa.String(20), default="work", server_default="work")
    value: Mapped[str] = mapped_column(sa.String(320))
    normalised: Mapped[str | None] = mapped_column(sa.String(320), index=True)
    is_primary: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Phone(Listed, Base):
    """A phone number as typed; `normalised` is E.164, by the contact's country, else the firm's."""

    __tablename__ = "contact_phone"

    type: Mapped[str] = mapped_column(sa.String(20), default="work", server_default="work")
    value: Mapped[str] = mapped_column(sa.String(60))
    normalised: Mapped[str | None] = mapped_column(sa.String(20), index=True)
    is_primary: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class Address(Listed, Base):
    """A postal address with its purpose: main, invoice, delivery or other."""

    __tablename__ = "contact_address"

    purpose: Mapped[str] = mapped_column(sa.String(20), default="main", server_default="main")
    street: Mapped[str] = mapped_column(LINE, default="", server_default="")
    street2: Mapped[str] = mapped_column(LINE, default="", server_default="")
    postal_code: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    city: Mapped[str] = mapped_column(NAME, default="", server_default="")
    region: Mapped[str] = mapped_column(NAME, default="", server_default="")
    country: Mapped[str] = mapped_column(sa.String(2), default="", server_default="")


class BankAccount(Listed, Base):
    """A bank account; `iban` as typed, `normalised` its electronic form."""

    __tablename__ = "contact_bank_account"

    holder: Mapped[str] = mapped_column(LINE, default="", server_default="")
    iban: Mapped[str] = mapped_column(sa.String(60))
    normalised: Mapped[str | None] = mapped_column(sa.String(40), index=True)
    bic: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")
    is_primary: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


class SocialAccount(Listed, Base):
    """An account in a social network: its name there or its address."""

    __tablename__ = "contact_social_account"

    network: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(sa.String(300))


class Consent(OfContact, Base):
    """Whether a contact may be written to or called, per channel, and on what legal ground (GDPR art. 6 and 7)."""

    __tablename__ = "contact_consent"
    __table_args__ = (
        sa.UniqueConstraint("contact_id", "channel"),
        {"sqlite_autoincrement": True},
    )

    channel: Mapped[str] = mapped_column(sa.String(20))
    status: Mapped[str] = mapped_column(sa.String(20))
    basis: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    source: Mapped[str] = mapped_column(LINE, default="", server_default="")
    review_on: Mapped[dt.date | None] = mapped_column(sa.Date)


class ExternalId(OfContact, Base):
    """The contact's id in another system; several per contact, each pair once (design: external ids)."""

    __tablename__ = "contact_external_id"
    __table_args__ = (sa.UniqueConstraint("source", "value"), {"sqlite_autoincrement": True})

    source: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    value: Mapped[str] = mapped_column(sa.String(120))


class Picture(OfContact, Base):
    """A small portrait or logo, checked by its content."""

    __tablename__ = "contact_picture"
    __table_args__ = (sa.UniqueConstraint("contact_id"), {"sqlite_autoincrement": True})

    media_type: Mapped[str] = mapped_column(sa.String(40))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Tag(Base):
    """A word that contacts are marked with; `folded` makes Été and ete one tag."""

    __tablename__ = "tag"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    folded: Mapped[str] = mapped_column(sa.String(80), unique=True)


class ContactTag(OfContact, Base):
    """A tag on a contact."""

    __tablename__ = "contact_tag"
    __table_args__ = (sa.UniqueConstraint("contact_id", "tag_id"), {"sqlite_autoincrement": True})

    tag_id: Mapped[int] = mapped_column(sa.ForeignKey("tag.id", ondelete="CASCADE"), index=True)

    tag: Mapped[Tag] = relationship(lazy="joined", innerjoin=True)


class ContactNumber(Base):
    """A number that was given to a function of a contact, now or formerly. Kept for ever (spec F3).

    `contact_id` is NULL once the contact is purged: its number stays reserved. `valid_to` NULL: in use. `reserved`
    names the range in which the database keeps the number from all other contacts: functions that share a range have
    rows of one contact with the same number, and one of them reserves it.
    """

    __tablename__ = "contact_number"
    __table_args__ = (
        sa.UniqueConstraint("function", "folded"),
        sa.Index("ix_contact_number_reserved", "reserved", "folded", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    function: Mapped[str] = mapped_column(sa.String(40))
    value: Mapped[str] = mapped_column(sa.String(60))
    folded: Mapped[str] = mapped_column(sa.String(80))
    sort_value: Mapped[str] = mapped_column(
        sortable(200), default=lambda context: natural(context.get_current_parameters()["folded"]), server_default=""
    )
    valid_from: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    valid_to: Mapped[dt.datetime | None] = mapped_column(Moment)
    origin: Mapped[str] = mapped_column(sa.String(20), default="typed", server_default="typed")
    reserved: Mapped[str | None] = mapped_column(sa.String(40))


class ContactLink(Base):
    """A contact person: a person's place at a party, with what holds for this link alone (spec B4).

    The database holds: at most one open link per person and party, at most one primary per party.
    """

    __tablename__ = "contact_link"
    __table_args__ = (
        sa.CheckConstraint("person_id <> party_id", name="not_itself"),
        sa.Index(
            "uq_contact_link_open", "person_id", "party_id", unique=True,
            sqlite_where=sa.text("active_to IS NULL"), postgresql_where=sa.text("active_to IS NULL"),
        ),
        sa.Index(
            "uq_contact_link_primary", "party_id", unique=True,
            sqlite_where=sa.text("is_primary"), postgresql_where=sa.text("is_primary"),
        ),
        {"sqlite_autoincrement": True},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    party_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    person_came_from_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True
    )
    party_came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    role: Mapped[str] = mapped_column(NAME, default="", server_default="")
    department: Mapped[str] = mapped_column(NAME, default="", server_default="")
    is_primary: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    is_invoice_recipient: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    active_from: Mapped[dt.date | None] = mapped_column(sa.Date)
    active_to: Mapped[dt.date | None] = mapped_column(sa.Date)
    created_at: Mapped[dt.datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1, server_default="1")

    person: Mapped[Contact] = relationship(foreign_keys=[person_id])
    party: Mapped[Contact] = relationship(foreign_keys=[party_id])
