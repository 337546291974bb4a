"""A file of contacts rehearsed, imported and imported again, in this process; and the least that its rows could cost.

`python -m bench.importing ROWS` on the base of `CARNET_DATABASE_URL`; prints rows per second and memory, as JSON.
"""

from __future__ import annotations

import csv
import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import webapp
from plugins.transfer.options import Options
from plugins.transfer.preparing import CHUNK
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import firm_words, import_rows
from webapp.acting import acting, acting_as_system
from webapp.contacts.models import Contact
from webapp.db import db, transaction
from webapp.demo.people import people
from webapp.driven import write
from webapp.functions.models import FunctionRow

HEADER = (
    "Type", "First name", "Last name", "Company", "E-mail", "Phone", "Street", "Postal code", "City", "Country", "Tags",
    "Functions", "External id",
)  # fmt: skip
FUNCTIONS = ("customer", "prospect", "supplier", "customer, supplier")
SEED = 7
"""Other people than those of the base."""
OF_CONTACTS = (
    "contact_email", "contact_phone", "contact_address", "contact_external_id", "contact_tag", "contact_number",
    "history_entry", "double_key",
)  # fmt: skip
OWN = ("customer", "prospect", "supplier")
UNIQUE = {"contact_external_id": "value", "contact_number": "folded"}


def lines(number: int) -> Iterator[tuple[str, ...]]:
    """Made-up people as rows of a file."""
    for at, person in enumerate(people(number, SEED)):
        place = (person.get("addresses") or [{}])[0]
        reach = [next((one["value"] for one in person.get(name, ())), "") for name in ("emails", "phones")]
        yield (
            person["kind"], person.get("first_name", ""), person.get("last_name", ""), person.get("company_name", ""),
            *reach, *(place.get(part, "") for part in ("street", "postal_code", "city", "country")),
            ", ".join(person.get("tags", ())), FUNCTIONS[at % len(FUNCTIONS)], f"bench-{at}",
        )  # fmt: skip


def bring(path: Path, number: int, *, rehearse: bool = False) -> dict[str, Any]:
    """Rows per second of one import, reading included, and what became of the rows."""
    began, before = time.perf_counter(), time.process_time()
    with acting(acting_as_system("import", path.name)), path.open("rb") as stream:
        report = import_rows(open_reading(stream, **firm_words()), Options(rehearse=rehearse))
    seconds, worked = time.perf_counter() - began, time.process_time() - before
    return {"rate": number / seconds, "worked": number / worked, "told": str(report)}


def limit(number: int, last: int, last_function: int) -> float:
    """Rows of the file per second where the driver writes once more all that the import has written, and no more.

    The same tables, indexes and triggers, as many rows in a transaction; what is unique is made another.
    """
    tables = Contact.metadata.tables
    found: dict[str, list[dict[str, Any]]] = {}
    contact, function = tables["contact"], tables["contact_function"]
    with transaction() as session:
        new_ids = session.scalar(sa.select(sa.func.max(contact.c.id))) - last
        new_functions = session.scalar(sa.select(sa.func.max(function.c.id))) - last_function
        queries = {
            "contact": sa.select(contact).where(contact.c.id > last),
            "contact_function": sa.select(function).where(function.c.id > last_function),
            **{name: sa.select(tables[name]).where(tables[name].c.contact_id > last) for name in OF_CONTACTS},
            **{name: sa.select(tables[name]).where(tables[name].c.contact_function_id > last_function) for name in OWN},
        }
        raw = session.connection().connection.driver_connection
        for name, query in queries.items():
            text = str(query.compile(dialect=db.engine.dialect, compile_kwargs={"literal_binds": True}))
            cursor = raw.cursor()
            cursor.execute(text)
            names = [column[0] for column in cursor.description]
            found[name] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for name, rows in found.items():
        for row in rows:
            if name not in ("contact", "contact_function"):
                row.pop("id", None)
            for column, step in (("id", new_ids if name == "contact" else new_functions), ("contact_id", new_ids),
                                 ("contact_function_id", new_functions)):  # fmt: skip
                if column in row:
                    row[column] += step
            if name in UNIQUE:
                row[UNIQUE[name]] += "~"
            # As the driver takes them: JSON as its text.
            row.update({key: json.dumps(one) for key, one in row.items() if isinstance(one, dict)})
    chunk_of = {row["id"]: at // CHUNK for at, row in enumerate(found["contact"])}
    contact_of = {row["id"]: row["contact_id"] for row in found["contact_function"]}
    chunks: list[dict[str, list[tuple[Any, ...]]]] = [{} for _one in range(1 + max(chunk_of.values()))]
    for name, rows in found.items():
        for row in rows:
            owner = row["id"] if name == "contact" else row.get("contact_id") or contact_of[row["contact_function_id"]]
            chunks[chunk_of[owner]].setdefault(name, []).append(tuple(row.values()))
    began = time.perf_counter()
    for parts in chunks:
        with transaction() as session:
            connection = session.connection()
            for name, some in parts.items():
                write(connection, name, list(found[name][0]), some)
    return number / (time.perf_counter() - began)


def measure(number: int) -> dict[str, Any]:
    """All of it; memory is the process's at most, before the limit is measured."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter=";")
            table.writerow(HEADER)
            table.writerows(lines(number))
        with transaction() as session:
            last = session.scalar(sa.select(sa.func.max(Contact.id))) or 0
            last_function = session.scalar(sa.select(sa.func.max(FunctionRow.id))) or 0
        gc.collect()
        gc.freeze()
        rehearsed = bring(path, number, rehearse=True)
        done = bring(path, number)
        again = bring(path, number)
    # Ours, and the largest of those that helped.
    memory = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1000
    bare = limit(number, last, last_function)
    return {"rehearsed": rehearsed, "done": done, "again": again, "memory_mb": round(memory), "limit": bare}


if __name__ == "__main__":
    with webapp.create_app().app_context():
        print(json.dumps(measure(int(sys.argv[1]))))
