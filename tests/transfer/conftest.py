"""Importing a text as a file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from plugins.transfer.options import Options
from plugins.transfer.reading.opening import open_reading
from plugins.transfer.report import Report
from plugins.transfer.services import firm_words, import_rows
from webapp.acting import acting, acting_as_system


@pytest.fixture
def bring(app: Any) -> Callable[..., Report]:
    """Imports a CSV text as the operator would; options as of the service."""

    def bring(text: str | bytes, kind: str | None = None, commits: bool = True, **options: Any) -> Report:
        content = text if isinstance(text, bytes) else text.encode()
        with acting(acting_as_system("import", "list.csv")):
            reading = open_reading(io.BytesIO(content), kind=kind, **firm_words())
            return import_rows(reading, Options(**options), commits=commits)

    return bring
