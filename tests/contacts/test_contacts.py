"""One table of contacts with all values, each change in the history, two editors at once (spec A1, A2, A4, A5)."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from webapp.acting import acting
from webapp.contacts import services
from webapp.contacts.models import Contact
from webapp.contacts.queries import live
from webapp.db import db
from webapp.errors import Invalid, Refused, Stale
from webapp.functions.services import save_fields
from webapp.history.services import of_contact
from webapp.lists.query import ListQuery


def reread(contact: Contact) -> Contact:
    """The contact as the database has it."""
    db.session.flush()
    db.session.expire_all()
    return db.session.get_one(Contact, contact.id)


def names(function: str = "", q: str = "") -> list[str]:
    return [row.company_name or row.last_name for row in ListQuery(function=function, q=q).page().rows]


def test_A1_one_list_shows_all_whatever_their_functions(make, system) -> None:
    make("Alone")
    make("Buyer", functions=["customer"])
    make("Maybe", functions=["prospect"])
    make("Seller", functions=["supplier"])
    make("Somebody", kind="person")
    assert names() == ["Alone", "Buyer", "Maybe", "Seller", "Somebody"]
    assert names("customer") == ["Buyer"]
    assert names("prospect") == ["Maybe"]
    assert len(db.session.scalars(live()).all()) == 5


def test_A1_a_contact_is_a_person_or_a_company(system) -> None:
    with pytest.raises(Invalid) as error:
        services.create({"kind": "robot", "last_name": "R2"})
    assert "kind" in error.value.errors


def test_A1_a_contact_needs_a_name_an_email_or_a_phone(system) -> None:
    with pytest.raises(Invalid):
        services.create({"kind": "company", "description": "nobody"})
    assert services.create({"kind": "person", "emails": [{"value": "a@example.org"}]}).id


PERSON = {
    "kind": "person",
    "salutation": "ms",
    "title": "dr",
    "first_name": "Zoë",
    "middle_name": "M.",
    "last_name": "Müller",
    "birth_date": "1980-02-29",
    "website": "https://mueller.example",
    "language": "de",
    "currency": "CHF",
    "vat_id": "DE136695976",
    "tax_number": "12/345/67890",
    "category": "a",
    "source": "fair",
    "description": "First line\nSecond line",
    "emails": [
        {"type": "work", "value": "Zoe@Mueller.example", "is_primary": True},
        {"type": "home", "value": "zoe@home.example"},
    ],
    "phones": [{"type": "mobile", "value": "0171 2345678"}, {"type": "work", "value": "+49 30 901820"}],
    "addresses": [
        {"purpose": "main", "street": "Torstraße 1", "street2": "Hof", "postal_code": "10119", "city": "Berlin",
         "region": "Berlin", "country": "DE"},
        {"purpose": "invoice", "street": "Weg 2", "postal_code": "20095", "city": "Hamburg", "country": "DE"},
        {"purpose": "delivery", "street": "Lager 3", "city": "Köln", "country": "DE"},
    ],
    "bank_accounts": [{"holder": "Z. Müller", "iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX"}],
    "social_accounts": [{"network": "linkedin", "value": "zoe-mueller"}],
    "consents": [
        {"channel": "email", "status": "granted", "basis": "consent", "source": "Fair", "review_on": "2027-01-01"},
        {"channel": "phone", "status": "refused"},
    ],
    "external_ids": [{"source": "weclapp", "value": "4711"}],
    "tags": ["VIP", "Messe 2026"],
}  # fmt: skip
COMPANY = {
    "kind": "company",
    "company_name": "Müller & Söhne",
    "company_name2": "Werk Nord",
    "legal_form": "gmbh",
}


def test_A2_every_field_is_kept_as_typed(make, user, system) -> None:
    parent = services.create(COMPANY)
    who = user("editor")
    contact = reread(services.create({**PERSON, "parent_id": parent.id, "responsible_id": who.id}))
    for name, value in PERSON.items():
        stored = getattr(contact, name)
        if name == "tags":
            assert sorted(stored) == sorted(value)
        elif isinstance(value, list):
            for item, row in zip(value, stored, strict=True):
                for field, typed in item.items():
                    found = getattr(row, field)
                    assert (found.isoformat() if isinstance(found, dt.date) else found) == typed, (name, field)
        else:
            assert (stored.isoformat() if isinstance(stored, dt.date) else stored) == value, name
    assert (contact.parent_id, contact.responsible_id) == (parent.id, who.id)
    company = reread(parent)
    assert {name: getattr(company, name) for name in COMPANY} == COMPANY


def test_A2_values_are_normalised_beside_what_was_typed(system) -> None:
    contact = services.create(PERSON)
    assert [phone.normalised for phone in contact.phones] == ["+491712345678", "+4930901820"]
    assert contact.emails[0].normalised == "zoe@mueller.example"
    assert contact.vat_id_normalised == "DE136695976"
    assert contact.bank_accounts[0].normalised == "DE89370400440532013000"
    assert [address.warning for address in contact.addresses] == [None, None, None]
    assert contact.warnings == {}


def test_A2_what_cannot_be_verified_is_kept_with_a_warning(system) -> None:
    wrong = {
        "vat_id": "FR00000000000",
        "website": "not a site",
        "emails": [{"value": "nobody at home"}],
        "phones": [{"value": "ask Jean"}],
        "addresses": [{"postal_code": "ABC", "city": "Paris", "country": "FR"}],
        "bank_accounts": [{"iban": "FR00 0000"}, {"iban": "DE89370400440532013000", "bic": "X"}],
    }
    contact = reread(services.create({"kind": "company", "company_name": "Wrong", **wrong}))
    assert contact.vat_id == "FR00000000000"
    assert contact.vat_id_normalised is None
    assert set(contact.warnings) == {"vat_id", "website"}
    assert (contact.emails[0].value, contact.emails[0].warning) == ("nobody at home", "email")
    assert (contact.phones[0].value, contact.phones[0].warning) == ("ask Jean", "phone")
    assert (contact.addresses[0].postal_code, contact.addresses[0].warning) == ("ABC", "postal_code")
    assert [account.warning for account in contact.bank_accounts] == ["iban", "bic"]

    services.update(contact.id, {"vat_id": "", "emails": [{"value": "somebody@example.org"}]})
    assert set(contact.warnings) == {"website"}
    assert contact.emails[0].warning is None


@pytest.mark.parametrize(
    ("marks", "primary"),
    [([False, False], "a@x.example"), ([False, True], "b@x.example"), ([True, True], "a@x.example")],
    ids=["none marked", "one marked", "two marked"],
)
def test_A2_exactly_one_is_primary(system, marks: list[bool], primary: str) -> None:
    values = [{"value": f"{one}@x.example", "is_primary": mark} for one, mark in zip("ab", marks, strict=True)]
    contact = reread(services.create({"kind": "person", "emails": values}))
    assert [email.value for email in contact.emails if email.is_primary] == [primary]
    assert contact.emails[0].value == primary

    services.update(contact.id, {"emails": [{"value": "c@x.example"}]})
    assert [email.is_primary for email in reread(contact).emails] == [True]


def test_A2_the_same_value_twice_is_one(system) -> None:
    contact = services.create(
        {"kind": "person", "emails": [{"value": "a@x.example"}, {"value": "A@x.example", "is_primary": True}],
         "tags": ["Été", "ete"]}
    )  # fmt: skip
    assert [email.value for email in contact.emails] == ["a@x.example"]
    assert contact.tags == ["Été"]


def test_A2_an_item_with_its_id_stays_the_same_item(system) -> None:
    contact = services.create(PERSON)
    kept, gone = contact.emails
    services.update(contact.id, {"emails": [{"id": kept.id, "value": "new@x.example"}]})
    contact = reread(contact)
    assert [(email.id, email.value) for email in contact.emails] == [(kept.id, "new@x.example")]
    assert db.session.get(type(gone), gone.id) is None


def test_A2_an_item_of_another_contact_is_never_taken_over(system) -> None:
    other = services.create(PERSON)
    foreign = other.emails[0].id
    contact = services.create({"kind": "person", "last_name": "Two"})
    services.update(contact.id, {"emails": [{"id": foreign, "value": "mine@x.example"}]})
    assert [email.value for email in reread(other).emails] == ["Zoe@Mueller.example", "zoe@home.example"]
    assert [email.value for email in reread(contact).emails] == ["mine@x.example"]


def test_A2_an_external_id_belongs_to_one_contact_alone(system) -> None:
    services.create(PERSON)
    with pytest.raises(Invalid) as error:
        services.create({**PERSON, "last_name": "Two"})
    assert list(error.value.errors) == ["external_ids"]


def test_A2_ids_of_two_systems_and_of_another_case_are_each_kept(system) -> None:
    told = [{"source": "weclapp", "value": "7a"}, {"source": "odoo", "value": "7a"}, {"source": "odoo", "value": "7A"}]
    contact = services.create({**PERSON, "external_ids": [*told, told[0]]})
    assert [(one.source, one.value) for one in reread(contact).external_ids] == [
        ("weclapp", "7a"),
        ("odoo", "7a"),
        ("odoo", "7A"),
    ]


def test_A2_a_company_never_stands_above_itself(make, system) -> None:
    top, middle, low = make("Top"), make("Middle"), make("Low")
    services.update(middle.id, {"parent_id": top.id})
    services.update(low.id, {"parent_id": middle.id})
    for contact, parent in ((top, low), (top, top)):
        with pytest.raises(Invalid) as error:
            services.update(contact.id, {"parent_id": parent.id})
        assert "parent_id" in error.value.errors
        db.session.expire(contact)


def test_A4_every_change_is_in_the_history_with_who_when_which_way_and_both_values(user, as_role, app) -> None:
    who = user("editor")
    with acting(as_role("editor", "import", who.id)):
        contact = services.create({"kind": "person", "first_name": "Ann", "last_name": "Old"})
    with acting(as_role("editor", "form", who.id)):
        services.update(contact.id, {"last_name": "New", "emails": [{"value": "a@x.example"}], "tags": "VIP"})
    db.session.flush()
    changed, created = of_contact(contact.id)
    assert (created.action, created.way, created.user_id) == ("created", "import", who.id)
    assert created.changes["last_name"] == ["", "Old"]
    assert (changed.action, changed.way) == ("changed", "form")
    assert changed.changes == {
        "last_name": ["Old", "New"],
        "emails": [[], ["work · a@x.example *"]],
        "tags": [[], ["VIP"]],
    }
    assert abs(changed.at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)


def test_A4_a_functions_fields_states_and_links_are_in_the_history(make, system) -> None:
    contact, person = make("Party", functions=["supplier"]), make("Person", kind="person")
    save_fields(contact.id, "supplier", {"minimum_order": "12.50", "number": "70001"})
    services.archive(contact.id)
    services.archive(contact.id, False)
    services.to_bin(person.id)
    services.restore(person.id)
    db.session.flush()
    assert [entry.action for entry in of_contact(contact.id)] == [
        "unarchived", "archived", "changed", "activated", "created"
    ]  # fmt: skip
    changes = of_contact(contact.id)[2].changes
    assert changes == {"supplier.minimum_order": [None, 1250], "supplier.number": ["10001", "70001"]}
    assert [entry.action for entry in of_contact(person.id)] == ["restored", "binned", "created"]


def test_A4_saving_without_a_change_leaves_no_trace(make, system) -> None:
    contact = make("Same", vat_id="DE136695976")
    version = contact.version
    services.update(contact.id, {"company_name": "Same", "vat_id": "DE136695976", "emails": [], "tags": []})
    db.session.flush()
    assert contact.version == version
    assert len(of_contact(contact.id)) == 1


def test_A5_a_stale_version_is_refused_and_changes_nothing(make, system) -> None:
    contact = make("Before")
    version = contact.version
    services.update(contact.id, {"company_name": "First"}, version)
    with pytest.raises(Stale) as error:
        services.update(contact.id, {"company_name": "Second"}, version)
    assert error.value.details["current"] == contact.version == version + 1
    assert reread(contact).company_name == "First"
    with pytest.raises(Stale):
        save_fields(make("Other", functions=["supplier"]).id, "supplier", {"active": "1"}, 99)


def test_A5_without_a_version_the_last_one_wins(make, system) -> None:
    contact = make("Before")
    services.update(contact.id, {"company_name": "After"})
    assert reread(contact).company_name == "After"


def test_G1_search_finds_muller_for_müller_in_all_that_is_searched(system, make) -> None:
    contact = services.create(PERSON)
    make("Other", functions=["supplier"])
    for q in ("muller", "MÜLLER", "zoe mull", "mueller.example", "01712345678", "berlin", "10119", "4711", "mu", "zo"):
        assert names(q=q) == ["Müller"], q
    for q in ("mullet", "ller%", "_uller", '" OR 1', "üx"):
        assert names(q=q) == [], q
    assert db.session.scalar(sa.select(Contact.sort_name).where(Contact.id == contact.id)) == "muller zoe"


def test_state_only_live_contacts_are_listed_and_changed(make, system) -> None:
    for name in ("Archived", "Binned", "Merged", "Anonymised", "Live"):
        make(name)
    by_name = {one.company_name: one for one in db.session.scalars(sa.select(Contact))}
    services.archive(by_name["Archived"].id)
    services.to_bin(by_name["Binned"].id)
    by_name["Merged"].merged_into_id = by_name["Live"].id
    by_name["Anonymised"].anonymised_at = by_name["Live"].created_at
    db.session.flush()
    assert names() == ["Live"]
    for name in ("Binned", "Merged", "Anonymised"):
        with pytest.raises(Refused):
            services.update(by_name[name].id, {"description": "no"})
