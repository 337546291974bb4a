"""Made-up documents of made-up customers, without files (contract: `carnet demo`)."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from random import Random
from typing import Any

from plugins.documents import retention
from webapp.api import DemoChunk

Rows = dict[str, list[tuple[Any, ...]]]
COLUMNS = {
    "document": (
        "id", "contact_id", "type", "number", "dated_on", "amount", "currency", "kept_until", "term_country",
        "term_years", "created_at", "updated_at",
    ),
}  # fmt: skip
SHARE = 0.4
MONTH = 30 * 24 * 60
KINDS = (("invoice", "RE"), ("order", "CO"), ("delivery_note", "LS"))
AMOUNTS = (12_000, 48_050, 312_050, 1_248_000, 7_990)


def begin(random: Random) -> Callable[[DemoChunk], Rows]:
    """Makes up to three documents of some customers, drawn contact by contact."""
    draw = random.random
    given = 0

    def rows(chunk: DemoChunk) -> Rows:
        nonlocal given
        made: Rows = {"document": [], "history_entry": []}
        country = retention.country()
        terms = {kind: retention.term(kind) for kind, _letters in KINDS}
        for contact in chunk.contacts:
            customer = contact.functions.get("customer")
            if customer is None or draw() >= SHARE:
                continue
            for at in range(1 + int(draw() * 3)):
                given += 1
                kind, letters = KINDS[int(draw() * len(KINDS))]
                amount = AMOUNTS[int(draw() * len(AMOUNTS))] if kind != "delivery_note" else None
                minutes = customer[0] + at * MONTH
                day, moment, id_ = chunk.day(minutes), chunk.moment(minutes), next(chunk.ids["document"])
                last = retention.last_day(kind, dt.date.fromisoformat(day), None, terms[kind])
                number = f"{letters}-{day[:4]}-{given:04}"
                made["document"].append(
                    (id_, contact.id, kind, number, day, amount, contact.currency, last.isoformat() if last else None,
                     country, terms[kind], moment, moment)
                )  # fmt: skip
                told = json.dumps({"document.type": [None, kind], "document.number": [None, number]})
                made["history_entry"].append((contact.id, moment, chunk.way, f"document:{id_}", "document_added", told))
        return made

    return rows
