"""Taking a merge back on its page, the ways that lead to a merge, what a file tells of it (spec A6, E4, E6)."""

from __future__ import annotations

import re

from previewing import address, fields, merge, merges, ticked

from webapp.contacts.models import Contact
from webapp.contacts.queries import functions_of
from webapp.contacts.services import to_bin, update
from webapp.db import db
from webapp.functions.services import convert


class TestUndo:
    """Taken back from its page."""

    def test_E6_a_merge_is_taken_back_from_the_message_and_from_its_page(self, sign_in, pair) -> None:
        customer, prospect = pair
        client = sign_in("manager")
        merge(client, pair)
        made = merges()[0]
        page = client.get(f"/merges/{made.id}")
        assert "Merge of 2 contacts into Kerbrat &amp; Fils" in page.text
        assert "Take the merge back" in page.text
        done = client.submit(f"/merges/{made.id}/undo")
        assert done.location == f"/contacts/{customer}"
        assert "The merge is taken back" in client.get(done.location).text
        assert functions_of(pair) == {customer: ["customer"], prospect: ["prospect"]}
        again = client.submit(f"/merges/{made.id}/undo")
        assert again.status_code == 409
        assert "has been taken back already" in again.text
        assert "Taken back" in again.text

    def test_E6_what_was_changed_since_is_asked_about(self, sign_in, pair, system) -> None:
        customer, prospect = pair
        client = sign_in("manager")
        merge(client, pair, choice__company_name=str(prospect))
        made = merges()[0]
        update(customer, {"company_name": "Kerbrat Groupe"})
        asked = client.submit(f"/merges/{made.id}/undo")
        assert asked.status_code == 409
        assert "choose for each field which value holds" in asked.text
        assert "Kerbrat &amp; Fils" in asked.text
        assert "Kerbrat Groupe" in asked.text
        wrong = client.submit(f"/merges/{made.id}/undo", {"answer.company_name": "both"})
        assert wrong.status_code == 422
        done = client.submit(f"/merges/{made.id}/undo", {"answer.company_name": "before"})
        assert done.status_code == 303
        db.session.expire_all()
        assert db.session.get_one(Contact, customer).company_name == "Kerbrat & Fils"

    def test_E6_the_page_says_who_will_be_a_customer_as_well(self, sign_in, make, system) -> None:
        main, prospect = make("Main", functions=["supplier"]), make("Then", functions=["prospect"])
        client = sign_in("manager")
        page = client.get(address(main.id, prospect.id, main=main.id))
        client.submit("/merge", fields(page))
        convert(main.id, "customer")
        made = merges()[0]
        assert "Then will be “Customer” as well, for it was converted since." in client.get(f"/merges/{made.id}").text
        assert client.submit(f"/merges/{made.id}/undo").status_code == 303
        assert functions_of([main.id, prospect.id]) == {
            main.id: ["customer", "supplier"], prospect.id: ["customer"],
        }  # fmt: skip

    def test_E6_a_later_merge_is_taken_back_first(self, sign_in, make, pair) -> None:
        client = sign_in("manager")
        merge(client, pair)
        third = make("Third")
        merge(client, (pair[0], third.id))
        first, second = merges()
        page = client.get(f"/merges/{first.id}")
        assert "take that merge back first" in page.text
        assert f'href="/merges/{second.id}"' in page.text
        assert client.submit(f"/merges/{first.id}/undo").status_code == 409

    def test_J1_a_reader_sees_what_was_merged_and_can_not_take_it_back(self, sign_in, pair) -> None:
        merge(sign_in("manager"), pair)
        made = merges()[0]
        reader = sign_in("reader")
        page = reader.get(f"/merges/{made.id}")
        assert page.status_code == 200
        assert "Take the merge back" not in page.text
        assert reader.submit(f"/merges/{made.id}/undo").status_code == 403
        assert reader.get("/settings/merges").status_code == 403
        assert reader.get("/merges/999").status_code == 404

    def test_E6_settings_list_all_merges_page_by_page(self, sign_in, make, statements) -> None:
        client = sign_in("administrator")
        assert "Nothing was merged so far." in client.get("/settings/merges").text
        main = make("Main", functions=["customer"])
        sizes = []
        for number in range(53):
            client.submit("/merge", {"ids": [str(main.id), str(make(f"Other {number}").id)]})
            if number in (1, 52):
                with statements() as seen:
                    page = client.get("/settings/merges")
                sizes.append(len(seen))
        assert sizes[0] == sizes[1]
        assert "Other 52" in page.text
        assert "Other 2<" not in page.text
        older = re.search(r'href="(/settings/merges\?before=\d+)"', page.text)
        assert older is not None
        assert "Other 2<" in client.get(older[1]).text


class TestWays:
    """From where a merge is reached."""

    def test_E1_the_files_menu_leads_to_a_search_with_likely_doubles_on_top(self, sign_in, make) -> None:
        one = make("Menuiserie Kerbrat", emails=[{"value": "contact@kerbrat.example"}])
        like = make("Kerbrat Menuiserie SARL", emails=[{"value": "contact@kerbrat.example"}], functions=["supplier"])
        other = make("Unlike", functions=["customer"])
        client = sign_in("manager")
        assert f'href="/merge/with/{one.id}"' in client.get(f"/contacts/{one.id}").text
        page = client.get(f"/merge/with/{one.id}")
        both = f"/merge?ids={one.id}&amp;ids={like.id}"
        assert f'href="{both}"' in page.text
        assert "ame e-mail" in page.text
        found = client.get(f"/merge/with/{one.id}?q=unlike")
        assert f'href="/merge?ids={one.id}&amp;ids={other.id}"' in found.text
        part = client.get(
            f"/merge/with/{one.id}?q=kerbrat", headers={"HX-Request": "true", "HX-Target": "div#found"}
        ).text
        assert f'href="{both}"' in part
        assert f"ids={one.id}&amp;ids={one.id}" not in part
        assert "<h1" not in part

    def test_J1_an_editor_is_led_to_no_merge(self, sign_in, make) -> None:
        one = make("Kerbrat", functions=["prospect"], emails=[{"value": "contact@kerbrat.example"}])
        make("Kerbrat", emails=[{"value": "contact@kerbrat.example"}])
        client = sign_in("editor")
        for address_ in (f"/contacts/{one.id}", f"/contacts/{one.id}/convert?to=customer"):
            page = client.get(address_)
            assert page.status_code == 200
            assert "/merge" not in page.text
        assert client.get(f"/merge/with/{one.id}").status_code == 403
        found = client.submit("/contacts/doubles", {"kind": "company", "company_name": "Kerbrat"})
        assert "Kerbrat" in found.text
        assert "merge_with" not in found.text

    def test_A6_a_contact_that_is_created_is_merged_with_its_double_and_the_older_one_is_suggested(
        self, sign_in, make
    ) -> None:
        old = make("Kerbrat")
        client = sign_in("manager")
        typed = {"present_kind": "company", "company_name": "Kerbrat", "vat_id": "FR 40303265045",
                 "function": "customer"}  # fmt: skip
        found = client.submit("/contacts/doubles", typed)
        assert f'name="merge_with" value="{old.id}"' in found.text
        made = client.submit("/contacts/new", {**typed, "seen": "", "merge_with": str(old.id)})
        assert made.status_code == 303
        assert made.location.startswith(f"/merge?ids={old.id}&ids=")
        page = client.get(made.location)
        assert ticked(page, "main") == str(old.id)
        assert "FR 40303265045" in page.text
        done = client.submit("/merge", fields(page))
        assert done.location == f"/contacts/{old.id}"
        db.session.expire_all()
        assert db.session.get_one(Contact, old.id).vat_id == "FR 40303265045"
        assert functions_of([old.id]) == {old.id: ["customer"]}

    def test_A6_a_new_contact_that_is_wrong_brings_its_form_back_and_is_not_merged(self, sign_in, make) -> None:
        old = make("Kerbrat")
        client = sign_in("manager")
        sent = {"present_kind": "company", "company_name": "", "vat_id": "x", "merge_with": str(old.id)}
        answer = client.submit("/contacts/new", sent)
        assert answer.status_code == 422
        assert 'value="x"' in answer.text
        strange = client.submit("/contacts/new", sent | {"company_name": "Kerbrat", "merge_with": "999999"})
        assert strange.status_code == 303
        assert client.get(strange.location).status_code == 404
        assert not merges()

    def test_C3_the_conversion_names_who_may_be_the_same(self, sign_in, make) -> None:
        prospect = make("Kerbrat", functions=["prospect"], emails=[{"value": "a@kerbrat.example"}])
        customer = make("Kerbrat SA", functions=["customer"], emails=[{"value": "a@kerbrat.example"}])
        page = sign_in("manager").get(f"/contacts/{prospect.id}/convert?to=customer")
        assert f'href="/contacts/{customer.id}"' in page.text
        assert f'href="/merge?ids={prospect.id}&amp;ids={customer.id}"' in page.text

    def test_E1_one_in_the_bin_is_merged_with_nobody(self, sign_in, make, system) -> None:
        gone = make("Gone")
        to_bin(gone.id)
        client = sign_in("manager")
        assert client.get(f"/merge/with/{gone.id}").status_code == 409
        assert client.get("/merge/with/999999").status_code == 404


class TestTraces:
    """What the main contact's file tells of a merge."""

    def test_A4_the_history_offers_the_undo_while_the_merge_holds_and_says_whose_a_line_was(
        self, sign_in, pair, system
    ) -> None:
        customer, prospect = pair
        update(prospect, {"website": "https://kerbrat.example"})
        client = sign_in("manager")
        merge(client, pair)
        made = merges()[0]
        number = db.session.get_one(Contact, customer).numbers[-1].value
        for address_ in (f"/contacts/{customer}", f"/contacts/{customer}/history"):
            page = client.get(address_).text
            assert page.count("Take the merge back…") == 1, address_
            assert f'<a class="c-btn c-btn--sm" href="/merges/{made.id}">' in page
            assert f"from Kerbrat (no. {number})" in page
        assert "Take the merge back…" not in sign_in("reader").get(f"/contacts/{customer}/history").text
        client = sign_in("manager")
        client.submit(f"/merges/{made.id}/undo")
        assert "Take the merge back…" not in client.get(f"/contacts/{customer}/history").text
        assert "kerbrat.example" in client.get(f"/contacts/{prospect}/history?field=website").text

    def test_E4_the_file_names_who_was_merged_into_it(self, sign_in, make) -> None:
        main = make("Main", functions=["customer"])
        others = [make(f"Other {one}", functions=["supplier"]) for one in range(7)]
        client = sign_in("manager")
        assert "Merged into it" not in client.get(f"/contacts/{main.id}").text
        merge(client, [main.id, others[0].id])
        made = merges()[0]
        file = client.get(f"/contacts/{main.id}").text
        assert "Merged into it" in file
        assert re.search(rf'<a href="/merges/{made.id}"><bdi>Other 0</bdi> \(\d+\)</a>', file)
        merge(client, [main.id, *(one.id for one in others[1:])])
        assert "more…" in client.get(f"/contacts/{main.id}").text
        for one in reversed(merges()):
            client.submit(f"/merges/{one.id}/undo")
        assert "Merged into it" not in client.get(f"/contacts/{main.id}").text

    def test_E4_a_merge_of_what_was_merged_leads_on_to_the_last_main_contact(self, sign_in, make) -> None:
        first, second, third = (make(f"Firm {one}") for one in "ABC")
        client = sign_in("manager")
        for main, other in ((second, first), (third, second)):
            page = client.get(address(main.id, other.id, main=main.id))
            client.submit("/merge", fields(page))
        file = client.get(f"/contacts/{third.id}").text
        inner, outer = merges()
        assert f'<a href="/merges/{inner.id}"><bdi>Firm A</bdi>' in file
        assert f'<a href="/merges/{outer.id}"><bdi>Firm B</bdi>' in file
        assert client.get(f"/contacts/{first.id}").location == f"/contacts/{third.id}"

    def test_E4_files_cost_the_same_however_many_were_merged(self, sign_in, make, statements) -> None:
        client = sign_in("manager")
        sizes: dict[str, list[int]] = {"": [], "/history": []}
        for number in (1, 9):
            main = make("Main", functions=["customer"])
            others = [make(f"Other {one}", functions=["supplier"], website="https://x.example").id
                      for one in range(number)]  # fmt: skip
            merge(client, [main.id, *others])
            for tab, found in sizes.items():
                with statements() as seen:
                    client.get(f"/contacts/{main.id}{tab}")
                found.append(len(seen))
        assert all(few >= many for few, many in sizes.values()), sizes
