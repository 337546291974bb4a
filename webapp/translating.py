"""The catalogues' upkeep: `python -m webapp.translating update|check`; see `docs/translating.md`.

Each owner of code (the core, each plug-in) has one `.po` file per language. At run time all of them form one
catalogue (`webapp.i18n`), so that one string must have one translation, whoever says it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import write_po

from webapp.i18n import EXAMPLES, LOCALES, PLURALS, stored

ROOT = Path(__file__).parent.parent
LANGUAGES = tuple(code for code in LOCALES if code != "en")
"""English is the msgid itself and has no catalogue."""
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
OPTIONS = {"**.html": {"extensions": "jinja2.ext.do", "silent": "false"}}
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "_lp": ((1, "c"), 2)}

HEADER = "# Kept by `python -m webapp.translating update`; see docs/translating.md."

Key = tuple[str, str | tuple[str, ...]]
"""Context (empty: none) and msgid, or singular and plural."""

_PLACE = re.compile(r"%\(\w+\)[a-z]|\{\w*\}")


@dataclass(frozen=True)
class Owner:
    """Whose strings go into which folder of catalogues."""

    name: str
    sources: tuple[Path, ...]
    catalogues: Path

    def path(self, language: str) -> Path:
        """The `.po` file of a language."""
        return self.catalogues / language / "LC_MESSAGES" / "messages.po"


class Plain(Catalog):
    """A catalogue whose header says only what readers of it need: no dates, so that a diff shows strings alone."""

    num_plurals = len(EXAMPLES)

    @property
    def plural_forms(self) -> str:
        """The language's rule, as we say it and not as this Babel does."""
        return PLURALS[str(self.locale_identifier)]

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header's lines."""
        return [
            ("Language", str(self.locale_identifier)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def owners(root: Path = ROOT) -> list[Owner]:
    """The core, then the shipped plug-ins."""
    core = Owner("core", (root / "webapp", root / "templates"), root / "webapp" / "translations")
    packages = sorted(path.parent for path in (root / "plugins").glob("*/__init__.py"))
    return [core, *(Owner(path.name, (path,), path / "translations") for path in packages)]


def extract(owner: Owner) -> list[Message]:
    """Every string that the owner's code marks, once each, by msgid and context.

    Raises `TemplateSyntaxError` for a template that can't be parsed.
    """
    found = Catalog()
    for source in owner.sources:
        for _file, _line, text, _comments, context in extract_from_dir(source, METHODS, OPTIONS, KEYWORDS):
            found.add(text, context=context)
    return [one for one in found if one.id]


def update(everyone: Iterable[Owner]) -> int:
    """Bring the strings of the code into all catalogues and take out what the code no longer says.

    What another owner has translated already is taken from there; nothing is guessed. Returns how many
    strings now lack a translation.
    """
    everyone, missing = list(everyone), 0
    for language in LANGUAGES:
        known: dict[Key, Any] = {}
        present = {owner.name: stored(owner.path(language), language) for owner in everyone}
        for catalogue in present.values():
            known.update((_key(one), one.string) for one in catalogue if one.id and _is_done(one))
        for owner in everyone:
            path, fresh = owner.path(language), Plain(locale=language, header_comment=HEADER, fuzzy=False)
            for one in extract(owner):
                old = present[owner.name].get(one.id, context=one.context)
                string = old.string if old is not None and _is_done(old) else known.get(_key(one), "")
                comments = old.user_comments if old is not None else ()
                added = fresh.add(one.id, string, context=one.context, user_comments=comments)
                missing += not _is_done(added)
            if len(fresh):
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as target:
                    write_po(target, fresh, no_location=True, sort_output=True, ignore_obsolete=True, width=0)
            else:
                path.unlink(missing_ok=True)
    return missing


def check(everyone: Iterable[Owner]) -> list[str]:
    """What is wrong with the catalogues, one line each: strings missing, fuzzy, obsolete, or told in two ways,
    and placeholders that a translation lost or made up."""
    everyone, problems = list(everyone), []
    wanted = {owner.name: {_key(one): one for one in extract(owner)} for owner in everyone}
    for language in LANGUAGES:
        seen: dict[Key, tuple[str, Any]] = {}
        for owner in everyone:
            catalogue = stored(owner.path(language), language)
            present = {_key(one): one for one in catalogue if one.id}
            lines = [*_compare(wanted[owner.name], present)]
            lines += [f"obsolete: {one.id!r}" for one in catalogue.obsolete.values()]
            for key, one in present.items():
                first, string = seen.setdefault(key, (owner.name, one.string))
                if string != one.string:
                    lines.append(f"told otherwise in {first} ({string!r}): {one.id!r}")
            problems += [f"{owner.name}, {language}: {line}" for line in lines]
    return problems


def _compare(wanted: Mapping[Key, Message], present: Mapping[Key, Message]) -> Iterator[str]:
    for key, one in wanted.items():
        found = present.get(key)
        if found is None or not all(_strings(found)):
            yield f"missing: {one.id!r}"
        elif found.fuzzy:
            yield f"fuzzy: {one.id!r}"
        elif wrong := _wrong_places(found):
            yield f"placeholders {', '.join(sorted(wrong))}: {one.id!r}"
    for key, one in present.items():
        if key not in wanted:
            yield f"obsolete: {one.id!r}"


def _wrong_places(message: Message) -> set[str]:
    """Placeholders that stand on one side only; a singular may leave out what only the plural needs."""
    ids = message.id if isinstance(message.id, tuple) else (message.id,)
    expected = [set(_PLACE.findall(text)) for text in ids]
    wrong: set[str] = set()
    for at, text in enumerate(_strings(message)):
        places = set(_PLACE.findall(text))
        if places not in (expected if at == 0 else expected[-1:]):
            wrong |= places ^ expected[-1]
    return wrong


def _key(message: Message) -> Key:
    return message.context or "", message.id


def _strings(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, list | tuple) else (message.string or "",)


def _is_done(message: Message) -> bool:
    return not message.fuzzy and all(_strings(message))


@click.command()
@click.argument("task", type=click.Choice(["update", "check"]))
def main(task: str) -> None:
    """Update the catalogues from the code, or check that nothing is missing (exit 1)."""
    everyone = owners()
    if task == "update":
        missing = update(everyone)
        click.echo(f"{missing} translations are missing." if missing else "All strings are translated.")
        return
    problems = check(everyone)
    for line in problems:
        click.echo(line)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
