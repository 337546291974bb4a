"""One of two processes in which many threads accept the same proposals at once, by all three ways."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from plugins.merge import services as merging
from plugins.proposals import deciding
from plugins.proposals.deciding import Answer
from webapp import testing
from webapp.acting import acting, acting_as_system
from webapp.api import Plugin, ProposalAccepted, Subscriber, record
from webapp.db import db, transaction
from webapp.errors import Refused
from webapp.functions.services import save_fields


def hear(event: ProposalAccepted) -> None:
    """Note each event that is published."""
    record(event.contact_id, "heard", source=event.source)


def plugins() -> testing.PluginSet:
    """All shipped plug-ins, and one that listens."""
    found = testing.shipped()
    hearer = Plugin(
        name="hearer", label="Hearer", version="1", subscribers=(Subscriber(event=ProposalAccepted, hear=hear),)
    )
    return testing.PluginSet(found=replace(found, plugins=(*found.plugins, hearer)))


def by_user(app: Any, offer: Mapping[str, Any]) -> str:
    """A user clicks."""
    with app.app_context(), acting(acting_as_system("form")):
        with transaction():
            changed = deciding.accept(offer["id"]).changed
        db.session.remove()
    return "accepted" if changed else "already"


def by_link(app: Any, offer: Mapping[str, Any]) -> str:
    """The recipient answers on the public page."""
    with app.app_context():
        with transaction():
            changed = deciding.accept_by_token(offer["token"], Answer(name="Ada"), agreed=True).changed
        db.session.remove()
    return "accepted" if changed else "already"


def by_api(app: Any, offer: Mapping[str, Any]) -> str:
    """A program calls."""
    answer = app.test_client().post(
        f"/api/v1/proposals/{offer['id']}/accept", json={}, headers={"Authorization": f"Bearer {offer['secret']}"}
    )
    if answer.status_code == 409:
        return "refused"
    return "accepted" if answer.json["changed"] else "already"


def by_merging(app: Any, offer: Mapping[str, Any]) -> str:
    """Somebody merges the contact into another."""
    with app.app_context(), acting(acting_as_system("form")):
        with transaction():
            merging.merge([offer["main"], offer["contact"]], offer["main"])
        db.session.remove()
    return "merged"


def by_disqualifying(app: Any, offer: Mapping[str, Any]) -> str:
    """Somebody disqualifies the prospect."""
    with app.app_context(), acting(acting_as_system("form")):
        with transaction():
            save_fields(offer["contact"], "prospect", {"status": "disqualified"})
        db.session.remove()
    return "disqualified"


WAYS: dict[str, Callable[[Any, Mapping[str, Any]], str]] = {
    "user": by_user, "link": by_link, "api": by_api, "merge": by_merging, "disqualify": by_disqualifying,
}  # fmt: skip


def run(
    url: str, folder: Path, rounds: Sequence[tuple[Mapping[str, Any], Sequence[str]]], start: Barrier,
    results: Queue[Any],
) -> None:  # fmt: skip
    """In each round all threads begin together, with those of the other process; reports what each was answered."""
    app = testing.create(url, plugins(), folder)
    found = []
    for offer, ways in rounds:
        ready = threading.Barrier(len(ways) + 1)

        def accept(way: str, offer: Mapping[str, Any] = offer, ready: threading.Barrier = ready) -> None:
            ready.wait(60)
            try:
                outcome = WAYS[way](app, offer)
            except Refused as error:
                outcome = f"refused: {error.message}"
            except Exception as error:
                outcome = repr(error)
            found.append((offer["name"], way, outcome))

        threads = [threading.Thread(target=accept, args=(way,)) for way in ways]
        for thread in threads:
            thread.start()
        start.wait(60)
        ready.wait(60)
        for thread in threads:
            thread.join(60)
    with app.app_context():
        db.engine.dispose()
    results.put(found)
