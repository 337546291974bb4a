"""Normal forms of what is typed about a contact, in which doubles are compared (spec E8).

Pure functions on strings; none of them raises on any string. A change here is a change of `keys.RULES`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from plugins.duplicates import vocabulary
from webapp.api import digits, fold

TAIL = 9
"""Digits at the end of a phone number by which two ways to write it are the same."""
SHORTEST_PHONE = 6
_WORD = re.compile(r"[^\W_]+")
_PLAIN = re.compile(r"[^0-9a-z]+")
_SPELT = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?\b|\b[a-z](?:\.[a-z])+\b")
_NUMBER = re.compile(r"^(\d+)([a-z]?)$")
_RANGE = re.compile(r"(\d+[a-z]?)\s*[-/–]\s*\d+[a-z]?\b")
_ORDINAL = re.compile(r"^(\d+)(?:st|nd|rd|th|er|e|eme)$")
_STREET_END = re.compile(r"(?<=[a-z]{2})(strasse|str|platz|allee|weg|gasse|ring|damm|ufer|straat|laan)$")


@lru_cache(maxsize=200_000)
def _folded(word: str) -> str:
    return fold(word)


def folded(text: str) -> str:
    """The same as `fold`, quicker: words come again and again."""
    return " ".join(map(_folded, text.split()))


@lru_cache(maxsize=100_000)
def person_name(text: str) -> str:
    """A first or last name: folded words without titles."""
    words = _WORD.findall(fold(text).replace("'", ""))
    kept = [one for one in words if one not in vocabulary.TITLES]
    return " ".join(kept or words)


@lru_cache(maxsize=20_000)
def company_name(text: str) -> str:
    """A company's name: folded words without legal forms and articles, abbreviations spelt one way."""
    plain = folded(text)
    if "'" in plain:
        plain = f"{plain} ".replace("'s ", "s ")
    if "." in plain:
        plain = _SPELT.sub(lambda found: found[0].replace(".", ""), plain)
    words = [vocabulary.COMPANY_WORDS.get(one, one) for one in _WORD.findall(plain)]
    kept = [one for one in words if one not in vocabulary.NOTHING_SAID]
    return " ".join(kept or words)


@lru_cache(maxsize=100_000)
def city(text: str) -> str:
    """A place's name without the post's additions: no cedex, no district's number."""
    words = [vocabulary.CITY_WORDS.get(one, one) for one in _WORD.findall(fold(text).replace("'", " "))]
    kept = [one for one in words if not one[0].isdecimal() and one not in vocabulary.CITY_NOTHING]
    return " ".join(kept or words)


@lru_cache(maxsize=100_000)
def postal_code(text: str) -> str:
    """A postal code's letters and digits; of a code with an addition (12345-6789) the code alone."""
    plain = fold(text)
    head, _dash, tail = plain.partition("-")
    if len(head) == 5 and head.isdecimal() and len(tail) == 4:
        return head
    return _PLAIN.sub("", plain)


def street(*lines: str) -> tuple[str, str]:
    """A street's lines as house number and words: units left out, kinds of streets and abbreviations spelt one way."""
    text = folded(" ".join(one for one in lines if one))
    if "-" in text or "/" in text:
        text = _RANGE.sub(r"\1", text)
    if "#" in text or "°" in text:
        text = text.replace("#", " unit ").replace("n°", " ")
    words = _WORD.findall(text)
    number, kept, skip = "", [], False
    for at, word in enumerate(words):
        if skip:
            skip = False
            continue
        if word in vocabulary.UNITS:
            follows = words[at + 1] if at + 1 < len(words) else ""
            skip = len(follows) == 1 or follows[:1].isdecimal() or follows[-1:].isdecimal()
            if word == "ste" and not skip:
                # A saint, not a suite.
                kept.append("st")
            continue
        if word[0].isdecimal():
            if found := _ORDINAL.match(word):
                kept.append(found[1])
                continue
            if not number and (found := _NUMBER.match(word)):
                number = found[1].lstrip("0") or "0"
                continue
        kept += _street_word(word)
    return number, " ".join(kept)


@lru_cache(maxsize=100_000)
def _street_word(word: str) -> tuple[str, ...]:
    if word in vocabulary.STREET_NOTHING:
        return ()
    if word in vocabulary.STREET_WORDS:
        return (vocabulary.STREET_WORDS[word],)
    if found := _STREET_END.search(word):
        end = vocabulary.STREET_WORDS.get(found[1], found[1])
        return word[: found.start()], end
    return (word,)


@lru_cache(maxsize=100_000)
def street_core(words: str) -> str:
    """A street's words without its kind, which is often left out or mistaken; all of them where it has no other."""
    kept = [one for one in words.split() if one not in vocabulary.STREET_KINDS]
    return " ".join(kept) if kept else words


def phone(typed: str, normalised: str | None) -> str:
    """The last digits of a phone number; empty where there are too few to tell anything."""
    text = normalised or typed
    found = text[1:] if text[:1] == "+" and text[1:].isdecimal() else digits(text)
    return found[-TAIL:] if len(found) >= SHORTEST_PHONE else ""


def email(text: str) -> str:
    """An e-mail address without its tag; where the provider ignores dots, without them."""
    local, _at, domain = "".join(text.lower().split()).rpartition("@")
    if not local or not domain:
        return ""
    local = local.partition("+")[0] or local
    if domain in vocabulary.DOTLESS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def domain(website: str) -> str:
    """The domain of a website, or of an e-mail address, that tells whose it is; empty for those that anyone may use."""
    if not website:
        return ""
    found = "".join(website.lower().split()).rpartition("@")[2].partition("://")
    host = (found[2] or found[0]).partition("/")[0].partition("?")[0].partition(":")[0].removeprefix("www.")
    return host if "." in host and host not in vocabulary.FREE_DOMAINS else ""


def plain(text: str) -> str:
    """Letters and digits alone: how identifiers are compared."""
    if not text:
        return ""
    return _PLAIN.sub("", fold(text))


@lru_cache(maxsize=100_000)
def sound(word: str) -> str:
    """A short code that is mostly the same for a word and its misspellings: how it begins, and its consonants."""
    text = word.replace(" ", "")
    for old, new in vocabulary.SOUNDS:
        text = text.replace(old, new)
    if not text:
        return ""
    kept = text[0]
    for letter in text[1:]:
        if letter not in "aeiouyhw" and letter != kept[-1]:
            kept += letter
    return kept[:4]
