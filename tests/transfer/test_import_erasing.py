"""What imports keep of people goes with them, and of all once its term is over (spec D5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sending import Sender

from plugins.transfer import erasing, storing
from plugins.transfer.models import Import, SavedMapping, StagedRow
from webapp.contacts.models import Contact
from webapp.db import db, now, transaction
from webapp.erasing import services
from webapp.jobs.runner import Runner

TEXT = "Nachname;E-Mail;Ort\nAdler;eva@adler.example;Bonn\nBerg;b@w.example;Kiel\n"


@pytest.fixture
def sent(sign_in: Callable[..., Any]) -> str:
    """The address of an import that is done."""
    sender = Sender(sign_in("administrator", data_protection=True))
    url = sender.rehearse(TEXT)
    sender.do(url, "start")
    return url


def test_D5_who_is_anonymised_is_in_no_import_and_no_file_any_more(sent: str, system: Any) -> None:
    one = db.session.scalars(sa.select(Import)).one()
    path = storing.path_of(one.file)
    assert path.is_file()
    contact_id = db.session.scalar(sa.select(Contact.id).where(Contact.last_name == "Adler"))
    with transaction():
        services.anonymise(contact_id)
    db.session.expire_all()
    rows = {row.number: row for row in db.session.scalars(sa.select(StagedRow))}
    assert (rows[1].cells, rows[1].details) == ([], {})
    assert rows[2].cells[0] == "Berg"
    assert one.file == ""
    assert not path.is_file()


def test_D5_an_import_is_erased_by_the_worker_once_its_term_is_over(app: Any, sent: str, monkeypatch: Any) -> None:
    one = db.session.scalars(sa.select(Import)).one()
    path = storing.path_of(one.file)
    runner = Runner(app=app)
    runner.tend()
    assert path.is_file()
    one.created_at = now() - erasing.KEPT - dt.timedelta(days=1)
    db.session.commit()
    monkeypatch.setattr(erasing, "AT_ONCE", 1)
    for _time in range(4):
        runner.tended_at -= 60
        runner.tend()
    db.session.expire_all()
    assert (one.file, one.erased_at is not None) == ("", True)
    assert db.session.scalar(sa.select(StagedRow.number).limit(1)) is None
    assert not path.is_file()


def test_D5_names_of_files_columns_and_mappings_tell_of_nobody_any_more(sign_in: Any, make: Any, system: Any) -> None:
    sender = Sender(sign_in("administrator", data_protection=True))
    accented = "Prénom;Nom;Ville\nÉmile;Élan;Brest\nYann;Le Goff;Brest\n"
    sender.rehearse(accented, "emile_elan.csv")
    sender.rehearse("Nom;Ville;Émile Élan\nTanguy;Brest;1\n", "liste.csv")
    constants = {"constants": {"description": "Friend of Émile Élan"}}
    saved = SavedMapping(name="List", folded="list", headers="nom", digest="0", mapping=constants)
    db.session.add(saved)
    emile = make("Élan", kind="person", first_name="Émile")
    db.session.commit()
    with transaction():
        services.anonymise(emile.id)
    db.session.expire_all()
    listed, laid_out = db.session.scalars(sa.select(Import).order_by(Import.id))
    assert "elan" not in listed.file_name
    assert (listed.file, laid_out.headers, laid_out.file) == ("", [], "")
    rows = db.session.scalars(sa.select(StagedRow).where(StagedRow.import_id == listed.id).order_by(StagedRow.number))
    assert [row.cells[:2] for row in rows] == [[], ["Yann", "Le Goff"]]
    assert db.session.scalar(sa.select(SavedMapping.id).limit(1)) is None
    jobs = db.session.execute(sa.text("SELECT params, data FROM job")).all()
    assert "elan" not in str(jobs).casefold()
