"""Carnet's own fixtures, for this plug-in beside those that Carnet brings."""

import pytest

pytest_plugins = ["webapp.testing"]


@pytest.fixture
def plugins():
    from webapp.testing import PluginSet, discover

    return PluginSet(found=discover(["loyalty"]))
