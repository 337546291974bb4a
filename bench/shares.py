"""Bring the functions of a made-up base to the shares that are measured: 60 %, 30 %, 1 % and 0.01 % of all contacts.

`carnet demo` gives 40 % prospects, 30 % customers, 15 % suppliers. Statements for both engines, past the services.
"""

from __future__ import annotations

import sqlalchemy as sa

SHARES = {"all": "all", "prospect": "60 %", "customer": "30 %", "supplier": "1 %", "rare": "0.01 %"}
"""What each list holds of the base, by its function."""

STATEMENTS = (
    # Of the suppliers one in fifteen stays; the numbers of the others are former ones.
    """DELETE FROM supplier WHERE contact_function_id IN (
        SELECT id FROM contact_function WHERE function = 'supplier' AND contact_id % 15 <> 0)""",
    "DELETE FROM contact_function WHERE function = 'supplier' AND contact_id % 15 <> 0",
    "UPDATE contact_number SET valid_to = valid_from WHERE function = 'supplier' AND contact_id % 15 <> 0",
    # Of those that are neither prospect nor customer two in three become prospects.
    """INSERT INTO contact_function (contact_id, function, slot, is_final, started_at, started_way)
        SELECT c.id, k.key, k.slot, k.is_final, c.created_at, 'job'
        FROM contact c JOIN function_kind k ON k.key = 'prospect'
        WHERE c.id % 3 <> 0 AND NOT EXISTS (
            SELECT 1 FROM contact_function f WHERE f.contact_id = c.id AND f.slot = k.slot AND f.ended_at IS NULL)""",
    """INSERT INTO prospect (contact_function_id)
        SELECT f.id FROM contact_function f LEFT JOIN prospect p ON p.contact_function_id = f.id
        WHERE f.function = 'prospect' AND p.contact_function_id IS NULL""",
    """INSERT INTO contact_function (contact_id, function, slot, is_final, started_at, started_way)
        SELECT c.id, k.key, k.slot, k.is_final, c.created_at, 'job'
        FROM contact c JOIN function_kind k ON k.key = 'rare' WHERE c.id % 10000 = 1""",
    "INSERT INTO rare (contact_function_id) SELECT id FROM contact_function WHERE function = 'rare'",
    # Each has a number of its own, nine digits long; as it sorts, it has fifteen.
    """INSERT INTO contact_number (contact_id, function, value, folded, sort_value, valid_from, origin)
        SELECT f.contact_id, f.function, m.capital || m.digits, m.small || m.digits,
            m.small || '000000' || m.digits, f.started_at, 'given'
        FROM contact_function f JOIN (
            SELECT id, CAST(900000000 + contact_id AS VARCHAR(20)) AS digits, upper(substr(function, 1, 1)) AS capital,
                substr(function, 1, 1) AS small
            FROM contact_function WHERE function IN ('prospect', 'rare') AND ended_at IS NULL) m ON m.id = f.id
        WHERE NOT EXISTS (
            SELECT 1 FROM contact_number n
            WHERE n.contact_id = f.contact_id AND n.function = f.function AND n.valid_to IS NULL)""",
)


def settle(connection: sa.Connection) -> None:
    """Run them, in the transaction at hand."""
    # psycopg takes a lone percent sign for a place where a value goes.
    sign = "%" if connection.dialect.name == "sqlite" else "%%"
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement.replace("%", sign))
