"""Columns of the lists: chosen, ordered, kept for a user and a list, or said by the address (spec G1)."""

from __future__ import annotations

import html
import re

import pytest

from webapp import testing
from webapp.contacts import links
from webapp.discovery import discover
from webapp.functions.numbers import put
from webapp.lists.columns import CORE, columns_of, offered_columns
from webapp.lists.rows import filling, gap
from webapp.lists.sorts import SORTS

USUAL = ["functions", "persons", "city", "number", "responsible", "partner_level", "changed"]


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=discover(["sample_plugin"]))


@pytest.fixture
def firm(make, user):
    parent = make("Holding Nord")
    return make(
        "Kerbrat",
        functions=["customer"],
        emails=[{"value": "info@kerbrat.example"}, {"value": "second@kerbrat.example"}],
        phones=[{"value": "+33 2 98 00 11 22"}],
        addresses=[{"purpose": "main", "city": "Quimper", "country": "FR"}],
        tags=["VIP", "Bois"],
        website="https://kerbrat.example",
        language="fr",
        parent_id=parent.id,
        responsible_id=user("editor").id,
    )


def labels(page: str) -> list[str]:
    """The heads of the table, words alone."""
    head = page[page.index("<thead>") : page.index("</thead>")]
    cells = re.findall(r'<th scope="col"(?! class="c-cell-(?:check|act))[^>]*>(.*?)</th>', head, re.S)
    return [html.unescape(re.sub(r"<[^>]+>", "", one)).strip() for one in cells]


def cells(page: str, contact) -> dict[str, str]:
    """A row's cells by their labels, words alone."""
    row = re.search(rf'<tr id="c-{contact.id}">.*?</tr>', page, re.S)[0]
    found = re.findall(r'<td[^>]* data-label="([^"]*)"[^>]*>(.*?)</td>', row, re.S)
    return {label: " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split()) for label, text in found}


def chosen(page: str) -> list[tuple[str, bool]]:
    """The columns in the form of the chooser, in their order, and whether each is ticked."""
    return [
        (key, bool(checked)) for key, checked in re.findall(r'name="col" value="(\w+)"( checked)?', page)
    ]  # fmt: skip


def test_G1_the_address_says_which_columns_are_shown_in_which_order(sign_in, firm) -> None:
    page = sign_in("editor").get("/contacts?cols=email,city,phone,tags,country,language,kind,parent,website").text
    assert labels(page) == [
        "Name", "E-mail", "City", "Phone", "Tags", "Country", "Language", "Kind", "Parent company", "Website"
    ]  # fmt: skip
    assert cells(page, firm) == {
        "E-mail": "info@kerbrat.example",
        "City": "Quimper FR",
        "Phone": "+33 2 98 00 11 22",
        "Tags": "Bois VIP",
        "Country": "France",
        "Language": "French",
        "Kind": "Company",
        "Parent company": "Holding Nord",
        "Website": "https://kerbrat.example",
    }
    # Every way on keeps them.
    assert page.count("cols=email,city,phone") > 10


def test_G1_a_list_shows_the_usual_columns_and_every_head_sorts(sign_in, firm) -> None:
    page = sign_in("editor").get("/customers").text
    assert labels(page)[:6] == ["Name", "Functions", "Pers.", "City", "Number", "Responsible"]
    assert labels(page)[-1] == "Changed"
    everything = ",".join(one.key for one in CORE)
    page = sign_in("editor").get(f"/contacts?cols={everything}").text
    assert set(re.findall(r'id="sort-(\w+)"', page)) == {one.key for one in CORE} | {"name"} == set(SORTS)
    sorted_page = sign_in("editor").get("/contacts?cols=email,changed&sort=email").text
    assert 'aria-sort="ascending"><a href="/contacts?cols=email,changed&amp;sort=-email"' in sorted_page
    # What is newest is asked for first.
    assert 'href="/contacts?cols=email,changed&amp;sort=-changed" id="sort-changed"' in sorted_page


def test_G1_what_an_address_makes_up_is_passed_over(sign_in, firm) -> None:
    client = sign_in("editor")
    assert labels(client.get("/contacts?cols=nothing,email,email,%00,<b>").text) == ["Name", "E-mail"]
    assert labels(client.get("/contacts?cols=nothing").text)[:2] == ["Name", "Functions"]


def test_G1_chosen_columns_are_kept_for_the_user_and_the_list(sign_in, firm) -> None:
    client = sign_in("editor")
    form = client.get("/contacts/columns?list=customer&sort=-city").text
    assert [key for key, ticked in chosen(form) if ticked] == USUAL
    order = [key for key, _ticked in chosen(form)]
    sent = {"in": "customer?sort=-city", "order": ["email", *order], "col": ["email", "city"]}
    answer = client.submit("/contacts/columns", sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/customers?sort=-city")
    assert labels(client.get("/customers").text) == ["Name", "E-mail", "City"]
    assert [key for key, ticked in chosen(client.get("/contacts/columns?list=customer").text) if ticked] == [
        "email", "city"
    ]  # fmt: skip
    # The list of all contacts, the address, another user have their own.
    assert labels(client.get("/contacts").text)[1] == "Functions"
    assert labels(client.get("/customers?cols=number").text) == ["Name", "Number"]
    assert labels(sign_in("editor").get("/customers").text)[1] == "Functions"


def test_G1_by_default_brings_the_usual_ones_back(sign_in, firm) -> None:
    client = sign_in("reader")
    client.submit("/contacts/columns", {"in": "all", "order": ["email"], "col": ["email"]})
    assert labels(client.get("/contacts").text) == ["Name", "E-mail"]
    answer = client.submit(
        "/contacts/columns", {"in": "all?cols=phone", "order": ["email"], "col": ["email"], "reset": "1"}
    )
    assert answer.headers["Location"] == "/contacts"
    assert labels(client.get("/contacts").text)[1] == "Functions"


def test_G1_the_buttons_move_a_column_and_keep_nothing_yet(sign_in, firm) -> None:
    client = sign_in("editor")
    sent = {"in": "all", "order": ["email", "city", "phone"], "col": ["city", "phone"]}
    page = client.submit("/contacts/columns", {**sent, "up": "phone"})
    assert page.status_code == 200
    assert chosen(page.text) == [("email", False), ("phone", True), ("city", True)]
    assert chosen(client.submit("/contacts/columns", {**sent, "down": "email"}).text)[0] == ("city", True)
    for end in ({"up": "email"}, {"down": "phone"}, {"up": "nothing"}):
        assert [key for key, _t in chosen(client.submit("/contacts/columns", {**sent, **end}).text)] == sent["order"]
    assert labels(client.get("/contacts").text)[1] == "Functions"


def test_G1_no_column_and_no_list_is_refused_in_words(sign_in) -> None:
    client = sign_in("editor")
    answer = client.submit("/contacts/columns", {"in": "all", "order": ["email"]})
    assert answer.status_code == 422
    assert "Tick at least one column" in answer.text
    assert (
        client.submit("/contacts/columns", {"in": "nowhere", "order": ["email"], "col": ["email"]}).status_code == 404
    )
    assert client.get("/contacts/columns?list=nowhere").status_code == 404


def test_I1_a_plug_ins_column_stands_in_its_lists_and_can_be_left_out(sign_in, make, partner_range) -> None:
    make("Kerbrat", functions=["partner"])
    client = sign_in("editor")
    # When it was changed closes the row.
    assert labels(client.get("/partners").text)[-2:] == ["Partner level", "Changed"]
    assert labels(client.get("/partners?cols=city").text) == ["Name", "City"]
    assert "partner_level" in offered_columns("partner")


def test_G1_only_what_is_shown_is_asked_for(sign_in, firm, statements) -> None:
    client = sign_in("editor")
    client.get("/contacts")

    def asked(cols: str) -> list[str]:
        with statements() as seen:
            assert client.get(f"/contacts?cols={cols}").status_code == 200
        return seen.texts

    assert not [one for one in asked("city,changed") if "contact_number" in one or "contact_email" in one]
    assert len(asked("email")) == len(asked("phone")) == len(asked("tags")) == len(asked("city")) + 1
    assert len(asked("functions,persons,number")) == len(asked("functions"))


def test_G1_columns_cost_the_same_for_1_and_50_rows(sign_in, make, firm, system, statements) -> None:
    client = sign_in("editor")
    address = "/contacts?cols=" + ",".join(offered_columns(""))
    sizes = []
    for number in (1, 50):
        for one in range(number):
            contact = make(f"Firm {number} {one}", tags=["VIP"], parent_id=firm.id)
            links.create(contact.id, make(f"Person {number} {one}", kind="person").id, {})
        client.get(address)
        with statements() as seen:
            assert client.get(address).status_code == 200
        sizes.append(len(seen))
    assert sizes[0] == sizes[1] <= 24


def test_F3_former_numbers_have_their_column(sign_in, make, system) -> None:
    firm = make("Kerbrat", functions=["customer"])
    for value in ("K-1", "K-2"):
        put(firm, "customer", value)
    assert columns_of("customer", ["former"])[0].key == "former"
    assert "K-1" in cells(sign_in("editor").get("/customers?cols=former").text, firm)["Former numbers"]


@pytest.mark.parametrize("name", ["<b>Bold</b> & Sons", '"Quoted" %s %d {name}', "100 % Bio", "\\1 \\g<0>"])
def test_G1_names_stand_in_lines_as_they_are(sign_in, make, name) -> None:
    firm = make(name, tags=["50 %", "<i>"], addresses=[{"purpose": "main", "city": "<City> %s", "country": "FR"}])
    page = sign_in("manager").get("/contacts?cols=city,tags").text
    row = re.search(rf'<tr id="c-{firm.id}">.*?</tr>', page, re.S)[0]
    assert f"<bdi>{html.escape(name, quote=False)}</bdi>" in row.replace("&#34;", '"')
    assert f"Choose {html.escape(name, quote=False)}</span>" in row.replace("&#34;", '"')
    assert (cells(page, firm)["City"], cells(page, firm)["Tags"]) == ("<City> %s FR", "50 % <i>")


def test_G1_a_label_may_hold_what_patterns_are_made_of() -> None:
    assert filling(f"5 % of {gap(1)}, {gap(0)} %s %d")(["a", "b"]) == "5 % of b, a %s %d"
    assert filling("100 %")([]) == "100 %"


def test_G4_a_row_is_edited_in_the_columns_that_are_shown(sign_in, firm, system) -> None:
    client = sign_in("editor")
    headers = {"HX-Request": "true", "HX-Target": f"tr#c-{firm.id}"}
    where = {"customer?cols=country,website,tags": {"company_name", "country", "website", "tags"},
             "customer?cols=functions,city": {"company_name", "tags", "city", "country"},
             "customer?cols=number": {"company_name"}}  # fmt: skip
    for place, names in where.items():
        page = client.get(f"/contacts/{firm.id}/row", query_string={"in": place}, headers=headers).text
        assert set(re.findall(r'form="edit-\d+" name="(\w+)"', page)) == names
        assert set(re.findall(r'name="was-(\w+)"', page)) == names
    address = f"/contacts/{firm.id}/row?in=customer%3Fcols%3Dlanguage%2Cwebsite"
    sent = {
        "version": str(firm.version),
        "was-language": "fr",
        "language": "de",
        "website": "",
        "was-website": "https://kerbrat.example",
    }
    saved = client.submit(address, sent, headers=headers)
    assert cells(saved.text, firm) == {"Language": "German", "Website": "–"}
    assert (firm.language, firm.website, firm.tags) == ("de", "", ["Bois", "VIP"])


def test_G1_more_than_a_thousand_are_counted_when_asked(sign_in, make, monkeypatch) -> None:
    from webapp.lists import query, views

    for module in (query, views):
        monkeypatch.setattr(module, "CAP", 3)
    for number in range(5):
        make(f"Firm {number}", functions=["customer"])
    client = sign_in("editor")
    page = client.get("/customers?sort=-name").text
    assert re.sub(r"<[^>]+>", "", re.search(r'id="count".*?</p>', page, re.S)[0].partition(">")[2]).startswith("3+")
    url = html.unescape(re.search(r'href="(/contacts/count[^"]+)"', page)[1])
    fragment = client.get(url, headers={"HX-Request": "true", "HX-Target": "p#count"}).text
    assert fragment.strip() == '<span data-exact="5" data-announce>5 contacts</span>'
    alone = client.get(url).text
    assert "5 contacts" in alone
    assert 'href="/customers?sort=-name"' in alone


def test_G2_all_that_match_are_chosen_without_scripts(sign_in, make) -> None:
    for number in range(60):
        make(f"Firm {number:02}", functions=["prospect"])
    client = sign_in("manager")
    page = client.get("/prospects?sort=-name").text
    assert re.search(r'<button[^>]* form="bulk-all" name="select" value="all"', page)
    assert (
        '<form id="bulk-all" action="/prospects" method="get"><input type="hidden" name="sort" value="-name">' in page
    )
    assert 'data-other="{n} of 60 chosen"' in page
    answer = client.get("/prospects?sort=-name&select=all").text
    bar = answer[answer.index('id="bulk"') : answer.index('id="mass"')]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', bar))
    assert (hidden["all"], hidden["expected"], hidden["in"], hidden["back"]) == (
        "1", "60", "prospect?sort=-name", "/prospects?sort=-name"
    )  # fmt: skip
    assert "All 60 contacts of the list are chosen" in bar
    assert 'href="/prospects?sort=-name" data-select-page' in bar
    # A page of it is no longer all.
    assert "select=all" not in answer[answer.index('id="list"') :]


def test_J1_density_is_the_users_own(sign_in, make) -> None:
    make("Kerbrat")
    client = sign_in("editor")
    assert 'name="density" value="comfortable"' in client.get("/contacts").text
    answer = client.submit("/preferences", {"density": "comfortable", "next": "/contacts?sort=-name"})
    assert answer.headers["Location"] == "/contacts?sort=-name"
    page = client.get("/contacts").text
    assert 'data-density="comfortable"' in page
    assert 'name="density" value="compact"' in page
    client.submit("/preferences", {"density": "huge"})
    assert 'data-density="comfortable"' in client.get("/contacts").text
