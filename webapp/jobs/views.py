"""Pages of jobs: their list, one with its results, and what can be done with it (spec G3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request, send_file, url_for
from flask_babel import force_locale

from webapp.errors import Missing
from webapp.htmx import redirect_to, render, toast
from webapp.i18n import _
from webapp.jobs import results, services
from webapp.jobs.alone import unit
from webapp.jobs.models import Job
from webapp.jobs.runner import run_here
from webapp.security import right
from webapp.sheets import csv_lines
from webapp.shown import language

blueprint = Blueprint("jobs", __name__, url_prefix="/jobs")
TENTH = 10
"""Every so many per cent a screen reader is told how far the job is (ui.md)."""


@blueprint.route("")
@right("contacts.read")
def index() -> Response:
    """Jobs, the newest first; for the top bar, the number of those that run."""
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) < 19):
        abort(400)
    found = results.jobs(int(before) if before else None)
    page = found[: results.PAGE]
    return render(
        "jobs/index.html",
        fragments={"running-jobs": "jobs/_running.html"},
        jobs=[(job, user, services.title(job), results.progress(job)) for job, user in page],
        states=results.STATES,
        next_url=url_for("jobs.index", before=page[-1][0].id) if len(found) > len(page) else "",
        is_first=not before,
    )


@blueprint.route("/<int:id>")
@right("contacts.read")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """A job: how far it is, and its results; asked for anew each second while it is at work."""
    job = services.load(id)
    outcome = request.args.get("outcome", "")
    if outcome not in ("", "failed", "skipped", "done"):
        abort(400)
    try:
        page, following = results.results(id, outcome, request.args.get("after", ""))
    except ValueError:
        abort(400)
    kept: dict[str, Any] = {"outcome": outcome or None, "after": request.args.get("after") or None}
    progress = results.progress(job)
    said = request.args.get("said", -1, int)
    return render(
        "jobs/show.html",
        fragments={"job": "jobs/_answer.html"},
        job=job,
        title=services.title(job),
        owner=services.owner(job),
        progress=progress,
        held_back=services.held_back(job),
        way_back=services.way_back(job),
        undoing=services.undoing(job),
        tells=progress.percent // TENTH > said // TENTH or not is_at_work(job),
        is_at_work=is_at_work(job),
        poll_url=url_for("jobs.show", id=id, said=progress.percent, **kept),
        page_url=url_for("jobs.show", id=id, **kept),
        has_file=results.file_of(job) is not None,
        results=page,
        outcome=outcome,
        outcomes=results.OUTCOMES,
        states=results.STATES,
        name_of=results.name_of,
        next_url=url_for("jobs.show", id=id, outcome=outcome or None, after=following) if following else "",
        first_url=url_for("jobs.show", id=id, outcome=outcome or None) if request.args.get("after") else "",
    )


def is_at_work(job: Job) -> bool:
    """Whether it goes on by itself."""
    return job.state in results.UNFINISHED


@blueprint.route("/<int:id>/results.csv")
@right("contacts.read")
def download(id: int) -> Response:  # noqa: A002
    """All results (those from `after` on) as a table for a spreadsheet, sent while it is read."""
    services.load(id)
    outcome = request.args.get("outcome", "")
    if outcome not in ("", "failed", "skipped", "done"):
        abort(400)
    try:
        results.place(begins := request.args.get("after", ""))
    except ValueError:
        abort(400)
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    locale = language()

    def lines() -> Iterator[str]:
        # Sent when the request is over: each batch is read by itself, and no database waits for a slow reader.
        after, is_first = begins, True
        while after or is_first:
            with unit(app, writing=False), force_locale(locale):
                rows, after = results.table(id, outcome, after)
                text = csv_lines([results.table_head(), *rows] if is_first else rows, first=is_first)
            is_first = False
            yield text

    answer = Response(lines(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=carnet-job-{id}.csv"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/<int:id>/file")
@right("contacts.read")
def file(id: int) -> Response:  # noqa: A002
    """The file that the job has made, such as an export."""
    job = services.load(id)
    path = results.file_of(job)
    if path is None:
        raise Missing(_("This job has no file, or it was removed after 90 days: start it again."))
    answer = send_file(path, as_attachment=True, download_name=str(job.data.get("file_name") or path.name))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/<int:id>/stop", methods=["POST"])
@right("contacts.read")
def stop(id: int) -> Response:  # noqa: A002
    """Stop it once the records at hand are done."""
    job = services.stop(id)
    if job.state in ("done", "failed"):
        toast(_("The job had ended already."), "info")
    return redirect_to(url_for("jobs.show", id=id))


@blueprint.route("/<int:id>/undo", methods=["POST"])
@right("contacts.read")
def undo(id: int) -> Response:  # noqa: A002
    """Take back all that it did, by a job of its own."""
    return _begin(services.undo(id))


@blueprint.route("/<int:id>/retry", methods=["POST"])
@right("contacts.read")
def retry(id: int) -> Response:  # noqa: A002
    """Do the failed records once more."""
    return _begin(services.retry(id))


@blueprint.route("/<int:id>/resume", methods=["POST"])
@right("contacts.read")
def resume(id: int) -> Response:  # noqa: A002
    """Go on with what is still to do."""
    return _begin(services.resume(id))


def _begin(job: Job) -> Response:
    """Do it at once where it is little; its page tells the rest."""
    if results.progress(job).left <= services.INLINE:
        run_here(job)
    return redirect_to(url_for("jobs.show", id=job.id))


@blueprint.app_context_processor
def running() -> dict[str, Any]:
    """For the top bar of every page."""
    return {"running_jobs": results.count_running}
