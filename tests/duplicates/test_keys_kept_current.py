"""Keys are kept current in the transaction that changes a contact, whatever the way (spec E8)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.duplicates import keeping
from plugins.duplicates.models import SLOT_NAMES, DoubleKey
from webapp.acting import acting, acting_as_system
from webapp.contacts import bulk, kinds, services
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.ports import Merging
from webapp.registry import registry


def keys(contact_id: int) -> set[tuple]:
    db.session.commit()
    columns = [getattr(DoubleKey, name) for name in SLOT_NAMES]
    return {tuple(row) for row in db.session.execute(sa.select(*columns).where(DoubleKey.contact_id == contact_id))}


def test_E8_a_new_contact_has_keys_and_a_changed_one_others(make, system, keyed) -> None:
    one = make("Dupont", kind="person", first_name="Jean", birth_date="1980-04-07")
    first = keys(one.id)
    assert "jean" in keyed(one.id)
    services.update(one.id, {"last_name": "Durand", "emails": [{"value": "a@x.example"}, {"value": "b@x.example"}]})
    assert keys(one.id).isdisjoint(first)
    assert "durand" in keyed(one.id)
    assert len(keys(one.id)) == 2
    services.update(one.id, {"emails": []})
    assert len(keys(one.id)) == 1
    second = keys(one.id)
    services.update(one.id, {"description": "tells nothing of who it is"})
    assert keys(one.id) == second


def test_E8_by_the_form_and_by_the_api(sign_in, app, make, keyed) -> None:
    client = sign_in("editor")
    answer = client.submit("/contacts/new", {"present_kind": "company", "company_name": "Kerbrat SARL"})
    contact_id = int(answer.location.rpartition("/")[2])
    assert keyed(contact_id) is not None


def test_E8_what_is_not_in_the_lists_has_none(make, system, keyed) -> None:
    one = make("Kerbrat")
    db.session.commit()
    services.to_bin(one.id)
    db.session.commit()
    assert keyed(one.id) is None
    services.restore(one.id)
    db.session.commit()
    assert keyed(one.id) is not None
    bulk.bin_many([one.id])
    db.session.commit()
    assert keyed(one.id) is None


def test_E8_another_kind_has_other_keys(make, system, keyed) -> None:
    one = make("Kerbrat")
    db.session.commit()
    kinds.change_kind(one.id, "person")
    db.session.commit()
    assert keyed(one.id).startswith("person")


def test_E8_a_merge_and_its_undo(make, system, keyed) -> None:
    one, other = make("Kerbrat", emails=[{"value": "a@x.example"}]), make("Kerbrat", emails=[{"value": "b@x.example"}])
    db.session.commit()
    merging = registry().service(Merging)
    merge_id = merging.merge([one.id, other.id])
    db.session.commit()
    there = [contact for contact in (one, other) if keyed(contact.id) is not None]
    assert len(there) == 1
    assert "a@x.example" in keyed(there[0].id)
    assert "b@x.example" in keyed(there[0].id)
    merging.undo(merge_id)
    db.session.commit()
    assert "b@x.example" in keyed(other.id)
    assert "b@x.example" not in keyed(one.id)


def test_E8_what_a_transaction_takes_back_leaves_no_keys(make, system) -> None:
    db.session.commit()
    with pytest.raises(ZeroDivisionError), db.session.begin_nested():
        contact_id = make("Nobody").id
        raise ZeroDivisionError
    db.session.commit()
    assert keys(contact_id) == set()
    assert keeping.PENDING not in db.session().info


def test_E8_off_they_grow_stale_and_the_next_search_catches_up(make, system, keyed, search, plugin_registry) -> None:
    one, gone, away = make("Kerbrat"), make("Le Goff"), make("Faure")
    db.session.commit()
    plugin_registry.allowed -= {"duplicates"}
    try:
        services.update(one.id, {"company_name": "Menuiserie Kerbrat"})
        new = make("Menuiserie Kerbrat")
        services.to_bin(gone.id)
        services.archive(away.id)
        db.session.commit()
    finally:
        plugin_registry.allowed |= {"duplicates"}
    assert keyed(new.id) is None
    assert list(search()) == [(one.id, new.id)]
    assert "menuiserie" in keyed(one.id)
    assert keyed(gone.id) is keyed(away.id) is None


def test_E8_five_hundred_at_once_cost_as_few_statements_as_two(system, statements) -> None:
    sizes = []
    for number in (2, 500):
        with statements() as seen:
            services.create_many(
                [
                    {
                        "kind": "company",
                        "company_name": f"Garage {one} {number}",
                        "phones": [{"value": f"02 98 55 {one:04d}"}],
                    }
                    for one in range(number)
                ]
            )
            before = len(seen)
            db.session.commit()
        # SQLite's driver is given rows one by one, by the same statement.
        sizes.append(len(set(seen.texts[before:])))
    assert sizes[0] == sizes[1] <= 9
    assert db.session.scalar(sa.select(sa.func.count()).select_from(DoubleKey)) == 502


def test_E8_every_contact_of_an_import_has_keys(app, tmp_path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Company,City\n" + "".join(f"Garage {one},Quimper\n" for one in range(1200)))
    assert app.test_cli_runner().invoke(args=["import", str(path)]).exit_code == 0
    with acting(acting_as_system("job")):
        without = (
            sa.select(sa.func.count()).select_from(Contact).where(Contact.id.not_in(sa.select(DoubleKey.contact_id)))
        )
        assert db.session.scalar(without) == 0
