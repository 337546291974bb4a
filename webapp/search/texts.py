"""What plug-ins have written of contacts, kept beside their own words for the search (spec A7, G1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from webapp.contacts.models import Contact
from webapp.db import among, fetch
from webapp.events import ContactsMerged, MergeUndone
from webapp.many_rows import update_many
from webapp.registry import registry
from webapp.text import fold

AT_ONCE = 500


def refresh(ids: Iterable[int]) -> None:
    """Fold anew what plug-ins have of these contacts: after each change of theirs, in the same transaction.

    One statement for each plug-in that has any, and two more, for 500 contacts.
    """
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), AT_ONCE):
        _refresh(wanted[start : start + AT_ONCE])


def _refresh(ids: Sequence[int]) -> None:
    found: dict[int, list[str]] = {}
    for _plugin, one in registry().duties("searches"):
        for contact_id, texts in one.texts(ids).items():
            found.setdefault(contact_id, []).extend(texts)
    # Anonymised ones are found by their numbers alone.
    query = sa.select(Contact.id, Contact.plugin_text).where(among(Contact.id, ids), Contact.anonymised_at.is_(None))
    present = fetch(query.order_by(Contact.id).with_for_update(key_share=True)).all()
    made = {row.id: (row.plugin_text, words_of(found.get(row.id, ()))) for row in present}
    update_many(Contact, [{"id": one, "plugin_text": new} for one, (old, new) in made.items() if old != new])


def words_of(texts: Iterable[str]) -> str:
    """Each word once, folded, with two blanks before it as in `contact.search_text`; nothing where there is none."""
    words = dict.fromkeys(word for text in texts for word in fold(text).split())
    return "".join(f"  {word}" for word in words) + "  " * bool(words)


def refresh_all() -> None:
    """The same for all contacts of which a plug-in had anything: after its data is gone."""
    rows = fetch(sa.select(Contact.id).where(Contact.plugin_text != ""))
    refresh(row.id for row in rows)


def moved(event: ContactsMerged | MergeUndone) -> None:
    """What plug-ins have written has moved with the merge, or back."""
    refresh([event.main_id, *event.absorbed_ids])


def is_searched() -> bool:
    """Whether a plug-in that is switched on has any texts."""
    present = registry()
    return any(present.is_enabled(plugin.name) for plugin, _one in present.duties("searches"))
