"""For all bases: a merge taken back leaves every row as it was, and no merge loses a value (spec E5, E6)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sample_plugin.services
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from snapshots import differences, snapshot

from plugins.merge import services, undoing
from plugins.merge.becoming import DERIVED
from webapp.contacts import links
from webapp.contacts.derived import refresh
from webapp.contacts.models import Contact, Picture
from webapp.contacts.services import create
from webapp.db import Base, db
from webapp.discovery import discover
from webapp.errors import CarnetError
from webapp.functions.services import activate, convert
from webapp.testing import PluginSet

EXAMPLES = int(os.environ.get("EXAMPLES", "20"))
MAILS = ("a@x.example", "A@X.example", "b@x.example", "no mail")
PHONES = ("+33 2 98 55 01 20", "02 98 55 01 20", "06 55 50 17 88", "extension 7")
STREETS = ("14 rue de Locmaria", "14 RUE DE LOCMARIA", "ZA de Guélen")
PURPOSES = ("main", "main", "invoice", "delivery", "other")


@pytest.fixture
def plugins() -> PluginSet:
    """Those of Carnet, and one of a third party with tables, keys and a function of its own."""
    return PluginSet(found=discover(["sample_plugin"]))


def some(values: tuple[Any, ...], most: int = 3) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), max_size=most)


FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "website": st.sampled_from(("", "https://x.example", "nonsense")),
    "language": st.sampled_from(("", "fr", "de")),
    "vat_id": st.sampled_from(("", "FR40303265045", "DE136695976", "wrong")),
    "tax_number": st.sampled_from(("", "1", "2")),
    "description": st.sampled_from(("", "One", "Two\nlines")),
    "emails": some(MAILS).map(lambda all_: [{"value": one, "type": "work"} for one in dict.fromkeys(all_)]),
    "phones": some(PHONES).map(lambda all_: [{"value": one} for one in dict.fromkeys(all_)]),
    "addresses": st.lists(
        st.fixed_dictionaries({"street": st.sampled_from(STREETS), "purpose": st.sampled_from(PURPOSES)}), max_size=3
    ),
    "bank_accounts": some(("FR7630006000011234567890189", "DE89370400440532013000", "none"), 2).map(
        lambda all_: [{"iban": one} for one in dict.fromkeys(all_)]
    ),
    "social_accounts": some(("kerbrat", "Kerbrat"), 2).map(
        lambda all_: [{"network": "linkedin", "value": one} for one in dict.fromkeys(all_)]
    ),
    "consents": some(("email", "phone"), 2).flatmap(
        lambda channels: st.tuples(
            *(
                st.fixed_dictionaries(
                    {
                        "channel": st.just(one),
                        "status": st.sampled_from(("granted", "refused", "review")),
                        "source": st.sampled_from(("", "fair")),
                        "review_on": st.sampled_from(("", "2027-01-01", "2028-01-01")),
                    }
                )
                for one in dict.fromkeys(channels)
            )
        ).map(list)
    ),
    "tags": some(("wood", "Wood", "fair")),
}
PERSON = {
    "kind": st.just("person"),
    "first_name": st.sampled_from(("", "Élodie", "E.")),
    "last_name": st.sampled_from(("Riou", "Le Goff")),
    "birth_date": st.sampled_from(("", "1980-02-29")),
}
COMPANY = {
    "kind": st.just("company"),
    "company_name": st.sampled_from(("Kerbrat", "Kerbrat & Fils", "محمد")),
    "legal_form": st.sampled_from(("", "sarl", "sas")),
}
OWN: dict[str, st.SearchStrategy[Any]] = {
    "prospect": st.fixed_dictionaries(
        {
            "status": st.sampled_from(("new", "qualified")),
            "expected_revenue": st.sampled_from(("", "100.00")),
            "currency": st.sampled_from(("EUR", "CHF")),
        }
    ),
    "customer": st.fixed_dictionaries(
        {
            "blocked": st.booleans(),
            "payment_term": st.sampled_from(("", "net_14", "net_30")),
            "credit_limit": st.sampled_from(("", "5000.00")),
            "currency": st.sampled_from(("EUR", "CHF")),
            "internal_note": st.sampled_from(("", "late", "never late")),
            "number": st.sampled_from(("", "7", "8")),
        }
    ),
    "supplier": st.fixed_dictionaries({"active": st.booleans(), "customer_number_there": st.sampled_from(("", "K7"))}),
    "partner": st.fixed_dictionaries({"note": st.sampled_from(("", "gold"))}),
}


@st.composite
def contacts(draw: Callable[..., Any]) -> dict[str, Any]:
    """What makes one contact: its values, its functions with theirs, contracts, a picture."""
    named = draw(st.sampled_from((PERSON, COMPANY, COMPANY)))
    chosen = draw(st.sets(st.sampled_from(sorted(FIELDS)), max_size=5))
    values = {name: draw(one) for name, one in (named | {name: FIELDS[name] for name in sorted(chosen)}).items()}
    buyer = draw(st.sampled_from(("", "prospect", "customer", "converted")))
    functions = {one: draw(OWN[one]) for one in ("supplier", "partner") if draw(st.integers(0, 2)) == 0}
    if buyer:
        functions["prospect" if buyer == "converted" else buyer] = draw(
            OWN["customer" if buyer == "customer" else "prospect"]
        )
    return {
        "values": values,
        "functions": functions,
        "is_converted": buyer == "converted",
        "contracts": draw(st.sets(st.sampled_from(("frame", "lease")))),
        "external": draw(st.booleans()),
        "picture": draw(st.booleans()),
    }


LINKS = st.lists(
    st.fixed_dictionaries(
        {
            "person": st.integers(0, 5),
            "party": st.integers(0, 5),
            "role": st.sampled_from(("", "Sales", "Purchase")),
            "is_primary": st.booleans(),
            "is_invoice_recipient": st.booleans(),
            "active_to": st.sampled_from(("", "", "2020-01-01")),
        }
    ),
    max_size=6,
)
MERGES = st.lists(
    st.tuples(st.lists(st.integers(0, 5), min_size=2, max_size=3, unique=True), st.booleans()), min_size=1, max_size=3
)


@contextmanager
def apart() -> Iterator[None]:
    """What happens inside leaves nothing behind."""
    point = db.session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        db.session.expire_all()


def allowed(act: Callable[[], Any]) -> Any:
    """Do it where the rules let it; each refusal is what it would be for a user."""
    point = db.session.begin_nested()
    try:
        found = act()
        db.session.flush()
        point.commit()
        return found
    except CarnetError:
        point.rollback()
        return None


def build(made: list[dict[str, Any]], joined: list[dict[str, Any]], parents: list[int | None]) -> list[int]:
    ids: list[int] = []
    for at, one in enumerate(made):
        external = {"external_ids": [{"source": "old", "value": str(at)}]} if one["external"] else {}
        contact = create({**one["values"], **external})
        ids.append(contact.id)
        for function, values in one["functions"].items():
            if allowed(lambda f=function, v=values, c=contact: activate(c.id, f, v)) is None:
                allowed(lambda f=function, v=values, c=contact: activate(c.id, f, {**v, "number": ""}))
        if one["is_converted"]:
            convert(contact.id, "customer")
        for title in sorted(one["contracts"]):
            sample_plugin.services.add_contract(contact.id, title)
        if one["picture"]:
            db.session.add(Picture(contact_id=contact.id, media_type="image/png", content=b"png%d" % at))
    count = len(ids)
    for link in joined:
        values = {name: value for name, value in link.items() if name not in ("person", "party")}
        allowed(lambda a=link["party"] % count, b=link["person"] % count, v=values: links.create(ids[a], ids[b], v))
    for child, parent in enumerate(parents[:count]):
        if parent is not None and parent % count != child:
            db.session.get_one(Contact, ids[child]).parent_id = ids[parent % count]
    db.session.flush()
    return ids


def merge_all(ids: list[int], merges: list[tuple[list[int], bool]]) -> list[int]:
    """Merge as far as the rules let it: of each who is meant, or the one that it was merged into."""
    done = []
    for places, is_chosen in merges:
        chosen = [ids[place % len(ids)] for place in places]
        mains = {row.id: row.merged_into_id or row.id for row in db.session.scalars(sa.select(Contact))}
        wanted = list(dict.fromkeys(mains[one] for one in chosen))
        if len(wanted) < 2:
            continue
        choices = {"emails": wanted[-1], "addresses": wanted[-1], "description": wanted[-1]} if is_chosen else {}
        found = allowed(lambda w=wanted, c=choices: services.merge(w, w[0], c))
        if found is not None:
            done.append(found[0].id)
    return done


def property_test(function: Callable[..., None]) -> Any:
    """Drawn for both databases; a function-scoped base is fine, since each example leaves nothing behind."""
    given_ones = given(
        made=st.lists(contacts(), min_size=2, max_size=5),
        joined=LINKS,
        parents=st.lists(st.one_of(st.none(), st.none(), st.integers(0, 5)), min_size=5, max_size=5),
        merges=MERGES,
    )
    tuned = settings(
        max_examples=EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    )
    return tuned(given_ones(function))


@property_test
def test_E6_a_merge_taken_back_leaves_every_row_as_it_was(system, made, joined, parents, merges) -> None:
    with apart():
        ids = build(made, joined, parents)
        before = snapshot()
        done = merge_all(ids, merges)
        for one in reversed(done):
            undoing.undo(one)
        assert differences(before, snapshot()) == {}


def texts() -> str:
    """Every value that is kept somewhere: in the rows of any table and in the history."""
    there = set(sa.inspect(db.session.connection()).get_table_names())
    found: set[str] = set()
    for name, table in Base.metadata.tables.items():
        if name in there and name != "merge_step":
            for row in db.session.execute(sa.select(table)):
                found.update(leaves(list(row)))
    return " \x00 ".join(found)


def leaves(value: Any) -> Iterator[str]:
    """All that stands in a value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield str(value)


@property_test
def test_E5_a_merge_loses_no_value_and_lists_tell_the_result(system, made, joined, parents, merges) -> None:
    with apart():
        ids = build(made, joined, parents)
        before = snapshot(but=["contact_listing"])
        merge_all(ids, merges)
        after = texts()
        for contact in db.session.scalars(sa.select(Contact).where(Contact.merged_into_id.is_(None))).all():
            told = {name: getattr(contact, name) for name in DERIVED}
            refresh(contact)
            assert told == {name: getattr(contact, name) for name in DERIVED}
        kept = (
            "description", "value", "street", "iban", "vat_id", "tax_number", "website", "internal_note", "role",
            "first_name", "last_name", "company_name", "title", "content", "status", "folded", "payment_term",
        )  # fmt: skip
        for name, rows in before.items():
            columns = [one for one in Base.metadata.tables[name].columns if one.name not in ("version", "updated_at")]
            for row in rows:
                for column, value in zip(columns, row, strict=True):
                    if column.name in kept and value not in ("", None):
                        assert str(value) in after, (name, column.name, value)
