"""Files on the disk: taken by their content, kept once, gone with their last document (ASVS 5.1, 5.2).

They lie in `documents/` of the data folder, `ab/abcd…` by the SHA-256 of their content: no name of theirs ever reaches
the disk, and nothing there is served by itself. A file comes in under `documents/incoming/` and is renamed, so that
none stands there half written. Whoever adds or drops one holds its digest until the commit; whether it may go is asked
once more when the unit of work has ended, however it did.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

import sqlalchemy as sa

from plugins.documents.models import Document, StoredFile
from webapp.api import N_, Invalid, _, among, at_end, clean, data_folder, db, fetch, ngettext, now

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
"""Bytes of one file."""
PDF, BLANK = b"%PDF-", b"\xef\xbb\xbf\0 \t\r\n\f"
"""A PDF's mark, and what may stand before it: nothing that others could take for a page or a program."""
ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf")
SIGNS = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF87a", 0, "image/gif"),
    (b"GIF89a", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"II*\x00", 0, "image/tiff"),
    (b"MM\x00*", 0, "image/tiff"),
)
"""First bytes, where they stand, and what they tell: a file's name and what its sender says of it count for nothing."""
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/tiff": (".tif", ".tiff"),
}
HEAD = 1024
"""Bytes within which a PDF says that it is one: readers open those that have blank lines before it."""
LONGEST_NAME = 180
"""Bytes of a file's name: systems take 255, and some put something behind it."""
LOCKS = 716301
"""PostgreSQL's number for files; SQLite has one writer anyway."""
ROWS_AT_ONCE = 1000
NAMED = 20
"""Findings of one kind that are named one by one."""
SETTLED = 3600
"""Seconds after which a file that nobody knows was not just brought by somebody."""


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A file that has come in whole, and what it is."""

    path: Path
    digest: str
    size: int
    media_type: str


def folder() -> Path:
    """Where all of them lie."""
    return data_folder("documents")


def path_of(digest: str) -> Path:
    """Where the file of a digest lies."""
    return folder() / digest[:2] / digest


def media_type(head: bytes) -> str:
    """What a file is by its first bytes; an empty text for anything that is not taken."""
    found = next((kind for sign, at, kind in SIGNS if head[at : at + len(sign)] == sign), "")
    if found == "image/webp" and head[:4] != b"RIFF":
        found = ""
    return found or ("application/pdf" if head.lstrip(BLANK).startswith(PDF) else "")


def bare_name(given: str, kind: str) -> str:
    """A file's name without folders, as browsers of any system send it, ending as what the file is."""
    name = clean(PureWindowsPath(PurePosixPath(given).name).name).strip(". ")
    stem, ending = os.path.splitext(name)
    if f".{name.lower()}" in ENDINGS[kind]:
        stem, ending = "", f".{name}"
    if ending.lower() not in ENDINGS[kind]:
        stem, ending = name, ENDINGS[kind][0]
    while len(f"{stem}{ending}".encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem.rstrip() or 'document'}{ending}"


@contextmanager
def received(stream: BinaryIO) -> Iterator[Incoming]:
    """A stream as a file of ours, removed again where nobody took it; raises `Invalid` for what is not taken.

    How large it is is known before anything of it is read, and it is never in memory whole.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    head = stream.read(HEAD)
    stream.seek(0)
    kind = _checked(size, head)
    (place := folder() / "incoming").mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place)
    try:
        digest = hashlib.sha256()
        with os.fdopen(handle, "wb") as file:
            while block := stream.read(MEGABYTE):
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        yield Incoming(path=Path(name), digest=digest.hexdigest(), size=size, media_type=kind)
    finally:
        Path(name).unlink(missing_ok=True)


def _checked(size: int, head: bytes) -> str:
    if not size:
        raise _refused(_("This file is empty: choose it again once it is whole."))
    if size > LARGEST:
        raise _refused(_("This file is too large: at most %(most)s MB. Divide it or save it smaller.", most=50))
    if kind := media_type(head):
        return kind
    if head.startswith(ARCHIVES):
        raise _refused(_("An archive is not opened here. Add the PDFs and pictures that are in it."))
    raise _refused(_("This is no PDF and no picture: save it as PDF, PNG, JPEG, GIF, WebP or TIFF, and add that."))


def _refused(text: str) -> Invalid:
    return Invalid(text, {"file": text})


def keep(incoming: Incoming) -> StoredFile:
    """The row of a file, with the file itself at its place: one for all that have the same content."""
    _hold([incoming.digest])
    at_end(partial(drop_unused, [incoming.digest]))
    row = db.session.scalar(sa.select(StoredFile).where(StoredFile.digest == incoming.digest))
    place = path_of(incoming.digest)
    if not place.is_file() or place.stat().st_size != incoming.size:
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(incoming.path, place)
        _sync(place.parent)
    if row is None:
        row = StoredFile(digest=incoming.digest, size=incoming.size, media_type=incoming.media_type)
        db.session.add(row)
        db.session.flush()
    return row


def let_go(file_ids: Iterable[int]) -> None:
    """Documents have lost these files: rows that no document needs go now, their files once that is committed."""
    ids = sorted(set(file_ids))
    for some in (ids[at : at + ROWS_AT_ONCE] for at in range(0, len(ids), ROWS_AT_ONCE)):
        digests = sorted(fetch(sa.select(StoredFile.digest).where(among(StoredFile.id, some))).scalars())
        _hold(digests)
        used = sa.select(Document.id).where(Document.file_id == StoredFile.id).exists()
        fetch(sa.delete(StoredFile).where(among(StoredFile.id, some), sa.not_(used)))
        at_end(partial(drop_unused, digests))


def let_go_unused() -> None:
    """The same for all that no document has any more, whoever took the documents away."""
    used = sa.select(Document.id).where(Document.file_id == StoredFile.id).exists()
    let_go(fetch(sa.select(StoredFile.id).where(sa.not_(used))).scalars())


def drop_unused(digests: Sequence[str]) -> None:
    """Delete the files that have no row; whoever brings the same content meanwhile waits, and writes it anew."""
    _hold(digests)
    known = set(fetch(sa.select(StoredFile.digest).where(StoredFile.digest.in_(digests))).scalars())
    for digest in digests:
        if digest not in known:
            path_of(digest).unlink(missing_ok=True)


def _hold(digests: Iterable[str]) -> None:
    """Nobody else adds or drops these files until this transaction ends; always in one order, so that none wait in
    a circle."""
    if db.session.get_bind().dialect.name == "sqlite":
        return
    for key in sorted({int.from_bytes(bytes.fromhex(one[:8]), signed=True) for one in digests}):
        fetch(sa.select(sa.func.pg_advisory_xact_lock(LOCKS, key)))


def _sync(place: Path) -> None:
    """Let the folder's new entry outlive a power failure."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def findings() -> list[str]:
    """Documents whose file is not there, and files that are no document's (`carnet doctor`)."""
    found = []
    for paths, text in (
        (_gone(), N_("File %(path)s is gone or changed: bring it back from a backup.")),
        (_stray(), N_("File %(path)s is no document's: look at it, then remove it.")),
    ):
        found += [_(text, path=path) for path in islice(paths, NAMED)]
        if more := sum(1 for _path in paths):
            found.append(ngettext("%(num)s more file like this.", "%(num)s more files like this.", more))
    return found


def _gone() -> Iterator[Path]:
    last = 0
    query = sa.select(StoredFile.id, StoredFile.digest, StoredFile.size).order_by(StoredFile.id).limit(ROWS_AT_ONCE)
    while rows := fetch(query.where(StoredFile.id > last)).all():
        last = rows[-1].id
        for row in rows:
            path = path_of(row.digest)
            if not path.is_file() or path.stat().st_size != row.size:
                yield path


def _stray() -> Iterator[Path]:
    """But for those that were just brought: their unit of work may be at it."""
    settled = now().timestamp() - SETTLED
    for place in sorted(folder().glob("*/")):
        paths = sorted(place.iterdir())
        for some in (paths[at : at + ROWS_AT_ONCE] for at in range(0, len(paths), ROWS_AT_ONCE)):
            query = sa.select(StoredFile.digest).where(StoredFile.digest.in_([one.name for one in some]))
            known = set(fetch(query).scalars())
            for path in some:
                with suppress(FileNotFoundError):
                    if path.name not in known and path.stat().st_mtime < settled:
                        yield path
