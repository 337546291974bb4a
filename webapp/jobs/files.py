"""Files that jobs make, such as exports: in the data folder's `exports`, named by the job's `data["file"]`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from webapp.folders import data_folder


def exports() -> Path:
    """Where jobs lay down the files that they make."""
    return data_folder("exports")


def append(name: str, end: int, content: str | bytes) -> int:
    """Write at `end` of a job's file, where its last saved chunk ended; returns where this one does.

    What a worker wrote that was killed before its commit is cut off, so that no line is lost and none stands twice.
    """
    folder = exports()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(folder / name, "r+b" if end else "wb", opener=_private) as file:
        file.seek(end)
        file.truncate()
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def path_of(data: dict[str, Any]) -> Path | None:
    """The file of a job with this `data`; None where it has none, or that is gone."""
    name = Path(str(data.get("file") or "")).name
    path = exports() / name
    return path if name and path.is_file() else None
