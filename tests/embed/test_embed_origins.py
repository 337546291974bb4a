"""Which portals a deployment allows at all: exact origins, or it does not start (spec I3)."""

from __future__ import annotations

import pytest

from webapp.config import is_origin, read
from webapp.errors import BootError


def test_I3_the_deployment_names_exact_origins(tmp_path) -> None:
    def allowed(text: str) -> tuple[str, ...]:
        return read({"CARNET_DATA_DIR": str(tmp_path), "CARNET_EMBED_ORIGINS": text}).embed_origins

    assert allowed("") == ()
    assert allowed("https://a.example, https://b.example:8443,https://a.example") == (
        "https://a.example", "https://b.example:8443",
    )  # fmt: skip
    assert allowed("http://localhost:9000,http://127.0.0.1:8001") == ("http://localhost:9000", "http://127.0.0.1:8001")
    for wrong in ("*", "https://*.example", "https://a.example/", "http://a.example", "a.example", "null"):
        with pytest.raises(BootError, match="CARNET_EMBED_ORIGINS"):
            allowed(wrong)


@pytest.mark.parametrize(
    "text",
    ["https://a.example:443", "http://localhost:80", "https://A.example", "https://user@a.example", "https://", "https://[",
     "https://a.example ", "https://a.example\n", "https://a.example;x", "https://a.example' 'self", "javascript:x"],
)  # fmt: skip
def test_I3_what_no_browser_sends_is_no_origin(text: str) -> None:
    assert not is_origin(text)
