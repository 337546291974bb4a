"""What `carnet plugins new NAME` writes: a plug-in that works, with tests that pass, to begin one's own with."""

from __future__ import annotations

import importlib.util
import keyword
import re
from pathlib import Path
from string import Template

from webapp.errors import Refused

FILES = Path(__file__).parent / "files"
PLACES = {
    "README.md": "README.md",
    "pyproject.toml": "pyproject.toml",
    "__init__.py": "{name}/__init__.py",
    "models.py": "{name}/models.py",
    "services.py": "{name}/services.py",
    "views.py": "{name}/views.py",
    "r0001.py": "{name}/migrations/r0001_{name}.py",
    "tab.html": "{name}/templates/{name}/tab.html",
    "conftest.py": "tests/conftest.py",
    "test_plugin.py": "tests/test_{name}.py",
}
"""Each file, and where it goes."""
NAME = re.compile(r"[a-z][a-z0-9_]{1,39}")


def write(name: str, folder: Path) -> list[Path]:
    """Write a plug-in called `name` into a new folder of this name inside `folder`; returns its files.

    Raises `Refused` for a name that no package can have, that another one has, or whose folder is there already.
    """
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise Refused(f"{name} can't be a plug-in's name: take 2 to 40 small letters, digits and “_”, a letter first.")
    if importlib.util.find_spec(name) is not None or importlib.util.find_spec(f"plugins.{name}") is not None:
        raise Refused(f"There is a package {name} already: choose another name.")
    place = folder / name
    if place.exists():
        raise Refused(f"{place} is there already: choose another name, or another folder by --folder.")
    words = {
        "name": name,
        "dashed": name.replace("_", "-"),
        "camel": "".join(part.capitalize() for part in name.split("_")) + "Entry",
        "label": name.replace("_", " ").capitalize(),
    }
    written = []
    for source, target in PLACES.items():
        path = place / target.format(name=name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(Template((FILES / f"{source}.txt").read_text(encoding="utf-8")).substitute(words), "utf-8")
        written.append(path)
    return written
