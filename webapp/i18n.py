"""Languages: English in the code, French and German from catalogues, the core's and each plug-in's.

Catalogues are the readable `.po` files themselves, parsed once per process and language: no build step can
be forgotten, and a plug-in's folder carries its own words. See `docs/translating.md`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from functools import cache
from gettext import c2py
from pathlib import Path
from typing import Any, TypeVar, cast

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileParser
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations
from flask import current_app, g, has_request_context, request
from flask_babel import Babel, Domain, refresh
from flask_babel import get_locale as chosen_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_context
from jinja2.runtime import Context

from webapp.text import clean

Made = TypeVar("Made")
MOST_MADE = 5000
"""Things that are kept ready in words: sentences, parts of pages, patterns of lines, in all languages."""
LOCALES = {"fr": "Français", "en": "English", "de": "Deutsch"}
"""The languages of the screens, in the glossary's order."""
PLURALS = {"fr": "nplurals=2; plural=(n > 1);", "de": "nplurals=2; plural=(n != 1);"}
"""The forms of plurals in our catalogues: one form for 1, another for 2 and the like (`EXAMPLES`).

Said here and not asked of Babel, whose table changes: since 2.19 it has a third French form, for whole millions. That
one is for numbers in words ("un million de contacts"); ours stand in digits.
"""
EXAMPLES = (1, 2)

__all__ = [
    "LOCALES",
    "N_",
    "_",
    "_l",
    "_lp",
    "get_locale",
    "made_once",
    "ngettext",
    "pgettext",
    "setup",
    "speak",
    "stored",
]


def get_locale() -> Locale | None:
    """The language of the unit of work at hand; None where there is none.

    Flask-Babel's own, which looks for its context in three steps; here in one, since a page asks a hundred times.
    """
    try:
        babel = g.get("_flask_babel")
    except RuntimeError:
        return None
    return getattr(babel, "babel_locale", None) or chosen_locale()


def _words() -> NullTranslations:
    locale = get_locale()
    if locale is None:
        return NullTranslations()
    catalogues: Catalogues = current_app.extensions["carnet-languages"].catalogues
    return catalogues.of(locale.language)


def _(sentence: str, **variables: Any) -> str:
    """The sentence in the user's language, its `%(places)s` filled."""
    said: str = _words().ugettext(sentence)
    return said % variables if variables else said


def _grouped(num: int) -> Any:
    locale = get_locale()
    return num if locale is None or num < 1000 else format_decimal(num, locale=locale)


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The same for a number of things, `%(num)s` of them, written as the language groups thousands."""
    variables.setdefault("num", _grouped(num))
    said: str = _words().ungettext(singular, plural, num)
    return said % variables


def pgettext(context: str, sentence: str, **variables: Any) -> str:
    """The same where English says different things by the same word."""
    said: str = _words().upgettext(context, sentence)
    return said % variables if variables else said


def _l(sentence: str, **variables: Any) -> Any:
    """A sentence that is looked up only when it is said: for what is declared once for all languages."""
    return LazyString(_, sentence, **variables)


def _lp(context: str, sentence: str, **variables: Any) -> Any:
    """The same with a context: `_lp("customer", "C")`."""
    return LazyString(pgettext, context, sentence, **variables)


def N_(message: str) -> str:  # noqa: N802 - the customary name of a mark for the extractor
    """Mark a sentence for translation where it is only looked up later."""
    return message


class Catalogues(Domain):
    """One merged catalogue per language from the `translations` folders of core and installed plug-ins."""

    def __init__(self, folders: Iterable[Path]) -> None:
        super().__init__()
        self.folders = list(folders)
        self._merged: dict[str, NullTranslations] = {}
        self.made: dict[Any, Any] = {}
        """What was said in these words and is the same each time (`made_once`)."""

    def get_translations(self) -> NullTranslations:
        locale = get_locale()
        return self.of(locale.language if locale else "en")

    def of(self, language: str) -> NullTranslations:
        """The words of a language, the core's and all plug-ins'."""
        if language not in self._merged:
            self._merged[language] = self._load(language)
        return self._merged[language]

    def _load(self, language: str) -> NullTranslations:
        merged: NullTranslations | None = None
        # The core comes first and goes in last: no plug-in changes its words.
        for folder in reversed(self.folders):
            path = folder / language / "LC_MESSAGES" / "messages.po"
            if not path.is_file():
                continue
            catalogue = Translations(io.BytesIO(_compiled(path, language)))
            merged = merged.merge(catalogue) if merged is not None else catalogue
        return merged or NullTranslations()


def stored(path: Path, language: str) -> Catalog:
    """The catalogue of a `.po` file, its plurals in the forms of `PLURALS`; an empty one where there is no file.

    All catalogues of a language become one, with one rule of plurals. A plug-in's file may say another one: with the
    three French forms of a newer Babel, our rule would take what it says for millions.
    """
    catalogue = Catalog(locale=language)
    catalogue.mime_headers = [("Plural-Forms", PLURALS[language])]
    if path.is_file():
        with path.open("rb") as source:
            PoFileParser(catalogue).parse(source)
    if catalogue.plural_forms != PLURALS[language]:
        form = c2py(catalogue.plural_expr)
        for one in catalogue:
            if one.id and one.pluralizable:
                one.string = tuple(one.string[form(number)] for number in EXAMPLES)
        catalogue.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalogue


@cache
def _compiled(path: Path, language: str) -> bytes:
    # Kept for all applications of a process: reading the text takes a hundred times as long as reading this.
    compiled = io.BytesIO()
    write_mo(compiled, stored(path, language))
    return compiled.getvalue()


def choose_locale() -> str:
    """The user's own language, else the one chosen before sign-in, else the browser's, else the firm's (spec J4)."""
    if not has_request_context():
        return str(current_app.config["CARNET"].locale)
    chosen = g.get("locale") or clean(request.cookies.get("carnet-locale", ""))
    if chosen in LOCALES:
        return str(chosen)
    return request.accept_languages.best_match(list(LOCALES)) or str(current_app.extensions["carnet-language"]())


def speak(locale: str) -> None:
    """Answer this request in a language of ours, whatever its browser asks for: such as the reader's of a letter."""
    if locale in LOCALES:
        g.locale = locale
        refresh()


class Languages(Babel):
    """Flask-Babel with our catalogues as its domain."""

    def __init__(self, catalogues: Catalogues) -> None:
        super().__init__()
        self.catalogues = catalogues

    @property
    def domain_instance(self) -> Catalogues:
        return self.catalogues


def setup(app: Any, folders: Iterable[Path], language: Callable[[], str], timezone: Callable[[], str]) -> None:
    """Give `app` its languages; `language` and `timezone` are asked anew in each request, since a firm sets them."""
    app.extensions["carnet-language"] = language
    languages = Languages(Catalogues(folders))
    languages.init_app(app, default_locale="en", locale_selector=choose_locale, timezone_selector=timezone)
    app.extensions["carnet-languages"] = languages
    words = app.jinja_env.globals
    words["gettext"] = words["_"] = _looked_up_once(words["gettext"], languages)
    words["ngettext"] = _counted(words["ngettext"])


def made_once(key: tuple[Any, ...], make: Callable[[], Made]) -> Made:
    """What `make` said the first time in this language; anew each time while the program is worked on.

    For what depends on nothing but `key` and the words. Kept with the catalogues: other words, another time.
    """
    made: dict[Any, Any] = current_app.extensions["carnet-languages"].catalogues.made
    locale = get_locale()
    key = (locale.language if locale else "", *key)
    if key not in made or current_app.debug:
        if len(made) >= MOST_MADE:
            made.clear()
        made[key] = make()
    return cast(Made, made[key])


def _counted(translate: Callable[..., Any]) -> Callable[..., Any]:
    """Jinja's `ngettext` that writes numbers as ours does."""

    @pass_context
    def said(context: Context, singular: str, plural: str, num: int, **variables: Any) -> Any:
        variables.setdefault("num", _grouped(num))
        return translate(context, singular, plural, num, **variables)

    return said


def _looked_up_once(translate: Callable[..., Any], languages: Languages) -> Callable[..., Any]:
    """Jinja's `gettext` that looks up a sentence without variables once a language: a page has a hundred of them."""

    @pass_context
    def said(context: Context, sentence: str, **variables: Any) -> Any:
        if variables:
            return translate(context, sentence, **variables)
        known, locale = languages.catalogues.made, get_locale()
        key = (locale.language if locale else "", context.eval_ctx.autoescape, sentence)
        if key not in known:
            known[key] = translate(context, sentence)
        return known[key]

    return said
