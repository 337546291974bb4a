"""Column names in files of contacts, and what each column holds (contract: headers of `carnet import`).

A header is compared by `key`: case, accents, blanks and punctuation do not matter. What a column holds is a
`Target`. A program whose names are found in a file is its `form`: its names then go before those of others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from plugins.transfer import added
from plugins.transfer.reading.address_books import OTHERWISE_IN_OUTLOOK, OUTLOOK, google
from plugins.transfer.reading.business_programs import DOLIBARR, HUBSPOT, ODOO, OTHERWISE_IN_DOLIBARR, WECLAPP
from plugins.transfer.reading.known import CARNET, Names, combined
from plugins.transfer.reading.targets import SINGLE, Target, is_added, key
from plugins.transfer.reading.thunderbird import THUNDERBIRD, placed
from plugins.transfer.reading.whole import whole_targets

LANGUAGES = ("fr", "en", "de")
Table = dict[str, tuple[Target, set[str]]]
NONE: Mapping[str, Target] = {}


class Layout(NamedTuple):
    """What was made of a header line: targets by column, names of columns not used, form and language."""

    targets: dict[int, Target]
    ignored: dict[int, str]
    form: str
    language: str


def _table(names: Names) -> Table:
    table: Table = {}
    for target, by_language in names.items():
        for language, words in zip(LANGUAGES, by_language, strict=True):
            for word in filter(None, words.split("|")):
                table.setdefault(key(word), (target, set()))[1].add(language)
    return table


_OWN = _table(CARNET)
# The API's own names are understood too: company_name, vat_id, postal_code …
for _target in CARNET:
    _OWN.setdefault(key(_target.part or _target.field), (_target, set(LANGUAGES)))
_COMBINED = {name: found for name, found in _table(combined()).items() if name not in _OWN}
_PROGRAMS: dict[str, Table] = {
    "outlook": _table(OUTLOOK),
    "hubspot": _table(HUBSPOT),
    "odoo": _table(ODOO),
    "dolibarr": _table(DOLIBARR),
    "weclapp": _table(WECLAPP),
    "thunderbird": _table(THUNDERBIRD),
}
_ONLY_THERE = {
    form: {
        name
        for name in table
        if name not in _OWN
        and name not in _COMBINED
        and (table[name][0].field != "functions" or table[name][0].group == "stage")
        and (table[name][0].field != "birth_date" or not table[name][0].group)
        and not any(name in other for one, other in _PROGRAMS.items() if one != form)
    }
    for form, table in _PROGRAMS.items()
}
"""Names by which a program is told from others: no flags such as "Client", no "Jour", which are names elsewhere."""
OF_THE_FIRM = frozenset({"numbers", "functions"})
"""What Dolibarr's list of contact persons says of their firms."""
_ELSEWHERE = dict(_PROGRAMS["outlook"])
for _form_, _names in _ONLY_THERE.items():
    _ELSEWHERE |= {
        one: found for one in _names if (found := _PROGRAMS[_form_][one])[0].field not in SINGLE | {"functions"}
    }
"""Names that mean the same wherever they are, though only one program is known to use them."""


def lay_out(headers: Sequence[str], more: Mapping[str, Target] = NONE) -> Layout:
    """What each column of a header line holds; `more` are added fields, by `key`.

    Never raises; a line without known names has no targets.
    """
    names = [key(header) for header in headers]
    form = _form(names)
    otherwise = meant_otherwise(names, form)
    names = ["" if name in otherwise else name for name in names]
    if form == "thunderbird":
        names = list(placed(names))
    targets: dict[int, Target] = {}
    ignored: dict[int, str] = {}
    spoken: Counter[str] = Counter()
    for index, name in enumerate(names):
        target, languages = _find(name, form, more)
        if form == "outlook" and target == Target("salutation") and target in targets.values():
            target = Target("role")  # in French both are called Titre
        if form == "dolibarr" and "idcontact" in names and target is not None and target.field in OF_THE_FIRM:
            target = None
        if target is not None and target.field == "addresses" and name in names[:index]:
            # The same names once more are another address.
            target = target._replace(group=f"{target.group}{names[:index].count(name) + 1}")
        is_single = target is not None and (target.field in SINGLE or is_added(target))
        if target is None or (is_single and target in targets.values()):
            if headers[index].strip():
                ignored[index] = headers[index].strip()
            continue
        targets[index] = target
        if len(languages) < len(LANGUAGES):
            spoken.update(languages)
    _settle_name(targets)
    language = max(LANGUAGES, key=lambda one: (spoken[one], one == "en"))
    return Layout(targets, ignored, form, language)


def meant_otherwise(names: Collection[str], form: str) -> frozenset[str]:
    """Names, by `key`, that in this program's file are not what they are elsewhere."""
    if form == "outlook":
        own = _ONLY_THERE[form].intersection(names)
        has_addresses = any(_PROGRAMS[form][name][0].field == "addresses" for name in own)
        return OTHERWISE_IN_OUTLOOK if has_addresses else frozenset()
    # One name of its own is no proof that a file is Dolibarr's, yet enough to doubt what only others call so.
    is_dolibarr = form == "dolibarr" or (form == "carnet" and bool(_ONLY_THERE["dolibarr"].intersection(names)))
    return OTHERWISE_IN_DOLIBARR if is_dolibarr else frozenset()


def added_columns() -> dict[str, Target]:
    """The fields that the firm has added, and the columns of Carnet's own tables, by what they are called."""
    found: dict[str, Target] = {}
    for owner, field, words in added.columns():
        for word in words:
            found.setdefault(key(word), Target(field.name, owner))
    for word, target in whole_targets():
        found.setdefault(key(word), target)
    return found


def _form(names: Iterable[str]) -> str:
    """Whose export it is: the program of which most own names are there, two at least."""
    given = set(names)
    if any(google(name) for name in given):
        return "google"
    told = {form: len(given & only) for form, only in _ONLY_THERE.items()}
    best = max(told, key=lambda form: told[form])
    return best if told[best] > 1 else "carnet"


def _find(name: str, form: str, more: Mapping[str, Target]) -> tuple[Target | None, set[str]]:
    if form == "google" and (target := google(name)):
        return target, {"en"}
    for table in (_PROGRAMS.get(form, {}), _OWN, _COMBINED, _ELSEWHERE):
        if name in table:
            return table[name]
    # "E-mail 2", "Telefon 3": the same as without the number, where a contact may have several; "Adresse 1" the first.
    plain = name.rstrip("0123456789")
    counted = ("emails", "phones", "addresses") if name == f"{plain}1" else ("emails", "phones")
    for table in (_OWN, _COMBINED):
        if plain != name and plain in table and table[plain][0].field in counted:
            return table[plain]
    return (more[name], set(LANGUAGES)) if name and name in more else (None, set())


def _settle_name(targets: dict[int, Target]) -> None:
    """ "Name" beside a first name and without a last name is the last name, as German files have it."""
    held = {target.field for target in targets.values()}
    if "first_name" in held and "last_name" not in held:
        for index, target in targets.items():
            if target.field == "full_name":
                targets[index] = Target("last_name")


def names_known() -> Mapping[str, Target]:
    """All names that are known anywhere, by `key`."""
    return {name: target for name, (target, _languages) in (_ELSEWHERE | _COMBINED | _OWN).items()}
