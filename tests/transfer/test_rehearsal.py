"""A file is looked at row by row before anything of it is written, mended, and imported (spec H2)."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from imported import total
from sending import Sender

from plugins.transfer import imports, storing
from plugins.transfer.models import Import, StagedRow
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.history.models import HistoryEntry
from webapp.jobs.models import Job


@pytest.fixture
def sender(sign_in: Callable[..., Any]) -> Sender:
    """A manager who imports."""
    return Sender(sign_in("manager"))


def the_import() -> Import:
    return db.session.scalars(sa.select(Import).order_by(Import.id.desc()).limit(1)).one()


LIST = (
    "Nachname;E-Mail;PLZ;Geburtsdatum;Externe ID\n"
    "Neu;neu@w.example;20095;;\n"
    "Weber;info@weber.example;20095;;W1\n"
    "Zwilling;twin@w.example;;;\n"
    "Datum;datum@w.example;;31.31.1980;\n"
    ";;20095;;\n"
)


def test_H2_a_rehearsal_tells_each_row_and_writes_nothing(sender: Sender, make: Callable[..., Contact]) -> None:
    make("Weber", kind="person", external_ids=[{"source": "", "value": "W1"}])
    make("Anders", kind="person", emails=[{"value": "twin@w.example"}])
    url = sender.rehearse(LIST)
    counts = sender.counts(url)
    assert counts == {"create": 2, "update": 1, "unchanged": 0, "double": 1, "error": 1, "flawed": 1}
    assert total() == 2
    page = sender.page(url)
    for said in ("Anders", "same e-mail", "31.31.1980", "This row has no name", "info@weber.example"):
        assert said in page, said
    for show, line in (
        ("create", "neu@w"),
        ("update", "weber"),
        ("double", "twin@w"),
        ("error", "20095"),
        ("flawed", "31.31"),
    ):
        page = sender.page(f"{url}?show={show}")
        assert page.count('<tr id="row-') == counts[show]
        assert line in page
    assert sender.client.get(f"{url}?show=nonsense").status_code == 400
    assert sender.client.get(f"{url}?after=x").status_code == 400


def test_H2_a_cell_is_mended_and_its_row_planned_anew(sender: Sender) -> None:
    url = sender.rehearse("Nachname;E-Mail;Ort\nA;a@w.example;Bonn\n;;Ulm\n")
    row = f"{url}/rows/2"
    assert "This row has no name" in sender.page(row)
    answer = sender.client.submit(row, {"c.0": "Meier"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{url}#row-2")
    assert sender.counts(url)["error"] == 0
    swapped = sender.client.submit(row, {"c.0": "Maier"}, headers={"HX-Request": "true", "HX-Target": "tr#row-2"})
    assert swapped.get_data(as_text=True).lstrip().startswith('<tr id="row-2"')
    assert "carnet-import" in swapped.headers["HX-Trigger"]
    sender.do(url, "start")
    assert sender.counts(url)["created"] == 2
    assert db.session.scalar(sa.select(Contact.id).where(Contact.last_name == "Maier"))
    assert sender.client.submit(row, {"c.0": "Late"}).status_code == 409
    assert sender.client.get(f"{url}/rows/3").status_code == 404


def test_H2_rows_are_decided_one_by_one_and_all_of_a_kind(sender: Sender, make: Callable[..., Contact]) -> None:
    there = [make(f"T{at}", kind="person", emails=[{"value": f"t{at}@w.example"}]) for at in range(3)]
    rows = "".join(f"Other{at};t{at}@w.example;Bonn\n" for at in range(3))
    url = sender.rehearse("Nachname;E-Mail;Ort\n" + rows + "New;new@w.example;Ulm\n")
    assert sender.counts(url)["double"] == 3
    assert sender.do(url, "decide", plan="double", decision="skip").status_code == 303
    assert sender.client.submit(f"{url}/rows/2", {"decision": "update", "decide": "1"}).status_code == 303
    assert sender.client.submit(f"{url}/rows/3", {"decision": "create", "decide": "1"}).status_code == 303
    assert sender.do(url, "decide", plan="double", decision="nonsense").status_code == 422
    assert sender.do(url, "decide", plan="nonsense", decision="skip").status_code == 422
    sender.do(url, "start")
    assert sender.counts(url) == {"created": 2, "updated": 1, "unchanged": 0, "skipped": 1, "refused": 0}
    assert total() == 5
    db.session.expire_all()
    assert [one.city for one in there] == ["", "Bonn", ""]


def test_H2_a_long_file_is_rehearsed_and_imported_by_jobs_once(sender: Sender) -> None:
    rows = "".join(f"N{at};n{at}@w.example\n" for at in range(220))
    url = sender.rehearse("Nachname;E-Mail\n" + rows + "Last;\n;x\n")
    job = db.session.scalars(sa.select(Job)).one()
    assert (job.kind, job.total, job.state) == ("transfer_rehearsal", 222, "done")
    assert total() == 0
    first = sender.client.submit(f"{url}/start")
    assert "1s" in sender.page(url)
    again = sender.client.submit(f"{url}/start")
    assert first.headers["Location"] == again.headers["Location"] == url
    sender.do(url, "start")
    assert [one.kind for one in db.session.scalars(sa.select(Job).order_by(Job.id))] == [
        "transfer_rehearsal", "transfer_import"
    ]  # fmt: skip
    assert sender.counts(url)["created"] == 222 == total()
    entry = db.session.scalars(sa.select(HistoryEntry).limit(1)).one()
    assert (entry.way, entry.source) == ("import", f"import:{the_import().id}")
    assert url in sender.page(f"/contacts/{entry.contact_id}/history")


def test_H2_a_row_with_a_mark_that_is_never_closed_is_mended_as_it_stands(sender: Sender) -> None:
    url = sender.rehearse('Nachname;Ort\nA;Bonn\n"B;Kiel\nC;Ulm\n')
    assert sender.counts(url)["error"] == 1
    assert "&#34;B" in sender.page(url)
    row = db.session.scalars(sa.select(StagedRow).where(StagedRow.plan == "error")).one()
    assert (row.cells, row.number) == (['"B', "Kiel"], 2)
    sender.do(url, f"rows/{row.number}", **{"c.0": "B"})
    assert sender.counts(url)["error"] == 0
    sender.do(url, "start")
    assert sender.counts(url)["created"] == 3 == total()


def test_F3_a_job_finds_out_once_a_minute_that_a_range_is_used_up(sender: Sender, make: Callable[..., Contact]) -> None:
    make("First", functions=["customer"])
    db.session.execute(sa.text("UPDATE number_range_value SET next = 99998, begins = 99998"))
    url = sender.rehearse("Firma;Funktionen\n" + "".join(f"N{at};Kunde\n" for at in range(210)))
    sender.do(url, "start")
    assert sender.counts(url)["created"] == 210
    told = db.session.scalars(sa.select(StagedRow.told)).all()
    assert sum("used up" in one for one in told) == 208
    job = db.session.scalars(sa.select(Job).where(Job.kind == "transfer_import")).one()
    assert list(job.data["spent"][1]) == ["customer"]


def test_H4_refused_rows_come_back_in_their_own_columns_and_hold_no_formula(sender: Sender) -> None:
    url = sender.rehearse('Nachname;Ort;Notizen\nA;Bonn;x\n;Ulm;"=1+1"\n')
    text = sender.client.get(f"{url}/refused.csv").get_data(as_text=True)
    assert text.splitlines()[0] == '\ufeff"Nachname","Ort","Notizen","Line","Reason"'
    assert text.splitlines()[1].startswith('"","Ulm","\'=1+1","3","This row has no name')
    sender.do(url, "start")
    after = sender.client.get(f"{url}/refused.csv").get_data(as_text=True)
    assert after.splitlines()[1].startswith('"","Ulm","\'=1+1","3","This row has no name')
    mended = after.replace('"","Ulm"', '"Neu","Ulm"')
    again = sender.rehearse(mended)
    assert sender.counts(again)["create"] == 1


@pytest.mark.parametrize("tongue", ["en", "fr", "de"])
def test_H1_downloaded_rows_sent_again_are_those_of_their_own_file(sender: Sender, tongue: str) -> None:
    def refused(url: str) -> str:
        return str(sender.client.get(f"{url}/refused.csv", headers={"Accept-Language": tongue}).get_data(as_text=True))

    text = refused(sender.rehearse("Nachname;Ort\nA;Bonn\n;Ulm\nWeber;a;b;c\n"))
    line, reason = {"en": ("Line", "Reason"), "fr": ("Ligne", "Motif"), "de": ("Zeile", "Grund")}[tongue]
    assert text.splitlines()[0].endswith(f'"Nachname","Ort","{line}","{reason}"')
    assert list(sender.columns(sender.send(text).headers["Location"]).values()) == ["last_name", "addresses.main.city"]
    url = sender.rehearse(text)
    assert sender.counts(url)["error"] == 2
    assert "4 cells under 2 column names" in sender.page(url)
    assert refused(url).splitlines()[0] == text.splitlines()[0]


def test_H2_a_file_that_is_gone_is_told_in_a_sentence(sender: Sender) -> None:
    url = sender.rehearse("Nachname;E-Mail\nA;a@w.example\n;\n;x\n")
    storing.path_of(the_import().file).unlink()
    assert "is no longer there: send it again" in sender.page(url)
    for path, fields in (("rows/1", {"c.0": "B"}), ("columns", {"column.0": "last_name"})):
        answer = sender.client.submit(f"{url}/{path}", fields)
        assert answer.status_code == 422
        assert "is no longer there: send it again" in answer.get_data(as_text=True)
    assert sender.client.get(f"{url}/columns").status_code == 200


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Nachname;Ort\n", "no rows"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "can&#39;t read this file"),
        (b"a\nb\n", "No column name is known"),
    ],
)
def test_a_bad_file_brings_the_form_back_and_nothing_is_kept(sender: Sender, content: bytes, says: str) -> None:
    folder = storing.path_of("x").parent
    before = set(folder.glob("*"))
    answer = sender.send(content)
    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert set(folder.glob("*")) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Import)) == 0


def test_H2_limits_are_told_with_the_way_out(sender: Sender, monkeypatch: Any) -> None:
    monkeypatch.setattr(imports, "MOST_ROWS", 2)
    answer = sender.send("Nachname\nA\nB\nC\n")
    assert answer.status_code == 422
    assert "carnet import" in answer.get_data(as_text=True)
    monkeypatch.setattr(storing, "LARGEST", 1024)
    assert "too large" in sender.send(b"Nachname\n" + b"A" * 1024).get_data(as_text=True)
    monkeypatch.setattr(imports, "WAITING", 1)
    assert sender.send("Nachname\nA\n").status_code == 303
    assert sender.send("Nachname\nA\n").status_code == 409


def test_J1_pages_are_for_managers_and_an_import_is_its_sender_s(sign_in: Callable[..., Any], sender: Sender) -> None:
    url = sender.rehearse("Nachname;E-Mail\nA;a@w.example\n;\n")
    for role, status in (("editor", 403), ("manager", 200)):
        client = sign_in(role)
        assert client.get("/import").status_code == status
        assert client.get(url).status_code == status
        assert client.submit(f"{url}/start").status_code == 403
    assert sign_in("administrator").submit(f"{url}/start").status_code == 303
    assert total() == 1


def test_no_file_and_no_token(sender: Sender, client: Any) -> None:
    assert sender.send("", name="").status_code == 422
    assert client.post("/import", data={"file": (io.BytesIO(b"x"), "x.csv")}).status_code == 400


@pytest.mark.parametrize("given", ["C:\\Users\\anna\\liste.csv", "/home/anna/liste.csv", "../liste.csv\x00"])
def test_of_the_file_s_name_only_the_name_is_kept(given: str) -> None:
    assert storing.bare_name(given) == "liste.csv"


def test_names_in_a_file_are_text_on_the_page(sender: Sender) -> None:
    url = sender.rehearse('Nachname;E-Mail;<b>x</b>\n<script>alert(1)</script>;x@w.example;1\n;;"<u>"\n')
    for page in (sender.page(url), sender.page(f"{url}/columns"), sender.page(f"{url}/rows/2")):
        for bad in ("<script>alert", "<b>x", "<u>"):
            assert bad not in page


def test_H2_a_page_costs_as_much_for_two_rows_as_for_fifty(sender: Sender, statements: Any) -> None:
    costs = []
    for many in (2, 50):
        rows = "".join(f"N{many}{at};n{many}{at}@w.example\n" for at in range(many))
        url = sender.rehearse("Nachname;E-Mail\n" + rows)
        sender.page(url)
        with statements() as spent:
            assert sender.page(url).count('<tr id="row-') == many
        costs.append(len(spent))
    assert costs[0] == costs[1]


def test_H2_rows_and_counts_are_found_by_indexes(sender: Sender, connection: Any, database: str) -> None:
    from plugins.transfer import listing

    sender.rehearse("Nachname;E-Mail\n" + "".join(f"N{at};n{at}@w.example\n" for at in range(60)))
    one = the_import()
    if database == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        db.session.execute(sa.text("SET LOCAL enable_sort = off"))
    for show in ("", "error", "flawed", "created", "gone"):
        query = listing.narrowed(one, show).where(StagedRow.number > 10).limit(51)
        text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN " if database == "sqlite" else "EXPLAIN "
        steps = "\n".join(" ".join(map(str, row)) for row in db.session.execute(sa.text(explain + text)))
        assert not any(one in steps for one in ("SCAN transfer_row", "Seq Scan", "TEMP B-TREE", "Sort")), steps
