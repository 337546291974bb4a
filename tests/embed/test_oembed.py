"""oEmbed for wikis, and frames that begin without a code (spec I3)."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha384

from portals import BASE, ORIGIN

from plugins.embed import erasing
from webapp.config import ROOT, STATIC
from webapp.db import db
from webapp.erasing.subject import Subject


def test_I3_an_address_is_embedded_by_oembed_and_says_nothing_of_its_contact(app, frame, portal, make) -> None:
    contact, other = make("Hofer"), make("Other")
    browser = app.test_client()
    page = f"{BASE}/contacts/{contact.id}/card"
    discovered = browser.get(f"/contacts/{contact.id}/card").headers["Link"]
    assert 'type="application/json+oembed"' in discovered
    told = browser.get("/oembed", query_string={"url": page, "format": "json", "maxheight": 200})
    assert told.status_code == 200
    assert (told.json["type"], told.json["version"], told.json["height"]) == ("rich", "1.0", 200)
    assert "Hofer" not in told.text
    source = re.search(r'src="([^"]+)"', told.json["html"])
    assert source
    assert source[1] == f"{BASE}/embed/open/contacts/{contact.id}/card"
    server = portal()
    closed = browser.get(source[1].removeprefix(BASE))
    assert closed.status_code == 200
    assert f'href="{page}" target="_blank" rel="noopener"' in closed.text
    assert f"frame-ancestors {ORIGIN}" in closed.headers["Content-Security-Policy"]
    assert "Hofer" not in closed.text
    # Beside a frame that is open and may lead there, it is shown.
    visit = frame("contacts", server=server, opens=["card"])
    assert visit.get(source[1].removeprefix(BASE), follow_redirects=True).text.count("Hofer") > 0
    bound = frame(server=server, parameters={"id": other.id})
    assert "Hofer" not in bound.get(source[1].removeprefix(BASE), follow_redirects=True).text
    for wrong in (
        f"{BASE}/users",
        f"{BASE}/contacts/x/card",
        "https://evil.example/contacts/1/card",
        "",
        f"{BASE}evil",
    ):
        assert browser.get("/oembed", query_string={"url": wrong}).status_code == 404, wrong
    assert browser.get("/oembed", query_string={"url": page, "format": "xml"}).status_code == 501
    assert "Link" not in browser.get("/contacts/new/nothing").headers


def test_D5_codes_and_frames_that_name_somebody_go_when_they_are_anonymised(frame, portal, make) -> None:
    contact, server = make("Hofer"), portal()
    by_id, by_words = frame(server=server, parameters={"id": contact.id}), frame("search", server=server,
                                                                               parameters={"q": "hofer"})  # fmt: skip
    other = frame("search", server=server, parameters={"q": "meier"})
    whom = Subject(ids=[contact.id], texts=frozenset({"Hofer"}), names=frozenset({"Hofer"}))
    assert erasing.find(whom) == 4
    assert erasing.erase(whom) == 4
    db.session.flush()
    assert [one.get().status_code for one in (by_id, by_words, other)] == [401, 401, 200]


def test_I3_portals_load_the_loader_by_its_hash_and_the_style_sheet_and_no_other_file(app) -> None:
    browser = app.test_client()
    for name in ("js/loader-1.js", "css/portal.css"):
        answer = browser.get(f"/static/{name}")
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        answer.close()
    other = browser.get("/static/js/app.js")
    assert other.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in other.headers
    other.close()
    loader = (STATIC / "js/loader-1.js").read_bytes()
    assert len(loader) <= 2048
    told = b64encode(sha384(loader).digest()).decode()
    assert f'integrity="sha384-{told}"' in (ROOT / "docs/embedding.md").read_text(encoding="utf-8")
