"""A mail server of a few lines, that takes what it is sent."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from queue import Queue


class PostOffice(socketserver.ThreadingTCPServer):
    """Takes letters by SMTP, or refuses all with `refuses`."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, *, refuses: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Counter)
        self.refuses = refuses
        self.letters: Queue[tuple[str, EmailMessage]] = Queue()

    @property
    def url(self) -> str:
        """Its address, as `CARNET_MAIL_URL` has it."""
        return f"smtp://127.0.0.1:{self.server_address[1]}?from=crm@firm.example"

    def letter(self) -> tuple[str, EmailMessage]:
        """The recipient and the next letter; waits until it is there."""
        return self.letters.get(timeout=60)


class _Counter(socketserver.StreamRequestHandler):
    server: PostOffice

    def handle(self) -> None:
        to = ""
        self._say("220 here")
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            word = line[:4].upper()
            if word == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
                self._say("550 nobody" if self.server.refuses else "250 ok")
            elif word == "DATA":
                self._say("354 go on")
                lines = []
                while (text := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(text.removeprefix(b".") if text.startswith(b"..") else text)
                parsed = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                self.server.letters.put((to, parsed))  # type: ignore[arg-type]
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@contextmanager
def post_office(*, refuses: bool = False) -> Iterator[PostOffice]:
    """An open post office, for this block."""
    with PostOffice(refuses=refuses) as office:
        threading.Thread(target=office.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield office
        finally:
            office.shutdown()
