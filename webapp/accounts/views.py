"""First run, and what each user sets for themself: theme and language."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, abort, current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField

from webapp.accounts import services, signing, throttle
from webapp.accounts.models import User
from webapp.accounts.profile import DENSITIES, THEMES
from webapp.acting import acting, acting_as_system
from webapp.db import db
from webapp.errors import Invalid
from webapp.htmx import redirect_to, render
from webapp.i18n import LOCALES, _, _l
from webapp.security import public, safe_next

blueprint = Blueprint("accounts", __name__)


class FirstRunForm(FlaskForm):
    """The first administrator."""

    code = StringField(_l("One-time code"))
    name = StringField(_l("Your name"))
    email = EmailField(_l("E-mail address"))
    password = PasswordField(_l("Password"))


@blueprint.route("/")
@public
def home() -> ResponseReturnValue:
    """The address without a path: the contacts, or the first run."""
    return redirect_to(url_for("contacts.index") if services.any_user() else url_for("accounts.first_run"))


@blueprint.route("/first-run", methods=["GET", "POST"])
@public
def first_run() -> ResponseReturnValue:
    """Ask for the administrator, once, with the code that the server printed (spec J1)."""
    if services.any_user():
        abort(404)
    data_dir = current_app.config["CARNET"].data_dir
    form = FirstRunForm()
    if request.method == "GET":
        return render("accounts/first_run.html", form=form)
    given, expected = (form.code.data or "").strip(), services.first_run_code(data_dir)
    try:
        throttle.attempt(throttle.FIRST_RUN, "code")
    except throttle.TooMany as error:
        form.code.errors = [error.message]
        return signing.too_many(render("accounts/first_run.html", form=form), error)
    # The row of the tries is ours until the commit. Who had to wait for it asks again whether somebody was first.
    if services.any_user():
        abort(404)
    if not secrets.compare_digest(given.encode(), expected.encode()):
        form.code.errors = [_("This is not the code that the server printed at its start: read it again there.")]
        return render("accounts/first_run.html", 422, form=form)
    throttle.succeeded(throttle.FIRST_RUN, "code")
    try:
        with acting(acting_as_system("form")):
            user = services.create_user(
                form.email.data or "", form.password.data or "", "administrator", name=form.name.data or ""
            )
    except Invalid as error:
        for name, message in error.errors.items():
            form[name].errors = [message]
        return render("accounts/first_run.html", 422, form=form)
    services.burn_first_run_code(data_dir)
    signing.enter(user, remembered=False)
    return redirect_to(url_for("contacts.index"))


def remember(answer: Response, name: str, value: str) -> None:
    """Keep a choice in this browser, for a year."""
    https = current_app.config["CARNET"].is_https
    answer.set_cookie(name, value, max_age=31_536_000, samesite="Lax", secure=https, httponly=True)


@blueprint.route("/preferences", methods=["POST"])
@public
def preferences() -> ResponseReturnValue:
    """Set theme, language, density: the user's own where signed in, else the browser's. Shortcuts are the browser's."""
    answer = redirect_to(safe_next(request.form.get("next")) or url_for("accounts.home"))
    locale, theme = request.form.get("locale"), request.form.get("theme")
    user: User | None = (
        db.session.get(User, current_user.id, with_for_update=True) if current_user.is_authenticated else None
    )
    if locale in LOCALES:
        remember(answer, "carnet-locale", str(locale))
        if user:
            user.locale = locale
    if (shortcuts := request.form.get("shortcuts")) in ("on", "off"):
        remember(answer, "carnet-shortcuts", str(shortcuts))
    if theme in THEMES and user:
        user.theme = theme
    if (density := request.form.get("density")) in DENSITIES and user:
        user.density = density
    return answer
