"""The pages of proposals: editor, list, mass actions, sending, and what is done on a proposal's own page."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from html import unescape

import pytest
import sqlalchemy as sa
from post_office import post_office

from plugins.proposals import deciding, forms, sending, services
from plugins.proposals.models import Proposal, ProposalLink
from webapp.acting import acting, acting_as_system
from webapp.contacts.queries import functions_of
from webapp.contacts.services import update
from webapp.db import db
from webapp.jobs.models import Job, JobItem


def line(at: int = 0, **values) -> dict[str, str]:
    """The fields of a line in the form."""
    given = {"description": "Plan de travail", "quantity": "6", "unit_price": "214,00", "vat_rate": "20", **values}
    return {f"lines-{at}-{name}": value for name, value in given.items()}


def newest() -> Proposal:
    found = db.session.scalars(sa.select(Proposal).order_by(Proposal.id.desc()).limit(1)).one()
    db.session.refresh(found)
    return found


def form_of(page) -> dict[str, str]:
    """What the editor's form holds, as a browser sends it back."""
    inputs = re.findall(r'<input[^>]*\bname="([^"]+)"[^>]*\bvalue="([^"]*)"', page.text)
    areas = re.findall(r'<textarea[^>]*\bname="([^"]+)"[^>]*>([^<]*)</textarea>', page.text)
    chosen = re.findall(r'<select[^>]*\bname="([^"]+)".*?<option value="([^"]*)" selected', page.text, re.DOTALL)
    return {name: unescape(value) for name, value in [*inputs, *areas, *chosen] if name != "csrf_token"}


def test_C1_a_draft_is_written_with_numbers_as_the_user_types_them(sign_in, make) -> None:
    client, contact = sign_in("editor", locale="fr"), make(functions=["prospect"])
    sent = {
        "title": "Cuisine",
        "currency": "EUR",
        **line(quantity="1 234,5", unit_price="1\u202f214,50", discount="2,5"),
    }
    done = client.submit(f"/contacts/{contact.id}/proposals/new", sent)
    assert done.status_code == 303
    one = newest()
    assert (one.lines[0].quantity, one.lines[0].unit_price, one.lines[0].discount) == (1_234_500, 121_450, 250)
    assert done.location == f"/proposals/{one.id}"
    page = client.get(f"/proposals/{one.id}/edit")
    assert 'value="1234,5"' in page.text
    assert 'value="1214,50"' in page.text
    assert 'value="2,5"' in page.text


def test_C1_lines_are_added_moved_and_taken_out_without_scripts_and_nothing_typed_is_lost(sign_in, make) -> None:
    client, contact = sign_in("editor"), make()
    where = f"/contacts/{contact.id}/proposals/new"
    typed = {
        "title": "Keep 😀 שלום",
        "currency": "EUR",
        **line(0, description="One"),
        **line(1, description="Two", quantity="x"),
    }
    added = client.submit(where, {**typed, "add": "1"})
    assert added.status_code == 200
    assert 'name="lines-2-description"' in added.text
    for what, at, order in (("up", "1", ["Two", "One"]), ("down", "0", ["Two", "One"]), ("remove", "0", ["Two"])):
        page = client.submit(where, {**typed, what: at})
        assert re.findall(r'name="lines-\d-description"[^>]*>([^<]+)<', page.text) == order
        assert "Keep 😀 שלום" in page.text
        assert 'value="x"' in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Proposal)) == 0


def test_C1_what_is_wrong_comes_back_filled_with_a_sentence_per_field(sign_in, make) -> None:
    client, contact = sign_in("editor"), make()
    sent = {
        "title": "",
        "currency": "EUR",
        "valid_until": "soon",
        **line(0),
        **line(1, quantity="abc", unit_price="-1"),
    }
    page = client.submit(f"/contacts/{contact.id}/proposals/new", sent)
    assert page.status_code == 422
    for name in ("title", "valid_until", "lines-1-quantity", "lines-1-unit_price"):
        assert re.search(rf'id="f-{name}"[^>]*aria-invalid="true"', page.text), name
        assert f'href="#f-{name}"' in page.text
    assert 'value="abc"' in page.text
    assert "Plan de travail" in page.text


def test_C1_two_hundred_lines_and_no_more(sign_in, make) -> None:
    client, contact = sign_in("editor"), make()
    lines = {name: value for at in range(201) for name, value in line(at).items()}
    where = f"/contacts/{contact.id}/proposals/new"
    refused = client.submit(where, {"title": "Long", "currency": "EUR", **lines})
    assert refused.status_code == 422
    assert "200" in refused.text
    fits = {name: value for name, value in lines.items() if not name.startswith("lines-200-")}
    assert client.submit(where, {"title": "Long", "currency": "EUR", **fits}).status_code == 303
    assert len(newest().lines) == 200
    huge = client.submit(where, {"title": "Huge", "introduction": "x" * 5_000_000})
    assert huge.status_code == 413


def test_C1_sums_are_reckoned_while_one_types(sign_in) -> None:
    client = sign_in("editor")
    typed = {
        "currency": "EUR",
        **line(0, discount="5"),
        **line(1, quantity="2,5", unit_price="x"),
        **line(2, quantity=""),
    }
    page = client.submit("/proposals/sums", typed, headers={"HX-Request": "true", "HX-Target": "div#sums"})
    assert page.status_code == 200
    assert "1,219.80" in page.text
    assert "1,463.76" in page.text
    assert '<hx-partial hx-target="#amount-0"' in page.text
    assert "2 lines can" in page.text


def test_A5_who_saves_second_gets_both_versions_and_loses_nothing(sign_in, offer) -> None:
    proposal = offer()
    client = sign_in("editor")
    mine = form_of(client.get(f"/proposals/{proposal.id}/edit"))
    with acting(acting_as_system("form")):
        services.update(proposal.id, {"title": "Theirs", "introduction": "Hello"})
    changed = {**mine, "title": "Mine", "closing": "Bye"}
    page = client.submit(f"/proposals/{proposal.id}/edit", changed)
    assert page.status_code == 409
    assert "Theirs" in page.text
    assert "Mine" in page.text
    again = form_of(page)
    assert (again["introduction"], again["closing"]) == ("Hello", "Bye")
    done = client.submit(f"/proposals/{proposal.id}/edit", {**again, "choice-title": "theirs"})
    assert done.status_code == 303
    one = services.get(proposal.id)
    assert (one.title, one.introduction, one.closing, len(one.lines)) == ("Theirs", "Hello", "Bye", 2)


def test_A5_a_base_that_was_made_up_is_no_failure() -> None:
    for base in ("", "[]", "{}", "[1, 2]", "[{}, [1]]", "x", "null", '[{"title": 1}, [{"unit": 2}]]'):
        form = forms.ProposalForm(values={one.name: "" for one in forms.FIELDS}, lines=[], base=base)
        assert isinstance(form._before(), tuple)


def test_C1_a_double_click_makes_one_proposal(sign_in, make) -> None:
    client, contact = sign_in("editor"), make()
    sent = {"title": "Once", "currency": "EUR", "form_key": "k" * 20, **line()}
    answers = [client.submit(f"/contacts/{contact.id}/proposals/new", sent).location for _time in range(2)]
    assert answers[0] == answers[1] == f"/proposals/{newest().id}"
    copies = [client.submit(f"/proposals/{newest().id}/copy", {"form_key": "c" * 20}).location for _time in range(2)]
    assert copies[0] == copies[1]


def test_J4_without_a_mail_server_link_and_letter_are_shown_to_copy_once(sign_in, offer, make) -> None:
    contact = make(functions=["prospect"])
    with acting(acting_as_system("form")):
        update(contact.id, {"language": "fr", "emails": [{"value": "y@kerbrat.example"}]})
    proposal = offer(contact)
    client = sign_in("editor")
    assert "no mail server" in client.get(f"/proposals/{proposal.id}/send").text
    sent = {"by": "copy", "form_key": "s" * 20, "version": str(proposal.version)}
    page = client.submit(f"/proposals/{proposal.id}/send", sent)
    assert page.status_code == 200
    link = re.search(r'id="public-link"[^>]*value="http://localhost(/p/[^"]+)"', page.text)
    assert link
    assert "Voici notre proposition" in page.text
    assert client.get(link[1]).status_code == 200
    again = client.submit(f"/proposals/{proposal.id}/send", sent)
    assert (again.status_code, again.location) == (303, f"/proposals/{proposal.id}")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProposalLink)) == 1


def test_J4_with_a_mail_server_the_letter_goes_out_in_the_contacts_language(app, sign_in, offer, make) -> None:
    contact = make("Menuiserie Kerbrat")
    with acting(acting_as_system("form")):
        update(contact.id, {"language": "fr", "emails": [{"value": "y@kerbrat.example"}]})
    proposal = offer(contact)
    client = sign_in("editor", locale="de")
    settings = app.config["CARNET"]
    with post_office() as office:
        app.config["CARNET"] = dataclasses.replace(settings, mail_url=office.url)
        try:
            wrong = client.submit(f"/proposals/{proposal.id}/send", {"by": "mail", "email": "nobody"})
            page = client.submit(f"/proposals/{proposal.id}/send", {"by": "mail", "email": "y@kerbrat.example"})
        finally:
            app.config["CARNET"] = settings
        to, letter = office.letter()
        assert office.letters.empty()
    assert (wrong.status_code, page.status_code, to) == (422, 200, "y@kerbrat.example")
    assert letter["Subject"] == f"Proposition {proposal.number}\u202f: Audit"
    assert letter["Reply-To"].endswith("@carnet.example")
    text, html = (letter.get_body((kind,)).get_content() for kind in ("plain", "html"))
    found = re.search(r"http://localhost(/p/\S+)", text)
    assert found
    assert found[0] in html
    assert "Menuiserie Kerbrat" in text
    assert "1\u202f134,00" in html
    assert client.get(found[1]).headers["Content-Language"] == "fr"


def test_C1_its_page_tells_all_and_offers_what_its_state_allows(sign_in, offer) -> None:
    proposal = offer(functions=["prospect"])
    client = sign_in("editor")
    where = f"/proposals/{proposal.id}"
    assert f'action="{where}/delete"' in client.get(where).text
    sending.send(proposal.id)
    page = client.get(where).text
    for part in ("accept", "decline", "send"):
        assert f'href="{where}/{part}"' in page
    for part in ("withdraw", "revise", "copy", "revoke"):
        assert f'action="{where}/{part}"' in page
    assert client.submit(f"{where}/revise").location == f"{where}/edit"
    assert "Version 1" in client.get(where).text
    earlier = client.get(f"{where}?revision=1")
    assert "earlier version" in earlier.text
    assert client.get(f"{where}?revision=7").status_code == 404
    assert client.get(f"{where}/print?revision=1").status_code == 200
    deciding.accept(proposal.id)
    page = client.get(where).text
    assert "Acceptance, as proof" in page
    assert f'action="{where}/withdraw"' not in page
    assert client.get(f"{where}/edit").status_code == 409
    assert client.submit(f"{where}/withdraw").status_code == 409


def test_C1_accepting_for_the_recipient_is_asked_first_and_says_that_it_is_for_good(sign_in, offer) -> None:
    proposal = offer(functions=["prospect"])
    client = sign_in("editor")
    asked = client.get(f"/proposals/{proposal.id}/accept")
    assert "becomes a customer, for good" in asked.text
    assert functions_of([proposal.contact_id])[proposal.contact_id] == ["prospect"]
    assert client.submit(f"/proposals/{proposal.id}/accept", {"name": "Yann"}).status_code == 303
    assert functions_of([proposal.contact_id])[proposal.contact_id] == ["customer"]


def test_D3_a_blockers_button_withdraws_and_goes_back_where_one_was(sign_in, offer) -> None:
    one, other = offer(), offer()
    client = sign_in("editor")
    back = f"/contacts/{one.contact_id}/delete"
    assert client.submit(f"/proposals/{one.id}/withdraw", {"next": back}).location == back
    away = client.submit(f"/proposals/{other.id}/withdraw", {"next": "https://evil.example/"})
    assert away.location == f"/proposals/{other.id}"


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_J1_readers_see_and_editors_write_but_many_at_once_are_for_managers(sign_in, offer, role) -> None:
    proposal = offer()
    client = sign_in(role)
    assert client.get("/proposals").status_code == 200
    assert client.get(f"/proposals/{proposal.id}").status_code == 200
    expected = 403 if role == "reader" else 303
    assert client.submit(f"/proposals/{proposal.id}/copy").status_code == expected
    chosen = {"ids": [str(proposal.id)], "action": "withdraw"}
    assert client.submit("/proposals/actions/run", chosen).status_code == 403
    assert client.submit("/proposals/actions/run", {**chosen, "action": "export"}).status_code == 303


def test_G1_the_list_is_searched_narrowed_and_sorted_by_its_address(sign_in, offer, make) -> None:
    for at, title in enumerate(("Küche", "Bad", "Dach")):
        offer(
            make(f"Kontakt {title}"), title=title, lines=[{"description": "x", "quantity": "1", "unit_price": str(at)}]
        )
    services.withdraw(newest().id)
    client = sign_in("reader")
    assert "Küche" in client.get("/proposals?q=kuche").text
    assert "Bad" not in client.get("/proposals?q=kuche").text
    assert "Nothing found" in client.get("/proposals?q=zzzz").text
    assert re.findall(r"<bdi>(Küche|Bad|Dach)</bdi>", client.get("/proposals?state=withdrawn").text) == ["Dach"]
    assert re.findall(r"<bdi>(Küche|Bad|Dach)</bdi>", client.get("/proposals?sort=total").text) == [
        "Küche",
        "Bad",
        "Dach",
    ]
    for wrong in ("state=x", "sort=x", "after=x", "after=WzFd", "before=%FF"):
        assert client.get(f"/proposals?{wrong}").status_code in (200, 422), wrong
    part = client.get("/proposals?q=bad", headers={"HX-Request": "true", "HX-Target": "div#list"})
    assert "<html" not in part.text
    assert "Bad" in part.text


def test_G1_pages_cost_the_same_for_two_and_for_fifty_rows(sign_in, offer, make, statements) -> None:
    contact = make()
    client = sign_in("reader")
    for _one in range(2):
        offer(contact)
    with statements() as few:
        client.get("/proposals")
    for _one in range(58):
        offer(contact)
    with statements() as many:
        page = client.get("/proposals")
    assert len(few) == len(many) < 20
    following = re.search(r'href="([^"]+)" rel="next"', page.text)
    assert following
    last = client.get(following[1].replace("&amp;", "&"))
    assert len(re.findall(r'<tr id="p-', last.text)) == 10
    assert 'rel="prev"' in last.text


def test_G3_many_are_withdrawn_as_a_job_with_the_outcome_of_each(sign_in, offer) -> None:
    gone, accepted, draft = offer(), offer(), offer()
    services.withdraw(gone.id)
    deciding.accept(accepted.id)
    client = sign_in("manager")
    chosen = {"ids": [str(one.id) for one in (gone, accepted, draft)], "action": "withdraw", "back": "/proposals"}
    asked = client.submit("/proposals/actions", chosen)
    assert "Withdraw 1 proposal" in asked.text
    assert "what was agreed can" in asked.text
    assert services.get(draft.id).state == "draft"
    done = client.submit("/proposals/actions/run", {**chosen, "form_key": "m" * 20})
    job = db.session.scalars(sa.select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert done.location == f"/jobs/{job.id}"
    items = db.session.scalars(sa.select(JobItem).where(JobItem.job_id == job.id).order_by(JobItem.position)).all()
    assert [one.outcome for one in items] == ["skipped", "failed", "done"]
    assert draft.number in items[2].reason
    page = client.get(done.location)
    assert "Withdraw 3 proposals" in page.text
    assert accepted.number in page.text


def test_G2_all_that_match_are_asked_again_where_their_number_has_changed(sign_in, offer) -> None:
    first = offer()
    client = sign_in("manager")
    every = {"all": "1", "in": "state=draft", "expected": "1", "action": "withdraw"}
    assert "Withdraw 1 proposal" in client.submit("/proposals/actions", every).text
    second = offer()
    asked = client.submit("/proposals/actions/run", every)
    assert asked.status_code == 409
    assert "The list has changed since" in asked.text
    assert client.submit("/proposals/actions/run", {**every, "expected": "2"}).status_code == 303
    assert {services.get(one.id).state for one in (first, second)} == {"withdrawn"}
    for nothing in ({"action": "withdraw"}, {"action": "withdraw", "ids": ["x"]}, {"action": "nothing", "ids": ["1"]}):
        assert client.submit("/proposals/actions/run", nothing).status_code in (404, 422)


def test_G2_many_are_sent_without_a_mail_server_and_say_where_the_link_is(sign_in, offer) -> None:
    one = offer()
    empty = offer(lines=[])
    client = sign_in("manager")
    chosen = {"ids": [str(one.id), str(empty.id)], "action": "send"}
    assert "has no lines yet" in client.submit("/proposals/actions", chosen).text
    client.submit("/proposals/actions/run", chosen)
    assert [services.get(each.id).state for each in (one, empty)] == ["sent", "draft"]
    assert "make a link to copy" in db.session.scalars(sa.select(JobItem.reason).order_by(JobItem.position)).first()


def test_H4_what_is_exported_is_safe_against_formulas_and_exact(sign_in, offer) -> None:
    one = offer(title="=cmd|' /C calc'!A0")
    client = sign_in("reader")
    done = client.submit("/proposals/actions/run", {"ids": [str(one.id)], "action": "export"})
    with client.get(done.location) as file:
        rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [(row["Number"], row["Total with VAT"], row["Title"][0]) for row in rows] == [(one.number, "1134.00", "'")]


def test_C1_the_tab_counts_and_history_leads_there(sign_in, offer) -> None:
    proposal = offer(functions=["prospect"])
    client = sign_in("reader")
    page = client.get(f"/contacts/{proposal.contact_id}")
    assert re.search(rf'href="/contacts/{proposal.contact_id}/proposals">Proposals <span class="c-n">1<', page.text)
    assert proposal.number in client.get(f"/contacts/{proposal.contact_id}/proposals").text
    assert f'href="/proposals/{proposal.id}"' in client.get(f"/contacts/{proposal.contact_id}/history").text
