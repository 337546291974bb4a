"""The history's tab: narrowed by what, how, who, when, all of it in the address (spec A4)."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace

import pytest

from webapp.acting import acting
from webapp.contacts import services
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.services import activate
from webapp.history.models import HistoryEntry
from webapp.history.services import record


def entries(page: str) -> list[str]:
    """What each line says first."""
    return [re.sub(r"<.*?>", "", one).strip() for one in re.findall(r"<li><svg.*?</svg>(.*?)(?:<br>|<small>|\n)", page)]


@pytest.fixture
def contact(make, system, as_role, user) -> Contact:
    who = user("editor")
    contact = make("Hofer", bank_accounts=[{"iban": "FR7630006000011234567890189"}])
    with acting(as_role("editor", user_id=who.id)):
        services.update(contact.id, {"website": "hofer.example", "description": 'about the "website": [1]'})
        activate(contact.id, "supplier")
    with acting(replace(as_role("manager", way="api", user_id=who.id), source="proposal:7")):
        services.update(contact.id, {"website": "hofer-ag.example"})
    db.session.flush()
    return contact


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Changed", "Function added", "Changed", "Created"]),
        ({"action": "changed"}, ["Changed", "Changed"]),
        ({"way": "api"}, ["Changed"]),
        ({"field": "website"}, ["Changed", "Changed"]),
        ({"field": "description"}, ["Changed"]),
        ({"field": "web"}, []),
        ({"field": "%"}, []),
        ({"action": "nonsense"}, []),
        ({"user": "nonsense"}, []),
        ({"user": "9" * 30}, []),
        ({"since": "nonsense", "until": "0001-01-01"}, ["Changed", "Function added", "Changed", "Created"]),
        ({"since": "2099-01-01"}, []),
        ({"until": "2000-01-01"}, []),
        ({"action": "changed", "way": "form"}, ["Changed"]),
    ],
    ids=str,
)  # fmt: skip
def test_A4_the_history_is_narrowed_by_its_address(sign_in, contact, query, expected) -> None:
    answer = sign_in("reader").get(f"/contacts/{contact.id}/history", query_string=query)
    assert answer.status_code == 200
    assert entries(answer.text.partition('id="changes"')[2]) == expected


def test_A4_by_user_and_by_day_of_the_firm(sign_in, contact) -> None:
    client = sign_in("reader")
    who = db.session.query(HistoryEntry.user_id).filter(HistoryEntry.user_id.is_not(None)).first()[0]
    found = client.get(f"/contacts/{contact.id}/history?user={who}").text
    assert len(entries(found.partition('id="changes"')[2])) == 3
    old = db.session.query(HistoryEntry).filter_by(contact_id=contact.id, action="created").one()
    # Half past eleven in the evening, UTC, is the next day in Paris.
    old.at = dt.datetime(2024, 5, 1, 22, 30, tzinfo=dt.UTC)
    db.session.flush()
    for day, number in (("2024-05-01", 0), ("2024-05-02", 1)):
        page = client.get(f"/contacts/{contact.id}/history?since={day}&until={day}").text
        assert len(entries(page.partition('id="changes"')[2])) == number, day
    assert "May 2024" in page


def test_A4_pages_keep_what_narrows_them(sign_in, contact, system) -> None:
    for number in range(120):
        record(contact.id, "archived" if number % 2 else "unarchived")
    db.session.flush()
    client, address, seen = sign_in("reader"), f"/contacts/{contact.id}/history?action=archived", []
    while address:
        page = client.get(address).text
        seen += entries(page.partition('id="changes"')[2])
        following = re.search(r'href="([^"]*)" rel="next"', page)
        address = html.unescape(following[1]) if following else ""
    assert seen == ["Archived"] * 60


def test_A4_htmx_gets_the_changes_alone(sign_in, contact) -> None:
    headers = {"HX-Request": "true", "HX-Target": "div#changes"}
    part = sign_in("reader").get(f"/contacts/{contact.id}/history?action=changed", headers=headers).text
    assert "<html" not in part
    assert entries(part) == ["Changed", "Changed"]


def test_J1_what_a_role_may_not_see_stays_hidden_in_the_history(sign_in, contact) -> None:
    for role, shown in (("reader", False), ("editor", True)):
        page = sign_in(role).get(f"/contacts/{contact.id}/history").text
        assert ("FR7630006000011234567890189" in page) is shown, role
        assert ("hidden from your role" in page) is not shown, role
        assert ('value="bank_accounts"' in page) is shown, role


def test_A4_what_caused_a_change_is_named_and_led_to(sign_in, contact) -> None:
    assert 'href="/proposals/7"' in sign_in("reader").get(f"/contacts/{contact.id}/history").text
