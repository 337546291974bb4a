"""Where persons work, whose primary contact they are, which company is above: in and out (spec B4, H1-H4)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from sending import Sender

from plugins.transfer.exporting.services import Export, pieces
from webapp.contacts.links import create as create_link
from webapp.contacts.models import Contact, ContactLink
from webapp.contacts.services import create, update
from webapp.db import db

LINK = ("role", "department", "is_primary", "is_invoice_recipient", "active_from", "active_to")


def links() -> list[tuple[Any, ...]]:
    """Person, party and what holds for each link, in the order of names."""
    person, party = sa.orm.aliased(Contact), sa.orm.aliased(Contact)
    query = (
        sa.select(person.last_name, party.company_name, *(getattr(ContactLink, name) for name in LINK))
        .join(person, person.id == ContactLink.person_id)
        .join(party, party.id == ContactLink.party_id)
    )
    return sorted((tuple(row) for row in db.session.execute(query)), key=str)


def primary() -> set[tuple[str, str]]:
    return {(one[0], one[1]) for one in links() if one[4]}


def parents() -> dict[str, str]:
    above = sa.orm.aliased(Contact)
    query = sa.select(Contact.company_name, above.company_name).join(above, above.id == Contact.parent_id)
    return {str(row[0]): str(row[1]) for row in db.session.execute(query)}


@pytest.mark.parametrize(
    ("head", "yes", "no"),
    [
        ("Nom;Entreprise;Contact principal", "oui", "non"),
        ("Last name;Company;Primary contact", "yes", "no"),
        ("Nachname;Firma;Hauptansprechpartner", "ja", "nein"),
        ("last_name;company_name;is_primary", "1", "0"),
    ],
)
def test_H1_a_column_says_who_is_the_primary_contact(bring, head, yes, no) -> None:
    text = f"{head}\nAda;Acme;{no}\nBo;Acme;{yes}\nCy;Beta;{yes}\nDi;;{no}\n"
    report = bring(text, kind="person", commits=False)
    assert (report.created, report.remarks) == (4, [])
    assert primary() == {("Bo", "Acme"), ("Cy", "Beta")}
    again = bring(text, kind="person", commits=False)
    assert (again.unchanged, again.remarks) == (4, [])


def test_B4_a_file_does_not_take_the_mark_from_another_primary_contact(bring) -> None:
    text = "Last name;Company;Primary contact\nAda;Acme;yes\nBo;Acme;yes\nCy;Acme;perhaps\nDi;;yes\n"
    report = bring(text, commits=False)
    assert report.created == 4
    assert primary() == {("Ada", "Acme")}
    other, unread, homeless = (one.text for one in report.remarks)
    assert "“Acme” has another primary contact, who stays" in other
    assert "“perhaps” does not fit into “Primary contact”" in unread
    assert "has no place without a company" in homeless


def test_B4_who_is_linked_already_becomes_the_primary_contact_where_nobody_is(bring) -> None:
    plain = "Last name;Company;External id\nAda;Acme;a\nBo;Acme;b\n"
    assert bring(plain, commits=False).created == 2
    marked = "Last name;Company;External id;Primary contact\nAda;Acme;a;yes\nBo;Acme;b;yes\n"
    report = bring(marked, commits=False)
    assert (report.updated, report.unchanged, len(report.remarks)) == (1, 1, 1)
    assert primary() == {("Ada", "Acme")}


def test_H2_rehearsal_tells_of_marks_and_parents_and_undo_takes_them_away(client, sign_in, system) -> None:
    for name in ("Ada", "Bo"):
        create({"kind": "person", "last_name": name, "external_ids": [{"value": name}]})
    firm = create({"kind": "company", "company_name": "Acme", "external_ids": [{"value": "f"}]})
    create_link(firm.id, db.session.scalars(sa.select(Contact.id).where(Contact.last_name == "Ada")).one(), {})
    db.session.commit()
    sign_in("manager")
    sender = Sender(client)
    text = (
        "Last name;Company;External id;Primary contact;Parent company\n"
        "Ada;Acme;Ada;yes;\nBo;Beta;Bo;yes;\nCy;Gamma;c;yes;\n;Acme;f;;Holding\n;Delta;d;;Holding\n;Holding;h;;\n"
    )
    url = sender.rehearse(text)
    page = sender.page(f"{url}?show=update")
    assert "Primary contact</span>" in page
    assert "Parent company</span>" in page
    assert (primary(), parents()) == (set(), {})
    sender.do(url, "start")
    db.session.rollback()
    assert primary() == {("Ada", "Acme"), ("Bo", "Beta"), ("Cy", "Gamma")}
    assert parents() == {"Acme": "Holding", "Delta": "Holding"}
    sender.do(url, "undo")
    db.session.rollback()
    db.session.expire_all()
    assert [one[:3] for one in links()] == [("Ada", "Acme", "")]
    assert (primary(), parents()) == (set(), {})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 3


@pytest.mark.parametrize("is_edited", [False, True])
def test_H2_undo_takes_companies_that_stand_above_each_other_away_together(client, sign_in, system, is_edited) -> None:
    sign_in("manager")
    sender = Sender(client)
    url = sender.rehearse("Company;Parent company\nHolding;\nAcme;Holding\nBeta;Acme\nDelta;Holding\nZeta;Other\n")
    sender.do(url, "start")
    db.session.rollback()
    assert parents() == {"Acme": "Holding", "Beta": "Acme", "Delta": "Holding", "Zeta": "Other"}
    if is_edited:
        beta = db.session.scalars(sa.select(Contact).where(Contact.company_name == "Beta")).one()
        update(beta.id, {"description": "Known to us"})
        db.session.commit()
    sender.do(url, "undo")
    db.session.rollback()
    db.session.expire_all()
    assert parents() == ({"Acme": "Holding", "Beta": "Acme"} if is_edited else {})
    there = set(db.session.scalars(sa.select(Contact.company_name)))
    assert there == ({"Holding", "Acme", "Beta"} if is_edited else set())


def test_H1_a_circle_of_parents_is_a_remark(bring, system) -> None:
    text = "Company;Parent company\nAcme;Beta\nBeta;Gamma\nGamma;Acme\nDelta;Delta\n"
    report = bring(text, kind="company", commits=False)
    assert report.refused == 0
    assert ["can't be above itself" in one.text for one in report.remarks] == [True]
    assert parents() == {"Acme": "Beta", "Beta": "Gamma"}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
@pytest.mark.parametrize("turned", [False, True])
def test_H4_links_with_their_marks_and_parents_come_back(bring, system, kind, turned) -> None:
    whole = db.session.begin_nested()
    firms = [create({"kind": "company", "company_name": f"Firm {name}"}) for name in "ABC"]
    persons = [create({"kind": "person", "last_name": name}) for name in ("Ada", "Bo")]
    update(firms[0].id, {"parent_id": firms[2].id})
    update(firms[1].id, {"parent_id": firms[0].id})
    ended = {"active_from": dt.date(2019, 1, 1), "active_to": dt.date(2020, 12, 31), "role": "Trainee"}
    create_link(firms[0].id, persons[0].id, ended)
    create_link(firms[0].id, persons[0].id, {"role": "Chief | all", "is_primary": True, "active_from": "2021-01-01"})
    create_link(firms[1].id, persons[0].id, {"is_invoice_recipient": True, "department": "IT"})
    create_link(firms[1].id, persons[1].id, {"is_primary": True})
    before = (links(), parents())
    assert len(before[0]) == 4
    ids = [one.id for one in (*firms, *persons)]
    content = b"".join(pieces(Export.of(kind, "all"), [ids[::-1] if turned else ids]))
    whole.rollback()
    db.session.expire_all()
    report = bring(content, commits=False)
    assert (report.refused, report.remarks) == (0, [])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 5
    assert (links(), parents()) == before
    again = bring(content, commits=False)
    assert (again.unchanged, again.remarks) == (5, [])
    assert links() == before[0]


def test_H4_a_link_that_can_not_be_read_is_a_warning(bring) -> None:
    head = "Last name;Contact person of (list)\n"
    cells = [
        "Acme | Boss | | maybe | | 2020-13-01 |",
        "Acme | | | | | 2021-01-01 | 2020-01-01",
        " | Boss",
        "Acme||||||||||",
    ]
    report = bring(head + "".join(f'P{at};"{cell}"\n' for at, cell in enumerate(cells)), commits=False)
    assert report.created == 4
    assert sorted({one.line for one in report.remarks}) == [2, 3]
    assert [one[:3] for one in links()] == [("P0", "Acme", "Boss"), ("P1", "Acme", ""), ("P3", "Acme", "")]


def test_H4_a_cell_of_very_many_links_makes_no_more_than_a_contact_has(bring) -> None:
    cell = "\n".join(f"Firm {at}" for at in range(9000)) + "\n" + "F" * 900
    report = bring(f'Last name;Contact person of (list)\nAda;"{cell}"\n', commits=False)
    assert (report.created, report.employers, len(links())) == (1, 100, 100)
    assert "at most 100 of these" in report.remarks[0].text
    long = bring(f"Last name;Contact person of (list);Parent company\nBo;{'F' * 900};{'G' * 900}\n", commits=False)
    assert (long.created, long.employers) == (1, 0)
    assert sum(one.text.count("is longer than the") for one in long.remarks) == 2


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_H4_a_link_to_a_person_is_told_and_makes_no_company(bring, system, kind) -> None:
    whole = db.session.begin_nested()
    ids = [create({"kind": "person", "last_name": name}).id for name in ("Ada", "Bo")]
    create_link(ids[0], ids[1], {})
    content = b"".join(pieces(Export.of(kind, "all"), [ids]))
    whole.rollback()
    db.session.expire_all()
    report = bring(content, commits=False)
    assert (report.created, report.employers) == (2, 0)
    assert ["“Ada” in column “Contact person of (list)” is a person" in one.text for one in report.remarks] == [True]
