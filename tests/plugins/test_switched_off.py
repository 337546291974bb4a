"""Each shipped plug-in switched off while its data are there: they stay guarded, move, go, and come back (spec I1).

What is looked at follows from what the plug-ins declare; one that notes something of contacts says how in
`noted.NOTES`.
"""

from __future__ import annotations

import datetime as dt
import html
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from noted import MARK, Noted, note_everything
from snapshots import ALOUD, differences, snapshot
from werkzeug.exceptions import HTTPException

from plugins.merge import services as merging
from plugins.merge import undoing
from webapp import references, testing
from webapp.accounts import sessions, signing
from webapp.acting import acting, acting_as_system
from webapp.administration import orphans, switching
from webapp.contacts import guards, purging
from webapp.contacts import services as contacts
from webapp.contacts.models import Contact
from webapp.contacts.queries import functions_of
from webapp.counts import counts
from webapp.db import Base, Moment, db, now
from webapp.erasing import rows
from webapp.erasing import services as erasing
from webapp.erasing.known import subject_of
from webapp.errors import Refused
from webapp.plugin import REST_PREFIX, Blocker
from webapp.registry import registry

SHIPPED = {plugin.name: plugin for plugin in testing.shipped().plugins}
LINK = re.compile(r'(?:href|action|formaction|hx-(?:get|post|put|patch|delete))="(/[^"?#]*)')


def tables_of(name: str) -> list[sa.Table]:
    """The tables of a plug-in that hang on contacts."""
    hanging = references.tables_of_contacts()
    return [table for model in SHIPPED[name].models if (table := model.__table__).name in hanging]


def highest_ids() -> Iterator[tuple[str, int]]:
    for table in Base.metadata.tables.values():
        if "id" in table.c and sa.inspect(db.session.connection()).has_table(table.name):
            yield table.name, db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0)))


@dataclass
class Standing:
    """A base in which all is noted, and what becomes of it while all plug-ins are on, once that was looked at."""

    app: Any
    connection: sa.Connection
    about: Noted
    admin: int
    begun: dt.datetime = field(default_factory=now)
    highest: dict[str, int] = field(default_factory=lambda: dict(highest_ids()))
    seen: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def standing(request: pytest.FixtureRequest, applications: testing.Applications) -> Iterator[Standing]:
    """One for all tests of a database; each of them takes back what it does."""
    app = applications.make(request.param, testing.PluginSet(found=testing.shipped()))
    with testing.rolled_back(app) as connection:
        admin = testing.User(
            email="admin@carnet.example", name="Admin", role="administrator", active=True, password="-",
            fs_uniquifier="0" * 64, data_protection=True,
        )  # fmt: skip
        db.session.add(admin)
        db.session.commit()
        about = note_everything(app.test_client(), admin)
        found = Standing(app=app, connection=connection, about=about, admin=admin.id)
        db.session.remove()
        yield found


@pytest.fixture
def app(standing: Standing) -> Iterator[Any]:
    point = standing.connection.begin_nested()
    try:
        with acting(acting_as_system("form")):
            yield standing.app
    finally:
        db.session.remove()
        point.rollback()
        counts().forget()


@pytest.fixture
def about(app: Any, standing: Standing) -> Noted:
    return standing.about


@pytest.fixture
def admin(app: Any, standing: Standing) -> testing.Client:
    client = app.test_client()
    with client.session_transaction() as session:
        session[signing.KEY] = sessions.start(db.session.get_one(testing.User, standing.admin), remembered=False)
    return client


@pytest.fixture(params=[one.name for one in SHIPPED.values() if tables_of(one.name) or one.erasures])
def noting(request: pytest.FixtureRequest) -> str:
    """A plug-in that keeps data of contacts."""
    return str(request.param)


@pytest.fixture(params=SHIPPED)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def switch(name: str, on: bool) -> None:
    """Switch it, and what requires it with it."""
    needing = [one.name for one in SHIPPED.values() if name in one.requires]
    for one in (name, *needing) if on else (*needing, name):
        switching.switch(one, on)
    db.session.commit()


def is_marked(name: str) -> bool:
    """Whether the mark stands anywhere in the tables of a plug-in."""
    db.session.flush()
    tables = [model.__table__ for model in SHIPPED[name].models]
    return any(MARK.lower() in str(row).lower() for table in tables for row in db.session.execute(sa.select(table)))


def all_rows(standing: Standing) -> dict[str, list[Any]]:
    """Every row that may tell of contacts, without what differs each time it is done: new ids, the present moment."""
    found = {}
    for name, there in snapshot(but=BESIDE).items():
        columns = [one for one in Base.metadata.tables[name].columns if one.name not in ALOUD]
        known = [highest(standing, column) for column in columns]
        found[name] = [
            tuple(
                "new" if value is not None and most is not None and value > most else value
                for value, most in zip(row, known, strict=True)
            )
            for row in there
        ]
    return found


def highest(standing: Standing, column: sa.Column[Any]) -> Any:
    """What was the highest id, or the present moment, before anything was done; None for all other columns."""
    if isinstance(column.type, Moment):
        return standing.begun
    if column.name.endswith("merge_id"):
        return standing.highest["contact_merge"]
    (target,) = [key.column for key in column.foreign_keys] or [column]
    return standing.highest.get(target.table.name) if target.name == "id" else None


def same_as_on(standing: Standing, act: Callable[[], Any], name: str) -> None:
    """Do it while the plug-in is off: all rows become what they become while it is on."""
    key = act.__name__
    if key not in standing.seen:
        point = db.session.begin_nested()
        act()
        standing.seen[key] = all_rows(standing)
        point.rollback()
        db.session.expire_all()
    switch(name, False)
    act()
    assert differences(standing.seen[key], all_rows(standing)) == {}


BESIDE = ("setting", "setting_change", "user_session")


@pytest.mark.parametrize("contact", ["contact", "free"])
def test_I1_something_is_noted_in_every_table_that_hangs_on_contacts(about, noting, contact) -> None:
    ids = erasing.group(getattr(about, contact))
    guarded = {table for guard in SHIPPED[noting].delete_guards for table in guard.tables}
    for table in tables_of(noting):
        if contact == "free" and table.name in guarded:
            continue
        query = sa.select(sa.func.count()).select_from(table).where(rows.belongs(table, ids))
        assert db.session.scalar(query), f"noted.NOTES[{noting!r}] leaves {table.name} empty: note something there."
    for erasure in SHIPPED[noting].erasures if contact == "contact" else ():
        assert erasure.find(subject_of(ids)), f"noted.NOTES[{noting!r}] leaves nothing for {erasure.key}."


def test_D3_it_holds_back_what_it_held_and_says_that_it_is_off(about, noting, admin) -> None:
    before = own_blockers(about, noting)
    assert bool(before) is bool(SHIPPED[noting].delete_guards)
    switch(noting, False)
    after = own_blockers(about, noting)
    assert [(one.key, one.label, one.count, one.retained) for one in after] == [
        (one.key, one.label, one.count, one.retained) for one in before
    ]
    page = html.unescape(admin.get(f"/contacts/{about.contact}/delete").text)
    with pytest.raises(Refused):
        contacts.to_bin(about.contact, override_links=True)
    for one in after:
        assert f"“{SHIPPED[noting].label}” is switched off" in one.remedy
        assert one.label in page
        assert one.remedy in page
        assert f"/settings/plugins/{noting}" in page


def own_blockers(about: Noted, noting: str) -> list[Blocker]:
    return [one for one in guards.blockers([about.contact])[about.contact] if one.plugin == noting]


def test_D9_its_rows_go_with_a_contact_that_nothing_holds(standing, about, noting) -> None:
    def purged() -> None:
        contacts.to_bin(about.free)
        db.session.get_one(Contact, about.free).deleted_at = standing.begun - purging.KEPT
        assert purging.purge([about.free]) == {}

    same_as_on(standing, purged, noting)


def test_E7_a_merge_moves_its_rows_and_the_undo_puts_them_back(standing, about, noting) -> None:
    made = []

    def merged() -> None:
        merge, _plan = merging.merge([about.main, about.contact], about.main)
        made.append(merge.id)

    before = snapshot(but=BESIDE)
    same_as_on(standing, merged, noting)
    own = [one for one in references.movable(registry()) if one.plugin == noting]
    moved = [
        one.place
        for one in own
        if db.session.scalar(
            sa.select(sa.func.count()).select_from(one.table).where(one.table.c[one.column] == about.main)
        )
    ]
    assert moved == [one.place for one in own]
    undoing.undo(made[-1])
    assert differences(before, snapshot(but=BESIDE)) == {}


def test_D5_its_rows_are_exported_and_emptied_by_anonymising(standing, about, noting) -> None:
    assert is_marked(noting) or not any(one.data.personal for one in rows.declared() if one.plugin.name == noting)

    def anonymised() -> None:
        erasing.anonymise(about.contact)
        erasing.anonymise(about.free)

    switch(noting, False)
    with orphans.export(noting) as file, zipfile.ZipFile(file) as exported:
        lines = {one: exported.read(one).decode().lower() for one in exported.namelist()}
    assert {f"{table.name}.jsonl" for table in tables_of(noting)} <= {one for one, text in lines.items() if text}
    assert any(MARK.lower() in text for text in lines.values()) is is_marked(noting)
    preview = erasing.preview(about.contact)
    kinds = {one.key for one in rows.declared() if one.plugin.name == noting and one.data.personal}
    kinds |= {one.key for one in SHIPPED[noting].erasures}
    assert kinds <= {one.key for one in preview.goes}
    assert {one.plugin for one in preview.goes if one.key in kinds} <= {str(SHIPPED[noting].label)}
    switch(noting, True)
    same_as_on(standing, anonymised, noting)
    assert not is_marked(noting)


def places(about: Noted) -> list[str]:
    """Pages where plug-ins show what they offer, and what the API tells."""
    file = f"/contacts/{about.contact}"
    pages = ["/contacts", "/contacts/columns", "/contacts/filters", file, f"{file}/history", "/settings"]
    for one in registry().all_functions():
        pages += ["/" + one.list_endpoint.partition(".")[0], f"/contacts/filters?list={one.key}"]
        pages.append(f"/contacts/columns?list={one.key}")
    return [*pages, f"{REST_PREFIX}{file}", f"{REST_PREFIX}/openapi.json"]


@dataclass
class Shown:
    """What pages tell: their texts by address, and the endpoints that their links and forms lead to."""

    texts: dict[str, str]
    leads: set[str]


def shown(app: Any, client: testing.Client, about: Noted, pages: Sequence[str]) -> Shown:
    texts = {}
    for place in pages:
        answer = client.get(place, headers=about.headers if place.startswith(REST_PREFIX) else {})
        if answer.status_code != 404:
            assert answer.status_code == 200, place
            texts[place] = answer.text
    adapter, leads = app.url_map.bind("localhost"), set()
    for address in {html.unescape(one) for text in texts.values() for one in LINK.findall(text)}:
        for method in ("GET", "POST"):
            with suppress(HTTPException):
                leads.add(adapter.match(address, method=method)[0])
    return Shown(texts=texts, leads=leads)


def ways_to(name: str) -> set[str]:
    """Endpoints to which pages lead because a plug-in offers them."""
    one = SHIPPED[name]
    offers: list[Any] = [*one.menu, *one.tabs, *one.list_actions, *one.settings_pages]
    return {offer.endpoint for offer in offers} | {function.list_endpoint for function in one.functions}


def traces(about: Noted, name: str) -> list[str]:
    """What stands in pages because a plug-in offers it there."""
    held = functions_of([about.contact])[about.contact]
    one = SHIPPED[name]
    found = [f'name="col" value="{column.key}"' for column in one.columns]
    found += [f'id="f-{each.key}"' for each in one.filters]
    found += [f'name="action" value="{action.key}"' for action in one.mass_actions if action.of != "archived"]
    return found + [f"view={function.key}" for function in one.functions if function.key in held]


def test_I1_off_it_leaves_no_trace_and_on_again_all_is_back(app, standing, about, name, admin) -> None:
    if "shown" not in standing.seen:
        standing.seen["shown"] = shown(app, admin, about, places(about))
    before: Shown = standing.seen["shown"]
    blueprints = (*SHIPPED[name].blueprints, *(one.blueprint for one in SHIPPED[name].rest_resources))
    own = {one.name for one in blueprints}
    everything = "".join(before.texts.values())
    assert ways_to(name) <= before.leads
    assert [one for one in traces(about, name) if one not in everything] == []
    assert name != "rest" or f"{REST_PREFIX}/openapi.json" in before.texts

    switch(name, False)
    off = shown(app, admin, about, places(about))
    assert {one for one in off.leads if one.partition(".")[0] in own} == set()
    assert [one for one in traces(about, name) if one in "".join(off.texts.values())] == []
    api = [json.loads(text) for text in (off.texts.get(place, "{}") for place in places(about)[-2:])]
    kept = json.loads(before.texts[places(about)[-2]])
    assert api[0].get("functions", kept["functions"]) == kept["functions"]
    assert not {one.key for one in SHIPPED[name].functions} & api[0].get("fields", {}).keys()
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in own]
    described = {path.removeprefix(REST_PREFIX) for path in api[1].get("paths", {})}
    for rule in rules:
        assert rule.rule.removeprefix(REST_PREFIX).replace("<int:", "{").replace(">", "}") not in described
        if "GET" in rule.methods:
            address = re.sub("<[^>]+>", str(about.contact), rule.rule)
            assert admin.get(address, headers=about.headers).status_code == 404, address

    switch(name, True)
    # Those on which something was missing.
    again = shown(
        app, admin, about, [one for one in before.texts if len(before.texts[one]) != len(off.texts.get(one, ""))]
    )
    assert before.leads - off.leads <= again.leads
    assert [one for one in traces(about, name) if one not in "".join(again.texts.values())] == []
