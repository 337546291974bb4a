"""Files of documents: what is taken, where it lies, when it goes, how it is given back (spec D4, ASVS 5.1, 5.2)."""

from __future__ import annotations

import datetime as dt
import io
import os

import pytest
import sqlalchemy as sa
from papers import PNG, SVG, bomb, large_form, pdf, sending, stored

from plugins.documents import files, services
from plugins.documents.models import Document, StoredFile
from webapp.administration.doctor import examine
from webapp.db import db, transaction


@pytest.fixture
def contact(make):
    return make("Hofer", functions=["customer"])


def documents(contact) -> list[Document]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Document).where(Document.contact_id == contact.id).order_by(Document.id)))


def upload(client, contact, *args, **fields):
    return client.submit(f"/contacts/{contact.id}/documents", sending(*args, **fields))


def test_D4_a_dropped_file_becomes_a_document_by_what_its_name_says(sign_in, contact) -> None:
    client, before = sign_in("editor"), stored()
    content = pdf()
    answer = upload(client, contact, content, "Facture 2026-17.pdf", type="by_name", dated_on="2026-11-03")
    assert (answer.status_code, answer.location) == (303, f"/contacts/{contact.id}/documents")
    (made,) = documents(contact)
    assert (made.type, made.dated_on, made.file_name) == ("invoice", dt.date(2026, 11, 3), "Facture 2026-17.pdf")
    (path,) = stored() - before
    assert path.read_bytes() == content
    assert path == files.path_of(db.session.get(StoredFile, made.file_id).digest)
    assert "static" not in path.parts
    page = client.get(f"/contacts/{contact.id}/documents").text
    assert "Facture 2026-17.pdf" in page
    assert "Invoice, France, 10 years" in page


REFUSED = {
    "a text": (b"Dear Sir or Madam", "letter.pdf", "This is no PDF and no picture"),
    "nothing": (b"", "facture.pdf", "This file is empty"),
    "a zip bomb": (bomb(), "facture.pdf", "An archive is not opened here"),
    "an SVG with script": (SVG, "logo.svg", "This is no PDF and no picture"),
    "HTML as a PDF": (b"<html><script>alert(1)</script>%PDF-1.4", "page.pdf", "This is no PDF and no picture"),
    "another RIFF": (b"RIFF\x10\x00\x00\x00WAVEfmt ", "sound.webp", "This is no PDF and no picture"),
    "text before a PDF": (b"Dear all,\n%PDF-1.4", "page.pdf", "This is no PDF and no picture"),
    "a program": (b"MZ\x90\x00" + bytes(100), "facture.pdf", "This is no PDF and no picture"),
}


@pytest.mark.parametrize(("content", "name", "text"), REFUSED.values(), ids=REFUSED.keys())
def test_D4_what_is_no_pdf_and_no_picture_is_refused(sign_in, contact, content, name, text) -> None:
    client, before = sign_in("editor"), stored()
    answer = upload(client, contact, content, name, type="order", dated_on="2026-01-31")
    assert answer.status_code == 422
    assert text in answer.text
    # The form stands there as it was filled in.
    assert '<option value="order" selected>' in answer.text
    assert 'value="2026-01-31"' in answer.text
    assert (documents(contact), stored()) == ([], before)


def test_D4_a_file_of_51_megabytes_is_refused_with_the_form_filled(sign_in, contact) -> None:
    client, before = sign_in("editor"), stored()
    fields = {"csrf_token": client.token(), "type": "contract", "number": "RE-1", "dated_on": "2026-01-31"}
    size = 51 * files.MEGABYTE
    answer = client.post(f"/contacts/{contact.id}/documents/new", **large_form(fields, "file", size))
    assert answer.status_code == 422
    assert "This file is too large: at most 50 MB" in answer.text
    assert 'value="RE-1"' in answer.text
    dropped = client.post(f"/contacts/{contact.id}/documents", **large_form(fields, "files", size))
    assert (dropped.status_code, "at most 50 MB" in dropped.text) == (422, True)
    assert '<option value="contract" selected>' in dropped.text
    assert (documents(contact), stored()) == ([], before)


def test_D4_more_than_a_form_may_bring_is_a_page_that_says_so(sign_in, contact) -> None:
    client = sign_in("editor")
    sent = large_form({"csrf_token": client.token()}, "files", 1000)
    said = {"CONTENT_LENGTH": str(102 * files.MEGABYTE)}
    answer = client.post(f"/contacts/{contact.id}/documents", environ_overrides=said, **sent)
    assert answer.status_code == 413
    assert "101 MB of files at once" in answer.text


def test_D4_of_several_files_the_good_ones_are_filed_and_the_others_say_why(sign_in, contact) -> None:
    client = sign_in("editor")
    sent = {"files": [(io.BytesIO(pdf()), "Contrat.pdf"), (io.BytesIO(b"x"), "b.txt"), (io.BytesIO(PNG), "c.png")]}
    answer = client.submit(f"/contacts/{contact.id}/documents", sent | {"type": "by_name", "dated_on": "2026-02-01"})
    assert answer.status_code == 422
    assert (answer.text.count("Filed as"), answer.text.count("Not filed</span>")) == (2, 2)
    assert [(one.type, one.file_name) for one in documents(contact)] == [
        ("contract", "Contrat.pdf"),
        ("other", "c.png"),
    ]


def test_D4_what_was_filed_in_part_is_filed_once_however_often_it_is_sent(sign_in, contact) -> None:
    client, good = sign_in("editor"), pdf()
    address = f"/contacts/{contact.id}/documents"

    def send(key: str):
        sent = [(io.BytesIO(good), "facture.pdf"), (io.BytesIO(b"text"), "letter.txt")]
        return client.submit(address, {"files": sent, "type": "by_name", "dated_on": "2026-11-03", "form_key": key})

    assert send("one").status_code == 422
    again = send("one")
    assert (again.status_code, again.location, len(documents(contact))) == (303, address, 1)
    # The same paper by another form is filed, and said to be there.
    twice = send("two").text
    assert "The same file is with this contact already." in twice
    assert f'href="/documents/{documents(contact)[0].id}"' in twice
    assert upload(client, contact, good).status_code == 303
    assert "1 of these files is with this contact already" in client.get(address).text


def test_D4_a_pdf_may_begin_with_blank_lines(sign_in, contact) -> None:
    assert upload(sign_in("editor"), contact, b"\r\n\n  " + pdf(), type="order").status_code == 303
    assert [one.file_name for one in documents(contact)] == ["facture.pdf"]


NAMES = {
    "../../etc/passwd.pdf": "passwd.pdf",
    "..\\..\\boot.pdf": "boot.pdf",
    "": "document.pdf",
    ".pdf": "document.pdf",
    "facture.exe": "facture.exe.pdf",
    "page.html": "page.html.pdf",
    "\u202efdp.exe": "fdp.exe.pdf",
    "Rechnung Ä\x00.PDF": "Rechnung Ä.PDF",
    "x" * 300 + ".pdf": "x" * 176 + ".pdf",
    "é" * 300 + ".pdf": "é" * 88 + ".pdf",
}


@pytest.mark.parametrize(("given", "kept"), NAMES.items(), ids=range(len(NAMES)))
def test_D4_names_are_made_harmless_and_end_as_what_the_file_is(given, kept) -> None:
    assert files.bare_name(given, "application/pdf") == kept
    assert len(kept.encode()) <= files.LONGEST_NAME


def test_D4_equal_files_lie_there_once_and_go_with_the_last_document(sign_in, make, contact) -> None:
    client, before, other = sign_in("manager"), stored(), make("Other")
    content = pdf()
    for one in (contact, other):
        assert upload(client, one, content, "Scan.pdf", type="other", dated_on="2026-01-01").status_code == 303
    (first,), (second,) = documents(contact), documents(other)
    assert first.file_id == second.file_id
    (path,) = stored() - before
    assert client.submit(f"/documents/{first.id}/remove").status_code == 303
    assert path.is_file()
    with client.get(f"/documents/{second.id}/file") as answer:
        assert answer.data == content
    assert client.submit(f"/documents/{second.id}/remove").status_code == 303
    assert not path.exists()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0
    assert stored() == before


def test_D4_a_file_goes_where_its_document_was_not_kept_after_all(sign_in, contact) -> None:
    client, before = sign_in("editor"), stored()
    sent = {"type": "contract", "dated_on": "2026-05-01", "number": "C-1"}
    address = f"/contacts/{contact.id}/documents/new"
    assert client.submit(address, {**sent, "file": (io.BytesIO(pdf()), "c.pdf")}).status_code == 303
    (path,) = stored() - before
    again = client.submit(address, {**sent, "file": (io.BytesIO(pdf()), "c.pdf")})
    assert (again.status_code, "Contract C-1 is here already" in again.text) == (409, True)
    assert stored() == before | {path}


def test_D4_a_failure_at_the_commit_leaves_no_file(app, contact, system) -> None:
    before = stored()
    with pytest.raises(ZeroDivisionError), transaction():
        services.add(contact.id, {"type": "other", "dated_on": "2026-01-01"}, io.BytesIO(pdf()), "a.pdf")
        assert len(stored() - before) == 1
        raise ZeroDivisionError
    assert stored() == before


class TestDownloads:
    """A file is given back as what it is, to be saved, to whoever may see the contact."""

    @pytest.fixture
    def document(self, contact, system) -> Document:
        name = "Rechnung „Köln“ 2026; €.pdf"
        values = {"type": "other", "dated_on": "2026-01-01"}
        return services.add(contact.id, values, io.BytesIO(pdf("down")), name)

    def test_ASVS_3_2_1_as_an_attachment_that_nothing_runs_in(self, sign_in, document) -> None:
        with sign_in("reader").get(f"/documents/{document.id}/file") as answer:
            assert answer.status_code == 200
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert answer.headers["Cache-Control"] == "no-store"
            kept = answer.headers["Content-Disposition"]
            assert kept.startswith("attachment; ")
            assert "filename*=UTF-8''Rechnung%20%E2%80%9EK%C3%B6ln%E2%80%9C%202026%3B%20%E2%82%AC.pdf" in kept
            assert answer.is_streamed
            assert answer.get_data() == pdf("down")

    def test_J1_nobody_has_it_without_signing_in(self, client, document) -> None:
        assert client.get(f"/documents/{document.id}/file").status_code == 302

    def test_D4_a_part_of_it_can_be_asked_for(self, sign_in, document) -> None:
        with sign_in("reader").get(f"/documents/{document.id}/file", headers={"Range": "bytes=0-3"}) as answer:
            assert (answer.status_code, answer.data) == (206, b"%PDF")

    def test_D4_a_lost_file_says_what_to_do_and_doctor_names_it(self, app, sign_in, document) -> None:
        path = files.path_of(db.session.get(StoredFile, document.file_id).digest)
        os.rename(path, f"{path}-away")
        assert sign_in("reader").get(f"/documents/{document.id}/file").status_code == 404
        assert any(f"{path} is gone or changed" in one for one in examine())
        os.rename(f"{path}-away", path)
        assert not any(str(path) in one for one in examine())
        path.unlink()


def test_D4_doctor_names_files_that_are_no_documents(app, system) -> None:
    stray = files.path_of("ab" + "0" * 62)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"%PDF-")
    assert not any(str(stray) in one for one in examine())
    os.utime(stray, (1, 1))
    assert any(f"{stray} is no document's" in one for one in examine())
    stray.unlink()


def test_I1_the_plugins_page_names_what_it_keeps_in_words(sign_in, contact, system) -> None:
    services.add(contact.id, {"type": "invoice", "dated_on": "2026-11-03"}, io.BytesIO(pdf()), "a.pdf")
    db.session.flush()
    page = sign_in("administrator").get("/settings/plugins/documents").text
    assert ("Files of documents: 1" in page, "stored_file" in page) == (True, False)
