"""The matrix: every plug-in alone, each one missing, none at all (design rule 9).

"Off" is installed and switched off; "gone" is a package that is not there, on a database that never knew it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from webapp import testing
from webapp.plugin import REST_PREFIX, Plugin

SHIPPED = {plugin.name: plugin for plugin in testing.shipped().plugins}


def with_required(names: set[str]) -> tuple[str, ...]:
    """These, and all that they require."""
    wanted = set(names)
    while more := {needed for name in wanted for needed in SHIPPED[name].requires} - wanted:
        wanted |= more
    return tuple(sorted(wanted))


def without(name: str) -> tuple[str, ...]:
    """All but this one and those that can't do without it."""
    return tuple(sorted(one for one in SHIPPED if name not in with_required({one})))


SETS = {
    "none": (),
    **{f"{name} alone": with_required({name}) for name in SHIPPED},
    **{f"without {name}": without(name) for name in SHIPPED},
    "all": tuple(sorted(SHIPPED)),
}


ELSEWHERE = {
    "/": 303,
    "/login": 303,
    "/login/code": 303,
    "/login/recovery": 303,
    "/first-run": 404,
    "/settings/company/logo.img": 404,
    # Of nobody.
    "/merge": 422,
    "/contacts/export/file": 422,
    # Without a code.
    "/embed/start": 401,
    "/oembed": 404,
}
"""What a signed-in user gets where there is no page for them."""


@pytest.fixture(params=SETS.values(), ids=SETS.keys())
def chosen(request: pytest.FixtureRequest) -> tuple[str, ...]:
    return request.param


@pytest.fixture(params=["off", "gone"])
def plugins(request: pytest.FixtureRequest, chosen: tuple[str, ...], database: str) -> testing.PluginSet:
    found = testing.shipped()
    if request.param == "gone":
        here = tuple(plugin for plugin in found.plugins if plugin.name in chosen)
        return testing.PluginSet(found=replace(found, plugins=here))
    return testing.PluginSet(found=found, wanted=chosen)


def addresses(app) -> list[str]:
    """Every page that is asked for without parameters."""
    return sorted(rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods and not rule.arguments)


def owned(plugin: Plugin, app) -> list[str]:
    """Addresses of a plug-in's own pages."""
    blueprints = (*plugin.blueprints, *(one.blueprint for one in plugin.rest_resources))
    names = tuple(f"{blueprint.name}." for blueprint in blueprints)
    return [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith(names)] if names else []


def test_every_page_answers_and_nothing_absent_leaves_a_trace(app, chosen, sign_in, make, plugin_registry) -> None:
    contact = make("Firm", functions=[function.key for function in plugin_registry.functions() if not function.follows])
    make("Somebody", kind="person")
    client = sign_in("administrator", data_protection=True)
    absent = [plugin for name, plugin in SHIPPED.items() if name not in chosen]
    gone = {address for plugin in absent for address in owned(plugin, app)}
    shown = {}
    for address in [*addresses(app), f"/contacts/{contact.id}", f"/contacts/{contact.id}/edit"]:
        answer = client.get(address)
        if "rest" in chosen and answer.status_code == 401 and address.startswith(f"{REST_PREFIX}/"):
            # Who shows no token is not told what there is.
            continue
        if address in gone or ("rest" not in chosen and address.startswith(f"{REST_PREFIX}/")):
            assert answer.status_code == 404, address
            continue
        assert answer.status_code == ELSEWHERE.get(address, 200), address
        shown[address] = answer.text
    assert {"/contacts", "/contacts/new", "/contacts/bin"} <= shown.keys()
    for plugin in absent:
        for entry in plugin.menu:
            trace = f'href="/{plugin.name}"'
            assert all(trace not in text for text in shown.values()), (plugin.name, entry.endpoint)
        for function in plugin.functions:
            trace = f"/functions/{function.key}"
            assert all(trace not in text for text in shown.values()), function.key
            assert all(
                f'data-action="{action.key}"' not in text for text in shown.values() for action in plugin.mass_actions
            )
    for name in chosen:
        for entry in SHIPPED[name].menu:
            with app.test_request_context():
                address = app.url_for(entry.endpoint)
            assert f'href="{address}"' in shown["/contacts"], entry.endpoint
