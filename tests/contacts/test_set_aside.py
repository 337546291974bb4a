"""Of two versions of a contact the value that is not kept stays in the history (spec A4, A5)."""

from __future__ import annotations

import re
from html import unescape

import sqlalchemy as sa

from webapp.db import db
from webapp.history.models import HistoryEntry


def fields(page: str) -> dict[str, str]:
    """The hidden values of the page with both versions."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def set_aside() -> list[dict]:
    query = sa.select(HistoryEntry.changes).where(HistoryEntry.action == "set_aside")
    return list(db.session.scalars(query))


def test_A5_what_is_given_up_for_theirs_is_readable_in_the_history(sign_in, make) -> None:
    contact = make("Before", functions=["supplier"], emails=[{"value": "before@x.example"}])
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/edit"
    opened = fields(client.get(address).text)
    mine = {"company_name": "Mine", "emails-0-type": "work", "emails-0-value": "mine@x.example",
            "supplier.minimum_order": "250.00", "tags": "fair, new", "parent_id": "Nobody"}  # fmt: skip
    theirs = {"company_name": "Theirs", "emails-0-type": "work", "emails-0-value": "theirs@x.example",
              "supplier.minimum_order": "10.00", "tags": "old"}  # fmt: skip
    client.submit(address, {**opened, **theirs})
    both = client.submit(address, {**opened, **mine})
    assert both.status_code == 409
    chosen = {f"choice-{name}": "theirs" for name in ("company_name", "emails", "supplier.minimum_order", "tags")}
    # What could not have been saved is no value: it is asked about, not noted.
    assert client.submit(address, {**fields(both.text), **chosen}).status_code == 422
    assert set_aside() == []
    answer = client.submit(address, {**fields(both.text), **chosen, "choice-parent_id": "theirs"})
    assert answer.status_code == 303
    assert set_aside() == [
        {
            "company_name": ["Mine", None],
            "emails": [["work · mine@x.example"], None],
            "supplier.minimum_order": [25000, None],
            "tags": [["fair", "new"], None],
        }
    ]
    page = client.get(f"/contacts/{contact.id}/history").text
    assert "Not kept" in page
    assert "€250.00" in page


def test_A5_what_is_kept_is_noted_as_a_change_alone(sign_in, make) -> None:
    contact = make("Before")
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/edit"
    opened = fields(client.get(address).text)
    client.submit(address, {**opened, "company_name": "Theirs"})
    both = client.submit(address, {**opened, "company_name": "Mine"})
    client.submit(address, {**fields(both.text), "choice-company_name": "mine"})
    assert set_aside() == []
