"""What a portal is to the tests: its server, which knows the secret, and a browser with a frame open in its page."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from plugins.embed.models import Portal

ORIGIN, OTHER = "https://portal.example", "https://wiki.example"
VIEWS = ("card", "file", "contacts", "search", "new", "edit", "customers", "doubles")
BASE = "https://crm.example"


@dataclass
class Server:
    """A portal's server: it knows the secret."""

    client: Any
    portal: Portal
    secret: str

    def call(self, name: str, secret: str = "", **body: Any) -> Any:
        shown = b64encode(f"{self.portal.key}:{secret or self.secret}".encode()).decode()
        return self.client.post(f"/api/v1/embed/{name}", json=body, headers={"Authorization": f"Basic {shown}"})

    def launch(self, view: str = "card", **body: Any) -> str:
        """A one-time code."""
        answer = self.call("launch", view=view, **body)
        assert answer.status_code == 201, answer.json
        return str(answer.json["code"])


@dataclass
class Reader:
    """A browser in which a frame of a portal's page is open."""

    browser: Any
    address: str = ""

    def start(self, code: str, **options: Any) -> Any:
        answer = self.browser.get("/embed/start", query_string={"code": code}, **options)
        self.address = answer.headers.get("Location", "")
        return answer

    def get(self, address: str = "", **options: Any) -> Any:
        return self.browser.get(address or self.address, **options)

    @property
    def at(self) -> str:
        """What stands before a page's own address."""
        return "/".join(self.address.split("/")[:3])
