"""What an anonymised contact is afterwards: seen by its number, changed by nobody (spec D5; design: states)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from plugins.privacy.models import PrivacyCase
from webapp.accounts import tokens
from webapp.acting import acting, acting_as_system
from webapp.contacts import links, services
from webapp.contacts.models import Contact
from webapp.contacts.queries import load, numbers_of
from webapp.db import db
from webapp.erasing import services as erasing
from webapp.errors import Forbidden, Refused
from webapp.functions.services import activate
from webapp.history.services import of_contact
from webapp.jobs import run_here
from webapp.jobs.models import Job, JobItem
from webapp.lists.selection import Selection
from webapp.ports import Anonymising, MassActions, Merging
from webapp.registry import registry


@pytest.fixture
def gone(person: Any, system: Any) -> Contact:
    """The person, anonymised."""
    erasing.anonymise(person.id)
    return load(person.id)


@pytest.fixture
def api(client: Any, user: Any) -> Any:
    """Calls as a user of a role: `api("POST", "/contacts", {…}, role="reader")`; a new user for each `who`."""
    secrets: dict[Any, str] = {}

    def call(method: str, path: str, json: Any = None, *, role: str = "administrator", scope: str = "admin",
             protects: bool = False) -> Any:  # fmt: skip
        who = (role, scope, protects)
        if who not in secrets:
            with acting(acting_as_system("form")):
                secrets[who] = tokens.create(user(role, data_protection=protects), "test", scope)[1]
            db.session.flush()
        headers = {"Authorization": f"Bearer {secrets[who]}"}
        return client.open(f"/api/v1{path}", method=method, json=json, headers=headers)

    return call


def number_of(contact: Contact) -> str:
    return numbers_of([contact.id])[contact.id]["customer"]


def test_D5_without_a_case_it_is_previewed_confirmed_and_certified(officer, person) -> None:
    number, address = number_of(person), f"/contacts/{person.id}/anonymise"
    page = officer.get(address)
    assert page.status_code == 200
    assert "What stays, and why" in page.text
    page = officer.submit(address, {"reason": "Retention ended", "confirm": ""})
    assert page.status_code == 422
    assert f"Write the contact&#39;s number, {number}, to confirm." in page.text
    page = officer.submit(address, {"reason": "Retention ended", "confirm": number})
    assert page.status_code == 303
    page = officer.get(page.location)
    assert "without a request" in page.text
    page = officer.submit(address, {"reason": "Again", "confirm": number})
    assert page.status_code == 409
    assert "anonymised already" in page.text


def test_D5_its_file_says_what_it_is_and_offers_no_change(sign_in, gone) -> None:
    number = number_of(gone)
    page = sign_in("administrator", data_protection=True).get(f"/contacts/{gone.id}")
    assert page.status_code == 200
    assert f"Anonymised contact {number}" in page.text
    assert "This contact was anonymised on" in page.text
    assert f"/contacts/{gone.id}/edit" not in page.text
    assert registry().service(Anonymising).address(gone.id) == ""


def test_D5_it_is_found_by_its_number_alone(sign_in, gone) -> None:
    client, number = sign_in("reader"), number_of(gone)
    link = f'href="/contacts/{gone.id}"'
    assert link not in client.get("/contacts").text
    assert link not in client.get("/contacts?q=wiesinger").text
    assert link in client.get(f"/contacts?q={number}").text
    assert link not in client.get(f"/contacts?q={number[:-1]}").text
    assert link in client.submit("/palette", {"q": number}).text


def test_D5_whatever_would_change_it_is_refused_with_the_reason(api, gone, make) -> None:
    other = make("Firm", functions=["customer"])
    calls = [
        api("PATCH", f"/contacts/{gone.id}", {"description": "x"}),
        api("DELETE", f"/contacts/{gone.id}"),
        api("PUT", f"/contacts/{gone.id}/functions/supplier"),
        api("POST", f"/contacts/{gone.id}/convert"),
        api("POST", "/merges", {"main": other.id, "others": [gone.id]}),
        api("POST", f"/contacts/{other.id}/links", {"person_id": gone.id}),
    ]
    assert [call.status_code for call in calls] == [409] * len(calls)
    assert all("anonymised" in call.text for call in calls)
    answer = api("PATCH", f"/contacts/{other.id}", {"parent_id": gone.id})
    assert answer.status_code == 422
    assert api("GET", f"/contacts/{gone.id}").json["anonymised"] is True


def test_D5_a_mass_action_passes_it_over(gone, make, system) -> None:
    job = registry().service(MassActions).start("tag", Selection(ids=(gone.id, make("Firm").id)), {"tags": "x"})
    assert job.total == 2
    run_here(job)
    rows = db.session.execute(sa.select(JobItem.contact_id, JobItem.outcome).where(JobItem.job_id == job.id)).all()
    assert dict(map(tuple, rows))[gone.id] == "failed"


def test_G2_many_are_anonymised_each_with_its_certificate(make, system) -> None:
    ids = tuple(make(f"Firm {at}").id for at in range(3))
    actions = registry().service(MassActions)
    job = actions.start("anonymise", Selection(ids=ids), {"reason": "Retention ended", "confirm": "anonymise"})
    run_here(job)
    assert (job.done, job.failed) == (3, 0)
    cases = db.session.scalars(sa.select(PrivacyCase)).all()
    assert {one.contact_id for one in cases} == set(ids)
    assert {(one.state, one.reason) for one in cases} == {("done", "Retention ended")}


def test_E6_a_merge_is_never_taken_back_and_the_absorbed_go_along(make, system) -> None:
    main, other = make("Keeps GmbH"), make("Absorbed GmbH")
    merge_id = registry().service(Merging).merge([main.id, other.id])
    with pytest.raises(Refused, match="anonymise that one"):
        erasing.anonymise(max(main.id, other.id))
    erasing.anonymise(min(main.id, other.id))
    assert [one.company_name for one in db.session.scalars(sa.select(Contact))] == ["", ""]
    with pytest.raises(Refused, match="anonymised"):
        registry().service(Merging).undo(merge_id)


def test_D5_the_party_keeps_the_link_without_role_and_its_history_no_name(person, make, system) -> None:
    party = make("Gärtnerei Blum")
    link = links.create(party.id, person.id, {"role": "Boss", "department": "Roses"})
    namesake = make("Wiesinger", kind="person", first_name="Annegret")
    services.update(namesake.id, {"first_name": "Anna"})
    erasing.anonymise(person.id)
    db.session.refresh(link)
    assert (link.role, link.department, link.person_id) == ("", "", person.id)
    assert [entry.changes["person"] for entry in of_contact(party.id) if entry.action == "linked"] == [[None, None]]
    # A namesake's own history is not what was asked for.
    assert of_contact(namesake.id)[0].changes == {"first_name": ["Annegret", "Anna"]}


def test_D5_while_an_export_with_it_is_at_work_it_waits(person, user, system) -> None:
    job = Job(kind="mass_action", state="running", total=2, data={"file": "x.csv"}, user_id=user("manager").id)
    db.session.add(job)
    db.session.flush()
    db.session.add(JobItem(job_id=job.id, position=1, contact_id=person.id, outcome="done"))
    db.session.flush()
    with pytest.raises(Refused, match="wait for its end"):
        erasing.anonymise(person.id)


def test_J1_without_the_permission_nobody_anonymises(person, as_role, api) -> None:
    with acting(as_role("administrator")), pytest.raises(Forbidden):
        erasing.anonymise(person.id)
    sent = {"reason": "Asked", "confirm": number_of(person)}
    path = f"/contacts/{person.id}/anonymise"
    assert api("POST", path, sent).status_code == 403
    assert api("POST", path, sent, scope="write", protects=True).status_code == 403


def test_D5_by_the_api_with_a_dry_run_first(person, api) -> None:
    path, number, who = f"/contacts/{person.id}/anonymise", number_of(person), {"role": "reader", "protects": True}
    assert api("POST", path, {"reason": "Asked", "confirm": "1"}, **who).status_code == 422
    rehearsed = api("POST", path, {"reason": "Asked", "confirm": number, "dry_run": True}, **who)
    assert rehearsed.status_code == 200
    assert rehearsed.json["certificate"] is None
    assert api("GET", f"/contacts/{person.id}").json["first_name"] == "Annegret"
    done = api("POST", path, {"reason": "Asked", "confirm": number}, **who)
    assert done.status_code == 200
    assert done.json["certificate"]
    assert done.json["erased"] == rehearsed.json["erased"]
    assert done.json["erased"]["contact_email"] == 1
    assert done.json["kept"]["contact_number"] == {"count": 1, "until": None}
    assert api("POST", path, {"reason": "Asked", "confirm": number}, **who).status_code == 409


def test_D5_of_a_contact_without_a_number_its_id_is_typed(make, api) -> None:
    bare = make("Bare GmbH")
    sent = {"reason": "Asked", "confirm": str(bare.id)}
    assert api("POST", f"/contacts/{bare.id}/anonymise", sent, role="reader", protects=True).status_code == 200
    with acting(acting_as_system("form")):
        assert load(bare.id).name == f"Anonymised contact {bare.id}"


def test_F3_its_number_is_nobody_else_s(gone, make, system) -> None:
    number, other = number_of(gone), make("Other")
    with pytest.raises(Refused):
        activate(other.id, "customer", {"number": number})
