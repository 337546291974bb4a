"""The home of the settings and the pages that plug-ins add to it; who may open them."""

from __future__ import annotations

import html
import re

import pytest

from webapp import testing
from webapp.administration.pages import SECTIONS
from webapp.discovery import discover

FOUND = discover(["sample_plugin"])
SHIPPED = tuple(plugin.name for plugin in testing.shipped().plugins)


class TestCore:
    """What is there without any plug-in."""

    def test_the_home_has_a_card_for_each_page(self, sign_in, plugin_registry) -> None:
        page = html.unescape(sign_in("administrator").get("/settings").text)
        for one in plugin_registry.offers("settings_pages"):
            assert one.section in SECTIONS
            assert str(one.label) in page
            assert str(one.hint) in page
        assert 'href="/settings/company"' in page
        assert re.search(r'href="/settings" aria-current="page"', page)

    @pytest.mark.parametrize("role", ["reader", "editor", "manager"])
    def test_J1_settings_are_for_administrators(self, sign_in, role) -> None:
        client = sign_in(role)
        assert 'href="/settings"' not in client.get("/contacts").text
        for address in ("", "/company", "/value-lists", "/value-lists/titles", "/users", "/users/new", "/users/1"):
            assert client.get(f"/settings{address}").status_code == 403, address
            assert client.submit(f"/settings{address}").status_code in (403, 405), address

    def test_each_page_marks_its_own_line(self, sign_in, plugin_registry) -> None:
        client = sign_in("administrator")
        for address in ("/settings/company", "/settings/value-lists", "/settings/users"):
            page = client.get(address).text
            assert re.search(rf'<a class="c-nav__link" href="{address}" aria-current="page">', page)
            assert "Last changes" in page


class TestPlugin:
    """A plug-in's page is a card and a line while it is on."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=FOUND)

    def test_I2_its_page_is_there(self, sign_in) -> None:
        client = sign_in("administrator")
        home = client.get("/settings").text
        assert "How many partners there are" in home
        assert "Plug-ins" in home
        page = client.get("/settings/partners").text
        assert "0 partners" in page
        assert 'href="/settings/partners" aria-current="page"' in page
        assert sign_in("editor").get("/settings/partners").status_code == 403

    def test_I2_a_page_may_need_values_and_a_function(self, sign_in, plugin_registry) -> None:
        client = sign_in("administrator")
        address = "/settings/partners/customer"
        assert f'href="{address}"' in client.get("/settings").text
        assert f'href="{address}" aria-current="page"' in client.get(address).text
        plugin_registry.allowed -= {"customers"}
        try:
            assert address not in client.get("/settings").text
        finally:
            plugin_registry.allowed |= {"customers"}


class TestPluginOff:
    """Switched off, it leaves no trace."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=FOUND, wanted=SHIPPED)

    def test_I1_no_card_no_page(self, sign_in) -> None:
        client = sign_in("administrator")
        assert "/settings/partners" not in client.get("/settings").text
        assert client.get("/settings/partners").status_code == 404
