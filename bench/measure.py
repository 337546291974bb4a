"""Servers in processes of their own, a browser's kept connection to each, and the times of its requests."""

from __future__ import annotations

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from bench.bases import EMAIL, PASSWORD, ROOT

PATIENCE = 30.0
FRAGMENT = {"HX-Request": "true", "HX-Target": "div#list", "HX-Current-URL": "/contacts"}
"""What htmx says when it swaps the list."""


@dataclass
class Served:
    """A server at work, spoken to over one connection; `started_in` is the time to its first answer, in seconds."""

    process: subprocess.Popen[bytes]
    port: int
    started_in: float = 0.0
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def headers(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """A browser's headers, with the cookies so far."""
        cookies = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        return {"Cookie": cookies, **(more or {})}

    def ask(
        self, path: str, form: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
    ) -> tuple[int, str]:
        """One request; the status and the page."""
        headers = self.headers(more)
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{self.port}"}
        method = "GET" if form is None else "POST"
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:
            # Nothing was asked for a while, and the server has closed the connection.
            self.connection.close()
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
        page = answer.read().decode()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, page

    def time(self, path: str, more: Mapping[str, str] | None = None) -> float:
        """How long the answer took to be read whole, in milliseconds; raises RuntimeError for another than 200."""
        began = time.perf_counter()
        status, _page = self.ask(path, more=more)
        took = (time.perf_counter() - began) * 1000
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return took

    def sign_in(self) -> None:
        """As a browser does: read the form, send it back."""
        _status, page = self.ask("/login")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        if token is None:
            raise RuntimeError("The sign-in page has no form.")
        status, _page = self.ask("/login", {"csrf_token": token[1], "email": EMAIL, "password": PASSWORD})
        if status not in (302, 303):
            raise RuntimeError(f"Signing in answered {status}.")

    def memory(self) -> float:
        """Resident memory of the largest worker process, in MB (Linux; 0 elsewhere)."""
        sizes = [re.search(r"VmRSS:\s+(\d+)", _read(f"/proc/{one}/status")) for one in self._workers()]
        return max((int(size[1]) / 1000 for size in sizes if size), default=0.0)

    def worked(self) -> float:
        """Seconds that its processes have computed so far: what a busy machine does not change (Linux; 0 elsewhere)."""
        # Behind the name in brackets: user time and system time are the 14th and 15th of all.
        parts = [_read(f"/proc/{one}/stat").rpartition(")")[2].split() for one in self._workers()]
        return sum(int(one[11]) + int(one[12]) for one in parts if one) / os.sysconf("SC_CLK_TCK")

    def _workers(self) -> list[int]:
        pid = self.process.pid
        return [int(one) for one in _read(f"/proc/{pid}/task/{pid}/children").split()]

    def stop(self) -> None:
        """End the server and its worker."""
        self.connection.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def serve(command: list[str], environment: Mapping[str, str], path: str) -> Served:
    """Start `python …` with `{port}` filled in, and wait for its first answer at `path`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *(part.replace("{port}", str(port)) for part in command)],
        env=dict(environment),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    while time.perf_counter() - began < PATIENCE:
        if process.poll() is not None:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}.")
        try:
            served = Served(process, port)
            served.ask(path)
        except (ConnectionError, http.client.HTTPException):
            time.sleep(0.02)
            continue
        served.started_in = time.perf_counter() - began
        return served
    process.kill()
    raise RuntimeError(f"{' '.join(command)} did not answer within {PATIENCE:.0f} s.")


@dataclass(frozen=True)
class Times:
    """Median and 95th percentile, in milliseconds."""

    p50: float
    p95: float

    @classmethod
    def of(cls, taken: list[float]) -> Times:
        """Of all single times."""
        return cls(round(statistics.median(taken), 2), round(statistics.quantiles(taken, n=20)[-1], 2))


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""
