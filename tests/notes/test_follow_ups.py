"""What is to be followed up: the list, contact lists, notes on many, handing over (spec A7, G2, J1)."""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo

import pytest
import sqlalchemy as sa
from stepping import Steps

from plugins.notes import days, following, services
from plugins.notes.following import ALL, FollowUps
from plugins.notes.models import ContactNote
from webapp.accounts import users
from webapp.accounts.models import User
from webapp.acting import acting
from webapp.contacts import services as contacts
from webapp.db import db
from webapp.history.services import of_contact
from webapp.lists.query import ListQuery

NOW = dt.datetime.now(zoneinfo.ZoneInfo("Europe/Paris")).date()


@pytest.fixture
def contact(make, system):
    return make("Hofer", functions=["customer"])


def note(contact, day: dt.date | None, **more) -> ContactNote:
    return services.add(contact.id, {"text": f"Call by {day}", "follow_up_on": day, **more})


def listed(**wanted) -> list[int]:
    return [one.id for one, _contact in following.page(FollowUps(**wanted)).rows]


def shown(client, **wanted) -> list[int]:
    return [int(one) for one in re.findall(r'<tr id="f-(\d+)"', client.get("/follow-ups", query_string=wanted).text)]


def test_A7_the_list_is_narrowed_by_whose_and_when_and_its_pages_meet(contact, make, user) -> None:
    me, other = user("editor"), user("editor")
    away = make("Zaugg")
    with acting(me.act()):
        ages = [note(contact, NOW + dt.timedelta(days=at)) for at in (-40, -1, 0, 40)]
        note(contact, None)
        theirs = note(contact, NOW, follow_up_user_id=other.id)
        binned = note(away, NOW)
        over, yesterday, now, later = [one.id for one in ages]
        assert listed() == [over, yesterday, now, binned.id, later]
    with acting(user("manager").act()):
        contacts.to_bin(away.id)
    with acting(me.act()):
        assert following.count_due() == 3
        assert listed(who=ALL) == [over, yesterday, now, theirs.id, later]
        assert listed(who=str(other.id)) == [theirs.id]
        assert listed(when="overdue") == [over, yesterday]
        assert listed(when="today", who=ALL) == [now, theirs.id]
        assert listed(when="later") == [later]
        sunday = days.sunday()
        assert NOW <= sunday <= NOW + dt.timedelta(days=6)
        services.change(later, {"follow_up_on": sunday})
        assert listed(when="week") == ([later] if sunday > NOW else [])
        services.tick_off(now)
        services.tick_off(over)
        assert listed(when="done") == [over, now]
        assert listed(who=ALL, when="done") == [over, now]
        for when in ("", "done"):
            seen, after = [], ""
            while True:
                page = following.page(FollowUps(who=ALL, when=when, after=after, size=1))
                seen += [one.id for one, _contact in page.rows]
                if not (after := page.next):
                    break
            assert seen == listed(who=ALL, when=when)
            assert following.count(FollowUps(who=ALL, when=when)) == len(seen)
        assert listed(after="nonsense") == listed(when="", after="2026-13-01.1")


def test_A7_follow_ups_are_ticked_off_postponed_and_handed_over_from_the_list(contact, sign_in, user) -> None:
    heir = user("editor")
    ids = [note(contact, NOW - dt.timedelta(days=at)).id for at in (3, 2, 1)]
    client = sign_in("editor")
    assert "Nothing to follow up here" in client.get("/follow-ups").text
    page = client.get("/follow-ups?who=all").text
    assert "Overdue since" in page
    assert "3 follow-ups" in page
    act = "/follow-ups/act?who=all"
    refused = client.submit(act, {"action": "tick_off"})
    assert refused.status_code == 422
    assert "Nothing is chosen" in refused.text
    for wrong in ("soon", "9999-12-31"):
        assert client.submit(act, {"action": "postpone", "ids": ids[:1], "day": wrong}).status_code == 422, wrong
    assert client.submit(act, {"action": "reassign", "ids": ids[:1], "user": ""}).status_code == 422
    assert client.submit(act, {"action": "burn", "ids": ids}).status_code == 422
    # The one whose button it was, whatever else is chosen; htmx gets the list.
    answer = client.submit(act, {"one": ids[0], "ids": ids}, headers={"HX-Request": "true", "HX-Target": "div#list"})
    assert "<html" not in answer.text
    assert shown(client, who="all") == ids[1:]
    assert shown(client, who="all", when="done") == ids[:1]
    assert client.submit(act, {"reopen": ids[0]}).location == "/follow-ups?who=all"
    client.submit(act, {"action": "tick_off", "ids": [*ids, 2**62]})
    page = client.get("/follow-ups?who=all").text
    assert "3 follow-ups are ticked off." in page
    undo = re.search(r'action="(/follow-ups/undo[^"]+)"', page)[1].replace("&amp;", "&")
    client.submit(undo)
    assert shown(client, who="all") == ids
    day = NOW + dt.timedelta(days=90)
    client.submit(act, {"action": "postpone", "ids": ids[:2], "day": day.isoformat()})
    client.submit(act, {"action": "reassign", "ids": ids[1:], "user": heir.id})
    assert shown(client, who="all", when="later") == ids[:2]
    assert shown(client, who=str(heir.id)) == [ids[2], ids[1]]
    assert [entry.action for entry in of_contact(contact.id)].count("note_changed") == 4
    reader = sign_in("reader")
    assert "Tick off" not in reader.get("/follow-ups?who=all").text
    assert reader.submit(act, {"one": ids[0]}).status_code == 403


def test_J1_open_follow_ups_of_a_user_who_leaves_are_the_heirs(contact, system, user) -> None:
    leaver, heir = user("editor"), user("editor")
    contacts.update(contact.id, {"responsible_id": leaver.id})
    due, done = (note(contact, NOW, follow_up_user_id=leaver.id) for _nth in range(2))
    services.tick_off(done.id)
    db.session.flush()
    users.switch_off(leaver.id, heir.id)
    db.session.expire_all()
    assert (due.follow_up_user_id, done.follow_up_user_id) == (heir.id, leaver.id)
    assert db.session.get_one(User, leaver.id).active is False


def test_A7_contact_lists_show_the_next_follow_up_and_are_narrowed_by_it(contact, make, sign_in) -> None:
    plain = make("Zaugg")
    note(contact, NOW + dt.timedelta(days=30))
    first = note(contact, NOW - dt.timedelta(days=1))

    def found(*values: str, **more) -> set[int]:
        return {row.id for row in ListQuery(filters={"follow_up": values}, **more).page().rows}

    assert found("any") == found("overdue") == found("later") == found("today", "later") == {contact.id}
    assert found("none") == {plain.id}
    assert found("today") == set()
    assert found("any", function="customer") == {contact.id}
    by_day = ListQuery(sort="next_follow_up").page().rows
    assert [row.id for row in by_day] == [contact.id, plain.id]
    page = sign_in("reader").get("/contacts?cols=name,next_follow_up").text
    assert ", overdue" in page
    services.tick_off(first.id)
    db.session.flush()
    assert found("overdue") == set()


def test_G2_a_note_is_added_to_many_contacts_and_taken_back(contact, make, sign_in) -> None:
    other = make("Zaugg")
    binned = make("Away")
    walk = Steps(sign_in("manager"))
    page = walk.ask("add_note", [contact.id, other.id])
    too_far = walk.go_on(page, text="Invite to the fair", follow_up_on="9999-01-01", follow_up_user_id="")
    assert "too far away" in too_far.text
    page = walk.go_on(page, text="Invite to the fair", follow_up_on=NOW.isoformat(), follow_up_user_id="")
    assert "Add the note with its follow-up to 2 contacts" in page.text
    contacts.to_bin(binned.id)
    job = walk.job(walk.go_on(page))
    assert (job.done, job.failed) == (2, 0)
    made = list(db.session.scalars(sa.select(ContactNote).order_by(ContactNote.id)))
    assert [one.contact_id for one in made] == [contact.id, other.id]
    assert {one.follow_up_user_id for one in made} == {one.author_id for one in made} != {None}
    assert [row.id for row in ListQuery(q="invite fair").page().rows] == [contact.id, other.id]
    assert of_contact(other.id)[0].action == "note_added"
    services.tick_off(made[0].id)
    walk.undo(job)
    db.session.expire_all()
    assert [one.contact_id for one in db.session.scalars(sa.select(ContactNote))] == [contact.id]
    assert [row.id for row in ListQuery(q="invite fair").page().rows] == [contact.id]
    assert of_contact(other.id)[0].action == "note_removed"


def test_A7_list_and_tab_cost_the_same_for_2_and_50_notes(contact, make, sign_in, statements) -> None:
    client = sign_in("manager")
    sizes = []
    for number in (2, 48):
        for at in range(number):
            note(make(f"Firm {at}"), NOW)
            note(contact, NOW)
        for address in ("/follow-ups?who=all", f"/contacts/{contact.id}/notes", "/contacts?cols=name,next_follow_up"):
            client.get(address)
            with statements() as seen:
                assert client.get(address).status_code == 200
            sizes.append(len(seen))
    assert sizes[:3] == sizes[3:]


@pytest.mark.parametrize("address", ["open", "done"])
def test_A7_the_list_is_found_by_its_index(contact, address) -> None:
    for at in range(40):
        made = note(contact, NOW + dt.timedelta(days=at))
        if address == "done":
            services.tick_off(made.id)
    db.session.flush()
    query = FollowUps(who="1", when="done" if address == "done" else "")
    column = ContactNote.done_at if address == "done" else ContactNote.follow_up_on
    select = sa.select(ContactNote.id).where(*days.within(query.when), ContactNote.follow_up_user_id == 1)
    select = select.order_by(column, ContactNote.id).limit(51)
    bind = db.session.get_bind()
    text = str(select.compile(dialect=bind.dialect, compile_kwargs={"literal_binds": True}))
    if bind.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        db.session.execute(sa.text("SET LOCAL enable_sort = off"))
    how = "EXPLAIN " if bind.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
    plan = " ".join(str(row) for row in db.session.connection().exec_driver_sql(how + text.replace("%", "%%")))
    assert f"ix_contact_note_{address}_of_user" in plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
