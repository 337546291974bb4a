"""The file of a contact: its overview in one of its views, and the tab with its contact persons (spec B3, B4)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from webapp.contacts import links
from webapp.contacts.fields import LINK_FIELDS
from webapp.contacts.head import file_context, main_contact
from webapp.contacts.overview import overview
from webapp.contacts.pages import blueprint
from webapp.htmx import redirect_to, render
from webapp.security import right


def elsewhere(endpoint: str, main_id: int) -> Response:
    """Lead from a merged contact's address to the main contact's, until the merge is undone (spec E4)."""
    answer = redirect_to(url_for(endpoint, id=main_id))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.route("/contacts/<int:id>")
@right("contacts.read")
def file(id: int) -> Response:  # noqa: A002 - the address's own word
    """A contact's file: *all*, or the view of one function, at its own address (spec B3)."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("contacts.file", contact.id)
    view = request.args.get("view", "all")
    context = overview(contact, view)
    fragments = {"view": "contacts/_view.html", "people-panel": "contacts/_people.html"}
    if (part := request.args.get("part", "")) and part.replace("_", "").isalnum():
        context["part"] = part
        fragments[f"part-{part}"] = "contacts/_part.html"
    return render("contacts/file.html", fragments=fragments, **context)


@blueprint.route("/contacts/<int:id>/persons")
@right("contacts.read")
def persons(id: int) -> Response:  # noqa: A002
    """The tab with all contact persons, page by page, and the parties where a person is one (spec B4)."""
    contact = main_contact(id)
    if contact.id != id:
        return elsewhere("contacts.persons", contact.id)
    which = request.args.get("which", "")
    which = which if which in links.WHICH else "open"
    page = links.page_of(contact.id, which, request.args.get("after", ""))
    context = file_context(contact, "all", "persons")
    return render(
        "contacts/persons.html",
        fragments={"view": "contacts/_persons.html"},
        links=page.links,
        next_url=url_for("contacts.persons", id=id, which=which, after=page.next) if page.next else "",
        first_url=url_for("contacts.persons", id=id, which=which) if request.args.get("after") else "",
        which=which,
        counts=links.counts_of(contact.id),
        primary=links.primary_of(contact.id),
        party_links=links.parties_of(contact.id, links.PAGE) if contact.kind == "person" else [],
        **link_words(),
        **context,
    )


def link_words() -> dict[str, Any]:
    """The labels of what holds for a link, by the field's name."""
    return {"link_labels": {one.name: one.label for one in LINK_FIELDS}}
