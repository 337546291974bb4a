"""A function of a third party with a range of its own that nobody has set yet (spec F2, I2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plugins.number_ranges import report
from webapp import testing
from webapp.contacts.queries import numbers_of
from webapp.discovery import discover
from webapp.functions.services import activate
from webapp.ports import Numbering


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=discover(["sample_plugin"]))


def test_F2_it_begins_by_itself_as_it_is_proposed(make, system, plugin_registry) -> None:
    assert plugin_registry.service(Numbering).preview("partner") == "P10001"
    assert report.findings() == []
    one, two = make(functions=["partner"]), make(functions=["customer", "partner"])
    assert numbers_of([one.id, two.id]) == {
        one.id: {"partner": "P10001"},
        two.id: {"customer": "10001", "partner": "P10002"},
    }


class TestNone:
    """A function may have no numbers at all."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        found = discover(["sample_plugin"])
        (sample,) = (one for one in found.plugins if one.name == "sample_plugin")
        (partner,) = sample.functions
        without = replace(sample, functions=(replace(partner, number_range="none"),))
        rest = tuple(one for one in found.plugins if one is not sample)
        # Applications are told apart by what is switched on.
        wanted = tuple(one.name for one in found.plugins if one.name != "rest")
        return testing.PluginSet(found=replace(found, plugins=(*rest, without)), wanted=wanted)

    def test_F1_it_has_none_but_one_that_is_typed(self, make, system, sign_in, plugin_registry) -> None:
        one, two = make(functions=["partner"]), make()
        activate(two.id, "partner", {"number": "7"})
        assert numbers_of([one.id, two.id]) == {two.id: {"partner": "7"}}
        assert plugin_registry.service(Numbering).preview("partner") is None
        assert plugin_registry.service(Numbering).keeps("partner", "partner") is False
        client = sign_in("administrator")
        for path in (f"/contacts/{make().id}/functions/partner", "/contacts/new", "/settings/number-ranges"):
            assert client.get(path).status_code == 200
