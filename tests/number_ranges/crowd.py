"""One of several processes that take numbers at once, in all the ways in which one can be taken."""

from __future__ import annotations

import io
import random
from collections import Counter
from collections.abc import Callable
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from plugins.transfer.chunk import Options
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import function_words, import_rows
from webapp import testing
from webapp.acting import acting, acting_as_system
from webapp.contacts import purging
from webapp.contacts import services as contacts
from webapp.db import db, transaction
from webapp.erasing import services as erasing
from webapp.errors import CarnetError
from webapp.functions.bulk import activate_many
from webapp.functions.services import activate
from webapp.ports import Numbering
from webapp.registry import registry

FUNCTIONS = ("prospect", "customer", "supplier")


class TakenBackError(CarnetError):
    """A unit of work is given up after it has taken a number."""

    status = 0


class Taker:
    """Takes numbers by the API and by services; `seen` counts what became of it."""

    def __init__(self, app: Any, secret: str, seed: int) -> None:
        self.app, self.random, self.seed, self.seen = app, random.Random(seed), seed, Counter()
        self.client, self.secret = app.test_client(), secret
        self.made: list[int] = []
        self.merges: list[int] = []
        self.activated = 0

    def one(self) -> None:
        """One way of taking a number, or of giving one up."""
        ways: list[tuple[int, Callable[[], None]]] = [
            (15, self.create), (55, self.make), (8, self.rehearse), (5, self.roll_back), (6, self.type_one),
            (4, self.bin_and_back), (4, self.many), (2, self.bring_in), (1, self.convert), (4, self.merge),
            (2, self.purge),
            # It looks through all that was noted: where all did it, they would wait for little else.
            (1 if self.seed < 2 else 0, self.anonymise),
        ]  # fmt: skip
        way = self.random.choices([way for _weight, way in ways], [weight for weight, _way in ways])[0]
        try:
            way()
        except CarnetError as error:
            self.seen[error.status] += 1
        finally:
            with self.app.app_context():
                db.session.remove()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.client.open(
            f"/api/v1{path}", method=method, json=body, headers={"Authorization": f"Bearer {self.secret}"}
        )
        self.seen[answer.status_code] += 1
        return answer

    def create(self, **more: Any) -> None:
        function = self.random.choice(FUNCTIONS)
        answer = self.call("POST", "/contacts", self._company(functions=[function]))
        if answer.status_code == 201:
            self.made.append(answer.json["id"])
            self.activated += 1

    def make(self) -> None:
        with self.app.app_context(), acting(acting_as_system("form")), transaction():
            contact = contacts.create(self._company())
            activate(contact.id, self.random.choice(FUNCTIONS))
            db.session.flush()
            self.made.append(contact.id)
        self.activated += 1

    def rehearse(self) -> None:
        self.call("POST", "/contacts?dry_run=true", self._company(functions=["customer"]))

    def roll_back(self) -> None:
        with self.app.app_context(), acting(acting_as_system("form")), transaction():
            contact = contacts.create(self._company())
            activate_many([contact.id], "customer")
            db.session.flush()
            raise TakenBackError("taken back")

    def type_one(self) -> None:
        """A number a little beyond, or one that somebody has."""
        with self.app.app_context(), acting(acting_as_system("form")):
            coming = int(registry().service(Numbering).preview("customer") or 0)
        number = str(coming + self.random.randint(-20, 5))
        answer = self.call("POST", "/contacts", self._company())
        path = f"/contacts/{answer.json['id']}/functions/customer"
        self.activated += self.call("PUT", path, {"number": number}).status_code < 300

    def bin_and_back(self) -> None:
        if self.made:
            one = self.random.choice(self.made)
            if self.call("DELETE", f"/contacts/{one}").status_code < 300:
                with self.app.app_context(), acting(acting_as_system("form")), transaction():
                    contacts.restore(one)

    def many(self) -> None:
        with self.app.app_context(), acting(acting_as_system("mass_action", "job:1")):
            with transaction():
                ids = [contacts.create(self._company()).id for _one in range(6)]
            with transaction():
                activate_many(ids, self.random.choice(FUNCTIONS))
        self.activated += len(ids)

    def bring_in(self) -> None:
        """A file with numbers of one's own, in any order."""
        with self.app.app_context(), acting(acting_as_system("import", "list.csv")):
            first = int(registry().service(Numbering).preview("customer") or 0) + self.random.randint(0, 8)
            numbers = [*range(first, first + 10)]
            self.random.shuffle(numbers)
            lines = [f"Bringer {self.seed}-{one},{one},customer" for one in numbers]
            text = "\n".join(["Company,Number,Functions", *lines])
            reading = open_reading(io.BytesIO(text.encode()), functions=function_words())
            self.activated += import_rows(reading, Options()).created

    def convert(self) -> None:
        if self.made:
            self.call("POST", f"/contacts/{self.random.choice(self.made)}/convert")

    def purge(self) -> None:
        """Delete a contact for good, as if its 30 days were over."""
        if self.made:
            one = self.made.pop(self.random.randrange(len(self.made)))
            with self.app.app_context(), acting(acting_as_system("job")), transaction():
                contacts.to_bin(one)
                purging.purge([one])

    def anonymise(self) -> None:
        """Take away all that is personal: the number stays, and nobody else's."""
        if self.made:
            with self.app.app_context(), acting(acting_as_system("form")), transaction():
                erasing.anonymise(self.made.pop(self.random.randrange(len(self.made))))

    def merge(self) -> None:
        """Make two contacts one, with one number; every other time they part again, each with its own."""
        if len(self.made) < 2:
            return
        made = self.call("POST", "/merges", {"others": self.random.sample(self.made, 2)})
        if made.status_code == 201:
            self.merges.append(made.json["id"])
        if self.merges and self.random.random() < 0.5:
            one = self.merges.pop(self.random.randrange(len(self.merges)))
            self.call("POST", f"/merges/{one}/undo", {})

    def _company(self, **more: Any) -> dict[str, Any]:
        return {"kind": "company", "company_name": f"Taker {self.seed} {self.random.random()}", **more}


def run(url: str, folder: Path, secret: str, seed: int, many: int, start: Barrier, results: Queue[Any]) -> None:
    """Take numbers until `many` functions have been activated; report what was answered."""
    seen: Counter[Any] = Counter()
    try:
        app = testing.create(url, testing.PluginSet(found=testing.shipped()), folder)
        taker = Taker(app, secret, seed)
        seen = taker.seen
        # On a busy machine the last of them begins late.
        start.wait(300)
        while taker.activated < many:
            taker.one()
        with app.app_context():
            db.engine.dispose()
    except Exception as error:
        seen[repr(error)] += 1
    finally:
        # Whoever waits for it hears of its end, whatever that was.
        results.put(dict(seen))
