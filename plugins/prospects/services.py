"""The prospect's fields, value lists, and the rule that a disqualified one is not converted (spec C6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from plugins.prospects.models import Prospect
from webapp.api import (
    Contact,
    ContactChanged,
    ContactsMerged,
    Field,
    FunctionActivated,
    FunctionRow,
    ProspectDisqualified,
    _,
    _l,
    db,
    registry,
)

STATUSES = (
    ("new", _l("New")),
    ("prequalified", _l("Prequalified")),
    ("qualified", _l("Qualified")),
    ("disqualified", _l("Disqualified")),
)
RATINGS = (("hot", _l("Hot")), ("warm", _l("Warm")), ("cold", _l("Cold")))
STAGES = (
    ("first_contact", "Premier contact", "First contact", "Erstkontakt"),
    ("analysis", "Analyse du besoin", "Needs analysis", "Bedarfsanalyse"),
    ("proposal", "Proposition", "Proposal", "Angebot"),
    ("negotiation", "Négociation", "Negotiation", "Verhandlung"),
)
LOSS_REASONS = (
    ("price", "Prix", "Price", "Preis"),
    ("competitor", "Concurrent", "Competitor", "Mitbewerber"),
    ("no_need", "Plus de besoin", "No need any more", "Kein Bedarf mehr"),
    ("no_answer", "Sans réponse", "No answer", "Keine Antwort"),
)
STATE, CHANCES, LOSS = _l("State"), _l("Chances"), _l("Loss")

FIELDS = (
    Field(name="status", label=_l("Status"), kind="choice", choices=STATUSES, section=STATE, required=True),
    Field(name="rating", label=_l("Rating"), kind="choice", choices=RATINGS, section=STATE),
    Field(name="source", label=_l("Source"), kind="value_list", value_list="sources", section=STATE),
    Field(name="stage", label=_l("Stage"), kind="value_list", value_list="stages", section=CHANCES),
    Field(name="probability", label=_l("Probability"), kind="percent", section=CHANCES),
    Field(name="expected_revenue", label=_l("Expected revenue"), kind="money", section=CHANCES),
    Field(
        name="loss_reason",
        label=_l("Loss reason"),
        kind="value_list",
        value_list="loss_reasons",
        section=LOSS,
    ),
    Field(name="loss_text", label=_l("Loss, in words"), kind="multiline", section=LOSS, max_length=4000),
)


def disqualified(contact_function_ids: Sequence[int]) -> Mapping[int, str]:
    """Which of these may not be converted, with what to do (spec C6)."""
    held = db.session.scalars(
        sa.select(Prospect.contact_function_id).where(
            Prospect.contact_function_id.in_(contact_function_ids), Prospect.status == "disqualified"
        )
    )
    return {
        one: _("A disqualified prospect is not converted: requalify it first by changing its status.") for one in held
    }


def changed(event: ContactChanged) -> None:
    """Tell others of a prospect whose status was set to disqualified."""
    if "prospect.status" in event.fields:
        _tell(event.contact_id)


def begun(event: FunctionActivated) -> None:
    """The same of one that is disqualified from the start, which only fields that are at hand can say."""
    session = db.session()
    if event.function == "prospect" and any(
        isinstance(one, Prospect) and one.status == "disqualified" for one in (*session.new, *session)
    ):
        _tell(event.contact_id)


def merged(event: ContactsMerged) -> None:
    """The same of a main contact that a merge left disqualified: what was offered to the others is its own now."""
    _tell(event.main_id)


def _tell(contact_id: int) -> None:
    found = db.session.scalar(
        sa.select(FunctionRow.id)
        .join(Prospect, Prospect.contact_function_id == FunctionRow.id)
        .where(
            FunctionRow.contact_id == contact_id,
            FunctionRow.function == "prospect",
            FunctionRow.ended_at.is_(None),
            Prospect.status == "disqualified",
        )
    )
    if found is not None:
        registry().publish(ProspectDisqualified(contact_id=contact_id))


def has_status(value: str) -> sa.ColumnElement[bool]:
    """The contacts that are prospects of a status now; raises ValueError for one that there is not."""
    if value not in dict(STATUSES):
        raise ValueError(value)
    return (
        sa.select(FunctionRow.id)
        .join(Prospect, Prospect.contact_function_id == FunctionRow.id)
        .where(
            FunctionRow.contact_id == Contact.id,
            FunctionRow.function == "prospect",
            FunctionRow.ended_at.is_(None),
            Prospect.status == value,
        )
        .exists()
    )
