"""Likely doubles: all live contacts whatever their function, with why, at most five, never in the way (spec A6)."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from webapp.contacts import services
from webapp.contacts.doubles import likely_doubles, likeness_of, words_of
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.models import FunctionRow
from webapp.registry import registry


def found(**values) -> dict[str, str]:
    """Names of the doubles found, with why."""
    return {one.contact.name: one.why for one in likely_doubles(values)}


@pytest.fixture
def known(make, system) -> Contact:
    return make(
        "Menuiserie Kerbrat & Fils SARL",
        functions=["customer"],
        vat_id="FR40303265045",
        emails=[{"value": "Info@Kerbrat.example"}],
        phones=[{"value": "02 98 55 01 20"}],
        addresses=[{"city": "Quimper", "country": "FR"}],
        bank_accounts=[{"iban": "FR76 3000 6000 0112 3456 7890 189"}],
    )


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"emails": [{"value": " info@KERBRAT.example "}]}, "Same e-mail"),
        ({"phones": [{"value": "+33 2 98 55 01 20"}]}, "Same phone"),
        ({"phones": [{"value": "0298550120"}], "addresses": [{"country": "DE"}]}, "Same phone"),
        ({"vat_id": "fr 40 303 265 045"}, "Same VAT id"),
        ({"bank_accounts": [{"iban": "fr7630006000011234567890189"}]}, "Same IBAN"),
        ({"company_name": "Menuiserie Kerbrat et Fils"}, "Same name"),
        ({"company_name": "KERBRAT Menuiserie, Fils"}, "Same name in another order"),
        ({"company_name": "Menuiserie Kerbrad & Fils"}, "Similar name"),
        ({"company_name": "Kerbrat"}, "Name that contains the other"),
        (
            {"company_name": "Menuiserie Kerbrat Fils", "addresses": [{"city": "QUIMPER"}]},
            "Same name, same city",
        ),
    ],
    ids=lambda one: str(one)[:40],
)
def test_A6_a_double_is_found_with_why(known, values, why) -> None:
    assert found(kind="company", **values) == {known.name: why}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"company_name": "Boulangerie Le Goff"},
        {"company_name": "SARL"},
        {"company_name": "% _ ' \" ( ) * OR AND NEAR \\"},
        {"emails": "nonsense", "phones": [{"value": 7}, "x"], "addresses": None, "vat_id": "\x00"},
        {"company_name": "x" * 9000},
    ],
    ids=lambda one: str(one)[:40],
)
def test_A6_what_is_like_nobody_finds_nobody_whatever_it_is(known, values) -> None:
    assert found(kind="company", **values) == {}


@pytest.mark.parametrize("functions", [(), ("prospect",), ("customer",), ("supplier",), ("customer", "supplier")])
def test_A6_whatever_their_function(make, system, functions) -> None:
    make("Ateliers Roussel-Amblard", functions=functions)
    assert found(kind="company", company_name="Atelier Roussel Amblard") == {"Ateliers Roussel-Amblard": "Similar name"}


def test_A6_persons_are_found_with_typos_and_turned_names(make, system) -> None:
    make("Weißgerber", kind="person", first_name="Jörg")
    make("Weissberger", kind="person", first_name="Anna")
    for first, last in (("jorg", "weissgerber"), ("Weißgerber", "Jörg"), ("Jörg", "Weisgerber")):
        assert list(found(kind="person", first_name=first, last_name=last)) == ["Jörg Weißgerber"], (first, last)
    assert found(kind="person", last_name="Weißgerber") == {}


def test_A6_only_live_contacts_and_not_itself(make, system) -> None:
    away, gone, here = make("Hofer One"), make("Hofer One"), make("Hofer One")
    services.archive(away.id)
    services.to_bin(gone.id)
    db.session.flush()
    assert [one.contact.id for one in likely_doubles({"kind": "company", "company_name": "Hofer One"})] == [here.id]
    assert likely_doubles({"kind": "company", "company_name": "Hofer One"}, but=here.id) == []


def test_A6_at_most_five_the_likeliest_first(make, system) -> None:
    for number in range(8):
        make(f"Brauerei Lindner {number}")
    same = make("Anders", emails=[{"value": "bier@lindner.example"}])
    values = {"kind": "company", "company_name": "Brauerei Lindner", "emails": [{"value": "bier@lindner.example"}]}
    doubles = likely_doubles(values)
    assert len(doubles) == 5
    assert doubles[0].contact.id == same.id


def test_A6_a_readers_search_is_refused_only_without_the_right(as_role, make) -> None:
    from webapp.acting import Act, acting
    from webapp.errors import Forbidden

    with acting(Act(user_id=None, role=None, way="form")), pytest.raises(Forbidden):
        likely_doubles({"kind": "company", "company_name": "x"})


def test_A6_costs_the_same_for_2_and_many(make, system, statements) -> None:
    sizes = []
    values = {
        "kind": "company", "company_name": "Spedition Kühn", "emails": [{"value": "a@b.example"}],
        "phones": [{"value": "+49 30 901820"}], "vat_id": "DE136695976",
    }  # fmt: skip
    for number in (2, 60):
        db.session.add_all(
            Contact(
                kind="company",
                company_name=f"Spedition Kühn {one}",
                sort_name=f"spedition kuhn {one}",
                search_text=f" spedition kuhn {one} ",
            )
            for one in range(number)
        )
        db.session.flush()
        with statements() as seen:
            assert likely_doubles(values)
        sizes.append(len(seen))
    assert sizes[0] == sizes[1] <= 4


def test_words_of_a_name_leave_out_what_tells_nothing() -> None:
    assert words_of("Hofer Präzisionstechnik GmbH & Co. KG") == ("hofer", "prazisionstechnik")
    assert words_of("SARL") == ("sarl",)
    assert likeness_of((), ("a",)) == ("", 0.0)
    assert likeness_of(("hans", "weber"), ("jens", "weber"))[0] == ""


def panel(page: str) -> str:
    match = re.search(r'<ul class="c-doubles">.*?</ul>', page, re.DOTALL)
    return match[0] if match else ""


TYPED = {"present_kind": "company", "company_name": "Menuiserie Kerbrat Fils", "description": "kept"}


def test_A6_while_typing_the_panel_offers_open_and_add_the_function(sign_in, known) -> None:
    client = sign_in("editor")
    answer = client.submit("/contacts/doubles", {**TYPED, "function": "supplier"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    shown = panel(answer.text)
    assert f'href="/contacts/{known.id}"' in shown
    assert 'target="_blank"' in shown
    assert "Add “Supplier” here" in shown
    # A customer never becomes a prospect: said beforehand, and no button that could do it.
    shown = panel(client.submit("/contacts/doubles", {**TYPED, "function": "prospect"}).text)
    assert "A customer never becomes a prospect again" in shown
    assert 'name="use"' not in shown


def test_A6_the_ticked_function_is_added_to_the_contact_that_is_there(sign_in, known) -> None:
    client = sign_in("editor")
    answer = client.submit("/contacts/new", {**TYPED, "function": "supplier", "use": str(known.id)})
    assert (answer.status_code, answer.location) == (303, f"/contacts/{known.id}")
    rows = db.session.scalars(sa.select(FunctionRow.function).where(FunctionRow.contact_id == known.id)).all()
    assert sorted(rows) == ["customer", "supplier"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1


def test_A6_C4_a_forbidden_function_is_refused_and_the_form_comes_back_filled(sign_in, known) -> None:
    answer = sign_in("editor").submit("/contacts/new", {**TYPED, "function": "prospect", "use": str(known.id)})
    assert answer.status_code == 409
    assert "never becomes a prospect again" in answer.text
    assert "Menuiserie Kerbrat Fils" in answer.text


def test_A6_C3_converting_the_contact_found_is_asked_about_on_its_own_page(sign_in, make) -> None:
    prospect = make("Kaltwasser", functions=["prospect"])
    sent = {"present_kind": "company", "company_name": "Kaltwasser", "function": "customer", "use": str(prospect.id)}
    answer = sign_in("editor").submit("/contacts/new", sent)
    assert answer.location == f"/contacts/{prospect.id}/convert?to=customer"
    assert registry().function("prospect")


def test_A6_without_javascript_the_page_comes_back_once_and_then_creates(sign_in, known) -> None:
    client = sign_in("editor")
    first = client.submit("/contacts/new", {**TYPED, "seen": ""})
    assert first.status_code == 200
    assert "Create all the same" in first.text
    assert "kept" in first.text
    seen = re.findall(r'name="seen" value="(\d*)"', first.text)
    assert str(known.id) in seen
    assert client.submit("/contacts/new", {**TYPED, "seen": seen}).status_code == 303
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 2


def test_A6_readers_have_no_such_question(sign_in, known) -> None:
    assert sign_in("reader").submit("/contacts/doubles", TYPED).status_code == 403
