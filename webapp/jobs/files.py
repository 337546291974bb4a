"""Files that jobs make, such as exports: in the data folder's `exports`, named by the job's `data["file"]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import current_app


def exports() -> Path:
    """Where jobs lay down the files that they make."""
    folder: Path = current_app.config["CARNET"].data_dir / "exports"
    return folder


def path_of(data: dict[str, Any]) -> Path | None:
    """The file of a job with this `data`; None where it has none, or that is gone."""
    name = Path(str(data.get("file") or "")).name
    path = exports() / name
    return path if name and path.is_file() else None
