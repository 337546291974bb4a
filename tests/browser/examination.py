"""What axe and a ruler find wrong with a page as it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async only => {
    // What lies half under the floating bar is scrolled out from there before it is touched: it has no size of its own.
    const bar = document.querySelector(".c-bulk:not([hidden])"), floor = bar?.getBoundingClientRect();
    const covered = [...document.querySelectorAll(":not(.c-bulk *)")].filter(one => {
        const place = one.getBoundingClientRect();
        return bar && !one.contains(bar) && place.bottom > floor.top && place.top < floor.bottom;
    });
    const found = await axe.run({include: [document], exclude: covered}, {runOnly: only});
    return found.violations.map(one => `${one.id}: ${one.help}\\n` + one.nodes.slice(0, 3).map(
        node => `    ${node.html.slice(0, 200)}\\n    ${node.failureSummary.split("\\n").slice(1, 3).join(" ")}`
    ).join("\\n"));
}"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDTHS = (1280, 390, 320)


def examine(page: Page) -> list[str]:
    """What is wrong with the page as it stands: all rules in light, contrast in dark, width and targets on a phone."""
    findings: list[str] = []

    def ask(where: str, only: dict[str, Any]) -> None:
        findings.extend(f"{where}: {one}" for one in page.evaluate(RUN, only))

    # The one way past the security policy is the debugger's, by which Playwright speaks.
    page.evaluate(AXE)
    ask("light", {"type": "tag", "values": TAGS})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    ask("dark", {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        if (wider := page.evaluate(WIDER)) > 0:
            findings.append(f"{width} px: {wider} px wider than the screen")
        if width == 390:
            ask("phone", {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable"]})
    page.set_viewport_size({"width": 1280, "height": 900})
    return findings
