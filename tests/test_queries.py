"""A page costs the same number of SQL statements for 2 rows and for 50, with every plug-in on (design rule 7)."""

from __future__ import annotations

import pytest

from webapp import testing
from webapp.contacts import links, services
from webapp.contacts.models import Contact, ContactLink, ContactNumber
from webapp.db import db
from webapp.discovery import discover
from webapp.functions.models import FunctionRow


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=discover(["sample_plugin"]))


@pytest.fixture
def fill(user):
    """Adds parties (half prospects, half customers, all suppliers and partners), each with a person and values."""

    def add(number: int) -> list[int]:
        who = user("editor").id
        parties = [Contact(kind="company", company_name=f"Party {one}", sort_name=f"party {one}", city="Paris",
                           search_text=f" party {one} ", responsible_id=who) for one in range(number)]  # fmt: skip
        persons = [
            Contact(kind="person", last_name=f"Person {one}", sort_name=f"person {one}") for one in range(number)
        ]
        db.session.add_all([*parties, *persons])
        db.session.flush()
        rows = [
            FunctionRow(contact_id=party.id, function=key, slot=slot, is_final=key == "customer")
            for index, party in enumerate(parties)
            for key, slot in (
                ("customer" if index % 2 else "prospect", "buyer"), ("supplier", "supplier"), ("partner", "partner")
            )
        ]  # fmt: skip
        db.session.add_all(rows)
        for party, person in zip(parties, persons, strict=True):
            db.session.add(ContactLink(party_id=party.id, person_id=person.id, is_primary=True))
            db.session.add(
                ContactNumber(contact_id=party.id, function="supplier", value=str(party.id), folded=str(party.id))
            )
        db.session.flush()
        db.session.add_all(services.registry().function(row.function).model(contact_function_id=row.id) for row in rows)
        db.session.flush()
        return [party.id for party in parties]

    return add


def cost(client, statements, address: str) -> tuple[int, int]:
    """How many rows a page shows, and what it costs."""
    with statements() as seen:
        answer = client.get(address)
    assert answer.status_code == 200
    return answer.text.count('<tr id="c-'), len(seen)


LISTS = [
    "/contacts", "/prospects", "/customers", "/suppliers", "/partners", "/contacts?q=party&sort=-changed",
    "/contacts?kind=company&function=supplier&function=none&country=&sort=city",
]  # fmt: skip


def test_a_list_costs_the_same_for_2_and_50_rows(sign_in, fill, statements) -> None:
    client = sign_in("manager")
    fill(2)
    few = {address: cost(client, statements, address) for address in LISTS}
    fill(100)
    many = {address: cost(client, statements, address) for address in LISTS}
    assert {rows for rows, _texts in many.values()} == {50}
    assert {rows for rows, _texts in few.values()} <= {1, 2, 4}
    assert {address: texts for address, (_rows, texts) in many.items()} == {
        address: texts for address, (_rows, texts) in few.items()
    }
    assert max(texts for _rows, texts in many.values()) <= 20


def test_a_file_costs_the_same_whatever_hangs_on_it(sign_in, fill, make, statements, system) -> None:
    client = sign_in("manager")
    small, large = make("Small", functions=["customer", "supplier"]), make("Large", functions=["customer", "supplier"])
    for number in range(30):
        person = make(f"Person {number}", kind="person")
        links.create(large.id, person.id, {"is_primary": number == 0})
        if number < 2:
            links.create(small.id, make(f"Other {number}", kind="person").id, {"is_primary": number == 0})
    for tab in ("", "/persons", "/history", "?view=customer"):
        sizes = []
        for contact in (small, large):
            with statements() as seen:
                assert client.get(f"/contacts/{contact.id}{tab}").status_code == 200
            sizes.append(len(seen))
        assert sizes[0] == sizes[1], tab
        # Some count for the side bar, once a minute, and three its documents, notes and proposals; one reads the
        # numbers that such a contact has; three are hints.
        assert sizes[1] <= 33, tab


def test_the_mass_actions_question_costs_the_same_for_2_and_50(sign_in, fill, statements) -> None:
    client = sign_in("manager")
    ids = fill(50)
    token = client.token()
    sizes = []
    for number in (2, 50):
        sent = {"csrf_token": token, "action": "make_partner", "ids": [str(one) for one in ids[:number]]}
        with statements() as seen:
            assert client.post("/mass-actions", data=sent).status_code == 200
        sizes.append(len(seen))
    assert sizes[0] == sizes[1]
