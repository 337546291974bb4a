"""What tests of merging's screens share: the preview's form as a browser would send it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from webapp.db import db
from webapp.merging.models import Merge


def fields(page: Any) -> dict[str, Any]:
    """What the preview's form sends as it stands: hidden fields and ticked radio buttons."""
    form = page.text[page.text.index('<form id="merge"') :]
    found: dict[str, Any] = {}
    for whole in re.finditer(r'<input type="(hidden|radio)"([^>]*)>', form):
        name, value = (re.search(rf'{key}="([^"]*)"', whole[2]) for key in ("name", "value"))
        if name and value and (whole[1] == "hidden" or "checked" in whole[2]):
            held = found.setdefault(name[1], [])
            held.append(value[1])
    for name, options in re.findall(r'<select[^>]*name="([^"]+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = [chosen[1] if chosen else re.findall(r'<option value="([^"]*)"', options)[0]]
    return found


def address(*ids: int, **more: Any) -> str:
    arguments = [*(("ids", one) for one in ids), *more.items()]
    return "/merge?" + "&".join(f"{name}={value}" for name, value in arguments)


def ticked(page: Any, name: str) -> str:
    """The value of the ticked radio button of a name."""
    return fields(page)[name][0]


def merges() -> list[Merge]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Merge).order_by(Merge.id)))


def merge(client: Any, ids: Iterable[int], **changes: str) -> Any:
    """Through the preview, with the values that it suggests but for `changes`."""
    page = client.get(address(*ids))
    assert page.status_code == 200
    return client.submit(
        "/merge", {**fields(page), **{key.replace("__", "."): value for key, value in changes.items()}}
    )
