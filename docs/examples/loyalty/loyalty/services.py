"""What members have; no Flask here."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from loyalty.models import Member
from webapp.api import Field, FunctionRow, FunctionState, _, _l, fetch

TIERS = (("gold", "Or", "Gold", "Gold"), ("silver", "Argent", "Silver", "Silber"))
FIELDS = (
    Field(name="tier", label=_l("Tier"), kind="value_list", value_list="loyalty_tiers"),
    Field(name="points", label=_l("Points"), kind="integer"),
)


def points_of(ids: Sequence[int]) -> Mapping[int, int | None]:
    """The points of a page's contacts, in one statement."""
    rows = sa.select(FunctionRow.contact_id, Member.points).join(Member)
    return {row.contact_id: row.points for row in fetch(rows.where(FunctionRow.contact_id.in_(ids)))}


def states(member: Member) -> list[FunctionState]:
    """Whether a reward is due, on top of the function's view."""
    due = (member.points or 0) >= 100
    return [FunctionState(label=_("Reward"), word=_("Due") if due else _("Not yet"), icon="star", level="ok")]
