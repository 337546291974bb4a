"""Made-up proposals, to one of ten made-up contacts (contract: `carnet demo`).

An accepted one was accepted when its contact became a customer; of those sent, some have no last day, so that there
are always some to answer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from functools import cache
from random import Random
from typing import Any

from plugins.proposals.amounts import totals
from plugins.proposals.contents import Content, Line, fingerprint
from plugins.proposals.services import RANGE
from webapp.api import DemoChunk, DemoContact, Numbering, Refused, db, fold, natural, registry

Rows = dict[str, list[tuple[Any, ...]]]
COLUMNS = {
    "proposal": (
        "id", "contact_id", "number", "sort_number", "title", "currency", "valid_until", "sort_day", "state", "net",
        "tax", "gross", "search_text", "created_at", "updated_at", "sent_at", "decided_at", "version",
    ),
    "proposal_line": (
        "proposal_id", "position", "description", "quantity", "unit", "unit_price", "discount", "vat_rate",
    ),
    "proposal_answer": ("proposal_id", "revision", "kind", "way", "at", "content_hash"),
}  # fmt: skip
SHARE = 0.1
HOUR, DAY = 60, 24 * 60
NEVER = "9999-12-31"
TITLES = {
    "fr": ("Entretien annuel", "Rénovation des bureaux", "Fourniture de mobilier", "Formation", "Installation"),
    "de": ("Jährliche Wartung", "Renovierung der Büros", "Lieferung von Möbeln", "Schulung", "Montage"),
    "en": ("Yearly maintenance", "Renovation of offices", "Supply of furniture", "Training", "Installation"),
}
GOODS = {
    "fr": (("Étude sur place", "h"), ("Fournitures", "pièce"), ("Main-d’œuvre", "h"), ("Déplacement", "km")),
    "de": (("Aufmaß vor Ort", "Std."), ("Material", "Stück"), ("Arbeitszeit", "Std."), ("Anfahrt", "km")),
    "en": (("Survey on site", "h"), ("Materials", "piece"), ("Work", "h"), ("Travel", "km")),
}
RATES = {"fr": 2000, "de": 1900, "en": 2000}
PRICES = (4_500, 8_950, 12_500, 32_000, 149)


def begin(random: Random) -> Callable[[DemoChunk], Rows]:
    """Makes proposals, drawn contact by contact."""
    draw = random.random

    def rows(chunk: DemoChunk) -> Rows:
        chosen = [(one, _drawn(one, draw)) for one in chunk.contacts if draw() < SHARE]
        ids = [next(chunk.ids["proposal"]) for _one in chosen]
        made: Rows = {table: [] for table in (*COLUMNS, "history_entry")}
        for (contact, drawn), id_, number in zip(chosen, ids, _numbers(ids), strict=True):
            _add(made, chunk, contact, drawn, id_, number)
        return made

    return rows


def _numbers(ids: Sequence[int]) -> Sequence[str]:
    """The next numbers of the range; where it has not so many left, numbers that no range gives."""
    if not ids:
        return ()
    try:
        with db.session.begin_nested():
            return registry().service(Numbering).give(RANGE, len(ids)) or [""] * len(ids)
    except Refused:
        return [f"DEMO-{one}" for one in ids]


def _drawn(contact: DemoContact, draw: Callable[[], float]) -> tuple[str, int, bool, list[Line], str]:
    """State, the minute of making, whether it has a last day, lines and title."""
    customer = contact.functions.get("customer")
    chance = draw()
    if customer is not None:
        state = "accepted" if chance < 0.8 else "sent"
    else:
        state = next(one for one, up_to in (("draft", 0.3), ("sent", 0.7), ("declined", 0.9), ("withdrawn", 1.1))
                     if chance < up_to)  # fmt: skip
    latest = max((began for began, _ended in contact.functions.values()), default=contact.since)
    made = customer[0] if customer is not None and state == "accepted" else latest + int(draw() * 30) * DAY
    goods = GOODS[contact.language]
    lines = []
    for at in range(1 + int(draw() * 3)):
        description, unit = goods[(at + int(draw() * len(goods))) % len(goods)]
        quantity, price = 1_000 * (1 + int(draw() * 12)), PRICES[int(draw() * len(PRICES))]
        discount = 500 if draw() < 0.2 else 0
        lines.append(
            Line(description=description, quantity=quantity, unit=unit, unit_price=price, discount=discount,
                 vat_rate=RATES[contact.language])
        )  # fmt: skip
    titles = TITLES[contact.language]
    return state, made, draw() < 0.6, lines, titles[int(draw() * len(titles))]


def _add(
    rows: Rows, chunk: DemoChunk, contact: DemoContact, drawn: tuple[str, int, bool, list[Line], str], id_: int,
    number: str,
) -> None:  # fmt: skip
    state, made, ends, lines, title = drawn
    moment = chunk.moment(made)
    sums = totals(lines)
    day = chunk.day(made + 30 * DAY) if ends else None
    sent = moment if state != "draft" else None
    decided = moment if state in ("accepted", "declined", "withdrawn") else None
    rows["proposal"].append(
        (id_, contact.id, number, natural(fold(number)), title, contact.currency, day, day or NEVER, state, sums.net,
         sums.tax, sums.gross, _sought(number, title), moment, moment, sent, decided,
         1 + (sent is not None) + (decided is not None))
    )  # fmt: skip
    for at, one in enumerate(lines):
        rows["proposal_line"].append(
            (id_, at, one.description, one.quantity, one.unit, one.unit_price, one.discount, one.vat_rate)
        )
    if state in ("accepted", "declined"):
        content = Content(
            revision=1, title=title, introduction="", closing="", currency=contact.currency,
            valid_until=dt.date.fromisoformat(day) if day else None, lines=tuple(lines),
        )  # fmt: skip
        rows["proposal_answer"].append((id_, 1, state, "user", moment, fingerprint(content)))
    named = json.dumps({"proposal.named": [None, " · ".join(filter(None, (number, title)))]})
    for action in ("created", *(("sent",) if sent else ()), *((state,) if decided else ())):
        way = "proposal" if action in ("accepted", "declined") else chunk.way
        rows["history_entry"].append((contact.id, moment, way, f"proposal:{id_}", f"proposal_{action}", named))


def _sought(number: str, title: str) -> str:
    return "".join(f"  {one}" for one in (fold(number), _words(title)) if one) + "  "


@cache
def _words(title: str) -> str:
    return "  ".join(fold(title).split())
