"""Tags of many contacts at once, in a fixed number of statements (see `webapp.contacts.bulk`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from webapp.acting import need
from webapp.contacts.bulk import Told, forget, hold, write
from webapp.contacts.collections import MOST, TAG, tags_of
from webapp.contacts.models import ContactTag, Tag
from webapp.db import among, db
from webapp.errors import Invalid
from webapp.events import ContactChanged
from webapp.history.services import record_many
from webapp.i18n import _
from webapp.plugin import Outcome
from webapp.registry import registry
from webapp.text import clean, fold


def tag_many(ids: Sequence[int], words: Any) -> Told:
    """Mark contacts with these words, in a text with commas or as a list; new words become tags."""
    need("contacts.edit")
    return _add(dict.fromkeys(ids, _names(words)))


def would_not_tag(ids: Sequence[int], words: Any) -> Told:
    """Those that have all of these tags, or no room for more."""
    names = _names(words)
    rows, told = hold(ids, lock=False)
    present = _present(list(rows))
    return told | {
        one: outcome for one in rows if (outcome := _no_more(present.get(one, {}), names.keys())) is not None
    }


def untag_many(ids: Sequence[int], words: Any) -> Told:
    """Take these tags from contacts."""
    need("contacts.edit")
    return _remove(dict.fromkeys(ids, tuple(_names(words))))


def would_not_untag(ids: Sequence[int], words: Any) -> Told:
    """Those that have none of these tags."""
    names = _names(words)
    rows, told = hold(ids, lock=False)
    present = _present(list(rows))
    return told | {one: _none_of_them() for one in rows if not names.keys() & present.get(one, {}).keys()}


def untag_since(befores: Mapping[int, Any]) -> Told:
    """Take the tags back that `tag_many` gave; by contact id their names."""
    need("contacts.edit")
    return _plain(_remove({one: list(_names(words)) for one, words in befores.items()}))


def tag_again(befores: Mapping[int, Any]) -> Told:
    """Give the tags back that `untag_many` took; by contact id their names."""
    need("contacts.edit")
    return _plain(_add({one: _names(words) for one, words in befores.items()}))


def _plain(told: Told) -> Told:
    return {one: Outcome(outcome.what, outcome.reason) for one, outcome in told.items()}


def _names(words: Any) -> dict[str, str]:
    """The words by their folded form; raises `Invalid` where there is none, or one is too long."""
    given = words.split(",") if isinstance(words, str) else words
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given) or len(given) > MOST:
        raise _wrong(_("“%(field)s” takes a list of at most %(most)s items.", field=_("Tags"), most=MOST))
    names: dict[str, str] = {}
    for word in map(clean, given):
        if len(word) > TAG.max_length:
            raise _wrong(_("A tag has at most %(most)s characters.", most=TAG.max_length))
        if word:
            names.setdefault(fold(word)[:80], word)
    if not names:
        raise _wrong(_("Name at least one tag."))
    return names


def _wrong(text: str) -> Invalid:
    return Invalid(text, {"tags": text})


def _present(ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The tags of each contact by their folded names."""
    query = sa.select(ContactTag.contact_id, Tag.id, Tag.name, Tag.folded).join(Tag, Tag.id == ContactTag.tag_id)
    found: dict[int, dict[str, Any]] = {}
    for row in db.session.execute(query.where(among(ContactTag.contact_id, ids))):
        found.setdefault(row.contact_id, {})[row.folded] = row
    return found


def _no_more(present: Mapping[str, Any], wanted: Any) -> Outcome | None:
    if not wanted - present.keys():
        return Outcome("skipped", _("It has these tags already."))
    if len(present.keys() | wanted) > MOST:
        return Outcome("failed", _("A contact has at most %(most)s tags: take others off first.", most=MOST))
    return None


def _none_of_them() -> Outcome:
    return Outcome("skipped", _("It has none of these tags."))


def _add(wanted: Mapping[int, Mapping[str, str]]) -> Told:
    rows, told = hold(list(wanted))
    present = _present(list(rows))
    tags = tags_of({folded: name for names in wanted.values() for folded, name in names.items()})
    db.session.flush()
    made, after, added = [], {}, {}
    for one in rows:
        mine = present.get(one, {})
        if (outcome := _no_more(mine, wanted[one].keys())) is not None:
            told[one] = outcome
            continue
        new = [folded for folded in wanted[one] if folded not in mine]
        made += [{"contact_id": one, "tag_id": tags[folded].id} for folded in new]
        added[one] = [tags[folded].name for folded in new]
        after[one] = [*(tag.name for tag in mine.values()), *added[one]]
    if made:
        db.session.execute(sa.insert(ContactTag), made)
    _note(present, after)
    return told | {one: Outcome("done", before=names) for one, names in added.items()}


def _remove(wanted: Mapping[int, Sequence[str]]) -> Told:
    rows, told = hold(list(wanted))
    present = _present(list(rows))
    lost, after = {}, {}
    for one in rows:
        mine = present.get(one, {})
        lost[one] = [tag for folded, tag in mine.items() if folded in wanted[one]]
        if not lost[one]:
            told[one] = _none_of_them()
            continue
        after[one] = [tag.name for folded, tag in mine.items() if folded not in wanted[one]]
    by_tag: dict[int, list[int]] = {}
    for one in after:
        for tag in lost[one]:
            by_tag.setdefault(tag.id, []).append(one)
    for tag_id, ids in by_tag.items():
        gone = sa.delete(ContactTag).where(ContactTag.tag_id == tag_id, among(ContactTag.contact_id, ids))
        db.session.execute(gone, execution_options={"synchronize_session": False})
    _note(present, after)
    return told | {one: Outcome("done", before=[tag.name for tag in lost[one]]) for one in after}


def _note(present: Mapping[int, Mapping[str, Any]], after: Mapping[int, Sequence[str]]) -> None:
    """Let versions, histories and listeners know."""
    write((one, {}) for one in after)
    forget(list(after), ContactTag)
    before = {one: [tag.name for tag in present.get(one, {}).values()] for one in after}
    record_many("changed", {one: {"tags": (_sorted(before[one]), _sorted(names))} for one, names in after.items()})
    for one in after:
        registry().publish(ContactChanged(contact_id=one, fields=("tags",)))


def _sorted(names: Sequence[str]) -> list[str]:
    return sorted(names, key=str.casefold)
