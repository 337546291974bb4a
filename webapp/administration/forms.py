"""A form of settings: what a page shows and what it sends back, as plain strings by the field's name.

A field `city` of the page `company` is the setting `company.city`. Nothing typed is ever lost: a form that is wrong,
or that another administrator was faster than, comes back as it was (spec A5).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from webapp.administration import changes
from webapp.administration.settings import setting
from webapp.contacts.coerce import coerce
from webapp.errors import Invalid
from webapp.i18n import _
from webapp.plugin import Field
from webapp.shown import shown, typed


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A field that two administrators changed at once: before, theirs, mine, in words."""

    name: str
    label: str
    before: str
    theirs: str
    mine: str


@dataclass(kw_only=True)
class SettingsForm:
    """What stands in the form of a page. `base` is what stood there when it was opened."""

    page: str
    fields: Sequence[Field]
    values: dict[str, str]
    version: int
    base: str
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def stored(cls, page: str, fields: Sequence[Field]) -> SettingsForm:
        """The form as the settings stand."""
        values = {one.name: typed(one, setting(f"{page}.{one.name}")) for one in fields}
        return cls(page=page, fields=fields, values=values, version=changes.version(page), base=json.dumps(values))

    @classmethod
    def posted(cls, page: str, fields: Sequence[Field], sent: Mapping[str, str]) -> SettingsForm:
        """The form as it was sent; without a readable version nobody knows what was read, and -1 is no page's."""
        version = sent.get("version", "")
        return cls(
            page=page,
            fields=fields,
            values={one.name: sent.get(one.name, "") for one in fields},
            version=int(version) if version.isdecimal() and len(version) < 19 else -1,
            base=sent.get("base", ""),
        )

    def coerced(self) -> dict[str, Any]:
        """The values to store, by the settings' keys; raises `Invalid` with one sentence per field."""
        found, errors = {}, {}
        for one in self.fields:
            try:
                found[f"{self.page}.{one.name}"] = coerce(one, self.values[one.name])
            except ValueError as error:
                errors[one.name] = str(error)
        if errors:
            raise Invalid(_("Please correct what is marked."), errors)
        return found

    def take_over(self, sent: Mapping[str, str], theirs: SettingsForm) -> None:
        """What was chosen on the page with both versions: `choice-<name>` is `theirs` or `mine`."""
        for name in self.values:
            if sent.get(f"choice-{name}") == "theirs":
                self.values[name] = theirs.values[name]

    def meet(self, theirs: SettingsForm) -> tuple[list[Difference], list[str], list[str]]:
        """What both changed, labels of what only I changed, of what only they changed; theirs is taken over."""
        before = self._before()
        both, only_mine, only_theirs = [], [], []
        for one in self.fields:
            old, mine, stored = str(before.get(one.name, "")), self.values[one.name], theirs.values[one.name]
            if mine == stored:
                continue
            if stored == old:
                only_mine.append(str(one.label))
            elif mine == old:
                only_theirs.append(str(one.label))
                self.values[one.name] = stored
            else:
                told = [told_value(one, text) for text in (old, stored, mine)]
                both.append(Difference(name=one.name, label=str(one.label), before=told[0], theirs=told[1],
                                       mine=told[2]))  # fmt: skip
        self.version, self.base = theirs.version, theirs.base
        return both, only_mine, only_theirs

    def _before(self) -> dict[str, Any]:
        try:
            found = json.loads(self.base or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def told_value(one: Field, value: Any) -> str:
    """A value in words, as forms and changes show it."""
    if value in (None, ""):
        return ""
    if one.kind == "date":
        try:
            return shown(one, dt.date.fromisoformat(str(value)))
        except ValueError:
            # It was typed, and is none.
            return str(value)
    return shown(one, value) if one.kind in ("choice", "country", "currency", "language", "boolean") else str(value)
