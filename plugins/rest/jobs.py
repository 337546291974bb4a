"""Jobs: how far work on many records is, what became of each, stopping it and taking it back."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from plugins.rest import problems, schemas
from plugins.rest.resources import Resources, answer
from webapp.api import (
    Job,
    _,
    act,
    is_rehearsal,
    job_records,
    job_title,
    load_job,
    moment_told,
    need,
    stop_job,
    undo_job,
)

blueprint = Resources("rest_jobs", __name__, description="Work on many contacts, and what became of each of them.")

Object = dict[str, Any]


def told(job: Job) -> Object:
    """A job as the API tells it."""
    return {
        "id": job.id,
        "state": job.state,
        "title": job_title(job),
        "way": job.way,
        "total": job.total,
        "done": job.done,
        "skipped": job.skipped,
        "failed": job.failed,
        "error": job.error or None,
        "undo_of": job.undo_of_id,
        "created_at": moment_told(job.created_at),
        "started_at": moment_told(job.started_at),
        "ended_at": moment_told(job.ended_at),
    }


def accepted(job: Job) -> Response:
    """The answer to who has started a job: a worker does it."""
    made = told(job)
    if is_rehearsal():
        return answer({**made, "id": None})
    return answer(made, 202, location=url_for("rest_jobs.show", id=job.id))


@blueprint.route("/jobs/<int:id>")
@blueprint.response(200, schemas.Job)
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """Read a job

    `failed` counts records: a job of which some failed is still `done`. The state `failed` is a job that could not go
    on; `error` says why.
    """
    need("contacts.read")
    return answer(told(load_job(id)))


@blueprint.route("/jobs/<int:id>/results")
@blueprint.arguments(schemas.ResultsPaging, location="query")
@blueprint.response(200, schemas.Results)
def results(arguments: dict[str, Any], id: int) -> Response:  # noqa: A002
    """Read what became of a job's records

    Failures first, then those skipped, done, and still to do (`outcome` is null). Kept for 90 days.
    """
    need("contacts.read")
    job = load_job(id)
    try:
        page, following = job_records(job.id, arguments["outcome"], arguments["cursor"], arguments["limit"])
    except ValueError:
        text = _("This page of the list is not known: start again at the first page.")
        raise problems.wrong_parameters({"cursor": text}) from None
    items = [{"contact_id": one.contact_id, "outcome": one.outcome or None, "reason": one.reason} for one in page]
    return answer({"items": items, "next": following or None})


@blueprint.route("/jobs/<int:id>/stop", methods=["POST"])
@blueprint.response(200, schemas.Job)
def stop(id: int) -> Response:  # noqa: A002
    """Stop a job

    The records at hand are still done. One that has ended stays as it is. Who may start one may stop it: a reader's
    export too, but not by a token of the scope “read”.
    """
    need("contacts.read")
    if act().only_reads:
        abort(403)
    return answer(told(stop_job(id)))


@blueprint.route("/jobs/<int:id>/undo", methods=["POST"])
@blueprint.response(202, schemas.Job, headers={"Location": schemas.PLACE})
@blueprint.alt_response(200, schema=schemas.RehearsedJob, description="The job that a dry run would have started")
def undo(id: int) -> Response:  # noqa: A002
    """Take back what a job did, by a job of its own

    Once, after it has ended, and where there is a way back at all.
    """
    need("contacts.edit")
    return accepted(undo_job(id))
