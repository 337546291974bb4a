"""Walks the pages of an import as a browser without script does."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any

from webapp import jobs

COUNT = re.compile(r'data-count="(\w+)".*?c-stat__v">([\d.,\u202f\u00a0]+)<', re.S)
FIELD = re.compile(r'<select[^>]* name="(column\.\d+)".*?</select>', re.S)


def chosen_columns(page: str) -> dict[str, str]:
    """What the form of the columns on a page says."""
    found = {}
    for one in FIELD.finditer(page):
        chosen = re.search(r'<option value="([^"]*)" selected', one[0])
        found[one[1]] = chosen[1] if chosen else ""
    return found


@dataclass
class Sender:
    """Somebody signed in who imports files."""

    client: Any

    def send(self, content: str | bytes, name: str = "list.csv") -> Any:
        """The answer to a file."""
        raw = content if isinstance(content, bytes) else content.encode()
        return self.client.submit("/import", {"file": (io.BytesIO(raw), name)}, content_type="multipart/form-data")

    def columns(self, url: str) -> dict[str, str]:
        """What the form of the columns says as it stands."""
        return chosen_columns(self.page(url))

    def rehearse(self, content: str | bytes, name: str = "list.csv", **more: Any) -> str:
        """Send a file and rehearse it as its columns are found; the address of the import."""
        answer = self.send(content, name)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        columns = answer.headers["Location"]
        answer = self.client.submit(columns, {**self.columns(columns), **more})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        jobs.work()
        return str(answer.headers["Location"])

    def counts(self, url: str) -> dict[str, int]:
        """How many rows the page tells of each kind."""
        page = self.client.get(url)
        assert page.status_code == 200
        return {key: int(re.sub(r"\D", "", count)) for key, count in COUNT.findall(page.get_data(as_text=True))}

    def do(self, url: str, what: str, **fields: Any) -> Any:
        """Press a button of the import's page, and let the worker work."""
        answer = self.client.submit(f"{url}/{what}", fields)
        jobs.work()
        return answer

    def page(self, url: str) -> str:
        """A page as text."""
        return str(self.client.get(url).get_data(as_text=True))
