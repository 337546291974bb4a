"""How an embedded page looks beside the portal's own: light or dark, one accent colour, a font.

Nothing that was sent reaches a style sheet but six hexadecimal digits and the name of a font that is known here.
"""

from __future__ import annotations

import re

from webapp.api import _

THEMES = ("auto", "light", "dark")
COLOUR = r"#?[0-9a-fA-F]{6}"
FONTS = {
    "system": "system-ui, sans-serif",
    "arial": "Arial, Helvetica, sans-serif",
    "georgia": "Georgia, serif",
    "segoe": '"Segoe UI", system-ui, sans-serif',
    "verdana": "Verdana, Geneva, sans-serif",
}
"""Fonts that every machine has, by the name under which a portal asks for one."""
LIGHT_FROM = 0.18
"""From which luminance on dark letters stand better on a colour than white ones (both 4.5 : 1 about there)."""


def wrong(theme: str, accent: str, font: str) -> dict[str, str]:
    """What of these can't be used, by name."""
    errors = {}
    if theme not in THEMES:
        errors["theme"] = _("This is one of: %(choices)s.", choices=", ".join(THEMES))
    if accent and re.fullmatch(COLOUR, accent) is None:
        errors["accent"] = _("A colour is six hexadecimal digits, such as #1a7f5a.")
    if font and font not in FONTS:
        errors["font"] = _("This is one of: %(choices)s.", choices=", ".join(FONTS))
    return errors


def sheet(accent: str, font: str) -> str:
    """The style sheet for an accent colour and a font; empty where there is neither, or they can't be used."""
    if wrong(THEMES[0], accent, font):
        return ""
    lines = []
    if accent:
        colour = f"#{accent.removeprefix('#').lower()}"
        letters = "#16181d" if luminance(colour) > LIGHT_FROM else "#ffffff"
        lines += [
            f"--c-accent: {colour};",
            f"--c-accent-hover: color-mix(in oklab, {colour}, {letters} 12%);",
            f"--c-on-accent: {letters};",
            f"--c-focus: {colour};",
            f"--c-accent-line: {colour};",
            f"--c-accent-text: color-mix(in oklab, {colour}, var(--c-text) 45%);",
        ]
    if font:
        lines.append(f"--c-font: {FONTS[font]};")
    return "@layer plugins { :root, [data-theme] { " + " ".join(lines) + " } }\n" if lines else ""


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, from 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
