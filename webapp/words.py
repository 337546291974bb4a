"""Words for what the code names by keys: actions and ways of the history, roles, groups of the navigation."""

from __future__ import annotations

from typing import Any

from webapp.acting import act
from webapp.contacts.added import added_field
from webapp.contacts.fields import BY_NAME, COLLECTION, LINK_FIELDS, Collection
from webapp.i18n import _, _l
from webapp.plugin import Field
from webapp.plugin.fields import Label
from webapp.registry import registry
from webapp.shown import shown

GROUPS = {"crm": _l("CRM"), "business": _l("Business"), "data": _l("Data")}
ROLES = {
    "reader": _l("reader"),
    "editor": _l("editor"),
    "manager": _l("manager"),
    "administrator": _l("administrator"),
}
WAYS = {
    "form": _l("form"),
    "list": _l("list"),
    "mass_action": _l("mass action"),
    "import": _l("import"),
    "api": _l("API"),
    "proposal": _l("proposal"),
    "merge": _l("merge"),
    "undo": _l("undo"),
    "job": _l("job"),
}
ACTIONS = {
    "created": (_l("Created"), "plus"),
    "changed": (_l("Changed"), "pencil"),
    "kind_changed": (_l("Kind changed"), "refresh-cw"),
    "set_aside": (_l("Not kept, in favour of another's change"), "history"),
    "anonymised": (_l("Anonymised"), "eye-off"),
    "binned": (_l("Put into the bin"), "trash-2"),
    "restored": (_l("Taken out of the bin"), "history"),
    "archived": (_l("Archived"), "archive"),
    "unarchived": (_l("Back in the lists"), "archive"),
    "activated": (_l("Function added"), "plug"),
    "converted": (_l("Converted"), "handshake"),
    "released": (_l("Function taken back"), "unlink"),
    "linked": (_l("Contact person linked"), "link"),
    "link_changed": (_l("Link changed"), "pencil"),
    "picture_set": (_l("Picture set"), "pencil"),
    "picture_removed": (_l("Picture removed"), "x"),
    "unlinked": (_l("Link removed"), "unlink"),
    "merged": (_l("Merged"), "merge"),
    "not_kept": (_l("Not kept by the merge"), "history"),
    "merge_undone": (_l("Merge taken back"), "undo-2"),
}
ENDINGS = {"converted": _l("converted"), "released": _l("taken back"), "merged": _l("merged")}

_LINK = {one.name: one for one in LINK_FIELDS}


def _field(name: str) -> Field | None:
    if name in BY_NAME:
        return BY_NAME[name]
    key, _dot, own = name.partition(".")
    function = registry().function(key) if own else None
    if function is not None:
        return next((one for one in function.fields if one.name == own), None) or added_field(own)
    for _plugin, words in registry().duties("history_words") if own else ():
        if words.key == key:
            return next((one for one in words.fields if one.name == own), None)
    return _LINK.get(name) or added_field(name)


def history_actions() -> dict[str, tuple[Label, str]]:
    """What lines of the history say was done, in words and with an icon; those of switched-off plug-ins too."""
    found = dict(ACTIONS)
    for _plugin, words in registry().duties("history_words"):
        found |= words.actions
    return found


def change_label(name: str) -> str:
    """The label of a changed field, as forms have it."""
    if name in COLLECTION:
        return str(COLLECTION[name].label)
    own = {
        "tags": _("Tags"),
        "kind": _("Kind"),
        "function": _("Function"),
        "person": _("Contact person"),
        "party": _("Party"),
        "merged": _("Merged contacts"),
        "main": _("Main contact"),
        "overridden": _("In spite of"),
    }
    if name in own:
        return own[name]
    if name.endswith(".number"):
        return _("Number")
    if name.endswith(".currency"):
        return _("Currency")
    field = _field(name)
    return str(field.label) if field else name


def may_see(name: str) -> bool:
    """Whether this user may read the values of a changed field; those that no plug-in explains, from editors up."""
    if name in COLLECTION:
        return act().may(COLLECTION[name].right)
    field = _field(name)
    unexplained = "." in name and field is None and not name.endswith((".number", ".currency"))
    return act().may(field.right if field else "contacts.edit" if unexplained else "contacts.read")


def _item(collection: Collection, text: str) -> str:
    """A line that the history keeps of an e-mail, a phone …; the codes that it begins with, in words."""
    parts = text.removesuffix(" *").split(" · ")
    for at, field in enumerate(collection.fields[: len(parts)]):
        if field.kind != "choice":
            break
        parts[at] = shown(field, parts[at])
    told = " · ".join(parts)
    primary = _("primary")
    return f"{told} ({primary})" if text.endswith(" *") and collection.has_primary else told


def change_value(name: str, value: Any) -> str:
    """An old or new value in words; nothing where this user may not see it (spec J1)."""
    if value in (None, "", []) or not may_see(name):
        return ""
    field = _field(name)
    if isinstance(value, list) and field and field.kind == "choices":
        return shown(field, value)
    if isinstance(value, list):
        return ", ".join(_item(COLLECTION[name], str(one)) if name in COLLECTION else str(one) for one in value)
    if name == "kind":
        return _("Company") if value == "company" else _("Person")
    if name == "function":
        function = registry().function(value)
        return str(function.label) if function else str(value)
    return shown(field, value) if field and field.kind != "date" else str(value)
