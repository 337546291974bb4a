"""Text as it is stored, compared and sorted, alike for SQLite and PostgreSQL (design: decided once).

Pure functions on strings; none of them raises on any string.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

# What neither case folding nor decomposition makes plain letters, and signs that people type in two ways.
_PLAIN = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ħ": "h",
        "ı": "i", "ŋ": "n", "ŧ": "t", "ƶ": "z", "ɨ": "i", "’": "'", "‘": "'", "ʼ": "'", "ʻ": "'", "`": "'",
        "´": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip

SHORT, MEMORY = 60, 4096
"""Of texts so long as names and towns are, so many are kept folded: a file has the same ones again and again."""
_HIDDEN = {"Cc", "Cf", "Cs"}

# Embeddings, overrides and isolates make a name show otherwise than it is stored. The marks LRM, RLM and ALM
# and the joiners stay: Arabic, Persian and emoji need them and they deceive nobody.
_DECEIVING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_UNSTORABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_NO_DIGIT = re.compile("[^0-9]+")
_LINE_END = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")


def fold(text: str) -> str:
    """The form in which names, tags and numbers are compared, searched and sorted (spec G1).

    Without case, accents, invisible signs; ligatures and ß, ø, ł, đ, ı … as plain letters; one kind of
    apostrophe and hyphen; every run of blanks one space, none at the ends. `fold(fold(x)) == fold(x)`.
    """
    if text.isascii() and text.isprintable() and "`" not in text:
        return " ".join(text.lower().split())
    return _fold_short(text) if len(text) <= SHORT else _fold_wholly(text)


def _fold_wholly(text: str) -> str:
    folded = _fold_once(text)
    # Few characters decompose into others that fold further; a second round settles them.
    while (again := _fold_once(folded)) != folded:
        folded = again
    return folded


_fold_short = lru_cache(maxsize=MEMORY)(_fold_wholly)


def _fold_once(text: str) -> str:
    spaced = " ".join(text.split())
    plain = unicodedata.normalize("NFKD", spaced).casefold().translate(_PLAIN)
    letters = (
        sign
        for sign in unicodedata.normalize("NFKD", plain)
        if not unicodedata.combining(sign) and (unicodedata.category(sign) not in _HIDDEN or sign.isspace())
    )
    return " ".join("".join(letters).split())


def clean(text: str, multiline: bool = False) -> str:
    """What was typed, made storable: the text itself, but for what no one typed on purpose.

    Removed are NUL and other control characters (PostgreSQL refuses NUL), lone surrogates, and the
    bidirectional embeddings, overrides and isolates with which a name can be made to look like another
    (libs 5.2, stored deception); the plain direction marks and joiners stay. Composed to NFC, trimmed. In a
    single line, line ends and tabs become one space; with `multiline` every line end is a newline.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _DECEIVING.sub("", _UNSTORABLE.sub("", text))
    if multiline:
        text = _LINE_END.sub("\n", text)
    else:
        text = re.sub("[\t ]*(?:\r\n|[\t\n\r\v\f\x85\u2028\u2029])[\\s]*", " ", text)
    return unicodedata.normalize("NFC", text).strip()


def initials(name: str) -> str:
    """One or two capitals for the round sign beside a name: of its first and last word; else "?"."""
    words = [letter for word in name.split() if (letter := next((one for one in word if one.isalnum()), ""))]
    chosen = words[:1] + words[1:][-1:]
    return "".join(letter.upper()[0] for letter in chosen) or "?"


def sort_name(kind: Literal["person", "company"] | str, first: str, last: str, company: str) -> str:
    """The folded name by which lists are sorted: a company's name, a person's "last first" (design)."""
    person = f"{last} {first}"
    return fold(company) or fold(person) if kind == "company" else fold(person) or fold(company)


def digits(text: str) -> str:
    """The decimal digits alone, whatever their script, as 0 to 9: how phone numbers are searched."""
    if text.isascii():
        return _NO_DIGIT.sub("", text)
    return "".join(str(unicodedata.decimal(sign)) for sign in text if sign.isdecimal())


def natural(text: str) -> str:
    """A folded number as it sorts: runs of digits by their value, so that C-9 stands before C-10 (spec F3)."""
    return re.sub("[0-9]+", lambda run: run.group().lstrip("0").zfill(15), text)[:200]
