"""vCards that say nothing, and those that mean harm: read, or refused with what to do (spec H1)."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reads import card, counted, only_card, opened

from plugins.transfer.reading.opening import Unreadable, open_reading
from plugins.transfer.vcards.lines import cards


def test_H1_five_thousand_cards_in_one_another_are_one_card() -> None:
    inner = "AGENT:\nBEGIN:VCARD\nFN:Inner\nTEL:1234567\n" * 5000 + "END:VCARD\n" * 5000
    assert only_card(card(f"FN:A B\n{inner}TEL:7654321"))["phones"] == [{"value": "7654321", "type": "other"}]
    never = "BEGIN:VCARD\nFN:A B\n" + "AGENT:\nBEGIN:VCARD\n" * 5000
    assert only_card(never)["last_name"] == "B"


@pytest.mark.parametrize(
    "lines",
    [
        "N:" + ";" * 500_000 + "B\nFN:A B",
        "FN:A B\n" + "".join(f"X-{n}:1\n" for n in range(3000)),
        "FN:A B\nX:" + "\\" * 99_999,
        "FN:A B\nTEL" + ";" * 90_000 + ":1",
        'FN:A B\nX;Y="' + 'a"' * 40_000,
        "FN:A B\n" + "TEL:1234567\n" * 1500,
        "FN:A B\nNOTE:" + "x" * 3_000_000,
        "FN:A B\nPHOTO;ENCODING=b:" + "\n /9j" * 50_000,
        "FN:A B\nPHOTO;ENCODING=b:" + "/9j/" * 2_500_000,
        "FN:A B\n" + ("PHOTO;ENCODING=b:" + "/9j/" * 20_000 + "\n") * 100,
        "FN:A B\nPHOTO:data:" + ";" * 3_000_000 + ",x",
        "FN:A B\nLABEL:" + "\\n" * 3_000_000,
        "FN:A B\n" + "LABEL:Weg 1\n" * 1900,
        "FN:A B\nCATEGORIES:" + "a;," * 1_000_000,
    ],
)  # fmt: skip
def test_H1_a_card_that_means_harm_is_read_or_refused(lines: str) -> None:
    found = opened(card(lines))
    assert len(found.headers) < 500
    (row,) = found
    assert row.refused or row.values["last_name"] == "B"


def test_H1_many_cards_are_never_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.vcf"
    path.write_text("".join(card(f"FN:Anna Nr{n}\nEMAIL:a{n}@x.example") for n in range(1000)), "utf-8")
    count, peak = counted(path)
    assert count == 1000
    assert peak < 1_500_000


@pytest.mark.parametrize("text", ["BEGIN:VCARD\nEND:VCARD\n", "BEGIN:VCARD\nVERSION:3.0\n", "BEGIN:VCARD\nN:;;;"])
def test_H1_a_card_that_says_nothing_is_told_so(text: str) -> None:
    with pytest.raises(Unreadable, match="No vCard in this file says anything of a contact: export it"):
        open_reading(io.BytesIO(text.encode()), demanding=False)


def test_H1_an_empty_list_of_json_is_told_so(app: Any) -> None:
    with pytest.raises(Unreadable, match="no contact in this JSON file"):
        open_reading(io.BytesIO(b"[ ]"))


def test_H1_cards_without_a_name_are_told_so() -> None:
    with pytest.raises(Unreadable, match="No vCard in this file has a name"):
        open_reading(io.BytesIO(card("NOTE:x").encode()))


def test_H1_a_file_without_a_card_says_so() -> None:
    with pytest.raises(Unreadable, match="no vCard"):
        open_reading(io.BytesIO(b"hello"), "list.vcf")


_LINE = st.one_of(
    st.text(max_size=30),
    st.builds(
        "{}{}{}:{}".format,
        st.sampled_from(["BEGIN", "END", "N", "FN", "TEL", "item1.ADR", "EMAIL", "AGENT", "NOTE", "ORG", "X-ABLabel",
                         "PHOTO", "LOGO", "LABEL", "CATEGORIES"]),
        st.sampled_from(["", ";TYPE=work", ';TYPE="a,b"', ";ENCODING=QUOTED-PRINTABLE", ";CHARSET=utf-7", ';X="',
                         ";ENCODING=b", ";BASE64", ";LABEL=a^nb"]),
        st.sampled_from(["", ";PREF=1", ";CHARSET=nothing", ";VALUE=uri"]),
        st.one_of(st.just("VCARD"), st.text(max_size=30),
                  st.sampled_from(["data:,%41", "data:x;base64,iVBORw0KGgo=", "x\\,y;"])),
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_LINE, max_size=12), st.sampled_from(["\n", "\r\n", "\r", "=\n", "\n "]))
def test_H1_no_card_makes_an_error(lines: list[str], end: str) -> None:
    text = "BEGIN:VCARD\nVERSION:2.1\n" + end.join(lines)
    assert len(list(cards(io.StringIO(text)))) >= 1
    with contextlib.suppress(Unreadable):
        for row in open_reading(io.BytesIO(text.encode("utf-8", "surrogatepass"))):
            assert "\x00" not in repr(row.values)
