"""Fragments of a portal's own page by a token, and fixed text for its server (spec I3)."""

from __future__ import annotations

import re
import time
from typing import Any

import itsdangerous
import pytest
from portals import BASE, ORIGIN, OTHER

from webapp.acting import acting, acting_as_system
from webapp.db import db


@pytest.fixture
def token(portal) -> Any:
    """Asks for a token: its text, and the address of the fragment."""
    server = portal(fragments=True)

    def ask(view: str = "card", **body: Any) -> tuple[dict[str, str], str]:
        answer = server.call("token", view=view, **body)
        assert answer.status_code == 201, answer.json
        return {"Authorization": f"Bearer {answer.json['token']}", "Origin": ORIGIN}, answer.json["url"]

    ask.server = server  # type: ignore[attr-defined]
    return ask


def test_I3_a_fragment_is_read_with_its_token_from_its_origin_alone(token, app, make, monkeypatch) -> None:
    contact, another = make("Hofer", emails=[{"value": "info@hofer.example"}]), make("Nobody")
    headers, url = token(parameters={"id": contact.id}, uid="a1")
    assert url == f"{BASE}/embed/f/contacts/{contact.id}/card"
    client = app.test_client()
    place = url.removeprefix(BASE)
    shown = client.get(place, headers=headers)
    assert shown.status_code == 200
    assert shown.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "Origin" in shown.headers["Vary"]
    assert "HX-Trigger" in shown.headers["Access-Control-Expose-Headers"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Credentials" not in shown.headers
    assert "Set-Cookie" not in shown.headers
    assert "Hofer" in shown.text
    assert all(one.startswith("c-a1-") for one in re.findall(r'\sid="([^"]*)"', shown.text))
    assert all(
        one.startswith(("https://crm.example/", "mailto:")) for one in re.findall(r'href="([^"#]+)"', shown.text)
    )
    assert not re.search(r"<(script|style|html|head|body|title|iframe)|\son\w+=|\sstyle=", shown.text)
    assert shown.text.count("<link ") == 1
    for wrong, status in (
        ({**headers, "Origin": OTHER}, 403),
        ({**headers, "Origin": "https://evil.example"}, 403),
        ({"Authorization": headers["Authorization"]}, 403),
        ({"Origin": ORIGIN}, 401),
        ({**headers, "Authorization": headers["Authorization"][:-3] + "abc"}, 401),
    ):
        refused = client.get(place, headers=wrong)
        assert refused.status_code == status
        assert "Hofer" not in refused.text
        assert refused.headers.get("Access-Control-Allow-Origin") in (None, ORIGIN)
    assert client.get(f"/embed/f/contacts/{another.id}/card", headers=headers).status_code == 403
    assert client.get(f"/embed/f/contacts/{contact.id}", headers=headers).status_code == 403
    with monkeypatch.context() as later:
        later.setattr(itsdangerous.TimestampSigner, "get_timestamp", lambda _signer: int(time.time()) + 302)
        assert client.get(place, headers=headers).status_code == 401
    with acting(acting_as_system("form")):
        token.server.portal.fragments = False
    db.session.flush()
    assert client.get(place, headers=headers).status_code == 401
    assert token.server.call("token", view="card", parameters={"id": contact.id}).status_code == 409


def test_I3_only_the_origin_of_a_portal_with_fragments_passes_the_preflight(token, portal, app) -> None:
    portal(name="Wiki", origins=[OTHER])
    asked = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,hx-request"}
    for origin, passes in ((ORIGIN, True), (OTHER, False), ("https://evil.example", False), ("null", False)):
        answer = app.test_client().options("/embed/f/contacts/1/card", headers={"Origin": origin, **asked})
        assert answer.status_code == 204
        assert answer.headers.get("Access-Control-Allow-Origin") == (origin if passes else None)
        assert "Origin" in answer.headers["Vary"]
        assert ("HX-Request-Type" in answer.headers.get("Access-Control-Allow-Headers", "")) is passes
        assert answer.headers.get("Access-Control-Max-Age") == ("600" if passes else None)


def test_I3_a_list_goes_on_inside_its_fragment(token, app, make) -> None:
    for number in range(3):
        make(f"Firm {number}")
    headers, url = token("contacts", uid="b2", opens=["card"], parameters={"q": "firm"})
    client, place = app.test_client(), url.removeprefix(BASE)
    whole = client.get(place, headers=headers)
    assert whole.status_code == 200
    assert 'hx-target="#c-b2-list"' in whole.text
    assert 'hx-get="https://crm.example/embed/f/contacts' in whole.text
    part = client.get(place, headers={**headers, "HX-Request": "true", "HX-Target": "div#c-b2-list"})
    assert "<link" not in part.text
    assert "Firm 1" in part.text
    assert "HX-Push-Url" not in part.headers
    elsewhere = client.get(place, headers={**headers, "HX-Request": "true", "HX-Target": "div#somewhere"})
    assert elsewhere.text.count("<link ") == 1


def test_I3_a_form_in_a_fragment_is_sent_with_its_token(portal, app) -> None:
    server = portal("editor", fragments=True, scopes=["create"])
    told = server.call("token", view="new", uid="n1").json
    headers = {"Authorization": f"Bearer {told['token']}", "Origin": ORIGIN}
    client, place = app.test_client(), told["url"].removeprefix(BASE)
    form = client.get(place, headers=headers).text
    assert f'hx-post="{BASE}/embed/f/contacts/new" hx-target="#c-n1-root"' in form
    sent = {"present_kind": "company", "company_name": "Neu AG"}
    for wrong in ({"Origin": ORIGIN}, {"Authorization": headers["Authorization"], "Origin": OTHER}):
        assert client.post(place, data=sent, headers=wrong).status_code in (401, 403)
    assert client.post(f"{place}?static=1", data=sent, headers=headers).status_code == 403
    saved = client.post(place, data=sent, headers=headers)
    assert saved.status_code == 200
    assert re.search(rf'href="{BASE}/contacts/\d+"', saved.text)
    assert "Location" not in saved.headers
    reading = portal("editor", fragments=True).call("token", view="new")
    assert reading.status_code == 422


def test_I3_fixed_text_is_read_by_the_portals_server_and_leads_into_the_application(token, app, make) -> None:
    contact = make("Hofer", functions=["supplier"])
    headers, url = token("file", parameters={"id": contact.id})
    place = url.removeprefix(BASE)
    client = app.test_client()
    text = client.get(f"{place}?static=1", headers={"Authorization": headers["Authorization"]}).text
    assert "Hofer" in text
    assert not re.search(r"<(script|style|form|input|button|select|dialog|svg)\b|\shx-", text)
    assert f'href="https://crm.example/contacts/{contact.id}?view=supplier"' in text
    assert "/embed/f/" not in text
    evil = client.get(f"{place}?static=1", headers={**headers, "Origin": OTHER})
    assert evil.status_code == 403


def test_I3_a_cookie_alone_opens_no_fragment(frame, token, make) -> None:
    contact = make("Hofer")
    opened = frame(server=token.server, parameters={"id": contact.id})
    assert opened.get().status_code == 200
    assert opened.get(f"/embed/f/contacts/{contact.id}/card", headers={"Origin": ORIGIN}).status_code == 401
