"""Custom fields in what else is done to contacts: mass actions, merges, deleting, anonymising (spec D, E, G)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from stepping import Steps

from plugins.custom_fields.models import CustomValue
from webapp.contacts import added, purging, services
from webapp.db import db
from webapp.erasing import rows as erasing
from webapp.functions.services import activate, fields_of, live_rows
from webapp.ports import Merging
from webapp.registry import registry


def read(contact, *names: str) -> list[object]:
    db.session.expire_all()
    added.fill("", [contact])
    return [getattr(contact, f"custom_{name}") for name in names]


def test_G2_an_added_field_is_set_for_many_and_taken_back(sign_in, make, define, system) -> None:
    define("choice", "Level", choices=("Gold", "Silver"))
    define("boolean", "News", owner="customer")
    one, two = make("One", custom_level="silver", functions=["customer"]), make("Two")
    walk = Steps(sign_in("manager"))
    ids = [one.id, two.id]
    job = walk.run("set_field", ids, [{"field": "custom_level"}, {"field": "custom_level", "value": "gold"}])
    assert job.done == 2
    assert (read(one, "level"), read(two, "level")) == (["gold"], ["gold"])
    assert walk.undo(job).done == 2
    assert (read(one, "level"), read(two, "level")) == (["silver"], [""])
    name = "customer.custom_news"
    job = walk.run("set_field", ids, [{"field": name}, {"field": name, "value": "1"}])
    assert (job.done, job.skipped) == (1, 1)
    assert fields_of(live_rows(one.id)[0]).custom_news is True


@pytest.fixture
def two_firms(make, define, system):
    """Both with a nickname, hobbies and a function; the second alone with a score."""
    define("text", "Nickname")
    define("choices", "Hobbies", choices=("Chess", "Golf", "Tennis"))
    define("decimal", "Score", decimals="2")
    define("text", "Remark", owner="supplier")
    main = make("Main", custom_nickname="Mine", custom_hobbies="chess,golf")
    other = make("Other", custom_nickname="Theirs", custom_hobbies="golf,tennis", custom_score="1.5")
    activate(other.id, "supplier", {"custom_remark": "Late"})
    return main, other


def test_E3_the_main_contact_s_value_stays_lists_are_united_and_the_undo_gives_all_back(two_firms) -> None:
    main, other = two_firms
    merging = registry().service(Merging)
    kept = merging.suggested([[main.id, other.id]])[0]
    before = {one.id: read(one, "nickname", "hobbies", "score") for one in two_firms}
    merge_id = merging.merge([main.id, other.id])
    db.session.commit()
    winner, loser = (main, other) if kept == main.id else (other, main)
    assert read(winner, "nickname", "hobbies", "score") == [
        before[winner.id][0], ("chess", "golf", "tennis"), 150,
    ]  # fmt: skip
    (supplier,) = live_rows(winner.id)
    assert fields_of(supplier).custom_remark == "Late"
    assert read(loser, "nickname") == [before[loser.id][0]]
    merging.undo(merge_id)
    db.session.commit()
    assert {one.id: read(one, "nickname", "hobbies", "score") for one in two_firms} == before


def test_D1_values_hold_nothing_back_and_go_with_their_contact(two_firms, connection) -> None:
    main, other = two_firms
    services.to_bin(main.id)
    services.to_bin(other.id)
    assert purging.purge([main.id, other.id]) == {}
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CustomValue)) == 0


def test_D5_personal_values_are_erased_and_others_stay(make, define, system) -> None:
    define("text", "Nickname")
    define("choice", "Class", choices=("A", "B"), personal="")
    define("text", "Remark", owner="supplier")
    contact, beside = make("Firm", custom_nickname="Zed", custom_class="a"), make("Beside", custom_nickname="Yan")
    activate(contact.id, "supplier", {"custom_remark": "Late"})
    for one in erasing.declared():
        if one.table.name == "custom_value":
            erasing.erase(one, [contact.id])
    assert read(contact, "nickname", "class") == ["", "a"]
    assert fields_of(live_rows(contact.id)[0]).custom_remark == ""
    assert read(beside, "nickname") == ["Yan"]
