"""The picture of a contact: checked by its content, kept small, given back as what it is (spec A2, ASVS 5.2)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from webapp.acting import need
from webapp.contacts import bulk
from webapp.contacts.models import Picture
from webapp.contacts.queries import load
from webapp.contacts.services import touch, writable
from webapp.db import among, db, fetch
from webapp.errors import Invalid, Refused
from webapp.history.services import record, record_many
from webapp.i18n import _
from webapp.many_rows import insert_many

LARGEST = 1024 * 1024
"""Bytes of a picture."""
HELD = 4 * 1024 * 1024
"""Bytes of pictures that are held at once, where there are many."""
AT_ONCE = 4
MOST_POINTS = 40_000_000
"""Of a picture: phones take fewer, and whoever shows it needs four bytes for each (ASVS 5.2.6)."""
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers that begin a frame of a JPEG (ITU T.81, table B.1)."""

SIGNS = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"WEBP", 8, "image/webp"),
)
"""First bytes, where they stand, and what they tell; the file's name and its claims count for nothing."""


def media_type(content: bytes) -> str:
    """What a picture is by its first bytes; an empty text for anything else."""
    return next((kind for sign, at, kind in SIGNS if content[at : at + len(sign)] == sign), "")


def checked(content: bytes) -> str:
    """What a picture is; raises `Invalid` for what is too large or no PNG, JPEG or WebP (ASVS 5.2)."""
    if not content:
        raise Invalid(_("No picture was chosen: choose a file first."))
    if len(content) > LARGEST:
        raise Invalid(_("This picture is too large: at most 1 MB. Make it smaller and try again."))
    kind = media_type(content)
    if not kind:
        raise Invalid(_("This file is not a picture that Carnet shows: choose a PNG, JPEG or WebP."))
    width, height = size_of(content, kind)
    if width * height > MOST_POINTS:
        raise Invalid(
            _("This picture has too many points (%(width)s × %(height)s): make it smaller and try again.",
              width=width, height=height)
        )  # fmt: skip
    return kind


def size_of(content: bytes, kind: str) -> tuple[int, int]:
    """Width and height as a picture declares them, by which browsers take memory for it; 0, 0 where it does not."""

    def number(at: int, length: int, order: Literal["big", "little"] = "big") -> int:
        return int.from_bytes(content[at : at + length], order)

    if kind == "image/png":
        return (number(16, 4), number(20, 4)) if content[12:16] == b"IHDR" else (0, 0)
    if kind == "image/webp":
        match content[12:16]:
            case b"VP8X":
                return number(24, 3, "little") + 1, number(27, 3, "little") + 1
            case b"VP8L":
                both = number(21, 4, "little")
                return (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
            case b"VP8 " if content[23:26] == b"\x9d\x01\x2a":
                return number(26, 2, "little") & 0x3FFF, number(28, 2, "little") & 0x3FFF
        return 0, 0
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        # The segments of a JPEG, up to the one that begins a frame.
        if content[at + 1] in FRAMES:
            return number(at + 7, 2), number(at + 5, 2)
        at += 2 + number(at + 2, 2)
    return 0, 0


def picture_of(contact_id: int) -> Picture | None:
    """The picture, if the contact has one; raises `Missing` for a contact that is not there."""
    load(contact_id)
    return db.session.scalar(sa.select(Picture).where(Picture.contact_id == contact_id))


def has_picture(contact_id: int) -> bool:
    """Whether there is a picture to show."""
    return db.session.scalar(sa.select(Picture.id).where(Picture.contact_id == contact_id)) is not None


def put(contact_id: int, content: bytes) -> None:
    """Set the picture; raises `Invalid` for what is too large or no PNG, JPEG or WebP."""
    need("contacts.edit")
    contact = writable(contact_id)
    kind = checked(content)
    present = picture_of(contact_id)
    if present is None:
        db.session.add(Picture(contact_id=contact_id, media_type=kind, content=content))
    else:
        present.media_type, present.content = kind, content
    touch(contact)
    record(contact_id, "picture_set")


def digest(content: bytes) -> str:
    """By what two pictures are told apart."""
    return hashlib.sha256(content).hexdigest()


def digests(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Which of these contacts have a picture, and its digest; few pictures are held at once."""
    query = sa.select(Picture.contact_id, Picture.content).where(among(Picture.contact_id, ids))
    found = db.session.execute(query, execution_options={"yield_per": AT_ONCE, "stream_results": True})
    return ((contact_id, digest(content)) for contact_id, content in found)


def sizes(ids: Sequence[int]) -> dict[int, int]:
    """Which of these contacts have a picture, and how many bytes it has."""
    query = sa.select(Picture.contact_id, sa.func.length(Picture.content)).where(among(Picture.contact_id, ids))
    found: Any = fetch(query)
    return dict(found.all())


def contents(ids: Sequence[int]) -> dict[int, tuple[str, bytes]]:
    """The pictures of contacts, with what they are."""
    query = sa.select(Picture.contact_id, Picture.media_type, Picture.content).where(among(Picture.contact_id, ids))
    found: Any = fetch(query)
    return {contact_id: (kind, content) for contact_id, kind, content in found}


def give_many(pictures: Iterable[tuple[int, Callable[[], bytes]]]) -> None:
    """Set pictures of contacts that have none, each of which is read when its turn comes.

    Raises `Invalid` for one that `put` would not take, `Refused` for a contact that can't be changed, `IntegrityError`
    for one that has a picture.
    """
    need("contacts.edit")
    turns = list(pictures)
    ids = [contact_id for contact_id, _read in turns]
    rows, told = bulk.hold(ids)
    for outcome in told.values():
        raise Refused(str(outcome.reason))
    held: list[dict[str, Any]] = []
    size = 0
    for contact_id, read in turns:
        content = read()
        held.append({"contact_id": contact_id, "media_type": checked(content), "content": content})
        size += len(content)
        if size > HELD:
            insert_many(Picture, held)
            held, size = [], 0
    insert_many(Picture, held)
    bulk.write((one, {}) for one in rows)
    record_many("picture_set", {one: {} for one in rows})


def remove(contact_id: int) -> None:
    """Take the picture away; nothing happens where there is none."""
    need("contacts.edit")
    contact = writable(contact_id)
    present = picture_of(contact_id)
    if present is not None:
        db.session.delete(present)
        touch(contact)
        record(contact_id, "picture_removed")
