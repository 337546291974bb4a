"""Mass actions as a browser without JavaScript has them: each page's form is sent on as it stands."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any

from webapp.db import db
from webapp.jobs.models import Job
from webapp.testing import Client

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')
FORM = re.compile(r'<form[^>]*action="(/mass-actions[^"]*)" method="post"[^>]*>(.*?)</form>', re.S)


@dataclass
class Steps:
    """Walks from the list's form to the job."""

    client: Client

    def ask(self, action: str, ids: Any = (), **more: Any) -> Any:
        """Send the list's form."""
        sent = {"action": action, "ids": [str(one) for one in ids], "back": "/contacts?q=x", **more}
        return self.client.submit("/mass-actions", sent)

    def form(self, answer: Any, **typed: Any) -> tuple[str, dict[str, Any]]:
        """Where an answer's form is sent, and what with."""
        found = FORM.search(answer.text)
        assert found, answer.text
        sent: dict[str, Any] = {}
        for name, value in HIDDEN.findall(found[2]):
            sent.setdefault(html.unescape(name), []).append(html.unescape(value))
        sent.pop("csrf_token")
        return found[1], {**sent, **{f"v.{name}": value for name, value in typed.items()}}

    def go_on(self, answer: Any, **typed: Any) -> Any:
        """Send an answer's form on."""
        address, sent = self.form(answer, **typed)
        return self.client.submit(address, sent)

    def run(self, action: str, ids: Any = (), typed: Any = (), **more: Any) -> Job:
        """All the way; `typed` are the answers, a mapping for each page that asks."""
        answer = self.ask(action, ids, **more)
        for one in typed:
            answer = self.go_on(answer, **one)
        assert answer.status_code == 200, answer.text
        return self.job(self.go_on(answer))

    def job(self, answer: Any) -> Job:
        """The job that an answer leads to."""
        assert answer.status_code == 303, answer.text
        found = re.fullmatch(r"/jobs/(\d+)(/file)?", answer.location)
        assert found, answer.location
        db.session.expire_all()
        return db.session.get_one(Job, int(found[1]))

    def undo(self, job: Job) -> Job:
        """Take a job back."""
        return self.job(self.client.submit(f"/jobs/{job.id}/undo"))
