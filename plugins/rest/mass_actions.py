"""Mass actions: one thing done to many contacts, as a job (spec G2, G3)."""

from __future__ import annotations

from typing import Any

from flask import Response
from werkzeug.datastructures import MultiDict

from plugins.rest import jobs, query, schemas
from plugins.rest.resources import Resources
from webapp.api import Forbidden, Invalid, MassActions, Selection, _, act, need, registry

blueprint = Resources("rest_mass_actions", __name__, description="One thing done to many contacts, as a job.")


@blueprint.route("/mass-actions/<action>", methods=["POST"])
@blueprint.arguments(schemas.MassActionSent)
@blueprint.response(202, schemas.Job, headers={"Location": schemas.PLACE})
@blueprint.alt_response(200, schema=schemas.RehearsedJob, description="The job that a dry run would have started")
def run(sent: dict[str, Any], action: str) -> Response:
    """Do something to many contacts

    Either to `ids`, or to all that match `filter` (the parameters of the list of contacts), of which `expected` says
    how many they are: where that is not their number any more, it is refused with the present `count`. `values` are
    what the action asks. A contact that is not in the list is told as failed, and never touched. The action's own
    right is needed, as on the screen, and a token that may write.
    """
    need("contacts.read")
    if act().only_reads:
        raise Forbidden(_("A token of the scope “read” starts no job: use one of the scope “write”."))
    actions = registry().service(MassActions)
    # Who may not do it is told that, and not what is wrong with what they sent.
    actions.find(action)
    chosen = _selection(sent)
    try:
        job = actions.start(action, chosen, sent.get("values", {}))
    except Invalid as error:
        raise Invalid(error.message, {f"values.{name}": text for name, text in error.errors.items()}) from None
    return jobs.accepted(job)


def _selection(sent: dict[str, Any]) -> Selection:
    """Which contacts; nothing said is never everything."""
    if "ids" in sent and "filter" in sent:
        raise Invalid(_("Name the contacts by “ids” or by “filter”, not by both."), {"filter": _("Leave this out.")})
    if "filter" not in sent:
        return Selection.of(sent.get("ids", []))
    if "expected" not in sent:
        raise Invalid(_("Say under “expected” how many contacts match the filter."), {"expected": _("This is needed.")})
    return Selection(query=query.wanted(_flat(sent["filter"])), expected=sent["expected"])


def _flat(given: dict[str, Any]) -> MultiDict[str, str]:
    """The filter as an address has it; raises `Invalid` for what no address could say."""
    flat: MultiDict[str, str] = MultiDict()
    for name, value in given.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, bool):
                one = "true" if one else "false"
            if not isinstance(one, str | int):
                text = _("This is a text, or a list of texts.")
                raise Invalid(text, {f"filter.{name}": text})
            flat.add(name, str(one))
    return flat
