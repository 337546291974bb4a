"""Anonymising a contact: what would go and what stays, then doing it, once and for good (spec D5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from webapp.acting import act, acting, need
from webapp.contacts import purging, strays
from webapp.contacts.derived import refresh
from webapp.contacts.models import Contact
from webapp.contacts.queries import load
from webapp.contacts.services import touch
from webapp.db import among, db, now
from webapp.erasing import outside, rows, tidying
from webapp.erasing.known import subject_of
from webapp.erasing.subject import Subject
from webapp.errors import Refused
from webapp.events import ContactsAnonymised
from webapp.history.services import record
from webapp.i18n import _
from webapp.plugin import Plugin
from webapp.registry import registry


@dataclass(frozen=True, kw_only=True)
class Going:
    """What goes, of one kind: how many values; `key` names the kind for ever, `label` in words."""

    key: str
    label: str
    plugin: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Staying:
    """What stays, of one kind, and why. `until` is the last day on which the law keeps it, where there is one."""

    key: str
    label: str
    plugin: str
    count: int
    why: str
    until: dt.date | None = None


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What anonymising does, or did."""

    goes: Sequence[Going] = field(default_factory=tuple)
    stays: Sequence[Staying] = field(default_factory=tuple)

    @property
    def count(self) -> int:
        """How many values go in all."""
        return sum(one.count for one in self.goes)

    @property
    def until(self) -> dt.date | None:
        """The last day on which the law keeps any of what stays."""
        return max((one.until for one in self.stays if one.until), default=None)


def preview(contact_id: int) -> Erased:
    """What would go and what would stay; raises `Refused` where it can't be anonymised now, with the way out."""
    need("privacy")
    contact = load(contact_id)
    ids = check(contact)
    return Erased(goes=_goes(subject_of(ids)), stays=_stays(ids))


def check(contact: Contact) -> list[int]:
    """The ids that are anonymised together; raises `Refused` where that can't be."""
    if contact.merged_into_id is not None:
        raise Refused(
            _("This contact was merged into another: anonymise that one, and this one goes with it."),
            merged_into=contact.merged_into_id,
        )
    if contact.anonymised_at is not None:
        raise Refused(_("This contact is anonymised already."))
    ids = group(contact.id)
    told = [one for found in strays.blockers(ids).values() for one in found if one.key == "orphaned"]
    if told:
        raise Refused(
            _(
                "%(what)s. Nobody can say what of it is personal. %(remedy)s",
                what=told[0].label,
                remedy=told[0].remedy,
            ),
            blockers=told,
        )
    return ids


def group(contact_id: int) -> list[int]:
    """A contact, and those that were merged into it: they were one."""
    merged = sa.select(Contact.id).where(Contact.merged_into_id == contact_id).order_by(Contact.id)
    return [contact_id, *db.session.scalars(merged)]


def anonymise(contact_id: int) -> Erased:
    """Take away all that is personal, of the contact and of those merged into it; nothing brings it back.

    Raises `Refused` as `preview` does, and while a job is at work that tells of the contact.
    """
    need("privacy")
    contact = load(contact_id, lock=True)
    ids = check(contact)
    held = db.session.scalars(
        sa.select(Contact).where(among(Contact.id, ids)).order_by(Contact.id).with_for_update(key_share=True)
    ).all()
    db.session.flush()
    subject = subject_of(ids)
    outside.check_jobs(subject)
    done = Erased(goes=_goes(subject), stays=_stays(ids))
    for _plugin, one in registry().duties("erasures"):
        one.erase(subject)
    for table in rows.declared():
        rows.erase(table, ids)
    db.session.expire_all()
    moment = now()
    for one in held:
        one.anonymised_at = moment
        refresh(one)
        touch(one)
    record(contact_id, "anonymised")
    registry().publish(ContactsAnonymised(contact_ids=tuple(ids)))
    db.session.flush()
    tidying.ask()
    return done


def delete(contact_id: int) -> Erased:
    """Anonymise a contact and delete it for good, at once, with those that were merged into it (spec D9).

    Raises `Refused` as `anonymise` does, and with every blocker where something holds it back from deletion.
    """
    need("privacy")
    done = anonymise(contact_id)
    load(contact_id).deleted_at = now()
    db.session.flush()
    # Who may erase may do that here, whatever their role: it was asked for by the person.
    with acting(replace(act(), role="administrator")):
        held = purging.purge([contact_id]).get(contact_id)
    if held:
        raise Refused(_("This contact can't be deleted yet: resolve what is listed first."), blockers=held)
    return done


def names_it(contact_id: int, text: str) -> bool:
    """Whether a text that is to be kept names the contact."""
    return subject_of(group(contact_id)).is_named_in(text)


def _goes(subject: Subject) -> list[Going]:
    found = [
        Going(key=one.key, label=_label(one), plugin=_of(one.plugin), count=rows.count(one, subject.ids))
        for one in rows.declared()
        if one.data.personal
    ]
    found += [
        Going(key=one.key, label=str(one.label), plugin=_of(plugin), count=one.find(subject))
        for plugin, one in registry().duties("erasures")
    ]
    order = {key: at for at, key in enumerate(labels())}
    return sorted((one for one in found if one.count), key=lambda one: order[one.key])


def _stays(ids: Sequence[int]) -> list[Staying]:
    found: list[Staying] = []
    for one in rows.declared():
        label, plugin, why = _label(one), _of(one.plugin), str(one.data.why)
        for until, number in _until(rows.personal(one, ids)[1]).items():
            found.append(Staying(key=one.key, label=label, plugin=plugin, count=number, why=why, until=until))
        if one.data.kept and (number := rows.count_kept(one, ids)):
            why = why if one.data.retained is None else ""
            found.append(Staying(key=one.key, label=label, plugin=plugin, count=number, why=why))
    order = {key: at for at, key in enumerate(labels())}
    return sorted(found, key=lambda one: (one.until is None, order[one.key]))


def _until(retained: dict[int, dt.date]) -> dict[dt.date, int]:
    found: dict[dt.date, int] = {}
    for day in sorted(retained.values()):
        found[day] = found.get(day, 0) + 1
    return found


def labels() -> dict[str, str]:
    """What each kind is called, in the order in which they are shown; by the keys that certificates keep."""
    by_table = {one.key: _label(one) for one in rows.declared()}
    order = [one.table for _plugin, one in registry().duties("personal_data")]
    found = {key: by_table[key] for key in sorted(by_table, key=lambda key: (order.index(key.partition(":")[0]), key))}
    return found | {one.key: str(one.label) for _plugin, one in registry().duties("erasures")}


def _label(one: rows.Declared) -> str:
    return str(one.data.label) or one.table.name


def _of(plugin: Plugin) -> str:
    """The name of a plug-in that is switched off, for whoever wonders what that is; nothing for all others."""
    return "" if registry().is_enabled(plugin.name) else str(plugin.label)
