"""What each role may do in the services below the views (spec J1); `test_routes.py` walks the views."""

from __future__ import annotations

import pytest

from webapp.accounts.services import create_user
from webapp.acting import ROLES, act, acting, acting_as_system
from webapp.contacts import binned, links, services
from webapp.db import db
from webapp.errors import Forbidden
from webapp.functions.services import activate, convert, release, save_fields
from webapp.lists.query import ListQuery


def test_J1_a_signed_out_htmx_request_goes_to_the_sign_in_page_whole(client) -> None:
    answer = client.get("/contacts", headers={"HX-Request": "true"})
    assert "/login" in answer.headers["HX-Redirect"]


def attempts(contact, person, link):
    """One call of every writing service, with the right it asks for."""
    return {
        "create": ("contacts.edit", lambda: services.create({"kind": "company", "company_name": "New"})),
        "update": ("contacts.edit", lambda: services.update(contact.id, {"description": "x"})),
        "archive": ("contacts.edit", lambda: services.archive(contact.id)),
        "activate": ("contacts.edit", lambda: activate(contact.id, "supplier")),
        "save fields": ("contacts.edit", lambda: save_fields(contact.id, "supplier", {"active": "1"})),
        "convert": ("contacts.edit", lambda: convert(contact.id, "customer")),
        "release": ("contacts.edit", lambda: release(contact.id, "supplier")),
        "change link": ("contacts.edit", lambda: links.update(link.id, {"role": "x"})),
        "remove link": ("contacts.edit", lambda: links.remove(link.id)),
        "link": ("contacts.edit", lambda: links.create(contact.id, person.id, {})),
        "bin": ("contacts.manage", lambda: services.to_bin(other_id(contact))),
        "see the bin": ("contacts.manage", binned.page_of),
        "restore": ("contacts.manage", lambda: services.restore(other_id(contact))),
        "add user": ("settings", lambda: create_user("new@example.org", None, "reader")),
    }


def other_id(contact) -> int:
    return contact.id + 1


@pytest.mark.parametrize("role", [None, *ROLES])
def test_J1_a_service_refuses_who_lacks_its_right(make, as_role, role) -> None:
    contact = make("Mine", functions=["prospect"])
    make("Other")
    person = make("Person", kind="person")
    with acting(acting_as_system("form")):
        link = links.create(contact.id, person.id, {})
    db.session.flush()
    with acting(as_role(role)):
        for name, (right, call) in attempts(contact, person, link).items():
            if act().may(right):
                call()
            else:
                with pytest.raises(Forbidden):
                    call()
                    pytest.fail(f"{role} may {name}")


def test_J1_reading_needs_a_role_too(make, as_role) -> None:
    contact = make("Secret")
    with acting(as_role(None)):
        for read in (
            lambda: services.load(contact.id),
            lambda: ListQuery().page(),
            lambda: ListQuery().count(),
            lambda: links.load_link(1),
        ):
            with pytest.raises(Forbidden):
                read()


def test_J1_bank_details_and_internal_notes_are_for_editors_upwards(sign_in, make) -> None:
    contact = make("Firm", functions=["customer"], bank_accounts=[{"iban": "DE89370400440532013000"}])
    with acting(acting_as_system("form")):
        save_fields(contact.id, "customer", {"internal_note": "Never on Mondays", "debtor_account": "411007"})
    shown = {role: sign_in(role).get(f"/contacts/{contact.id}").text for role in ("reader", "editor")}
    for secret in ("DE89", "Never on Mondays"):
        assert secret in shown["editor"]
        assert secret not in shown["reader"]
    assert "411007" in shown["reader"]
