"""Packages of third parties (spec I2): the tutorial's, installed by pip, and what `carnet plugins new` writes."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from webapp import skeleton
from webapp.errors import Refused

ROOT = Path(__file__).resolve().parents[2]
TUTORIAL = ROOT / "docs" / "plugin-tutorial.md"
LOYALTY = ROOT / "docs" / "examples" / "loyalty"
BLOCK = re.compile(r"```\w+\n# (\S+)\n(.*?)\n```", re.DOTALL)


def run(folder: Path, *words: str, installed: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run Python with Carnet and what is in `installed`, as one who knows nothing of the checkout's tests."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CARNET_", "PYTEST"))}
    paths = os.pathsep.join((str(installed), str(ROOT)))
    own = {"PYTHONPATH": paths, "CARNET_DATA_DIR": str(folder), "CARNET_DATABASE_URL": f"sqlite:///{folder}/carnet.db"}
    environment = kept | own | more
    return subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    """The tutorial's package, built and installed by pip, without network."""
    target = tmp_path_factory.mktemp("installed")
    words = ("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation",
             "--disable-pip-version-check", "--target", str(target), str(LOYALTY))  # fmt: skip
    done = run(target, *words, installed=target)
    assert done.returncode == 0, done.stderr
    return target


def test_I2_the_tutorial_shows_the_code_of_the_package() -> None:
    shown = dict(BLOCK.findall(TUTORIAL.read_text(encoding="utf-8")))
    files = {str(one.relative_to(LOYALTY)) for one in LOYALTY.rglob("*.py")} | {"pyproject.toml"}
    assert set(shown) == files
    for name, text in shown.items():
        assert text == (LOYALTY / name).read_text(encoding="utf-8").rstrip(), name


def test_I2_a_function_is_less_than_100_lines() -> None:
    code = [line for one in (LOYALTY / "loyalty").rglob("*.py") for line in one.read_text().splitlines()]
    assert len([line for line in code if line.strip()]) < 100


def test_I2_installed_by_pip_it_passes_its_own_tests(installed, tmp_path) -> None:
    tests = LOYALTY / "tests"
    done = run(
        tmp_path, "-m", "pytest", "-q", "-c", os.devnull, "-p", "no:cacheprovider", str(tests), installed=installed
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "6 passed" in done.stdout


def carnet(folder: Path, *words: str, installed: Path, **more: str) -> str:
    done = run(folder, "-m", "webapp", *words, installed=installed, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def states(folder: Path, installed: Path) -> dict[str, str]:
    told = json.loads(carnet(folder, "plugins", "--json", installed=installed))
    return {one["name"]: one["state"] for one in told}


def test_I2_it_stands_in_the_overview_the_api_and_portals_and_its_data_outlives_it(installed, tmp_path) -> None:
    carnet(tmp_path, "schema", "upgrade", installed=installed)
    assert states(tmp_path, installed)["loyalty"] == "enabled"
    assert carnet(tmp_path, "doctor", installed=installed).strip() == "All is well."
    code = (
        "import json, webapp; app = webapp.create_app(); print(*app.url_map.iter_rules()); "
        "print(json.dumps(app.test_client().get('/api/v1/openapi.json').json))"
    )
    described = run(tmp_path, "-c", code, installed=installed)
    assert '"member"' in described.stdout, described.stderr
    # The list is a page, and is shown in portals.
    assert {"/members", "/<embedded:embed>/members"} <= set(described.stdout.split())
    # Uninstalled, its tables stay, and stay named.
    empty = tmp_path / "nothing"
    empty.mkdir()
    assert states(tmp_path, empty)["loyalty"] == "orphaned"
    carnet(tmp_path, "plugins", "purge", "loyalty", "--confirm", "loyalty", installed=empty)
    assert "loyalty" not in states(tmp_path, empty)
    assert list(tmp_path.glob("carnet-loyalty-*.zip"))


OLD = "from webapp.api import Plugin\nplugin = Plugin(name='loyalty', label='L', version='1', contract=99)"
BROKEN = {"import nothing_like_this": "ModuleNotFoundError", OLD: "contract 99"}


@pytest.mark.parametrize("text", BROKEN)
def test_I2_a_broken_package_stops_the_boot_where_it_is_named_and_nothing_else_otherwise(
    installed, tmp_path, text
) -> None:
    broken = tmp_path / "broken"
    (broken / "loyalty").mkdir(parents=True)
    (broken / "loyalty" / "__init__.py").write_text(text)
    for one in installed.glob("*.dist-info"):
        (broken / one.name).symlink_to(one)
    carnet(tmp_path, "schema", "upgrade", installed=broken)
    assert states(tmp_path, broken)["loyalty"] == "broken"
    named = run(tmp_path, "-m", "webapp", "plugins", installed=broken, CARNET_PLUGINS="loyalty")
    assert named.returncode == 1
    (line,) = named.stderr.splitlines()
    assert "loyalty" in line
    assert BROKEN[text] in line
    assert json.loads(carnet(tmp_path, "plugins", "--json", installed=broken, CARNET_PLUGINS=""))


def test_I2_a_failing_migration_leaves_all_as_it_was(installed, tmp_path) -> None:
    failing = tmp_path / "failing"
    shutil.copytree(installed, failing)
    migration = failing / "loyalty" / "migrations" / "r0001_loyalty.py"
    migration.write_text(migration.read_text() + '    op.execute("SELECT * FROM no_such_table")\n')
    done = run(tmp_path, "-m", "webapp", "schema", "upgrade", installed=failing)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("carnet: A migration of loyalty failed: no such table: no_such_table.")
    with sqlite3.connect(tmp_path / "carnet.db") as base:
        assert base.execute("SELECT name FROM sqlite_master").fetchall() == []


@pytest.mark.parametrize("name", ["Repair", "1a", "class", "x", "merge", "json", "../../x", "a b", "é" * 3])
def test_I2_a_name_that_no_package_can_have_is_refused(tmp_path, name) -> None:
    with pytest.raises(Refused):
        skeleton.write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_I2_what_is_written_to_begin_with_passes_its_tests(tmp_path) -> None:
    written = skeleton.write("repair_log", tmp_path)
    assert all("$" not in one.read_text() for one in written)
    with pytest.raises(Refused):
        skeleton.write("repair_log", tmp_path)
    place = tmp_path / "repair_log"
    done = run(place, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", installed=place)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 passed" in done.stdout
