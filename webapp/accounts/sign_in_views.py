"""Signing in and out: password, code, recovery code; and the way of those who forgot their password (spec J1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask import Blueprint, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from webapp import audit, keptforms, mail
from webapp.accounts import passwords, second_factor, signing, throttle, tokens
from webapp.accounts.models import User
from webapp.acting import acting
from webapp.administration.settings import default_language
from webapp.db import db
from webapp.errors import Invalid, Refused
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.letters import password_letter
from webapp.security import public, safe_next
from webapp.text import clean

blueprint = Blueprint("security", __name__)


def stored_address(typed: str) -> str:
    """An e-mail address as users have it, whatever was typed."""
    text = clean(typed)[:320]
    try:
        return str(validate_email(text, check_deliverability=False, test_environment=True).normalized.lower())
    except EmailNotValidError:
        return text.lower()


def _user_at(address: str) -> User | None:
    return db.session.scalar(sa.select(User).where(User.email == address)) if address else None


def _inside() -> str:
    return safe_next(request.args.get("next")) or url_for("contacts.index")


@blueprint.route("/login", methods=["GET", "POST"])
@public
def login() -> ResponseReturnValue:
    """Ask for e-mail address and password; an unknown user and a wrong password look and last the same."""
    if request.method == "GET":
        return redirect_to(_inside()) if current_user.is_authenticated else render("security/login_user.html")
    typed, password = request.form.get("email", ""), request.form.get("password", "")
    remembered = bool(request.form.get("remember"))
    address = stored_address(typed)
    shown: dict[str, Any] = {"email": typed, "remembered": remembered}
    try:
        signing.count_try(throttle.PASSWORD, address)
    except throttle.TooMany as error:
        audit.note("sign_in_throttled")
        return signing.too_many(render("security/login_user.html", problem=error.message, **shown), error)
    user = _user_at(address)
    if not passwords.is_right(user, password) or user is None:
        audit.note("sign_in_failed", user=user.id if user else None)
        return render("security/login_user.html", 422, is_wrong=True, **shown)
    signing.try_succeeded(throttle.PASSWORD, address)
    place = safe_next(request.args.get("next"))
    if not second_factor.is_on(user):
        signing.enter(user, remembered)
        return redirect_to(place or url_for("contacts.index"))
    signing.start_half(user, remembered, place)
    if keptforms.carried():
        # A form waits in the page: the next step must be this answer, for a redirect would lose it.
        return render("security/code.html", address=user.email)
    return redirect_to(url_for("security.code"))


@blueprint.route("/login/code", methods=["GET", "POST"])
@public
def code() -> ResponseReturnValue:
    """Ask for the code of the authenticator app."""
    return _second_step("security/code.html", second_factor.accepts_code)


@blueprint.route("/login/recovery", methods=["GET", "POST"])
@public
def recovery() -> ResponseReturnValue:
    """Ask for a recovery code, each of which serves once."""
    return _second_step(
        "security/recovery.html", lambda user, typed: second_factor.accepts_recovery_code(user.id, typed)
    )


def _second_step(template: str, accepts: Callable[[User, str], bool]) -> ResponseReturnValue:
    awaited = signing.half()
    if awaited is None:
        session.pop(signing.HALF, None)
        toast(_("That took too long. Sign in again."), "warn")
        return redirect_to(url_for("security.login"))
    user, kept = awaited
    if request.method == "GET" or request.form.get("show"):
        return render(template, address=user.email)
    try:
        signing.count_try(throttle.CODE, str(user.id))
    except throttle.TooMany as error:
        audit.note("code_throttled", user=user.id)
        return signing.too_many(render(template, address=user.email, problem=error.message), error)
    if not accepts(user, request.form.get("code", "")):
        audit.note("code_failed", user=user.id)
        return render(template, 422, address=user.email, is_wrong=True)
    signing.try_succeeded(throttle.CODE, str(user.id))
    signing.enter(user, kept["remembered"])
    if template == "security/recovery.html":
        left = second_factor.codes_left(user)
        toast(_("Recovery codes left: %(left)s.", left=left), "ok" if left > 2 else "warn")
    return redirect_to(safe_next(kept["next"]) or url_for("contacts.index"))


@blueprint.route("/logout", methods=["POST"])
@public
def logout() -> ResponseReturnValue:
    """Sign out: the key is dead, and the browser forgets what it has seen (ASVS 14.3.1)."""
    signing.leave()
    answer = redirect_to(url_for("security.login"))
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@blueprint.route("/forgot", methods=["GET", "POST"])
@public
def forgot() -> ResponseReturnValue:
    """Send the link for a new password; the answer is the same whoever asks for whomever."""
    if request.method == "GET":
        return render("security/forgot.html", can_send=mail.can_send())
    typed = request.form.get("email", "")
    address = stored_address(typed)
    try:
        throttle.attempt(throttle.ADDRESS, throttle.network(signing.client_address()))
    except throttle.TooMany as error:
        answer = render("security/forgot.html", can_send=True, email=typed, problem=error.message)
        return signing.too_many(answer, error)
    if "@" not in address:
        problem = _("This is not an e-mail address: write it like name@example.com.")
        return render("security/forgot.html", 422, can_send=True, email=typed, problem=problem)
    try:
        throttle.attempt(throttle.RESET, address)
        _send_link(address)
    except throttle.TooMany:
        # Said to nobody: the sentence would tell that somebody asks for this address again and again.
        audit.note("reset_throttled")
    return render("security/forgot_sent.html", address=typed)


def _send_link(address: str) -> None:
    user = _user_at(address)
    if user is None or not user.active:
        audit.note("reset_asked")
        return
    audit.note("reset_asked", user=user.id)
    mail.send_later(user.email, *password_letter(user, passwords.reset_link(user), default_language()))


@blueprint.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset(token: str) -> ResponseReturnValue:
    """Choose a password by a link that serves once. It signs nobody in, so it skips no second factor (ASVS 6.4.3)."""
    try:
        user = passwords.user_of_link(token, lock=request.method == "POST")
    except Refused as error:
        return render("security/link_dead.html", 409, problem=error.message)
    # The link shows that it is they.
    with acting(user.act()):
        shown: dict[str, Any] = {"token": token, "user": user, "tokens": len(tokens.of_user(user.id))}
        if request.method == "GET":
            return render("security/reset.html", **shown)
        try:
            passwords.set_password(user.id, request.form.get("password", ""))
        except Invalid as error:
            return render("security/reset.html", 422, errors=error.errors, **shown)
        if request.form.get("end_tokens"):
            tokens.end_all(user.id)
    throttle.succeeded(throttle.PASSWORD, user.email)
    signing.leave()
    toast(_("The password is set. Sign in with it."))
    return redirect_to(url_for("security.login"))
