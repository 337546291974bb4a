"""What partners do; no Flask here."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

import sqlalchemy as sa

from sample_plugin.models import Partner, PartnerContract
from webapp.api import (
    Blocker,
    Chunk,
    Contact,
    DemoChunk,
    Double,
    Field,
    FunctionActivated,
    FunctionRow,
    FunctionState,
    Invalid,
    Note,
    Outcome,
    Subject,
    _,
    _l,
    activate,
    clean,
    db,
    live,
    need,
    ngettext,
    place,
    record,
    record_all,
    refresh_searched,
    setting,
    sort_name,
    writable,
)

LEVELS = (("gold", "Or", "Gold", "Gold"), ("silver", "Argent", "Silver", "Silber"))
FIELDS = (
    Field(name="level", label=_l("Level"), kind="value_list", value_list="partner_levels"),
    Field(name="since", label=_l("Partner since"), kind="date"),
    Field(name="discount", label=_l("Discount"), kind="percent"),
    Field(name="account", label=_l("Account"), kind="text", max_length=20),
    Field(name="note", label=_l("Note"), kind="multiline", max_length=2000, right="contacts.edit"),
)


DEFAULTS = {"welcome": True}
"""The setting `partners.welcome`: whether the history tells that a partner was welcomed."""


class Namesakes:
    """Likely doubles: the contacts of the same name, partners first."""

    def find(self, values: Mapping[str, Any], limit: int = 5, but: int | None = None) -> Sequence[Double]:
        """Those that are live; a level is a further reason."""
        need("contacts.read")
        first, last, company = (str(values.get(one) or "") for one in ("first_name", "last_name", "company_name"))
        name = sort_name(str(values.get("kind")), first, last, company)
        if not name:
            return []
        same = db.session.scalars(live().where(Contact.sort_name == name, Contact.id != (but or 0)).limit(50)).all()
        partners = levels_of([one.id for one in same])
        found = [_judged(one, partners.get(one.id)) for one in same]
        return sorted(found, key=lambda one: (-one.score, one.contact.id))[:limit]


def _judged(contact: Contact, level: str | None) -> Double:
    if level is None:
        return Double(contact=contact, reasons=(_("same name"),), score=80)
    return Double(contact=contact, reasons=(_("same name"), _("is a partner")), score=100)


def _live_partners() -> sa.Select[tuple[int, str]]:
    return (
        sa.select(FunctionRow.contact_id, Partner.level)
        .join(Partner, Partner.contact_function_id == FunctionRow.id)
        .where(FunctionRow.ended_at.is_(None))
    )


def states(partner: Partner) -> Sequence[FunctionState]:
    """What a partner may do: all discounts are for gold ones."""
    gold = partner.level == "gold"
    return [FunctionState(label="Discounts", word="All" if gold else "Some", icon="tag", level="ok" if gold else "")]


def count() -> int:
    """Partners, for the side bar."""
    partners = _live_partners().with_only_columns(FunctionRow.contact_id)
    query = live().where(Contact.id.in_(partners)).with_only_columns(sa.func.count())
    return db.session.scalar(query) or 0


def count_with(function: str) -> int:
    """Partners that have another function too."""
    other = sa.select(FunctionRow.contact_id).where(FunctionRow.function == function, FunctionRow.ended_at.is_(None))
    partners = _live_partners().with_only_columns(FunctionRow.contact_id)
    query = live().where(Contact.id.in_(partners), Contact.id.in_(other)).with_only_columns(sa.func.count())
    return db.session.scalar(query) or 0


def count_contracts(contact_id: int) -> int:
    """Contracts, for the tab."""
    query = sa.select(sa.func.count()).where(PartnerContract.contact_id == contact_id)
    return db.session.scalar(query) or 0


def many_contracts(contact: Contact) -> list[tuple[str, str]]:
    """That a contact has signed more than one."""
    number = count_contracts(contact.id)
    return [(f"{number} contracts at once", place("sample_plugin.contracts", id=contact.id))] if number > 1 else []


def levels_of(ids: Sequence[int]) -> Mapping[int, str]:
    """Levels of a page's contacts, one statement."""
    rows = db.session.execute(_live_partners().where(FunctionRow.contact_id.in_(ids)))
    return {row.contact_id: row.level for row in rows}


def level_choices() -> list[tuple[str, str]]:
    """What the filter offers."""
    return [(code, english) for code, _french, english, _german in LEVELS]


def has_level(value: str) -> sa.ColumnElement[bool]:
    """The contacts of a level; raises ValueError for one that is not offered."""
    if value not in dict(level_choices()):
        raise ValueError(value)
    return Contact.id.in_(_live_partners().where(Partner.level == value).with_only_columns(FunctionRow.contact_id))


def contracts_hold(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """A contact with contracts is not deleted."""
    rows = db.session.execute(
        sa.select(PartnerContract.contact_id, sa.func.count().label("number"))
        .where(PartnerContract.contact_id.in_(ids))
        .group_by(PartnerContract.contact_id)
    )
    return {
        row.contact_id: [
            Blocker(
                key="partner_contracts",
                label=ngettext("%(num)s contract", "%(num)s contracts", row.number),
                count=row.number,
                remedy=_("First end the contracts."),
                endpoint="sample_plugin.contracts",
                values={"id": row.contact_id},
            )
        ]
        for row in rows
    }


def still_under_contract(contact_function_ids: Sequence[int]) -> Mapping[int, str]:
    """Partners with a contract stay partners."""
    held = db.session.scalars(
        sa.select(FunctionRow.id)
        .join(PartnerContract, PartnerContract.contact_id == FunctionRow.contact_id)
        .where(FunctionRow.id.in_(contact_function_ids))
    )
    return {one: _("This partner has a contract: end it first.") for one in held}


def stray_contracts() -> Sequence[str]:
    """What `carnet doctor` says of contracts with contacts that are no partners."""
    partners = _live_partners().with_only_columns(FunctionRow.contact_id)
    query = sa.select(sa.func.count()).where(PartnerContract.contact_id.not_in(partners))
    number = db.session.scalar(query) or 0
    return [f"Contracts with contacts that are no partners: {number}. End them, or make partners of these."] * bool(
        number
    )


def make_partner(contact_id: int, values: Mapping[str, Any]) -> Outcome:
    """The mass action, for one contact."""
    return Outcome("done") if activate(contact_id, "partner") else Outcome("skipped", _("It is a partner already"))


def sign_contracts(chunk: Chunk) -> None:
    """The job: a contract with the title of its params for each contact."""
    for item in chunk.items:
        contract = add_contract(item.contact_id, chunk.params["title"])
        chunk.done(item, before=contract.id, reason=_("Signed"))


def end_contracts(chunk: Chunk) -> None:
    """Its way back."""
    for item in chunk.items:
        contract = db.session.get(PartnerContract, item.before)
        if contract is None:
            chunk.skipped(item, _("The contract is gone already"))
            continue
        db.session.delete(contract)
        chunk.done(item)
    refresh_searched(item.contact_id for item in chunk.items)


def greet(chunk: Chunk) -> None:
    """A job that takes its time: so many milliseconds for each contact, whose history tells of it."""
    for item in chunk.items:
        time.sleep(chunk.params.get("pause_ms", 0) / 1000)
        record(item.contact_id, "welcomed")
        chunk.done(item)


def greetings_title(params: Mapping[str, Any], total: int) -> str:
    """What that job is called."""
    return ngettext("Greet %(num)s contact", "Greet %(num)s contacts", total)


def contracts_title(params: Mapping[str, Any], total: int) -> str:
    """What the job is called."""
    return ngettext("Sign %(num)s contract", "Sign %(num)s contracts", total)


def welcome(event: FunctionActivated) -> None:
    """Note in the history that a partner was welcomed, where the firm wants that."""
    if event.function == "partner" and setting("partners.welcome"):
        record(event.contact_id, "welcomed", {"partner_contract.how": (None, "Letter")})


def welcome_many(events: Sequence[FunctionActivated]) -> None:
    """The same of many, such as an import's, by one statement."""
    if setting("partners.welcome"):
        letter = {"partner_contract.how": (None, "Letter")}
        record_all([Note(one.contact_id, "welcomed", letter) for one in events if one.function == "partner"])


def add_contract(contact_id: int, title: str) -> PartnerContract:
    """Sign a contract."""
    need("contacts.edit")
    contact = writable(contact_id)
    wanted = clean(title)
    if not 0 < len(wanted) <= 120:
        message = _("A contract needs a title of at most 120 characters.")
        raise Invalid(message, {"title": message})
    contract = PartnerContract(contact_id=contact.id, title=wanted)
    db.session.add(contract)
    db.session.flush()
    refresh_searched([contact.id])
    return contract


def titles_of(ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    """Titles of contracts, by which the search finds contacts."""
    found: dict[int, list[str]] = {}
    query = sa.select(PartnerContract.contact_id, PartnerContract.title).where(PartnerContract.contact_id.in_(ids))
    for row in db.session.execute(query.order_by(PartnerContract.id)):
        found.setdefault(row.contact_id, []).append(row.title)
    return found


def contracts_of(contact_id: int) -> Sequence[PartnerContract]:
    """A contact's contracts, by title."""
    need("contacts.read")
    return db.session.scalars(
        sa.select(PartnerContract).where(PartnerContract.contact_id == contact_id).order_by(PartnerContract.title)
    ).all()


def comparison(ids: Sequence[int]) -> str:
    """Where these contacts are looked at side by side."""
    if len(ids) < 2:
        raise Invalid(_("One contact can't be compared: choose two or three."))
    return place("sample_plugin.compare", ids=list(ids))


def must_be_kept(ids: Sequence[int]) -> dict[int, dt.date]:
    """Signed contracts, each with the last day on which the law keeps it."""
    query = sa.select(PartnerContract.id, PartnerContract.signed_on).where(
        PartnerContract.contact_id.in_(ids), PartnerContract.signed_on.is_not(None)
    )
    return {row.id: dt.date(row.signed_on.year + 10, 12, 31) for row in db.session.execute(query)}


def _naming(subject: Subject) -> Sequence[PartnerContract]:
    query = sa.select(PartnerContract).where(
        PartnerContract.contact_id.not_in(subject.ids), PartnerContract.title.in_(sorted(subject.texts))
    )
    return db.session.scalars(query).all()


def count_naming(subject: Subject) -> int:
    """How many contracts of others are called by what was noted of these contacts."""
    return len(_naming(subject))


def unname(subject: Subject) -> int:
    """Call them by their number instead."""
    found = _naming(subject)
    for one in found:
        one.title = f"#{one.id}"
    refresh_searched(one.contact_id for one in found)
    return len(found)


def made_up(random: Random) -> Callable[[DemoChunk], dict[str, list[tuple[Any, ...]]]]:
    """Contracts of half of the made-up partners."""

    def rows(chunk: DemoChunk) -> dict[str, list[tuple[Any, ...]]]:
        signed = [one.id for one in chunk.contacts if "partner" in one.functions and random.random() < 0.5]
        for one in signed:
            chunk.searched[one].append("Contract")
        return {"partner_contract": [(one, "Contract") for one in signed]}

    return rows
