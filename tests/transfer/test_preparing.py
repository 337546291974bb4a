"""Rows of a long file are read by a second process (spec H2): nobody notices but the clock."""

from __future__ import annotations

import io
from typing import Any

import pytest

from plugins.transfer import preparing
from plugins.transfer.options import Options
from plugins.transfer.preparing import prepared
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import columns_of, firm_words, import_rows
from webapp.acting import acting, acting_as_system

HEADER = "Type;First name;Last name;Company;E-mail;Phone;Street;City;Country;Birth date;Functions;Tags;Number;Seen"
ROWS = (
    "person;Ada;Lovelace;Analytical Engines;ada@engines.example.com;01 46 34 12 34;12 rue Cuvier;Paris;FR;10.12.1815;"
    "customer;vip,math;;yes",
    ";;;Weber GmbH;info@weber.example.com;+49 30 23125000;;Berlin;Deutschland;;Lieferant;;70012;",
    ";Zoé;Müller;;zoé@;123;;;Atlantis;31.31.1999;boss;;;",
    ";;;;;;;;;;;;;nobody",
    ';"José 😀";"Ünal, ""Ü""";;;;;;;;;;;',
    ";too;many;cells;;;;;;;;;;;;;x",
)


def entries(*, alone: bool) -> list[list[Any]]:
    """The file's rows, four at a time."""
    text = "\n".join((HEADER, *ROWS * 3))
    with acting(acting_as_system("import", "list.csv")):
        reading = open_reading(io.BytesIO(text.encode()), **firm_words())
        return list(prepared(reading, columns_of(reading), alone=alone))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are long from the first row on."""
    monkeypatch.setattr(preparing, "CHUNK", 4)
    monkeypatch.setattr(preparing, "HELPED", 1)


@pytest.mark.usefixtures("small")
def test_H2_rows_that_a_second_process_reads_are_the_same(app: Any) -> None:
    helped, alone = entries(alone=False), entries(alone=True)
    assert [len(some) for some in helped] == [4, 4, 4, 4, 2]
    assert helped == alone
    found = [one for some in helped for one in some]
    assert [one.outcome for one in found[:6]] == [
        "unchanged",
        "unchanged",
        "unchanged",
        "refused",
        "unchanged",
        "refused",
    ]
    assert set(found[2].warnings) >= {"birth_date", "country", "functions"}


@pytest.mark.usefixtures("small")
def test_H2_a_file_goes_on_where_the_second_process_is_gone(app: Any) -> None:
    text = "\n".join((HEADER, *ROWS * 3))
    with acting(acting_as_system("import", "list.csv")):
        reading = open_reading(io.BytesIO(text.encode()), **firm_words())
        chunks = prepared(reading, columns_of(reading), alone=False)
        first = next(chunks)
        there = chunks.gi_frame.f_locals["there"]
        there._process.kill()
        rest = list(chunks)
    assert [first, *rest] == entries(alone=True)
    assert there._process.returncode is not None


@pytest.mark.usefixtures("small")
def test_H2_a_long_file_is_imported_and_found_again(bring: Any) -> None:
    text = "\n".join((HEADER, *(f";;Long {number};;long{number}@example.com" for number in range(11))))
    assert str(bring(text)) == "created=11 updated=0 unchanged=0 doubles=0 refused=0"
    assert str(bring(text, rehearse=True)) == "created=0 updated=0 unchanged=11 doubles=0 refused=0"


@pytest.mark.usefixtures("small")
def test_H2_stopped_by_hand_what_is_in_stays_and_is_told(app: Any) -> None:
    text = "\n".join((HEADER, *(f";;Stopped {number};;stopped{number}@example.com" for number in range(11))))

    def stop(rows: int) -> None:
        if rows == 8:
            raise KeyboardInterrupt

    with acting(acting_as_system("import", "list.csv")):
        reading = open_reading(io.BytesIO(text.encode()), **firm_words())
        report = import_rows(reading, Options(), progress=stop)
        assert (report.created, report.stopped) == (8, True)
        again = import_rows(reading, Options())
    assert (again.created, again.unchanged, again.stopped) == (3, 8, False)
