"""What a linter for HTML does not know: rules of templates, styles and vendored files (design rules 4, 5, 8)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "static"
FORM = re.compile(r"<form\b(?P<tag>(?:\{[{%].*?[}%]\}|[^>{])*)>(?P<body>.*?)</form>", re.DOTALL | re.IGNORECASE)
TAG = re.compile(r"<(?P<name>[a-z][a-z0-9-]*)\b(?P<rest>(?:\{\{.*?\}\}|\{%.*?%\}|[^<>])*)>", re.DOTALL)
COLOUR = re.compile(r"(?<![\w&-])#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|hwb|oklch|lab|light-dark)\(", re.IGNORECASE)


def templates() -> list[Path]:
    """All templates, the core's and those of plug-ins."""
    return sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("plugins/*/templates/**/*.html")])


def code(path: Path) -> str:
    """A template without its comments."""
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def is_page(path: Path) -> bool:
    """Whether the template is a page: neither a fragment, nor what pages are made of."""
    return not path.name.startswith("_") and not {"shells", "macros"} & {part.name for part in path.parents}


# --- Rules: each takes a template's text and yields what breaks it -------------------------------------------


def unescaped(text: str) -> Iterator[str]:
    """Nothing switches escaping off."""
    yield from re.findall(r"\|\s*safe\b|\bautoescape\s+false|\bMarkup\(", text)


def inline_script(text: str) -> Iterator[str]:
    """No handlers, no evaluated attributes, no inline script: the CSP forbids them all."""
    for tag in TAG.finditer(text):
        yield from re.findall(r"\s(on[a-z]+\s*=|hx-on\S*)", tag["rest"])
        yield from re.findall(r"=\s*[\"'](?:js|javascript):", tag["rest"])
        yield from re.findall(r"hx-trigger=\"[^\"]*\[[^\"]*\"", tag["rest"])
        if tag["name"] == "script" and "src=" not in tag["rest"]:
            yield tag[0]


def inline_style(text: str) -> Iterator[str]:
    """No style attributes, no style elements."""
    yield from re.findall(r"\sstyle\s*=|<style\b", text)


def forged(text: str) -> Iterator[str]:
    """Every POST form carries the CSRF token."""
    for form in FORM.finditer(text):
        if re.search(r"method=\"post\"", form["tag"], re.IGNORECASE) and not re.search(
            r"csrf_token|csrf\(\)", form["body"]
        ):
            yield form[0][:120]


def script_only(text: str) -> Iterator[str]:
    """What htmx sends works without it: hx-get on a link or a form, every other verb on a form that posts."""
    for tag in TAG.finditer(text):
        name, rest = tag["name"], tag["rest"]
        if "hx-get=" in rest and not (
            (name == "a" and "href=" in rest) or (name == "form" and "action=" in rest) or 'hx-trigger="every' in rest
        ):
            yield tag[0]
        if re.search(r"\shx-(post|put|patch|delete|query)=", rest) and not (
            name == "form" and "action=" in rest and 'method="post"' in rest
        ):
            yield tag[0]
        if re.search(r"\shx-(get|post)=", rest) and not ("hx-target=" in rest and "hx-swap=" in rest):
            yield f"{tag[0]} names no hx-target or hx-swap: nothing is inherited"


def literal_address(text: str) -> Iterator[str]:
    """Addresses come from url_for and static_url alone."""
    yield from re.findall(r"\s(?:href|src|action|formaction|hx-[a-z-]+)=\"(?:/|https?:)[^\"]*\"", text)


def unknown_icon(text: str) -> Iterator[str]:
    """Every icon that is named lies in the sprite."""
    known = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    for name in re.findall(r"\bicon\(\s*[\"']([^\"']+)[\"']", text):
        if name not in known:
            yield name


RULES: tuple[Callable[[str], Iterator[str]], ...] = (
    unescaped,
    inline_script,
    inline_style,
    forged,
    script_only,
    literal_address,
    unknown_icon,
)

BROKEN = {
    "unescaped": "{{ name|safe }}",
    "inline_script": '<a href="#" onclick="go()">x</a>',
    "inline_style": '<p style="color: red">x</p>',
    "forged": '<form class="{{ a > b }}" method="post" action="{{ url_for(\'x\') }}"><button>x</button></form>',
    "script_only": '<button hx-post="{{ url_for(\'x\') }}" hx-target="this" hx-swap="outerHTML">x</button>',
    "literal_address": '<a href="/contacts">x</a>',
    "unknown_icon": '{{ ui.icon("no-such-icon") }}',
}
"""For each rule a template that breaks it: a rule that finds nothing is worth nothing."""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_templates_keep_the_rule(rule: Callable[[str], Iterator[str]]) -> None:
    broken = [f"{path.relative_to(ROOT)}: {found}" for path in templates() for found in rule(code(path))]
    assert not broken, f"{rule.__doc__}\n" + "\n".join(broken)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_finds_what_breaks_it(rule: Callable[[str], Iterator[str]]) -> None:
    assert list(rule(BROKEN[rule.__name__]))


def test_pages_extend_the_shell_and_fragments_nothing() -> None:
    for path in templates():
        text = code(path).strip()
        if is_page(path):
            assert re.match(r"\{% extends shell\(", text), f"{path}: a page begins with {{% extends shell() %}}"
        else:
            assert "{% extends" not in text, f"{path}: only pages extend"


def test_raw_colours_are_in_the_tokens_alone() -> None:
    for path in sorted(STATIC.glob("css/*.css")):
        # In somebody else's page there are no tokens.
        if path.stem in ("tokens", "print", "portal"):
            continue
        css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not COLOUR.findall(css), f"{path.name} names a colour: use a token of tokens.css"
    assert COLOUR.findall("a { color: #fff }")
    assert COLOUR.findall("a { color: rgb(0 0 0 / .5) }")


def test_every_style_sheet_and_script_is_loaded() -> None:
    head = (ROOT / "templates/shells/_head.html").read_text(encoding="utf-8")
    sheets = re.search(r"for sheet in \[(.*?)\]", head)
    assert sheets
    assert set(re.findall(r'"([\w-]+)"', sheets[1])) == {path.stem for path in STATIC.glob("css/*.css")} - {"portal"}
    assert "css/portal.css" in (ROOT / "templates/shells/portal.html").read_text(encoding="utf-8")
    app = (STATIC / "js/app.js").read_text(encoding="utf-8")
    # Pages that are open by a link have an entry point of their own.
    entries = {"app", "embed", "loader-1", "public"}
    assert set(re.findall(r'from "\./(\w+)\.js"', app)) == {path.stem for path in STATIC.glob("js/*.js")} - entries
    for name in ("embed", "public"):
        assert f"js/{name}.js" in (ROOT / f"templates/shells/{name}.html").read_text(encoding="utf-8")


def test_vendored_files_are_what_their_list_says() -> None:
    listed = re.findall(
        r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$",
        (STATIC / "vendor/README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    sums = dict(listed)
    assert len(sums) == len(listed) > 0
    for name, stated in sums.items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == stated, f"{name} differs from its line"
    foreign = [*STATIC.glob("vendor/*.js"), *STATIC.glob("fonts/*"), *ROOT.glob("tests/browser/*.min.js")]
    missing = {str(path.relative_to(ROOT)) for path in foreign} - set(sums)
    assert not missing, f"in no line of static/vendor/README.md: {missing}"
