"""Lists show added fields and are narrowed by them, by indexes and a fixed number of statements (spec G1)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from plugins.custom_fields import services as definitions
from plugins.custom_fields.models import CustomValue
from webapp.administration.settings import put_setting
from webapp.contacts.models import Contact
from webapp.db import db
from webapp.errors import Invalid
from webapp.functions.services import activate
from webapp.lists.query import ListQuery, offered


@pytest.fixture
def filled(system, make, one_of_each, define):
    """Two with a value in each field, one with none."""
    define("choice", "Tier", choices=("Top", "Low"), owner="customer")
    make("One", custom_nickname="Été court", custom_score="10.5", custom_met_on="2026-03-15", custom_vegetarian="1",
         custom_level="gold", custom_hobbies="chess,golf", custom_profile="https://one.example")  # fmt: skip
    two = make("Two", custom_nickname="Eternal", custom_score="-3", custom_met_on="2025-12-31", custom_level="silver",
               custom_hobbies="golf", custom_profile="https://two.example")  # fmt: skip
    activate(two.id, "customer", {"custom_tier": "top"})
    make("None")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("custom_nickname=ete", {"One", "Two"}),
        ("custom_nickname=ETE C", {"One"}),
        ("custom_nickname=any", {"One", "Two"}),
        ("custom_nickname=none", {"None"}),
        ("custom_score=10.5", {"One"}),
        ("custom_score=-5..0", {"Two"}),
        ("custom_score=..100", {"One", "Two"}),
        ("custom_score=11..", set()),
        ("custom_met_on=2026", {"One"}),
        ("custom_met_on=2026-03", {"One"}),
        ("custom_met_on=2025-12-31..2026-03-15", {"One", "Two"}),
        ("custom_met_on=..2025", {"Two"}),
        ("custom_vegetarian=yes", {"One"}),
        ("custom_vegetarian=no", {"Two", "None"}),
        ("custom_level=gold&custom_level=silver", {"One", "Two"}),
        ("custom_level=none&custom_level=gold", {"One", "None"}),
        ("custom_hobbies=golf", {"One", "Two"}),
        ("custom_hobbies=golf&custom_hobbies=chess", {"One", "Two"}),
        ("custom_hobbies=tennis", set()),
        ("custom_profile=https://one", {"One"}),
        ("custom_tier=top", {"Two"}),
        ("custom_tier=low", set()),
        ("custom_hobbies=golf&custom_level=gold&custom_score=0..", {"One"}),
        ("custom_level=gold&archived=1", set()),
    ],
)
def test_G1_every_kind_narrows_a_list(filled, asked, found) -> None:
    given = MultiDict(pair.split("=", 1) for pair in asked.split("&"))
    query = ListQuery.read(given)
    ids = [row.id for row in query.page().rows]
    assert {one.name for one in db.session.scalars(sa.select(Contact).where(Contact.id.in_(ids)))} == found
    assert query.count() == query.total() == len(found)


@pytest.mark.parametrize(
    "asked",
    ["custom_score=much", "custom_score=5..1", "custom_score=..", "custom_met_on=2026-13", "custom_met_on=0000",
     "custom_level=bronze", "custom_vegetarian=maybe", "custom_nickname=\x00", "custom_nickname=  "],
)  # fmt: skip
def test_G1_what_a_field_can_t_hold_is_refused(filled, asked) -> None:
    with pytest.raises(Invalid):
        ListQuery.read(MultiDict([asked.split("=", 1)])).page()


def test_G1_an_index_of_its_type_finds_each_value(filled, connection) -> None:
    """Of some hundred values: fewer are not worth an index to PostgreSQL."""
    fields = {one.code: one for one in definitions.fields()}
    firms = db.session.scalars(sa.insert(Contact).returning(Contact.id), [{"kind": "company"}] * 400).all()
    for code, column, value in (
        ("nickname", "folded", "zz"), ("score", "number", 10**9), ("met_on", "day", None), ("vegetarian", "yes", False)
    ):  # fmt: skip
        rows = [{"contact_id": one, "field_id": fields[code].id, column: value} for one in firms if value is not None]
        if rows:
            db.session.execute(sa.insert(CustomValue), rows)
    connection.exec_driver_sql("ANALYZE")
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for asked, index in (
        ("custom_nickname=ete", "text"), ("custom_score=10.5", "number"), ("custom_met_on=2026", "day"),
        ("custom_vegetarian=yes", "yes"), ("custom_level=gold", "choice"), ("custom_tier=top", "choice"),
    ):  # fmt: skip
        key, value = asked.split("=")
        text = str(offered()[key].ids([value]).compile(connection, compile_kwargs={"literal_binds": True}))
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        lines = " ".join(str(row) for row in connection.exec_driver_sql(f"{explain} {text}".replace("%", "%%")))
        assert f"ix_custom_value_{index}" in lines, lines
        assert "SCAN custom_value" not in lines.replace("SCAN custom_value USING COVERING INDEX", ""), lines


def test_G1_custom_columns_and_a_filter_cost_the_same_for_2_and_50_rows(
    sign_in, define, make, statements, system
) -> None:
    define("text", "Nickname")
    define("decimal", "Score", decimals="2")
    define("choices", "Hobbies", choices=("Chess", "Golf"))
    define("choice", "Tier", choices=("Top",), owner="customer")
    client = sign_in("reader")
    address = "/contacts?cols=custom_nickname,custom_score,custom_tier&custom_hobbies=golf&sort=name"

    def cost() -> tuple[int, int]:
        client.get(address)
        with statements() as seen:
            text = client.get(address).text
        return text.count('<tr id="c-'), len(seen)

    def fill(number: int) -> None:
        for n in range(number):
            made = make(f"F{n}", custom_nickname=f"N{n}", custom_score=str(n), custom_hobbies="golf,chess")
            activate(made.id, "customer", {"custom_tier": "top"})

    fill(2)
    few = cost()
    fill(60)
    many = cost()
    assert (few[0], many[0]) == (2, 50)
    assert few[1] == many[1] <= 20


def test_G1_columns_say_values_in_words_and_follow_the_label(sign_in, make, define, system) -> None:
    field = define("decimal", "Score", decimals="2")
    define("link", "Profile")
    define("choices", "Hobbies", choices=("Chess", "Golf"))
    make("Firm", custom_score="1234.5", custom_profile="https://one.example/x", custom_hobbies="golf,chess")
    client = sign_in("reader")
    address = "/contacts?cols=custom_score,custom_profile,custom_hobbies"
    text = client.get(address).text
    for part in ("1,234.50", 'href="https://one.example/x"', "Chess, Golf", 'data-label="Score"'):
        assert part in text, part
    definitions.change(field.id, {"label_en": "Points", "personal": "1"}, field.version)
    db.session.commit()
    text = client.get(address).text
    assert 'data-label="Points"' in text
    assert "Score" not in text


def test_I1_switched_off_there_is_no_trace_and_on_again_all_is_back(sign_in, make, define, system) -> None:
    define("text", "Nickname")
    contact = make("Firm", custom_nickname="Zed")
    client = sign_in("administrator")
    pages = (
        f"/contacts/{contact.id}",
        f"/contacts/{contact.id}/edit",
        "/contacts/filters",
        "/contacts?cols=custom_nickname",
    )
    assert all("Nickname" in client.get(page).text for page in pages)
    put_setting("plugins.off", ["custom_fields"])
    db.session.commit()
    for page in pages:
        assert "Nickname" not in client.get(page).text, page
    assert client.get("/settings/custom-fields").status_code == 404
    assert client.get("/contacts?custom_nickname=any").text.count('<tr id="c-') == 1
    put_setting("plugins.off", [])
    db.session.commit()
    assert all("Nickname" in client.get(page).text for page in pages)
    assert "Zed" in client.get(pages[0]).text
