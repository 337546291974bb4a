"""The list of all contacts exported as CSV: by a server, and in a process of its own beside the least it could cost.

`python -m bench.exporting` on the base of `CARNET_DATABASE_URL`; prints rows per second and memory, as JSON.
"""

from __future__ import annotations

import csv
import http.client
import io
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import webapp
from bench.bases import ROOT
from plugins.transfer.exporting.services import Export, of_one_moment
from webapp.acting import acting, acting_as_system
from webapp.db import db, snapshot
from webapp.lists.query import ListQuery

if TYPE_CHECKING:
    from bench.figures import Figure, Pair

COLUMNS = ("functions", "city", "country", "number", "responsible", "changed", "email", "phone", "tags")
"""Twelve with the id, the external id and the name that stand before them."""
WHOLE = 100_000
"""Contacts that are exported with everything."""
TRIES = 5
PIECE = 1 << 16
LIMIT = """
SELECT c.id, (SELECT e.value FROM contact_external_id e WHERE e.contact_id = c.id AND e.source = '' LIMIT 1),
    CASE WHEN c.kind = 'company' THEN c.company_name ELSE c.first_name || ' ' || c.last_name END,
    (SELECT {words} FROM contact_function f WHERE f.contact_id = c.id AND f.ended_at IS NULL), c.city, c.country,
    (SELECT n.value FROM contact_number n WHERE n.contact_id = c.id AND n.valid_to IS NULL LIMIT 1),
    u.name, c.updated_at,
    (SELECT e.value FROM contact_email e WHERE e.contact_id = c.id ORDER BY e.position, e.id LIMIT 1),
    (SELECT p.value FROM contact_phone p WHERE p.contact_id = c.id ORDER BY p.position, p.id LIMIT 1),
    (SELECT {tags} FROM contact_tag x JOIN tag t ON t.id = x.tag_id WHERE x.contact_id = c.id)
FROM contact c LEFT JOIN user_account u ON u.id = c.responsible_id
WHERE c.deleted_at IS NULL AND c.merged_into_id IS NULL AND c.anonymised_at IS NULL AND c.archived_at IS NULL
ORDER BY c.sort_name, c.id
"""
WORDS = {
    "sqlite": {"words": "group_concat(f.function, ', ')", "tags": "group_concat(t.name, ', ')"},
    "postgresql": {"words": "string_agg(f.function, ', ')", "tags": "string_agg(t.name, ', ')"},
}


def exporting(pair: Pair) -> list[Figure]:
    """What a browser sees of it, and what it costs without a server."""
    query = urlencode({"in": f"all?cols={','.join(COLUMNS)}", "format": "csv", "columns": "shown"})
    path = f"/contacts/export/file?{query}"
    first = statistics.median(_fetched(pair, path, whole=False)[0] for _try in range(TRIES))
    _first, rows, seconds = _fetched(pair, path, whole=True)
    memory = pair.carnet.memory()
    answer = subprocess.run(
        [sys.executable, "-m", "bench.exporting"],
        env=pair.base.environment, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    told = json.loads(answer.stdout.splitlines()[-1])
    bare, rate = told["limit"], rows / seconds
    most = max(memory, told["memory_mb"])
    return [
        pair.figure("CSV, first byte", f"{first:.0f} ms", "≤ 300 ms", first <= 300),
        pair.figure("CSV, twelve columns, by HTTP", f"{rate:,.0f} /s, {rate / bare:.2f} of the limit", "≥ 40,000/s",
                    rate >= 40_000, rows=rows, file=told),
        pair.figure("… without a server", f"{told['shown']:,.0f} /s, {told['shown'] / bare:.2f} of the limit"),
        pair.figure("CSV with everything", f"{told['all']:,.0f} /s"),
        pair.figure("… memory", f"{most:.0f} MB", "≤ 200 MB", most <= 200),
    ]  # fmt: skip


def _fetched(pair: Pair, path: str, *, whole: bool) -> tuple[float, int, float]:
    """Milliseconds to the first byte, lines behind the head, and seconds in all; without `whole` it hangs up."""
    connection = http.client.HTTPConnection("127.0.0.1", pair.carnet.port, timeout=600)
    began = time.perf_counter()
    try:
        connection.request("GET", path, headers=pair.carnet.headers())
        answer = connection.getresponse()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        piece = answer.read(1)
        first = (time.perf_counter() - began) * 1000
        lines = 0
        while whole and (piece := answer.read(PIECE)):
            lines += piece.count(b"\r\n")
        return first, lines - 1, time.perf_counter() - began
    finally:
        connection.close()


def exported(columns: str, most: int | None = None) -> float:
    """Rows per second of the service."""
    number = 0

    def told(some: int) -> None:
        nonlocal number
        number += some

    began = time.perf_counter()
    keys = COLUMNS if columns == "shown" else ()
    with acting(acting_as_system("job")):
        for _piece in of_one_moment(Export.of("csv", columns, "", keys), [ListQuery().ids().limit(most)], told):
            pass
    return number / (time.perf_counter() - began)


def limit() -> float:
    """Rows per second of one query through the driver alone, written by Python's own writer of CSV."""
    number, began = 0, time.perf_counter()
    with snapshot() as session:
        raw: Any = session.connection().connection.driver_connection
        name = session.get_bind().dialect.name
        cursor = raw.cursor() if name == "sqlite" else raw.cursor(name="bench")
        cursor.execute(LIMIT.format(**WORDS[name]))
        for rows in _some(cursor):
            text = io.StringIO()
            csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
            text.getvalue().encode()
            number += len(rows)
        cursor.close()
    return number / (time.perf_counter() - began)


def _some(cursor: Any) -> Iterator[list[Iterable[Any]]]:
    while rows := cursor.fetchmany(2000):
        yield rows


def measure() -> dict[str, Any]:
    """All of it; memory is the process's at most, before the limit is measured."""
    shown = exported("shown")
    whole = exported("all", WHOLE)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"shown": shown, "all": whole, "memory_mb": round(memory), "limit": limit()}


if __name__ == "__main__":
    with webapp.create_app().app_context():
        found = measure()
        db.session.remove()
        print(json.dumps(found))
