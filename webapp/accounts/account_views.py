"""The pages of one's own account (spec J1). What opens the account to others asks for the password (ASVS 7.5.1)."""

from __future__ import annotations

import dataclasses
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import audit, mail
from webapp.accounts import agents, passwords, profile, second_factor, sessions, signing, throttle, tokens, totp
from webapp.accounts.models import User, UserSession
from webapp.accounts.views import remember
from webapp.administration.settings import default_language
from webapp.db import db
from webapp.errors import Invalid, Missing
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import LOCALES, _, ngettext
from webapp.letters import changed_letter
from webapp.security import right

blueprint = Blueprint("account", __name__, url_prefix="/account")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Problem:
    """What was wrong with the form of that name: sentences by field, and what was typed, secrets aside."""

    form: str
    errors: dict[str, str]
    status: int = 422
    wait: int = 0

    def answer(self, response: Response) -> Response:
        """The page with the form, as the answer to it."""
        response.status_code = self.status
        if self.wait:
            response.headers["Retry-After"] = str(self.wait)
        return response


def _me() -> User:
    user: User = current_user
    return user


def _confirmed(form: str, field: str = "password") -> Problem | None:
    """Whether the password in the form is the user's own; a wrong one counts as a failed try of theirs."""
    me = _me()
    try:
        signing.count_try(throttle.PASSWORD, me.email)
    except throttle.TooMany as error:
        return Problem(form=form, errors={field: error.message}, status=429, wait=error.wait)
    if not passwords.is_right(me, request.form.get(field, "")):
        audit.note("password_wrong", user=me.id)
        return Problem(form=form, errors={field: _("This is not your password.")})
    signing.try_succeeded(throttle.PASSWORD, me.email)
    return None


def _overview(problem: Problem | None = None) -> Response:
    me, present = _me(), signing.current_session().id
    shown = [
        {
            "id": one.id,
            "device": agents.in_words(one.agent),
            "is_phone": any(word in one.agent for word in ("iPhone", "Android", "Mobile")),
            "address": one.address,
            "since": one.created_at,
            "seen": one.seen_at,
            "is_this": one.id == present,
        }
        for one in sessions.of_user(me.id)
    ]
    answer = render(
        "accounts/account.html",
        user=me,
        sessions=sorted(shown, key=lambda one: not one["is_this"]),
        factor_on=second_factor.is_on(me),
        codes_left=second_factor.codes_left(me),
        demanded=current_app.config["CARNET"].require_totp,
        tokens=len(tokens.of_user(me.id)),
        form=problem.form if problem else "",
        errors=problem.errors if problem else {},
        typed=request.form if problem else {},
        languages=LOCALES,
    )
    return problem.answer(answer) if problem else answer


def _done(message: str, place: str = "account.index") -> Response:
    toast(message)
    return redirect_to(url_for(place))


def _tell(address: str) -> None:
    """Write to the user that their sign-in was changed: if it was not they, they should know (ASVS 6.3.7)."""
    mail.send_later(address, *changed_letter(_me(), default_language()))


@blueprint.route("", methods=["GET"])
@right("contacts.read")
def index() -> ResponseReturnValue:
    """One's own account."""
    return _overview()


@blueprint.route("/profile", methods=["POST"])
@right("contacts.read")
def save_profile() -> ResponseReturnValue:
    """Name, language, appearance, density."""
    try:
        profile.save({name: request.form.get(name, "") for name in ("name", "locale", "theme", "density")})
    except Invalid as error:
        return _overview(Problem(form="profile", errors=error.errors))
    answer = _done(_("Saved."))
    if locale := request.form.get("locale"):
        remember(answer, "carnet-locale", locale)
    return answer


@blueprint.route("/email", methods=["POST"])
@right("contacts.read")
def save_email() -> ResponseReturnValue:
    """Another address to sign in by."""
    if problem := _confirmed("email"):
        return _overview(problem)
    try:
        former = profile.change_email(request.form.get("email", ""), keep_session=signing.current_session().id)
    except Invalid as error:
        return _overview(Problem(form="email", errors=error.errors))
    _tell(former)
    return _done(_("Saved. From now on you sign in with the new address."))


@blueprint.route("/password", methods=["POST"])
@right("contacts.read")
def save_password() -> ResponseReturnValue:
    """Another password; everywhere else one is signed out. Tokens go on unless the user says that they end."""
    if problem := _confirmed("password", "present"):
        return _overview(problem)
    present = signing.current_session().id
    try:
        passwords.set_password(_me().id, request.form.get("wanted", ""), field="wanted", keep_session=present)
    except Invalid as error:
        return _overview(Problem(form="password", errors=error.errors))
    _tell(_me().email)
    if request.form.get("end_tokens") and tokens.end_all(_me().id):
        return _done(_("The new password is set. Your other sessions and your API tokens have ended."))
    return _done(_("The new password is set. Your other sessions have ended."))


def _set_up(problem: Problem | None = None) -> Response:
    """The page of the second factor: how to set it up, or what to do with the one that is on."""
    me = _me()
    context: dict[str, Any] = {
        "form": problem.form if problem else "",
        "errors": problem.errors if problem else {},
        "demanded": current_app.config["CARNET"].require_totp,
    }
    if second_factor.is_on(me):
        answer = render(
            "accounts/second_factor_on.html", codes_left=second_factor.codes_left(me), **context
        )  # fmt: skip
    else:
        sealed = request.form.get("offer", "")
        secret = second_factor.offered(me, sealed) if problem else None
        if secret is None:
            sealed = second_factor.offer(me)
            secret = second_factor.offered(me, sealed) or ""
        side, path = totp.picture(totp.address(secret, me.email, "Carnet"))
        answer = render(
            "accounts/second_factor.html",
            offer=sealed, secret=totp.in_groups(secret), side=side, path=path, **context,
        )  # fmt: skip
    return problem.answer(answer) if problem else answer


@blueprint.route("/second-factor", methods=["GET"])
@right("contacts.read")
def second_factor_page() -> ResponseReturnValue:
    """Set up the authenticator app, or look after the one that is set up."""
    return _set_up()


@blueprint.route("/second-factor", methods=["POST"])
@right("contacts.read")
def switch_on() -> ResponseReturnValue:
    """Switch the second factor on; its recovery codes are shown this once."""
    me = _me()
    secret = second_factor.offered(me, request.form.get("offer", ""))
    if problem := _confirmed("on"):
        return _set_up(problem)
    if secret is None:
        return _set_up(Problem(form="on", errors={"code": _("This page is too old. Scan the new picture.")}))
    try:
        codes = second_factor.switch_on(
            me.id, secret, request.form.get("code", ""), keep_session=signing.current_session().id
        )
    except Invalid as error:
        return _set_up(Problem(form="on", errors=error.errors))
    _tell(me.email)
    return render("accounts/recovery_codes.html", codes=codes, is_new=True)


@blueprint.route("/second-factor/codes", methods=["POST"])
@right("contacts.read")
def renew_codes() -> ResponseReturnValue:
    """New recovery codes in place of the old ones."""
    if problem := _confirmed("codes"):
        return _set_up(problem)
    return render("accounts/recovery_codes.html", codes=second_factor.renew_codes(_me().id), is_new=False)


@blueprint.route("/second-factor/off", methods=["POST"])
@right("contacts.read")
def switch_off() -> ResponseReturnValue:
    """Sign in by the password alone again."""
    if problem := _confirmed("off"):
        return _set_up(problem)
    second_factor.switch_off(_me().id, keep_session=signing.current_session().id)
    _tell(_me().email)
    return _done(_("The second factor is off."))


@blueprint.route("/sessions/<int:id>/end", methods=["POST"])
@right("contacts.read")
def end_session(id: int) -> ResponseReturnValue:  # noqa: A002
    """End one of one's own sessions; another user's looks like none (404)."""
    mine = sa.select(UserSession.id).where(UserSession.id == id, UserSession.user_id == _me().id)
    if not 0 < id < 2**63 or db.session.scalar(mine) is None:
        raise Missing(_("There is no such session: it may have ended already."))
    sessions.end(id)
    audit.note("session_ended", user=_me().id)
    return _done(_("This session has ended."))


@blueprint.route("/sessions/end-others", methods=["POST"])
@right("contacts.read")
def end_other_sessions() -> ResponseReturnValue:
    """End all sessions but this one."""
    number = sessions.end_all(_me().id, but=signing.current_session().id)
    audit.note("sessions_ended", user=_me().id)
    return _done(ngettext("%(num)s session has ended.", "%(num)s sessions have ended.", number))
