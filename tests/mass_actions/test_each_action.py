"""Each mass action does what it says, by the history's word, and can be taken back but where someone wrote since."""

from __future__ import annotations

import csv
import io

import pytest
import sqlalchemy as sa

from webapp.acting import acting
from webapp.contacts import services
from webapp.contacts.models import Contact
from webapp.contacts.queries import functions_of
from webapp.db import db
from webapp.functions.services import activate, release, save_fields
from webapp.history.services import of_contact
from webapp.jobs.models import JobItem


def reasons(job) -> dict[int, str]:
    return dict(db.session.execute(sa.select(JobItem.contact_id, JobItem.reason).where(JobItem.job_id == job.id)).all())


def last(contact_id: int) -> tuple:
    entry = of_contact(contact_id)[0]
    return entry.action, entry.way, entry.source, entry.changes


def test_G2_tags_are_added_and_taken_back_but_for_what_was_there(make, steps, fresh, system) -> None:
    one, both = make("One"), make("Both", tags="Été, VIP")
    walk = steps()
    page = walk.ask("tag", [one.id, both.id])
    assert '<option value="VIP">' in page.text
    page = walk.go_on(page, tags="vip, Neu")
    assert "Tag 2 contacts “vip, Neu”" in page.text
    job = walk.job(walk.go_on(page))
    assert (fresh(one.id).tags, fresh(both.id).tags) == (["Neu", "VIP"], ["Neu", "VIP", "Été"])
    assert last(one.id) == ("changed", "mass_action", f"job:{job.id}", {"tags": [[], ["Neu", "VIP"]]})
    version = fresh(one.id).version
    undone = walk.undo(job)
    assert undone.done == 2
    assert (fresh(one.id).tags, fresh(both.id).tags) == ([], ["VIP", "Été"])
    assert fresh(one.id).version == version + 1
    assert last(one.id)[1:3] == ("undo", f"job:{undone.id}")


def test_G2_tags_are_removed_and_given_back(make, steps, fresh) -> None:
    one, none = make("One", tags="A, B"), make("None", tags="C")
    walk = steps()
    job = walk.run("untag", [one.id, none.id], [{"tags": "b"}])
    assert (job.done, job.skipped) == (1, 1)
    assert reasons(job)[none.id] == "It has none of these tags."
    assert fresh(one.id).tags == ["A"]
    assert walk.undo(job).done == 1
    assert fresh(one.id).tags == ["A", "B"]


@pytest.mark.parametrize("words", ["", " , ", "x" * 61])
def test_G2_tags_that_are_none_are_told_in_the_form(make, steps, words) -> None:
    walk = steps()
    answer = walk.go_on(walk.ask("tag", [make().id]), tags=words)
    assert answer.status_code == 422
    assert 'href="#f-v-tags"' in answer.text


def test_G3_a_value_that_does_not_fit_one_contact_is_told_by_what_is_wrong(make, steps) -> None:
    parent, child = make("Parent", kind="company"), make("Child", kind="company")
    answers = [{"field": "parent_id"}, {"field": "parent_id", "value": str(parent.id)}]
    job = steps().run("set_field", [parent.id, child.id], answers)
    assert (job.done, job.failed) == (1, 1)
    assert reasons(job)[parent.id] == "A company can't be above itself: choose another parent company."


def test_G2_a_field_is_set_and_taken_back_unless_someone_wrote_since(make, steps, fresh, system) -> None:
    first, second, same = (make(name, category=code) for name, code in (("A", "a"), ("B", "b"), ("C", "c")))
    walk = steps()
    page = walk.go_on(walk.ask("set_field", [first.id, second.id, same.id]), field="category")
    assert page.status_code == 200
    page = walk.go_on(page, field="category", value="c")
    assert "<b>1 contact:</b> It has this value already." in page.text
    job = walk.job(walk.go_on(page))
    assert [fresh(one.id).category for one in (first, second, same)] == ["c", "c", "c"]
    assert last(first.id) == ("changed", "mass_action", f"job:{job.id}", {"category": ["a", "c"]})
    services.update(second.id, {"category": "a"})
    undone = walk.undo(job)
    assert (undone.done, undone.skipped) == (1, 1)
    assert reasons(undone)[second.id] == "It was changed since: what stands there now stays."
    assert [fresh(one.id).category for one in (first, second, same)] == ["a", "a", "c"]


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("website", "https://example.com", "https://example.com"), ("language", "de", "de"), ("currency", "CHF", "CHF"),
        ("description", "Two\nlines", "Two\nlines"), ("source", "fair", "fair"), ("legal_form", "gmbh", "gmbh"),
    ],
)  # fmt: skip
def test_G2_each_field_can_be_set_emptied_and_taken_back(make, steps, fresh, field, value, stored) -> None:
    contact = make()
    walk = steps()
    typed = [{"field": field}, {"field": field, "value": value}]
    job = walk.run("set_field", [contact.id], typed)
    assert (job.done, getattr(fresh(contact.id), field)) == (1, stored)
    emptied = walk.run("set_field", [contact.id], [{"field": field}, {"field": field, "value": ""}])
    assert (emptied.done, getattr(fresh(contact.id), field)) == (1, "")
    assert walk.undo(emptied).done == 1
    assert getattr(fresh(contact.id), field) == stored


def test_G2_a_field_of_a_function_is_set_for_those_who_have_it(make, steps, system) -> None:
    prospect, other = make("P", functions=["prospect"]), make("O")
    walk = steps()
    typed = [{"field": "prospect.status"}, {"field": "prospect.status", "value": "qualified"}]
    job = walk.run("set_field", [prospect.id, other.id], typed)
    assert (job.done, job.skipped) == (1, 1)
    assert last(prospect.id)[3] == {"prospect.status": ["new", "qualified"]}
    save_fields(prospect.id, "prospect", {"rating": "hot"})
    assert walk.undo(job).done == 1
    assert last(prospect.id)[3] == {"prospect.status": ["qualified", "new"]}


def test_A3_a_person_has_no_legal_form_to_set(make, steps, fresh) -> None:
    person = make(kind="person")
    job = steps().run("set_field", [person.id], [{"field": "legal_form"}, {"field": "legal_form", "value": "sas"}])
    assert (job.skipped, fresh(person.id).legal_form) == (1, "")


@pytest.mark.parametrize(("field", "value"), [("category", "nonsense"), ("language", "xx"), ("parent_id", "999999999")])
def test_G2_a_value_that_is_not_offered_is_told_in_the_form(make, steps, field, value) -> None:
    walk = steps()
    page = walk.go_on(walk.ask("set_field", [make().id]), field=field)
    answer = walk.go_on(page, field=field, value=value)
    assert answer.status_code == 422
    assert "choose one of the values offered" in answer.text


def test_G2_contacts_are_assigned_and_given_back(make, steps, fresh, user, system) -> None:
    theirs, mine = user("editor"), user("manager")
    one, two = make("One", responsible_id=theirs.id), make("Two")
    walk = steps()
    page = walk.ask("assign", [one.id, two.id])
    assert ">Me</option>" in page.text
    job = walk.job(walk.go_on(walk.go_on(page, user=str(mine.id))))
    assert [fresh(c.id).responsible_id for c in (one, two)] == [mine.id, mine.id]
    with acting(system):
        services.update(two.id, {"responsible_id": theirs.id})
    undone = walk.undo(job)
    assert (undone.done, undone.skipped) == (1, 1)
    assert [fresh(c.id).responsible_id for c in (one, two)] == [theirs.id, theirs.id]
    nobody = walk.run("assign", [one.id], [{"user": "nobody"}])
    assert (nobody.done, fresh(one.id).responsible_id) == (1, None)
    assert "Take the responsible user from 1 contact" in walk.client.get(f"/jobs/{nobody.id}").text
    walk.undo(nobody)
    assert fresh(one.id).responsible_id == theirs.id


def test_G2_contacts_are_archived_and_brought_back(make, steps, fresh, system) -> None:
    one, two = make("One"), make("Two")
    walk = steps()
    job = walk.run("archive", [one.id, two.id])
    assert fresh(one.id).archived_at
    assert last(one.id)[0] == "archived"
    services.archive(two.id, archived=False)
    undone = walk.undo(job)
    assert (undone.done, undone.skipped) == (1, 1)
    assert fresh(one.id).archived_at is None
    assert last(one.id)[0] == "unarchived"


def test_G2_archived_contacts_come_back_from_their_own_list(make, steps, fresh, system) -> None:
    contact, live = make("Old"), make("Live")
    services.archive(contact.id)
    walk = steps()
    assert 'value="unarchive"' in walk.client.get("/contacts?archived=1").text
    assert 'value="archive"' not in walk.client.get("/contacts?archived=1").text
    job = walk.run("unarchive", [contact.id, live.id])
    assert (job.done, job.failed, fresh(contact.id).archived_at) == (1, 1, None)
    assert walk.undo(job).done == 1
    assert fresh(contact.id).archived_at


def test_D4_what_holds_a_contact_back_is_the_reason_and_never_overridden(make, steps, fresh, system) -> None:
    from webapp.contacts.links import create

    firm, person, free = make("Firm", functions=["customer"]), make("Anna", kind="person"), make("Free")
    create(firm.id, person.id, {"role": "Boss"})
    walk = steps("administrator")
    page = walk.ask("bin", [firm.id, person.id, free.id])
    assert "Put 1 contact into the bin</button>" in page.text
    job = walk.job(walk.go_on(page))
    assert (job.done, job.failed) == (1, 2)
    assert reasons(job)[person.id] == "Contact person of Firm. First remove the link to Firm."
    assert [fresh(one.id).deleted_at is None for one in (firm, person, free)] == [True, True, False]
    assert walk.undo(job).done == 1
    assert fresh(free.id).deleted_at is None
    assert last(free.id)[0] == "restored"


def test_G2_what_has_the_same_remedy_is_one_line_of_the_preview(make, steps, system) -> None:
    from webapp.contacts.links import create

    firms = [make(f"Firm {at}", functions=["customer"]) for at in range(2)]
    for at, firm in ((1, firms[0]), (2, firms[1]), (3, firms[1])):
        create(firm.id, make(f"Anna {at}", kind="person").id, {})
    page = steps("administrator").ask("bin", [one.id for one in firms]).text
    assert page.count("First remove the links") == 1
    assert "<b>2 contacts:</b> First remove the links" in page


def test_D1_a_parent_company_goes_with_its_subsidiaries(make, steps, fresh) -> None:
    parent = make("Parent")
    child = make("Child", parent_id=parent.id)
    assert steps().run("bin", [parent.id, child.id]).done == 2
    assert fresh(parent.id).deleted_at


def test_B2_a_function_is_added_and_released_again_where_it_can_be(make, steps, system) -> None:
    one, two, has = make("One"), make("Two"), make("Has", functions=["supplier"])
    walk = steps()
    page = walk.go_on(walk.ask("activate", [one.id, two.id, has.id]), function="supplier")
    assert "There is no way back" not in page.text
    job = walk.job(walk.go_on(page))
    assert (job.done, job.skipped) == (2, 1)
    assert functions_of([one.id, two.id]) == {one.id: ["supplier"], two.id: ["supplier"]}
    release(two.id, "supplier")
    activate(two.id, "supplier")
    undone = walk.undo(job)
    assert (undone.done, undone.skipped) == (1, 1)
    assert functions_of([one.id, two.id, has.id]) == {two.id: ["supplier"], has.id: ["supplier"]}


def test_C4_to_add_a_final_function_says_that_it_stays(make, steps) -> None:
    contact = make()
    walk = steps()
    page = walk.go_on(walk.ask("activate", [contact.id]), function="customer")
    assert "the function “Customer” stays for good" in page.text
    job = walk.job(walk.go_on(page))
    assert walk.client.submit(f"/jobs/{job.id}/undo").status_code == 409
    assert functions_of([contact.id]) == {contact.id: ["customer"]}


def test_C4_no_prospect_is_made_of_a_customer(make, steps) -> None:
    contact = make("Firm", functions=["customer"])
    walk = steps()
    page = walk.go_on(walk.ask("activate", [contact.id]), function="prospect")
    assert "It is a customer for good" in page.text
    assert functions_of([contact.id]) == {contact.id: ["customer"]}


@pytest.mark.parametrize("columns", ["shown", "all"])
def test_H4_an_export_is_the_list_safe_for_spreadsheets(make, steps, columns) -> None:
    make('=1+1; "x"\nEvil', functions=["customer"], emails=[{"value": "a@x.example"}])
    make("Été", functions=["customer"], phones=[{"value": "+33 1 23 45 67 89"}])
    make("Other")
    walk = steps("reader")
    place = "customer?sort=-name&cols=email,phone"
    page = walk.go_on(walk.ask("export", all="1", **{"in": place, "expected": "2"}), format="csv", columns=columns)
    answer = walk.go_on(page)
    assert re_job_file(answer.location)
    file = walk.client.get(answer.location, buffered=True)
    assert file.data.startswith(b'\xef\xbb\xbf"Id","External id"')
    rows = list(csv.reader(io.StringIO(file.data.decode("utf-8-sig"))))
    name = rows[0].index("Name" if columns == "shown" else "Company name")
    assert [row[name] for row in rows[1:]] == ["Été", '\'=1+1; "x" Evil']
    if columns == "shown":
        assert rows[0][3:] == ["E-mail", "Phone"]
        assert [row[3:] for row in rows[1:]] == [["", "'+33 1 23 45 67 89"], ["a@x.example", ""]]
    else:
        assert len(rows[0]) > 15
        assert {len(row) for row in rows} == {len(rows[0])}


def re_job_file(location: str) -> bool:
    return location.startswith("/jobs/") and location.endswith("/file")


def test_H4_an_export_changes_nothing(make, steps, fresh) -> None:
    contact = make()
    version = contact.version
    walk = steps("reader")
    job = walk.run("export", [contact.id], [{"format": "csv", "columns": "all"}])
    assert (job.done, fresh(contact.id).version) == (1, version)
    assert walk.client.submit(f"/jobs/{job.id}/undo").status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1
