"""Imports on their way: taking a file in, how it is read, what its columns hold (spec H1, H2)."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import sqlalchemy as sa

from plugins.transfer import storing
from plugins.transfer.matching import DEFAULT_KEYS, KEYS
from plugins.transfer.models import Import, SavedMapping, StagedRow
from plugins.transfer.reading.opening import Reading, Unreadable, open_reading
from plugins.transfer.reading.targets import offered_targets
from plugins.transfer.services import firm_words
from webapp.api import (
    Forbidden,
    Invalid,
    Job,
    Missing,
    Refused,
    _,
    act,
    clean,
    db,
    fold,
    language,
    need,
    now,
)

MOST_ROWS = 200_000
"""Rows of a file that is imported in the browser or by the API; longer ones go by `carnet import`."""
WAITING = 20
"""Files of one user that may wait to be imported: each lies on the disk."""
FORM = ("encoding", "separator", "decimal", "order", "header", "sheet", "kind")
"""How a file is read, where it was told: arguments of `open_reading`."""
DOUBLES = ("create", "update", "skip")
AT_WORK = ("queued", "running")
PAGE = 50
OPENED = 4
"""Readings that a process keeps: to find out about a long file takes a while."""


def load(import_id: int, *, lock: bool = False) -> Import:
    """An import; raises `Missing`."""
    need("contacts.manage")
    query = sa.select(Import).where(Import.id == import_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query) if 0 < import_id < 2**63 else None
    if found is None:
        raise Missing(_("There is no such import. Imports are kept for 90 days."))
    return found


def find(import_id: int) -> Import:
    """The same for a download that was allowed already, and is sent when the request is over."""
    return db.session.scalars(sa.select(Import).where(Import.id == import_id)).one()


def own(import_id: int) -> Import:
    """The same, held to be changed by whoever sent the file, or an administrator; raises `Forbidden` for others."""
    found = load(import_id, lock=True)
    if not may_change(found):
        raise Forbidden(_("Only who sent this file, or an administrator, can go on with its import."))
    if found.erased_at is not None:
        raise Refused(_("What was kept of this import has been erased: send the file again."))
    return found


def may_change(one: Import) -> bool:
    """Whether it is the present user's to go on with."""
    return act().may("settings") or (one.user_id is not None and one.user_id == act().user_id)


def page(before: int | None = None) -> list[Import]:
    """Imports, the newest first; one more than a page."""
    need("contacts.manage")
    query = sa.select(Import).order_by(Import.id.desc()).limit(PAGE + 1)
    return list(db.session.scalars(query if before is None else query.where(Import.id < before)))


# --- The file -------------------------------------------------------------------------------------------------


def take_in(stream: BinaryIO, name: str, told: Mapping[str, Any] | None = None, mapping: str = "") -> Import:
    """Keep a file that was sent and find out how it is to be read; raises `Invalid` for one that can't be.

    `told` are arguments of `open_reading` that are known; `mapping` is the name of a saved mapping, else the one that
    was last used for the same columns is taken.
    """
    need("contacts.manage")
    waiting = sa.select(sa.func.count()).select_from(Import)
    mine = (Import.user_id == act().user_id, Import.job_id.is_(None), Import.erased_at.is_(None))
    if (db.session.scalar(waiting.where(*mine)) or 0) >= WAITING:
        raise Refused(_("%(num)s of your files wait to be imported: import or remove some of them first.", num=WAITING))
    name = storing.bare_name(name)
    stored, size = storing.keep(stream, name)
    made = Import(
        user_id=act().user_id,
        file_name=name,
        file=stored,
        size=size,
        form=_form(told or {}),
        mapping={},
        match=[*DEFAULT_KEYS],
    )
    reading = _opened(made)
    if reading.total > MOST_ROWS:
        text = _(
            "This file has %(total)s rows: at most %(most)s can be imported here. Divide it, or ask who runs the "
            "server to import it by the command “carnet import”.",
            total=reading.total,
            most=MOST_ROWS,
        )
        raise Invalid(text, {"file": text})
    saved = mapping_called(mapping) if mapping else _last_used(reading.headers)
    if saved is not None:
        made.mapping, made.mapping_name = dict(saved.mapping), saved.name
        reading = _opened(made)
        saved.used_at = now()
    else:
        columns = {reading.headers[at]: code for at, code in reading.suggestions().items()}
        made.mapping, made.guessed = ({"columns": columns} if columns else {}), list(columns)
    _note_form(made, reading)
    db.session.add(made)
    db.session.flush()
    return made


def _form(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: told[name] for name in FORM if told.get(name) not in (None, "")}


def _note_form(one: Import, reading: Reading) -> None:
    """What was found out about the file."""
    one.headers, one.total = list(reading.headers), reading.total


def _opened(one: Import) -> Reading:
    """The reading of a file as it is told to be read; raises `Invalid` where that can't be."""
    path = storing.path_of(one.file)
    if not one.file or not path.is_file():
        text = _("The file “%(name)s” is no longer there: send it again.", name=one.file_name)
        raise Invalid(text, {"file": text})
    try:
        return open_reading(path, one.file_name, demanding=False, **firm_words(), **one.form, **one.mapping)
    except Unreadable as error:
        text = error.message.told(_)
        raise Invalid(text, {"file": text}) from None


_readings: OrderedDict[str, Reading] = OrderedDict()


def reading_of(one: Import) -> Reading:
    """How the rows of an import are read; kept by this process for as long as nothing about it is changed.

    Raises `Invalid` where the file is no longer there, or can't be read so.
    """
    # What was told may be taken back with its transaction, and the same version be told otherwise.
    key = json.dumps([one.id, one.version, one.file, one.form, one.mapping, language()], sort_keys=True)
    if key not in _readings or not storing.path_of(one.file).is_file():
        _readings[key] = _opened(one)
        while len(_readings) > OPENED:
            _readings.popitem(last=False)
    return _readings[key]


def check_names(one: Import) -> None:
    """That its columns say who the contacts are; raises `Invalid` where none does: then they are to be chosen."""
    if lacks := reading_of(one).lacks:
        text = lacks.told(_)
        raise Invalid(text, {"columns": text})


def set_form(import_id: int, told: Mapping[str, Any]) -> Import:
    """Read the file in another way; raises `Invalid` where it can't be, `Refused` once it is imported."""
    one = changeable(import_id)
    if (form := _form(told)) != one.form:
        one.form, one.version = form, one.version + 1
        _note_form(one, _opened(one))
        forget_rows(one)
    return one


def changeable(import_id: int) -> Import:
    """One that can still be read, mapped and rehearsed in another way; raises `Refused` once it is imported."""
    one = own(import_id)
    if one.job_id is not None:
        raise Refused(_("This file is imported already: take the import back, or send the file again."))
    if is_at_work(one.rehearsal_id):
        raise Refused(_("This import is being rehearsed: wait until that is done."))
    return one


def is_at_work(job_id: int | None) -> bool:
    """Whether a job has not ended yet."""
    return job_id is not None and db.session.scalar(sa.select(Job.state).where(Job.id == job_id)) in AT_WORK


def forget_rows(one: Import) -> None:
    """What was staged of it no longer holds."""
    db.session.execute(sa.delete(StagedRow).where(StagedRow.import_id == one.id))
    one.rehearsal_id = None


def discard_import(import_id: int) -> None:
    """Remove a file that was not imported, with all that was noted of it; raises `Refused` for one that was."""
    one = changeable(import_id)
    storing.let_go(one.file)
    db.session.delete(one)
    db.session.flush()


# --- What its columns hold ------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What was chosen for a file: targets by header, values for each row, the country of phones, how to match."""

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    country: str = ""
    kind: str = ""
    match: Sequence[str] = DEFAULT_KEYS
    doubles: str = "create"


def set_mapping(import_id: int, wanted: Wanted, name: str = "") -> Import:
    """Note what the columns hold, under a name where it is given one.

    Raises `Invalid` where that makes no contact, or a value for each row is none that its field can have.
    """
    one = changeable(import_id)
    known = {"", *(offered.code for offered in offered_targets())}
    known |= {target.code for target in reading_of(one).layout.targets.values()}
    unknown = [code for code in (*wanted.columns.values(), *wanted.constants) if code not in known]
    if unknown:
        text = _("There is no field “%(field)s”.", field=unknown[0][:60])
        raise Invalid(text, {"columns": text})
    mapping: dict[str, Any] = {"columns": {key: wanted.columns[key] for key in one.headers if key in wanted.columns}}
    if constants := {code: text for code, value in wanted.constants.items() if code and (text := clean(value))}:
        mapping["constants"] = constants
    if wanted.country:
        mapping["country"] = wanted.country
    form = {key: value for key, value in one.form.items() if key != "kind"}
    if wanted.kind in ("person", "company"):
        form["kind"] = wanted.kind
    one.mapping, one.form, one.guessed = mapping, form, []
    one.match = [key for key in KEYS if key in wanted.match] or [*DEFAULT_KEYS]
    one.doubles = wanted.doubles if wanted.doubles in DOUBLES else "create"
    one.version += 1
    check_names(one)
    if unfit := reading_of(one).maker.unfit_constants():
        text = unfit[0].told(_)
        raise Invalid(text, {"constants": text})
    if name := clean(name):
        save_mapping(name, one)
    db.session.flush()
    return one


def save_mapping(name: str, one: Import) -> SavedMapping:
    """Keep the mapping of an import under a name; one of that name is replaced."""
    name = name[:80]
    found = db.session.scalar(sa.select(SavedMapping).where(SavedMapping.folded == fold(name)[:100]))
    saved = found or SavedMapping(folded=fold(name)[:100])
    saved.name, saved.mapping, saved.used_at, saved.user_id = name, {**one.mapping}, now(), act().user_id
    saved.headers, saved.digest = _head(one.headers), _digest(one.headers)
    db.session.add(saved)
    one.mapping_name = name
    return saved


def mapping_called(name: str) -> SavedMapping:
    """The saved mapping of that name; raises `Missing`."""
    found = db.session.scalar(sa.select(SavedMapping).where(SavedMapping.folded == fold(name)[:100]))
    if found is None:
        raise Missing(_("There is no saved mapping “%(name)s”.", name=name[:80]))
    return found


def mappings() -> Sequence[SavedMapping]:
    """Those there are, by name."""
    return db.session.scalars(sa.select(SavedMapping).order_by(SavedMapping.folded).limit(200)).all()


def remove_mapping(mapping_id: int) -> None:
    """Forget a saved mapping."""
    need("contacts.manage")
    db.session.execute(sa.delete(SavedMapping).where(SavedMapping.id == mapping_id))


def _last_used(headers: Sequence[str]) -> SavedMapping | None:
    query = sa.select(SavedMapping).where(SavedMapping.digest == _digest(headers))
    return db.session.scalar(query.order_by(SavedMapping.used_at.desc(), SavedMapping.id.desc()).limit(1))


def _head(headers: Sequence[str]) -> str:
    return "\n".join(map(fold, headers))


def _digest(headers: Sequence[str]) -> str:
    return hashlib.sha256(_head(headers).encode()).hexdigest()
