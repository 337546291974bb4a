"""Sorting by what no index holds is bounded: a longer list is refused with the remedy (spec G1)."""

from __future__ import annotations

import re

import pytest

from webapp.lists import query as lists_query
from webapp.lists import sorts, views, walk

SAID = "This list is too long to be sorted by E-mail: narrow it to at most 3 contacts by a search or a filter."


@pytest.fixture
def short(monkeypatch, make):
    """Five customers, where three are the most that are sorted so and two are the most that are counted."""
    for name in ("Acker", "Birke", "Carl", "Dorn", "Birkenau"):
        make(name, functions=["customer"], emails=[{"value": f"{name}@carnet.example"}])
    monkeypatch.setattr(sorts, "LONGEST", 3)
    for module in (lists_query, views, walk):
        monkeypatch.setattr(module, "CAP", 2)
    monkeypatch.setattr(walk.capped, "__defaults__", (2,))
    walk._MADE.clear()
    yield
    walk._MADE.clear()


@pytest.mark.parametrize("address", ["/contacts", "/customers"])
@pytest.mark.parametrize("sort", ["email", "-email"])
def test_G1_a_long_list_is_not_sorted_by_what_no_index_holds(sign_in, short, address, sort) -> None:
    client = sign_in("reader")
    answer = client.get(f"{address}?sort={sort}")
    assert answer.status_code == 409
    assert SAID in answer.text
    narrowed = client.get(f"{address}?q=birke&sort={sort}")
    assert narrowed.status_code == 200
    found = re.findall(r'<tr id="c-.*?<bdi>(\w+)<', narrowed.text)
    assert found == (["Birke", "Birkenau"] if sort == "email" else ["Birkenau", "Birke"])


def test_G1_the_heads_of_a_long_list_say_why_they_lead_nowhere(sign_in, short) -> None:
    client = sign_in("reader")
    page = client.get("/customers?cols=email,city").text
    assert f'<th scope="col" title="{SAID}">E-mail</th>' in page
    assert 'id="sort-city"' in page
    assert 'id="sort-email"' not in page
    narrowed = client.get("/customers?cols=email,city&q=birke").text
    assert 'id="sort-email"' in narrowed
    assert SAID not in narrowed


def test_G1_a_search_is_not_counted_further_for_the_heads(sign_in, short, statements) -> None:
    client = sign_in("reader")
    seen = []
    for q in ("birke", "carnet"):
        with statements() as found:
            assert client.get(f"/contacts?q={q}").status_code == 200
        seen.append(len(found))
    assert seen[1] == seen[0]


def test_G1_the_heads_of_a_whole_list_count_it_once_in_a_while(sign_in, short, statements) -> None:
    client = sign_in("reader")
    seen = []
    for _time in range(3):
        with statements() as found:
            assert client.get("/contacts").status_code == 200
        seen.append(sum("LIMIT" in one and "count" in one for one in found.texts))
    assert seen[2] <= seen[0]


def test_G1_a_file_opened_from_a_list_that_grew_too_long_is_shown(sign_in, short, make) -> None:
    contact = make("Last")
    assert sign_in("reader").get(f"/contacts/{contact.id}", query_string={"in": "all?sort=email"}).status_code == 200
