"""Eight clients at once, each with a connection of its own that it keeps: how many requests a server answers."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from itertools import cycle

CLIENTS = 8
READ = 1 << 18
STUCK = 30.0


class _Client:
    """One connection: it asks, reads the whole answer, and asks again."""

    def __init__(self, port: int, asked: bytes) -> None:
        self.asked = asked
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = bytearray()

    def ask(self) -> None:
        self.answer.clear()
        self.socket.sendall(self.asked)

    def is_answered(self) -> bool:
        """Take what has come; raises RuntimeError for another answer than 200, or none."""
        came = self.socket.recv(READ)
        if not came:
            raise RuntimeError("The server closed a connection.")
        self.answer += came
        head, ended, body = self.answer.partition(b"\r\n\r\n")
        if not ended:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"The server answered {head[:40].decode()!r}.")
        lower = head.lower()
        if b"\r\ncontent-length:" in lower:
            return len(body) >= int(lower.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
        return bytes(body).endswith(b"0\r\n\r\n")


def requests(
    port: int, paths: Sequence[str], headers: Mapping[str, str], *, seconds: float = 0, number: int = 0
) -> tuple[int, float]:
    """Ask for the paths by turns until so many seconds are over, or so many requests done: requests, and seconds."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    asked = cycle(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n".encode() for path in paths)
    done = 0
    with selectors.DefaultSelector() as ready:
        clients = [_Client(port, next(asked)) for _client in range(CLIENTS)]
        began = time.perf_counter()
        for client in clients:
            ready.register(client.socket, selectors.EVENT_READ, client)
            client.ask()
        while (number and done < number) or (seconds and time.perf_counter() - began < seconds):
            found = ready.select(STUCK)
            if not found:
                raise RuntimeError(f"No answer within {STUCK:.0f} s.")
            for key, _events in found:
                if key.data.is_answered():
                    done += 1
                    key.data.asked = next(asked)
                    key.data.ask()
        took = time.perf_counter() - began
        for client in clients:
            client.socket.close()
    return done, took
