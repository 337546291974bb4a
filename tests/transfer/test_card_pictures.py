"""Pictures of vCards become those of contacts, and go out with them again (spec A2, H1, H2, H4)."""

from __future__ import annotations

import base64
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sending import Sender

from plugins.transfer.exporting.services import Export, pieces
from plugins.transfer.reading.opening import open_reading
from webapp.contacts import pictures
from webapp.contacts.models import Contact, Picture
from webapp.contacts.services import create
from webapp.db import db
from webapp.history.models import HistoryEntry

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3
JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 400
WEBP = b"RIFF\x10\0\0\0WEBPVP8 " + b"x" * 99
ADDRESS = "https://pictures.example/anna.jpg"


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def card(lines: str, version: str = "3.0", name: str = "Anna Weber") -> str:
    return f"BEGIN:VCARD\r\nVERSION:{version}\r\nFN:{name}\r\n{lines}\r\nEND:VCARD\r\n"


def folded(line: str, width: int = 75) -> str:
    return "\r\n ".join(line[at : at + width] for at in range(0, len(line), width))


def kept() -> dict[str, bytes]:
    query = sa.select(Contact.last_name, Picture.content).join(Picture, Picture.contact_id == Contact.id)
    return {str(name): content for name, content in db.session.execute(query)}


@pytest.mark.parametrize(
    ("version", "line", "content"),
    [
        ("2.1", "PHOTO;TYPE=JPEG;ENCODING=BASE64:\r\n " + folded(encoded(JPEG)) + "\r\n", JPEG),
        ("2.1", "PHOTO;JPEG;BASE64:" + "\r\n".join(folded(encoded(JPEG)).split("\r\n ")) + "\r\n", JPEG),
        ("3.0", folded(f"PHOTO;ENCODING=b;TYPE=PNG:{encoded(PNG)}"), PNG),
        ("3.0", f"item1.photo;encoding=B;type=gif:{encoded(WEBP)}", WEBP),
        ("3.0", f"PHOTO;ENCODING=b:{encoded(JPEG).rstrip('=')}", JPEG),
        ("4.0", folded(f"PHOTO;MEDIATYPE=image/png:data:image/png;base64,{encoded(PNG)}"), PNG),
        ("4.0", f"PHOTO:data:image/jpeg;base64\\,{encoded(JPEG)}", JPEG),
        ("4.0", "PHOTO;VALUE=uri:data:image/png," + "".join(f"%{one:02X}" for one in PNG), PNG),
        ("3.0", f"LOGO;ENCODING=b:{encoded(PNG)}", PNG),
        ("3.0", f"LOGO;ENCODING=b:{encoded(PNG)}\r\nPHOTO;ENCODING=b:{encoded(JPEG)}", JPEG),
        ("4.0", f"PHOTO:{ADDRESS}\r\nPHOTO:data:image/png;base64,{encoded(PNG)}", PNG),
    ],
)
def test_H1_the_picture_of_a_card_becomes_the_contacts(bring, version, line, content) -> None:
    report = bring(card(line, version), commits=False)
    assert (report.created, report.remarks) == (1, [])
    assert kept() == {"Weber": content}
    assert set(report.ignored) <= {"PHOTO", "LOGO"}
    assert bool(report.ignored) == (line.count("PHOTO") + line.count("LOGO") > 1)
    contact = db.session.scalars(sa.select(Contact)).one()
    actions = db.session.scalars(sa.select(HistoryEntry.action).where(HistoryEntry.contact_id == contact.id))
    assert list(actions) == ["created", "picture_set"]
    again = bring(card(line, version), commits=False)
    assert (again.unchanged, again.remarks) == (1, [])


@pytest.mark.parametrize("version", ["3.0", "4.0"])
def test_H1_the_address_of_a_picture_is_never_fetched_but_told(bring, version) -> None:
    reading = open_reading(io.BytesIO(card(f"PHOTO;VALUE=uri:{ADDRESS}", version).encode()))
    assert reading.ignored == ("PHOTO",)
    (row,) = reading
    assert row.cells == {"PHOTO": ADDRESS}
    assert bring(card(f"PHOTO:{ADDRESS}", version), commits=False).created == 1
    assert kept() == {}


@pytest.mark.parametrize(
    "line",
    [
        "PHOTO;ENCODING=b:not base64 !!!",
        "PHOTO;ENCODING=b:A",
        f"PHOTO;ENCODING=b:{encoded(b'GIF89a' + b'x' * 90)}",
        f"PHOTO;ENCODING=b:{encoded(b'<svg onload=alert(1)>')}",
        f"PHOTO;ENCODING=b:{encoded(JPEG + bytes(pictures.LARGEST))}",
        f"PHOTO;ENCODING=b:{encoded(JPEG + bytes(9 * pictures.LARGEST))}",
        "PHOTO:data:image/png;base64,",
        "PHOTO:data:image/png,%8",
    ],
)
def test_H1_what_is_no_picture_is_a_warning_and_the_card_goes_in(bring, line) -> None:
    report = bring(card(line), commits=False)
    assert report.created == 1
    (remark,) = report.remarks
    assert "“Picture” was left out: only a PNG, JPEG or WebP" in remark.text
    assert kept() == {}


def test_H1_pictures_of_cards_inside_a_card_are_not_the_contacts(bring) -> None:
    inner = f"AGENT:\r\nBEGIN:VCARD\r\nFN:Inner\r\nPHOTO;ENCODING=b:{encoded(JPEG)}\r\n" * 5000 + "END:VCARD\r\n" * 5000
    report = bring(card(f"{inner}PHOTO;ENCODING=b:{encoded(PNG)}"), commits=False)
    assert (report.created, report.remarks) == (1, [])
    assert kept() == {"Weber": PNG}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_H1_each_card_has_its_own_picture_in_any_encoding(bring, encoding, end) -> None:
    cards = [
        card("NOTE:é\r\nPHOTO;ENCODING=b:" + encoded(PNG + bytes([at])), name=f"Anna Nr{at}").replace("\r\n", end)
        for at in range(9)
    ]
    report = bring((end * 2).join(cards).encode(encoding), commits=False)
    assert (report.created, report.remarks) == (9, [])
    assert kept() == {f"Nr{at}": PNG + bytes([at]) for at in range(9)}


def test_H3_a_contact_without_a_picture_gets_it_and_one_that_has_another_keeps_that(bring, system) -> None:
    found = create({"kind": "person", "first_name": "Anna", "last_name": "Weber", "external_ids": [{"value": "a"}]})
    assert bring(card(f"UID:a\r\nPHOTO;ENCODING=b:{encoded(PNG)}"), commits=False).updated == 1
    assert kept() == {"Weber": PNG}
    report = bring(card(f"UID:a\r\nPHOTO;ENCODING=b:{encoded(JPEG)}"), commits=False)
    assert (report.unchanged, report.updated) == (1, 0)
    assert "has another picture, which stays" in report.remarks[0].text
    assert kept() == {"Weber": PNG}
    db.session.refresh(found)
    assert found.version == 2


def test_H2_rehearsal_shows_the_picture_and_undo_takes_it_away(client, sign_in, system) -> None:
    sender = Sender(client)
    create({"kind": "person", "first_name": "Anna", "last_name": "Weber", "external_ids": [{"value": "a"}]})
    db.session.commit()
    sign_in("manager")
    text = card(f"UID:a\r\nPHOTO;ENCODING=b:{encoded(PNG)}") + card(f"PHOTO;ENCODING=b:{encoded(JPEG)}", name="Bo Berg")
    url = sender.rehearse(text, "cards.vcf")
    assert sender.counts(url) == {"update": 1, "create": 1, "unchanged": 0, "double": 0, "error": 0} | {
        key: 0 for key in sender.counts(url) if key not in ("update", "create", "unchanged", "double", "error")
    }
    assert "Picture</span>" in sender.page(f"{url}?show=update")
    assert kept() == {}
    sender.do(url, "start")
    db.session.rollback()
    assert kept() == {"Weber": PNG, "Berg": JPEG}
    sender.do(url, "undo")
    db.session.rollback()
    assert kept() == {}


@pytest.mark.parametrize("kind", ["vcf", "vcf4"])
@given(contents=st.lists(st.sampled_from([b"", PNG, JPEG, WEBP]).flatmap(
    lambda sign: st.binary(max_size=400).map(lambda more: sign and sign + more)), min_size=1, max_size=4))  # fmt: skip
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_H4_pictures_go_out_in_vcards_and_come_back(bring, system, kind, contents) -> None:
    whole = db.session.begin_nested()
    ids = [create({"kind": "person", "last_name": f"Nr{at}"}).id for at in range(len(contents))]
    for contact_id, content in zip(ids, contents, strict=True):
        if content:
            pictures.put(contact_id, content)
    before, text = kept(), b"".join(pieces(Export.of(kind, "all"), [ids]))
    whole.rollback()
    db.session.expire_all()
    assert max(map(len, text.split(b"\r\n"))) <= 75
    again = db.session.begin_nested()
    report = bring(text, commits=False)
    assert (report.created, report.remarks) == (len(contents), [])
    assert kept() == before
    again.rollback()
    db.session.expire_all()


def test_H4_only_vcards_hold_pictures(system) -> None:
    contact_id = create({"kind": "person", "last_name": "Weber"}).id
    pictures.put(contact_id, PNG)
    for kind in ("csv", "json", "xlsx"):
        assert b"picture" not in b"".join(pieces(Export.of(kind, "all"), [[contact_id]])).lower()


def test_H4_few_pictures_are_held_however_many_go_in_and_out(bring, system, tmp_path: Path) -> None:
    path = tmp_path / "many.vcf"
    large = encoded(PNG + bytes(pictures.LARGEST - len(PNG)))
    with path.open("w", newline="") as file:
        for at in range(40):
            file.write(card(folded(f"PHOTO;ENCODING=b:{large}", 20_000), name=f"Anna Nr{at}"))
    tracemalloc.start()
    try:
        assert sum(1 for _row in open_reading(path)) == 40
        read = tracemalloc.get_traced_memory()[1]
        with path.open("rb") as file:
            content = file.read()
        tracemalloc.reset_peak()
        size = tracemalloc.get_traced_memory()[0]
        report = bring(content, commits=False)
        written = tracemalloc.get_traced_memory()[1] - size
        ids = list(db.session.scalars(sa.select(Contact.id)))
        db.session.expire_all()
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        out = sum(len(piece) for piece in pieces(Export.of("vcf", "all"), [ids]))
        exported = tracemalloc.get_traced_memory()[1] - size
    finally:
        tracemalloc.stop()
    assert (report.created, report.remarks) == (40, [])
    assert out > 50_000_000
    assert read < 8_000_000
    assert written < 45_000_000
    assert exported < 60_000_000


def test_H1_one_card_with_very_many_pictures_holds_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "one.vcf"
    large = folded(f"PHOTO;ENCODING=b:{encoded(PNG + bytes(pictures.LARGEST - len(PNG)))}", 20_000)
    path.write_text(card("\r\n".join([large] * 30)), newline="")
    tracemalloc.start()
    try:
        (row,) = open_reading(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(row.values["picture"].content()) == pictures.LARGEST
    assert peak < 12_000_000


def test_H1_a_file_that_is_open_is_read_on_where_it_was(bring) -> None:
    content = b"".join(
        card(f"PHOTO;ENCODING=b:{encoded(PNG + bytes(37 * at) + bytes([at]))}", name=f"Anna Nr{at}").encode()
        for at in range(200)
    )
    stream = io.BytesIO(content)
    seen = [(row.values["last_name"], row.values["picture"].content()[-1]) for row in open_reading(stream)]
    assert seen == [(f"Nr{at}", at) for at in range(200)]


def test_H1_a_cell_that_was_changed_stands_for_no_picture(bring) -> None:
    reading: Any = open_reading(io.BytesIO(card(f"PHOTO;ENCODING=b:{encoded(PNG)}").encode()))
    (row,) = reading
    at = reading.headers.index("Picture")
    for cell in ("1 KB @1+1", "1 KB @1+99999999", "1 KB @2+3", "1 KB @999999999999+3", "x", f"1 KB @{9**40}+3"):
        raw = [*row.raw]
        raw[at] = cell
        changed = reading.read(1, raw)
        assert "picture" not in changed.values
        assert len(changed.warnings) == 1
    assert "picture" in reading.read(1, row.raw).values
