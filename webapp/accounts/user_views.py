"""Settings › Users & roles (spec J1): who signs in, and what they may."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for

from webapp import mail
from webapp.accounts import passwords, roles, sessions, users
from webapp.accounts.models import User
from webapp.acting import ROLES, act
from webapp.administration import changes
from webapp.administration.settings import default_language, setting
from webapp.administration.told import told
from webapp.db import discard
from webapp.errors import Invalid, Refused, Stale
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import LOCALES, _, _l, ngettext
from webapp.keptforms import resumable, resuming
from webapp.letters import changed_letter, password_letter
from webapp.lists.views import responsible_names
from webapp.plugin import Field
from webapp.security import right
from webapp.sentforms import take

blueprint = Blueprint("users", __name__)
PAGE = 50
STATES = {"active": _l("Active"), "invited": _l("Invited"), "off": _l("Switched off")}
FIELDS = (
    Field(name="name", label=_l("Name"), max_length=120),
    Field(name="email", label=_l("E-mail address"), max_length=320, required=True),
    Field(name="role", label=_l("Role"), kind="choice", choices=tuple(roles.TITLES.items()), required=True),
    Field(
        name="data_protection",
        label=_l("Data-protection permission"),
        kind="boolean",
        hint=_l("Anonymise contacts, handle access and erasure requests"),
    ),
)
LOCALE = Field(
    name="locale", label=_l("Language"), kind="choice", choices=tuple(LOCALES.items()),
    hint=_l("Of the invitation, and of the screens until they choose another")
)  # fmt: skip


@blueprint.route("/settings/users")
@right("settings")
def index() -> Response:
    """All users, found by name or address and by state; and what each role may."""
    words, state = request.args.get("q", "")[:200], request.args.get("state", "")
    state = state if state in STATES else ""
    after = request.args.get("after", type=int)
    found = users.find(words, state, min(after, 2**62) if after is not None else None, PAGE + 1)
    page = found[:PAGE]
    here: dict[str, Any] = {"q": words or None, "state": state or None}
    return render(
        "administration/users.html",
        fragments={"users": "administration/_users.html"},
        users=page,
        states={one.id: users.state_of(one) for one in page},
        seen=users.seen([one.id for one in page]),
        next_url=url_for("users.index", **here, after=page[-1].id) if len(found) > PAGE else "",
        words=words,
        state=state,
        STATES=STATES,
        ROLES=ROLES,
        TITLES=roles.TITLES,
        table=roles.table(),
        privacy=roles.PRIVACY,
        changes=_changes(),
    )


def _changes(subject: str | None = None) -> list[Any]:
    entries = changes.last(users.PAGE, subject=subject)
    about = {int(one.subject) for one in entries if one.subject.isdecimal()}
    names = responsible_names({*(one.user_id for one in entries), *about})
    return told(entries, names, FIELDS, {str(key): name for key, name in names.items() if key is not None})


@blueprint.route("/settings/users/new", methods=["GET", "POST"])
@resumable
@right("settings")
def new() -> Response:
    """Invite somebody: they choose their password by a link, sent or shown to copy."""
    if request.method == "GET":
        return _new_page({"role": "reader", "locale": str(setting("company.language"))})
    values = _typed((*FIELDS, LOCALE))
    if resuming():
        return _new_page(values)
    sending = take(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        user = users.invite(values)
    except (Invalid, Refused) as error:
        discard()
        errors = getattr(error, "errors", {}) or {error.details.get("field", "email"): error.message}
        return _new_page(values, error.status, errors)
    sending.address = url_for("users.edit", id=user.id)
    return _hand_out_link(user)


def _new_page(values: dict[str, str], status: int = 200, errors: dict[str, str] | None = None) -> Response:
    return render(
        "administration/user_new.html",
        status,
        fields=(*FIELDS, LOCALE),
        values=values,
        errors=errors or {},
        can_send=mail.can_send(),
    )


def _typed(fields: tuple[Field, ...]) -> dict[str, str]:
    return {one.name: request.form.get(one.name, "") for one in fields}


@blueprint.route("/settings/users/<int:id>", methods=["GET", "POST"])
@resumable
@right("settings")
def edit(id: int) -> Response:  # noqa: A002 - the address's own word
    """One user: name, address, role, permission; their sign-in; switching them off or on."""
    user = users.load(id)
    if request.method == "GET":
        return _page(user)
    values = _typed(FIELDS)
    # For oneself the form has neither role nor permission, and a box that is not there says nothing.
    own, before = id == act().user_id, user.email
    wanted = {key: value for key, value in values.items() if not own or key in request.form}
    version = request.form.get("version", 0, type=int)
    if resuming() and version == user.version:
        return _page(user, values=_of(user) | wanted)
    try:
        users.update(id, wanted, version)
    except (Invalid, Refused) as error:
        discard()
        user = users.load(id)
        errors = getattr(error, "errors", {})
        if "field" in error.details:
            errors = {error.details["field"]: error.message}
        return _page(
            user,
            error.status,
            values=_of(user) | wanted,
            errors=errors,
            message="" if errors else error.message,
            stored=_of(user) if isinstance(error, Stale) else None,
        )
    if user.email != before:
        # If it was not they who asked for it, they should know (ASVS 6.3.7).
        mail.send_later(before, *changed_letter(user, default_language()))
    toast(_("%(name)s is saved.", name=user.shown_name))
    return redirect_to(url_for("users.edit", id=id))


def _of(user: User) -> dict[str, str]:
    return {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "data_protection": "1" if user.data_protection else "",
    }


def _page(user: User, status: int = 200, **given: Any) -> Response:
    context: dict[str, Any] = {
        "user": user,
        "state": users.state_of(user),
        "is_me": user.id == act().user_id,
        "fields": FIELDS,
        "values": _of(user),
        "errors": {},
        "message": "",
        "stored": None,
        "open_sessions": len(sessions.of_user(user.id)),
        "seen": users.seen([user.id]).get(user.id),
        "contacts": users.contacts_of(user.id),
        "can_send": mail.can_send(),
        "STATES": STATES,
        "changes": _changes(str(user.id)),
    }
    return render("administration/user.html", status, **(context | given))


def _hand_out_link(user: User) -> Response:
    """Send the link by which a user chooses their password, in their language; where that fails, show it to copy."""
    link = passwords.reset_link(user)
    subject, letter, spoken = password_letter(user, link, default_language())
    if mail.send(user.email, subject, letter, spoken):
        toast(_("The link is on its way to %(address)s.", address=user.email))
        return redirect_to(url_for("users.edit", id=user.id))
    return render("administration/user_link.html", user=user, link=link, tried=mail.can_send())


@blueprint.route("/settings/users/<int:id>/link", methods=["POST"])
@right("settings")
def link(id: int) -> Response:  # noqa: A002
    """A link for a new password."""
    user = users.load(id)
    users.note_link(user)
    return _hand_out_link(user)


@blueprint.route("/settings/users/<int:id>/second-factor", methods=["POST"])
@right("settings")
def reset_second_factor(id: int) -> Response:  # noqa: A002
    """For somebody who has lost their app and their recovery codes."""
    users.reset_second_factor(id)
    toast(_("The second factor of %(name)s is off.", name=users.load(id).shown_name))
    return redirect_to(url_for("users.edit", id=id))


@blueprint.route("/settings/users/<int:id>/sessions", methods=["POST"])
@right("settings")
def end_sessions(id: int) -> Response:  # noqa: A002
    """Sign somebody out everywhere."""
    number = users.end_sessions(id)
    toast(ngettext("%(num)s session is ended.", "%(num)s sessions are ended.", number))
    return redirect_to(url_for("users.edit", id=id))


@blueprint.route("/settings/users/<int:id>/off", methods=["GET", "POST"])
@right("settings")
def switch_off(id: int) -> Response:  # noqa: A002
    """Ask who takes over the contacts, then switch the user off."""
    user = users.load(id)
    if request.method == "GET":
        return _off_page(user)
    try:
        moved = users.switch_off(id, request.form.get("takes_over", type=int))
    except (Invalid, Refused) as error:
        discard()
        return _off_page(users.load(id), error.status, getattr(error, "errors", {}), error.message)
    name = users.load(id).shown_name
    if moved:
        toast(
            ngettext(
                "%(name)s is switched off, %(num)s contact is handed over.",
                "%(name)s is switched off, %(num)s contacts are handed over.",
                moved,
                name=name,
            )
        )
    else:
        toast(_("%(name)s is switched off.", name=name))
    return redirect_to(url_for("users.edit", id=id))


def _off_page(user: User, status: int = 200, errors: dict[str, str] | None = None, message: str = "") -> Response:
    others = [one for one in users.find(state="active", limit=500) if one.id != user.id]
    takers = Field(
        name="takes_over",
        label=_("Who takes over the contacts"),
        kind="choice",
        choices=tuple((str(one.id), one.shown_name) for one in others),
    )
    return render(
        "administration/user_off.html",
        status,
        user=user,
        contacts=users.contacts_of(user.id),
        field=takers,
        value=request.form.get("takes_over", ""),
        errors=errors or {},
        message="" if errors else message,
    )


@blueprint.route("/settings/users/<int:id>/on", methods=["POST"])
@right("settings")
def switch_on(id: int) -> Response:  # noqa: A002
    """Let a user in again."""
    user = users.switch_on(id)
    toast(_("%(name)s can sign in again.", name=user.shown_name))
    return redirect_to(url_for("users.edit", id=id))
