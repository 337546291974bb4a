"""The boot stops on what can't work, with one clear line; a broken package stops nothing else."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
import sample_plugin

from webapp import config, core, testing
from webapp.discovery import Found, discover
from webapp.errors import BootError
from webapp.plugin import CONTRACT, Plugin
from webapp.ports import Doubles
from webapp.registry import Registry


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


def gone(*plugins: Plugin, found: Found | None = None) -> dict[str, str]:
    """Why which of these can't be used, where the deployment names none: the boot goes on without them."""
    return {one.name: one.reason for one in boot(*plugins, found=found).broken.values()}


def test_I1_a_missing_requires_stops_the_boot_where_it_is_named() -> None:
    plugins = bare("a", "gone"), bare("b", "a"), bare("c")
    assert line(*plugins, wanted=("a",)) == "Plug-in a can't be used: it requires gone, which is not installed."
    assert gone(*plugins) == {
        "a": "it requires gone, which is not installed",
        "b": "it requires a, which is broken",
    }
    assert list(boot(*plugins).installed) == ["c"]


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
def test_I1_a_circle_of_requires_is_shown(plugins, circle) -> None:
    assert any(circle in reason for reason in gone(*plugins).values())
    assert circle in line(*plugins, wanted=tuple(one.name for one in plugins))


def test_what_is_required_comes_first() -> None:
    registry = boot(bare("a", "z"), bare("z"), bare("m", "a"))
    assert list(registry.installed) == ["z", "a", "m"]


def test_I1_another_contract_stops_the_boot_where_it_is_named() -> None:
    other = bare("a", contract=CONTRACT + 1)
    assert f"contract {CONTRACT + 1}, this is {CONTRACT}" in line(other, wanted=("a",))
    assert list(gone(other)) == ["a"]


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
    "settings_pages",
    "setting_defaults",
    "number_ranges",
    "checks",
)


@pytest.mark.parametrize("kind", OWNED)
def test_I1_two_owners_of_one_key_stop_the_boot_where_both_are_named(kind: str) -> None:
    plugins = [bare(name, **{kind: getattr(SAMPLE, kind)}) for name in "ab"]
    assert "a and b both bring" in line(*plugins, wanted=("a", "b"))


@pytest.mark.parametrize("kind", OWNED)
def test_I1_of_two_owners_of_one_key_the_named_one_goes_before_and_the_other_counts_as_gone(kind: str) -> None:
    plugins = [bare(name, **{kind: getattr(SAMPLE, kind)}) for name in "ab"]
    assert list(gone(*plugins)) == ["b"]
    registry = boot(*plugins, wanted=("b",))
    assert (list(registry.installed), list(registry.broken)) == (["b"], ["a"])


def test_two_providers_of_a_port_may_be_installed_when_one_alone_is_on() -> None:
    plugins = [bare(name, services=SAMPLE.services) for name in "ab"]
    assert Doubles.__name__ in line(*plugins)
    assert boot(*plugins, wanted=("b",)).is_enabled("b")


def test_I1_two_owners_of_one_blueprint(tmp_path: Path) -> None:
    plugins = bare("a", blueprints=SAMPLE.blueprints), bare("b", blueprints=SAMPLE.blueprints)
    found = Found(plugins=plugins, folders={"a": tmp_path, "b": tmp_path})
    assert "a and b both bring blueprints “sample_plugin”" in line(found=found, wanted=("a", "b"))
    assert list(gone(found=found)) == ["b"]


def test_I1_two_owners_of_one_command() -> None:
    @click.command("partners")
    def partners() -> None:
        """Another one."""

    plugins = bare("a", commands=SAMPLE.commands), bare("b", commands=(partners,))
    assert "a and b both bring commands “partners”" in line(*plugins, wanted=("a", "b"))


def test_I1_a_command_of_carnets_own_is_not_taken_over() -> None:
    taker = bare("a", commands=(click.Command("run"),))
    assert gone(taker) == {"a": "core and a both bring commands “run”: uninstall one of them"}


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
