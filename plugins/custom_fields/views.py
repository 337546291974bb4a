"""Settings › CRM › Custom fields: all of them, a new one, one with its choices, and its end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for

from plugins.custom_fields import services
from plugins.custom_fields.definitions import KINDS, owners, words_of
from plugins.custom_fields.models import LONGEST_LABEL, CustomField
from webapp.api import (
    Field,
    Invalid,
    Refused,
    Stale,
    _,
    _l,
    discard,
    language,
    redirect_to,
    render,
    resumable,
    resuming,
    right,
    setting_changes,
    take_form,
    toast,
    told_changes,
    user_names,
)

blueprint = Blueprint("custom_fields", __name__)

LABELS = tuple(
    Field(name=f"label_{code}", label=name, max_length=LONGEST_LABEL)
    for code, name in (("fr", "Français"), ("en", "English"), ("de", "Deutsch"))
)
CODE = Field(
    name="code",
    label=_l("Code"),
    max_length=30,
    hint=_l("For import and API; it never changes. Left empty: made from the name."),
)
KIND = Field(name="kind", label=_l("Kind of field"), kind="choice", choices=tuple(KINDS.items()), required=True)
CONTACTS = Field(
    name="kinds",
    label=_l("Which contacts"),
    kind="choice",
    choices=(("person", _l("Persons alone")), ("company", _l("Companies alone"))),
    hint=_l("Chosen nothing: all. Fields of a function are had by all that have the function."),
)
DECIMALS = Field(name="decimals", label=_l("Decimal places of a number"), max_length=1)
FIRST = Field(
    name="choices",
    label=_l("Values of a list"),
    kind="multiline",
    max_length=10_000,
    hint=_l("One a line, in your language; translations and codes can be added afterwards."),
)
SECTION = Field(name="section", label=_l("Section"), max_length=LONGEST_LABEL, hint=_l("Groups fields in the file"))
START = Field(
    name="start",
    label=_l("Default"),
    max_length=500,
    hint=_l("As it is typed; 1 for yes, of a list the code, or several codes parted by commas."),
)
SWITCHES = (
    Field(name="required", label=_l("Required: forms and the API ask for it"), kind="boolean"),
    Field(name="read_only", label=_l("Read-only: changed by import and API alone"), kind="boolean"),
    Field(name="personal", label=_l("Personal: erased when a contact is anonymised"), kind="boolean"),
)
ACTIONS = {
    "field_added": _l("Field added"),
    "field_changed": _l("Field changed"),
    "field_moved": _l("Field moved"),
    "field_archived": _l("Field taken out of use"),
    "field_back": _l("Field brought back"),
    "field_deleted": _l("Field deleted"),
    "choice_added": _l("Choice added"),
    "choice_changed": _l("Choice renamed"),
    "choice_moved": _l("Choice moved"),
    "choice_archived": _l("Choice withdrawn"),
    "choice_back": _l("Choice brought back"),
    "choice_deleted": _l("Choice deleted"),
}
VALUES = Field(name="values", label=_l("Values"), kind="integer")


def _owner() -> Field:
    # The empty code is contacts': a select shows what has none as nothing.
    functions = tuple(pair for pair in owners() if pair[0])
    return Field(
        name="owner", label=_l("Field of"), kind="choice", choices=functions, hint=_l("Chosen nothing: contacts")
    )


def _new_fields() -> tuple[Field, ...]:
    return (*LABELS, CODE, KIND, _owner(), CONTACTS, DECIMALS, FIRST, SECTION, START, *SWITCHES)


def _typed(fields: tuple[Field, ...]) -> dict[str, str]:
    return {one.name: request.form.get(one.name, "").replace("\r\n", "\n") for one in fields}


def _changes(field: CustomField | None = None) -> Any:
    entries = setting_changes.last(services.PAGE, subject=field.code if field else None)
    names = user_names({one.user_id for one in entries})
    explained = (*LABELS, SECTION, START, *SWITCHES, VALUES)
    return told_changes(entries, names, explained, {one.subject: one.subject for one in entries}, ACTIONS)


@blueprint.route("/settings/custom-fields")
@right("settings")
def index() -> Response:
    """All fields, by whose they are, with how many values each has."""
    return _index()


def _index(status: int = 200, message: str = "") -> Response:
    found = services.fields()
    groups = [(key, label, [one for one in found if one.owner == key]) for key, label in owners()]
    return render(
        "custom_fields/index.html",
        status,
        fragments={"fields": "custom_fields/_fields.html"},
        groups=[group for group in groups if group[2]],
        others=[one for one in found if one.owner not in dict(owners())],
        uses=services.uses(),
        kinds=KINDS,
        words_of=words_of,
        message=message,
        changes=_changes(),
    )


@blueprint.route("/settings/custom-fields/new", methods=["GET", "POST"])
@resumable
@right("settings")
def new() -> Response:
    """Define a field; of a list, with its first values."""
    if request.method == "GET":
        return _new({"personal": "1", "owner": request.args.get("owner", ""), "decimals": "2"})
    typed = _typed(_new_fields())
    if resuming():
        return _new(typed)
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        made = services.add(typed)
        if made.kind in services.LISTS:
            for line in dict.fromkeys(line.strip() for line in typed["choices"].splitlines() if line.strip()):
                services.add_choice(made.id, {f"label_{language()}": line})
    except Invalid as error:
        discard()
        return _new(typed, 422, error.errors)
    toast(_("“%(field)s” is a field now.", field=words_of(made)))
    sending.address = url_for("custom_fields.show", id=made.id)
    return redirect_to(sending.address)


def _new(values: dict[str, str], status: int = 200, errors: dict[str, str] | None = None) -> Response:
    return render("custom_fields/new.html", status, fields=_new_fields(), values=values, errors=errors or {})


@blueprint.route("/settings/custom-fields/<int:id>", methods=["GET", "POST"])
@resumable
@right("settings")
def show(id: int) -> Response:  # noqa: A002 - the address's own word
    """One field, to change what may be changed, and its choices."""
    if request.method == "GET":
        return _show(id)
    typed = _typed((*LABELS, SECTION, START, *SWITCHES))
    version = request.form.get("version", 0, type=int)
    if resuming():
        return _show(id, values=typed, version=version)
    try:
        services.change(id, typed, version)
    except Stale as error:
        discard()
        return _show(id, 409, values=typed, message=error.message, is_stale=True)
    except Invalid as error:
        discard()
        return _show(id, 422, values=typed, errors=error.errors, version=version)
    toast(_("Your changes are saved."))
    return redirect_to(url_for("custom_fields.show", id=id))


def _show(field_id: int, status: int = 200, **given: Any) -> Response:
    field = services.load(field_id)
    stored = {one.name: getattr(field, one.name) for one in (*LABELS, SECTION, START)}
    stored |= {one.name: "1" if getattr(field, one.name) else "" for one in SWITCHES}
    context: dict[str, Any] = {
        "field": field,
        "name": str(words_of(field)),
        "kind": KINDS[field.kind],
        "owner": dict(owners()).get(field.owner, field.owner),
        "labels": LABELS,
        "fields": (*LABELS, SECTION, START, *SWITCHES),
        "code_field": CODE,
        "stored": stored,
        "values": stored,
        "errors": {},
        "version": field.version,
        "message": "",
        "is_stale": False,
        "is_list": field.kind in services.LISTS,
        "choices_of": services.choices(field.id),
        "uses": services.choice_uses(field.id) if field.kind in services.LISTS else {},
        "number": services.uses().get(field.id, 0),
        "edited": request.args.get("edit", type=int),
        "choice_values": {},
        "choice_errors": {},
        "new_values": {},
        "new_errors": {},
        "words_of": words_of,
        "changes": _changes(field),
    }
    return render("custom_fields/show.html", status, **(context | given))


@blueprint.route("/settings/custom-fields/<int:id>/<action>", methods=["POST"])
@right("settings")
def act(id: int, action: str) -> Response:  # noqa: A002
    """Move a field up or down, take it out of use, bring it back."""
    name = str(words_of(services.load(id)))
    match action:
        case "up" | "down":
            services.move(id, -1 if action == "up" else 1, request.form.get("place", -1, type=int))
        case "archive":
            services.archive(id)
            toast(_("“%(field)s” is out of use; its values are kept.", field=name))
        case "bring-back":
            services.archive(id, False)
            toast(_("“%(field)s” is in use again.", field=name))
        case _:
            abort(404)
    return redirect_to(url_for("custom_fields.index"))


@blueprint.route("/settings/custom-fields/<int:id>/delete", methods=["GET", "POST"])
@right("settings")
def delete(id: int) -> Response:  # noqa: A002
    """Delete a field for good: with values, once their number is typed."""
    message = ""
    if request.method == "POST":
        try:
            field = services.delete(id, request.form.get("number", ""))
        except Refused as error:
            discard()
            message = error.message
        else:
            toast(_("“%(field)s” is deleted.", field=words_of(field)))
            return redirect_to(url_for("custom_fields.index"))
    field = services.load(id)
    return render(
        "custom_fields/delete.html",
        409 if message else 200,
        field=field,
        name=str(words_of(field)),
        number=services.uses().get(field.id, 0),
        message=message,
    )


@blueprint.route("/settings/custom-fields/<int:id>/choices", methods=["POST"])
@resumable
@right("settings")
def add_choice(id: int) -> Response:  # noqa: A002
    """A further choice."""
    typed = _typed((*LABELS, CODE))
    if resuming():
        return _show(id, new_values=typed)
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    try:
        made = services.add_choice(id, typed)
    except Invalid as error:
        discard()
        return _show(id, 422, new_values=typed, new_errors=error.errors)
    toast(_("“%(value)s” is in the list.", value=words_of(made)))
    sending.address = url_for("custom_fields.show", id=id, _anchor=f"v-{made.id}")
    return redirect_to(sending.address)


@blueprint.route("/settings/custom-fields/<int:id>/choices/<int:choice>", methods=["POST"])
@right("settings")
def rename_choice(id: int, choice: int) -> Response:  # noqa: A002
    """Other labels for a choice."""
    typed = _typed(LABELS)
    try:
        services.rename_choice(id, choice, typed)
    except Invalid as error:
        discard()
        return _show(id, 422, edited=choice, choice_values=typed, choice_errors=error.errors)
    return redirect_to(url_for("custom_fields.show", id=id, _anchor=f"v-{choice}"))


@blueprint.route("/settings/custom-fields/<int:id>/choices/<int:choice>/<action>", methods=["POST"])
@right("settings")
def act_on_choice(id: int, choice: int, action: str) -> Response:  # noqa: A002
    """Move a choice, withdraw it, bring it back, delete it."""
    name = str(words_of(services.load_choice(id, choice)))
    try:
        match action:
            case "up" | "down":
                services.move_choice(id, choice, -1 if action == "up" else 1, request.form.get("place", -1, type=int))
            case "withdraw":
                services.archive_choice(id, choice)
                toast(_("“%(value)s” is offered no more; it stays readable where it is used.", value=name))
            case "bring-back":
                services.archive_choice(id, choice, False)
                toast(_("“%(value)s” is offered again.", value=name))
            case "delete":
                services.delete_choice(id, choice)
                toast(_("“%(value)s” is deleted.", value=name))
            case _:
                abort(404)
    except Refused as error:
        discard()
        return _show(id, 409, message=error.message)
    return redirect_to(url_for("custom_fields.show", id=id, _anchor="choices-t"))
