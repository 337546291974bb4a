"""The screens of merging: what the preview shows, choosing, doing it once (spec E1-E5)."""

from __future__ import annotations

import re

import pytest
from previewing import address, fields, merge, merges, ticked

from webapp.contacts import links
from webapp.contacts.models import Contact
from webapp.contacts.queries import functions_of
from webapp.contacts.services import to_bin, update
from webapp.db import db


class TestPreview:
    """Looking writes nothing."""

    def test_E2_the_preview_shows_what_differs_and_suggests_the_customer(self, sign_in, pair) -> None:
        customer, prospect = pair
        page = sign_in("manager").get(address(prospect, customer))
        assert page.status_code == 200
        assert ticked(page, "main") == str(customer)
        assert ticked(page, "choice.company_name") == str(customer)
        assert ticked(page, "choice.legal_form") == str(prospect)
        assert "SARL" in page.text
        assert "14 rue de Locmaria, 29000 Quimper, France" in page.text
        assert "becomes an “other” one: nothing is sent there by itself." in page.text
        assert "“Customer” wins over “Prospect”, for good" in page.text
        assert "The most restrictive one holds" not in page.text
        assert re.search(r"<dt>E-mail addresses</dt><dd>1</dd>", page.text)
        assert not merges()

    def test_E3_what_is_suggested_follows_the_main_contact_and_what_was_chosen_stays(self, sign_in, pair) -> None:
        customer, prospect = pair
        client = sign_in("manager")
        page = client.get(address(customer, prospect))
        sent = fields(page) | {"choice.emails": str(prospect)}
        page = client.submit("/merge/preview", sent)
        assert ticked(page, "choice.emails") == str(prospect)
        assert "default.emails" not in fields(page)
        page = client.submit("/merge/preview", fields(page) | {"main": str(prospect)})
        assert ticked(page, "main") == str(prospect)
        assert ticked(page, "choice.company_name") == str(prospect)
        assert ticked(page, "choice.emails") == str(prospect)
        page = client.submit("/merge/preview", fields(page) | {"main": str(customer)})
        assert ticked(page, "choice.company_name") == str(customer)
        assert ticked(page, "choice.emails") == str(prospect)

    def test_E5_a_contact_person_of_one_of_them_is_named_with_the_click_that_resolves_it(
        self, sign_in, make, system
    ) -> None:
        party, person = make("Party"), make("Person", kind="person")
        link = links.create(party.id, person.id, {})
        client = sign_in("manager")
        page = client.get(address(party.id, person.id))
        assert "These contacts can't be merged yet" in page.text
        assert "Person is a contact person of Party" in page.text
        assert f"/links/{link.id}/remove" in page.text
        refused = client.submit("/merge", fields(page))
        assert refused.status_code == 409
        assert "resolve what is listed first" in refused.text
        assert not merges()
        back = re.search(r'name="next" value="([^"]+)"', page.text)
        assert back is not None
        done = client.submit(f"/links/{link.id}/remove", {"next": back[1].replace("&amp;", "&")})
        assert done.location.startswith("/merge?ids=")
        assert "can't be merged yet" not in client.get(done.location).text

    @pytest.mark.parametrize("what", ["alone", "twice", "nobody", "nothing", "binned", "many", "words"])
    def test_E1_what_can_not_be_merged_is_said(self, sign_in, make, what, system) -> None:
        one, other = make("One"), make("Other")
        if what == "binned":
            to_bin(other.id)
        ids = {
            "alone": [one.id], "twice": [one.id, one.id], "nobody": [one.id, 10**6], "nothing": [],
            "binned": [one.id, other.id], "many": list(range(1, 502)), "words": ["x", "-1"],
        }[what]  # fmt: skip
        client = sign_in("manager")
        page = client.get(address(*ids))
        sentences = {"nobody": "There is no such contact", "binned": "Other can&#39;t be merged", "many": "At most 500"}
        assert page.status_code == {"nobody": 404, "binned": 409}.get(what, 422)
        assert sentences.get(what, "Choose at least two contacts") in page.text
        assert client.submit("/merge", {"ids": [str(one) for one in ids]}).status_code == page.status_code
        assert not merges()

    @pytest.mark.parametrize("choice", ["7777777", "x", "-3"])
    def test_E2_a_choice_that_names_a_foreign_contact_is_said_and_left_out(self, sign_in, pair, choice) -> None:
        client = sign_in("manager")
        sent = {"ids": [str(one) for one in pair], "choice.company_name": choice}
        for answer in (client.submit("/merge/preview", sent), client.submit("/merge", sent)):
            assert answer.status_code == 422
            assert "Choose the value of one of the contacts that are merged." in answer.text
            assert ticked(answer, "choice.company_name") == str(pair[0])
        assert not merges()

    def test_J1_merging_is_a_managers(self, sign_in, pair) -> None:
        client = sign_in("editor")
        assert client.get(address(*pair)).status_code == 403
        assert client.submit("/merge", {"ids": [str(one) for one in pair]}).status_code == 403
        assert "/merge?" not in client.get("/contacts").text

    def test_E2_the_preview_costs_the_same_for_3_and_for_60(self, sign_in, make, statements) -> None:
        ids = [make(f"Firm {one}", functions=["supplier"], emails=[{"value": f"a{one}@x.example"}]).id
               for one in range(60)]  # fmt: skip
        client = sign_in("manager")
        sizes = []
        # Which tables there are is read once.
        client.get(address(ids[0], ids[1]))
        for number in (3, 60):
            with statements() as seen:
                assert client.get(address(",".join(map(str, ids[:number])))).status_code == 200
            sizes.append(len(seen))
        assert sizes[0] == sizes[1]
        assert sizes[1] <= 32

    def test_E2_many_contacts_are_chosen_from_by_lists(self, sign_in, make) -> None:
        ids = [make(f"Firm {one}", legal_form=["", "sarl", "gmbh"][one % 3]).id for one in range(30)]
        client = sign_in("manager")
        page = client.get(address(",".join(map(str, ids))))
        assert page.text.count('name="main"') == 30
        assert re.search(r'<select[^>]*name="choice.legal_form">', page.text)
        sent = fields(page)
        gmbh = re.search(r'<option value="(\d+)">GmbH', page.text)
        assert gmbh is not None
        answer = client.submit("/merge", sent | {"choice.legal_form": gmbh[1]})
        assert answer.status_code == 303
        main = db.session.get_one(Contact, int(sent["main"][0]))
        assert main.legal_form == "gmbh"


class TestDoing:
    """Merged once, as shown."""

    def test_E1_customer_and_supplier_chosen_in_the_list_become_one(self, sign_in, make) -> None:
        customer, supplier = make("Firm", functions=["customer"]), make("Firm SA", functions=["supplier"])
        client = sign_in("manager")
        chosen = {"action": "merge", "ids": [str(customer.id), str(supplier.id)], "in": "all", "back": "/contacts?q=f"}
        asked = client.submit("/mass-actions", chosen)
        assert asked.status_code == 303
        page = client.get(asked.location)
        assert 'href="/contacts?q=f"' in page.text
        done = client.submit("/merge", fields(page))
        assert done.status_code == 303
        assert done.location == f"/contacts/{customer.id}"
        file = client.get(done.location)
        assert "2 contacts are merged into one: Firm." in file.text
        assert f"/merges/{merges()[0].id}/undo" in file.text
        assert sorted(functions_of([customer.id])[customer.id]) == ["customer", "supplier"]
        away = client.get(f"/contacts/{supplier.id}")
        assert away.location == f"/contacts/{customer.id}"

    def test_E2_the_value_that_is_chosen_is_kept(self, sign_in, pair) -> None:
        customer, prospect = pair
        done = merge(sign_in("manager"), pair, choice__company_name=str(prospect), choice__emails=str(prospect))
        assert done.status_code == 303
        main = db.session.get_one(Contact, customer)
        assert main.company_name == "Kerbrat"
        assert [(one.value, one.is_primary) for one in main.emails] == [
            ("yk@kerbrat.example", True), ("contact@kerbrat.example", False),
        ]  # fmt: skip

    def test_E1_a_form_that_is_sent_twice_merges_once(self, sign_in, pair) -> None:
        client = sign_in("manager")
        sent = fields(client.get(address(*pair)))
        first, second = client.submit("/merge", sent), client.submit("/merge", sent)
        assert first.status_code == second.status_code == 303
        assert first.location == second.location
        assert len(merges()) == 1

    def test_A5_what_was_changed_meanwhile_is_shown_again_with_the_choices(self, sign_in, pair, system) -> None:
        _customer, prospect = pair
        client = sign_in("manager")
        sent = fields(client.get(address(*pair))) | {"choice.emails": str(prospect)}
        update(prospect, {"company_name": "Kerbrat SARL"})
        answer = client.submit("/merge", sent)
        assert answer.status_code == 409
        assert "has been changed since you looked" in answer.text
        assert "Kerbrat SARL" in answer.text
        assert ticked(answer, "choice.emails") == str(prospect)
        assert not merges()
        assert client.submit("/merge", fields(answer)).status_code == 303

    def test_E2_another_main_contact_is_looked_at_before_it_is_done(self, sign_in, pair) -> None:
        """Without script the values that are shown are those of the main contact that was chosen before."""
        _customer, prospect = pair
        client = sign_in("manager")
        sent = fields(client.get(address(*pair)))
        answer = client.submit("/merge", sent | {"main": str(prospect)})
        assert answer.status_code == 409
        assert "look at them first" in answer.text
        assert ticked(answer, "choice.company_name") == str(prospect)
        assert not merges()
        assert client.submit("/merge", fields(answer)).location == f"/contacts/{prospect}"

    def test_E1_one_that_is_merged_already_leads_to_where_it_went(self, sign_in, make, pair) -> None:
        client = sign_in("manager")
        merge(client, pair)
        third = make("Third")
        answer = client.get(address(pair[1], third.id))
        assert answer.status_code == 409
        assert "Kerbrat can&#39;t be merged" in answer.text


class TestMassAction:
    """Chosen in a list."""

    def test_E1_all_that_match_are_looked_at(self, sign_in, make) -> None:
        for one in range(3):
            make(f"Alike {one}", functions=["supplier"])
        make("Other")
        client = sign_in("manager")
        sent = {"action": "merge", "all": "1", "in": "supplier?q=alike", "expected": "3", "back": "/suppliers?q=alike"}
        page = client.get(client.submit("/mass-actions", sent).location)
        assert "Merge 3 contacts" in page.text

    def test_E1_one_alone_is_refused_and_more_than_500_too(self, sign_in, make, monkeypatch) -> None:
        client = sign_in("manager")
        ids = [str(make(f"Firm {one}").id) for one in range(3)]
        alone = client.submit("/mass-actions", {"action": "merge", "ids": ids[:1]})
        assert alone.status_code == 422
        assert "Choose at least two contacts" in alone.text
        many = client.submit("/mass-actions", {"action": "merge", "ids": [str(one) for one in range(1, 502)]})
        assert many.status_code == 422
        assert "At most 500 contacts can be done together" in many.text
        run = client.submit("/mass-actions/run", {"action": "merge", "ids": ids})
        assert run.status_code == 409
        assert "use POST /merges" in run.text
        assert not merges()
