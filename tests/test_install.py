"""Carnet stays light: what `pip install .` brings, and what the program loads before it is asked anything."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
MOST_DISTRIBUTIONS, MOST_MB = 60, 130
"""Nearly all of it is compiled code and data of others: Babel's locales 33 MB (3 more since 2.19), Granian 22,
SQLAlchemy 18, cryptography 15, RapidFuzz 12. With the rest 125; the 5 left are for their growth, not for another.
"""
LOADED_LATE = ("granian", "psycopg", "requests", "playwright", "webapp.demo", "webapp.translating", "webapp.testing")


def closure(name: str) -> dict[str, Distribution]:
    """A distribution without its extras, and all that it needs here."""
    found: dict[str, Distribution] = {}
    wanted = [name]
    while wanted:
        key = wanted.pop().lower().replace("_", "-")
        if key in found:
            continue
        found[key] = one = distribution(key)
        for text in one.requires or []:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                wanted.append(requirement.name)
    return found


def test_the_default_install_is_light() -> None:
    there = closure("carnet")
    assert len(there) <= MOST_DISTRIBUTIONS
    sizes = {
        name: sum(path.stat().st_size for file in one.files or [] if (path := Path(str(file.locate()))).is_file())
        for name, one in there.items()
    }
    compiled = sum(
        Path(str(file.locate())).stat().st_size
        for one in there.values()
        for file in one.files or []
        if file.suffix == ".pyc" and Path(str(file.locate())).is_file()
    )
    assert (sum(sizes.values()) - compiled) / 1e6 <= MOST_MB, sorted(sizes.items(), key=lambda one: -one[1])[:5]


def test_what_is_not_needed_at_once_is_loaded_late() -> None:
    code = "import sys, webapp; webapp.create_app(); print(*sys.modules)"
    settings = {"CARNET_SECRET_KEY": "sixteen letters!", "CARNET_DATABASE_URL": "sqlite://", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=True)
    assert not set(LOADED_LATE) & set(done.stdout.split())
