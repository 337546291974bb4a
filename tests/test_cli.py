"""`carnet`: its commands, exit codes, and that a user's mistake is one line, never a traceback (contract)."""

from __future__ import annotations

import contextlib
import io
import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from webapp import cli, config, core
from webapp.db import db

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Result:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str


Carnet = Callable[..., Result]


@pytest.fixture
def carnet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Carnet:
    """Runs `carnet …` in this process, on a base in a folder of its own: a new process costs seconds to import all."""

    def run(*args: str, stdin: str = "", **settings: str) -> Result:
        told = {"DATABASE_URL": f"sqlite:///{tmp_path / 'carnet.db'}", "SECRET_KEY": "sixteen letters!", **settings}
        monkeypatch.setattr(sys, "argv", ["carnet", *args])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        present = set(db._app_engines)
        with monkeypatch.context() as during:
            for key, value in told.items():
                during.setenv(f"CARNET_{key}", value)
            code = 0
            try:
                cli.main()
            except SystemExit as end:
                code = int(end.code or 0)
        for app in set(db._app_engines) - present:
            for engine in db._app_engines[app].values():
                engine.dispose()
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Carnet:
    """Runs `carnet …` in a process of its own, on a base in a folder of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}

    def run(*args: str, stdin: str = "", **settings: str) -> Result:
        told = {"DATABASE_URL": f"sqlite:///{tmp_path / 'carnet.db'}", "SECRET_KEY": "sixteen letters!", **settings}
        done = subprocess.run(
            [sys.executable, "-m", "webapp", *args],
            cwd=ROOT,
            env=kept | {f"CARNET_{key}": value for key, value in told.items()},
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run


def refused(result: Result, *words: str) -> None:
    """One clear line on stderr and exit code 1."""
    assert (result.code, result.out) == (1, "")
    assert "Traceback" not in result.err
    assert result.err.startswith("carnet: ")
    for word in words:
        assert word in result.err


@pytest.mark.parametrize(
    "url",
    ["postgresql+psycopg://nobody@127.0.0.1:9/carnet", "postgresql+psycopg://nobody@nowhere.invalid/carnet",
     "sqlite:////proc/nowhere/carnet.db"],
)  # fmt: skip
def test_doctor_says_in_one_line_that_the_database_is_away(carnet: Carnet, tmp_path: Path, url: str) -> None:
    result = carnet("doctor", DATABASE_URL=url, DATA_DIR=str(tmp_path))
    assert result.code == 1
    assert result.out.count("\n") == 1
    assert result.out.startswith("The database can't be reached (")
    assert result.out.endswith("Check CARNET_DATABASE_URL.\n")
    assert result.err == ""


def test_a_base_is_made_filled_and_examined(carnet: Carnet, tmp_path: Path) -> None:
    before = carnet("schema", "status")
    assert before.code == 0
    assert before.out.count("(upgrade)") == len(before.out.splitlines())
    assert carnet("doctor").code == 1
    refused(carnet("demo", "5"), "carnet schema upgrade")
    refused(carnet("run"), "carnet schema upgrade")

    assert carnet("schema", "upgrade").code == 0
    again = carnet("schema", "upgrade")
    assert (again.code, again.out) == (0, "Up to date (0 applied).\n")
    assert "(upgrade)" not in carnet("schema", "status").out

    filled = carnet("demo", "20", "--seed", "3")
    assert (filled.code, filled.out) == (0, "20 contacts made.\n")
    assert carnet("demo", "20", "--if-empty").out == ""
    healthy = carnet("doctor")
    assert (healthy.code, healthy.out) == (0, "All is well.\n")


def test_J1_users_are_added_by_command(carnet: Carnet) -> None:
    carnet("schema", "upgrade")
    add = ("user", "add", "ann@firm.example", "--password-stdin", "--role")
    weak = carnet(*add, "administrator", stdin="short\n")
    refused(weak, "Twelve characters")
    done = carnet(*add, "administrator", stdin="blue cars seldom sing\n")
    assert (done.code, done.out) == (0, "ann@firm.example is administrator.\n")
    refused(carnet(*add, "reader", stdin="blue cars seldom sing\n"), "already")
    refused(carnet("user", "add", "nobody", "--role", "reader", "--password-stdin", stdin="blue cars sing\n"), "email")
    wrong = carnet(*add, "king", stdin="blue cars seldom sing\n")
    assert wrong.code == 2
    assert "reader" in wrong.err


def test_J1_the_first_administrator_has_the_data_protection_permission(carnet: Carnet, tmp_path: Path) -> None:
    carnet("schema", "upgrade")
    for name, role in (("ann", "reader"), ("bea", "administrator"), ("cleo", "administrator")):
        words = ("user", "add", f"{name}@firm.example", "--role", role, "--password-stdin")
        assert carnet(*words, stdin="blue cars seldom sing\n").code == 0
    with contextlib.closing(sqlite3.connect(tmp_path / "carnet.db")) as base:
        rows = base.execute("SELECT role, data_protection FROM user_account ORDER BY id").fetchall()
    assert rows == [("reader", 0), ("administrator", 1), ("administrator", 0)]


def test_J1_a_password_is_set_by_command(carnet: Carnet) -> None:
    carnet("schema", "upgrade")
    carnet("user", "add", "ann@firm.example", "--password-stdin", "--role", "reader", stdin="blue cars seldom sing\n")
    password = ("user", "password", "--password-stdin")
    refused(carnet(*password, "ann@firm.example", stdin="short\n"), "Twelve characters")
    refused(carnet(*password, "bob@firm.example", stdin="seven yellow submarines\n"), "no user")
    done = carnet(*password, "Ann@firm.example", stdin="seven yellow submarines\n")
    assert (done.code, done.out) == (0, "ann@firm.example signs in with the new password.\n")


def test_plugins_and_their_states(carnet: Carnet) -> None:
    rows = json.loads(carnet("plugins", "--json", PLUGINS="prospects,customers").out)
    states = {row["name"]: row["state"] for row in rows}
    assert (states["prospects"], states["customers"], states["suppliers"]) == ("enabled", "enabled", "off")
    assert "suppliers        off" in carnet("plugins", PLUGINS="").out


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"DATABSE_URL": "sqlite://"}, ["CARNET_DATABSE_URL", "DATABASE_URL"]),
        ({"DATABASE_URL": "mysql://x"}, ["CARNET_DATABASE_URL", "postgresql+psycopg://"]),
        ({"DATABASE_URL": "postgresql+psycopg://root@127.0.0.1:abc/x"}, ["CARNET_DATABASE_URL", "port"]),
        ({"PLUGINS": "prospects,unicorns"}, ["unicorns", "Installed:"]),
        ({"SECRET_KEY": "short"}, ["CARNET_SECRET_KEY", "16"]),
        ({"LOCALE": "la"}, ["CARNET_LOCALE", "fr, en or de"]),
        ({"TIMEZONE": "Moon/Crater"}, ["CARNET_TIMEZONE", "Europe/Paris"]),
        ({"BASE_URL": "firm"}, ["CARNET_BASE_URL", "https://"]),
        ({"BASE_URL": "javascript:x", "TRUSTED_HOSTS": "a.example"}, ["CARNET_BASE_URL", "https://"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_wrong_setting_is_named_with_its_remedy(carnet: Carnet, settings: dict[str, str], words: list[str]) -> None:
    refused(carnet("plugins", **settings), *words)


def test_an_unreachable_database_is_one_line(process: Carnet) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    refused(process("schema", "upgrade", DATABASE_URL=nowhere), "CARNET_DATABASE_URL")
    refused(
        process("schema", "status", DATABASE_URL="sqlite:////nowhere/at/all/carnet.db", DATA_DIR="/tmp"),
        "CARNET_DATABASE_URL",
    )


def test_wrong_usage_is_2(carnet: Carnet) -> None:
    for args in (("demo", "many"), ("unicorn",), ("schema", "sideways"), ("run", "--port", "x")):
        done = carnet(*args)
        assert (done.code, done.out) == (2, "")
        assert "Traceback" not in done.err


def test_help_names_the_commands(carnet: Carnet) -> None:
    shown = carnet("--help")
    assert shown.code == 0
    for name in ("run", "schema", "plugins", "user", "demo", "doctor", "import"):
        assert f"\n  {name} " in shown.out


def test_the_version_is_the_packages() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert declared["version"] == core.VERSION
    assert declared["scripts"]["carnet"] == f"{cli.main.__module__}:main"
    assert config.ROOT == ROOT


def test_a_port_in_use_is_one_line(process: Carnet) -> None:
    process("schema", "upgrade")
    with socket.create_server(("127.0.0.1", 0)) as other:
        refused(process("run", "--port", str(other.getsockname()[1])), "--port")
    assert process("run", "--port", "99999").code == 2
