"""vCards 3.0 and 4.0, by the same table as they are read (spec H4).

What a vCard has no other place for stands in properties of our own, so that it comes back; other programs pass over
them. Lines are folded after 75 bytes, never within a sign (RFC 2426 and 6350).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plugins.transfer.vcards.pictures import as_base64
from plugins.transfer.vcards.properties import (
    ADDRESS,
    ADDRESS_TYPES,
    CUSTOM,
    EMAIL_TYPES,
    MAIN_TYPES,
    NUMBER_OF,
    PHONE_TYPES,
    SINGLE,
)
from webapp.api import CONTACT_FIELDS, field_words

Object = Mapping[str, Any]
LONGEST = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ",": "\\,", ";": "\\;", "\n": "\\n"})
_FIELDS = {one.name: one for one in CONTACT_FIELDS}
_OF_FIELD = {
    field: name for name, field in SINGLE.items() if name.startswith("X-CARNET-") and field in (*_FIELDS, "external_id")
}
"""Our own properties by the single field that each is."""


def card(contact: Object, version: str) -> str:
    """A contact, as JSON tells it with its links, as a vCard of that version."""
    lines = ["BEGIN:VCARD", f"VERSION:{version}", *_lines(contact, version), "END:VCARD"]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _lines(contact: Object, version: str) -> Iterator[str]:
    yield from _names(contact, version)
    for one in contact["emails"]:
        types = (("INTERNET",) if version == "3.0" else ()) + EMAIL_TYPES.get(one["type"], ())
        yield f"EMAIL{_parameters(types, one, version)}:{_text(one['value'])}"
    for one in contact["phones"]:
        yield f"TEL{_parameters(PHONE_TYPES.get(one['type'], ()), one, version)}:{_text(one['value'])}"
    address_types = {**ADDRESS_TYPES, "main": MAIN_TYPES[contact["kind"]]}
    for one in contact["addresses"]:
        parts = ";".join(_text(one.get(part)) for part in ADDRESS)
        yield f"ADR{_parameters(address_types.get(one['purpose'], ()), {}, version)}:{parts}"
    if day := contact["birth_date"]:
        yield f"BDAY:{day if version == '3.0' else day.replace('-', '')}"
    for name, value in (("URL", contact["website"]), ("LANG", contact["language"]), ("NOTE", contact["description"])):
        if value:
            yield f"{name}:{_text(value)}"
    if contact["tags"]:
        yield f"CATEGORIES:{','.join(map(_text, contact['tags']))}"
    for one in contact["social_accounts"]:
        yield f"X-SOCIALPROFILE;TYPE={one['network']}:{_text(one['value'])}"
    if picture := contact.get("picture"):
        yield _picture(picture[0], picture[1], version)
    yield from _own(contact)
    yield f"REV:{contact['updated_at'].replace('-', '').replace(':', '').partition('.')[0].removesuffix('Z')}Z"


def _names(contact: Object, version: str) -> Iterator[str]:
    """Who it is; of a person the firm where they are a contact person, and what as."""
    reach = [one["value"] for name in ("emails", "phones") for one in contact[name]]
    yield f"FN:{_text(contact['name'] or next(iter(reach), '') or contact['number'] or contact['id'])}"
    if contact["kind"] == "company":
        yield "N:;;;;"
        yield f"ORG:{_text(contact['company_name'])}"
        yield "X-ABSHOWAS:COMPANY" if version == "3.0" else "KIND:org"
        return
    prefix = [field_words(_FIELDS[name], contact[name]) for name in ("salutation", "title") if contact[name]]
    names = [contact[name] for name in ("last_name", "first_name", "middle_name")]
    yield f"N:{';'.join(map(_text, [*names, ' '.join(prefix), '']))}"
    if version == "4.0":
        yield "KIND:individual"
    mine = (one for one in contact["links"] if one["person_id"] == contact["id"] and not one["active_to"])
    if place := next(mine, None):
        yield f"ORG:{_text(place['party'])}{';' + _text(place['department']) if place['department'] else ''}"
        if place["role"]:
            yield f"TITLE:{_text(place['role'])}"


def _picture(kind: str, content: bytes, version: str) -> str:
    if version == "3.0":
        return f"PHOTO;ENCODING=b;TYPE={kind.partition('/')[2].upper()}:{as_base64(content)}"
    return f"PHOTO:data:{kind};base64,{as_base64(content)}"


def _own(contact: Object) -> Iterator[str]:
    """What only Carnet knows."""
    for field, name in _OF_FIELD.items():
        if contact[field]:
            yield f"{name}:{_text(contact[field])}"
    if contact["functions"]:
        yield f"X-CARNET-FUNCTIONS:{','.join(map(_text, contact['functions']))}"
    for key, number in contact["numbers"].items():
        yield f"{NUMBER_OF}{key.upper().replace('_', '-')}:{_text(number)}"
    if accounts := contact.get("bank_accounts"):
        yield f"X-CARNET-IBAN:{_text(accounts[0]['iban'])}"
    for code, value in contact["custom"].items():
        if value not in (None, False, []):
            yield f"{CUSTOM}{code.upper().replace('_', '-')}:{_text(_plain(value))}"


def _plain(value: Any) -> str:
    if value is True:
        return "1"
    return ",".join(value) if isinstance(value, list) else str(value)


def _parameters(types: Sequence[str], one: Mapping[str, Any], version: str) -> str:
    is_first = one.get("is_primary")
    told = (*types, *(("PREF",) if is_first and version == "3.0" else ()))
    pref = ";PREF=1" if is_first and version == "4.0" else ""
    return (f";TYPE={','.join(told)}" if told else "") + pref


def _text(value: Any) -> str:
    return str(value).translate(_ESCAPED) if value else ""


def _folded(line: str) -> str:
    """The line in pieces that are short enough, each but the first behind a blank."""
    if len(line.encode()) <= LONGEST:
        return line
    if line.isascii():
        rest = (line[at : at + LONGEST - 1] for at in range(LONGEST, len(line), LONGEST - 1))
        return "\r\n ".join((line[:LONGEST], *rest))
    pieces, size = [""], 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LONGEST:
            pieces.append(" ")
            size = 1
        pieces[-1] += sign
        size += width
    return "\r\n".join(pieces)
