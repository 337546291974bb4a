"""docs/plugins.md describes every extension point, and the sample plug-in uses it."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
import sample_plugin

from webapp import api, events, plugin, ports

TEXT = (Path(__file__).parent.parent / "docs" / "plugins.md").read_text(encoding="utf-8")
SOURCES = "\n".join(path.read_text() for path in Path(sample_plugin.__file__).parent.glob("*.py"))
POINTS = [field.name for field in fields(plugin.Plugin)]
CONTRACT = [name for name in plugin.__all__ if is_dataclass(getattr(plugin, name))]


@pytest.mark.parametrize("point", POINTS)
def test_every_field_of_the_manifest_is_described(point: str) -> None:
    manifest = ("name", "label", "version", "contract", "requires")
    wanted = rf"^\| `{point}` \|" if point in manifest else rf"^### `{point}`$"
    assert re.search(wanted, TEXT, re.MULTILINE), f"docs/plugins.md does not describe Plugin.{point}"


@pytest.mark.parametrize("point", POINTS)
def test_every_extension_point_has_an_example_in_its_section(point: str) -> None:
    section = re.search(rf"^### `{point}`\n(.*?)(?=^##)", TEXT, re.MULTILINE | re.DOTALL)
    if section is not None:
        assert re.search(r"`\w+\(.*\)`|=\(|=\"|```|\w+\(…\)", section[1], re.DOTALL), point


@pytest.mark.parametrize("point", POINTS)
def test_the_sample_plugin_uses_every_extension_point(point: str) -> None:
    assert getattr(sample_plugin.plugin, point), f"tests/sample_plugin does not use Plugin.{point}"
    assert re.search(rf"^    {point}=", SOURCES, re.MULTILINE), point


@pytest.mark.parametrize("name", CONTRACT)
def test_every_dataclass_of_the_contract_is_published_described_and_used(name: str) -> None:
    assert name in api.__all__
    assert re.search(rf"\b{name}\b", TEXT), f"docs/plugins.md does not mention {name}"
    assert re.search(rf"\b{name}\(", SOURCES), f"tests/sample_plugin does not use {name}"


@pytest.mark.parametrize("name", [one.__name__ for one in vars(events).values() if is_dataclass(one)])
def test_every_event_is_published_and_named(name: str) -> None:
    assert name in api.__all__
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("name", [port.__name__ for port in ports.NULL])
def test_every_port_is_published_and_named(name: str) -> None:
    assert name in api.__all__
    assert f"`{name}`" in TEXT


def test_the_example_imports_nothing_of_carnet_but_the_api() -> None:
    imported = set(re.findall(r"^(?:from|import) (webapp[\w.]*)", SOURCES, re.MULTILINE))
    assert imported == {"webapp.api"}


def test_everything_promised_is_there() -> None:
    assert sorted(api.__all__, key=str) == sorted(set(api.__all__), key=str)
    assert all(hasattr(api, name) for name in api.__all__)
