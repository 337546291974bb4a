"""Where files lie: in the data folder, outside of what is served."""

from __future__ import annotations

from pathlib import Path

from flask import current_app


def data_folder(name: str) -> Path:
    """The folder `name` of the data folder (`CARNET_DATA_DIR`); whoever writes into it makes it."""
    folder: Path = current_app.config["CARNET"].data_dir / name
    return folder
