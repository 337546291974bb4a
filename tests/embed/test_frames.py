"""Pages in frames of a portal (spec I3): begun by a code that serves once, and no more than that was for."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from portals import BASE, ORIGIN, OTHER

from plugins.embed import launching, services
from plugins.embed.models import Frame, Launch
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.administration.settings import switched_off
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Stale
from webapp.history.models import HistoryEntry


def csrf(text: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', text)
    assert found
    return found[1]


def _ago(**passed: float) -> dt.datetime:
    return dt.datetime.now(dt.UTC) - dt.timedelta(**passed)


def test_I3_a_card_is_launched_started_and_shown(portal, reader, make) -> None:
    contact = make("Hofer", functions=["supplier"], emails=[{"value": "info@hofer.example"}])
    code = portal().launch("card", parameters={"id": contact.id}, locale="fr")
    visit = reader()
    begun = visit.start(code)
    assert begun.status_code == 303
    assert code not in begun.headers["Location"]
    assert begun.headers["Referrer-Policy"] == "no-referrer"
    cookie = begun.headers["Set-Cookie"]
    assert cookie.startswith("__Host-carnet-embed=")
    for word in ("Secure", "HttpOnly", "SameSite=None", "Partitioned", "Path=/", "Max-Age=28800"):
        assert word in cookie
    assert "Domain" not in cookie
    shown = visit.get()
    assert shown.status_code == 200
    assert "Hofer" in shown.text
    assert 'lang="fr"' in shown.text
    assert f"frame-ancestors {ORIGIN}" in shown.headers["Content-Security-Policy"]
    assert OTHER not in shown.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in shown.headers
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in shown.headers
    assert f'data-portal="{ORIGIN}"' in shown.text
    assert f'<a href="{BASE}/contacts/{contact.id}" target="_blank" rel="noopener">' in shown.text


def test_I3_a_code_serves_once_and_for_a_minute(portal, reader, make) -> None:
    server, place = portal(), {"id": make().id}
    code = server.launch(parameters=place)
    assert reader().start(code).status_code == 303
    again = reader().start(code)
    assert again.status_code == 401
    # Inside the portal it is said what has happened; nowhere else.
    assert f"frame-ancestors {ORIGIN}" in again.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in again.headers
    late = server.launch(parameters=place)
    db.session.get_one(Launch, launching.digest(late)).made_at = _ago(seconds=61)
    db.session.flush()
    assert reader().start(late).status_code == 401
    unknown = reader().start("made-up")
    assert (unknown.status_code, "frame-ancestors 'none'" in unknown.headers["Content-Security-Policy"]) == (401, True)
    assert late not in str(db.session.scalars(sa.select(Launch.digest)).all())
    posted = reader().browser.post("/embed/start", data={"code": server.launch(parameters=place)},
                                   headers={"Origin": ORIGIN})  # fmt: skip
    assert posted.status_code == 303


@pytest.mark.parametrize("told", [{"Origin": "https://evil.example"}, {"Referer": "https://evil.example/page"}])
def test_I3_a_code_is_for_its_portals_origin(portal, reader, make, told) -> None:
    code = portal().launch(parameters={"id": make().id})
    refused = reader().start(code, headers=told)
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (403, False)
    assert reader().start(code).status_code == 401


def test_I3_a_frame_shows_what_it_was_launched_for_and_nothing_else(frame, make, app) -> None:
    mine, other = make("Mine"), make("Other")
    visit = frame(parameters={"id": mine.id}, opens=["search"])
    assert visit.get().status_code == 200
    for place in (
        f"/contacts/{other.id}/card", f"/contacts/{mine.id}", "/contacts", "/contacts/new", f"/contacts/{mine.id}/edit",
    ):  # fmt: skip
        assert visit.get(f"{visit.at}{place}").status_code == 403, place
    # What has no second address has none.
    for place in ("/mass-actions", "/settings", f"/contacts/{mine.id}/delete", "/users", "/merge", "/contacts/export"):
        assert visit.get(f"{visit.at}{place}").status_code == 404, place
    assert "Other" in visit.get(f"{visit.at}/contacts/search?q=other").text
    assert visit.get(f"/embed/f/contacts/{mine.id}/card").status_code == 401
    stranger = app.test_client().get(visit.address)
    assert stranger.status_code == 401
    assert "Mine" not in stranger.text


def test_I3_the_application_and_a_frame_know_nothing_of_each_other(frame, make, sign_in) -> None:
    contact = make("Mine")
    visit = frame(parameters={"id": contact.id})
    assert visit.get(f"/contacts/{contact.id}").status_code == 302
    client = sign_in("administrator")
    assert client.get(f"/contacts/{contact.id}").status_code == 200
    refused = client.get(visit.address)
    assert refused.status_code == 401
    assert "Set-Cookie" not in refused.headers
    assert "Administrator" not in refused.text
    framed = client.get(f"/contacts/{contact.id}/card")
    assert "frame-ancestors 'none'" in framed.headers["Content-Security-Policy"]


def test_I3_several_frames_of_a_page_share_a_key_and_another_user_takes_it(portal, reader, make, user) -> None:
    server, one, two = portal(), make("One"), make("Two")
    visit = reader()
    visit.start(server.launch(parameters={"id": one.id}))
    first = visit.address
    visit.start(server.launch(parameters={"id": two.id}))
    assert "One" in visit.get(first).text
    assert "Two" in visit.get().text
    visit.start(server.launch(parameters={"id": two.id}, user=user("editor").email))
    assert visit.get().status_code == 200
    assert visit.get(first).status_code == 401


def test_I3_a_frame_ends_when_idle_and_after_a_day_at_work(frame, make) -> None:
    visit = frame(parameters={"id": make().id})
    number = int(visit.at.rpartition("/")[2])
    mine = sa.update(Frame).where(Frame.id == number)
    db.session.execute(mine.values(seen_at=_ago(minutes=29)))
    assert visit.get().status_code == 200
    db.session.expire_all()
    assert db.session.get_one(Frame, number).seen_at > _ago(minutes=1)
    db.session.execute(mine.values(seen_at=_ago(minutes=31)))
    ended = visit.get()
    assert (ended.status_code, f"frame-ancestors {ORIGIN}" in ended.headers["Content-Security-Policy"]) == (401, True)
    db.session.execute(mine.values(seen_at=_ago(minutes=1), created_at=_ago(hours=8, minutes=1)))
    assert visit.get().status_code == 401


def test_I3_what_was_granted_is_looked_at_anew_at_each_request(portal, frame, make, app) -> None:
    server, contact = portal(), make("Mine")
    visit = frame(server=server, parameters={"id": contact.id})
    reader_id = server.portal.reader_id

    def change(**values) -> int:
        with acting(acting_as_system("form")):
            services.change(server.portal.id, values)
        return visit.get().status_code

    assert change(active=False) == 401
    assert server.call("launch", view="card", parameters={"id": contact.id}).status_code == 401
    assert change(active=True) == 200
    assert change(views=["search"]) == 401
    assert change(views=["card"], origins=[OTHER]) == 401
    assert change(origins=[ORIGIN]) == 200
    db.session.get_one(User, reader_id).active = False
    db.session.flush()
    assert visit.get().status_code == 401


def test_J1_a_frame_may_do_what_its_scope_and_its_user_both_allow(portal, frame, make) -> None:
    contact = make("Mine", bank_accounts=[{"iban": "FR7630006000011234567890189"}])
    server = portal("administrator", scopes=["create", "edit"])
    reading = frame("file", server=server, parameters={"id": contact.id})
    text = reading.get().text
    assert "FR76" not in text.replace(" ", "")
    assert "<form" not in text
    editing = frame("file", server=server, parameters={"id": contact.id}, opens=["edit"])
    assert f'href="{editing.at}/contacts/{contact.id}/edit' in editing.get().text
    weak = portal("reader", scopes=["create", "edit"])
    assert frame("new", server=weak).get().status_code == 403
    plain = portal("administrator").call("launch", view="new")
    assert plain.status_code == 422
    assert plain.json["errors"][0]["pointer"] == "#/view"


def test_I3_a_form_in_a_frame_creates_once_it_shows_the_frames_own_token(portal, frame, app) -> None:
    server = portal("editor", scopes=["create"])
    visit = frame("new", server=server, opens=["card"])
    page = visit.get()
    assert page.status_code == 200
    sent = {"present_kind": "company", "company_name": "Neu AG"}
    place = f"{visit.at}/contacts/new"
    for token in ("", "made-up", csrf(frame("new", server=portal("editor", scopes=["create"])).get().text)):
        assert visit.browser.post(place, data={**sent, "csrf_token": token}).status_code == 403
    saved = visit.browser.post(place, data={**sent, "csrf_token": csrf(page.text)})
    assert saved.status_code == 200, saved.text
    assert "data-saved" in saved.text
    assert re.search(rf'href="{BASE}/contacts/\d+"[^>]* target="_blank"', saved.text)
    made = db.session.scalars(sa.select(HistoryEntry).order_by(HistoryEntry.id.desc())).first()
    assert made is not None
    assert made.source == f"embed:{server.portal.id}"


def test_I3_a_list_in_a_frame_searches_and_turns_pages_inside(frame, make) -> None:
    for number in range(52):
        make(f"Firm {number:02}", functions=["customer"])
    visit = frame("customers", opens=["card"])
    text = visit.get().text
    assert f'hx-get="{visit.at}/customers' in text
    assert 'id="bulk"' not in text
    # As high as its rows: in a frame that is as high as its page, a part of the window would shrink for ever.
    assert "c-main--list" not in text
    assert 'type="checkbox"' not in text
    following = re.search(r'href="([^"]+)" rel="next"', text)
    assert following
    assert following[1].startswith(f"{visit.at}/customers?after=")
    assert "Firm 51" in visit.get(following[1].replace("&amp;", "&")).text
    part = visit.get(f"{visit.at}/customers?q=firm+07", headers={"HX-Request": "true", "HX-Target": "div#list"})
    assert "Firm 07" in part.text
    assert "<html" not in part.text
    assert f'href="{BASE}/contacts/' in text


def test_I3_every_view_answers_in_a_frame(portal, frame, make, statements) -> None:
    contact = make("Mine", functions=["customer"])
    server = portal("editor", scopes=["create", "edit"])
    for view, place in (
        ("card", {"id": contact.id}), ("file", {"id": contact.id, "view": "customer"}), ("contacts", {"q": "mine"}),
        ("search", {"q": "mine"}), ("new", {"kind": "person"}), ("edit", {"id": contact.id}), ("customers", {}),
        ("doubles", {}),
    ):  # fmt: skip
        shown = frame(view, server=server, parameters=place, theme="dark", accent="#1a7f5a", font="georgia").get()
        assert shown.status_code == 200, view
        assert 'data-theme="dark"' in shown.text
        assert "/embed/look.css?accent=%231a7f5a&amp;font=georgia" in shown.text
        for form in re.findall(r'<form[^>]* action="([^"]*)"', shown.text):
            assert form.startswith("/embed/"), (view, form)


def test_I3_a_look_is_checked_and_its_style_sheet_holds_nothing_else(portal, reader) -> None:
    server = portal()
    for wrong in (
        {"theme": "purple"}, {"accent": "red"}, {"accent": "#12345"}, {"accent": "#1a7f5a;}*{x"}, {"font": "Comic"},
        {"locale": "xx"}, {"origin": OTHER}, {"opens": ["users"]}, {"view": "users"}, {"parameters": {"id": "x"}},
        {"parameters": {"id": 1, "more": 2}}, {"parameters": {}}, {"user": "nobody@carnet.example"}, {"colour": "red"},
    ):  # fmt: skip
        answer = server.call("launch", **{"view": "card", "parameters": {"id": 1}, **wrong})
        assert answer.status_code == 422, wrong
    browser = reader().browser
    sheet = browser.get("/embed/look.css?accent=%231A7f5a&font=georgia")
    assert sheet.mimetype == "text/css"
    assert "--c-accent: #1a7f5a;" in sheet.text
    assert "Georgia, serif" in sheet.text
    for evil in ("accent=%231a7f5a%7D*%7Bcolor:red", "font=x%7D", "accent=url(//evil.example)"):
        assert browser.get(f"/embed/look.css?{evil}").text == ""
    # Its page may ask for another language and theme than its server did.
    code = server.launch("search")
    visit = reader()
    begun = visit.browser.get("/embed/start", query_string={"code": code, "locale": "de", "theme": "<b>"})
    told = visit.get(begun.headers["Location"]).text
    assert '<html lang="de">' in told


def test_I3_a_wrong_secret_opens_nothing_and_many_have_to_wait(portal, app) -> None:
    server = portal()
    wrong = server.call("launch", secret="carnet_portal_wrong", view="card", parameters={"id": 1})
    assert (wrong.status_code, wrong.mimetype) == (401, "application/problem+json")
    for _nth in range(60):
        last = server.call("launch", secret="carnet_portal_wrong", view="card")
    assert last.status_code == 429
    # A right one is never held up by anybody's tries.
    assert server.call("launch", view="search").status_code == 201


def test_I3_a_secret_is_renewed_with_a_day_of_both_or_at_once(portal, frame, make) -> None:
    server = portal()
    visit, old = frame(server=server, parameters={"id": make().id}), server.secret
    with acting(acting_as_system("form")):
        new = services.rotate(server.portal.id)
    assert [server.call("launch", secret=one, view="search").status_code for one in (old, new)] == [201, 201]
    server.portal.old_until = _ago(seconds=1)
    db.session.flush()
    assert server.call("launch", secret=old, view="search").status_code == 401
    assert visit.get().status_code == 200
    with acting(acting_as_system("form")):
        last = services.rotate(server.portal.id, at_once=True)
    assert visit.get().status_code == 401
    assert [server.call("launch", secret=one, view="search").status_code for one in (new, last)] == [401, 201]
    with acting(acting_as_system("form")):
        services.delete(server.portal.id)
    assert server.call("launch", secret=last, view="search").status_code == 401


def test_I3_a_portals_origins_are_exact_and_within_those_of_the_deployment(portal, as_role) -> None:
    server = portal()
    with acting(acting_as_system("form")):
        for wrong in ("https://evil.example", f"{ORIGIN}/", "http://portal.example", "*", "https://*.example", "null"):
            with pytest.raises(Invalid) as caught:
                services.change(server.portal.id, {"origins": [wrong]})
            assert set(caught.value.errors) == {"origins"}
        with pytest.raises(Stale):
            services.change(server.portal.id, {"name": "Other"}, server.portal.version - 1)
    with acting(as_role("manager")), pytest.raises(Forbidden):
        services.clients()


def test_I3_no_address_of_it_answers_once_it_is_switched_off(frame, portal, make, sign_in) -> None:
    server, contact = portal(), make()
    visit = frame(server=server, parameters={"id": contact.id})
    client = sign_in("administrator")
    client.submit("/settings/plugins/embed/switch", {"on": ""})
    assert "embed" in switched_off()
    for place in (visit.address, "/embed/start", "/oembed", "/embed/look.css"):
        assert visit.get(place).status_code == 404, place
    assert server.call("launch", view="search").status_code in (401, 404)
    assert client.get(f"/contacts/{contact.id}/card").status_code == 200
