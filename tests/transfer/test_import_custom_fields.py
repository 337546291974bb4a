"""Custom fields in files: by label or code, read by their kind, out and in again (spec D8, H)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.custom_fields import services as definitions
from plugins.transfer.added import Reader
from webapp.contacts import added
from webapp.contacts.coerce import coerce
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.functions.services import fields_of, live_rows
from webapp.history.services import of_contact
from webapp.lists.columns import offered_columns
from webapp.text import clean

pytestmark = pytest.mark.usefixtures("system")
CHOICES = (("Or", "Gold", "Gold"), ("Argent", "Silver", "Silber"), ("Bronze, mat", "Bronze, dull", "Bronze, matt"))


@pytest.fixture
def defined(system) -> None:
    for kind, labels, more in (
        ("text", ("Surnom", "Nickname", "Spitzname"), {"required": "1"}),
        ("multiline", ("Récit", "Story", "Geschichte"), {}),
        ("decimal", ("Score", "Score", "Punkte"), {"decimals": "3"}),
        ("date", ("Rencontré le", "Met on", "Getroffen am"), {}),
        ("boolean", ("Nouvelles", "News", "Neues"), {}),
        ("choice", ("Niveau", "Level", "Stufe"), {}),
        ("choices", ("Loisirs", "Hobbies", "Hobbys"), {}),
        ("link", ("Profil", "Profile", "Profil"), {"read_only": "1"}),
        ("choice", ("Rang", "Tier", "Rang"), {"owner": "customer"}),
    ):
        words = dict(zip(("label_fr", "label_en", "label_de"), labels, strict=True))
        made = definitions.add({"kind": kind, "personal": "1", **words, **more})
        for choice in CHOICES if kind in definitions.LISTS else ():
            definitions.add_choice(made.id, dict(zip(("label_fr", "label_en", "label_de"), choice, strict=True)))


def firm(name: str) -> Contact:
    found = db.session.scalars(sa.select(Contact).where(Contact.company_name == name)).one()
    added.fill("", [found])
    return found


def test_D8_columns_are_known_by_label_in_any_language_or_by_code(bring, defined) -> None:
    report = bring(
        "Company;Spitzname;Score;met_on;custom_news;Niveau;Hobbys;Profile;Tier;Functions\n"
        "Firm;Zed;1234,5;31.12.2025;ja;Argent;gold|silver;https://a.example/;Gold;customer\n"
    )
    assert (report.created, report.refused) == (1, 0)
    one = firm("Firm")
    assert (one.custom_nickname, one.custom_score, one.custom_met_on) == ("Zed", 1234500, dt.date(2025, 12, 31))
    assert (one.custom_news, one.custom_level, one.custom_hobbies) == (True, "silver", ("gold", "silver"))
    assert one.custom_profile == "https://a.example/"
    assert fields_of(live_rows(one.id)[0]).custom_tier == "gold"
    assert one.warnings == {}
    assert of_contact(one.id, limit=9)[-1].changes["custom_nickname"] == ["", "Zed"]


def test_H3_the_same_file_again_changes_nothing_and_another_one_what_it_says(bring, defined) -> None:
    text = "Company;External id;Nickname;Level;Tier;Functions\nFirm;X-1;Zed;Gold;Gold;customer\n"
    bring(text)
    assert bring(text).unchanged == 1
    report = bring(text.replace("Zed;Gold;Gold", "Zed;Silver;Silver"))
    assert (report.updated, report.created) == (1, 0)
    one = firm("Firm")
    assert (one.custom_level, fields_of(live_rows(one.id)[0]).custom_tier) == ("silver", "silver")


def test_D8_what_does_not_fit_or_is_required_and_missing_is_a_warning_and_nothing_is_lost(bring, defined) -> None:
    report = bring("Company;Level;Score;Tier\nFirm;Platinum;many;Gold\n")
    assert (report.created, report.refused) == (1, 0)
    one = firm("Firm")
    assert (one.custom_level, one.custom_score) == ("", None)
    told = " ".join(one.warnings.values())
    for part in ("Platinum", "many", "Nickname"):
        assert part in told, told


VALUES: dict[str, Any] = {
    "nickname": st.text(min_size=1, max_size=40),
    "story": st.text(min_size=1, max_size=80),
    "score": st.integers(min_value=-(10**12), max_value=10**12),
    "met_on": st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2200, 1, 1)),
    "news": st.just(True),
    "level": st.sampled_from(["gold", "silver", "bronze_dull"]),
    "hobbies": st.sampled_from([("gold",), ("gold", "silver"), ("bronze_dull",)]),
    "profile": st.sampled_from(["https://a.example/x?y=1,2;3", "http://b.example"]),
}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_H4_what_a_list_exports_is_read_back_as_the_same(defined, data) -> None:
    """Every kind, whatever the language of who exports and of who imports."""
    name = data.draw(st.sampled_from(sorted(VALUES)))
    field = replace(added.added_by_name()[f"custom_{name}"], required=False)
    raw = data.draw(VALUES[name])
    value = coerce(field, Decimal(raw).scaleb(-3) if name == "score" else raw)
    if value in ("", None):
        return
    sheet = SimpleNamespace(added=lambda owner: {1: {field.name: value}})
    with force_locale(data.draw(st.sampled_from(["fr", "en", "de"]))):
        column = offered_columns("")[field.name]
        text = column.text(column.values(sheet)[1])
    with force_locale(data.draw(st.sampled_from(["fr", "en", "de"]))):
        read = Reader(field).read(clean(text, multiline=True), "day")
        assert coerce(field, read) == value
