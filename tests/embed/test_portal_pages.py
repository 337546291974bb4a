"""Settings › Embedding: portals as an administrator keeps them, what their people copy, and what may be in the way."""

from __future__ import annotations

import html
import json
import re
import shlex

import pytest
import sqlalchemy as sa

from plugins.embed import snippets
from plugins.embed.models import Frame, Portal
from webapp.db import db

PLACE = "/settings/embedding"
ORIGIN, OTHER = "https://portal.example", "https://wiki.example"
SENT = {"name": "Intranet", "origins": [ORIGIN], "views": ["card", "new"], "scopes": ["create"], "active": "1"}


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


@pytest.fixture
def known(portal) -> Portal:
    return portal(fragments=True).portal


def codes(page) -> list[str]:
    """What stands there to be copied."""
    return [html.unescape(one) for one in re.findall(r"<pre[^>]*><code[^>]*>(.*?)</code>", page.text, re.S)]


def test_I3_a_portal_is_added_and_its_secret_shown_once(admin) -> None:
    assert "No portal shows anything of Carnet" in admin.get(PLACE).text
    page = admin.submit(f"{PLACE}/new", SENT)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    secret = re.search(r'id="portal-secret" type="text" value="(carnet_portal_[^"]+)"', page.text)[1]
    made = db.session.scalars(sa.select(Portal)).one()
    assert (made.views, made.scopes, made.origins, made.reader_id) == (["card", "new"], ["create"], [ORIGIN], None)
    for place in (PLACE, f"{PLACE}/{made.id}", f"{PLACE}/{made.id}/edit"):
        page = admin.get(place)
        assert page.status_code == 200
        assert secret not in page.text
        assert "Intranet" in page.text
    assert "Portal added" in admin.get(PLACE).text


def test_I3_what_is_wrong_comes_back_with_what_was_typed(admin) -> None:
    page = admin.submit(f"{PLACE}/new", {**SENT, "origins": ["https://evil.example"], "views": [], "reader_id": "é"})
    assert page.status_code == 422
    assert "names it in CARNET_EMBED_ORIGINS" in page.text
    assert "Choose at least one view" in page.text
    assert "There is no such user" in page.text
    assert 'value="Intranet"' in page.text


def test_A5_a_portal_that_somebody_else_saved_is_not_overwritten(admin, known) -> None:
    place = f"{PLACE}/{known.id}/edit"
    first = {**SENT, "version": "1"}
    assert admin.submit(place, first).status_code == 303
    page = admin.submit(place, {**first, "name": "Wiki"})
    assert page.status_code == 409
    assert "Yours differs in: Name." in page.text
    db.session.expire_all()
    assert known.name == "Intranet"
    assert admin.submit(place, {**first, "name": "Wiki", "version": "2"}).status_code == 303
    assert admin.submit(place, {**first, "version": "x"}).status_code == 409


def test_I3_another_secret_a_switch_and_the_end(admin, known, frame) -> None:
    place = f"{PLACE}/{known.id}"
    assert "ends at once" in admin.get(f"{place}/rotate").text
    shown = {admin.submit(f"{place}/rotate", {"when": when}).text for when in ("later", "at_once")}
    secrets = {re.search(r'value="(carnet_portal_[^"]+)"', text)[1] for text in shown}
    assert len(secrets) == 2
    assert admin.submit(f"{place}/switch", {"on": "0"}).status_code == 303
    assert "Switched off" in admin.get(place).text
    assert "nothing is shown" in admin.submit(f"{place}/switch", {"on": "0"}, follow_redirects=True).text
    assert "ends at once" in admin.get(f"{place}/delete").text
    assert admin.submit(f"{place}/delete").status_code == 303
    assert admin.get(place).status_code == 404
    assert "Portal deleted" in admin.get(PLACE).text


@pytest.mark.parametrize("role", ["reader", "manager"])
def test_J1_portals_are_an_administrators(sign_in, known, role) -> None:
    client = sign_in(role)
    for place in ("", "/new", f"/{known.id}", f"/{known.id}/edit", f"/{known.id}/rotate", f"/{known.id}/delete"):
        assert client.get(PLACE + place).status_code == 403, place
    assert client.submit(f"{PLACE}/{known.id}/preview", {"view": "card", "p-id": "1"}).status_code == 403


def test_I3_the_call_to_copy_is_what_the_launch_takes(admin, portal, make) -> None:
    server = portal()
    contact = make("Hofer")
    asked = f"?view=card&p-id={contact.id}&locale=fr&theme=dark&accent=%231a7f5a&font=georgia"
    call, tag = codes(admin.get(f"{PLACE}/{server.portal.id}{asked}"))[:2]
    words = shlex.split(call)
    assert words[words.index("-u") + 1] == f"{server.portal.key}:{snippets.SECRET}"
    assert words[2] == "https://crm.example/api/v1/embed/launch"
    sent = json.loads(words[words.index("-d") + 1])
    assert sent == {
        "view": "card", "parameters": {"id": contact.id}, "locale": "fr", "theme": "dark", "accent": "#1a7f5a",
        "font": "georgia",
    }  # fmt: skip
    assert server.launch(**sent)
    assert tag.startswith(f'<iframe src="{snippets.CODE_URL}"')
    assert "allow-same-origin" in tag


@pytest.mark.parametrize("form", snippets.FORMS)
def test_I3_each_kind_of_portal_has_its_text(admin, known, make, form) -> None:
    page = admin.get(f"{PLACE}/{known.id}?view=card&p-id={make('Hofer').id}&for={form}")
    first, tag = codes(page)[:2]
    if form != "html":
        compile(first, "own_page.py", "exec")
        assert snippets.OWN_PAGE in tag
        assert "https://crm.example/api/v1/embed/launch" in first
    assert f'aria-current="true">{snippets.FORMS[form][0]}</a>' in page.text


def test_I3_a_quote_in_what_was_typed_ends_neither_shell_nor_program(admin, known) -> None:
    asked = {"view": "search", "p-q": "d'Arc \"; rm -rf \\ ${HOME} <b>"}
    call = codes(admin.get(f"{PLACE}/{known.id}", query_string=asked))[0]
    words = shlex.split(call)
    assert json.loads(words[words.index("-d") + 1])["parameters"]["q"] == asked["p-q"]
    program = codes(admin.get(f"{PLACE}/{known.id}", query_string={**asked, "for": "xwiki"}))[0]
    found: dict = {}
    exec(program.partition("def application")[0].replace('os.environ["CARNET_PORTAL_SECRET"]', '""'), found)
    assert json.loads(found["WANTED"])["parameters"]["q"] == asked["p-q"]


def test_I3_what_can_not_be_shown_so_is_said_at_its_field(admin, known) -> None:
    page = admin.get(f"{PLACE}/{known.id}?view=card")
    assert page.status_code == 200
    assert "Choose what to show, then take it over" in page.text
    assert "This is needed." not in page.text
    page = admin.get(f"{PLACE}/{known.id}?view=card&p-id=x&accent=red&locale=xx&theme=pink")
    for words in ("This is a whole number.", "six hexadecimal digits", "This is one of: auto, light, dark."):
        assert words in page.text
    assert admin.submit(f"{PLACE}/{known.id}/preview", {"view": "card"}).status_code == 422


def test_I3_the_preview_is_framed_by_our_own_page_in_ones_own_name(admin, known, make, reader) -> None:
    contact = make("Hofer")
    place = f"{PLACE}/{known.id}"
    assert "frame-src 'self'" in admin.get(place).headers["Content-Security-Policy"]
    begun = admin.submit(f"{place}/preview", {"view": "card", "p-id": str(contact.id), "theme": "dark"})
    assert begun.status_code == 303
    visit = reader()
    visit.start(begun.location.partition("code=")[2])
    shown = visit.get()
    assert "Hofer" in shown.text
    assert 'data-theme="dark"' in shown.text
    assert "frame-ancestors https://crm.example;" in shown.headers["Content-Security-Policy"] + ";"
    assert db.session.scalars(sa.select(Frame)).one().wanted["origin"] == "https://crm.example"


def test_I3_no_portal_can_ask_for_a_frame_in_our_own_pages(portal) -> None:
    answer = portal().call("launch", view="search", origin="https://crm.example")
    assert answer.status_code == 422


def test_I3_what_may_be_in_the_way_is_told(admin, known) -> None:
    page = admin.get(f"{PLACE}/{known.id}").text
    assert f"CARNET_EMBED_ORIGINS names {ORIGIN}" in page
    assert "circle-x" not in page.partition("data-received")[0].partition('id="check"')[2]
    assert f"/embed/check/{known.key}" in page
    assert f"Origin: {ORIGIN}" in page
    known.origins = [ORIGIN, "https://old.example"]
    known.active = False
    db.session.commit()
    page = admin.get(f"{PLACE}/{known.id}").text
    for words in ("CARNET_EMBED_ORIGINS names https://old.example", "The operator adds it there", "Switch it on"):
        assert words in page


def test_I3_the_page_that_checks_tells_what_the_browser_did(app, known, client) -> None:
    place = f"/embed/check/{known.key}"
    first = client.get(place)
    assert first.status_code == 303
    cookie = first.headers["Set-Cookie"]
    for word in ("__Host-carnet-check=", "Secure", "HttpOnly", "SameSite=None", "Partitioned"):
        assert word in cookie
    kept = client.get(first.location, headers={"Sec-Fetch-Dest": "iframe"})
    assert kept.headers["Carnet-Check"] == "cookie"
    assert f"frame-ancestors {ORIGIN}" in kept.headers["Content-Security-Policy"]
    assert "circle-x" not in kept.text
    lost = app.test_client().get(first.location)
    assert lost.headers["Carnet-Check"] == "no-cookie"
    assert "No, in a window of its own" in lost.text
    assert client.get("/embed/check/nobody").status_code == 404
    assert OTHER not in kept.headers["Content-Security-Policy"]
