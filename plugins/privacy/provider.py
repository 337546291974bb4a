"""Where others lead to whom they can only anonymise."""

from __future__ import annotations

from webapp.api import Contact, act, db, place


class Provider:
    """The port `Anonymising`."""

    def address(self, contact_id: int) -> str:
        """The preview; empty for who may not, and for a contact that is anonymised or merged away."""
        contact = db.session.get(Contact, contact_id) if act().may("privacy") else None
        if contact is None or contact.anonymised_at is not None or contact.merged_into_id is not None:
            return ""
        return place("privacy.anonymise", id=contact_id)
