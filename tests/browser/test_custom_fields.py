"""A field of the firm's own: defined, filled in, found in a list; with and without JavaScript (spec D8)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_D8_a_field_is_defined_filled_in_and_found(enter, scripts) -> None:
    page = enter(java_script_enabled=scripts).page()
    label, code = f"Wine {scripts}", f"wine_{scripts}".lower()
    page.goto("/settings/custom-fields/new")
    page.get_by_label("English").fill(label)
    page.get_by_label("Kind of field").select_option("choices")
    page.get_by_label("Values of a list").fill("Red\nWhite")
    page.get_by_role("button", name="Add the field").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(label)
    page.goto("/contacts/new")
    page.get_by_label("Company name").fill(f"Cellar {scripts} AG")
    group = page.get_by_role("group", name=label)
    group.get_by_label("Red").check()
    group.get_by_label("White").check()
    page.get_by_role("button", name="Save the contact").last.click()
    page.wait_for_url(re.compile(r"/contacts/\d+"))
    expect(page.locator("#part-added")).to_contain_text("Red, White")
    page.goto(f"/contacts?custom_{code}=red&cols=custom_{code}")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody tr")).to_contain_text("Red, White")
    page.goto(f"/contacts/filters?custom_{code}=white")
    expect(page.locator(f"#f-custom_{code}")).to_be_attached()
