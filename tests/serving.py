"""A real `carnet run` in a process of its own, on a database of its own."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from webapp.testing import PASSWORD, new_database

CARNET = [sys.executable, "-m", "webapp"]
CODE = re.compile(r"one-time code: (\S+)")
START_S = 120


@dataclass(frozen=True, kw_only=True)
class Served:
    """A served Carnet: its address, what `carnet run` printed at its start, and how to give it more commands."""

    url: str
    printed: str
    environment: dict[str, str]

    @property
    def code(self) -> str:
        """The one-time code of the first run, as the server printed it."""
        found = CODE.search(self.printed)
        assert found, f"no one-time code in: {self.printed}"
        return found[1]


def command(environment: dict[str, str], *words: str, stdin: str = "") -> None:
    """Run a `carnet` command to its end."""
    done = subprocess.run([*CARNET, *words], env=environment, input=stdin, text=True, capture_output=True, timeout=240)
    assert done.returncode == 0, done.stderr


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def served(
    database: str, *, contacts: int = 0, users: tuple[tuple[str, str], ...] = (), **variables: str
) -> Iterator[Served]:
    """Serve Carnet on a new database, with made-up contacts and users (e-mail, role) if wanted.

    `variables` are more of the environment, such as `CARNET_MAIL_URL`.
    """
    folder = Path(tempfile.mkdtemp(prefix="carnet-browser-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(new_database(database, folder))
        environment = {key: value for key, value in os.environ.items() if not key.startswith("CARNET_")}
        environment |= {
            "CARNET_DATABASE_URL": url,
            "CARNET_DATA_DIR": str(folder),
            "CARNET_SECRET_KEY": secrets.token_hex(16),
            **variables,
        }
        command(environment, "schema", "upgrade")
        for email, role in users:
            words = ("user", "add", email, "--role", role, "--name", email.partition("@")[0].capitalize())
            command(environment, *words, "--password-stdin", stdin=f"{PASSWORD}\n")
        if contacts:
            command(environment, "demo", str(contacts))
        yield stack.enter_context(_running(environment, folder))


@contextlib.contextmanager
def beside(one: Served) -> Iterator[Served]:
    """Another server of the same Carnet, as on a second machine; it runs no jobs."""
    with (
        tempfile.TemporaryDirectory(prefix="carnet-beside-") as folder,
        _running(one.environment, Path(folder), "--no-worker") as other,
    ):
        yield other


@contextlib.contextmanager
def _running(environment: dict[str, str], folder: Path, *options: str) -> Iterator[Served]:
    port = free_port()
    log = folder / "run.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [*CARNET, "run", "--port", str(port), *options],
            env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        _await(url, process, log)
        yield Served(url=url, printed=log.read_text(), environment=environment)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), urlopen(f"{url}/healthz", timeout=2):
            return
        time.sleep(0.05)
    raise AssertionError(f"carnet run did not answer in {START_S} s: {log.read_text()}")
