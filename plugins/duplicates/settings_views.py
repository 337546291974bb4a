"""Settings › CRM › Possible doubles: from which score on pairs are shown, and merged together (spec E8)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from plugins.duplicates import services, switches
from plugins.duplicates.views import blueprint
from webapp.api import (
    Field,
    Invalid,
    SettingsForm,
    Stale,
    _,
    _l,
    conflict_page,
    discard,
    redirect_to,
    render,
    resumable,
    resuming,
    right,
    setting_changes,
    toast,
    told_changes,
    user_names,
)

KEY = switches.SECTION
OWN = "own"
"""What is chosen where none of the usual scores is: the one that is typed."""
FIELDS = (
    Field(name="threshold", label=_l("Show pairs from this score on"), kind="integer", required=True),
    Field(name="bulk", label=_l("Merging in bulk begins at this score"), kind="integer", required=True),
)
PRESETS = (
    (90, _l("Strict"), _l("Few pairs, almost all of them right.")),
    (60, _l("Balanced"), _l("Pairs that are rather one than two.")),
    (30, _l("Generous"), _l("Many pairs, most of them two contacts.")),
)


@blueprint.route("/settings/duplicates", methods=["GET", "POST"])
@resumable
@right("settings")
def settings() -> Response:
    """From which score on pairs are shown; it acts at once, for what a search finds is kept from a low score on."""
    if request.method == "GET":
        return _page(SettingsForm.stored(KEY, FIELDS))
    form = SettingsForm.posted(KEY, FIELDS, request.form.to_dict() | {"threshold": _threshold()})
    if resuming():
        return _page(form)
    stored = SettingsForm.stored(KEY, FIELDS)
    form.take_over(request.form, stored)
    try:
        setting_changes.save(KEY, _checked(form), form.version)
    except Stale:
        discard()
        address = url_for("duplicates.settings")
        return conflict_page(form, SettingsForm.stored(KEY, FIELDS), address=address, key=KEY, back=address)
    except Invalid as error:
        discard()
        form.errors = dict(error.errors)
        return _page(form, 422)
    toast(_("Saved. The list of pairs follows at once."))
    return redirect_to(url_for("duplicates.settings"))


def _threshold() -> str:
    """The score that was chosen; the page with both versions sends it alone."""
    chosen = request.form.get("preset", OWN)
    return request.form.get("threshold", "") if chosen == OWN else chosen


def _checked(form: SettingsForm) -> dict[str, Any]:
    values = form.coerced()
    wrong = {
        one.name: _("Choose a score between %(low)s and 100.", low=switches.LOWEST)
        for one in FIELDS
        if not switches.LOWEST <= values[f"{KEY}.{one.name}"] <= 100
    }
    if wrong:
        raise Invalid(_("Please correct what is marked."), wrong)
    return values


def _page(form: SettingsForm, status: int = 200) -> Response:
    entries = setting_changes.last(KEY)
    presets = [str(score) for score, _label, _text in PRESETS]
    present = switches.threshold() // switches.PART
    return render(
        "duplicates/settings.html",
        status,
        form=form,
        presets=PRESETS,
        chosen=form.values["threshold"] if form.values["threshold"] in presets else OWN,
        own=OWN,
        present=present,
        numbers=services.above([*(score for score, _label, _text in PRESETS), present]),
        lowest=switches.LOWEST,
        changes=told_changes(entries, user_names({one.user_id for one in entries}), FIELDS),
    )
