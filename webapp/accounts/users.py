"""Users as an administrator sees them: found, invited, changed, switched off with their contacts handed over (spec J1).

Two rules hold whatever runs at once, because whoever would break them first locks everybody who keeps them: there is
always an active administrator, and always an active user with the data-protection permission.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from webapp.accounts import second_factor, sessions, tokens
from webapp.accounts.models import ApiToken, User, UserSession
from webapp.accounts.services import check_user, create_user
from webapp.acting import act, need
from webapp.administration import changes
from webapp.contacts.models import Contact
from webapp.db import Moment, db, now
from webapp.errors import Invalid, Missing, Refused, Stale
from webapp.events import ContactsHandedOver
from webapp.history.models import HistoryEntry
from webapp.history.services import Change
from webapp.i18n import LOCALES, _
from webapp.registry import registry
from webapp.text import fold

PAGE = "users"
STATES = ("active", "invited", "off")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """When a user was last here, by browser or by API token."""

    at: dt.datetime
    by_token: bool


def state_of(user: User) -> str:
    """`off`, `invited` (no password chosen yet) or `active`."""
    return "off" if not user.active else "active" if user.password else "invited"


def find(words: str = "", state: str = "", after: int | None = None, limit: int = 50) -> Sequence[User]:
    """Users by name; `words` stand anywhere in name or address, `after` is the last one's id of the page before."""
    need("settings")
    query = sa.select(User)
    for word in fold(words).split()[:5]:
        query = query.where(User.sort_name.contains(word, autoescape=True))
    if state == "off":
        query = query.where(~User.active)
    elif state in STATES:
        has_password = User.password.is_not(None)
        query = query.where(User.active, has_password if state == "active" else ~has_password)
    if after is not None:
        last = sa.select(User.sort_name).where(User.id == after).scalar_subquery()
        query = query.where(sa.or_(User.sort_name > last, sa.and_(User.sort_name == last, User.id > after)))
    return db.session.scalars(query.order_by(User.sort_name, User.id).limit(limit)).all()


def seen(ids: Iterable[int]) -> dict[int, Seen]:
    """When each of these users was last here, two statements for all of them."""
    wanted = list(ids)
    found: dict[int, Seen] = {}
    for column, moment, by_token in (
        (UserSession.user_id, UserSession.seen_at, False),
        (ApiToken.user_id, ApiToken.used_at, True),
    ):
        query = sa.select(column, sa.func.max(moment, type_=Moment)).where(column.in_(wanted)).group_by(column)
        for user_id, at in db.session.execute(query):
            if at is not None and (user_id not in found or at > found[user_id].at):
                found[user_id] = Seen(at=at, by_token=by_token)
    return found


def load(user_id: int, *, lock: bool = False) -> User:
    """A user, for an administrator; raises `Missing`. `lock` holds the row, so that nothing is newly given to them."""
    need("settings")
    found = None
    if 0 < user_id < 2**63:
        found = db.session.get(User, user_id, with_for_update=lock or None, populate_existing=lock)
    if found is None:
        raise Missing(_("There is no such user."))
    return found


def reach(user_id: int | None) -> tuple[str, str]:
    """Name and e-mail address of a user whom somebody outside may ask; empty for one who has left."""
    user = db.session.get(User, user_id) if user_id is not None else None
    return (user.shown_name, user.email) if user is not None and user.active else ("", "")


def emails_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Addresses by user, to those who may edit contacts: what names a user beyond this base."""
    known = {one for one in ids if one}
    if not known or not act().may("contacts.edit"):
        return {}
    return {user.id: user.email for user in db.session.scalars(sa.select(User).where(User.id.in_(known)))}


def ids_of(emails: Iterable[str]) -> dict[str, int]:
    """Active users by their addresses in small letters."""
    known = {one.casefold() for one in emails}
    found = db.session.scalars(sa.select(User).where(sa.func.lower(User.email).in_(known), User.active))
    return {user.email.casefold(): user.id for user in found}


def invite(values: Mapping[str, Any]) -> User:
    """A new user, who chooses a password by a link; raises `Invalid`, `Refused` where the address is taken."""
    need("settings")
    locale = _locale(values)
    user = create_user(
        str(values.get("email", "")),
        None,
        str(values.get("role", "")),
        name=str(values.get("name", "")),
        data_protection=bool(values.get("data_protection")),
    )
    user.locale = locale
    db.session.flush()
    told = {"name": ("", user.name), "email": ("", user.email), "role": ("", user.role)}
    _note(user, "user_added", told | ({"data_protection": (False, True)} if user.data_protection else {}))
    return user


def update(user_id: int, values: Mapping[str, Any], version: int) -> User:
    """Change name, address, role and permission; what `values` leaves out stays.

    Raises `Invalid`; `Stale` where someone saved since `version` was read; `Refused` where a user would change their
    own role or permission, or the last administrator or data-protection officer would go.
    """
    need("settings")
    keepers, had = _keepers()
    user = load(user_id, lock=True)
    if user.version != version:
        raise Stale(_("Someone else saved this user while you were writing."), current=user.version)
    wanted = {name: values.get(name, getattr(user, name)) for name in ("name", "email", "role", "data_protection")}
    wanted["data_protection"] = bool(wanted["data_protection"])
    wanted["name"], wanted["email"] = check_user(str(wanted["name"]), str(wanted["email"]), str(wanted["role"]), user)
    changed: dict[str, Change] = {
        name: (getattr(user, name), new) for name, new in wanted.items() if getattr(user, name) != new
    }
    if user.id == act().user_id and {"role", "data_protection"} & changed.keys():
        raise Refused(_("Nobody changes their own role or permission: ask another administrator."))
    for name, (_old, new) in changed.items():
        setattr(user, name, new)
    _require_keepers({user, *keepers}, had)
    if changed:
        user.version += 1
        _note(user, "user_changed", changed)
    return user


def switch_off(user_id: int, takes_over: int | None) -> int:
    """A user who leaves: signed out everywhere, no more let in; their contacts are handed over. Returns how many.

    Raises `Invalid` where they have contacts and nobody takes them over, `Refused` for the last administrator, the
    last data-protection officer, and oneself.
    """
    need("settings")
    keepers, had = _keepers()
    user = load(user_id, lock=True)
    if user.id == act().user_id:
        raise Refused(_("Nobody switches themselves off: ask another administrator."))
    if not user.active:
        return 0
    number = contacts_of(user_id)
    heir = load(takes_over, lock=True) if takes_over is not None and takes_over != user_id else None
    if number and (heir is None or not heir.active):
        raise Invalid(_("Please correct what is marked."), {"takes_over": _("Choose who takes over the contacts.")})
    user.active = False
    # What Flask-Security's own cookies and links are bound to.
    user.fs_uniquifier = secrets.token_hex(32)
    user.version += 1
    _require_keepers({user, *keepers}, had)
    db.session.flush()
    moved = _hand_over(user, heir) if heir is not None else 0
    sessions.end_all(user.id)
    tokens.end_all(user.id)
    _note(user, "switched_off", {"handed_over": (0, moved)} if moved else {})
    return moved


def contacts_of(user_id: int) -> int:
    """For how many contacts a user is responsible, whatever state those are in."""
    return db.session.scalar(sa.select(sa.func.count()).where(Contact.responsible_id == user_id)) or 0


def _hand_over(user: User, heir: User) -> int:
    """Move all contacts by one statement, after one that writes the history; nobody can be given new ones meanwhile.

    An assignment refers to the user's row, which is locked; contacts that are someone else's by now are locked out by
    the first statement, so that both see the same ones.
    """
    at = now()
    theirs = sa.select(
        Contact.id,
        sa.literal(at, Moment),
        sa.literal(act().user_id, sa.BigInteger),
        sa.literal(act().way),
        sa.literal("changed"),
        sa.literal({"responsible_id": [user.id, heir.id]}, sa.JSON),
        sa.literal(act().source, sa.String),
    ).where(Contact.responsible_id == user.id)
    columns = ["contact_id", "at", "user_id", "way", "action", "changes", "source"]
    locked = theirs.with_for_update(key_share=True, of=Contact)
    db.session.execute(sa.insert(HistoryEntry).from_select(columns, locked))
    moved = db.session.execute(
        sa.update(Contact)
        .where(Contact.responsible_id == user.id)
        .values(responsible_id=heir.id, version=Contact.version + 1, updated_at=at)
        .execution_options(synchronize_session=False)
    ).rowcount  # type: ignore[attr-defined]
    db.session.expire_all()
    registry().publish(ContactsHandedOver(from_user_id=user.id, to_user_id=heir.id, number=moved))
    return int(moved)


def switch_on(user_id: int) -> User:
    """Let a user in again, with the password and role they had; their contacts stay where they are."""
    user = load(user_id, lock=True)
    if not user.active:
        user.active = True
        user.version += 1
        _note(user, "switched_on")
    return user


def reset_second_factor(user_id: int) -> None:
    """Take the second factor off somebody who has lost it; oneself by one's own account, with the password."""
    _not_oneself(user_id)
    user = load(user_id)
    if second_factor.is_on(user):
        second_factor.reset(user_id)
        _note(user, "second_factor_reset")


def end_sessions(user_id: int) -> int:
    """Sign somebody out everywhere; returns how many sessions were still open."""
    _not_oneself(user_id)
    user = load(user_id)
    number = sessions.end_all(user_id)
    if number:
        _note(user, "sessions_ended")
    return number


def note_link(user: User) -> None:
    """Write down that a link for a new password was made; raises `Refused` for who is switched off."""
    need("settings")
    if not user.active:
        raise Refused(_("This user is switched off: switch them on first."))
    _note(user, "password_link")


def _not_oneself(user_id: int) -> None:
    need("settings")
    if user_id == act().user_id:
        raise Refused(_("For yourself, do this in “My account”."))


def _keepers() -> tuple[Sequence[User], tuple[bool, bool]]:
    """All active administrators and data-protection officers, locked, and whether there is one of each.

    Nobody else takes one of them away meanwhile.
    """
    found = db.session.scalars(
        sa.select(User)
        .where(User.active, sa.or_(User.role == "administrator", User.data_protection))
        .order_by(User.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return found, _kinds(found)


def _kinds(users: Iterable[User]) -> tuple[bool, bool]:
    active = [one for one in users if one.active]
    return any(one.role == "administrator" for one in active), any(one.data_protection for one in active)


def _require_keepers(users: Iterable[User], had: tuple[bool, bool]) -> None:
    """Raise `Refused` where nobody is left who can administer, or who has the data-protection permission (spec J1)."""
    administrator, officer = _kinds(users)
    if had[0] and not administrator:
        raise Refused(_("This is the last active administrator: make somebody else administrator first."))
    if had[1] and not officer:
        raise Refused(_("Nobody else has the data-protection permission: give it to somebody else first."))


def _locale(values: Mapping[str, Any]) -> str:
    locale = str(values.get("locale", ""))
    if locale and locale not in LOCALES:
        raise Invalid(_("Please correct what is marked."), {"locale": _("Choose one of the languages offered.")})
    return locale


def _note(user: User, action: str, changed: Mapping[str, Change] | None = None) -> None:
    changes.note(PAGE, action, changed, str(user.id))
