"""Pictures are judged by the size that they declare, too: whoever shows one takes memory for it (spec A2)."""

from __future__ import annotations

import pytest

from webapp.contacts.pictures import checked, size_of
from webapp.errors import Invalid

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
SEGMENT = b"\xff\xe0\x00\x10" + bytes(14)
FRAME = b"\xff\xc2\x00\x11\x08"


def riff(kind: bytes, body: bytes) -> bytes:
    return b"RIFF\x00\x00\x00\x00WEBP" + kind + b"\x00\x00\x00\x00" + body


def big(*numbers: int, length: int) -> bytes:
    return b"".join(one.to_bytes(length, "big") for one in numbers)


SIZES = {
    "png": (PNG + big(640, 480, length=4), "image/png"),
    "jpeg": (b"\xff\xd8" + SEGMENT + FRAME + big(480, 640, length=2), "image/jpeg"),
    "webp": (
        riff(b"VP8 ", b"\x00\x00\x00\x9d\x01\x2a" + (640).to_bytes(2, "little") + (480).to_bytes(2, "little")),
        "image/webp",
    ),
    "webp, lossless": (riff(b"VP8L", b"\x2f" + (639 | 479 << 14).to_bytes(4, "little")), "image/webp"),
    "webp, extended": (
        riff(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")),
        "image/webp",
    ),
}


@pytest.mark.parametrize("name", SIZES)
def test_A2_the_size_of_a_picture_is_read_from_what_it_declares(name: str) -> None:
    content, kind = SIZES[name]
    assert size_of(content, kind) == (640, 480)
    assert checked(content) == kind


@pytest.mark.parametrize("name", SIZES)
def test_A2_a_picture_that_is_cut_off_declares_nothing(name: str) -> None:
    content, kind = SIZES[name]
    for end in range(12, len(content)):
        size_of(content[:end], kind)


def test_A2_a_picture_of_too_many_points_is_refused(app) -> None:
    with pytest.raises(Invalid, match="60000 × 60000"):
        checked(PNG + big(60_000, 60_000, length=4))
