"""The frame of a page: what is rendered once for all says nothing of anyone; the rest is each user's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
FIXED = re.compile(r"fixed\(\"([^\"]+)\"")
ASKS = re.compile(r"\b(csrf\w*|request|session|me|may|role_label|current_user|get_flashed_messages|url_for|g|config)\b")


def fixed() -> list[str]:
    """Names of the templates that are rendered once a process."""
    return sorted({name for path in TEMPLATES.rglob("*.html") for name in FIXED.findall(path.read_text())})


def test_there_are_such_parts() -> None:
    assert "shells/_head.html" in fixed()


@pytest.mark.parametrize("name", fixed())
def test_what_is_rendered_once_asks_for_nothing_of_the_request_or_the_user(name: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", (TEMPLATES / name).read_text(), flags=re.DOTALL)
    code = " ".join(re.findall(r"\{\{.*?\}\}|\{%.*?%\}", text, flags=re.DOTALL))
    assert not ASKS.findall(re.sub(r"\"[^\"]*\"|'[^']*'", "", code))


def frame(client) -> str:
    """A page without its content."""
    page = client.get("/account").text
    return page.partition('<main class="c-main')[0] + page.partition("</main>")[2]


def untokened(page: str) -> str:
    """A page without its CSRF tokens, of which each request has another."""
    return re.sub(r'(?<=csrf_token" value=")[^"]+|(?<="X-CSRFToken": ")[^"]+', "", page)


def test_J1_the_frame_is_each_users_own(sign_in) -> None:
    frames = {}
    for role, locale, theme in (("reader", "fr", "dark"), ("administrator", "de", "light"), ("editor", "en", "system")):
        client = sign_in(role, locale=locale, theme=theme)
        frames[role] = frame(client)
        # Once more: this time of parts that were kept.
        assert untokened(frame(client)) == untokened(frames[role])
    assert ["/settings" in one for one in frames.values()] == [False, True, False]
    assert ["/contacts/bin" in one for one in frames.values()] == [False, True, False]
    for word, role in (("Fournisseurs", "reader"), ("Lieferanten", "administrator"), ("Suppliers", "editor")):
        assert [word in one for one in frames.values()] == [key == role for key in frames]
    for role, theme, locale in (("reader", "dark", "fr"), ("administrator", "light", "de"), ("editor", "system", "en")):
        pressed = re.findall(r'value="(\w+)"[^>]*aria-pressed="true"', frames[role])
        assert pressed == [theme, locale]


def test_WCAG_2_1_4_the_help_offers_what_is_not_yet(sign_in) -> None:
    client = sign_in("reader")
    assert 'name="shortcuts" value="off"' in frame(client)
    client.submit("/preferences", {"shortcuts": "off"})
    assert 'name="shortcuts" value="on"' in frame(client)
    assert 'data-shortcuts="off"' in frame(client)
