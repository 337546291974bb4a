"""Files as people send them, and what is asked of them."""

from __future__ import annotations

import io
import secrets
import zipfile
from pathlib import Path
from typing import Any

from plugins.documents import files

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def pdf(mark: str = "") -> bytes:
    """A PDF like no other, or like those of the same mark."""
    return PDF + f"% {mark or secrets.token_hex()}\n".encode()


def large_form(fields: dict[str, str], file: str, size: int) -> dict[str, Any]:
    """What a client sends of a form with a PDF of `size` bytes, without a temporary file of its own."""
    lines = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()
    )
    head = f'--x\r\nContent-Disposition: form-data; name="{file}"; filename="scan.pdf"\r\n\r\n'
    body = f"{lines}{head}".encode() + pdf().ljust(size, b"\0") + b"\r\n--x--\r\n"
    return {"data": body, "content_type": "multipart/form-data; boundary=x"}


def bomb() -> bytes:
    """A small archive that unpacks to 50 MB of nothing."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("invoice.pdf", bytes(50 * 1024 * 1024))
    return made.getvalue()


def stored() -> set[Path]:
    """Files that lie in the data folder now, those that are coming in too."""
    return {one for one in files.folder().glob("*/*") if one.is_file()}


def sending(content: bytes, name: str = "facture.pdf", **fields: str) -> dict[str, Any]:
    """The fields of a form with one file."""
    return {"files": (io.BytesIO(content), name), **fields}
