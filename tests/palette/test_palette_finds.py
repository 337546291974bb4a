"""The command palette finds contacts, whatever their functions, and what this user may go to (spec J3, A6, I1, J1)."""

from __future__ import annotations

import re
from html import unescape

import pytest

from webapp.contacts import services
from webapp.contacts.derived import refresh
from webapp.contacts.models import ContactNumber
from webapp.db import db, now
from webapp.discovery import discover
from webapp.lists.models import SavedView
from webapp.palette.services import fits, marked, words_of
from webapp.testing import PluginSet
from webapp.text import fold

HTMX = {"HX-Request": "true", "HX-Target": "div#palette-list"}


def ask(client, q: str = "", **options) -> str:
    """What the palette shows for what was typed."""
    answer = client.submit("/palette", {"q": q}, headers=HTMX, **options)
    assert answer.status_code == 200
    return unescape(answer.text)


def lines(page: str) -> list[str]:
    """The words of its options, pieces put together."""
    return [re.sub(r"<[^>]+>", "", one) for one in re.findall(r'role="option"[^>]*>.*?<bdi[^>]*>(.*?)</bdi>', page)]


def contacts_in(page: str) -> list[str]:
    group = page.partition('id="palette-contacts"')[2].partition('role="group"')[0]
    return lines(group)


@pytest.fixture
def number(app, system):
    """Gives a contact a number, or one that it had."""

    def give(contact, value: str, *, ended: bool = False) -> None:
        contact.numbers.append(
            ContactNumber(
                function="customer", value=value, folded=fold(value), valid_to=now() if ended else None
            )
        )  # fmt: skip
        refresh(contact)
        db.session.flush()

    return give


@pytest.mark.parametrize(
    "typed",
    [
        "kerb", "KÉRBRAT", "fils kerb", "10233", "OLD-7", "06 12 34 56 78", "+33 (0)6 12.34", "612345678", "info@kerb",
        "quimper",
    ],
)  # fmt: skip
def test_J3_a_contact_is_found_by_all_that_lists_find_by(sign_in, make, number, typed) -> None:
    kerbrat = make(
        "Menuiserie Kerbrat & Fils",
        functions=["customer"],
        phones=[{"value": "+33 6 12 34 56 78"}],
        emails=[{"value": "info@kerbrat.example"}],
        addresses=[{"purpose": "main", "city": "Quimper", "country": "FR"}],
    )
    make("Autre")
    number(kerbrat, "OLD-7", ended=True)
    number(kerbrat, "10233")
    page = ask(sign_in("reader"), typed)
    assert contacts_in(page) == ["Menuiserie Kerbrat & Fils"]
    assert f'href="/contacts/{kerbrat.id}"' in page
    assert 'title="Customer"' in page


def test_J3_it_says_by_what_a_contact_was_found(sign_in, make, number) -> None:
    client = sign_in("reader")
    one = make("Kerbrat", emails=[{"value": "y.k@holz.example"}], phones=[{"value": "+33 6 12 34 56 78"}])
    number(one, "10233")
    number(one, "OLD-7", ended=True)
    assert "No. 10233 · y.k@holz.example<" in ask(client, "holz")
    assert "No. 10233 · +33612345678<" in ask(client, "06 12 34 56")
    assert "No. 10233 · OLD-7<" in ask(client, "old-7")
    # What the line shows already is not said twice.
    assert "No. 10233<" in ask(client, "kerb 10233")
    assert "<b>Kerb</b>rat" in ask(client, "kerb")


def test_J3_who_has_the_very_number_stands_first(sign_in, make, number) -> None:
    for place in range(10):
        make(f"Aaa {place}", phones=[{"value": f"+33 6 10 23 30 0{place}"}])
    number(make("Zzz", functions=["customer"]), "10233")
    assert contacts_in(ask(sign_in("reader"), "10233"))[0] == "Zzz"
    assert len(contacts_in(ask(sign_in("reader"), "10233"))) == 8


def test_J3_contacts_that_lists_do_not_show_are_not_found(sign_in, make, system) -> None:
    client = sign_in("administrator")
    gone, archived = make("Kerbrat Gone"), make("Kerbrat Archived")
    services.to_bin(gone.id)
    services.archive(archived.id)
    db.session.flush()
    assert contacts_in(ask(client, "kerbrat")) == []
    client.get(f"/contacts/{archived.id}")
    assert contacts_in(ask(client)) == []


@pytest.mark.parametrize("typed", ["x" * 10_000, '" OR *', "%_\\", "🦊", "   ", "\x00a", ">", "a" * 201, "'; --"])
def test_J3_whatever_is_typed_is_answered(sign_in, make, typed) -> None:
    make("Kerbrat")
    ask(sign_in("reader"), typed)


def test_J3_nothing_typed_is_read_from_the_address(sign_in, make) -> None:
    make("Kerbrat")
    page = sign_in("reader").get("/palette?q=kerbrat")
    assert page.status_code == 200
    assert "Kerbrat" not in page.text


def test_J3_the_contacts_opened_last_come_first_until_one_signs_out(sign_in, make) -> None:
    one, two = make("Kerbrat"), make("Lindner")
    client = sign_in("reader")
    for contact in (one, two, one):
        client.get(f"/contacts/{contact.id}")
    assert contacts_in(ask(client)) == ["Kerbrat", "Lindner"]
    client.submit("/logout")
    assert client.get_cookie("carnet-recent") is None
    client = sign_in("reader")
    assert contacts_in(ask(client)) == []


def test_J3_nobody_is_shown_what_another_opened_in_the_same_browser(sign_in, make) -> None:
    contact = make("Kerbrat")
    client = sign_in("reader")
    client.get(f"/contacts/{contact.id}")
    assert client.get_cookie("carnet-recent") is not None
    assert contacts_in(ask(sign_in("editor"))) == []


@pytest.mark.parametrize("cookie", ["", "...", "x.1", "{me}.99999999999999999999.-1.²", "{me}.{id}.{id}"])
def test_a_cookie_that_somebody_wrote_is_no_trouble(sign_in, user, make, cookie) -> None:
    contact = make("Kerbrat")
    client = sign_in("reader")
    client.get(f"/contacts/{contact.id}")
    me = client.get_cookie("carnet-recent").value.partition(".")[0]
    client.set_cookie("carnet-recent", cookie.format(me=me, id=contact.id))
    assert contacts_in(ask(client)) == (["Kerbrat"] if "{id}" in cookie else [])


def test_J1_only_what_one_may_open_is_offered(sign_in) -> None:
    reader, editor = lines(ask(sign_in("reader"))), lines(ask(sign_in("editor")))
    manager, administrator = lines(ask(sign_in("manager"))), lines(ask(sign_in("administrator")))
    assert {"Contacts", "Prospects", "Customers", "Suppliers", "My account", "Sign out"} <= set(reader)
    assert not {"New contact", "Import", "Bin", "Settings", "Company"} & set(reader)
    assert {"New contact", "New contact: Customer"} <= set(editor)
    assert {"Import", "Bin"} <= set(manager)
    assert not {"Settings", "Company", "Users and roles"} & set(manager)
    assert {"Settings", "Company", "Value lists", "Users and roles"} <= set(administrator)
    # A list and what is set for it are called alike; where they are tells them apart.
    twice = {one for one in administrator if administrator.count(one) > 1}
    assert twice == {"Prospects", "Customers", "Suppliers"}


def test_J3_commands_are_found_by_beginnings_of_words_whatever_their_order(sign_in) -> None:
    client = sign_in("administrator")
    assert lines(ask(client, "customer new"))[0] == "New contact: Customer"
    assert "Value lists" in lines(ask(client, "sett crm"))
    assert "Value lists" not in lines(ask(client, "ists zz"))
    assert lines(ask(client, "> co"))[:2] == ["New contact", "New contact: Prospect"]
    assert "Nothing found" in ask(client, "> kerbrat")


def test_J3_commands_are_found_in_the_users_language(sign_in) -> None:
    client = sign_in("administrator", locale="fr")
    assert "Se déconnecter" in lines(ask(client, "deconn"))
    assert "Sign out" not in lines(ask(client, "sign out"))


def test_J3_what_was_typed_is_searched_or_made_a_contact(sign_in) -> None:
    client = sign_in("editor")
    page = ask(client, "Kerb & Co")
    assert "/contacts?q=Kerb+%26+Co" in page or "/contacts?q=Kerb%20%26%20Co" in page
    assert "New contact “Kerb & Co”" in lines(page)
    made = client.submit("/contacts/new", {"kind": "company", "company_name": "Kerb & Co"})
    assert made.status_code == 200
    assert 'value="Kerb &amp; Co"' in made.text
    assert "New contact “Kerb & Co”" not in lines(ask(sign_in("reader"), "Kerb & Co"))


def test_G1_saved_views_are_found_ones_own_and_shared_ones(sign_in, user) -> None:
    other = user("editor")
    client = sign_in("editor")
    me = ask_me(client)
    for owner, name, key, shared in (
        (me, "Mine in Brest", "customer", False),
        (other.id, "Theirs in Brest", "all", True),
        (other.id, "Hidden in Brest", "all", False),
        (me, "Of a list that is gone", "nonsense", False),
    ):
        arguments = {"city": ["Brest"], "sort": "-changed"}
        db.session.add(SavedView(owner_id=owner, name=name, list=key, shared=shared, arguments=arguments))
    db.session.flush()
    page = ask(client, "brest")
    assert lines(page.partition('id="palette-views"')[2])[:2] == ["Mine in Brest", "Theirs in Brest"]
    assert "Hidden" not in page
    url = re.search(r'href="(/customers\?[^"]+)"', page)[1]
    assert "city=Brest" in url
    assert "sort=-changed" in url
    assert "saved=" in url
    assert "Of a list that is gone" not in ask(client)


def ask_me(client) -> int:
    """The id of who is signed in, as forms carry it."""
    return int(re.search(r'name="whose" value="(\d+)"', client.get("/palette").text)[1])


def test_J3_without_script_it_is_a_page_of_links_and_buttons(sign_in, make) -> None:
    make("Kerbrat", functions=["supplier"])
    client = sign_in("editor")
    assert 'href="/palette" data-palette' in client.get("/contacts").text
    plain = client.get("/palette").text
    assert 'action="/palette" method="post"' in plain
    assert '<a class="c-menu__item" href="/suppliers">' in plain
    assert '<button class="c-menu__item" type="submit" form="sign-out">' in plain
    assert 'id="sign-out" action="/logout" method="post"' in plain
    found = client.submit("/palette", {"q": "kerb"})
    assert found.status_code == 200
    assert 'value="kerb"' in found.text
    assert "<b>Kerb</b>rat" in found.text
    main = found.text.partition('id="main"')[2].partition("</main>")[0]
    assert 'role="option"' not in main


def test_J3_it_takes_a_few_statements_however_many_are_found(sign_in, make, statements) -> None:
    client = sign_in("administrator")
    make("Kerbrat", phones=[{"value": "+33 6 12 34 56 78"}])
    sizes = []
    for _turn in range(2):
        with statements() as seen:
            ask(client, "33612")
        sizes.append(len(seen))
        for place in range(20):
            make(f"Kerb {place}", phones=[{"value": f"+33 6 12 34 56 {place:02}"}])
    assert sizes[0] == sizes[1] <= 9


def test_asking_waits_for_no_writer(app) -> None:
    assert app.view_functions["palette.find"].only_asks


class TestPlugins:
    """What a plug-in offers in menus is a command without more ado; switched off, it is none (spec I1, I2)."""

    @pytest.fixture(params=[None, ("customers",)])
    def plugins(self, request) -> PluginSet:
        return PluginSet(found=discover(["sample_plugin"]), wanted=request.param)

    def test_I1_commands_come_and_go_with_the_plug_in(self, sign_in, plugins) -> None:
        found = set(lines(ask(sign_in("editor"))))
        assert ({"Partners", "New contact: Partner"} <= found) is (plugins.wanted is None)
        assert ("Suppliers" in found) is (plugins.wanted is None)
        assert "Customers" in found


@pytest.mark.parametrize(
    ("text", "typed", "expected"),
    [
        ("Kerbrat", "kerb", [("Kerb", True), ("rat", False)]),
        ("Straße 7", "strasse", [("Straße", True), (" 7", False)]),
        ("Émile Zola", "zo em", [("Ém", True), ("ile ", False), ("Zo", True), ("la", False)]),
        ("ana ana", "ana", [("ana", True), (" ", False), ("ana", True)]),
        ("Nothing", "xyz", [("Nothing", False)]),
        ("", "a", []),
    ],
)  # fmt: skip
def test_what_was_typed_is_marked_as_it_is_written(text, typed, expected) -> None:
    assert marked(text, words_of(typed)) == expected


@pytest.mark.parametrize(
    ("typed", "fitting"), [("new cu", True), ("cu", True), ("us", False), ("ust", True), ("new pro", False), ("", True)]
)
def test_a_command_fits_all_words_by_their_beginnings_or_from_three_letters_on(typed, fitting) -> None:
    assert fits(words_of(typed), "New contact: Customer") is fitting


def test_J1_nobody_is_answered_before_signing_in(client, make) -> None:
    make("Kerbrat")
    assert "/login" in client.get("/palette").headers["Location"]
    assert "Kerbrat" not in client.submit("/palette", {"q": "kerb"}, follow_redirects=True).text
