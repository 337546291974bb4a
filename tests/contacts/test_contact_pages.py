"""Contacts in the browser without JavaScript: lists, create, edit, link, delete, bin (spec A1, A6, B4, D1-D3, D9)."""

from __future__ import annotations

import re

import sqlalchemy as sa

from webapp.contacts import links, services
from webapp.contacts.models import Contact, ContactLink
from webapp.db import db


def rows(page: str) -> list[str]:
    """Names in a list, in its order."""
    return re.findall(r'<tr id="c-\d+">.*?<bdi>(.*?)</bdi>', page, re.DOTALL)


def test_A1_a_contact_is_created_with_functions_found_and_opened(sign_in) -> None:
    client = sign_in("editor")
    assert client.get("/contacts/new?kind=person").status_code == 200
    sent = {
        "present_kind": "company", "company_name": "Müller & Söhne", "function": ["prospect", "supplier"],
        "emails-0-value": "info@mueller.example", "phones-0-value": "+49 30 901820", "addresses-0-city": "Berlin",
        "addresses-0-country": "DE", "addresses-0-postal_code": "10119", "tags": "VIP, Messe",
    }  # fmt: skip
    answer = client.submit("/contacts/new", sent)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    for text in ("Müller &amp; Söhne", "info@mueller.example", "+49 30 901820", "Berlin", "VIP", "is saved"):
        assert text in page, text
    for address in ("/contacts", "/prospects", "/suppliers", "/contacts?q=muller", "/contacts?q=MUELLER.example"):
        assert rows(client.get(address).text) == ["Müller &amp; Söhne"], address
    assert rows(client.get("/customers").text) == []


def test_A2_lines_are_added_and_taken_out_without_javascript(sign_in) -> None:
    client = sign_in("editor")
    sent = {
        "present_kind": "person",
        "last_name": "Kept",
        "emails-0-value": "a@x.example",
        "emails-1-value": "b@x.example",
    }
    more = client.submit("/contacts/new", {**sent, "add": "emails"}).text
    assert 'name="emails-2-value"' in more
    less = client.submit("/contacts/new", {**sent, "remove": "emails-0"}).text
    assert "a@x.example" not in less
    assert "b@x.example" in less
    assert db.session.scalars(sa.select(Contact)).all() == []


def test_B4_a_person_is_found_and_linked_and_a_second_primary_asks(sign_in, make) -> None:
    party, one, two = make("Party", functions=["customer"]), make("One", kind="person"), make("Two", kind="person")
    client = sign_in("editor")
    address = f"/contacts/{party.id}/persons/new"
    assert "One" in client.get(f"{address}?q=one").text
    for person in (one, two):
        sent = {"person_id": str(person.id), "role": "Buyer", "is_primary": "1"}
        answer = client.submit(address, sent)
        if person is one:
            assert answer.status_code == 303
    assert answer.status_code == 409
    assert "confirm that the mark moves" in answer.text
    assert "Buyer" in answer.text
    assert client.submit(address, {**sent, "move_primary": "1"}).status_code == 303
    primary = db.session.scalars(sa.select(ContactLink).where(ContactLink.is_primary)).all()
    assert [link.person_id for link in primary] == [two.id]


def test_D1_D2_delete_names_the_steps_and_works_after_them(sign_in, make, system) -> None:
    party, person = make("Party", functions=["customer"]), make("Person", kind="person")
    link = links.create(party.id, person.id, {"is_primary": True, "role": "Boss"})
    client = sign_in("manager")
    address = f"/contacts/{person.id}/delete"
    for page in (client.get(address), client.submit(address)):
        assert "Primary contact of Party" in page.text
        assert f"/links/{link.id}" in page.text
    assert client.submit(address).status_code == 409

    refused = client.submit(f"/links/{link.id}/remove")
    assert refused.status_code == 409
    assert "untick" in refused.text
    version = {"version": str(link.version), "role": "Boss"}
    assert client.submit(f"/links/{link.id}", version).status_code == 303
    assert "Contact person of Party" in client.submit(address).text
    assert client.submit(f"/links/{link.id}/remove").status_code == 303
    assert client.submit(address).status_code == 303
    db.session.expire_all()
    assert person.deleted_at


def test_A5_a_stale_link_form_gets_both_versions(sign_in, make, system) -> None:
    party, person = make("Party"), make("Person", kind="person")
    link = links.create(party.id, person.id, {"role": "Old"})
    version = str(link.version)
    client = sign_in("editor")
    assert client.submit(f"/links/{link.id}", {"version": version, "role": "Theirs"}).status_code == 303
    answer = client.submit(f"/links/{link.id}", {"version": version, "role": "Mine"})
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert "Mine" in answer.text


def test_D3_all_blockers_stand_in_one_page(sign_in, make, system) -> None:
    person = make("Person", kind="person")
    for number in range(3):
        links.create(make(f"Party{number}", functions=["supplier"]).id, person.id, {})
    make("Child", parent_id=person.id)
    page = sign_in("manager").get(f"/contacts/{person.id}/delete").text
    assert "Contact person of 3 parties" in page
    assert "First remove the links to Party0, Party1, Party2." in page
    assert "Parent company of 1 contact" in page


def test_D3_each_click_resolves_a_blocker_and_leads_to_the_next(sign_in, make, system) -> None:
    person = make("Person", kind="person")
    for name in ("One", "Two"):
        links.create(make(name, functions=["supplier"]).id, person.id, {"is_primary": name == "One"})
    client, address = sign_in("manager"), f"/contacts/{person.id}/delete"
    done = []
    while forms := re.findall(
        r'<form action="(/(?:links|contacts)/[^"]+)".*?name="next" value="([^"]+)".*?</form>', client.get(address).text
    ):
        page = client.get(address).text
        assert '<h3 tabindex="-1" id="fix">' in page
        assert page.count('id="fix"') == 1
        path, back = forms[0]
        assert back == f"{address}?at=1#fix"
        answer = client.submit(path, {"next": back})
        assert (answer.status_code, answer.headers["Location"]) == (303, back)
        done.append(path.rpartition("/")[2])
    assert done == ["untick-primary", "remove"]
    assert '<button class="c-btn c-btn--danger" type="submit" id="fix">' in client.get(address).text
    assert client.submit(address).status_code == 303


def test_D3_the_way_back_from_a_blocker_stays_inside(sign_in, make, system) -> None:
    party, person = make("Party", functions=["supplier"]), make("Person", kind="person")
    address = f"/links/{links.create(party.id, person.id, {'is_primary': True}).id}"
    client = sign_in("editor")
    for name in ("untick-primary", "remove"):
        answer = client.submit(f"{address}/{name}", {"next": "//evil.example"})
        assert answer.headers["Location"] == f"/contacts/{party.id}/persons"
    assert sign_in("reader").submit(f"{address}/untick-primary").status_code == 403


def test_D9_the_bin_shows_and_restores(sign_in, make) -> None:
    contact = make("Gone", functions=["supplier"])
    client = sign_in("manager")
    assert client.submit(f"/contacts/{contact.id}/delete").status_code == 303
    assert rows(client.get("/contacts").text) == rows(client.get("/suppliers").text) == []
    assert "Gone" in client.get("/contacts/bin").text
    assert client.get(f"/contacts/{contact.id}").status_code == 200
    assert client.submit(f"/contacts/{contact.id}/edit", {"company_name": "X"}).status_code == 409
    assert client.submit(f"/contacts/{contact.id}/restore").status_code == 303
    assert rows(client.get("/suppliers").text) == ["Gone"]


def test_a_merged_contact_leads_to_the_main_one(sign_in, make) -> None:
    main, absorbed = make("Main"), make("Absorbed")
    absorbed.merged_into_id = main.id
    client = sign_in("editor")
    answer = client.get(f"/contacts/{absorbed.id}")
    assert answer.headers["Location"] == f"/contacts/{main.id}"
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.submit(f"/contacts/{absorbed.id}/edit", {"company_name": "X"}).status_code == 409


def test_G1_sorting_and_pages_go_through_all_and_back(sign_in, make) -> None:
    db.session.add_all(
        Contact(kind="company", company_name=f"Firm {one:03}", sort_name=f"firm {one:03}", city="X", sort_city="x")
        for one in range(120)
    )
    client = sign_in("reader")
    for sort in ("name", "-name", "city", "-changed"):
        address, seen, pages = f"/contacts?sort={sort}", [], []
        while address and len(pages) < 4:
            page = client.get(address).text
            pages.append(rows(page))
            seen += pages[-1]
            found = re.search(r'href="([^"]*)" rel="next"', page)
            address = found[1].replace("&amp;", "&") if found else ""
        assert len(seen) == len(set(seen)) == 120, sort
        back = re.search(r'href="([^"]*)" rel="prev"', page)[1].replace("&amp;", "&")
        assert rows(client.get(back).text) == pages[-2], sort
        assert seen == (sorted(seen) if sort == "name" else sorted(seen, reverse=True) if sort == "-name" else seen)


def test_one_address_has_two_shapes(sign_in, make) -> None:
    make("Firm")
    client = sign_in("reader")
    page = client.get("/contacts")
    part = client.get("/contacts", headers={"HX-Request": "true", "HX-Target": "div#list"})
    back = client.get("/contacts", headers={"HX-Request": "true", "HX-History-Restore-Request": "true"})
    assert "<html" in page.text
    assert "<html" in back.text
    assert "<html" not in part.text
    assert rows(page.text) == rows(part.text) == ["Firm"]
    for answer in (page, part):
        assert "HX-Request" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"


def test_every_answer_has_the_strict_headers(sign_in) -> None:
    client = sign_in("reader")
    for address in ("/contacts", "/nowhere", "/contacts/new", "/healthz"):
        headers = client.get(address).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], address
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_no_page_has_inline_script_or_style(sign_in, make, system) -> None:
    contact = make("Firm", functions=["customer", "supplier"])
    links.create(contact.id, make("Person", kind="person").id, {})
    client = sign_in("administrator")
    for address in ("/contacts", "/contacts/new", "/contacts/bin", f"/contacts/{contact.id}",
                    f"/contacts/{contact.id}/edit", f"/contacts/{contact.id}/delete"):  # fmt: skip
        page = client.get(address).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", page), address
        assert not re.search(r'(?:src|href)="(?:https?:)?//', page), address


def test_static_files_have_the_strict_headers_too(client) -> None:
    answer = client.get("/static/js/app.js")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-cache"
    answer.close()


def test_archived_contacts_are_listed_only_when_asked_for(sign_in, make, system) -> None:
    make("Here")
    services.archive(make("Away", functions=["supplier"]).id)
    client = sign_in("editor")
    shown, asked = client.get("/contacts").text, client.get("/contacts?archived=1").text
    assert "Here" in shown
    assert "Away" not in shown
    assert "archived=1" in shown
    assert "Away" in asked
    assert "Here" not in asked
    assert "Away" in client.get("/suppliers?archived=1&q=awa").text


def test_D9_the_bin_shows_everything_page_by_page(sign_in, make, system) -> None:
    names = {f"Firm {number:03}" for number in range(60)}
    for name in names:
        services.to_bin(make(name).id)
    client, address, found = sign_in("manager"), "/contacts/bin", set()
    while address:
        page = client.get(address).text
        found |= set(re.findall(r"<bdi>(Firm \d+)</bdi>", page))
        following = re.search(r'href="([^"]*)" rel="next"', page)
        address = following[1] if following else ""
    assert found == names
