"""Settings › General › Company: the firm's fields, its logo, its mail server (spec J4)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user

from webapp import mail
from webapp.administration import changes, company, mailserver
from webapp.administration.conflicts import conflict_page
from webapp.administration.forms import SettingsForm
from webapp.administration.told import told
from webapp.contacts.pictures import LARGEST
from webapp.db import discard
from webapp.errors import Invalid, Stale
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.keptforms import resumable, resuming
from webapp.lists.views import responsible_names
from webapp.security import picture, right
from webapp.shown import language

blueprint = Blueprint("company", __name__)


def _page(status: int = 200, **given: Any) -> Response:
    """The page, with the forms that are `given` as they were sent and the others as they are stored."""
    pages = (company.PAGE, company.LOGO, mailserver.PAGE)
    entries = sorted((one for page in pages for one in changes.last(page)), key=lambda one: -one.id)[: changes.SHOWN]
    users = responsible_names({one.user_id for one in entries})
    fields = company.fields(language())
    context: dict[str, Any] = {
        "form": SettingsForm.stored(company.PAGE, fields),
        "mail": SettingsForm.stored(mailserver.PAGE, mailserver.FIELDS),
        "warnings": company.warnings(),
        "logo": company.logo(),
        "logo_version": changes.version(company.LOGO),
        "logo_message": "",
        "has_password": mailserver.has_password(),
        "is_unreadable": mailserver.is_unreadable(),
        "can_send": mail.can_send(),
        "changes": told(entries, users, (*fields, *mailserver.FIELDS)),
    }
    return render("administration/company.html", status, **(context | given))


@blueprint.route("/settings/company", methods=["GET", "POST"])
@resumable
@right("settings")
def edit() -> Response:
    """The firm's fields; the other forms of the page have addresses of their own."""
    if request.method == "GET":
        return _page()
    fields = company.fields(language())
    form = SettingsForm.posted(company.PAGE, fields, request.form)
    if resuming():
        return _page(form=form)
    form.take_over(request.form, SettingsForm.stored(company.PAGE, fields))
    here = url_for("company.edit")
    try:
        company.save(form.coerced(), form.version)
    except Stale:
        discard()
        return conflict_page(form, SettingsForm.stored(form.page, form.fields), address=here, key="company", back=here)
    except Invalid as error:
        discard()
        form.errors = error.errors
        return _page(422, form=form)
    toast(_("The company's settings are saved."))
    return redirect_to(here)


@blueprint.route("/settings/company/mail", methods=["POST"])
@right("settings")
def set_mail() -> Response:
    """The mail server. Its password goes in, and never out again."""
    form = SettingsForm.posted(mailserver.PAGE, mailserver.FIELDS, request.form)
    form.take_over(request.form, SettingsForm.stored(mailserver.PAGE, mailserver.FIELDS))
    try:
        mailserver.save(form.coerced(), request.form.get("password", ""), form.version)
    except Stale:
        discard()
        theirs = SettingsForm.stored(form.page, form.fields)
        address, back = url_for("company.set_mail"), url_for("company.edit")
        return conflict_page(form, theirs, address=address, key="company", back=back)
    except Invalid as error:
        discard()
        form.errors = error.errors
        return _page(422, mail=form)
    toast(_("The mail server is saved."))
    return redirect_to(url_for("company.edit", _anchor="mail"))


@blueprint.route("/settings/company/mail/test", methods=["POST"])
@right("settings")
def try_mail() -> Response:
    """Send a mail to whoever asks, so that they see whether it arrives."""
    text = _("This is the test mail that you asked for. Carnet can send mail.")
    if mail.send(current_user.email, _("Test mail from Carnet"), text):
        toast(_("A test mail is on its way to %(address)s.", address=current_user.email))
        return redirect_to(url_for("company.edit", _anchor="mail"))
    return _page(409, test_failed=True)


@blueprint.route("/settings/company/logo", methods=["POST"])
@right("settings")
def set_logo() -> Response:
    """Set the logo, or take it away."""
    try:
        if request.form.get("remove") == "1":
            company.remove_logo()
            toast(_("The logo is removed."))
        else:
            sent = request.files.get("logo")
            company.put_logo(sent.read(LARGEST + 1) if sent else b"")
            toast(_("The logo is saved."))
    except Invalid as error:
        discard()
        return _page(422, logo_message=error.message)
    return redirect_to(url_for("company.edit", _anchor="logo"))


@blueprint.route("/settings/company/logo.img")
@right("contacts.read")
def logo() -> Response:
    """The logo itself."""
    found = company.logo()
    if found is None:
        abort(404)
    return picture(found.content, found.media_type)
