"""What tests of these pages share: reading lists and forms as a browser without script does, and searching."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa

from plugins.duplicates.models import DoublePair
from webapp.db import db
from webapp.jobs import run_here
from webapp.jobs.models import Job

CHOSEN = re.compile(r'<a id="a-(\d+)"[^>]*aria-current="true"')
ROW = re.compile(r'<li id="p-(\d+)"')
TYPED: dict[str, Any] = {
    "emails": [{"value": "hof@oel.example"}],
    "phones": [{"value": "+49 30 901820"}],
    "addresses": [{"street": "Am Kanal 7", "city": "Berlin", "postal_code": "10999", "country": "DE"}],
}
"""What two contacts that are one have in common."""


def listed(page: Any) -> list[int]:
    """The pairs of the page in their order."""
    return [int(one) for one in ROW.findall(page.text)]


def chosen(page: Any) -> int:
    """The pair that is looked at."""
    found = CHOSEN.search(page.text)
    assert found, page.text
    return int(found[1])


def said(page: Any) -> str:
    """The message that a page brings."""
    return html.unescape(" ".join(re.findall(r"<span data-toast-text>(.+?)</span>", page.text)))


def form_of(page: Any, name: str, **typed: Any) -> tuple[str, dict[str, Any]]:
    """Where the form with this id is sent, and what with."""
    found = re.search(rf'<form[^>]*id="{name}"[^>]*action="([^"]+)"[^>]*>(.*?)</form>', page.text, re.S)
    assert found, page.text
    sent = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', found[2]))
    sent.pop("csrf_token")
    return html.unescape(found[1]), {key: html.unescape(value) for key, value in sent.items()} | typed


def address(path: str, ids: Sequence[int]) -> str:
    """An address with several ids."""
    return f"{path}?{urlencode([('ids', one) for one in ids])}"


def states() -> dict[int, str]:
    """What was decided about each pair."""
    db.session.expire_all()
    return dict(db.session.execute(sa.select(DoublePair.id, DoublePair.state)).all())  # type: ignore[arg-type]


def search(client: Any, *, begin: bool = True, **sent: str) -> None:
    """Search by the page's button, to the end."""
    if begin:
        assert client.submit("/duplicates/search", sent).status_code == 303
    job = db.session.scalars(sa.select(Job).where(Job.kind == "find_doubles").order_by(Job.id.desc())).first()
    assert job is not None
    run_here(job)
    db.session.expire_all()
    assert job.state == "done", job.error
