"""Settings › Documents: how long each type is kept, and what a change does to documents that are there (spec D7)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from plugins.documents import retention, terms
from plugins.documents.views import blueprint
from webapp.api import (
    INLINE,
    Field,
    Invalid,
    Refused,
    SettingsForm,
    Stale,
    _,
    conflict_page,
    discard,
    redirect_to,
    render,
    resumable,
    resuming,
    right,
    run_job_here,
    setting_changes,
    toast,
    told_changes,
    user_names,
)

KEY = retention.SECTION


@blueprint.route("/settings/documents", methods=["GET", "POST"])
@resumable
@right("settings")
def settings() -> Response:
    """The terms of the firm's own country; a change says first what it does, and is then applied by a job."""
    fields = terms.fields()
    if request.method == "GET":
        return _page(SettingsForm.stored(KEY, fields))
    form = SettingsForm.posted(KEY, fields, request.form)
    if resuming():
        return _page(form)
    form.take_over(request.form, SettingsForm.stored(KEY, fields))
    address = url_for("documents.settings")
    try:
        job = terms.save(form.coerced(), form.version, request.form.get("confirmed", ""))
    except Stale:
        discard()
        return conflict_page(form, SettingsForm.stored(KEY, fields), address=address, key=KEY, back=address)
    except Invalid as error:
        discard()
        form.errors = dict(error.errors)
        return _page(form, 422)
    except Refused as error:
        discard()
        return _page(form, 409, effects=error.details["effects"])
    if job is None:
        toast(_("The terms are saved."))
        return redirect_to(address)
    if job.total <= INLINE:
        run_job_here(job)
    return redirect_to(url_for("jobs.show", id=job.id))


def _page(form: SettingsForm, status: int = 200, effects: terms.Effects | None = None) -> Response:
    entries = setting_changes.last(KEY)
    labels = [*form.fields, *(Field(name=key, label=label, kind="integer") for key, label in retention.TYPES)]
    present: dict[str, Any] = {"differing": terms.effects(terms.present()).documents if effects is None else 0}
    return render(
        "documents/settings.html",
        status,
        form=form,
        effects=effects,
        country=retention.country(),
        is_known=retention.country() in retention.TERMS,
        changes=told_changes(entries, user_names({one.user_id for one in entries}), labels),
        **present,
    )
