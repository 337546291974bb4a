"""Contacts of whom every shipped plug-in has noted something."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.custom_fields import services as custom_fields
from plugins.documents import services as documents
from plugins.duplicates import jobs as scanning
from plugins.duplicates import services as duplicates
from plugins.duplicates.models import DoubleModel
from plugins.embed.models import Frame, Portal
from plugins.merge import services as merging
from plugins.merge import undoing
from plugins.notes import services as notes
from plugins.privacy import services as privacy
from plugins.proposals import contents, deciding, sending
from plugins.proposals import services as proposals
from plugins.transfer.models import Import, StagedRow
from webapp.accounts import tokens
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.contacts import services
from webapp.contacts.links import today
from webapp.db import db
from webapp.functions.services import activate, convert, save_fields
from webapp.jobs import run_here
from webapp.registry import registry
from webapp.testing import Client

MARK = "Zwetschkenbaum"
"""Stands in every text that is noted of the contact: wherever it is found, something of it was left."""
FIRST = "Annerose"
"""A name that few have: it is learnt as a rare one."""


@dataclass(frozen=True, kw_only=True)
class Noted:
    """Ids of a contact of whom all is noted, of one of whom all is noted but what holds it back from deletion, and of
    the main contact of a merge; the secret of an administrator's API token."""

    contact: int
    free: int
    main: int
    secret: str

    @property
    def headers(self) -> dict[str, str]:
        """Of a call of the API."""
        return {"Authorization": f"Bearer {self.secret}"}


def note_everything(client: Client, user: Any) -> Noted:
    """Make them, with what each plug-in notes; each is committed as a request of its own."""
    with acting(acting_as_system("form")):
        _token, secret = tokens.create(user, "test", "admin")
        custom_fields.add({"kind": "text", "label_en": "Nickname", "personal": "1"})
        custom_fields.add({"kind": "text", "label_en": "Taste", "personal": "1", "owner": "customer"})
        about = Noted(
            contact=services.create({"kind": "person", "last_name": MARK, "first_name": FIRST}).id,
            free=services.create({"kind": "person", "last_name": "Weichselgarten"}).id,
            main=services.create({"kind": "person", "last_name": "Quittenhain"}).id,
            secret=secret,
        )
        # The main contact of a merge has one function too: both are united.
        activate(about.main, "supplier", {"internal_note": "Quitten"})
        for name, note in NOTES.items():
            note(about.contact)
            if not registry().installed[name].delete_guards:
                note(about.free)
            db.session.commit()
        headers = {**about.headers, "Idempotency-Key": "once"}
        answer = client.post(f"/api/v1/contacts/{about.contact}/convert", headers=headers)
        assert answer.status_code == 200, answer.text
    return about


def _prospect(one: int) -> None:
    activate(one, "prospect", {"loss_text": f"{MARK} zu teuer"})


def _customer(one: int) -> None:
    convert(one, "customer")
    save_fields(one, "customer", {"internal_note": f"{MARK} mahnen"})


def _supplier(one: int) -> None:
    activate(one, "supplier", {"internal_note": f"{MARK} liefert"})


def _custom_fields(one: int) -> None:
    services.update(one, {"custom_nickname": f"{MARK}erl"})
    save_fields(one, "customer", {"custom_taste": f"{MARK} herb"})


def _documents(one: int) -> None:
    values = {"type": "other", "dated_on": today().isoformat(), "description": f"{MARK} gestutzt"}
    paper = io.BytesIO(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n% noted")
    documents.add(one, values, paper, f"{MARK}.pdf")


def _notes(one: int) -> None:
    notes.add(one, {"text": f"{MARK} gießen", "follow_up_on": today().isoformat()})


def _proposals(one: int) -> None:
    line = {"description": f"{MARK} schneiden", "quantity": "1", "unit_price": "90", "vat_rate": "20"}
    made = proposals.create(one, {"title": f"{MARK} im Herbst", "lines": [line]}).id
    for _time in range(2):
        sending.send(made, base="https://carnet.example")
        if not contents.versions(made):
            proposals.revise(made)
    for link in sending.links_of(proposals.get(made)):
        # As where there is a mail server.
        link.email = f"{MARK}@baum.example"
    deciding.decline(made, deciding.Answer(name=MARK, reason=f"{MARK} bleibt", statement="No."))


def _merge(one: int) -> None:
    """One that stays merged; another was parted from somebody else before it was merged."""
    twin, short = (
        services.create({"kind": "person", "last_name": word, "description": f"{MARK} war {word}"}).id
        for word in ("Zwilling", "Kurz")
    )
    merging.merge([one, twin], one)
    other = services.create({"kind": "person", "last_name": "Bleibt"}).id
    merge, _plan = merging.merge([other, short], other)
    undoing.undo(merge.id)
    merging.merge([one, short], one)


def _duplicates(one: int) -> None:
    other = services.create({"kind": "person", "last_name": "Anders", "first_name": FIRST}).id
    _scan, job = scanning.start(whole=True)
    run_here(job)
    # As learnt of a base of some size.
    model = db.session.get_one(DoubleModel, "person")
    model.contacts, model.learnt = 250, {**model.learnt, "common": {"first": {FIRST.lower(): 2 / 250}}}
    duplicates.keep_apart(one, other)


def _privacy(one: int) -> None:
    values = {"requester": MARK, "email": f"{MARK}@baum.example", "channel": "email", "note": f"{MARK} am Telefon"}
    privacy.receive(one, {**values, "received_on": today().isoformat()})


def _embed(one: int) -> None:
    """A frame of a portal that shows it."""
    portal = Portal(key=f"portal-{one}", name="Intranet", digest="")
    db.session.add(portal)
    db.session.flush()
    user_id = db.session.scalars(sa.select(User.id)).first()
    shown = {"values": {"id": one, "q": MARK}}
    db.session.add(Frame(digest="0" * 64, portal_id=portal.id, user_id=user_id, wanted=shown))


def _transfer(one: int) -> None:
    """A row of a file that it came from."""
    file = Import(file_name="contacts.csv")
    db.session.add(file)
    db.session.flush()
    db.session.add(StagedRow(import_id=file.id, number=1, line=1, cells=[MARK], contact_id=one))


NOTES: dict[str, Callable[[int], None]] = {
    "prospects": _prospect,
    "customers": _customer,
    "suppliers": _supplier,
    "custom_fields": _custom_fields,
    "documents": _documents,
    "notes": _notes,
    "proposals": _proposals,
    "merge": _merge,
    "duplicates": _duplicates,
    "privacy": _privacy,
    "embed": _embed,
    "transfer": _transfer,
}
"""By plug-in, what makes it note something of a contact in each of its tables that hang on contacts."""
