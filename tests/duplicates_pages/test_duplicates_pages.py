"""The review of possible doubles: pairs, groups, one side by side, what is decided, merging at once (spec E8, J1)."""

from __future__ import annotations

import re

import sqlalchemy as sa
from pairing import TYPED, address, chosen, form_of, listed, said, search, states

from webapp.acting import acting, acting_as_system
from webapp.contacts.models import Contact
from webapp.contacts.services import update
from webapp.db import db
from webapp.merging.models import Merge


def merged() -> dict[int, int]:
    """Which contacts were merged into which."""
    db.session.expire_all()
    query = sa.select(Contact.id, Contact.merged_into_id).where(Contact.merged_into_id.is_not(None))
    return dict(db.session.execute(query).all())


class TestPage:
    """What the page shows."""

    def test_E8_before_the_first_search_the_page_says_what_it_does_and_managers_start_it(self, enter, twins) -> None:
        twins(1)
        page = enter("manager").get("/duplicates").text
        assert "Find contacts that are there twice" in page
        assert 'action="/duplicates/search"' in page
        reader = enter("reader")
        page = reader.get("/duplicates").text
        assert "Managers start the search." in page
        assert 'action="/duplicates/search"' not in page
        assert reader.submit("/duplicates/search").status_code == 403

    def test_E8_a_search_by_the_button_lists_pairs_with_score_and_reasons(self, enter, twins) -> None:
        client = enter("manager")
        twins(3)
        search(client)
        page = client.get("/duplicates")
        assert len(listed(page)) == 3
        assert chosen(page) == listed(page)[0]
        assert page.text.count('<span class="c-score">99</span>') == 3
        assert "same e-mail, same phone, same name" in page.text
        assert "6 contacts looked at" in page.text
        assert '<span class="c-n">3</span>' in page.text

    def test_E8_while_a_search_is_at_work_its_progress_asks_for_itself_and_none_is_started(self, enter, twins) -> None:
        client = enter("manager")
        twins(1)
        assert client.submit("/duplicates/search").location == "/duplicates"
        page = client.get("/duplicates").text
        assert "The search is at work: 0 % of its steps are done." in page
        assert 'hx-get="/duplicates?at_work=1"' in page
        assert 'action="/duplicates/search"' not in page.partition('id="review"')[0]
        again = client.submit("/duplicates/search", follow_redirects=True)
        assert "at work" in said(again)
        search(client, begin=False)
        part = client.get("/duplicates?at_work=1", headers={"HX-Request": "true", "HX-Target": "div#standing"}).text
        assert "The search has ended." in part
        assert "hx-trigger" not in part

    def test_E8_a_pair_stands_side_by_side_with_what_agrees(self, enter, twins) -> None:
        client = enter("manager")
        (low, high), *_rest = twins(1)
        with_values(low, vat_id="12345678901")
        with_values(high, emails=[{"value": "info@oak0.example"}, {"value": "second@oak0.example"}], legal_form="sarl")
        search(client)
        page = client.get("/duplicates").text
        panel = page[page.index('id="pair"') :]
        assert f'href="/contacts/{low}" data-each' in panel
        assert f'href="/contacts/{high}" data-each' in panel
        assert "second@oak0.example" in panel
        assert "12345678901" in panel
        assert "only one" in panel
        assert panel.count(">same</span>") >= 4

    def test_E8_pairs_that_share_a_contact_stand_together_each_with_its_own_score(self, enter, twins) -> None:
        client = enter("manager")
        twins(1)
        (group,) = twins(1, copies=3, start=5)
        search(client)
        page = client.get("/duplicates")
        assert len(listed(page)) == 4
        assert "3 contacts, each pair judged by itself" in page.text
        assert address("/merge", ids=group) in {address.replace("&amp;", "&") for address in hrefs(page)}
        assert "Merge all 3…" in page.text
        assert "Merge all" not in enter("editor").get("/duplicates").text

    def test_E8_of_one_contact_only_its_pairs_are_listed(self, enter, twins) -> None:
        client = enter("reader")
        (low, _high), (other, _another) = twins(2)
        search(enter("manager"))
        assert len(listed(client.get(f"/duplicates?contact={low}"))) == 1
        assert len(listed(client.get(f"/duplicates?contact={other}"))) == 1
        assert client.get("/duplicates?contact=999999").status_code == 404

    def test_E8_the_file_of_a_contact_says_how_many_possible_doubles_it_has(self, enter, make, twins) -> None:
        client = enter("manager")
        (low, _high, _third), alone = twins(1, copies=3)[0], make("Solitude")
        assert "possible double" not in client.get(f"/contacts/{low}").text
        search(client)
        for tab in ("", "/history"):
            page = client.get(f"/contacts/{low}{tab}").text
            assert f'href="/duplicates?contact={low}"' in page
            assert "2 possible doubles" in page
        assert "possible double" not in client.get(f"/contacts/{alone.id}").text.replace("Possible doubles", "")
        client.submit(f"/duplicates/{chosen(client.get(f'/duplicates?contact={low}'))}/decide", {"to": "apart"})
        assert "1 possible double<" in client.get(f"/contacts/{low}").text

    def test_J3_the_help_names_the_keys_of_the_review(self, enter) -> None:
        page = enter("reader").get("/duplicates").text
        dialog = page[page.index('id="shortcuts"') :]
        keys = re.findall(
            r'<kbd class="c-kbd">(.*?)</kbd>', dialog.partition("Possible doubles")[2].partition("</dl>")[0]
        )
        assert keys == ["m", "a", "s", "l", "z", "o"]

    def test_E8_an_address_that_was_never_given_is_refused(self, enter) -> None:
        client = enter("reader")
        assert client.get("/duplicates?after=x").status_code == 422
        assert client.get("/duplicates?state=merged").status_code == 422
        assert client.get("/duplicates?pair=99999").status_code == 200

    def test_E8_more_than_a_page_is_listed_page_by_page(self, enter, twins) -> None:
        client = enter("editor")
        twins(52)
        search(enter("manager"))
        first = client.get("/duplicates")
        assert len(listed(first)) == 50
        following = next(one for one in hrefs(first) if "after=" in one).replace("&amp;", "&")
        second = client.get(following)
        assert len(listed(second)) == 2
        assert not set(listed(first)) & set(listed(second))
        # Deciding there stays there, and leads to the first page once nothing is left.
        for _time in range(2):
            page = client.submit(*form_of(second, "decide", to="apart"), follow_redirects=True)
            second = client.get(following)
        assert len(listed(page)) == 50

    def test_rule_7_the_review_costs_the_same_for_2_and_50_pairs(self, enter, twins, statements) -> None:
        client = enter("manager")
        twins(2)
        search(client)
        sizes = []
        for more in (48, 0):
            # What is told once and then known is asked for beforehand.
            client.get("/duplicates")
            with statements() as seen:
                page = client.get("/duplicates")
            sizes.append((len(listed(page)), len(seen)))
            twins(more, start=2)
            search(client)
        assert [rows for rows, _texts in sizes] == [2, 50]
        assert sizes[0][1] == sizes[1][1]
        assert sizes[0][1] <= 34


def hrefs(page) -> list[str]:
    return [part.partition('"')[0] for part in page.text.split('href="')[1:]]


def with_values(contact_id: int, **values) -> None:
    with acting(acting_as_system("form")):
        update(contact_id, values)


class TestDecisions:
    """By plain forms; htmx sends the same."""

    def test_E8_keep_apart_is_remembered_by_searches_and_(self, enter, twins) -> None:
        client, manager = enter("editor"), enter("manager")
        twins(2)
        search(manager)
        page = client.get("/duplicates")
        pair = chosen(page)
        answer = client.submit(*form_of(page, "decide", to="apart"))
        assert answer.status_code == 303
        page = client.get(answer.location)
        assert "Kept apart:" in said(page)
        assert states()[pair] == "apart"
        assert pair not in listed(page)
        search(manager, whole="1")
        assert states()[pair] == "apart"
        assert pair not in listed(client.get("/duplicates"))
        apart = client.get("/duplicates?state=apart")
        assert listed(apart) == [pair]
        assert "Kept apart for good" in apart.text

    def test_E8_after_a_decision_the_next_pair_is_looked_at_and_the_decision_taken_back(self, enter, twins) -> None:
        client = enter("editor")
        twins(3)
        search(enter("manager"))
        page = client.get("/duplicates")
        first, second, third = listed(page)
        page = client.get(f"/duplicates?pair={second}")
        page = client.submit(*form_of(page, "decide", to="later"), follow_redirects=True)
        assert (listed(page), chosen(page)) == ([first, third], third)
        assert "For later:" in said(page)
        page = client.submit(*form_of(page, "take-back"), follow_redirects=True)
        assert (listed(page), chosen(page)) == ([first, second, third], second)
        assert "Taken back:" in said(page)
        assert 'id="take-back"' not in page.text
        # The last one of the list leads to the one before it.
        page = client.get(f"/duplicates?pair={third}")
        page = client.submit(*form_of(page, "decide", to="later"), follow_redirects=True)
        assert chosen(page) == second

    def test_E8_what_is_put_off_is_reviewed_again(self, enter, twins) -> None:
        client = enter("editor")
        twins(1)
        search(enter("manager"))
        page = client.submit(*form_of(client.get("/duplicates"), "decide", to="later"), follow_redirects=True)
        assert "No pair is left to review" in page.text
        page = client.get("/duplicates?state=later")
        (pair,) = listed(page)
        page = client.submit(*form_of(page, "decide", to="open"), follow_redirects=True)
        assert "Nothing is put off" in page.text
        assert states()[pair] == "open"

    def test_E8_a_pair_that_somebody_else_has_merged_meanwhile_is_passed_over(self, enter, twins) -> None:
        client, manager = enter("editor"), enter("manager")
        twins(2)
        search(manager)
        page = client.get("/duplicates")
        manager.submit(*form_of(manager.get(f"/duplicates?pair={chosen(page)}&merging=1"), "merge-now"))
        page = client.submit(*form_of(page, "decide", to="apart"), follow_redirects=True)
        assert "There is no such pair any more" in said(page)
        assert len(listed(page)) == 1

    def test_E8_htmx_gets_the_review_alone_under_its_new_address(self, enter, twins) -> None:
        client = enter("editor")
        twins(2)
        search(enter("manager"))
        action, sent = form_of(client.get("/duplicates"), "decide", to="apart")
        answer = client.submit(action, sent, headers={"HX-Request": "true", "HX-Target": "div#review"})
        assert answer.status_code == 200
        assert answer.text.lstrip().startswith("<nav")
        assert answer.headers["HX-Replace-Url"].startswith(f"/duplicates?pair={chosen(answer)}&last=")
        assert "Kept apart" in answer.headers["HX-Trigger"]

    def test_J1_readers_decide_nothing_and_editors_merge_nothing(self, enter, twins) -> None:
        twins(1)
        search(enter("manager"))
        for role, words in (("reader", "Editors decide about pairs."), ("editor", "Managers merge contacts.")):
            assert words in enter(role).get("/duplicates").text
        reader, editor = enter("reader"), enter("editor")
        pair = chosen(reader.get("/duplicates"))
        assert 'value="apart"' not in reader.get("/duplicates").text
        assert reader.submit(f"/duplicates/{pair}/decide", {"to": "apart"}).status_code == 403
        assert "Merge at once" not in editor.get("/duplicates?merging=1").text
        assert editor.submit(f"/duplicates/{pair}/merge").status_code == 403
        assert states() == {pair: "open"}


class TestMergingAtOnce:
    """The pair's own preview, then the merge, then the next pair."""

    def test_E8_the_preview_says_which_is_kept_and_the_merge_goes_on_to_the_next(self, enter, make, twins) -> None:
        client = enter("manager")
        # The older and the fuller one, yet no customer.
        full = {"website": "https://oel.example", "description": "Am Kanal", "tags": ["a", "b", "c"], "language": "de"}
        other = make("Sägewerk Öl", tax_number="12", category="a", source="fair", **full, **TYPED)
        customer = make("Sägewerk Öl", functions=["customer"], **TYPED)
        twins(1)
        search(client)
        page = client.get(f"/duplicates?contact={other.id}&merging=1")
        assert f"Kept: B, {customer.name}" in page.text
        assert address("/merge", ids=(other.id, customer.id)) in page.text.replace("&amp;", "&")
        page = client.submit(*form_of(page, "merge-now"), follow_redirects=True)
        assert merged() == {other.id: customer.id}
        assert "Merged: two contacts are one." in said(page)
        assert "No pair is left to review" in page.text
        page = client.submit(*form_of(page, "take-back"), follow_redirects=True)
        assert merged() == {}
        assert len(listed(page)) == 1
        assert db.session.scalars(sa.select(Merge)).one().undone_at is not None

    def test_E8_what_is_in_the_way_of_a_merge_is_said_with_the_way_on(self, enter, make, twins) -> None:
        client = enter("manager")
        parent = make("Sägewerk Öl", **TYPED)
        child = make("Sägewerk Öl", parent_id=parent.id, **TYPED)
        search(client)
        page = client.submit(*form_of(client.get("/duplicates?merging=1"), "merge-now"))
        assert page.status_code == 409
        assert "can&#39;t be merged yet" in page.text
        assert address("/merge", ids=(parent.id, child.id)) in page.text.replace("&amp;", "&")
        assert merged() == {}

    def test_E8_a_pair_that_is_kept_apart_is_not_merged_at_once(self, enter, twins) -> None:
        client = enter("manager")
        twins(1)
        search(client)
        client.submit(*form_of(client.get("/duplicates"), "decide", to="apart"))
        page = client.get("/duplicates?state=apart&merging=1")
        assert "Merge at once" not in page.text
        pair = chosen(page)
        assert client.submit(f"/duplicates/{pair}/merge").status_code == 409
        assert merged() == {}
