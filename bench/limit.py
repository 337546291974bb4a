"""The limit: a bare Flask application that answers with one query and a plain table, and does nothing else.

The same rows and columns as Carnet's lists show, from the same database, through its driver alone, under the
same server. `python -m bench.limit PORT` serves it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import threading
from typing import Any

from flask import Flask, request

app = Flask(__name__)
URL = os.environ.get("CARNET_DATABASE_URL", "")
IS_SQLITE = URL.startswith("sqlite")
LIVE = "c.deleted_at IS NULL AND c.merged_into_id IS NULL AND c.anonymised_at IS NULL AND c.archived_at IS NULL"
JOINED = "group_concat(f.function, ', ')" if IS_SQLITE else "string_agg(f.function, ', ')"
COLUMNS = f"""c.id, c.kind, c.company_name, c.first_name, c.last_name, c.city, c.country, c.updated_at,
    (SELECT {JOINED} FROM contact_function f WHERE f.contact_id = c.id AND f.ended_at IS NULL),
    (SELECT min(n.value) FROM contact_number n WHERE n.contact_id = c.id AND n.valid_to IS NULL),
    (SELECT count(*) FROM contact_link l WHERE l.party_id = c.id),
    (SELECT u.name FROM user_account u WHERE u.id = c.responsible_id)"""
ORDER = "ORDER BY c.sort_name, c.id LIMIT 50"
OF_FUNCTION = f"""SELECT {COLUMNS} FROM contact_listing l JOIN contact c ON c.id = l.contact_id
    WHERE l.function = ? ORDER BY l.sort_name, l.contact_id LIMIT 50"""
PAGE = app.jinja_env.from_string(
    """<!doctype html><html lang="en"><head><title>Contacts</title></head><body><table>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</table></body></html>"""
)
local = threading.local()


def rows(sql: str, *values: Any) -> list[Any]:
    """What one query finds, on this thread's own connection."""
    if not hasattr(local, "connection"):
        if IS_SQLITE:
            local.connection = sqlite3.connect(URL.removeprefix("sqlite:///"))
        else:
            import psycopg

            local.connection = psycopg.connect(URL.replace("+psycopg", ""), autocommit=True)
    cursor = local.connection.execute(sql if IS_SQLITE else sql.replace("?", "%s"), values)
    found: list[Any] = cursor.fetchall()
    return found


def table(condition: str = "", *values: Any) -> str:
    """The first fifty contacts for which the condition holds."""
    where = f"{LIVE} AND {condition}" if condition else LIVE
    return PAGE.render(rows=rows(f"SELECT {COLUMNS} FROM contact c WHERE {where} {ORDER}", *values))


@app.get("/list")
def first() -> str:
    """The first page by name, of all or of those with a function."""
    if function := request.args.get("function"):
        return PAGE.render(rows=rows(OF_FUNCTION, function))
    return table()


@app.get("/far")
def far() -> str:
    """The page behind a name."""
    return table("(c.sort_name, c.id) > (?, ?)", request.args["name"], int(request.args["id"]))


@app.get("/file/<int:contact_id>")
def file(contact_id: int) -> str:
    """One contact."""
    return PAGE.render(rows=rows("SELECT * FROM contact c WHERE c.id = ?", contact_id))


if __name__ == "__main__":
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "bench.limit:app",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        blocking_threads=1 if IS_SQLITE else 2,
        log_level=LogLevels.warning,
    ).serve()
