"""What can be taken back is said after it was done, with the way back in the message (ui: principle 6; spec D9)."""

from __future__ import annotations

import json
import re

from webapp.db import db


def undo_of(page: str) -> str:
    """The address of the form in the page's message."""
    message = page.partition('id="toasts"')[2].partition("<template")[0]
    assert 'name="csrf_token"' in message
    return re.search(r'<form method="post" action="([^"]+)"', message)[1]


def test_D9_a_deleted_contact_comes_back_by_the_message(sign_in, make) -> None:
    contact = make("Kerbrat")
    client = sign_in("manager")
    page = client.submit(f"/contacts/{contact.id}/delete", follow_redirects=True).text
    assert client.submit(undo_of(page)).status_code == 303
    db.session.expire_all()
    assert contact.deleted_at is None


def test_an_archived_contact_comes_back_by_the_message(sign_in, make) -> None:
    contact = make("Kerbrat")
    client = sign_in("editor")
    page = client.submit(f"/contacts/{contact.id}/archive", {"archived": "1"}, follow_redirects=True).text
    back = client.submit(undo_of(page), follow_redirects=True).text
    db.session.expire_all()
    assert contact.archived_at is None
    assert "Undo" not in back.partition('id="toasts"')[2].partition("<template")[0]


def test_htmx_hears_of_the_way_back_too(app) -> None:
    from webapp.htmx import finish, toast

    with app.test_request_context(headers={"HX-Request": "true", "HX-Target": "div#list"}):
        toast("Done", undo="/contacts/1/restore")
        answer = finish(app.make_response("<p>"))
    told = json.loads(answer.headers["HX-Trigger"])["carnet-toast"]
    assert told == {"message": "Done", "level": "ok", "undo_url": "/contacts/1/restore"}
