"""Settings › General › Number ranges, CRM › Suppliers and the others, Finance › Accounts (spec F1, F2, F4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import chain
from typing import Any

from flask import Blueprint, Response, request, url_for

from plugins.number_ranges import kinds, preview, report, switches, values
from plugins.number_ranges.kinds import COMMON, SECTION, Kind
from plugins.number_ranges.pattern import Pattern
from plugins.number_ranges.wanted import FIELDS, coerced, in_form
from webapp.api import (
    Invalid,
    SettingsForm,
    Stale,
    _,
    _l,
    conflict_page,
    csv_lines,
    discard,
    only_asks,
    redirect_to,
    registry,
    render,
    resumable,
    resuming,
    right,
    setting_changes,
    swap_target,
    toast,
    told_changes,
    user_names,
)

blueprint = Blueprint("number_ranges", __name__)
ACTIONS = {"range_added": _l("Value added"), "range_removed": _l("Value removed")}
NEW = "new"


def address(key: str, **more: Any) -> str:
    """Where a range, and what is switched for its function, is set."""
    return url_for("number_ranges.index", **more) if key == COMMON else url_for("number_ranges.show", key=key, **more)


def _frame(found: Kind) -> tuple[str, str]:
    """The page of the settings whose line is marked, and what is below it."""
    if found.key == COMMON:
        return "number_ranges", ""
    if found.asked is not None and found.asked.field:
        return "accounts", found.label
    of_function = f"numbers_{found.key}"
    pages = {one.key for one in registry().offers("settings_pages")}
    return (of_function, "") if of_function in pages else ("number_ranges", found.label)


def _stored(key: str, chosen: str) -> SettingsForm:
    """The form of a value as it stands; of a further one, filled with what may follow."""
    row = values.load(key, int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None
    held = in_form(values.as_now(row) if row else values.proposal(key))
    return SettingsForm(
        page=values.page_of(key), fields=FIELDS, values=held, version=row.version if row else 0, base=json.dumps(held)
    )


def _chosen(key: str) -> str:
    """Which value the form is for: the one asked for, else the one that is valid, else the first, else a new one."""
    asked = request.values.get("value", "")
    if asked == NEW or (asked.isdecimal() and len(asked) < 19):
        return asked
    valid = report.valid_value(key)
    return str(valid.id if valid is not None else next((one.id for one in values.all_of(key)), NEW))


def _coming(key: str, form: SettingsForm, chosen: str) -> dict[str, Any]:
    """The next numbers, were the form saved as it stands; else the first thing that is wrong with it."""
    row = values.load(key, int(chosen)) if chosen != NEW else None
    try:
        _before, wanted, wrong = values.judged(kinds.kind(key), row, _given(form))
    except Invalid as error:
        return {"preview": None, "problem": next(iter(error.errors.values()))}
    return {
        "preview": None if wrong else preview.preview(key, wanted),
        "problem": next(iter(wrong.values()), _("No number is left with these values.")),
    }


def _given(form: SettingsForm) -> dict[str, Any]:
    """What the form says; raises `Invalid`. A counter that was left alone is not set back where it has moved on."""
    given = coerced(form.values)
    if form.values["next"] == _before(form).get("next"):
        del given["next"]
    return given


def _page(key: str, status: int = 200, *, form: SettingsForm | None = None, chosen: str = "", **more: Any) -> Response:
    found = kinds.kind(key)
    chosen = chosen or _chosen(key)
    form = form or _stored(key, chosen)
    frame_key, below = _frame(found)
    shown_gaps, has_more = report.first_gaps(found)
    context: dict[str, Any] = {
        "kind": found,
        "frame_key": frame_key,
        "below": below,
        "form": form,
        "chosen": chosen,
        "address": address(key),
        **_coming(key, form, chosen),
        "values": [(one, values.as_now(one)) for one in values.all_of(key)],
        "samples": _samples(key),
        "valid_id": getattr(report.valid_value(key), "id", 0),
        "state": report.state(found),
        "gaps": shown_gaps,
        "has_more_gaps": has_more,
        "blocks": report.blocks(found),
        "reasons": report.REASONS,
        "elsewhere": _elsewhere() if key == COMMON else [],
        "switches": None,
    }
    if found.asked is None and key != COMMON:
        context["switches"] = SettingsForm.stored(f"{SECTION}.{key}", switches.fields(switches.numbered(key)))
        context |= _switched(key, switches.has_own(switches.numbered(key)))
    context |= _last_changes(key)
    users = {one.user_id for one in (*shown_gaps, *context["blocks"])}
    return render("number_ranges/range.html", status, users=user_names(users), **(context | more))


def _samples(key: str) -> dict[int, str]:
    """The next number of each value, by which users know it."""
    found = [(one.id, values.as_now(one)) for one in values.all_of(key)]
    return {id_: Pattern.on(wanted, wanted.first_day()).text(wanted.next) for id_, wanted in found}


def _last_changes(key: str) -> dict[str, Any]:
    pages = (values.page_of(key), f"{SECTION}.{key}")
    entries = [one for page in pages for one in setting_changes.last(page)]
    entries = sorted(entries, key=lambda one: -one.id)[: setting_changes.SHOWN]
    names = user_names({one.user_id for one in entries})
    subjects = {str(one): text for one, text in _samples(key).items()}
    function = registry().function(key)
    fields = (*FIELDS, *(switches.fields(function) if function else ()))
    return {"changes": told_changes(entries, names, fields, subjects, ACTIONS)}


def _elsewhere() -> list[dict[str, Any]]:
    """What is set on other pages: which functions have a range of their own, and all that was asked for."""
    lines = []
    for function in kinds.numbered():
        if not registry().is_function_enabled(function.key):
            continue
        own = switches.has_own(function)
        coming = switches.coming(function, own) if own else ""
        lines.append({"function": function, "icon": function.icon, "label": str(function.plural), "own": own,
                      "next": coming, "url": address(function.key)})  # fmt: skip
    for one in registry().offers("number_ranges"):
        found = kinds.kind(one.key)
        coming = report.state(found).next if found.is_on else ""
        url = url_for("number_ranges.accounts") if one.field else address(one.key)
        lines.append({"function": None, "icon": "landmark" if one.field else "hash", "label": found.label,
                      "own": found.is_on, "next": coming, "url": url})  # fmt: skip
    return lines


def _switched(key: str, own: bool) -> dict[str, Any]:
    """What a switch would do: the next number either way, and the pairs that would share one."""
    function = switches.numbered(key)
    pairs, has_more = switches.collisions(function) if not own else ([], False)
    return {
        "function": function,
        "own": own,
        "next_own": switches.coming(function, True),
        "next_common": switches.coming(function, False),
        "pairs": pairs,
        "has_more_pairs": has_more,
    }


@blueprint.route("/settings/number-ranges", methods=["GET", "POST"], defaults={"key": COMMON}, endpoint="index")
@blueprint.route("/settings/number-ranges/<key>", methods=["GET", "POST"], endpoint="show")
@resumable
@right("settings")
def show(key: str) -> Response:
    """A range: how its numbers look, what comes next, and what became of the others."""
    kinds.kind(key)
    if request.method == "GET":
        return _page(key)
    chosen = _chosen(key)
    form = SettingsForm.posted(values.page_of(key), FIELDS, request.form)
    if resuming():
        return _page(key, form=form, chosen=chosen)
    form.take_over(request.form, _stored(key, chosen))
    try:
        values.save(key, None if chosen == NEW else int(chosen), _given(form), None if chosen == NEW else form.version)
    except Stale:
        discard()
        frame_key, _below = _frame(kinds.kind(key))
        theirs = _stored(key, chosen)
        return conflict_page(
            form, theirs, address=address(key, value=chosen), key=frame_key, back=address(key, value=chosen)
        )
    except Invalid as error:
        discard()
        form.errors = error.errors
        return _page(key, 422, form=form, chosen=chosen)
    toast(_("The number range is saved. Numbers that were given stay as they are."))
    return redirect_to(address(key))


def _before(form: SettingsForm) -> Mapping[str, Any]:
    try:
        found = json.loads(form.base or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@blueprint.route("/settings/number-ranges/<key>/preview", methods=["POST"])
@right("settings")
@only_asks
def show_preview(key: str) -> Response:
    """The next numbers, while somebody types."""
    kinds.kind(key)
    form = SettingsForm.posted(values.page_of(key), FIELDS, request.form)
    return render("number_ranges/_preview.html", **_coming(key, form, _chosen(key)))


@blueprint.route("/settings/number-ranges/<key>/values/<int:id>/remove", methods=["POST"])
@right("settings")
def remove(key: str, id: int) -> Response:  # noqa: A002 - the address's own word
    """Take a value away that has given nothing yet."""
    values.remove(key, id)
    toast(_("The value is removed."))
    return redirect_to(address(key))


@blueprint.route("/settings/number-ranges/<function>/switch", methods=["GET", "POST"])
@right("settings")
def switch(function: str) -> Response:
    """Which range a function takes its numbers from; asked for by GET, what that would do."""
    found = switches.numbered(function)
    if request.method == "GET":
        told = _switched(function, request.args.get("own") == "1")
        return (
            render("number_ranges/_switched.html", **told) if swap_target() == "switched" else _page(function, **told)
        )
    form = SettingsForm.posted(f"{SECTION}.{function}", switches.fields(found), request.form)
    form.take_over(request.form, SettingsForm.stored(form.page, form.fields))
    try:
        switches.save(function, form.coerced(), form.version)
    except Stale:
        discard()
        theirs, back = SettingsForm.stored(form.page, form.fields), address(function)
        frame_key, _below = _frame(kinds.kind(function))
        return conflict_page(form, theirs, address=request.path, key=frame_key, back=back)
    toast(_("Saved. Numbers that were given stay as they are."))
    return redirect_to(address(function))


@blueprint.route("/settings/accounts", methods=["GET", "POST"])
@resumable
@right("settings")
def accounts() -> Response:
    """Debtor and creditor accounts: given in turn, or typed by hand; never from the common range (spec F2)."""
    fields = switches.account_fields()
    if request.method == "GET":
        return _accounts(SettingsForm.stored(SECTION, fields))
    form = SettingsForm.posted(SECTION, fields, request.form)
    if resuming():
        return _accounts(form)
    form.take_over(request.form, SettingsForm.stored(SECTION, fields))
    try:
        switches.save_accounts(form.coerced(), form.version)
    except Stale:
        discard()
        here = url_for("number_ranges.accounts")
        return conflict_page(form, SettingsForm.stored(SECTION, fields), address=here, key="accounts", back=here)
    toast(_("Saved. Accounts that were given stay as they are."))
    return redirect_to(url_for("number_ranges.accounts"))


def _accounts(form: SettingsForm) -> Response:
    lines = []
    for one in switches.asked():
        found = kinds.kind(one.key)
        has_value = bool(values.all_of(one.key))
        state = report.state(found) if has_value else None
        lines.append({"kind": found, "function": registry().function(one.function), "state": state,
                      "name": f"{one.key}.on", "url": address(one.key) if has_value else ""})  # fmt: skip
    entries = setting_changes.last(SECTION)
    users = user_names({one.user_id for one in entries})
    changes = told_changes(entries, users, switches.account_fields())
    return render("number_ranges/accounts.html", form=form, lines=lines, changes=changes)


@blueprint.route("/settings/number-ranges/<key>/gaps.csv")
@right("settings")
def gaps_csv(key: str) -> Response:
    """All gaps of a range, as a file."""
    found = kinds.kind(key)
    head = [_("From"), _("To"), _("How many"), _("Why"), _("Source"), _("Since")]

    rows = (
        [one.first, one.last, str(one.many), str(report.REASONS[one.reason]), one.source,
         one.at.isoformat(timespec="seconds") if one.at else ""]
        for one in report.gaps(found)
    )  # fmt: skip
    name = f"carnet-gaps-{found.key}.csv"
    answer = Response(csv_lines(chain([head], rows), first=True), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
