"""Documents in the browser: dropped, chosen, refused, looked at, with script and without (spec D4)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import Watched
from examination import examine
from playwright.sync_api import Page, expect

MEGABYTE = 1024 * 1024
PDF = b"%PDF-1.4\n%%EOF\n"
DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "application/pdf" }));
  const form = document.querySelector("form[data-drop]");
  form.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def large(place: Path, megabytes: int) -> Path:
    """A PDF of so many megabytes."""
    path = place / f"scan-{megabytes}.pdf"
    with path.open("wb") as file:
        file.write(PDF)
        file.truncate(megabytes * MEGABYTE)
    return path


def file_of(page: Page, name: str) -> str:
    """The documents of a contact of its own."""
    page.goto("/contacts/new?kind=company")
    page.get_by_label("Company name").first.fill(name)
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+$"))
    page.get_by_role("link", name=re.compile("^Documents")).click()
    page.wait_for_url("**/documents")
    return page.url


def written(place: Path, name: str, content: bytes) -> Path:
    path = place / name
    path.write_bytes(content)
    return path


def test_D4_files_are_chosen_dropped_filed_and_refused_one_by_one(
    enter: Callable[..., Watched], tmp_path: Path
) -> None:
    watched = enter()
    watched.allowed.add(422)
    page = watched.page()
    file_of(page, "Quaxel Dropping")
    expect(page.get_by_role("heading", name="No documents yet")).to_be_visible()
    chosen = [
        written(tmp_path, "accord-cadre-2027.pdf", PDF + b"one"),
        written(tmp_path, "plans-atelier.zip", b"PK\x03\x04" + bytes(100)),
        large(tmp_path, 51),
    ]
    page.get_by_label("Choose files").set_input_files(chosen)
    uploads = page.locator("#uploads > li")
    expect(uploads).to_have_count(3)
    expect(uploads.nth(0)).to_contain_text("Filed as Contract, to be kept 5 years after its end")
    expect(uploads.nth(1)).to_contain_text("An archive is not opened here")
    expect(uploads.nth(2)).to_contain_text("at most 50 MB")
    page.evaluate(DROP, ["Facture 12.pdf", "%PDF-1.4 dropped"])
    expect(uploads.nth(3)).to_contain_text("Filed as Invoice, to be kept until")
    rows = page.locator("#documents tbody tr")
    expect(rows).to_have_count(2)
    expect(page.locator("#documents")).to_contain_text("2 documents, 2 of which must be kept by law")
    assert not (found := examine(page)), "\n".join(found)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download Facture 12.pdf").click()
    assert waiting.value.suggested_filename == "Facture 12.pdf"
    assert Path(waiting.value.path()).read_bytes() == b"%PDF-1.4 dropped"
    uploads.nth(3).get_by_role("link", name=re.compile("^Change")).click()
    page.get_by_label("Number").fill("RE-12")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="RE-12", exact=True)).to_be_visible()


@pytest.fixture
def plain(enter: Callable[..., Watched]) -> Callable[[], Watched]:
    return lambda: enter(java_script_enabled=False)


def test_D4_without_script_a_form_brings_the_files(plain, tmp_path: Path) -> None:
    watched = plain()
    watched.allowed |= {422, 413}
    page = watched.page()
    address = file_of(page, "Zwirbel Plain")
    page.get_by_label("File as").select_option("order")
    page.get_by_label("Choose files").set_input_files(
        [written(tmp_path, "a.pdf", PDF), written(tmp_path, "b.txt", b"b")]
    )
    page.get_by_role("button", name="File them").click()
    expect(page.locator("#uploads > li")).to_have_count(2)
    expect(page.get_by_label("File as")).to_have_value("order")
    expect(page.locator("#documents tbody tr")).to_have_count(1)
    # Of 51 MB it comes back as the form, filled; what no form may bring is a page that says so, no broken connection.
    page.goto(f"{address}/new")
    page.get_by_label("Number").fill("B-51")
    page.get_by_label("File", exact=True).set_input_files(large(tmp_path, 51))
    page.get_by_role("button", name="File the document").click()
    expect(page.get_by_text("This file is too large: at most 50 MB").first).to_be_visible()
    expect(page.get_by_label("Number")).to_have_value("B-51")
    page.goto(address)
    page.get_by_label("Choose files").set_input_files(large(tmp_path, 130))
    page.get_by_role("button", name="File them").click()
    expect(page.get_by_role("heading", name="That is too large")).to_be_visible()


def test_D4_what_must_be_kept_holds_its_contact(page: Page) -> None:
    address = file_of(page, "Ylvis Kept")
    page.goto(f"{address}/new")
    page.get_by_label("Number").fill("RE-1")
    page.get_by_role("button", name="File the document").click()
    page.get_by_role("link", name="RE-1", exact=True).click()
    page.get_by_role("link", name="Remove").click()
    expect(page.get_by_role("heading", name="RE-1 can't be removed yet")).to_be_visible()
    page.goto(f"{address.removesuffix('/documents')}/delete")
    expect(page.get_by_text("1 × Invoice (until").first).to_be_visible()
