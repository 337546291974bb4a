"""`carnet import` and `carnet export` where a standard stream is closed, as cron and supervisors start them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def carnet(tmp_path: Path) -> Run:
    """Runs `carnet …` with streams redirected by a shell, on a base in a folder of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
    told = {
        "CARNET_DATABASE_URL": f"sqlite:///{tmp_path / 'carnet.db'}",
        "CARNET_SECRET_KEY": "sixteen letters!",
        "CARNET_DATA_DIR": str(tmp_path),
    }

    def run(redirected: str, *args: str) -> subprocess.CompletedProcess[str]:
        command = ["sh", "-c", f'exec "$@" {redirected}', "sh", sys.executable, "-m", "webapp", *args]
        return subprocess.run(command, cwd=ROOT, env=kept | told, capture_output=True, text=True, check=False)

    assert run("", "schema", "upgrade").returncode == 0
    return run


def test_H1_an_import_and_an_export_need_no_stderr(carnet: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Nachname;Ort\nWeber;Bonn\n;Ulm\n")
    done = carnet("2>&-", "import", str(tmp_path / "list.csv"))
    assert (done.returncode, done.stdout) == (0, "created=1 updated=0 unchanged=0 doubles=0 refused=1\n")
    done = carnet("2>&-", "export", str(tmp_path / "all.csv"))
    assert (done.returncode, done.stdout) == (0, "exported=1\n")
    assert "Weber" in (tmp_path / "all.csv").read_text()
    done = carnet("2>&-", "import", str(tmp_path / "none.csv"))
    assert (done.returncode, done.stdout) == (1, "")


def test_H1_an_import_needs_no_stream_at_all(carnet: Run, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("Nachname;Ort\nWeber;Bonn\n")
    assert carnet("<&- >&- 2>&-", "import", str(tmp_path / "list.csv")).returncode == 0
    assert carnet("", "import", str(tmp_path / "list.csv")).stdout.startswith("created=0 updated=0 unchanged=1")
