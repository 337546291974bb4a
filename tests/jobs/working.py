"""Real `carnet worker` processes, which find the sample plug-in as a package that was installed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from serving import free_port

from webapp import Carnet

TESTS = Path(__file__).parents[1]


@contextlib.contextmanager
def carnet(app: Carnet, folder: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A `carnet` command on the database of `app`, ended after this block whatever becomes of it."""
    installed = folder / "installed"
    facts = installed / "sample_plugin-1.0.0.dist-info"
    facts.mkdir(parents=True, exist_ok=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: sample_plugin\nVersion: 1.0.0\n")
    (facts / "entry_points.txt").write_text("[carnet.plugins]\nsample_plugin = sample_plugin\n")
    settings = app.config["CARNET"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
    environment |= {
        "CARNET_DATABASE_URL": settings.database_url,
        "CARNET_DATA_DIR": str(settings.data_dir),
        "CARNET_SECRET_KEY": settings.secret_key,
        "PYTHONPATH": os.pathsep.join((str(installed), str(TESTS))),
    }
    process = subprocess.Popen([sys.executable, "-m", "webapp", *words], env=environment)
    try:
        yield process
    finally:
        for child in children_of(process.pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.kill()
        process.wait()


def worker(app: Carnet, folder: Path, *words: str) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """A `carnet worker`."""
    return carnet(app, folder, "worker", *words)


def served(app: Carnet, folder: Path, *words: str) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    """A `carnet run`."""
    return carnet(app, folder, "run", "--port", str(free_port()), *words)


def children_of(pid: int) -> list[int]:
    """The processes that this one has started and that are alive."""
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True)
    return [int(one) for one in listed.stdout.split()]


def workers_of(pid: int) -> list[int]:
    """Those of them that run jobs."""
    return [one for one in children_of(pid) if "worker" in _words(one)]


def is_alive(pid: int) -> bool:
    """Whether the process is there."""
    return bool(_words(pid))


def _words(pid: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.split()


def until(fact: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until it is so."""
    end = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < end, f"not so after {seconds} s"
        time.sleep(0.02)
