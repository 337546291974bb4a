"""Pages in frames of a portal (spec I3): begun by a code that serves once, and no more than that was for."""

from __future__ import annotations


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
    assert "frame-ancestors https://portal.example" in shown.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in shown.headers
    assert shown.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in shown.headers
    assert f'href="https://crm.example/contacts/{contact.id}"' in shown.text
    assert 'target="_blank" rel="noopener"' in shown.text
