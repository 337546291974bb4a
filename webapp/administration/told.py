"""The last changes of a settings page in words: who, when, what (spec J4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.administration.forms import told_value
from webapp.administration.models import SettingChange
from webapp.i18n import _, _l
from webapp.plugin import Field, Label

ACTIONS = {
    "changed": _l("Changed"),
    "logo_set": _l("Logo set"),
    "logo_removed": _l("Logo removed"),
    "value_added": _l("Value added"),
    "value_changed": _l("Value renamed"),
    "value_moved": _l("Value moved"),
    "value_withdrawn": _l("Value withdrawn"),
    "value_back": _l("Value brought back"),
    "value_deleted": _l("Value deleted"),
    "user_added": _l("User added"),
    "user_changed": _l("User changed"),
    "password_link": _l("Link for a new password made"),
    "second_factor_reset": _l("Second factor reset"),
    "sessions_ended": _l("Sessions ended"),
    "switched_off": _l("User switched off"),
    "switched_on": _l("User switched on"),
    "plugin_off": _l("Plug-in switched off"),
    "plugin_on": _l("Plug-in switched on"),
    "plugin_purged": _l("Data of a plug-in deleted"),
}
PLACE = Field(name="place", label=_l("Place"), kind="integer")
PASSWORD = Field(name="password", label=_l("Password"))
HANDED = Field(name="handed_over", label=_l("Contacts handed over"), kind="integer")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One change: `parts` are label, old and new value; both are None where they are a secret."""

    at: dt.datetime
    user: str
    title: str
    subject: str
    parts: list[tuple[str, str | None, str | None]]


def told(
    entries: Sequence[SettingChange],
    users: Mapping[int | None, str],
    fields: Sequence[Field] = (),
    subjects: Mapping[str, str] | None = None,
    actions: Mapping[str, Label] | None = None,
) -> list[Line]:
    """The entries as lines; `fields` explain the changed values, `subjects` name what they are about.

    `actions` are words for what was done, beside those that are known here.
    """
    words = ACTIONS | dict(actions or {})
    known = {one.name: one for one in (*fields, PLACE, PASSWORD, HANDED)}
    return [
        Line(
            at=entry.at,
            user=users.get(entry.user_id) or _("System"),
            title=str(words.get(entry.action, entry.action)),
            subject=(subjects or {}).get(entry.subject, entry.subject.rpartition(".")[2]),
            parts=[_part(name.removeprefix(f"{entry.page}."), change, known) for name, change in entry.changes.items()],
        )
        for entry in entries
    ]


def _part(name: str, change: Sequence[Any], known: Mapping[str, Field]) -> tuple[str, str | None, str | None]:
    field = known.get(name) or known.get(name.rpartition(".")[2], Field(name=name, label=name))
    old, new = change
    if old is None and new is None:
        return str(field.label), None, None
    return str(field.label), told_value(field, old), told_value(field, new)
