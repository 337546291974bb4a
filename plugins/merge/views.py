"""Look at a merge, choose, and do it; look at one that was made, and take it back (spec E1-E6): all by plain forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from plugins.merge import places, services, telling
from plugins.merge.plan import Plan
from webapp.api import (
    CarnetError,
    Invalid,
    ListQuery,
    Refused,
    _,
    alike,
    discard,
    load,
    ngettext,
    not_writable,
    numbers_of,
    only_asks,
    redirect_to,
    render,
    right,
    safe_next,
    shown_number,
    swap_target,
    take_form,
    toast,
)

blueprint = Blueprint("merge", __name__)
CHOICE, DEFAULT, VERSION = "choice.", "default.", "version."
"""What the names of choices begin with in forms; of what is kept anyhow; of the versions that were looked at."""
FOUND = 8
FOREIGN = -1
"""No contact's id: what stands for a choice that can't be read."""


@dataclass(kw_only=True)
class Asked:
    """What a form or an address asks for: which contacts, which is kept (None: the suggested one), and the choices.

    A choice that is what would be kept anyhow is none: it follows the main contact when that changes.
    """

    ids: list[int]
    main: int | None
    choices: dict[str, int]
    back: str
    shown: str = ""
    versions: dict[int, int] = field(default_factory=dict)

    @classmethod
    def read(cls, sent: MultiDict[str, str]) -> Asked:
        """Ids stand one by one, or many of them with commas, so that the address of 500 is not too long."""
        numbers = [_number(one) for text in sent.getlist("ids") for one in text.split(",")]
        choices = {}
        for name, text in sent.items():
            key = name.removeprefix(CHOICE)
            if key != name and text and text != sent.get(DEFAULT + key):
                choices[key] = _number(text, FOREIGN)
        return cls(
            ids=list(dict.fromkeys(one for one in numbers if one)),
            main=_number(sent.get("main", "")) or None,
            choices=choices,
            back=safe_next(sent.get("back")),
            shown=sent.get("shown", ""),
            versions={
                _number(name.removeprefix(VERSION)): _number(text)
                for name, text in sent.items()
                if name.startswith(VERSION)
            },
        )

    def address(self) -> str:
        """Where the same is looked at."""
        chosen = {CHOICE + key: value for key, value in self.choices.items()}
        return places.preview(self.ids, self.main, **chosen, **({"back": self.back} if self.back else {}))


def _number(text: str, otherwise: int = 0) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else otherwise


@blueprint.route("/merge")
@right("contacts.manage")
def preview() -> Response:
    """What a merge would do, with a choice for each value that differs; nothing is written (spec E2)."""
    return _page(Asked.read(request.args))


@blueprint.route("/merge/preview", methods=["POST"])
@right("contacts.manage")
@only_asks
def again() -> Response:
    """The same after another choice; what was chosen goes in the body, since it is long."""
    return _page(Asked.read(request.form))


@blueprint.route("/merge", methods=["POST"])
@right("contacts.manage")
def do() -> Response:
    """Merge, once; what stands in the way brings the preview back, with the choices as they were."""
    asked = Asked.read(request.form)
    sending = take_form(request.form.items(multi=True))
    if sending.address:
        return redirect_to(sending.address)
    if asked.shown and asked.shown != _state(asked):
        discard()
        return _page(asked, 409, _("The values below are those of the choice that you made now: look at them first."))
    try:
        made, plan = services.merge(asked.ids, asked.main, asked.choices, versions=asked.versions)
    except (Invalid, Refused) as error:
        discard()
        return _page(asked, error.status, error.message, error)
    number = len(plan.order)
    toast(
        ngettext("%(num)s contact is merged.", "%(num)s contacts are merged into one: %(name)s.", number,
                 name=plan.main.name or plan.main.sort_name),
        undo=url_for("merge.undo", id=made.id),
    )  # fmt: skip
    sending.address = url_for("contacts.file", id=plan.main.id)
    return redirect_to(sending.address)


@blueprint.route("/merge/with/<int:id>")
@right("contacts.manage")
def pick(id: int) -> Response:  # noqa: A002 - the address's own word
    """Find the contact that this one is merged with, among all; its likely doubles stand on top (spec A6, E1)."""
    contact = load(id)
    if (refusal := not_writable(contact)) is not None:
        raise refusal
    q = request.args.get("q", "")[:200]
    found = ListQuery(q=q, size=FOUND + 1).contacts() if q.strip() else []
    chosen = [one for one in found if one.id != contact.id][:FOUND]
    fragments = {"found": "contacts/_choices.html"}
    return render(
        "merge/pick.html",
        fragments=fragments,
        contact=contact,
        name=contact.name or contact.sort_name,
        q=q,
        found=chosen,
        numbers={key: shown_number(of_one) for key, of_one in numbers_of([one.id for one in chosen]).items()},
        addresses={one.id: places.preview([contact.id, one.id]) for one in chosen},
        # Nothing of it is shown while one types.
        alike=[] if swap_target() in fragments else alike(contact),
    )


def _state(asked: Asked) -> str:
    """What the values that are shown follow from: the main contact, and whose kind is kept."""
    kind = request.form.get(f"{CHOICE}kind", "")
    return f"{asked.main or ''}:{kind}"


def _page(asked: Asked, status: int = 200, message: str = "", error: CarnetError | None = None) -> Response:
    """The preview; where the choices themselves can't be, without them, and with what is wrong."""
    errors: Mapping[str, str] = error.errors if isinstance(error, Invalid) else {}
    try:
        plan = services.preview(asked.ids, asked.main, asked.choices)
    except Invalid as invalid:
        if not invalid.errors:
            raise
        errors, status = invalid.errors, 422
        asked.choices = {key: value for key, value in asked.choices.items() if key not in errors}
        plan = services.preview(asked.ids, asked.main, asked.choices)
    order = _columns(asked, plan)
    asked.ids, asked.main = order, plan.main.id
    told = telling.tell(plan, order, asked.choices)
    return render(
        "merge/preview.html",
        status,
        fragments={"merging": "merge/_preview.html"},
        told=told,
        title=ngettext("Merge %(num)s contact", "Merge %(num)s contacts", len(order)),
        message=message,
        errors=list(dict.fromkeys(errors.values())),
        asked=asked,
        here=asked.address(),
        cancel=asked.back or url_for("contacts.index"),
        names={"choice": CHOICE, "default": DEFAULT, "version": VERSION},
    )


def _columns(asked: Asked, plan: Plan) -> list[int]:
    """The contacts in the order in which they stand: as before, and at first with the suggested one in front."""
    ids = [one.id for one in plan.order]
    if asked.main is None:
        return ids
    return list(dict.fromkeys([*(one for one in asked.ids if one in ids), *ids]))
