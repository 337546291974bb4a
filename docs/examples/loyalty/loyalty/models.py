"""What is kept of members, and the rewards that they got."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from webapp.api import Base, BigId


class Member(Base):
    """Fields of the function "member": they move with its row of `contact_function`."""

    __tablename__ = "loyalty_member"
    contact_function_id: Mapped[int] = mapped_column(sa.ForeignKey("contact_function.id"), primary_key=True)
    tier: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    points: Mapped[int | None]


class Reward(Base):
    """A reward; nobody gets the same one twice."""

    __tablename__ = "loyalty_reward"
    __table_args__ = (sa.UniqueConstraint("contact_id", "name"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    contact_id: Mapped[int] = mapped_column(sa.ForeignKey("contact.id"), index=True)
    came_from_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(120))
