"""The settings' frame: their sections, and the pages in them that this user may open."""

from __future__ import annotations

from webapp.acting import act
from webapp.i18n import _l
from webapp.plugin import SettingsPage
from webapp.registry import registry

SECTIONS = {
    "general": _l("General"),
    "crm": _l("CRM"),
    "finance": _l("Finance"),
    "users": _l("Users"),
    "plugins": _l("Plug-ins"),
}


def settings_pages() -> list[tuple[str, list[SettingsPage]]]:
    """Each section that has something, with its pages in their order."""
    pages: list[SettingsPage] = [
        one
        for one in registry().offers("settings_pages")
        if act().may(one.right) and (not one.needs or registry().is_function_enabled(one.needs))
    ]
    sections = [(str(title), [one for one in pages if one.section == key]) for key, title in SECTIONS.items()]
    return [(title, found) for title, found in sections if found]
