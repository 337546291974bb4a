"""Rows written together leave what the services leave, one row after the other (spec A4, F3, H3)."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from imported import Bring

from plugins.transfer import chunk
from webapp.contacts import services as contacts
from webapp.contacts.models import Contact, ContactNumber
from webapp.db import db
from webapp.errors import Refused
from webapp.functions.services import activate

pytestmark = pytest.mark.usefixtures("system")
HEAD = "Type;First name;Last name;Company;E-mail;Phone;Street;Postal code;City;Country;Birth date;VAT id;Tags;Notes;" \
       "External id;Number;Functions;Website\n"  # fmt: skip
WORDS = {
    "Type": ("person", "company", ""), "First name": ("Ann", "Émile", ""),
    "Last name": ("Weber", "Groß", "O'Brien", ""),
    "Company": ("Acme", "Bolt & Söhne", "There", "", ""),
    "E-mail": ("a@x.example", "B@X.example, a@x.example", "no mail", ""),
    "Phone": ("030 200000", "+33 1 23 45 67 89", "12", ""), "Street": ("Markt 1", "", "x" * 300),
    "Postal code": ("10115", "1", ""), "City": ("Bonn", "Köln", ""), "Country": ("DE", "FR", "Nirgendwo", ""),
    "Birth date": ("1980-12-31", "31.02.1980", "", ""), "VAT id": ("DE 136 695 976", "DE 1", "", ""),
    "Tags": ("vip", "VIP, été", "", ""), "Notes": ("A note", "", ""), "External id": ("1", "2", "3", "4", "", "", ""),
    "Number": ("100", "101", "20000", "", "", ""),
    "Functions": ("customer", "prospect", "supplier, customer", "astronaut", ""),
    "Website": ("w.example", "javascript:1", "", ""),
}  # fmt: skip
IDS = {"contact_id", "person_id", "party_id", "about_id", "parent_id"}
LEFT_OUT = {"id", "tag_id", "contact_function_id", "created_at", "updated_at", "at", "started_at", "valid_from"}
TABLES = (
    "contact", "contact_email", "contact_phone", "contact_address", "contact_external_id", "contact_tag",
    "contact_function", "contact_number", "contact_link", "history_entry", "customer", "supplier", "prospect",
)  # fmt: skip


def file(seed: int, rows: int) -> str:
    draw = Random(seed)
    lines = [";".join(draw.choice(words) for words in WORDS.values()) for _row in range(rows)]
    return HEAD + "\n".join(lines) + "\n"


def left(bring: Bring, text: str, **options: Any) -> tuple[str, list[Any], dict[str, list[str]]]:
    """What an import leaves, told without ids and moments; which number of a range is whose may differ."""
    whole = db.session.begin_nested()
    report = bring(text, commits=False, **options)
    given = set(db.session.scalars(sa.select(ContactNumber.value).where(ContactNumber.origin == "given")))
    contact = Contact.__table__
    order = db.session.execute(sa.select(contact.c.id, contact.c.kind, contact.c.sort_name, contact.c.warnings,
                                         contact.c.version).order_by(contact.c.id)).all()  # fmt: skip
    names = {row.id: f"{row.kind} {row.sort_name}" for row in order}
    found = {}
    for name in TABLES:
        table = Contact.metadata.tables[name]
        lines = []
        for row in db.session.execute(sa.select(table)).mappings():
            kept = {key: names.get(value, value) if key in IDS else value for key, value in row.items()}
            if "parent_id" in kept.get("changes", ()):
                kept["changes"] |= {"parent_id": [names.get(one) for one in kept["changes"]["parent_id"]]}
            kept |= {key: kept[key] is not None for key in kept.keys() & {"valid_to", "ended_at", "converted_to_id"}}
            line = str(sorted((key, str(value)) for key, value in kept.items() if key not in LEFT_OUT))
            for number in given:
                line = line.replace(number.zfill(15), "#").replace(number, "#")
            lines.append(line)
        found[name] = sorted(lines)
    told = [(one.line, one.text) for one in report.remarks] + [(one.line, one.reason) for one in report.refusals]
    whole.rollback()
    db.session.expire_all()
    return str(report), told, found


def links_file(seed: int, rows: int) -> str:
    """Persons and companies by their ids, so that none is called otherwise in another row."""
    draw = Random(seed)
    lines = []
    for _row in range(rows):
        name = draw.choice(("Ada", "Bo", "Cy", "There", "Acme", "Above"))
        who = ["person", name, ""] if name in ("Ada", "Bo", "Cy") else ["company", "", name]
        works = draw.choice(("There", "Acme", "")) if who[0] == "person" else name
        lines.append([who[0], who[1], works, name, *(draw.choice(words) for words in LINKS.values())])
    head = ["Type", "Last name", "Company", "External id", *LINKS]
    return "\n".join(";".join(f'"{cell}"' for cell in line) for line in [head, *lines]) + "\n"


LINKS = {
    "Role": ("Boss", "", ""),
    "Primary contact": ("yes", "no", "", "perhaps"),
    "Parent company": ("There", "Acme", "Above", "Beyond", "", "", ""),
    "Contact person of (list)": (
        "There | Boss | IT | 1 | 1", "Below | | | 1", "Acme\nThere | | | | | 2019-01-01 | 2020-01-01\nThere", "", "",
        "",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", [links_file(seed, 14) for seed in range(6)])
def test_B4_links_that_are_made_together_are_as_one_by_one(bring: Bring, monkeypatch: Any, text: str) -> None:
    contacts.create({"kind": "company", "company_name": "There", "external_ids": [{"value": "There"}]})
    together = left(bring, text)
    rehearsed = bring(text, commits=False, rehearse=True)

    def never(_some: Any) -> None:
        raise Refused("not together")

    monkeypatch.setattr(chunk.newcomers, "arrive", never)
    alone = left(bring, text)
    assert together == alone
    assert str(rehearsed) == together[0]


@pytest.mark.parametrize(("seed", "doubles"), [(1, "create"), (2, "update"), (3, "skip"), (4, "create")])
def test_H3_together_is_as_one_by_one(bring: Bring, monkeypatch: Any, seed: int, doubles: str) -> None:
    there = contacts.create({"kind": "company", "company_name": "There", "external_ids": [{"value": "4"}]})
    activate(there.id, "prospect", {"number": "100"})
    text = file(seed, 14)
    together = left(bring, text, doubles=doubles)
    rehearsed = bring(text, commits=False, doubles=doubles, rehearse=True)

    def never(_some: Any) -> None:
        raise Refused("not together")

    monkeypatch.setattr(chunk.newcomers, "arrive", never)
    alone = left(bring, text, doubles=doubles)
    assert together == alone
    assert str(rehearsed) == together[0]
