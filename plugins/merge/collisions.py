"""Rows that met in a merge, and what became of both (spec E5): no row is dropped, so each of them is named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plugins.merge import consents, functions, links
from plugins.merge.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Collision:
    """Two rows of a table; `how` is what is done.

    `united`: what both say is in `stays`, and `aside` is kept as it was with the absorbed contact. `demoted`: both
    move, `aside` without its mark. `ended`: `aside` is ended. `renamed`: an address moves as one of another purpose.
    """

    table: str
    how: str
    aside: int
    stays: int | None


def of(plan: Plan) -> Iterator[Collision]:
    """All of a plan."""
    for row, stays in plan.functions.ended:
        yield Collision(table=functions.FUNCTION, how="ended", aside=row["id"], stays=stays["id"])
    for row, stays in plan.links.united:
        yield Collision(table=links.TABLE, how="united", aside=row["id"], stays=stays["id"])
    for row in plan.links.demoted:
        yield Collision(table=links.TABLE, how="demoted", aside=row["id"], stays=None)
    for united in plan.entries.values():
        for row, stays in united.doubles:
            yield Collision(table=united.kind.table, how="united", aside=row["id"], stays=stays["id"])
        for row in united.renamed:
            first = united.first
            yield Collision(
                table=united.kind.table, how="renamed", aside=row["id"], stays=first["id"] if first else None
            )
    for row, stays in plan.consents.aside:
        yield Collision(table=consents.TABLE, how="united", aside=row["id"], stays=stays["id"])
    for met in plan.met:
        how = "demoted" if met.rule == "demote" else "united"
        name = met.reference.keys[0]
        yield Collision(table=met.reference.table.name, how=how, aside=met.aside[name], stays=met.stays[name])
