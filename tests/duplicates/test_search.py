"""The search for doubles (spec E8): scores, reasons, what is decided, what is new, stopped and gone on with."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.duplicates import loading, scan, services
from plugins.duplicates.models import DoubleKey, DoublePair, DoubleScan
from webapp.acting import acting
from webapp.contacts import services as contacts
from webapp.db import db
from webapp.errors import Forbidden, Invalid, Missing, Refused
from webapp.jobs.models import Job
from webapp.jobs.runner import work
from webapp.jobs.services import resume, stop
from webapp.ports import Merging
from webapp.registry import registry

HOME = {"street": "12 rue de la Gare", "postal_code": "29000", "city": "Quimper"}


@pytest.fixture
def jean(make):
    """Jean Dupont, twice, a namesake of his, and his sister."""

    def person(first, **values):
        return make("Dupont", kind="person", first_name=first, **values).id

    one = person("Jean", birth_date="1980-04-07", addresses=[HOME], emails=[{"value": "jean@dupont.example"}])
    twice = person("J.", birth_date="1980-07-04", addresses=[{**HOME, "street": "12, r. de la gare"}])
    person(
        "Jean", birth_date="1951-11-23", addresses=[{"street": "3 quai Sud", "postal_code": "69001", "city": "Lyon"}]
    )
    person("Marie", birth_date="1983-01-30", addresses=[HOME])
    return one, twice


def test_E8_a_double_is_found_with_score_and_reasons(jean, system, search) -> None:
    ((pair, (score, reasons)),) = search().items()
    assert pair == jean
    assert 60 <= score < 100
    assert reasons == "similar name; similar birth date; same address"


def test_E8_turned_names_and_companies_without_their_legal_form(make, system, search) -> None:
    one = make("Dupont", kind="person", first_name="Jean", birth_date="1980-04-07")
    two = make("Jean", kind="person", first_name="Dupont", birth_date="1980-04-07")
    three = make("Menuiserie Kerbrat & Fils SARL", addresses=[HOME])
    four = make("MENUISERIE KERBRAT FILS", addresses=[HOME])
    found = {pair: reasons for pair, (_score, reasons) in search().items()}
    assert found == {
        (one.id, two.id): "same name in another order; same birth date",
        (three.id, four.id): "same name; same address",
    }


def test_E8_shops_of_a_chain_are_no_doubles(make, system, search) -> None:
    shops = (
        ("Lyon", "69001", "quai Sud", "04 72 11 20 93"),
        ("Brest", "29200", "rue de Siam", "02 98 55 61 48"),
        ("Nantes", "44000", "place Royale", "02 40 77 35 12"),
        ("Lille", "59000", "rue Basse", "03 20 14 86 57"),
    )
    for number, (city, code, street, phone) in enumerate(shops):
        make("Boulangerie Marie", website="https://marie.example", phones=[{"value": phone}],
             addresses=[{"street": f"{7 * number + 3} {street}", "postal_code": code, "city": city}])  # fmt: skip
    assert search() == {}


def test_E8_another_search_looks_at_what_is_new_alone(jean, make, system, search) -> None:
    search()
    before = services.standing().last
    again = search()
    assert list(again) == [jean]
    last = services.standing().last
    assert (before.whole, last.whole) == (True, False)
    assert last.compared == 0 or last.compared < before.compared + 10
    third = make("Dupont", kind="person", first_name="Jean", birth_date="1980-04-07", addresses=[HOME])
    assert set(search()) == {jean, (jean[0], third.id), (jean[1], third.id)}
    contacts.update(
        third.id, {"last_name": "Weißgerber", "first_name": "Anna", "birth_date": "1990-01-01", "addresses": []}
    )
    assert set(search()) == {jean}


def test_E8_what_is_gone_is_no_longer_found(jean, system, search) -> None:
    assert list(search()) == [jean]
    contacts.to_bin(jean[1])
    assert services.pairs().pairs == []
    contacts.restore(jean[1])
    assert [one.ids for one in services.pairs().pairs] == [jean]
    contacts.archive(jean[1])
    assert search() == {}


# --- Deciding -----------------------------------------------------------------------------------------------


def pair_of(ids) -> int:
    low, high = ids
    found = sa.select(DoublePair.id).where(DoublePair.low_id == low, DoublePair.high_id == high)
    return db.session.scalars(found).one()


def test_E8_keep_apart_is_remembered(jean, system, search) -> None:
    search()
    services.decide(pair_of(jean), "apart")
    assert search() == {}
    assert search("--all") == {}
    assert [one.ids for one in services.pairs("apart").pairs] == [jean]
    row = db.session.get(DoublePair, pair_of(jean))
    assert row.decided_at is not None
    services.decide(row.id, "open")
    assert list(search()) == [jean]


def test_E8_later_is_put_off_and_stays_so(jean, system, search) -> None:
    search()
    services.decide(pair_of(jean), "later")
    assert search("--all") == {}
    assert [one.ids for one in services.pairs("later").pairs] == [jean]
    assert (services.count(), services.count("later"), services.count("apart")) == (0, 1, 0)


def test_E8_two_are_kept_apart_before_any_search(jean, system, search) -> None:
    services.keep_apart(jean[1], jean[0])
    assert search() == {}
    with pytest.raises(Missing):
        services.keep_apart(jean[0], jean[0])


def test_E8_kept_apart_from_a_contact_is_kept_apart_from_whom_it_is_merged_into(jean, make, system, search) -> None:
    search()
    services.decide(pair_of(jean), "apart")
    third = make("Dupont", kind="person", first_name="Jean", birth_date="1980-04-07", addresses=[HOME])
    db.session.commit()
    merging = registry().service(Merging)
    merge_id = merging.merge([third.id, jean[0]])
    main = db.session.scalar(sa.select(DoubleKey.contact_id).where(DoubleKey.contact_id.in_([third.id, jean[0]])))
    assert not {(main, jean[1]), (jean[1], main)} & set(search())
    assert search("--all") == {}
    db.session.commit()
    merging.undo(merge_id)
    assert set(search()) == {(jean[0], third.id), (jean[1], third.id)}


def test_E8_a_merged_pair_disappears_and_its_undo_brings_it_back(jean, system, search) -> None:
    search()
    merging = registry().service(Merging)
    merge_id = merging.merge(list(jean))
    db.session.commit()
    assert services.count() == 0
    assert search("--all") == {}
    merging.undo(merge_id)
    db.session.commit()
    assert [one.ids for one in services.pairs().pairs] == [jean]


def test_E8_rights(jean, make, system, search, as_role) -> None:
    search()
    pair_id = pair_of(jean)
    with acting(as_role("reader")):
        assert services.pair(pair_id).ids == jean
        with pytest.raises(Forbidden):
            services.decide(pair_id, "apart")
    with acting(as_role("editor")):
        services.decide(pair_id, "later")
        with pytest.raises(Forbidden):
            services.bulk(9900)
        with pytest.raises(Forbidden):
            services.search()
    with acting(as_role("manager")):
        assert services.bulk(9900).number == 0
    with pytest.raises(Missing):
        services.pair(pair_id + 1)
    for wrong in ({"state": "else"}, {"after": "x"}, {"after": "1.99999999999999999999999"}):
        with pytest.raises(Invalid):
            services.pairs(**wrong)


# --- Many ---------------------------------------------------------------------------------------------------


@pytest.fixture
def trio(make, system, search):
    """Three that are one, of whom all pairs are sure; and two others."""
    ids = [make(f"Brauerei Lindner {form}", addresses=[HOME], phones=[{"value": "02 98 55 01 20"}]).id
           for form in ("GmbH", "AG", "")]  # fmt: skip
    ids += [make("Hofer Optik", vat_id="DE136695976", emails=[{"value": "a@hofer.example"}]).id for _time in range(2)]
    search()
    return ids


def test_E8_pages_of_pairs_hold_each_once_the_surest_first(trio, system) -> None:
    seen, after = [], ""
    while True:
        page = services.pairs(after=after, limit=1)
        seen += page.pairs
        after = page.after
        if not after:
            break
    assert len(seen) == len({one.id for one in seen}) == 4
    assert [one.score for one in seen] == sorted((one.score for one in seen), reverse=True)
    assert sorted(map(len, services.clusters(seen))) == [1, 3]
    assert [one.ids for one in services.of_contact(trio[4])] == [(trio[3], trio[4])]


def test_E8_bulk_merges_only_where_every_pair_is_sure(trio, system) -> None:
    found = services.bulk(6000)
    assert (sorted(map(len, found.groups)), found.unsure, found.number) == ([2, 3], 0, 3)
    services.decide(pair_of((trio[0], trio[2])), "apart")
    found = services.bulk(6000)
    assert ([len(one) for one in found.groups], found.unsure) == ([2], 1)
    with pytest.raises(Invalid):
        services.bulk(100)


def test_E8_pairs_below_the_threshold_are_not_shown(trio, system, search) -> None:
    from webapp.administration import changes

    assert len(search()) == 4
    lowest = min(one.score for one in services.pairs().pairs)
    changes.save("duplicates", {"duplicates.threshold": 100})
    assert search() == {}
    assert len(services.pairs(least=lowest).pairs) == 4


# --- Jobs ---------------------------------------------------------------------------------------------------


def test_E8_a_search_is_a_job_with_progress(jean, system) -> None:
    db.session.commit()
    job_id = services.search().id
    db.session.commit()
    assert services.standing().job.id == job_id
    with pytest.raises(Refused, match="at work already"):
        services.search()
    db.session.rollback()
    work()
    job = db.session.get(Job, job_id)
    assert (job.state, job.done, job.failed) == ("done", job.total, 0)
    assert [one.ids for one in services.pairs().pairs] == [jean]
    standing = services.standing()
    assert (standing.job, standing.waiting) == (None, 0)


def test_E8_a_search_is_stopped_and_gone_on_with(jean, system) -> None:
    begun = scan.begin()
    for number in range(1, begun.steps // 2):
        scan.step(begun.id, number)
    # Another process goes on: what was kept in memory is gone.
    scan._kept.clear()
    db.session.expire_all()
    for number in range(begun.steps // 2, begun.steps + 1):
        scan.step(begun.id, number)
    assert [one.ids for one in services.pairs().pairs] == [jean]
    with pytest.raises(Refused):
        scan.step(begun.id, 1)


def test_E8_a_job_that_was_stopped_goes_on(jean, system) -> None:
    db.session.commit()
    job_id = services.search().id
    db.session.commit()
    stop(job_id)
    db.session.commit()
    work()
    assert services.pairs().pairs == []
    resume(job_id)
    db.session.commit()
    work()
    assert [one.ids for one in services.pairs().pairs] == [jean]


def test_E8_a_search_that_was_given_up_is_done_anew_as_a_whole(jean, system, search) -> None:
    begun = scan.begin()
    for number in range(1, begun.steps - 2):
        scan.step(begun.id, number)
    db.session.commit()
    assert list(search()) == [jean]
    old, new = db.session.scalars(sa.select(DoubleScan).order_by(DoubleScan.id)).all()
    assert (old.found, new.whole, new.ended_at is not None) == (-1, True, True)
    with pytest.raises(Refused):
        scan.step(old.id, old.step + 1)


@pytest.mark.parametrize("helped", ["alone", "helped", "left alone"])
def test_E8_a_large_base_is_loaded_without_indexes_and_has_them_again(jean, system, monkeypatch, helped) -> None:
    monkeypatch.setattr(scan, "MANY", 2)
    # All in the first step, whatever ids the database has come to.
    monkeypatch.setattr(scan, "PORTION", 10**9)
    monkeypatch.setattr(loading, "HELPED", 1 if helped != "alone" else 10**9)
    db.session.commit()
    db.session.execute(sa.delete(DoubleKey))
    db.session.commit()
    begun = scan.begin()
    assert begun.is_loading
    loader = scan._state(begun).loader
    assert (loader.helper is not None) == (helped != "alone")
    if helped == "left alone":
        loader.helper.process.kill()
        loader.helper.process.wait()
    scan.step(begun.id, 1)
    assert (loader.helper is not None) == (helped == "helped")
    assert index_names() == set()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DoubleKey)) == 4
    for number in range(2, begun.steps + 1):
        scan.step(begun.id, number)
    assert len(index_names()) == 13
    assert loader.helper is None
    assert [one.ids for one in services.pairs().pairs] == [jean]


def index_names() -> set[str]:
    return {one["name"] for one in sa.inspect(db.session.connection()).get_indexes("double_key")}
