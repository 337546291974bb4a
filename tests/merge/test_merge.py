"""Merging contacts: functions and numbers united, redirects, what is in the way (spec E1-E5, C4, F1)."""

from __future__ import annotations

import pytest
from bases import company, functions, person, row_of

from plugins.merge import services
from webapp.acting import acting
from webapp.contacts import links
from webapp.contacts.queries import former_numbers, load, numbers_of
from webapp.contacts.services import archive, to_bin, update
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing, Refused
from webapp.functions.services import fields_of, live_rows, past_rows
from webapp.lists.query import ListQuery

pytestmark = pytest.mark.usefixtures("system")


def test_E1_customer_and_supplier_become_one_with_both_functions() -> None:
    customer, supplier = company("Kerbrat & Fils", ["customer"]), company("Kerbrat", ["supplier"])
    _made, plan = services.merge([customer, supplier])
    assert plan.main.id == customer
    assert functions(customer) == ["customer", "supplier"]
    assert functions(supplier) == []
    assert load(supplier).merged_into_id == customer


def test_E1_any_number_of_contacts_become_one() -> None:
    ids = [company(f"Branch {at}", tags=[f"t{at % 3}"], emails=[{"value": f"{at}@x.example"}]) for at in range(60)]
    _made, plan = services.merge(ids, ids[5])
    assert len(plan.absorbed) == 59
    main = load(ids[5])
    assert len(main.emails) == 60
    assert [one.value for one in main.emails if one.is_primary] == ["5@x.example"]
    assert main.emails[0].value == "5@x.example"
    assert main.tags == ["t0", "t1", "t2"]


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (("prospect", "supplier", "customer"), 2),
        (("prospect", "supplier", ""), 1),
        (("", "prospect", ""), 1),
    ],
)
def test_E2_the_main_contact_is_suggested_by_its_function(names: tuple[str, ...], kept: int) -> None:
    ids = [company("Nord", [name] if name else []) for name in names]
    assert services.preview(ids).main.id == ids[kept]


def test_E2_of_equals_the_fullest_is_suggested_then_the_oldest_and_none_that_is_archived() -> None:
    first, second, full = company("A"), company("B"), company("C", emails=[{"value": "c@x.example"}])
    assert services.preview([first, second]).main.id == first
    assert services.preview([second, first, full]).main.id == full
    archive(full)
    assert services.preview([second, first, full]).main.id == first


def test_E2_a_preview_changes_nothing_and_costs_the_same_for_two_and_for_twenty(statements) -> None:
    ids = [company(f"Nord {at}", ["customer"], emails=[{"value": f"{at}@x.example"}]) for at in range(20)]
    # Which tables there are is read once.
    services.preview(ids[:2])
    with statements() as few:
        services.preview(ids[:2])
    with statements() as many:
        services.preview(ids)
    assert len(few) == len(many)
    assert not any(text.startswith(("INSERT", "UPDATE", "DELETE")) for text in many.texts)


def test_E4_a_prospect_that_absorbs_a_customer_is_a_customer() -> None:
    prospect, customer = company("Nord", ["prospect"]), company("Nord SARL", ["customer"])
    services.merge([customer], prospect)
    assert functions(prospect) == ["customer"]
    assert [(row.function, row.ended_how) for row in past_rows(prospect)] == [("prospect", "merged")]


def test_E4_numbers_of_the_absorbed_stay_as_former_numbers_found_by_search() -> None:
    customer, supplier = company("Kerbrat & Fils", ["customer"]), company("Kerbrat", ["supplier"])
    kept = numbers_of([customer])[customer]["customer"]
    former = numbers_of([supplier])[supplier]["supplier"]
    services.merge([customer, supplier])
    # One range is common: all functions of a contact show one number (spec F1).
    assert numbers_of([customer])[customer] == {"customer": kept, "supplier": kept}
    assert former_numbers(customer) == [former]
    assert [one.id for one in ListQuery(q=former).contacts()] == [customer]


def test_E4_names_of_the_absorbed_are_found_by_search() -> None:
    main, other = company("Kerbrat & Fils", ["customer"]), company("Zimmerei Ofterdingen")
    services.merge([main, other])
    assert [one.id for one in ListQuery(q="ofterding").contacts()] == [main]
    update(main, {"language": "fr"})
    assert [one.id for one in ListQuery(q="ofterding").contacts()] == [main]


def test_E4_the_address_of_an_absorbed_contact_leads_to_the_main_one(sign_in) -> None:
    main, other = company("Kerbrat & Fils"), company("Kerbrat")
    services.merge([main, other], main)
    reader = sign_in("reader")
    for page in ("", "/persons", "/history"):
        answer = reader.get(f"/contacts/{other}{page}")
        assert (answer.status_code, answer.location) == (303, f"/contacts/{main}{page}")
        assert answer.headers["Cache-Control"] == "no-store"


def test_E4_two_merges_in_a_row_lead_to_the_last_main_contact() -> None:
    first, second, third = company("A"), company("B"), company("C")
    services.merge([second, first], second)
    services.merge([third, second], third)
    assert load(first).merged_into_id == load(second).merged_into_id == third


def test_C5_what_was_noted_about_an_absorbed_prospect_stays_readable(sign_in) -> None:
    customer = company("Nord", ["customer"])
    prospect = company("Nord SA", ["prospect"])
    row = live_rows(prospect)[0]
    fields_of(row).loss_text = "Waits for the spring"
    db.session.flush()
    services.merge([customer, prospect])
    page = sign_in("reader").get(f"/contacts/{customer}").get_data(as_text=True)
    assert "Waits for the spring" in page
    assert "As a prospect" in page


def test_E4_an_archived_main_contact_comes_back_into_the_lists_with_one_that_is_there() -> None:
    main, other = company("A"), company("B")
    archive(main)
    services.merge([main, other], main)
    assert load(main).archived_at is None


class TestInTheWay:
    def test_E1_a_contact_with_itself(self) -> None:
        one = company("A")
        with pytest.raises(Invalid, match="at least two"):
            services.merge([one, one], one)

    def test_E1_more_than_500_at_once(self) -> None:
        with pytest.raises(Invalid, match="500"):
            services.merge(list(range(1, 502)))

    def test_E1_one_that_is_not_there(self) -> None:
        with pytest.raises(Missing):
            services.merge([company("A"), 2**62])

    @pytest.mark.parametrize("call", [services.preview, services.merge])
    def test_E1_one_in_the_bin_or_merged_already(self, call) -> None:
        kept, binned, merged = company("A"), company("B"), company("C")
        to_bin(binned)
        with pytest.raises(Refused, match="restore it first"):
            call([kept, binned])
        services.merge([kept, merged], kept)
        with pytest.raises(Refused, match="merged into another") as refused:
            call([company("D"), merged])
        assert refused.value.details["merged_into"] == kept

    def test_E1_its_own_contact_person_with_the_click_that_resolves_it(self) -> None:
        party, its_person = company("A", ["customer"]), person("Élodie", "Riou")
        link = links.create(party, its_person, {})
        with pytest.raises(Refused) as refused:
            services.merge([party, its_person])
        (blocker,) = refused.value.details["blockers"]
        assert blocker.values == {"link_id": link.id}
        assert "Riou" in blocker.label
        assert row_of("contact_merge") == []

    def test_E1_a_company_above_itself_directly_or_by_a_chain(self) -> None:
        top = company("Top")
        middle = company("Middle", parent_id=top)
        low = company("Low", parent_id=middle)
        for pair in ((top, middle), (top, low)):
            with pytest.raises(Refused) as refused:
                services.merge(pair, pair[0])
            assert refused.value.details["blockers"][0].key == "parent"

    def test_A3_a_contact_person_does_not_become_a_company_nor_a_parent_a_person(self) -> None:
        party, firm, its_person = company("Party", ["customer"]), company("Firm"), person("Ann", "Lee")
        links.create(party, its_person, {})
        with pytest.raises(Refused) as refused:
            services.merge([firm, its_person], firm)
        assert refused.value.details["blockers"][0].key == "contact_person"
        company("Daughter", parent_id=firm)
        with pytest.raises(Refused) as refused:
            services.merge([firm, its_person], its_person)
        assert refused.value.details["blockers"][0].key == "parent"

    @pytest.mark.parametrize("role", ["reader", "editor"])
    def test_J1_only_managers_merge(self, as_role, role: str) -> None:
        ids = [company("A"), company("B")]
        with acting(as_role(role)):
            for call in (services.preview, services.merge):
                with pytest.raises(Forbidden):
                    call(ids)

    def test_E2_a_choice_of_a_foreign_contact_or_of_no_field(self) -> None:
        ids, foreign = [company("A"), company("B")], company("C")
        with pytest.raises(Invalid) as refused:
            services.merge(ids, choices={"company_name": foreign, "colour": ids[0], "customer.nothing": ids[0]})
        assert refused.value.errors.keys() == {"company_name", "colour", "customer.nothing"}

    def test_A5_one_that_was_changed_since_the_preview(self) -> None:
        ids = [company("A"), company("B")]
        seen = {one: load(one).version for one in ids}
        update(ids[1], {"language": "fr"})
        with pytest.raises(Refused) as refused:
            services.merge(ids, versions=seen)
        assert refused.value.details["changed"] is True


def test_E4_a_refusal_for_an_absorbed_contact_leads_to_the_main_one(sign_in) -> None:
    main, other = company("Kerbrat & Fils"), company("Kerbrat")
    services.merge([main, other], main)
    answer = sign_in("manager").get(f"/contacts/{other}/edit")
    assert answer.status_code == 409
    assert f'href="/contacts/{main}"' in answer.text
