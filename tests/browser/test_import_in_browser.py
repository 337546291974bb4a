"""A file of 5,000 rows with faults is dropped, rehearsed, mended, imported and taken back (spec H2)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from driving import ADA, PHONE, Watched
from driving import sign_in as sign_in_at
from playwright.sync_api import Page, expect
from serving import Served, served

ROWS, FAULTS = 5_000, 40
WORK_MS = 180_000
"""A busy machine takes its time for so many rows."""
DROP = """([form, name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name, { type: "text/csv" }));
  form.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def content() -> str:
    """Persons with an e-mail and a town; every 125th has no name and nothing else to find it by."""
    lines = ["Vorname;Nachname;E-Mail;Ort"]
    for at in range(ROWS):
        lines.append(";;;Ulm" if at % (ROWS // FAULTS) == 7 else f"Vor{at};Nach{at};n{at}@w.example;Ulm")
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def empty() -> Iterator[Served]:
    """A served Carnet without contacts."""
    with served("sqlite", users=((ADA, "administrator"),)) as at:
        yield at


@pytest.fixture
def page(visit: Callable[..., Watched], empty: Served) -> Page:
    """A tab of who is signed in."""
    watched = visit(empty)
    page = watched.page()
    page.goto("/login")
    sign_in_at(page, ADA)
    page.wait_for_url("**/contacts*")
    return page


def stat(page: Page, key: str) -> Any:
    return page.locator(f"#import-counts [data-count={key}] .c-stat__v")


def shoot(page: Page, name: str) -> None:
    """A picture for whoever wants to look (`CARNET_SHOTS`, a folder); no sideways scrolling at any width."""
    for width, scheme in ((1280, "light"), (PHONE[0], "dark"), (320, "light")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        room = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert room <= 0, (name, width)
        if folder := os.environ.get("CARNET_SHOTS"):
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


def test_H2_a_file_with_faults_is_dropped_mended_imported_and_taken_back(page: Page) -> None:
    page.goto("/import")
    shoot(page, "start")
    form = page.locator("form[data-sends]")
    page.evaluate(DROP, [form.element_handle(), "list.csv", content()])
    page.wait_for_url(re.compile(r"/import/\d+/columns$"))
    shoot(page, "columns")
    page.get_by_role("button", name="Rehearse 5,000 rows").click()
    expect(stat(page, "error")).to_have_text(str(FAULTS), timeout=WORK_MS)
    expect(stat(page, "create")).to_have_text("4,960")
    shoot(page, "rehearsal")
    stat(page, "error").click()
    shoot(page, "errors")
    for number in (8, 133, 258):
        page.get_by_label(f"Nachname, line {number + 1}").fill(f"Mended{number}")
        page.get_by_label(f"Nachname, line {number + 1}").press("Enter")
        expect(page.locator(f"#row-{number} .c-status")).to_contain_text("Creation")
    expect(stat(page, "error")).to_have_text("37")
    page.get_by_role("button", name="Import 4,963 rows").click()
    expect(stat(page, "created")).to_have_text("4,963", timeout=WORK_MS)
    expect(stat(page, "refused")).to_have_text("37")
    shoot(page, "imported")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download the 37 refused rows").click()
    refused = waiting.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(refused) == 38
    assert refused[0] == '"Vorname","Nachname","E-Mail","Ort","Line","Reason"'
    assert refused[1].startswith('"","","","Ulm","')
    page.get_by_role("button", name="Take the import back").click()
    expect(stat(page, "gone")).to_have_text("4,963", timeout=WORK_MS)
    expect(page.get_by_role("status").filter(has_text="Everything is as it was before")).to_be_visible()
    shoot(page, "undone")
    page.goto("/contacts")
    expect(page.get_by_text("Mended8")).to_have_count(0)


def test_H2_doubles_are_decided_and_a_flawed_cell_is_mended_without_a_reload(page: Page) -> None:
    page.goto("/import")
    rows = "Nachname;E-Mail;Geburtsdatum\nAdler;a@w.example;1980-01-31\nBerg;a@w.example;\nCora;c@w.example;31.31.80\n"
    page.get_by_label("File").set_input_files({"name": "two.csv", "mimeType": "text/csv", "buffer": rows.encode()})
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("button", name="Rehearse 3 rows").click()
    expect(stat(page, "double")).to_have_text("1")
    expect(stat(page, "flawed")).to_have_text("1")
    page.get_by_label("What to do with line 3").select_option("skip")
    page.locator("#row-2").get_by_role("button", name="Decide").click()
    expect(page.locator("#row-2 .c-hint").first).to_have_text("Skip")
    page.get_by_label("Geburtsdatum, line 4").fill("31.01.1980")
    page.get_by_label("Geburtsdatum, line 4").press("Enter")
    expect(stat(page, "flawed")).to_have_text("0")
    shoot(page, "decided")
    page.get_by_role("button", name="Import 2 rows").click()
    expect(stat(page, "created")).to_have_text("2")
    expect(stat(page, "skipped")).to_have_text("1")
