"""Values of added fields ride along with the contact's own: one version, one line of history, typed (spec D8)."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from plugins.custom_fields import services as definitions
from plugins.custom_fields.models import CustomValue
from webapp.contacts import added, services
from webapp.db import db
from webapp.errors import Invalid
from webapp.functions.services import activate, fields_of, live_rows, save_fields
from webapp.history.services import of_contact

TYPED = {
    "custom_nickname": "Zoé 🎉",
    "custom_story": "One\nTwo",
    "custom_score": "-1234.567",
    "custom_met_on": "2026-02-28",
    "custom_vegetarian": "1",
    "custom_level": "gold",
    "custom_hobbies": "tennis,chess",
    "custom_profile": "https://example.com/a?b=1",
}
STORED = {
    "custom_nickname": "Zoé 🎉",
    "custom_story": "One\nTwo",
    "custom_score": -1234567,
    "custom_met_on": dt.date(2026, 2, 28),
    "custom_vegetarian": True,
    "custom_level": "gold",
    "custom_hobbies": ("chess", "tennis"),
    "custom_profile": "https://example.com/a?b=1",
}


def held(contact) -> dict[str, object]:
    added.fill("", [contact])
    return {name: getattr(contact, name) for name in STORED}


def rows(contact_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(CustomValue).where(CustomValue.contact_id == contact_id)
    return db.session.scalar(query)


def test_D8_every_kind_is_kept_as_what_it_is(system, make, one_of_each) -> None:
    contact = make("Firm", **TYPED)
    assert held(contact) == STORED
    assert rows(contact.id) == 9
    assert contact.version == 1
    (created,) = of_contact(contact.id)
    assert created.changes["custom_score"] == [None, -1234567]
    assert created.changes["custom_hobbies"] == [[], ["chess", "tennis"]]


def test_D8_a_change_has_one_version_and_one_line_of_history(system, make, one_of_each) -> None:
    contact = make("Firm", **TYPED)
    services.update(contact.id, {"company_name": "Other", "custom_hobbies": "golf,chess", "custom_score": ""}, 1)
    assert contact.version == 2
    assert of_contact(contact.id)[0].changes == {
        "company_name": ["Firm", "Other"],
        "custom_hobbies": [["chess", "tennis"], ["chess", "golf"]],
        "custom_score": [-1234567, None],
    }
    assert held(contact) == {**STORED, "custom_hobbies": ("chess", "golf"), "custom_score": None}
    services.update(contact.id, {"custom_hobbies": "golf,chess", "custom_score": ""})
    assert contact.version == 2
    services.update(contact.id, dict.fromkeys(TYPED, ""))
    assert rows(contact.id) == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("score", "1.2345"), ("score", "many"), ("score", "1" * 30), ("met_on", "2026-02-30"), ("level", "bronze"),
        ("hobbies", "chess,sleep"), ("profile", "javascript:alert(1)"), ("profile", "ftp://example.com"),
        ("profile", "https://"), ("profile", "https://a b.example"), ("nickname", "x" * 501), ("vegetarian", "maybe"),
    ],
)  # fmt: skip
def test_D8_what_does_not_fit_its_kind_is_told_at_the_field(system, make, one_of_each, name, text) -> None:
    with pytest.raises(Invalid) as refused:
        make("Firm", **{f"custom_{name}": text})
    assert set(refused.value.errors) == {f"custom_{name}"}


def test_D8_a_field_of_persons_alone_is_none_of_companies(system, make, define) -> None:
    define("text", "Hobby", kinds="person")
    assert held_name(make("Ada", kind="person", custom_hobby="Chess")) == "Chess"
    with pytest.raises(Invalid):
        make("Firm", custom_hobby="Chess")


def held_name(contact) -> str:
    added.fill("", [contact])
    return contact.custom_hobby


def test_D8_functions_have_fields_of_their_own(system, make, define) -> None:
    define("choice", "Tier", choices=("A", "B"), owner="customer", start="")
    define("decimal", "Bonus", owner="customer", decimals="2", start="")
    contact = make("Firm")
    activate(contact.id, "customer", {"custom_tier": "b", "custom_bonus": "12.5", "category": "a"})
    own = fields_of(live_rows(contact.id)[0])
    assert (own.custom_tier, own.custom_bonus, own.category) == ("b", 1250, "a")
    version = contact.version
    save_fields(contact.id, "customer", {"custom_tier": "a", "category": "b"})
    assert contact.version == version + 1
    assert of_contact(contact.id)[0].changes == {
        "customer.custom_tier": ["b", "a"],
        "customer.category": ["a", "b"],
    }
    with pytest.raises(Invalid):
        services.update(contact.id, {"custom_tier": "a"})


def test_D8_a_new_contact_begins_with_the_defaults(system, make, define) -> None:
    define("text", "Origin", start="Fair")
    define("boolean", "News", start="1")
    contact = make("Firm")
    added.fill("", [contact])
    assert (contact.custom_origin, contact.custom_news) == ("Fair", True)
    other = make("Other", custom_origin="", custom_news="")
    added.fill("", [other])
    assert (other.custom_origin, other.custom_news) == ("", False)
    assert of_contact(contact.id)[0].changes["custom_origin"] == [None, "Fair"]


def test_D8_many_are_created_by_few_statements(system, define, statements) -> None:
    define("text", "Nickname")
    many = [{"kind": "company", "company_name": f"Firm {n}", "custom_nickname": f"N{n}"} for n in range(30)]
    with statements() as few:
        services.create_many(many[:3])
    with statements() as seen:
        made = services.create_many(many)
    assert len(seen) - len(few) <= 30
    added.fill("", made)
    assert [one.custom_nickname for one in made] == [f"N{n}" for n in range(30)]


def test_D8_a_field_out_of_use_is_gone_and_comes_back_with_its_values(system, make, define) -> None:
    field = define("text", "Nickname")
    contact = make("Firm", custom_nickname="Zed")
    definitions.archive(field.id)
    with pytest.raises(Invalid):
        services.update(contact.id, {"custom_nickname": "Other"})
    definitions.archive(field.id, False)
    added.fill("", [contact])
    assert contact.custom_nickname == "Zed"


def test_D8_a_zero_is_a_value(system, make, define) -> None:
    define("decimal", "Score", required="1")
    contact = make("Firm", custom_score="0")
    added.fill("", [contact])
    assert contact.custom_score == 0
    services.update(contact.id, {"custom_score": "5"})
    services.update(contact.id, {"custom_score": "0.00"})
    added.fill("", [contact])
    assert contact.custom_score == 0
    assert of_contact(contact.id)[0].changes == {"custom_score": [5, 0]}
