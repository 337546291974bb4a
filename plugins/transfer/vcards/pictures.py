"""Pictures of vCards: in base64 (2.1, 3.0) or as an address that is the picture (4.0); nothing is ever fetched."""

from __future__ import annotations

import base64
import re
from urllib.parse import unquote_to_bytes

from plugins.transfer.vcards.lines import Property
from webapp.api import contact_pictures

MOST = 4 * (contact_pictures.LARGEST // 3 + 2)
"""Signs of base64 that are decoded: enough to see that a picture is too large."""
_DATA = re.compile(r"\s*data:([^,]*?)\\?,", re.IGNORECASE)


def is_held(one: Property) -> bool:
    """Whether the property holds the picture itself: base64 has no colon, addresses have one."""
    return bool(one.value.strip()) and (":" not in one.value or _DATA.match(one.value) is not None)


def content_of(value: str) -> bytes:
    """The bytes of a picture; raises `ValueError` for what can't be decoded. Whether it is one is not looked at."""
    if found := _DATA.match(value):
        value = value[found.end() :]
        if "base64" not in found[1].lower():
            return unquote_to_bytes(value)
    bare = "".join(value.split())[:MOST]
    return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)


def as_base64(content: bytes) -> str:
    """As vCards hold it."""
    return base64.b64encode(content).decode()
