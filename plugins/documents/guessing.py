"""What a file is, by the words in its name: a proposal that the user sees and changes."""

from __future__ import annotations

import re

from webapp.api import fold

WORDS = (
    ("credit_note", ("avoir", "credit note", "creditnote", "gutschrift", "rechnungskorrektur")),
    ("invoice", ("facture", "invoice", "rechnung")),
    ("delivery_note", ("bon de livraison", "bl", "delivery note", "lieferschein")),
    ("order", ("bon de commande", "commande", "purchase order", "order", "bestellung", "auftrag")),
    ("contract", ("contrat", "accord", "contract", "agreement", "vertrag", "rahmenvertrag", "convention")),
)


def type_of(name: str) -> str:
    """The type that a file's name speaks of, in any of the three languages; `other` where it names none."""
    text = f" {' '.join(re.findall('[a-z]+', fold(name.rpartition('.')[0] or name)))} "
    return next((kind for kind, words in WORDS if any(f" {one} " in text for one in words)), "other")
