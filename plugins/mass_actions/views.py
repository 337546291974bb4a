"""Ask what an action needs, show what it would do, then do it: a page each, all by plain forms."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request, url_for
from flask_babel import format_decimal
from werkzeug.datastructures import MultiDict

from plugins.mass_actions import preview, services
from plugins.mass_actions.asking import Answers, answers
from webapp.api import (
    INLINE,
    CountChanged,
    Invalid,
    MassAction,
    Selection,
    _,
    discard,
    need,
    only_asks,
    redirect_to,
    render,
    right,
    run_job_here,
    safe_next,
    take_form,
)

blueprint = Blueprint("mass_actions", __name__)
VALUE = "v."
"""What the names of an action's values begin with in forms."""


@blueprint.route("/mass-actions", methods=["POST"])
@only_asks
@right("contacts.read")
def ask() -> Response:
    """Ask for what the action needs, then say what it would do to how many."""
    action, selection = _asked()
    if action.page is not None:
        return redirect_to(services.page_of(action, selection, _back()))
    asked = answers(action, _given(request.form))
    if asked.is_complete:
        return _preview(action, selection, asked.values)
    # What was not answered yet is no mistake; an answer that does not fit is.
    return _questions(action, selection, asked, 422 if asked.errors else 200)


@blueprint.route("/mass-actions/run", methods=["POST"])
@right("contacts.read")
def run() -> Response:
    """Do it, once: few at once, many as a job; both lead to the job's page. Where the count has changed, ask again.

    `change` leads back to the questions.
    """
    action, selection = _asked()
    services.refuse_page(action)
    asked = answers(action, _given(request.form))
    if not asked.is_complete or "change" in request.form:
        return _questions(action, selection, asked, 200 if asked.is_complete else 422)
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        if selection.query is not None and selection.expected is None:
            raise CountChanged(selection.count())
        announced = request.form.get("announced", 0, int)
        job = services.begin(action, selection, asked.values, _back(), announced)
    except CountChanged as error:
        discard()
        return _preview(action, selection, asked.values, changed=error)
    is_small = job.total <= INLINE
    if is_small:
        run_job_here(job)
    # A file that is ready is what was asked for.
    to_file = is_small and job.data.get("file") and job.done
    sending.address = url_for("jobs.file" if to_file else "jobs.show", id=job.id)
    return redirect_to(sending.address)


def _asked() -> tuple[MassAction, Selection]:
    """Which action on whom; raises `Invalid` where either is not said."""
    key = request.form.get("action", "")
    if not key:
        raise Invalid(_("No action is chosen: go back and choose one."))
    action = services.find(key)
    need(action.right)
    return action, Selection.read(request.form)


def _given(form: MultiDict[str, str]) -> dict[str, str]:
    return {name.removeprefix(VALUE): value for name, value in form.items() if name.startswith(VALUE)}


def _back() -> str:
    return safe_next(request.form.get("back")) or url_for("contacts.index")


def _questions(action: MassAction, selection: Selection, asked: Answers, status: int) -> Response:
    values = _given(request.form)
    return render(
        "mass_actions/questions.html",
        status,
        action=action,
        title=str(action.label).removesuffix("…"),
        count=selection.count(),
        fields=asked.fields,
        values=values,
        errors={VALUE + name: text for name, text in asked.errors.items()},
        prefix=VALUE,
        chosen=selection.fields(),
        back=_back(),
    )


def _preview(
    action: MassAction, selection: Selection, values: dict[str, Any], changed: CountChanged | None = None
) -> Response:
    count = changed.count if changed else selection.count()
    found = preview.look(action, selection, count, values)
    return render(
        "mass_actions/preview.html",
        409 if changed else 200,
        action=action,
        preview=found,
        moved=changed.message if changed else _moved(selection, count),
        title=_heading(action, found.changing, values),
        final="" if action.work else services.why_final(action, values),
        values=[(VALUE + name, "" if value is None else value) for name, value in values.items()],
        chosen=selection.told(count).fields(),
        as_job=count > INLINE,
        back=_back(),
    )


def _heading(action: MassAction, number: int, values: dict[str, Any]) -> str:
    """What is done to how many, as the button says it; where it is none, that."""
    if not number:
        return _("%(action)s: nothing to do", action=str(action.label).removesuffix("…"))
    return str(action.ahead(number, values)) if action.ahead else services.called(action, number, values)


def _moved(selection: Selection, count: int) -> str:
    """That the list holds another number than the user was told, if it does."""
    told = selection.expected
    if told is None or told == count:
        return ""
    return _(
        "The list has changed since: it held %(told)s then and holds %(count)s now. Look at it before you go on.",
        told=format_decimal(told),
        count=format_decimal(count),
    )
