"""The boot stops on what can't work, with one clear line; a broken package stops nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
import sample_plugin

from webapp import config, core, testing
from webapp.errors import BootError
from webapp.plugin import CONTRACT, Plugin
from webapp.ports import Numbering
from webapp.registry import Found, Registry, discover


def bare(name: str, *requires: str, **more: object) -> Plugin:
    return Plugin(name=name, label=name, version="1", requires=requires, **more)  # type: ignore[arg-type]


def boot(*plugins: Plugin, wanted: tuple[str, ...] | None = None, found: Found | None = None) -> Registry:
    return Registry(core.plugin, found or Found(plugins=plugins), wanted)


def line(*plugins: Plugin, wanted: tuple[str, ...] | None = None, found: Found | None = None) -> str:
    """The one line with which this boot stops."""
    with pytest.raises(BootError) as error:
        boot(*plugins, wanted=wanted, found=found)
    assert "\n" not in error.value.message
    return error.value.message


def test_an_unknown_name_stops_the_boot_and_says_what_is_installed() -> None:
    assert line(bare("a"), bare("b"), wanted=("a", "c")) == (
        "CARNET_PLUGINS names c, which is not installed. Installed: a, b."
    )
    assert "Installed: none." in line(wanted=("c",))


def test_a_missing_requires_stops_the_boot() -> None:
    assert line(bare("a", "gone")) == "Plug-in a requires gone, which is not installed."


def test_a_requires_that_is_switched_off_stops_the_boot() -> None:
    assert "a requires b" in line(bare("a", "b"), bare("b"), wanted=("a",))


@pytest.mark.parametrize(
    ("plugins", "circle"),
    [
        ([bare("a", "a")], "a → a"),
        ([bare("a", "b"), bare("b", "a")], "a → b → a"),
        ([bare("x", "a"), bare("a", "b"), bare("b", "c"), bare("c", "a")], "a → b → c → a"),
    ],
)
def test_a_circle_of_requires_stops_the_boot_and_is_shown(plugins, circle) -> None:
    assert circle in line(*plugins)


def test_what_is_required_comes_first() -> None:
    registry = boot(bare("a", "z"), bare("z"), bare("m", "a"))
    assert list(registry.installed) == ["z", "a", "m"]


def test_another_contract_stops_the_boot() -> None:
    message = line(bare("a", contract=CONTRACT + 1))
    assert f"contract {CONTRACT + 1}, this is {CONTRACT}" in message


SAMPLE = replace(sample_plugin.plugin, requires=())
OWNED = (
    "functions",
    "columns",
    "filters",
    "mass_actions",
    "tabs",
    "value_lists",
    "delete_guards",
    "models",
    "services",
)


@pytest.mark.parametrize("kind", OWNED)
def test_two_owners_of_one_key_stop_the_boot(kind: str) -> None:
    message = line(bare("a", **{kind: getattr(SAMPLE, kind)}), bare("b", **{kind: getattr(SAMPLE, kind)}))
    assert "a and b" in message or "2 plug-ins" in message or "2 enabled plug-ins" in message


def test_two_owners_of_one_key_stop_the_boot_even_when_one_is_off() -> None:
    plugins = bare("a", functions=SAMPLE.functions), bare("b", functions=SAMPLE.functions)
    assert "a and b" in line(*plugins, wanted=("a",))


def test_two_providers_of_a_port_may_be_installed_when_one_alone_is_on() -> None:
    plugins = bare("a", services=SAMPLE.services), bare("b", services=SAMPLE.services)
    assert Numbering.__name__ in line(*plugins)
    assert boot(*plugins, wanted=("b",)).is_enabled("b")


def test_two_owners_of_one_blueprint_stop_the_boot(tmp_path: Path) -> None:
    found = Found(
        plugins=(bare("a", blueprints=SAMPLE.blueprints), bare("b", blueprints=SAMPLE.blueprints)),
        folders={"a": tmp_path, "b": tmp_path},
    )
    assert "a and b both bring blueprints “sample_plugin”" in line(found=found)


def test_two_owners_of_one_command_stop_the_boot() -> None:
    @click.command("partners")
    def partners() -> None:
        """Another one."""

    message = line(bare("a", commands=SAMPLE.commands), bare("b", commands=(partners,)))
    assert "a and b both bring commands “partners”" in message


def test_a_command_of_carnets_own_is_not_taken_over(tmp_path: Path) -> None:
    found = Found(plugins=(bare("a", commands=(click.Command("run"),)),), folders={"a": tmp_path})
    with pytest.raises(BootError) as error:
        testing.create("sqlite://", testing.PluginSet(found=found), tmp_path)
    assert "`run`" in error.value.message


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes a package that is forgotten after the test."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(name: str, text: str) -> str:
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(text)
        return name

    yield write
    for name in [one for one in sys.modules if one.startswith("carnet_test_")]:
        del sys.modules[name]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nothing_like_this", "ModuleNotFoundError"),
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("def broken(:", "SyntaxError"),
        ("pass", "AttributeError"),
        ("raise SystemExit(3)", "SystemExit"),
        (
            "from webapp.api import Plugin\nplugin = Plugin(name='other', label='Other', version='1')",
            "calls itself other",
        ),
        ("plugin = 5", "no Plugin object"),
        ("from webapp.api import Plugin\nplugin = Plugin(name='x', label='x', version='1', colour='red')", "TypeError"),
    ],
)
def test_a_package_that_cannot_be_imported_counts_as_gone_and_stops_nothing_else(package, text, reason) -> None:
    name = package("carnet_test_broken", text)
    found = discover([name])
    assert {plugin.name for plugin in found.plugins} == {plugin.name for plugin in testing.shipped().plugins}
    (broken,) = found.broken
    assert broken.name == name
    assert reason in broken.reason
    assert "\n" not in broken.reason
    registry = boot(found=found)
    assert {"name": name, "state": "broken"} in registry.overview()
    assert name in line(found=found, wanted=(name,))


def test_the_overview_names_every_state() -> None:
    registry = boot(bare("a"), bare("b"), wanted=("a",))
    assert registry.overview() == [{"name": "a", "state": "enabled"}, {"name": "b", "state": "off"}]


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"CARNET_COLOUR": "red"}, "CARNET_COLOUR"),
        ({"CARNET_SECRET_KEY": "short"}, "CARNET_SECRET_KEY"),
        ({"CARNET_DATABASE_URL": "mysql://x"}, "CARNET_DATABASE_URL"),
        ({"CARNET_LOCALE": "it"}, "CARNET_LOCALE"),
        ({"CARNET_TIMEZONE": "Mars/Olympus"}, "CARNET_TIMEZONE"),
        ({"CARNET_TIMEZONE": "../../etc/passwd"}, "CARNET_TIMEZONE"),
        ({"CARNET_BASE_URL": "crm.example.com"}, "CARNET_BASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(environ, named, tmp_path: Path) -> None:
    with pytest.raises(BootError) as error:
        config.read({"CARNET_DATA_DIR": str(tmp_path), **environ})
    assert error.value.message.startswith((named, f"{named} "))


def test_the_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    one = config.read({"CARNET_DATA_DIR": str(tmp_path)})
    two = config.read({"CARNET_DATA_DIR": str(tmp_path)})
    assert one.secret_key == two.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert one.secret_key not in repr(one)


def test_no_plugins_at_all_is_the_bare_core(tmp_path: Path) -> None:
    data = {"CARNET_DATA_DIR": str(tmp_path)}
    assert config.read(data).plugins is None
    assert config.read({**data, "CARNET_PLUGINS": ""}).plugins == ()
    assert config.read({**data, "CARNET_PLUGINS": " a, b ,"}).plugins == ("a", "b")
