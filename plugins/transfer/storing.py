"""The files that wait to be imported: in the data folder's `imports`, under names that nobody guesses, for a term."""

from __future__ import annotations

import os
import secrets
from functools import partial
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

import sqlalchemy as sa

from plugins.transfer.models import Import
from webapp.api import Invalid, _, at_end, clean, data_folder, fetch

MEGABYTE = 1024 * 1024
LARGEST = 50 * MEGABYTE
"""Bytes of one file."""
NAME = 180
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".vcf", ".json")
"""What a stored name may end with: readers tell by it what kind of file it is."""


def path_of(name: str) -> Path:
    """Where a stored file lies."""
    return data_folder("imports") / Path(name).name


def bare_name(given: str) -> str:
    """The file's name without folders, as browsers of any system send it."""
    return clean(PureWindowsPath(PurePosixPath(given).name).name)[:NAME]


def keep(stream: BinaryIO, name: str) -> tuple[str, int]:
    """Write the stream into the folder; returns its name there and its size. Raises `Invalid` where it is too large.

    It goes again where the transaction does.
    """
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    if size > LARGEST:
        text = _("This file is too large: at most %(most)s MB. Divide it.", most=LARGEST // MEGABYTE)
        raise Invalid(text, {"file": text})
    ending = Path(name).suffix.lower()
    stored = secrets.token_urlsafe(24) + (ending if ending in ENDINGS else "")
    path = path_of(stored)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    at_end(partial(drop_unused, stored))
    with open(path, "wb", opener=_private) as file:
        while block := stream.read(MEGABYTE):
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return stored, size


def let_go(name: str) -> None:
    """Delete a stored file once the present transaction is over and no import has it any more."""
    if name:
        at_end(partial(drop_unused, name))


def drop_unused(name: str) -> None:
    """Delete a stored file that no import has."""
    if fetch(sa.select(Import.id).where(Import.file == name).limit(1)).first() is None:
        path_of(name).unlink(missing_ok=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
