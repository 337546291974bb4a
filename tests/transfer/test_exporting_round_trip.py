"""What is exported whole is imported again as it was (spec H4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.custom_fields import services as definitions
from plugins.transfer.exporting.contents import Whole
from plugins.transfer.exporting.everything import PARTS, columns
from plugins.transfer.exporting.services import Export, pieces
from plugins.transfer.reading.headers import added_columns, lay_out
from plugins.transfer.reading.whole import is_own, target_of
from webapp.contacts.fields import COLLECTIONS as CONTACT_COLLECTIONS
from webapp.contacts.links import create as create_link
from webapp.contacts.models import Contact
from webapp.contacts.services import create
from webapp.db import db
from webapp.functions.services import activate
from webapp.text import clean, fold

pytestmark = pytest.mark.usefixtures("system")


@pytest.mark.parametrize("locale", ["fr", "en", "de"])
def test_H4_each_column_of_everything_is_known_by_the_import(system, locale) -> None:
    with force_locale(locale):
        known = list(columns())
        layout = lay_out([one.label for one in known], added_columns())
    assert layout.form == "carnet"
    for at, one in enumerate(known):
        found = layout.targets.get(at)
        assert (found and (found.field, found.group)) == (None if one.field == "id" else (one.field, one.group)), (
            one.label
        )
        assert not is_own(one) or found == target_of(one), one.label


SIGNS = "=+-@'|\\;,\"\t:*\n éß😀١שלום\u202d{}[]<&_x0041_"
WORD = st.text(SIGNS + "abc 1", max_size=12).map(clean)
NAME = WORD.filter(lambda text: any(sign.isalpha() for sign in fold(text)))
TEXT = st.text(SIGNS + "abc 1", max_size=30).map(lambda text: clean(text, multiline=True))


def reach(kind: str) -> st.SearchStrategy[list[dict[str, Any]]]:
    types = {"emails": ["work", "home", "billing", "other"], "phones": ["work", "mobile", "home", "fax", "other"]}[kind]
    values = {
        "emails": st.sampled_from(["a@firm.example", "b@firm.example", "=c@firm.example", "not an address"]),
        "phones": st.sampled_from(["+33 1 23 45 67 89", "030/2000001", "(ask) 12; 34", "+44 20 7946 0000"]),
    }[kind]
    item = st.fixed_dictionaries({"type": st.sampled_from(types), "value": values, "is_primary": st.booleans()})
    return st.lists(item, max_size=3, unique_by=lambda one: one["value"])


ADDRESS = st.fixed_dictionaries(
    {
        "purpose": st.sampled_from(["main", "invoice", "delivery", "other"]),
        "street": NAME,
        "street2": WORD,
        "postal_code": st.sampled_from(["75001", "", "SW1A 1AA"]),
        "city": WORD,
        "region": WORD,
        "country": st.sampled_from(["FR", "DE", ""]),
    }
)
CONSENT = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["email", "phone", "letter"]),
        "status": st.sampled_from(["granted", "refused"]),
        "basis": st.sampled_from(["consent", "contract"]),
        "source": WORD,
        "review_on": st.sampled_from(["", "2027-01-31"]),
    }
)
COMMON: dict[str, st.SearchStrategy[Any]] = {
    "emails": reach("emails"),
    "phones": reach("phones"),
    "addresses": st.lists(ADDRESS, max_size=3, unique_by=lambda one: (one["purpose"], fold(one["street"]))),
    "bank_accounts": st.sampled_from(
        [[], [{"holder": "A | B", "iban": "DE02 1203 0000 0000 2020 51", "bic": "BYLADEM1001"}, {"iban": "x"}]]
    ),
    "social_accounts": st.sampled_from([[], [{"network": "linkedin", "value": "https://l.example/a;b"}]]),
    "consents": st.lists(CONSENT, max_size=2, unique_by=lambda one: one["channel"]),
    "external_ids": st.sampled_from([[], [{"value": "X-1"}, {"source": "weclapp", "value": "4711"}]]),
    "tags": st.lists(NAME, max_size=3, unique_by=fold),
    "description": TEXT,
    "website": st.sampled_from(["", "https://www.firm.example"]),
    "vat_id": st.sampled_from(["", "FR 40 303 265 045"]),
    "language": st.sampled_from(["", "fr"]),
    "currency": st.sampled_from(["", "CHF"]),
    "category": st.sampled_from(["", "b"]),
    "source": st.sampled_from(["", "fair"]),
    "tax_number": WORD,
}
COMPANY = st.fixed_dictionaries(
    {"kind": st.just("company"), "company_name": NAME, "company_name2": WORD,
     "legal_form": st.sampled_from(["", "sarl"]), **COMMON}
)  # fmt: skip
PERSON = st.fixed_dictionaries(
    {"kind": st.just("person"), "salutation": st.sampled_from(["", "ms", "mr", "family"]),
     "title": st.sampled_from(["", "dr", "prof_dr"]), "first_name": WORD, "middle_name": WORD, "last_name": NAME,
     "birth_date": st.sampled_from(["", "1980-02-29"]), **COMMON}
)  # fmt: skip
FUNCTIONS = st.sampled_from([(), ("customer",), ("supplier", "prospect"), ("customer", "supplier")])
OWN = {
    "customer": {"business_type": "b2b", "discount": "2.5", "credit_limit": "1500.50", "blocked": True,
                 "blocked_notice": "stop; = now", "lost_on": "2026-01-31"},
    "supplier": {"active": False, "minimum_order": "99.90", "internal_note": "one\ntwo | three"},
    "prospect": {"rating": "hot", "probability": "35"},
}  # fmt: skip


def told(contact_id: int) -> dict[str, Any]:
    """A contact as it is exported, without what is this base's alone."""
    (found,) = Whole().rows([contact_id])
    for name in ("id", "responsible", "created_at", "updated_at", "version", "past", "warnings", "former_numbers"):
        found.pop(name)
    for one in CONTACT_COLLECTIONS:
        found[one.name] = [{name: value for name, value in item.items() if name != "id"} for item in found[one.name]]
    found["links"] = [{name: one[name] for name in PARTS["links"]} for one in found["links"]]
    return found


def exported(contact_id: int, kind: str) -> bytes:
    return b"".join(pieces(Export.of(kind, "all"), [[contact_id]]))


def made(values: dict[str, Any], functions: Sequence[str]) -> int:
    contact = create({name: value for name, value in values.items() if value != ""})
    for key in functions:
        activate(contact.id, key, OWN[key])
    return contact.id


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
@given(values=st.one_of(COMPANY, PERSON), functions=FUNCTIONS)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_H4_what_is_exported_whole_comes_back_as_it_was(bring, kind, values, functions) -> None:
    whole = db.session.begin_nested()
    try:
        contact_id = made(values, functions)
        before, content = told(contact_id), exported(contact_id, kind)
    finally:
        whole.rollback()
        db.session.expire_all()
    again = db.session.begin_nested()
    try:
        report = bring(content, commits=False)
        assert (report.created, report.refused, report.remarks) == (1, 0, [])
        after = told(db.session.scalar(sa.select(sa.func.max(Contact.id))))
        assert after == before
    finally:
        again.rollback()
        db.session.expire_all()


@pytest.fixture
def defined(system) -> None:
    fields: list[tuple[str, str, dict[str, str]]] = [
        ("text", "Nickname", {}),
        ("choices", "Hobbies", {}),
        ("decimal", "City", {"decimals": "2"}),
        ("boolean", "Loyal", {"owner": "customer"}),
    ]
    for kind, label, more in fields:
        words = dict.fromkeys(("label_fr", "label_en", "label_de"), label)
        field = definitions.add({"kind": kind, "personal": "1", **words, **more})
        for choice in ("Chess", "Sailing") if kind == "choices" else ():
            definitions.add_choice(field.id, dict.fromkeys(("label_fr", "label_en", "label_de"), choice))


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_H4_added_fields_responsible_users_and_places_in_a_firm_come_back(bring, defined, user, kind) -> None:
    owner = user("editor")
    whole = db.session.begin_nested()
    firm = create({"kind": "company", "company_name": "Firm & Söhne"})
    person = create(
        {"kind": "person", "last_name": "Ada", "responsible_id": owner.id, "custom_nickname": "=zed",
         "custom_hobbies": ["chess", "sailing"], "custom_city": "1234.5"}
    )  # fmt: skip
    activate(person.id, "customer", {"custom_loyal": True})
    create_link(firm.id, person.id, {"role": "Buyer | lead", "department": "IT", "is_primary": True})
    ids = [firm.id, person.id]
    before = [told(one) for one in ids]
    content = b"".join(pieces(Export.of(kind, "all"), [ids]))
    whole.rollback()
    db.session.expire_all()
    report = bring(content, commits=False)
    assert (report.created, report.refused, report.remarks) == (2, 0, [])
    after = [told(one) for one in db.session.scalars(sa.select(Contact.id).order_by(Contact.id))]
    assert after == before
    assert after[1]["responsible_email"] == owner.email
    assert bring(content, commits=False).unchanged == 2


CARRIED = (
    "kind", "name", "salutation", "title", "first_name", "middle_name", "last_name", "birth_date", "company_name",
    "company_name2", "legal_form", "vat_id", "tax_number", "website", "language", "currency", "category", "source",
    "description", "emails", "phones", "addresses", "external_id", "tags", "functions", "numbers", "custom", "links",
)  # fmt: skip
"""What a vCard carries."""


@pytest.mark.parametrize("kind", ["vcf", "vcf4"])
@given(values=st.one_of(COMPANY, PERSON), functions=FUNCTIONS)
@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_H4_a_vcard_brings_back_what_it_can_carry(bring, defined, kind, values, functions) -> None:
    values |= {"custom_nickname": "a;b\\n|c"}
    values["addresses"] = [one for one in values["addresses"] if one["purpose"] != "other"]
    # Address books write several numbers into one property, parted by semicolons.
    values["phones"] = [{**one, "value": one["value"].replace(";", "")} for one in values["phones"]]
    whole = db.session.begin_nested()
    firm = create({"kind": "company", "company_name": "Firm, Sons; Co"})
    contact_id = made(values, functions)
    if values["kind"] == "person":
        create_link(firm.id, contact_id, {"role": "Chief; buyer", "department": "IT, Paris"})
    before = told(contact_id)
    content = b"".join(pieces(Export.of(kind, "all"), [[firm.id, contact_id]]))
    whole.rollback()
    db.session.expire_all()
    again = db.session.begin_nested()
    try:
        report = bring(content, commits=False)
        assert (report.created, report.refused, report.remarks) == (2, 0, [])
        after = told(db.session.scalar(sa.select(sa.func.max(Contact.id))))
        purposes = {"main", "other"}
        for one in (before, after):
            # Nothing says of a place in a vCard that it is neither home nor work.
            one["addresses"] = [
                {**place, "purpose": "" if place["purpose"] in purposes else place["purpose"]}
                for place in one["addresses"]
            ]
        for name in CARRIED:
            assert after[name] == before[name], name
    finally:
        again.rollback()
        db.session.expire_all()


def test_H4_vcards_are_folded_by_bytes_and_lines_end_as_the_standard_has_it(system) -> None:
    contact = create({"kind": "company", "company_name": "Ünïcöde 😀" * 15, "description": "one\ntwo; three, four"})
    text = b"".join(pieces(Export.of("vcf", "all"), [[contact.id]]))
    lines = text.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert b"\n" not in text.replace(b"\r\n", b"")
    assert rb"NOTE:one\ntwo\; three\, four" in lines
    for line in lines:
        line.decode()


@pytest.mark.parametrize(("kind", "where"), [("person", b"HOME"), ("company", b"WORK")])
def test_H4_a_main_address_is_where_a_person_lives_or_a_firm_works(system, kind: str, where: bytes) -> None:
    places = [{"city": "Ulm", "purpose": "main"}, {"city": "Bonn", "purpose": "other"}]
    contact = create({"kind": kind, "last_name" if kind == "person" else "company_name": "Weber", "addresses": places})
    text = b"".join(pieces(Export.of("vcf", "all"), [[contact.id]]))
    assert [line for line in text.split(b"\r\n") if line.startswith(b"ADR")] == [
        b"ADR;TYPE=" + where + b":;;;Ulm;;;",
        b"ADR:;;;Bonn;;;",
    ]
