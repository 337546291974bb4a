"""A person of whom much is noted, now and formerly, in all the ways in which something can be noted."""

from __future__ import annotations

import base64
import io

import sqlalchemy as sa

from plugins.custom_fields import services as custom_fields
from plugins.duplicates import jobs as duplicates
from plugins.merge import services as merging
from plugins.merge import undoing
from plugins.proposals import sending
from plugins.proposals import services as proposals
from plugins.transfer.chunk import Options
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.services import function_words, import_rows
from webapp.acting import acting, acting_as_system
from webapp.contacts import links, pictures, services
from webapp.contacts.models import Contact
from webapp.db import db, transaction
from webapp.functions.services import activate, save_fields
from webapp.jobs import run_here
from webapp.jobs.models import Job, JobItem
from webapp.lists.models import SavedView
from webapp.lists.selection import Selection
from webapp.ports import MassActions
from webapp.registry import registry
from webapp.sentforms import SentForm

VALUES = (
    "Wiesinger-Adelhof", "Annegretchen", "Zwetschkenbaum", "Pfannhauser",
    "annegret@wiesinger.example", "a.pfannhauser@frueher.example", "A.Wiesinger@Privat.example",
    "+33 6 47 91 58 23", "+33647915823", "33647915823", "0043 664 4417385",
    "AT61 1904 3002 3457 3201", "AT611904300234573201", "Kontoinhaberin Wiesinger", "BKAUATWW",
    "Lindengasse 47b", "Hinterhaus Stiege 9", "Traiskirchen-Moellersdorf", "Badener Umland", "wiesinger-site.example",
    "ATU99999991", "12-345/6789", "1961-07-23", "Mag das Telefon nicht", "Hat im Mai gekündigt",
    "annegret.w.social", "EXT-wiesi-4711", "Stammtischrunde Adelhof", "Liebt Marillenknödel",
    "Rechte Hand der Chefin", "Abteilung Rosenzucht", "War zu teuer für sie", "Zahlt nach Mahnung von Rosi",
    "Kundennr bei ihr 88-WIE", "Anruf am Geburtstag", "Doppelgaengerin Adelhof", "zweitmail@doppel.example",
    "Kurz zusammengelegt Hof", "geteilt@kurz.example", "Rufname Wiesi-Maus", "Rosenhecke fuer Zwetschke",
    "Heckenschnitt am Lindenhof", "Gruesse aus der Gaertnerei",
)  # fmt: skip
"""What was noted: none of it may be found afterwards, in whatever case."""
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def seed(admin: int) -> tuple[int, int]:
    """The person's id, and that of a party it is linked to; each step is committed as a request of its own."""
    with acting(acting_as_system("import", "Wiesinger-Adelhof.csv")):
        line = "Annegretchen,Pfannhauser,a.pfannhauser@frueher.example,0043 664 4417385,EXT-wiesi-4711,customer"
        text = f"First name,Last name,E-mail,Phone,External id,Functions\n{line}\n"
        import_rows(open_reading(io.BytesIO(text.encode()), functions=function_words()), Options())
    with acting(acting_as_system("form")):
        with transaction():
            one = db.session.scalars(sa.select(Contact).where(Contact.last_name == "Pfannhauser")).one().id
            party = services.create({"kind": "company", "company_name": "Gärtnerei Blum"}).id
            activate(party, "customer")
            activate(one, "supplier")
        with transaction():
            _note(one)
            pictures.put(one, PICTURE)
            links.create(party, one, {"role": "Rechte Hand der Chefin", "department": "Abteilung Rosenzucht"})
        with transaction():
            _extend(one)
        _merge(one)
        _jobs(one)
        with transaction():
            for name, arguments in (("Meine Wiesinger-Adelhof", {}), ("Such", {"q": "ANNEGRET@wiesinger.example"})):
                db.session.add(SavedView(list="all", owner_id=admin, name=name, arguments=arguments))
            db.session.add(SentForm(digest="0" * 64, address="/contacts?q=wiesinger-adelhof"))
        with transaction():
            _scan, job = duplicates.start(whole=True)
            run_here(job)
    return one, party


def _note(one: int) -> None:
    services.update(
        one,
        {
            "last_name": "Wiesinger-Adelhof", "middle_name": "Zwetschkenbaum", "title": "dr",
            "birth_date": "1961-07-23", "website": "https://wiesinger-site.example", "vat_id": "ATU99999991",
            "tax_number": "12-345/6789", "description": "Mag das Telefon nicht",
            "emails": [{"value": "annegret@wiesinger.example"}, {"value": "A.Wiesinger@Privat.example"}],
            "phones": [{"value": "+33 6 47 91 58 23", "type": "mobile"}],
            "addresses": [
                {
                    "street": "Lindengasse 47b", "street2": "Hinterhaus Stiege 9", "postal_code": "2514",
                    "city": "Traiskirchen-Moellersdorf", "region": "Badener Umland", "country": "AT",
                }
            ],
            "bank_accounts": [
                {"holder": "Kontoinhaberin Wiesinger", "iban": "AT61 1904 3002 3457 3201", "bic": "BKAUATWW"}
            ],
            "social_accounts": [{"network": "linkedin", "value": "annegret.w.social"}],
            "consents": [{"channel": "email", "status": "granted", "source": "Anruf am Geburtstag"}],
            "tags": "Stammtischrunde Adelhof",
        },
    )  # fmt: skip
    services.update(one, {"description": "Hat im Mai gekündigt"})
    save_fields(one, "customer", {"internal_note": "Zahlt nach Mahnung von Rosi", "lost_text": "War zu teuer für sie"})
    save_fields(one, "supplier", {"customer_number_there": "Kundennr bei ihr 88-WIE"})


def _extend(one: int) -> None:
    """What plug-ins keep: a field of the firm's own, and a proposal that was sent to her and not accepted."""
    custom_fields.add({"kind": "text", "label_en": "Nickname", "personal": "1"})
    services.update(one, {"custom_nickname": "Rufname Wiesi-Maus"})
    line = {"description": "Heckenschnitt am Lindenhof", "quantity": "1", "unit_price": "90", "vat_rate": "20"}
    given = {"title": "Rosenhecke fuer Zwetschke", "closing": "Gruesse aus der Gaertnerei", "lines": [line]}
    sending.send(proposals.create(one, given).id, base="https://carnet.example")


def _merge(one: int) -> None:
    """One that stays merged, and one that was parted again from somebody else before."""
    with transaction():
        values = {"kind": "person", "last_name": "Doppelgaengerin Adelhof", "description": "Liebt Marillenknödel"}
        twin = services.create({**values, "emails": [{"value": "zweitmail@doppel.example"}]}).id
        merging.merge([one, twin], one)
    with transaction():
        other = services.create({"kind": "person", "last_name": "Bleibt", "tags": "Gruppe"}).id
        emails = [{"value": "geteilt@kurz.example"}]
        short = services.create({"kind": "person", "last_name": "Kurz zusammengelegt Hof", "emails": emails}).id
    with transaction():
        merge, _plan = merging.merge([other, short], other)
    with transaction():
        undoing.undo(merge.id)
    with transaction():
        merging.merge([one, short], one)


def _jobs(one: int) -> None:
    actions = registry().service(MassActions)
    for action, values in (
        ("export", {"format": "csv", "columns": "all"}),
        ("tag", {"tags": "Stammtischrunde Adelhof"}),
    ):
        with transaction():
            run_here(actions.start(action, Selection(ids=(one,)), values))
    with transaction():
        # What another contact's result says of this one.
        job = db.session.scalars(sa.select(Job).order_by(Job.id.desc())).first()
        reason = "Likely double: Annegretchen Wiesinger-Adelhof"
        db.session.add(JobItem(job_id=job.id, position=2, contact_id=None, outcome="skipped", reason=reason))
