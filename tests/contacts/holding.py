"""Plug-ins of third parties whose rows hold contacts: one whose papers the law keeps, and one that forgot its guard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa

from webapp import testing
from webapp.api import Base, BigId, Blocker, DeleteGuard, PersonalData, Plugin, db
from webapp.testing import PluginSet


class Paper(Base):
    """A paper that must be kept until a day; of it the guard tells."""

    __tablename__ = "held_paper"
    id: sa.orm.Mapped[int] = sa.orm.mapped_column(BigId, primary_key=True)
    contact_id: sa.orm.Mapped[int] = sa.orm.mapped_column(sa.ForeignKey("contact.id"))
    kept_until: sa.orm.Mapped[dt.date]


class Loan(Base):
    """Something lent to a contact; nobody thought of deletion."""

    __tablename__ = "forgotten_loan"
    id: sa.orm.Mapped[int] = sa.orm.mapped_column(BigId, primary_key=True)
    contact_id: sa.orm.Mapped[int] = sa.orm.mapped_column(sa.ForeignKey("contact.id", ondelete="CASCADE"))


class LoanNote(Base):
    """A note on a function of a contact; forgotten as well."""

    __tablename__ = "forgotten_note"
    id: sa.orm.Mapped[int] = sa.orm.mapped_column(BigId, primary_key=True)
    row_id: sa.orm.Mapped[int] = sa.orm.mapped_column(sa.ForeignKey("contact_function.id"))


def papers_hold(ids: Sequence[int]) -> Mapping[int, Sequence[Blocker]]:
    """Papers, which the law keeps; that they could be overridden is a mistake of this plug-in."""
    rows = db.session.execute(
        sa.select(Paper.contact_id, sa.func.count(), sa.func.max(Paper.kept_until))
        .where(Paper.contact_id.in_(ids))
        .group_by(Paper.contact_id)
    )
    return {
        contact_id: [
            Blocker(
                key="papers",
                label=f"{count} papers to be kept",
                count=count,
                remedy="Only anonymising is possible.",
                override=True,
                retained=True,
                kept_until=until,
            )
        ]
        for contact_id, count, until in rows
    }


PAPERS = Plugin(
    name="papers",
    label="Papers",
    version="1",
    models=(Paper,),
    delete_guards=(DeleteGuard(key="papers", find=papers_hold, tables=("held_paper",)),),
    personal_data=(PersonalData(table="held_paper", kept=("kept_until",)),),
)
LOANS = Plugin(
    name="loans",
    label="Loans",
    version="1",
    models=(Loan, LoanNote),
    personal_data=(PersonalData(table="forgotten_loan", label="Lent things"),),
)


def with_third_parties(*plugins: Plugin, off: tuple[str, ...] = ()) -> PluginSet:
    """The shipped plug-ins and these, some of them switched off."""
    found = testing.shipped()
    folders = {**found.folders, **{one.name: Path(__file__).parent for one in plugins}}
    every = (*found.plugins, *plugins)
    wanted = tuple(one.name for one in every if one.name not in off)
    return PluginSet(found=replace(found, plugins=every, folders=folders), wanted=wanted)


def make_tables() -> None:
    """Both plug-ins' tables, in the test's transaction: they have no migrations."""
    for model in (Paper, Loan, LoanNote):
        model.__table__.create(db.session.connection(), checkfirst=True)
