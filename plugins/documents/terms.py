"""Terms that a firm sets, and what they change of present documents: said first, then done by a job (spec D7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.documents import retention
from plugins.documents.models import Document
from plugins.documents.services import refresh_term
from webapp.api import (
    Chunk,
    Field,
    Invalid,
    Job,
    Refused,
    _,
    among,
    db,
    fetch,
    need,
    ngettext,
    setting_changes,
    start_job,
    today,
)

KIND = "document_terms"
Terms = Mapping[str, int]
"""Years by type."""


@dataclass(frozen=True, kw_only=True)
class Effects:
    """How many documents would be kept longer, or less long than now; and of these, how many could go at once."""

    longer: int = 0
    shorter: int = 0
    over: int = 0
    documents: int = 0
    contacts: int = 0

    @property
    def word(self) -> str:
        """What was shown, so that who confirms it has seen just this."""
        return f"{self.longer}.{self.shorter}.{self.over}"


def fields() -> tuple[Field, ...]:
    """A field for each type, in the firm's own country."""
    country = retention.country()
    found = []
    for key, label in retention.TYPES:
        usual = retention.default(f"{country}.{key}")
        hint = _("Without a term of its own by law: 0.") if not usual else _usual(key, usual)
        found.append(Field(name=f"{country}.{key}", label=label, kind="integer", required=True, hint=hint))
    return tuple(found)


def _usual(key: str, years: int) -> str:
    if key == "contract":
        return ngettext("By default %(num)s year after its end", "By default %(num)s years after its end", years)
    return ngettext("By default %(num)s year", "By default %(num)s years", years)


def present() -> Terms:
    """The terms that are set now."""
    return {key: retention.term(key) for key in retention.LABELS}


def checked(values: Mapping[str, Any]) -> Terms:
    """Terms by type out of what a form has by setting; raises `Invalid` for what is no number of years."""
    terms = {name.rpartition(".")[2]: value for name, value in values.items()}
    text = _("Choose between 0 and %(most)s years; 0: such documents need not be kept.", most=retention.MOST_YEARS)
    start = f"{retention.SECTION}."
    wrong = {name.removeprefix(start): text for name, value in values.items() if not 0 <= value <= retention.MOST_YEARS}
    if wrong:
        raise Invalid(_("Please correct what is marked."), wrong)
    return terms


def effects(terms: Terms) -> Effects:
    """What these terms change of the documents that are there: a statement for each type, and one that counts."""
    longer = shorter = over = 0
    for key, years in terms.items():
        outside = Document.ends_on if key == "contract" else Document.dated_on
        # The last day lies before today where its year does.
        first = today().replace(year=max(today().year - years, 1), month=1, day=1)
        is_over = outside < first if years else sa.true()
        kept = sa.and_(Document.kept_until.is_not(None), Document.kept_until >= today())
        stays = sa.or_(outside.is_(None), outside >= first)
        row = fetch(
            sa.select(
                sa.func.count().filter(Document.term_years < years, stays).label("longer"),
                sa.func.count().filter(Document.term_years > years, kept).label("shorter"),
                sa.func.count().filter(Document.term_years > years, kept, is_over).label("over"),
            ).where(Document.type == key)
        ).one()
        longer, shorter, over = longer + row.longer, shorter + row.shorter, over + row.over
    contacts = sa.func.count(sa.distinct(Document.contact_id)).label("contacts")
    other = fetch(sa.select(sa.func.count().label("documents"), contacts).where(_differs(terms))).one()
    return Effects(longer=longer, shorter=shorter, over=over, documents=other.documents, contacts=other.contacts)


def _differs(terms: Terms) -> sa.ColumnElement[bool]:
    """Documents whose term is not the one that is set for them."""
    return sa.or_(
        *(sa.and_(Document.type == key, Document.term_years != years) for key, years in terms.items()),
        Document.term_country != retention.country(),
    )


def save(values: Mapping[str, Any], version: int | None, confirmed: str) -> Job | None:
    """Set the terms, and begin to apply them to the documents that are there; None where these follow them already.

    Nothing is shortened unseen: raises `Refused` where `confirmed` is not what these terms change now.
    """
    need("settings")
    terms = checked(values)
    found = effects(terms)
    if found.documents and confirmed != found.word:
        raise Refused(_("See first what these terms change, then confirm it."), effects=found)
    setting_changes.save(retention.SECTION, values, version)
    if not found.documents:
        return None
    chosen = sa.select(Document.contact_id).where(_differs(terms)).distinct().order_by(Document.contact_id)
    return start_job(KIND, {}, chosen, total=found.contacts)


def run(chunk: Chunk) -> None:
    """Work out the last days of these contacts' documents anew."""
    ids = [item.contact_id or 0 for item in chunk.items]
    query = sa.select(Document).where(among(Document.contact_id, ids), _differs(present())).order_by(Document.id)
    numbers = dict.fromkeys(ids, 0)
    for document in db.session.scalars(query.with_for_update()):
        refresh_term(document)
        numbers[document.contact_id] += 1
    for item in chunk.items:
        number = numbers[item.contact_id or 0]
        if number:
            chunk.done(item, reason=ngettext("%(num)s document", "%(num)s documents", number))
        else:
            chunk.skipped(item, _("Its documents follow these terms already."))


def title(params: Mapping[str, Any], total: int) -> str:
    """What the job is called."""
    return ngettext(
        "Apply the terms to the documents of %(num)s contact",
        "Apply the terms to the documents of %(num)s contacts",
        total,
    )


def final(params: Mapping[str, Any]) -> str:
    """How it is taken back."""
    return _("Set the terms back instead: documents then follow these again.")
