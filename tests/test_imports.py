"""The import contracts of pyproject.toml: they hold, and each can be broken (design rule 1)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CRIMES = {
    "The core knows no plug-in": ("webapp/units.py", "from plugins.customers.services import convert_one"),
    "Plug-ins do not know each other": ("plugins/suppliers/services.py", "from plugins.prospects import models"),
    "Plug-ins know only webapp.api": ("plugins/suppliers/views.py", "from webapp.contacts import services"),
    "Services and models do not know Flask": ("plugins/suppliers/models.py", "from flask import request"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for name in ("webapp", "plugins"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "templates", "*.po"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(place: Path) -> dict[str, str]:
    """Each contract's verdict there."""
    program = Path(sys.executable).with_name("lint-imports")
    environ = {**os.environ, "PYTHONPATH": str(place), "NO_COLOR": "1"}
    done = subprocess.run(
        [program, "--no-cache"], cwd=place, env=environ, capture_output=True, text=True, check=False, timeout=120
    )
    return dict(re.findall(r"^(.+?) (KEPT|BROKEN)", done.stdout, re.MULTILINE))


def test_every_contract_holds_and_can_be_broken(copy: Path) -> None:
    assert lint(copy) == dict.fromkeys(CRIMES, "KEPT")
    for path, crime in CRIMES.values():
        with (copy / path).open("a") as file:
            file.write(f"\n\n{crime}\n")
    assert lint(copy) == dict.fromkeys(CRIMES, "BROKEN")
