"""The example of docs/api.md runs, against a real server, and is as short as it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from serving import CARNET, served

TEXT = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_I4_the_example_of_the_documentation_runs(database, tmp_path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert len(script.splitlines()) <= 40
    assert set(re.findall(r"^(?:import|from) (\w+)", script, re.MULTILINE)) <= sys.stdlib_module_names
    path = tmp_path / "example.py"
    path.write_text(script, encoding="utf-8")
    with served(database, users=(("script@carnet.example", "editor"),)) as server:
        words = [*CARNET, "token", "add", "script@carnet.example", "--scope", "write"]
        added = subprocess.run(words, env=server.environment, text=True, capture_output=True, timeout=60)
        assert added.returncode == 0, added.stderr
        secret = added.stdout.strip()
        assert re.fullmatch(r"carnet_[\w-]{43}", secret)
        done = subprocess.run(
            [sys.executable, str(path), server.url, secret], text=True, capture_output=True, timeout=60
        )
    assert done.returncode == 0, done.stderr
    assert "found ['Menuiserie Roux']" in done.stdout
    assert "is now ['customer'] was ['prospect']" in done.stdout
    assert "linked Anna Roux as Manager" in done.stdout
    actions = re.findall(r" api (\w+)$", done.stdout, re.MULTILINE)
    assert actions == ["linked", "converted", "activated", "created"]
