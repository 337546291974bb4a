"""A file knows the list it was opened from: way back, place, the files beside it (spec J3)."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

import pytest

from webapp.lists.place import Place


@pytest.fixture
def firms(make):
    """Five customers A to E, C without function."""
    return {name: make(name * 3, functions=[] if name == "C" else ["customer"]) for name in "ABCDE"}


def bar(page: str) -> dict[str, str]:
    """What the bar above a file says: links by their rel, the place in words."""
    inside = page.partition('<div class="c-filebar">')[2].partition("</div>")[0].replace("&amp;", "&")
    found = {rel: url for url, rel in re.findall(r'<a [^>]*href="([^"]+)" rel="(\w+)"', inside)}
    if rank := re.search(r'c-num">([^<]+)<', inside):
        found["rank"] = rank[1]
    found["back"] = re.findall(r'<li><a href="([^"]+)"', inside)[0]
    return found


def link_of(page: str, name: str) -> str:
    return re.search(rf'<a href="([^"]+)"><bdi>{name}</bdi>', page)[1].replace("&amp;", "&")


def test_J3_the_files_before_and_after_are_those_of_the_list(sign_in, firms) -> None:
    client = sign_in("reader")
    page = client.get("/customers?sort=-name").text
    file = bar(client.get(link_of(page, "BBB")).text)
    assert file["rank"] == "3 of 4"
    assert file["prev"].startswith(f"/contacts/{firms['D'].id}?view=customer&in=")
    assert file["next"].startswith(f"/contacts/{firms['A'].id}?view=customer&in=")
    assert file["back"] == "/customers?sort=-name"
    last = bar(client.get(file["next"]).text)
    assert last["rank"] == "4 of 4"
    assert "next" not in last
    assert bar(client.get(last["prev"]).text)["next"] == file["next"]


def test_J3_without_a_list_there_are_no_such_links(sign_in, firms) -> None:
    client = sign_in("reader")
    for place in (
        "",
        "?in=",
        "?in=nonsense",
        "?in=customer%3Fsort%3Dshoesize",
        "?in=all%3Fcountry%3DXX",
        "?in=" + "x" * 3000,
    ):
        answer = client.get(f"/contacts/{firms['B'].id}{place}")
        assert answer.status_code == 200
        assert bar(answer.text) == {"back": "/contacts"}


def test_J3_the_way_back_leads_to_the_very_page(sign_in, make, monkeypatch) -> None:
    for number in range(60):
        make(f"Firm {number:02}", addresses=[{"purpose": "main", "country": "FR"}])
    client = sign_in("reader")
    first = client.get("/contacts?country=FR").text
    second = re.search(r'href="(/contacts\?country=FR&amp;after=[^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    file = bar(client.get(link_of(client.get(second).text, "Firm 55")).text)
    assert file["back"] == second
    assert file["rank"] == "56 of 60"


def test_J3_the_pages_of_a_file_keep_its_list(sign_in, firms) -> None:
    client = sign_in("editor")
    place = "in=customer%3Fsort%3D-name"
    page = client.get(f"/contacts/{firms['B'].id}?{place}").text
    for address in ("/persons", "/history", "/edit"):
        assert re.search(rf'href="/contacts/{firms["B"].id}{address}\?[^"]*in=customer', page), address
    # Another contact's file is none of this list.
    assert f"/contacts/{firms['A'].id}/persons?in" not in page
    for address in ("/persons", "/history"):
        assert bar(client.get(f"/contacts/{firms['B'].id}{address}?{place}").text)["rank"] == "3 of 4"


def test_J3_what_is_done_in_the_file_leads_back_to_its_list(sign_in, firms) -> None:
    client = sign_in("manager")
    file = f"/contacts/{firms['B'].id}"
    place = "?in=customer%3Fsort%3D-name"
    page = client.get(f"{file}/edit{place}").text
    sent = dict(re.findall(r'type="hidden" name="(version|base)" value="([^"]*)"', page))
    assert f'action="{file}/edit{place}"'.replace("%3F", "?") in page
    answer = client.submit(f"{file}/edit{place}", {**sent, "company_name": "BBC", "view": "all"})
    assert answer.headers["Location"].startswith(f"{file}?in=customer")
    answer = client.submit(f"{file}/archive{place}", {"archived": "1"})
    assert answer.headers["Location"].startswith(f"{file}?in=customer")
    assert client.submit(f"{file}/delete{place}").headers["Location"] == "/customers?sort=-name"


def test_J3_a_contact_that_has_left_the_list_still_leads_on(sign_in, firms) -> None:
    file = bar(sign_in("reader").get(f"/contacts/{firms['C'].id}?in=customer").text)
    assert "rank" not in file
    assert firms["B"].id == int(re.search(r"/contacts/(\d+)", file["prev"])[1])
    assert firms["D"].id == int(re.search(r"/contacts/(\d+)", file["next"])[1])


@pytest.mark.parametrize(
    "text", ["all", "customer", "all?q=M%C3%BCller&country=FR&country=DE&archived=1&sort=-changed"]
)
def test_a_place_is_read_as_it_was_written(app, system, text) -> None:
    with app.test_request_context():
        assert Place.read(text).text() == text


def test_the_bar_costs_the_same_however_long_the_list(sign_in, make, statements) -> None:
    client = sign_in("reader")
    costs = []
    for more in (3, 60):
        made = [make(f"Firm {more} {number:02}", functions=["customer"]) for number in range(more)]
        with statements() as seen:
            assert client.get(f"/contacts/{made[1].id}?in=customer%3Fsort%3D-changed").status_code == 200
        costs.append(len(seen))
    with statements() as seen:
        client.get(f"/contacts/{made[1].id}")
    assert costs[0] == costs[1] == len(seen) + 3


def long(length: int) -> str:
    """A list of customers in Germany, its address that long: what narrows it stands last."""
    begin, end = "customer?", "country=DE"
    more = [f"tag={at:02}{'x' * 194}&" for at in range(20)] + [f"city={at:02}{'x' * 156}&" for at in range(20)]
    text = begin
    for one in more:
        if len(text) + len(one) + len(end) <= length:
            text += one
    return text + end


def test_G2_a_place_is_read_whole_or_not_at_all(app, system) -> None:
    with app.test_request_context():
        many = "customer?" + "".join(f"tag=T{at}&city=C{at}&changed=20{at + 10}&" for at in range(20)) + "country=DE"
        assert {key: len(values) for key, values in Place.read(many).query.chosen().items()} == {
            "tag": 20, "city": 20, "country": 1, "changed": 20,
        }  # fmt: skip
        assert len(long(7_000)) > 6_500
        assert Place.read(long(7_000)).query.chosen()["country"] == ["DE"]
        assert Place.read("customer?" + "&" * 8_000 + "country=DE") is None


@pytest.mark.parametrize(("length", "is_kept"), [(4_000, True), (8_001, False)])
def test_G2_a_page_of_a_file_keeps_its_list_whole_or_not_at_all(app, system, length, is_kept) -> None:
    place = "customer?country=DE".replace("?", "?" + "&" * (length - len("customer?country=DE")))
    with app.test_request_context("/contacts/1", query_string={"in": place}):
        address = app.url_for("contacts.history", id=1)
    assert (place in unquote_plus(address)) is is_kept
    assert ("in=" in address) is is_kept
