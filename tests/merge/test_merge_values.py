"""What becomes of values, entries, consents and links in a merge (spec E3, E5, A3)."""

from __future__ import annotations

from typing import Any

import pytest
from bases import company, person, row_of

from plugins.merge import services, undoing
from webapp.contacts import links
from webapp.contacts.queries import load
from webapp.contacts.services import update
from webapp.db import db
from webapp.functions.services import activate, fields_of, live_rows, save_fields
from webapp.history.services import of_contact

pytestmark = pytest.mark.usefixtures("system")


def told(contact_id: int, action: str) -> list[dict[str, Any]]:
    """What the history says of an action, the newest first."""
    return [one.changes for one in of_contact(contact_id) if one.action == action]


def customer_fields(contact_id: int) -> Any:
    return fields_of(next(row for row in live_rows(contact_id) if row.function == "customer"))


class TestSingleValues:
    def test_E3_the_main_contacts_value_else_that_of_the_one_changed_last_else_of_the_lower_id(self) -> None:
        main = company("Main", tax_number="1")
        old = company("Old", tax_number="2", website="https://old.example", category="a")
        new = company("New", website="https://new.example")
        update(new, {"language": "fr"})
        services.merge([main, old, new], main)
        kept = load(main)
        assert (kept.tax_number, kept.website, kept.category) == ("1", "https://new.example", "a")

    def test_E3_of_two_changed_at_one_moment_the_lower_id_counts(self) -> None:
        main, one, other = company("Main"), company("One", tax_number="1"), company("Other", tax_number="2")
        load(one).updated_at = load(other).updated_at
        db.session.flush()
        services.merge([main, other, one], main)
        assert load(main).tax_number == "1"

    def test_E2_a_choice_per_field_wins_and_the_loser_stands_in_the_history(self) -> None:
        main, other = company("Kerbrat & Fils", website="https://main.example"), company("SARL Kerbrat")
        services.merge([main, other], main, {"company_name": other})
        assert load(main).company_name == "SARL Kerbrat"
        assert told(main, "merged")[0]["company_name"] == ["Kerbrat & Fils", "SARL Kerbrat"]

    def test_E3_a_losing_value_with_no_place_is_told_with_whose_it_was(self) -> None:
        main, other = company("Kerbrat & Fils", tax_number="1"), company("SARL Kerbrat", tax_number="2")
        services.merge([main, other], main)
        (entry,) = [one for one in of_contact(main) if one.action == "not_kept"]
        assert entry.changes == {"company_name": ["SARL Kerbrat", "Kerbrat & Fils"], "tax_number": ["2", "1"]}
        assert (entry.came_from_id, entry.way) == (other, "merge")

    def test_E3_notes_are_joined_each_once(self) -> None:
        ids = [company("A", description="One"), company("B", description="Two"), company("C", description="One")]
        services.merge(ids, ids[0])
        assert load(ids[0]).description == "One\n\nTwo"

    def test_E3_notes_too_long_together_go_to_the_history(self) -> None:
        main, other = company("A", description="x" * 19_000), company("B", description="y" * 2_000)
        services.merge([main, other], main)
        assert load(main).description == "x" * 19_000
        assert told(main, "not_kept")[0]["description"][0] == "y" * 2_000

    def test_A2_a_vat_id_brings_its_normal_form_and_its_warning_along(self) -> None:
        main, right, wrong = company("A"), company("B", vat_id="FR 40 303 265 045"), company("C", vat_id="nonsense")
        services.merge([main, wrong], main)
        assert (load(main).vat_id, load(main).vat_id_normalised) == ("nonsense", None)
        assert "vat_id" in load(main).warnings
        services.merge([main, right], main, {"vat_id": right})
        assert load(main).vat_id_normalised == "FR40303265045"
        assert "vat_id" not in load(main).warnings

    def test_A3_a_person_merged_into_a_company_and_the_other_way_round(self) -> None:
        firm, human = company("", emails=[{"value": "a@x.example"}]), person("Jean", "Dupont", birth_date="1980-02-29")
        services.merge([firm, human], firm)
        assert load(firm).company_name == "Jean Dupont"
        assert told(firm, "not_kept")[0]["birth_date"] == ["1980-02-29", None]
        firm, human = company("Anna Berger", legal_form="ei"), person("", "", emails=[{"value": "b@x.example"}])
        services.merge([firm, human], human)
        assert (load(human).first_name, load(human).last_name, load(human).kind) == ("Anna", "Berger", "person")
        assert told(human, "not_kept")[0]["legal_form"] == ["ei", None]

    def test_A3_the_kind_can_be_chosen_too(self) -> None:
        firm, human = company("Dupont SARL"), person("Jean", "Dupont", title="dr")
        services.merge([firm, human], human, {"kind": firm})
        kept = load(human)
        assert (kept.kind, kept.company_name, kept.last_name, kept.title) == ("company", "Jean Dupont", "", "")
        assert told(human, "merged")[0]["title"] == ["dr", ""]


class TestFunctionFields:
    def test_E4_fields_of_a_function_that_both_have_are_filled_and_blocks_are_kept(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        save_fields(main, "customer", {"payment_term": "net_14", "internal_note": "late"})
        save_fields(
            other, "customer",
            {"payment_term": "net_30", "payment_method": "card", "blocked": True, "internal_note": "never late"},
        )  # fmt: skip
        services.merge([main, other], main)
        own = customer_fields(main)
        assert (own.payment_term, own.payment_method, own.blocked) == ("net_14", "card", True)
        assert own.internal_note == "late\n\nnever late"
        assert told(main, "not_kept")[0]["customer.payment_term"] == ["net_30", "net_14"]

    def test_E2_a_choice_reaches_fields_of_functions(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        save_fields(main, "customer", {"payment_term": "net_14"})
        save_fields(other, "customer", {"payment_term": "net_30"})
        services.merge([main, other], main, {"customer.payment_term": other})
        assert customer_fields(main).payment_term == "net_30"

    def test_E3_an_inactive_double_does_not_switch_the_supplier_off(self) -> None:
        main, other = company("A", ["supplier"]), company("B", ["supplier"])
        save_fields(other, "supplier", {"active": False})
        services.merge([main, other], main)
        assert fields_of(live_rows(main)[0]).active is True

    def test_E3_amounts_of_two_currencies_are_never_mixed(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        save_fields(main, "customer", {"credit_limit": "100.00", "currency": "EUR"})
        save_fields(other, "customer", {"credit_limit": "900.00", "insured_amount": "50.00", "currency": "CHF"})
        services.merge([main, other], main)
        own = customer_fields(main)
        assert (own.credit_limit, own.insured_amount, own.currency) == (10_000, None, "EUR")
        assert told(main, "not_kept")[0]["customer.insured_amount"][0] == 5_000

    def test_E3_amounts_of_the_chosen_currency_come_together(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        save_fields(main, "customer", {"credit_limit": "100.00", "currency": "EUR"})
        save_fields(other, "customer", {"insured_amount": "50.00", "currency": "CHF"})
        services.merge([main, other], main, {"customer.currency": other})
        own = customer_fields(main)
        assert (own.credit_limit, own.insured_amount, own.currency) == (None, 5_000, "CHF")


class TestEntries:
    def test_E3_entries_are_united_without_doubles_and_with_one_primary(self) -> None:
        main = company("A", emails=[{"value": "a@x.example"}], phones=[{"value": "+33 2 98 55 01 20"}])
        other = company(
            "B",
            emails=[{"value": "b@x.example"}, {"value": "A@X.example"}],
            phones=[{"value": "02 98 55 01 20"}, {"value": "06 55 50 17 88", "is_primary": True}],
            addresses=[{"city": "Quimper", "country": "FR"}],
        )
        services.merge([main, other], main)
        kept = load(main)
        assert [(one.value, one.is_primary) for one in kept.emails] == [("a@x.example", True), ("b@x.example", False)]
        assert [(one.value, one.is_primary) for one in kept.phones] == [
            ("+33 2 98 55 01 20", True), ("06 55 50 17 88", False),
        ]  # fmt: skip
        # What was set aside is a row still.
        assert [row["value"] for row in row_of("contact_email", contact_id=other)] == ["A@X.example"]

    def test_E2_whose_entry_is_the_primary_one_can_be_chosen(self) -> None:
        main = company("A", emails=[{"value": "a@x.example"}, {"value": "b@x.example"}])
        other = company("B", emails=[{"value": "B@x.example"}])
        services.merge([main, other], main, {"emails": other})
        assert [(one.value, one.is_primary) for one in load(main).emails] == [
            ("b@x.example", True), ("a@x.example", False),
        ]  # fmt: skip

    def test_E3_purposes_of_addresses_survive_and_a_second_main_one_is_kept_beside(self) -> None:
        main = company("A", addresses=[{"street": "14 rue de Locmaria", "city": "Quimper", "purpose": "main"}])
        other = company(
            "B",
            addresses=[
                {"street": "ZA de Guélen", "city": "Quimper", "purpose": "main"},
                {"street": "14 RUE DE LOCMARIA", "city": "Quimper", "purpose": "invoice"},
            ],
        )
        services.merge([main, other], main)
        assert [(one.street, one.purpose) for one in load(main).addresses] == [
            ("14 rue de Locmaria", "main"),
            ("ZA de Guélen", "other"),
            ("14 RUE DE LOCMARIA", "invoice"),
        ]
        assert load(main).city == "Quimper"

    def test_E2_the_main_address_can_be_chosen(self) -> None:
        main = company("A", addresses=[{"city": "Brest", "purpose": "main"}])
        other = company("B", addresses=[{"city": "Quimper", "purpose": "main", "country": "FR"}])
        services.merge([main, other], main, {"addresses": other})
        assert [(one.city, one.purpose) for one in load(main).addresses] == [("Quimper", "main"), ("Brest", "other")]
        assert (load(main).city, load(main).country) == ("Quimper", "FR")

    def test_E3_the_most_restrictive_consent_holds(self) -> None:
        granted = {"channel": "email", "status": "granted", "basis": "consent", "source": "fair"}
        refused = {"channel": "email", "status": "refused", "source": "phone call"}
        letter = {"channel": "letter", "status": "granted"}
        main, other = company("A", consents=[granted]), company("B", consents=[refused, letter])
        services.merge([main, other], main)
        assert [(one.channel, one.status, one.source) for one in load(main).consents] == [
            ("email", "refused", "phone call"), ("letter", "granted", ""),
        ]  # fmt: skip

    def test_E3_external_ids_and_tags_are_united(self) -> None:
        main = company("A", tags=["wood"], external_ids=[{"source": "old", "value": "1"}])
        other = company("B", tags=["Wood", "fair"], external_ids=[{"source": "old", "value": "2"}])
        services.merge([main, other], main)
        assert load(main).tags == ["fair", "wood"]
        assert {one.value for one in load(main).external_ids} == {"1", "2"}


class TestLinks:
    @pytest.fixture
    def two(self) -> tuple[int, int, int]:
        """Two parties that share a contact person: the main contact, the other one, the person."""
        return company("A", ["customer"]), company("B", ["supplier"]), person("Élodie", "Riou")

    def test_E3_two_links_of_one_person_become_one_with_both_roles_and_all_marks(self, two) -> None:
        main, other, its_person = two
        links.create(main, its_person, {"role": "Sales", "active_from": "2020-01-01"})
        links.create(other, its_person, {"role": "Purchase", "is_primary": True, "is_invoice_recipient": True,
                                         "active_from": "2019-01-01"})  # fmt: skip
        _made, plan = services.merge([main, other], main)
        (link,) = links.persons_of(main)
        assert link.role == "Sales, Purchase"
        assert (link.is_primary, link.is_invoice_recipient, link.active_from.year) == (True, True, 2019)
        assert len(plan.links.united) == 1
        # The other one is kept as it was, but for what only one may have.
        assert [row["role"] for row in row_of("contact_link", party_id=other)] == ["Purchase"]

    def test_B4_one_primary_contact_stays_the_other_loses_its_mark_and_is_told(self, two) -> None:
        main, other, first = two
        second = person("Yann", "Le Goff")
        links.create(main, first, {"is_primary": True})
        links.create(other, second, {"is_primary": True, "role": "Buyer"})
        _made, plan = services.merge([main, other], main)
        assert [(one.person_id, one.is_primary) for one in links.persons_of(main)] == [(first, True), (second, False)]
        assert [row["person_id"] for row in plan.links.demoted] == [second]

    def test_E3_a_primary_mark_of_the_absorbed_party_survives_where_there_is_none(self, two) -> None:
        main, other, its_person = two
        links.create(other, its_person, {"is_primary": True})
        services.merge([main, other], main)
        assert links.primary_of(main).id == its_person

    def test_E3_two_persons_linked_to_one_party_become_one_person_with_one_link(self) -> None:
        party, first, second = company("A", ["customer"]), person("E.", "Riou"), person("Élodie", "Riou")
        links.create(party, first, {"role": "Sales"})
        links.create(party, second, {"is_primary": True})
        services.merge([first, second], first)
        (link,) = links.persons_of(party)
        assert (link.person_id, link.role, link.is_primary) == (first, "Sales", True)

    def test_B4_ended_links_stand_side_by_side(self, two) -> None:
        main, other, its_person = two
        links.create(main, its_person, {"role": "Sales"})
        links.create(other, its_person, {"role": "Intern", "active_to": "2020-01-01"})
        services.merge([main, other], main)
        assert {one.role for one in links.persons_of(main)} == {"Sales", "Intern"}

    def test_E3_subsidiaries_and_their_history_follow(self) -> None:
        main, other = company("A"), company("B")
        child = company("Child", parent_id=other)
        activate(child, "customer")
        services.merge([main, other], main)
        assert load(child).parent_id == main


class TestHistory:
    def test_A4_what_changed_in_the_main_contact_stands_there_old_and_new(self) -> None:
        main = company("A", emails=[{"value": "a@x.example"}], tags=["wood"])
        other = company(
            "B", emails=[{"value": "b@x.example"}], tags=["fair"], tax_number="2",
            consents=[{"channel": "email", "status": "refused"}],
        )  # fmt: skip
        services.merge([main, other], main)
        (changes,) = told(main, "merged")
        assert changes["merged"] == [None, ["B"]]
        assert changes["tax_number"] == ["", "2"]
        assert changes["emails"] == [["work · a@x.example *"], ["work · a@x.example *", "work · b@x.example"]]
        assert changes["tags"] == [["wood"], ["fair", "wood"]]
        assert changes["consents"] == [[], ["email · refused · consent"]]

    def test_A4_both_files_of_a_link_tell_what_became_of_it(self) -> None:
        main, other = company("A", ["customer"]), company("B", ["customer"])
        riou, lee = person("Élodie", "Riou"), person("Ann", "Lee")
        links.create(main, riou, {"role": "Sales"})
        links.create(other, riou, {"role": "Purchase"})
        links.create(main, lee, {"is_primary": True})
        theirs = links.create(other, person("Bob", "Ray"), {"is_primary": True})
        services.merge([main, other], main)
        assert told(riou, "link_changed") == [{"role": ["Sales", "Sales, Purchase"], "party": [None, "A"]}]
        assert told(theirs.person_id, "link_changed") == [{"is_primary": [True, False], "party": [None, "A"]}]
        assert len(told(main, "link_changed")) == 2

    def test_A4_a_subsidiary_tells_that_its_parent_changed_and_when_it_went_back(self) -> None:
        main, other = company("A"), company("B")
        child, moved = company("Child", parent_id=other), company("Moved", parent_id=other)
        version = load(child).version
        made, _plan = services.merge([main, other], main)
        assert told(child, "changed") == [{"parent_id": [other, main]}]
        assert load(child).version > version
        update(moved, {"parent_id": None})
        undoing.undo(made.id)
        assert told(child, "changed")[0] == {"parent_id": [main, other]}
        assert (load(child).parent_id, load(moved).parent_id) == (other, None)
