"""Sites on origins of their own, by TLS with a certificate made for them: a portal, a stranger, Carnet's gate."""

from __future__ import annotations

import datetime as dt
import http.client
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOP = {"connection", "transfer-encoding", "keep-alive", "date", "server", "content-length"}
"""Headers that are each connection's own."""


def certificate(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS for all names below `.test`; nobody vouches for it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "carnet.test")])
    begun = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begun)
        .not_valid_after(begun + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("*.test")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "test.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


class Site(ThreadingHTTPServer):
    """A site at https://<name>.test: `pages` are its texts by path, `policy` its Content-Security-Policy."""

    daemon_threads = True

    def __init__(self, name: str, tls: ssl.SSLContext, handler: type[BaseHTTPRequestHandler] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler or _Page)
        self.socket = tls.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
        self.origin = f"https://{name}.test:{self.server_address[1]}"
        self.pages: dict[str, str] = {}
        self.policy = ""

    def handle_error(self, request: object, client_address: object) -> None:
        """Browsers end connections as they like."""


class _Page(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        text = self.server.pages.get(urlsplit(self.path).path)
        body = (text or "").encode()
        self.send_response(200 if text is not None else 404)
        if self.server.policy:
            self.send_header("Content-Security-Policy", self.server.policy)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


class Gate(Site):
    """What stands before Carnet, as a proxy does: `target` is where it listens, `changes` its answers' headers.

    Each answer also sets the cookie `plain`, which is none of one portal alone; `plain` tells whether it ever came back
    from a frame.
    """

    def __init__(self, name: str, tls: ssl.SSLContext) -> None:
        super().__init__(name, tls, _Passing)
        self.target = ""
        self.changes: Callable[[list[tuple[str, str]]], list[tuple[str, str]]] = list
        self.plain = False


class _Passing(BaseHTTPRequestHandler):
    server: Gate
    protocol_version = "HTTP/1.0"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_framed = self.headers.get("Sec-Fetch-Dest") == "iframe"
        self.server.plain |= is_framed and "plain=1" in self.headers.get("Cookie", "")
        kept = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
        with closing(http.client.HTTPConnection(urlsplit(self.server.target).netloc, timeout=30)) as connection:
            connection.request(self.command, self.path, body or None, kept)
            answer = connection.getresponse()
            content = answer.read()
        self.send_response(answer.status)
        for name, value in self.server.changes(answer.getheaders()):
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Set-Cookie", "plain=1; Secure; SameSite=None; Path=/")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_HEAD = do_OPTIONS = _pass  # noqa: N815 - as the library calls them

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


@contextmanager
def open_to_all(*sites: Site) -> Iterator[None]:
    """Let them answer, until the end of the block."""
    threads = [threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True) for one in sites]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for one, thread in zip(sites, threads, strict=True):
            one.shutdown()
            thread.join()
            one.server_close()
