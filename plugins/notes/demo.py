"""Made-up notes of made-up contacts, some to be followed up (contract: `carnet demo`)."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from webapp.api import DemoChunk

Rows = dict[str, list[tuple[Any, ...]]]
COLUMNS = {
    "contact_note": ("id", "contact_id", "text", "is_pinned", "follow_up_on", "done_at", "created_at", "updated_at"),
}
SHARE = 0.3
FOLLOWED_UP = 0.4
DONE = 0.7
DAY = 24 * 60
TEXTS = {
    "fr": (
        "Rappeler au sujet du devis.", "Préfère être joint le matin.", "Envoyer le nouveau catalogue.",
        "Visite prévue à l’atelier.", "A demandé un délai de paiement.",
    ),
    "de": (
        "Wegen des Angebots zurückrufen.", "Vormittags am besten erreichbar.", "Neuen Katalog schicken.",
        "Besuch in der Werkstatt geplant.", "Hat um ein Zahlungsziel gebeten.",
    ),
    "en": (
        "Call back about the quote.", "Best reached in the morning.", "Send the new catalogue.",
        "Visit to the workshop planned.", "Has asked for time to pay.",
    ),
}  # fmt: skip


def begin(random: Random) -> Callable[[DemoChunk], Rows]:
    """Makes up to three notes of some contacts, drawn contact by contact."""
    draw = random.random

    def rows(chunk: DemoChunk) -> Rows:
        made: Rows = {"contact_note": [], "history_entry": []}
        for contact in chunk.contacts:
            if draw() >= SHARE:
                continue
            texts = TEXTS.get(contact.language, TEXTS["en"])
            for at in range(1 + int(draw() * 3)):
                minutes = contact.since + at * 7 * DAY
                text, id_ = texts[int(draw() * len(texts))], next(chunk.ids["contact_note"])
                after = minutes + (7 + int(draw() * 120)) * DAY if draw() < FOLLOWED_UP else None
                done = chunk.moment(after) if after is not None and draw() < DONE else None
                moment, day = chunk.moment(minutes), chunk.day(after) if after is not None else None
                made["contact_note"].append((id_, contact.id, text, draw() < 0.1, day, done, moment, moment))
                chunk.searched[contact.id].append(text)
                told = {"note.text": [None, text]} | ({"note.follow_up_on": [None, day]} if day else {})
                made["history_entry"].append(
                    (contact.id, moment, chunk.way, f"note:{id_}", "note_added", json.dumps(told))
                )
        return made

    return rows
