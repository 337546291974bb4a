"""Saved views of a list: private or shared, one that opens by itself, changed and reset (spec G1)."""

from __future__ import annotations

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from webapp.db import db
from webapp.lists.models import ListSetting, SavedView

LIST = "customer?kind=company&cols=email,city&sort=-city"


@pytest.fixture
def firms(make):
    make("Kerbrat", functions=["customer"], addresses=[{"purpose": "main", "city": "Quimper"}])
    make("Ruiz", kind="person", functions=["customer"])


def save(client, place: str = LIST, **sent: str):
    return client.submit("/contacts/views/new", {"in": place, "name": "Mine", "shared": "0", **sent})


def tabs(page: str) -> dict[str, tuple[str, bool]]:
    """By name where a tab leads, and whether it is the open one."""
    nav = page[page.index('aria-label="Saved views"') :]
    found = re.findall(r'<a href="([^"]+)"( aria-current="page")?[^>]*>(.*?)</a>', nav[: nav.index("view-add")], re.S)
    return {re.sub(r"<[^>]+>", "", name).strip(): (html.unescape(url), bool(open_)) for url, open_, name in found}


def view(name: str = "Mine") -> SavedView:
    db.session.expire_all()
    return db.session.query(SavedView).filter_by(name=name).one()


def hidden(page: str, action: str) -> dict[str, str]:
    """The hidden fields of a form."""
    form = page[page.index(f'action="{action}"') :]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[: form.index("</form>")]))


def test_G1_a_list_is_kept_as_a_view_and_opened_again(sign_in, firms) -> None:
    client = sign_in("reader")
    form = client.get("/contacts/views/new?list=customer&kind=company&cols=email,city&sort=-city").text
    for told in ("Company", "Name, E-mail, City", "City, descending"):
        assert told in form
    assert hidden(form, "/contacts/views/new")["in"] == "customer?kind=company&amp;cols=email%2Ccity&amp;sort=-city"
    answer = save(client)
    assert answer.status_code == 303
    address = urlsplit(answer.headers["Location"])
    assert address.path == "/customers"
    assert parse_qs(address.query) == {"kind": ["company"], "sort": ["-city"], "saved": [str(view().id)]}
    page = client.get(answer.headers["Location"]).text
    assert "The view “Mine” is saved." in page
    assert tabs(page)["Mine"] == (answer.headers["Location"], True)
    assert tabs(page)["All"] == ("/customers", False)
    assert re.findall(r'id="sort-(\w+)"', page) == ["name", "email", "city"]
    assert "Ruiz" not in page
    assert "Save the changes" not in page
    # It is of this list alone.
    assert list(tabs(client.get("/contacts").text)) == ["All"]


def test_G1_a_private_view_is_its_owners_alone(sign_in, firms) -> None:
    save(sign_in("editor"))
    mine, other = view(), sign_in("administrator")
    page = other.get(f"/customers?kind=company&saved={mine.id}")
    assert page.status_code == 200
    assert "not there any more, or it is not yours" in page.text
    assert list(tabs(page.text)) == ["All"]
    assert tabs(page.text)["All"][1]
    # The list is as its address says, and its links no longer speak of the view.
    assert "Ruiz" not in page.text
    assert "saved=" not in page.text[page.text.index('id="list"') :]
    for answer in (
        other.get(f"/contacts/views/{mine.id}"),
        other.submit(f"/contacts/views/{mine.id}", {"name": "Yours", "version": "1"}),
        other.submit(f"/contacts/views/{mine.id}/content", {"in": LIST, "version": "1"}),
        other.submit(f"/contacts/views/{mine.id}/delete", {"version": "1"}),
    ):
        assert answer.status_code == 404
    assert view().version == 1


@pytest.mark.parametrize("made_up", ["7", "x", "-1", "9" * 20, "all", "1'--"])
def test_G1_a_view_that_is_not_there_opens_the_list_without_one(sign_in, firms, made_up) -> None:
    page = sign_in("editor").get(f"/customers?saved={made_up}")
    assert page.status_code == 200
    assert ("not there any more" in page.text) == (made_up != "all")
    assert "Kerbrat" in page.text


@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_G1_a_view_of_a_made_up_number_is_not_found(sign_in, firms, number) -> None:
    client = sign_in("manager")
    place = {"in": LIST, "name": "Mine", "version": "1"}
    sent = [client.submit(f"/contacts/views/{number}{page}", place) for page in ("", "/content", "/delete")]
    assert [one.status_code for one in (client.get(f"/contacts/views/{number}"), *sent)] == [404] * 4


def test_J1_shared_views_are_seen_by_all_and_kept_by_managers(sign_in, firms) -> None:
    editor = sign_in("editor")
    assert save(editor, shared="1").status_code == 403
    assert "Your role does not allow to share views." in editor.get("/contacts/views/new?list=customer").text
    save(sign_in("manager"), shared="1")
    shared = view()
    reader = sign_in("reader")
    page = reader.get("/customers").text
    assert 'title="Shared by Manager"' in page
    page = reader.get(tabs(page)["Mine"][0] + "&country=FR").text
    assert "Changed" in page
    assert "Save the changes" not in page
    assert "Reset" in page
    form = reader.get(f"/contacts/views/{shared.id}").text
    assert "This view is shared by Manager." in form
    assert "Delete the view" not in form
    for answer in (
        reader.submit(f"/contacts/views/{shared.id}", {"name": "Yours", "version": "1", "shared": "1"}),
        reader.submit(f"/contacts/views/{shared.id}", {"name": "Mine", "version": "1", "shared": "0"}),
        reader.submit(f"/contacts/views/{shared.id}/content", {"in": LIST, "version": "1"}),
        reader.submit(f"/contacts/views/{shared.id}/delete", {"version": "1"}),
    ):
        assert answer.status_code == 403
    # Opening the list with it is everyone's own affair.
    sent = {"name": "Mine", "version": "1", "shared": "1", "default": "1"}
    assert reader.submit(f"/contacts/views/{shared.id}", sent).status_code == 303
    assert view().version == 1
    assert f"saved={shared.id}" in reader.get("/customers").headers["Location"]
    other = sign_in("manager")
    assert other.submit(f"/contacts/views/{shared.id}/content", {"in": "customer", "version": "1"}).status_code == 303
    assert view().arguments == {}


def test_G1_the_default_view_opens_at_the_bare_address(sign_in, firms) -> None:
    client = sign_in("editor")
    address = save(client, default="1").headers["Location"]
    for asked in ("/customers", "/customers?"):
        answer = client.get(asked)
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = client.get(address).text
    # Its neighbour means all, and what is removed stays removed.
    assert tabs(page)["All"] == ("/customers?saved=all", False)
    everything = client.get("/customers?saved=all").text
    assert tabs(everything)["All"][1]
    assert "Ruiz" in everything
    assert 'href="/customers?saved=all&amp;sort=-name"' in everything
    part = client.get("/customers", headers={"HX-Request": "true", "HX-Target": "div#list"})
    assert part.status_code == 200
    assert "Ruiz" in part.text
    assert 'href="/customers?saved=all&amp;sort=-name"' in part.text
    # Another list and another user have their own.
    assert client.get("/contacts").status_code == 200
    assert sign_in("editor").get("/customers").status_code == 200


def test_G1_opening_with_it_is_switched_off_again(sign_in, firms) -> None:
    client = sign_in("editor")
    save(client, default="1")
    sent = {"name": "Mine", "version": "1", "shared": "0"}
    assert 'name="default" value="1" checked' in client.get(f"/contacts/views/{view().id}").text
    client.submit(f"/contacts/views/{view().id}", sent)
    assert client.get("/customers").status_code == 200
    assert view().version == 1


def test_G1_a_list_that_differs_is_saved_or_reset(sign_in, firms) -> None:
    client = sign_in("editor")
    address = save(client).headers["Location"]
    number = view().id
    for other in ("&country=FR", "&cols=email", "&cols=city,email", "&q=ker"):
        page = client.get(address + other).text
        assert "Save the changes" in page, other
        assert f'href="{html.escape(address)}">' in page
    # A page further on, or the columns as they are, is no change.
    assert "Save the changes" not in client.get(address + "&cols=email,city").text
    page = client.get(f"/customers?cols=number&saved={number}").text
    sent = hidden(page, f"/contacts/views/{number}/content")
    answer = client.submit(f"/contacts/views/{number}/content", {"in": html.unescape(sent["in"]), "version": "1"})
    assert answer.headers["Location"] == f"/customers?saved={number}"
    assert (view().arguments, view().columns, view().version) == ({}, ["number"], 2)
    assert re.findall(r'id="sort-(\w+)"', client.get(answer.headers["Location"]).text) == ["name", "number"]


def test_G1_columns_chosen_in_a_view_are_said_by_the_address_until_it_is_saved(sign_in, firms) -> None:
    client = sign_in("editor")
    save(client)
    number = view().id
    place = f"customer?kind=company&saved={number}&sort=-city"
    answer = client.submit("/contacts/columns", {"in": place, "order": ["phone", "email"], "col": ["phone"]})
    assert answer.headers["Location"] == f"/customers?kind=company&cols=phone&saved={number}&sort=-city"
    assert "Save the changes" in client.get(answer.headers["Location"]).text
    assert db.session.query(ListSetting).count() == 0
    back = client.submit("/contacts/columns", {"in": place + "&cols=phone", "order": ["phone"], "reset": "1"})
    assert back.headers["Location"] == f"/customers?kind=company&saved={number}&sort=-city"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "Mine"])
def test_G1_a_views_name_is_checked_in_its_form(sign_in, firms, name) -> None:
    client = sign_in("editor")
    save(client)
    answer = save(client, name=name, default="1")
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'name="default" value="1" checked' in answer.text
    assert hidden(answer.text, "/contacts/views/new")["in"].startswith("customer?kind=company")
    save(client, name="Other")
    again = client.submit(f"/contacts/views/{view('Other').id}", {"name": name, "version": "1", "shared": "0"})
    assert again.status_code == 422
    assert view("Other").version == 1
    # In another list, and for another user, the name is free.
    if name == "Mine":
        assert save(client, place="all", name=name).status_code == 303
        assert save(sign_in("editor"), name=name).status_code == 303


def test_A5_two_who_change_one_shared_view_lose_nothing(sign_in, firms) -> None:
    one = sign_in("manager")
    save(one, shared="1")
    number = view().id
    sent = {"name": "Theirs", "version": "1", "shared": "1"}
    assert one.submit(f"/contacts/views/{number}", sent).status_code == 303
    answer = one.submit(f"/contacts/views/{number}", {**sent, "name": "Yours"})
    assert answer.status_code == 409
    assert "Someone else changed this view meanwhile" in answer.text
    assert 'value="Yours"' in answer.text
    assert hidden(answer.text, f"/contacts/views/{number}")["version"] == "2"
    for action in ("content", "delete"):
        assert one.submit(f"/contacts/views/{number}/{action}", {"in": LIST, "version": "1"}).status_code == 409
        assert one.submit(f"/contacts/views/{number}/{action}", {"in": LIST, "version": "x"}).status_code == 409
    assert view("Theirs").version == 2


def test_G1_a_deleted_view_leaves_the_list_and_opens_it_no_more(sign_in, firms) -> None:
    client = sign_in("manager")
    address = save(client, shared="1", default="1").headers["Location"]
    number = view().id
    answer = client.submit(f"/contacts/views/{number}/delete", {"version": "1"})
    assert answer.headers["Location"] == "/customers"
    page = client.get("/customers")
    assert page.status_code == 200
    assert "The view “Mine” is deleted." in page.text
    assert list(tabs(page.text)) == ["All"]
    assert "not there any more" in client.get(address).text
    assert client.get(f"/contacts/views/{number}").status_code == 404


def test_G1_a_shared_view_made_private_opens_nobody_elses_list(sign_in, firms, user) -> None:
    owner = user("manager")
    client = sign_in("manager")
    save(client, shared="1")
    number = view().id
    db.session.add(ListSetting(user_id=owner.id, list="customer", default_view_id=number))
    db.session.commit()
    client.submit(f"/contacts/views/{number}", {"name": "Mine", "version": "1", "shared": "0"})
    assert client.get("/customers").status_code == 200
    view().owner_id = owner.id
    db.session.commit()
    assert client.get("/customers").status_code == 200
    assert list(tabs(client.get("/customers").text)) == ["All"]


def test_I1_a_view_outlives_what_it_names(sign_in, firms) -> None:
    client = sign_in("editor")
    save(client)
    view().arguments = {"sort": "-gone_column", "gone_filter": ["x"], "kind": "company"}
    view().columns = ["gone_column", "city"]
    db.session.commit()
    url, _open = tabs(client.get("/customers").text)["Mine"]
    page = client.get(url)
    assert page.status_code == 200
    assert re.findall(r'id="sort-(\w+)"', page.text) == ["name", "city"]
    assert "Save the changes" not in page.text


def test_G1_a_view_of_what_no_filter_knows_can_still_be_deleted(sign_in, firms) -> None:
    client = sign_in("editor")
    for address in ("/contacts/views/new?list=customer&responsible=99", "/contacts/columns?responsible=99"):
        assert client.get(address).status_code == 422
    save(client)
    view().arguments = {"responsible": ["99"]}
    db.session.commit()
    assert client.get(tabs(client.get("/customers").text)["Mine"][0]).status_code == 422
    assert "Delete the view" in client.get(f"/contacts/views/{view().id}").text
    assert client.submit(f"/contacts/views/{view().id}/delete", {"version": "1"}).status_code == 303


def test_G1_views_stand_in_the_order_of_their_names(sign_in, firms) -> None:
    client = sign_in("editor")
    for name in ("zoo", "Étang", "alpha", "Eau"):
        save(client, name=name)
    assert list(tabs(client.get("/customers").text)) == ["All", "alpha", "Eau", "Étang", "zoo"]


def test_G1_a_list_is_not_kept_a_hundred_and_one_times(sign_in, firms, monkeypatch) -> None:
    from webapp.lists import saved

    monkeypatch.setattr(saved, "MOST", 1)
    client = sign_in("editor")
    assert save(client).status_code == 303
    answer = save(client, name="Other")
    assert answer.status_code == 409
    assert "Delete one first" in answer.text
    assert client.get("/contacts/views/new?list=nowhere").status_code == 404
    assert save(client, place="nowhere").status_code == 404
