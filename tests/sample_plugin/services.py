"""What partners do; no Flask here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from sample_plugin.models import Partner, PartnerContract
from webapp.api import (
    Blocker,
    Chunk,
    Contact,
    ContactNumber,
    Field,
    FunctionActivated,
    FunctionRow,
    FunctionState,
    Invalid,
    Outcome,
    _,
    _l,
    activate,
    clean,
    db,
    live,
    need,
    ngettext,
    record,
    registry,
    writable,
)

LEVELS = (("gold", "Or", "Gold", "Gold"), ("silver", "Argent", "Silver", "Silber"))
FIELDS = (
    Field(name="level", label=_l("Level"), kind="value_list", value_list="partner_levels"),
    Field(name="since", label=_l("Partner since"), kind="date"),
    Field(name="discount", label=_l("Discount"), kind="percent"),
    Field(name="note", label=_l("Note"), kind="multiline", max_length=2000, right="contacts.edit"),
)


class Numbers:
    """Numbers for partners: PA-1, PA-2 …"""

    def preview(self, function: str) -> str | None:
        """What would come next."""
        if function != "partner":
            return None
        given = sa.select(sa.func.count()).where(ContactNumber.function == "partner")
        return f"PA-{(db.session.scalar(given) or 0) + 1}"

    def give(self, function: str, many: int = 1) -> Sequence[str]:
        """The next ones; the unique key of numbers settles a race."""
        first = self.preview(function)
        if first is None:
            return ()
        begin = int(first.removeprefix("PA-"))
        return [f"PA-{begin + one}" for one in range(many)]

    def check(self, function: str, value: str) -> None:
        """Every number may be typed."""

    def note(self, function: str, values: Sequence[str]) -> None:
        """They never meet these."""

    def shares(self, function: str) -> Sequence[str]:
        """A partner's are its own; all other functions of a contact show the same number."""
        others = tuple(one.key for one in registry().functions() if one.key != "partner")
        return (function,) if function == "partner" else others

    def keeps(self, function: str, follows: str) -> bool:
        """All do."""
        return True


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


def count_contracts(contact_id: int) -> int:
    """Contracts, for the tab."""
    query = sa.select(sa.func.count()).where(PartnerContract.contact_id == contact_id)
    return db.session.scalar(query) or 0


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
    """Note in the history that a partner was welcomed."""
    if event.function == "partner":
        record(event.contact_id, "welcomed")


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
    return contract


def contracts_of(contact_id: int) -> Sequence[PartnerContract]:
    """A contact's contracts, by title."""
    need("contacts.read")
    return db.session.scalars(
        sa.select(PartnerContract).where(PartnerContract.contact_id == contact_id).order_by(PartnerContract.title)
    ).all()
