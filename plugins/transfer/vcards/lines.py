"""The lines of vCards: unfolded, parted into name, parameters and value, decoded (RFC 2425, 2426, 6350; vCard 2.1).

Nothing here calls itself and nothing raises on any text, however it is broken: files come from telephones and people.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from plugins.transfer.vcards.properties import PICTURES

LONGEST_LINE = 64 * 1024
"""Signs of an unfolded line; what is longer is cut."""
LONGEST_PICTURE = 2 * 1024 * 1024
"""Signs of a picture, where it is read at last; until then `BEGUN` of them, so that none is held."""
BEGUN = 1000
MOST_PROPERTIES = 2000
"""Of one card; further ones are left out."""

_SEGMENT = re.compile(r'[^";:]*(?:"[^"]*(?:"[^";:]*|$))*')
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CARET = re.compile(r"\^([n'^])")
_ENCODINGS = frozenset({"QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"})


@dataclass
class Property:
    """A line of a card. `types` are in capitals, of all TYPE parameters and those without a name; `label` is Apple's,
    `value` as it is escaped. `line` is where it begins, counted from that of its card; `size` its signs before any was
    cut off.
    """

    name: str
    value: str
    group: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    types: list[str] = field(default_factory=list)
    label: str = ""
    line: int = 0
    size: int = 0

    def text(self) -> str:
        """The value without its escapes."""
        return unescaped(self.value)

    def parts(self, mark: str = ";") -> list[str]:
        """The components of the value, without their escapes."""
        return [unescaped(part) for part in split(self.value, mark)]

    @property
    def preference(self) -> int:
        """1 is liked best, 101 is without preference."""
        told = self.parameters.get("PREF", "")
        return int(told) if told.isdecimal() and len(told) < 4 else 1 if "PREF" in self.types else 101


@dataclass
class Card:
    """A vCard: the line where it begins, its version, its properties; those of cards inside it are left out.

    `place` is where the stream stood behind that line, if that was asked for and it is one: see `picture_at`.
    """

    line: int
    place: int | None = None
    version: str = ""
    properties: list[Property] = field(default_factory=list)


def cards(text: TextIO, encoding: str = "utf-8", *, places: bool = False) -> Iterator[Card]:
    """The cards of a file, one by one. One that is never closed ends where the next begins, or the file."""
    card: Card | None = None
    depth = 0
    agent = False
    for one in _unfolded(text, places=places):
        found = _property(one.text, encoding)
        if found is None:
            continue
        word = found.value.strip().upper()
        if found.name == "BEGIN" and word == "VCARD":
            if card is not None and (depth or agent):
                depth += 1
                continue
            if card is not None:
                yield _labelled(card)
            card, depth = Card(one.number, one.place), 0
        elif card is None:
            continue
        elif found.name == "END" and word == "VCARD":
            if depth:
                depth -= 1
            else:
                yield _labelled(card)
                card = None
        elif not depth:
            # A card inside a card follows AGENT, whose own value is empty.
            agent = found.name == "AGENT" and not word
            if found.name == "VERSION":
                card.version = found.value.strip()
            elif len(card.properties) < MOST_PROPERTIES:
                found.line, found.size = one.number - card.line, one.size
                card.properties.append(found)
            continue
        agent = False
    if card is not None:
        yield _labelled(card)


def picture_at(text: TextIO, place: int, line: int) -> str:
    """The value of a picture, whole up to `LONGEST_PICTURE`: that of the property at this line of the card at a place.

    An empty text where none is there.
    """
    text.seek(place)
    for one in _unfolded(text, whole=line):
        if one.number == line:
            found = _property(one.text, "")
            return found.value if found is not None and found.name in PICTURES else ""
        if one.number > line:
            break
    return ""


def _labelled(card: Card) -> Card:
    """The card, with Apple's labels (item1.X-ABLabel) on what they belong to."""
    labels = {
        one.group: one.text().removeprefix("_$!<").removesuffix(">!$_")
        for one in card.properties
        if one.group and one.name == "X-ABLABEL"
    }
    for one in card.properties:
        one.label = labels.get(one.group, "") if one.group else ""
    return card


class _Pending:
    """A logical line while its parts arrive."""

    def __init__(self, number: int, first: str, *, is_whole: bool, place: int | None) -> None:
        self.number, self.pieces, self.size, self.place = number, [first], len(first), place
        head = first.partition(":")[0].upper()
        self.is_quoted = "QUOTED-PRINTABLE" in head
        name = head.partition(";")[0].rpartition(".")[2]
        picture = LONGEST_PICTURE if is_whole else BEGUN
        self.most = picture if name in PICTURES else LONGEST_LINE
        self.takes_any = name == "NOTE" or "BASE64" in head or "ENCODING=B" in head

    def add(self, piece: str) -> None:
        if self.size < self.most:
            self.pieces.append(piece)
        self.size += len(piece)

    @property
    def text(self) -> str:
        """The line as far as it is kept."""
        return "".join(self.pieces)

    @property
    def is_soft(self) -> bool:
        """Whether the line ends in a soft break of quoted-printable: the next one belongs to it."""
        return self.is_quoted and self.pieces[-1].endswith("=")


def _unfolded(text: TextIO, *, whole: int = 0, places: bool = False) -> Iterator[_Pending]:
    """Logical lines, counted from 1: folded ones joined, soft breaks too, and lines that are none.

    A picture that begins at line `whole` is kept whole. `places`: note where the stream stands behind each BEGIN.
    """
    pending: _Pending | None = None
    number, partial, version = 1, False, ""
    while line := text.readline(LONGEST_LINE):
        bare = line.rstrip("\r\n")
        was_partial, partial = partial, len(bare) == len(line)
        begun = number
        number += not partial
        if pending is not None:
            if was_partial:
                pending.add(bare)
                continue
            if pending.is_soft:
                pending.pieces[-1] = pending.pieces[-1][:-1]
                pending.add(bare)
                continue
            if line[0] in " \t" and bare.strip():
                # 2.1 folds where there is a blank anyway, the others anywhere.
                pending.add((" " if version.startswith("2") else "") + bare[1:])
                continue
            if pending.takes_any and bare.strip() and ":" not in bare:
                # Some programs do not fold at all.
                pending.add("\n" + bare)
                continue
            yield pending
        if bare[:8].upper() == "VERSION:":
            version = bare[8:].strip()
        pending = None
        if bare.strip():
            is_begin = places and bare.lstrip("\ufeff \t")[:5].upper() == "BEGIN"
            pending = _Pending(begun, bare, is_whole=begun == whole, place=text.tell() if is_begin else None)
    if pending is not None:
        yield pending


def _property(line: str, encoding: str) -> Property | None:
    """The property of a logical line; None for what is none."""
    line = line.removeprefix("\ufeff")
    at = 0
    segments: list[str] = []
    while True:
        end = _SEGMENT.match(line, at).end()  # type: ignore[union-attr] # it matches nothing, too
        segments.append(line[at:end])
        if end >= len(line):
            return None  # no colon outside quotation marks
        at = end + 1
        if line[end] == ":":
            break
    group, _dot, name = segments[0].strip().upper().rpartition(".")
    if not name:
        return None
    made = Property(name, line[at:], group)
    for segment in segments[1:]:
        _read_parameter(made, segment)
    made.value = _decoded(made, encoding)
    return made


def _read_parameter(made: Property, segment: str) -> None:
    key, equals, told = segment.partition("=")
    key, told = key.strip().upper(), _CARET.sub(_uncaret, told.strip()) if equals else key.strip()
    if not equals:
        # 2.1 writes TEL;WORK;VOICE and ENCODING's values without their names.
        key = "ENCODING" if told.upper() in _ENCODINGS else "TYPE"
    if key == "TYPE":
        made.types += [word for one in told.replace('"', "").split(",") if (word := one.strip().upper())]
    else:
        made.parameters.setdefault(key, told.strip('"'))


def _uncaret(found: re.Match[str]) -> str:
    """RFC 6868: what a parameter can't hold as it is."""
    return {"n": "\n", "'": '"'}.get(found[1], "^")


def _decoded(made: Property, encoding: str) -> str:
    charset = made.parameters.get("CHARSET", "")
    value = made.value
    if made.parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        raw = quopri.decodestring(value.encode("utf-8", "replace"))
        return _in_charset(raw, charset or "utf-8").replace("\r\n", "\n")
    if charset and encoding == "cp1252" and not value.isascii():
        # The file as a whole is no UTF-8; this line says what it is instead.
        return _in_charset(value.encode("cp1252", "replace"), charset)
    return value


def _in_charset(raw: bytes, charset: str) -> str:
    for one in (charset, "utf-8"):
        try:
            return raw.decode(one)
        except (LookupError, UnicodeError, ValueError):
            continue
    return raw.decode("cp1252", "replace")


def split(value: str, mark: str) -> list[str]:
    """The parts of a value between marks that are not escaped; escapes stay."""
    if "\\" not in value:
        return value.split(mark)
    parts, begin, at = [], 0, 0
    while at < len(value):
        if value[at] == "\\":
            at += 1
        elif value[at] == mark:
            parts.append(value[begin:at])
            begin = at + 1
        at += 1
    return [*parts, value[begin:]]


def unescaped(value: str) -> str:
    """A value without its escapes; an unknown one stays as it is."""
    return _ESCAPED.sub(_unescape, value) if "\\" in value else value


def _unescape(found: re.Match[str]) -> str:
    sign = found[1]
    return "\n" if sign in "nN" else sign if sign in "\\,;:" else found[0]


def first_of(properties: Sequence[Property], name: str) -> Property | None:
    """The property of that name that is liked best, else the first."""
    found = [one for one in properties if one.name == name]
    return min(found, key=lambda one: one.preference, default=None)
