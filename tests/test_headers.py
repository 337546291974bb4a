"""Each answer of each route has the strict headers, holds nothing that the policy forbids, and leads nowhere else."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from walking import Samples, calls, send, some

from webapp import testing
from webapp.security import CSP, HEADERS, csp_framing_ours, safe_next

SHELLS = ({}, {"HX-Request": "true", "HX-Target": "div#main"})
EVIL = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "https:evil.example",
    "javascript:alert('evil.example')",
    "/%09/evil.example",
    "http://localhost@evil.example/",
)
LEADING = ("href", "action", "formaction", "src", "hx-get", "hx-post")
PARAMETERS = ("next", "back", "return", "return_to", "url", "from", "redirect", "then", "to")


class Attributes(HTMLParser):
    """Every attribute of a page, and its elements without a source of their own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str]] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value or "") for name, value in attrs]
        if tag == "style" or (tag == "script" and "src" not in dict(attrs)):
            self.inline.append(tag)


@pytest.fixture
def database() -> str:
    """Headers and addresses are the same on each database: one is enough for these walks."""
    return "sqlite"


@pytest.fixture
def samples(make, user) -> Samples:
    return some(make, user("manager"))


def wrong_headers(answer) -> list[str]:
    """What is missing among the headers of an answer."""
    # An address that is a key goes to nobody.
    private = {"Referrer-Policy": "no-referrer"} if answer.request.path.startswith("/p/") else {}
    if answer.request.path.startswith("/embed/"):
        # Framed by a portal, if any (tests/embed): nobody's opener then.
        private = {"Cross-Origin-Opener-Policy": "unsafe-none"}
    if answer.request.path.startswith("/settings/embedding/") and "<iframe" in answer.text:
        # What a portal will show is seen in a frame of our own.
        private = {"Content-Security-Policy": csp_framing_ours()}
    found = [name for name, value in (HEADERS | private).items() if answer.headers.get(name) != value]
    caching = answer.headers.get("Cache-Control", "")
    if answer.mimetype in ("text/html", "application/json", "application/problem+json") and answer.data:
        is_probe = answer.request.path in ("/healthz", "/readyz")
        found += [] if "no-store" in caching or is_probe else ["Cache-Control"]
    if answer.mimetype == "text/html":
        vary = answer.headers.get("Vary", "")
        found += [f"Vary: {one}" for one in ("HX-Request", "HX-Target", "Cookie") if one not in vary]
    if answer.mimetype.startswith("image/") and not {"private", "no-store"} & set(re.split("[, ]+", caching)):
        found.append("Cache-Control")
    if "Access-Control-Allow-Origin" in answer.headers:
        found.append("Access-Control-Allow-Origin")
    if "Referrer-Policy" in private and "noindex" not in answer.headers.get("X-Robots-Tag", ""):
        found.append("X-Robots-Tag")
    for cookie in answer.headers.getlist("Set-Cookie"):
        found += [f"{cookie}: {one}" for one in ("HttpOnly", "SameSite=Lax") if one not in cookie]
    return found


@pytest.mark.parametrize("role", [None, "administrator"])
def test_every_answer_has_the_strict_headers(app, client, sign_in, samples, role: str | None) -> None:
    client = sign_in(role) if role else client
    wrong = {}
    for call in calls(app, samples):
        if call.endpoint in ("security.logout", "account.end_other_sessions"):
            continue
        for shell in SHELLS:
            answer = send(client, call, headers=shell)
            if found := wrong_headers(answer):
                wrong[call.method, call.rule, answer.status_code, bool(shell)] = found
    for address in ("/nowhere", "/static/js/app.js", "/static/nothing.js", "/api/v1/nowhere"):
        answer = client.get(address)
        if found := wrong_headers(answer):
            wrong["GET", address] = found
        answer.close()
    assert not wrong


def test_no_page_holds_what_the_policy_forbids(app, sign_in, samples) -> None:
    """No inline script or style, no event handler, nothing from elsewhere: the policy would stop it (libs 3.6)."""
    assert "unsafe" not in CSP
    client = sign_in("administrator")
    wrong = []
    for call in calls(app, samples):
        if call.method != "GET":
            continue
        for shell in SHELLS:
            answer = client.get(call.address, headers=shell)
            if answer.mimetype != "text/html":
                continue
            page = Attributes(answer.text)
            wrong += [(call.rule, one) for one in page.inline]
            for tag, name, value in page.found:
                is_handler = name.startswith(("on", "hx-on", "hx-vals")) or name == "style"
                is_code = "javascript:" in value.lower() or value.startswith("js:")
                is_elsewhere = name in ("src", "action", "formaction") and re.match(r"(\w+:)?//", value)
                if is_handler or is_code or is_elsewhere:
                    wrong.append((call.rule, tag, name, value))
    assert not wrong


@pytest.mark.parametrize("evil", EVIL[:3])
def test_no_parameter_leads_elsewhere(app, sign_in, samples, evil: str) -> None:
    client = sign_in("administrator")
    data = dict.fromkeys(PARAMETERS, evil)
    for call in calls(app, samples):
        if call.is_api:
            continue
        if call.method == "GET":
            answer = client.get(call.address, query_string=data, headers={"Referer": evil})
        else:
            answer = client.submit(call.address, data, query_string=data, headers={"Referer": evil})
        assert answer.status_code < 500, call.rule
        for header in ("Location", "HX-Redirect", "HX-Location", "HX-Push-Url", "HX-Replace-Url", "Refresh"):
            assert not leads_away(answer.headers.get(header, "")), (call.rule, header)
        if answer.mimetype == "text/html":
            found = [one for one in Attributes(answer.text).found if one[1] in LEADING and leads_away(one[2])]
            assert not found, call.rule
        if call.endpoint in ("security.logout", "account.end_other_sessions"):
            client = sign_in("administrator")


def leads_away(address: str) -> bool:
    """Whether a browser would go elsewhere, or run what is there."""
    bare = re.sub(r"[\t\r\n]", "", unescape(address)).replace("\\", "/").lstrip()
    if bare.startswith(("mailto:", "tel:")):
        return False
    return bare.startswith(("//", "javascript:")) or (bool(re.match(r"\w+:", bare)) and "evil" in bare)


@pytest.mark.parametrize("evil", [*EVIL, "", "evil.example", "/ok\n//x", "/ok\x00", " /x", "///x"])
def test_only_a_place_inside_is_safe(evil: str) -> None:
    assert safe_next(evil) in ("", "/%09/evil.example")


@pytest.mark.parametrize("evil", EVIL)
def test_signing_in_leads_nowhere_else(client, user, evil: str) -> None:
    someone = user("editor")
    given = {"email": someone.email, "password": testing.PASSWORD, "next": evil}
    answer = client.submit("/login", given, query_string={"next": evil})
    assert answer.status_code == 303
    assert not leads_away(answer.location)


def test_after_signing_in_one_is_where_one_wanted_to_go(client, user) -> None:
    someone = user("editor")
    asked = client.get("/customers?q=a&sort=-name")
    answer = client.submit(asked.location, {"email": someone.email, "password": testing.PASSWORD})
    assert answer.location == "/customers?q=a&sort=-name"
