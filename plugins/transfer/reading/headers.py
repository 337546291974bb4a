"""Column names in files of contacts, and what each column holds (contract: headers of `carnet import`).

A header is compared by `key`: case, accents, blanks and punctuation do not matter. What a column holds is a
`Target`. Known are Carnet's own names in three languages, and those of the CSV exports of Google Contacts
(old and new form) and of Outlook (English, French, German). Sources: the contract; the exports themselves.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from plugins.transfer import added
from webapp.api import fold

LANGUAGES = ("fr", "en", "de")
SINGLE = frozenset(
    {"kind", "first_name", "middle_name", "last_name", "full_name", "company_name", "birth_date", "vat_id",
     "website", "external_id", "number"}
)  # fmt: skip
"""Fields of which a contact has one: the first column that names it counts."""

IDENTIFYING = frozenset({"first_name", "last_name", "full_name", "company_name", "emails", "phones"})
"""Without a value in one of these a row is no contact (contract: `carnet import`)."""


class Target(NamedTuple):
    """What a column holds.

    `field`: a key of the API object, or `full_name`. `group`: for e-mails and phones the type ("work"), or
    "1", "2" … where a second column tells the type; for addresses which of them. `part`: of an address the
    line, of numbered columns "value" or "type". Of a field that the firm has added, `group` is its function's key.
    """

    field: str
    group: str = ""
    part: str = ""


class Layout(NamedTuple):
    """What was made of a header line: targets by column, names of columns not used, form and language."""

    targets: dict[int, Target]
    ignored: dict[int, str]
    form: str
    language: str


NONE: Mapping[str, Target] = {}


def key(header: str) -> str:
    """The letters and digits of a header, folded: "E-mail 1 - Value" is "email1value"."""
    return "".join(sign for sign in fold(header) if sign.isalnum())


_CARNET: dict[Target, tuple[str, str, str]] = {
    Target("kind"): ("Type|Type de contact", "Type|Kind|Contact type", "Typ|Art|Kontaktart"),
    Target("first_name"): ("Prénom", "First name|Given name", "Vorname"),
    Target("middle_name"): (
        "Deuxième prénom|Autres prénoms",
        "Middle name|Additional name",
        "Weitere Vornamen|Zweiter Vorname|2. Vorname",
    ),
    Target("last_name"): ("Nom|Nom de famille", "Last name|Family name|Surname", "Nachname|Familienname"),
    Target("full_name"): ("Nom complet", "Name|Full name|Display name", "Name|Vollständiger Name"),
    Target("company_name"): (
        "Entreprise|Société|Raison sociale|Organisation|Nom de l'entreprise",
        "Company|Company name|Organization|Organisation",
        "Firma|Firmenname|Unternehmen|Organisation",
    ),
    Target("emails", "work"): (
        "E-mail|Courriel|Adresse e-mail|Mél|Mail",
        "E-mail|Emails|E-mails|Mail",
        "E-Mail|Mail|E-Mail-Adressen",
    ),
    Target("phones", "work"): (
        "Téléphone|Tél.|Téléphone fixe",
        "Phone|Telephone|Phones|Phone number",
        "Telefon|Telefonnummer|Tel.|Festnetz",
    ),
    Target("phones", "mobile"): (
        "Mobile|Portable|Téléphone mobile|Téléphone portable",
        "Mobile|Mobile phone|Mobile number|Cell phone",
        "Mobil|Mobiltelefon|Handy|Mobilnummer",
    ),
    Target("phones", "fax"): ("Fax|Télécopie", "Fax", "Fax|Telefax"),
    Target("addresses", "main", "street"): (
        "Rue|Adresse|Rue et numéro",
        "Street|Address|Street address",
        "Straße|Straße und Hausnummer|Straße und Nr.|Adresse|Anschrift",
    ),
    Target("addresses", "main", "street2"): (
        "Complément d'adresse|Rue 2",
        "Street 2|Address supplement|Address line 2",
        "Adresszusatz|Straße 2",
    ),
    Target("addresses", "main", "postal_code"): (
        "Code postal|CP",
        "Postal code|Postcode|ZIP|ZIP code|Post code",
        "PLZ|Postleitzahl",
    ),
    Target("addresses", "main", "city"): ("Ville|Localité|Commune", "City|Town", "Ort|Stadt|Wohnort"),
    Target("addresses", "main", "region"): (
        "Région|Département|Canton",
        "Region|State|County|Province",
        "Region|Bundesland|Kanton",
    ),
    Target("addresses", "main", "country"): ("Pays", "Country|Country/Region", "Land|Staat"),
    Target("birth_date"): (
        "Date de naissance|Né le|Née le",
        "Birth date|Date of birth|Birthday|Birthdate",
        "Geburtsdatum|Geburtstag",
    ),
    Target("vat_id"): (
        "N° TVA|Numéro de TVA|TVA|TVA intracommunautaire|Numéro de TVA intracommunautaire|No TVA",
        "VAT id|VAT|VAT number|VAT no.|VAT registration number",
        "USt-IdNr.|USt-ID|Umsatzsteuer-ID|UID-Nummer|Umsatzsteuer-Identifikationsnummer",
    ),
    Target("website"): (
        "Site web|Site internet|Page web",
        "Website|Web site|Web page|URL",
        "Website|Webseite|Internet",
    ),
    Target("tags"): ("Tags|Étiquettes|Mots-clés", "Tags|Labels|Keywords", "Tags|Schlagwörter|Stichwörter"),
    Target("description"): (
        "Notes|Remarques|Commentaire|Description",
        "Notes|Description|Comments|Remarks",
        "Notizen|Bemerkungen|Beschreibung|Anmerkungen",
    ),
    Target("external_id"): ("ID externe|Identifiant externe", "External id", "Externe ID|Fremd-ID"),
    Target("number"): ("Numéro|N°", "Number|No.", "Nummer|Nr."),
    Target("functions"): ("Fonctions|Fonctions de contact", "Functions|Contact functions", "Funktionen"),
}


def _outlook_addresses() -> dict[Target, tuple[str, str, str]]:
    """Outlook's three addresses, line by line, as its three languages name them."""
    lines = {
        "street": ("Rue{}", "Street", "Straße"),
        "street2": ("Rue{} 2|Rue{} 3", "Street 2|Street 3|Address PO Box", "Straße 2|Straße 3"),
        "city": ("Ville{}", "City", "Ort"),
        "region": ("Dép/Région{}", "State", "Region|Bundesland|Bundesland/Kanton"),
        "postal_code": ("Code postal{}", "Postal Code", "Postleitzahl|PLZ"),
        "country": ("Pays/Région{}|Pays{}", "Country/Region|Country", "Land/Region|Land"),
    }
    places = {
        "business": (" (bureau)", "Business ", " geschäftlich"),
        "home": (" (domicile)", "Home ", " privat"),
    }
    found: dict[Target, tuple[str, str, str]] = {}
    for group, (french, english, german) in places.items():
        for part, (fr, en, de) in lines.items():
            found[Target("addresses", group, part)] = (
                fr.replace("{}", french),
                "|".join(english + name for name in en.split("|")),
                "|".join(re.sub(r"( \d)?$", rf"{german}\1", name, count=1) for name in de.split("|")),
            )
    others = {
        "street": "Weitere Straße",
        "street2": "Weitere Straße 2|Weitere Straße 3",
        "city": "Weiterer Ort",
        "region": "Weiteres/r Bundesland/Kanton|Weitere Region",
        "postal_code": "Weitere Postleitzahl",
        "country": "Weiteres/e Land/Region|Weiteres Land",
    }
    for part, (fr, en, _german) in lines.items():
        found[Target("addresses", "other", part)] = (
            fr.replace("{}", " (autre)"),
            "|".join("Other " + name for name in en.split("|")),
            others[part],
        )
    return found


_OUTLOOK: dict[Target, tuple[str, str, str]] = {
    Target("emails", "work"): (
        "Adresse de messagerie|Adresse de courrier",
        "E-mail Address",
        "E-Mail-Adresse",
    ),
    Target("emails", "other"): (
        "Adresse de messagerie 2|Adresse de messagerie 3|Adresse de courrier 2|Adresse de courrier 3",
        "E-mail 2 Address|E-mail 3 Address",
        "E-Mail 2: Adresse|E-Mail 3: Adresse",
    ),
    Target("phones", "work"): (
        "Téléphone (bureau)|Téléphone 2 (bureau)|Téléphone société",
        "Business Phone|Business Phone 2|Company Main Phone",
        "Telefon geschäftlich|Telefon geschäftlich 2|Telefon Firma",
    ),
    Target("phones", "home"): (
        "Téléphone (domicile)|Téléphone 2 (domicile)",
        "Home Phone|Home Phone 2",
        "Telefon privat|Telefon privat 2",
    ),
    Target("phones", "mobile"): (
        "Tél. mobile|Tél. mobile 2|Téléphone (voiture)",
        "Mobile Phone 2|Car Phone",
        "Mobiltelefon 2|Autotelefon",
    ),
    Target("phones", "fax"): (
        "Télécopie (bureau)|Télécopie (domicile)|Télécopie (autre)",
        "Business Fax|Home Fax|Other Fax",
        "Fax geschäftlich|Fax privat|Weiteres Fax",
    ),
    Target("phones", "other"): (
        "Téléphone (autre)|Téléphone principal",
        "Other Phone|Primary Phone",
        "Weiteres Telefon|Haupttelefon",
    ),
    Target("birth_date"): ("Anniversaire", "", ""),
    Target("tags"): ("Catégories", "Categories", "Kategorien"),
    **_outlook_addresses(),
}

_OTHERWISE_IN_OUTLOOK = frozenset({"ort", "keywords", "stichworter", "motscles"})
"""Names that beside Outlook's addresses mean something else: a meeting place, search words."""

_GOOGLE_NUMBERED = re.compile(
    r"(?P<what>email|phone|address|website|organization)(?P<number>\d{1,2})"
    r"(?P<part>value|type|label|street|extendedaddress|pobox|city|region|postalcode|country|formatted|name)"
)
_GOOGLE_PARTS = {
    "value": "value", "type": "type", "label": "type", "street": "street", "extendedaddress": "street2",
    "pobox": "street2", "city": "city", "region": "region", "postalcode": "postal_code", "country": "country",
    "formatted": "formatted",
}  # fmt: skip
_GOOGLE_FIELDS = {"email": "emails", "phone": "phones", "address": "addresses"}
_GOOGLE = {"organizationname": Target("company_name"), "groupmembership": Target("tags")}


def _google(name: str) -> Target | None:
    if name in _GOOGLE:
        return _GOOGLE[name]
    found = _GOOGLE_NUMBERED.fullmatch(name)
    if not found:
        return None
    what, number, part = found["what"], found["number"], found["part"]
    if what == "organization":
        return Target("company_name") if part == "name" else None
    if what == "website":
        return Target("website") if part == "value" else None
    if part not in _GOOGLE_PARTS or (what == "address" and part == "value"):
        return None
    if what != "address" and part not in ("value", "type", "label"):
        return None
    return Target(_GOOGLE_FIELDS[what], number, _GOOGLE_PARTS[part])


def _table(names: dict[Target, tuple[str, str, str]]) -> dict[str, tuple[Target, set[str]]]:
    table: dict[str, tuple[Target, set[str]]] = {}
    for target, by_language in names.items():
        for language, words in zip(LANGUAGES, by_language, strict=True):
            for word in filter(None, words.split("|")):
                table.setdefault(key(word), (target, set()))[1].add(language)
    return table


_OWN = _table(_CARNET)
# The API's own names are understood too: company_name, vat_id, postal_code …
for _target in _CARNET:
    _OWN.setdefault(key(_target.part or _target.field), (_target, set(LANGUAGES)))
_FROM_OUTLOOK = _table(_OUTLOOK)


def lay_out(headers: Sequence[str], more: Mapping[str, Target] = NONE) -> Layout:
    """What each column of a header line holds; `more` are added fields, by `key`.

    Never raises; a line without known names has no targets.
    """
    names = [key(header) for header in headers]
    outlook = [_FROM_OUTLOOK[name][0] for name in names if name in _FROM_OUTLOOK and name not in _OWN]
    google = any(_google(name) for name in names)
    form = "google" if google else "outlook" if len(outlook) > 1 else "carnet"
    if any(target.field == "addresses" for target in outlook):
        names = ["" if name in _OTHERWISE_IN_OUTLOOK else name for name in names]
    targets: dict[int, Target] = {}
    ignored: dict[int, str] = {}
    spoken: Counter[str] = Counter()
    for index, name in enumerate(names):
        target, languages = _find(name, form, more)
        is_single = target is not None and (target.field in SINGLE or target in more.values())
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


def added_columns() -> dict[str, Target]:
    """The fields that the firm has added, by what a column of theirs is called."""
    found: dict[str, Target] = {}
    for owner, field, words in added.columns():
        for word in words:
            found.setdefault(key(word), Target(field.name, owner))
    return found


def _find(name: str, form: str, more: Mapping[str, Target]) -> tuple[Target | None, set[str]]:
    if form == "google" and (target := _google(name)):
        return target, {"en"}
    for table in (_OWN, _FROM_OUTLOOK):
        if name in table:
            return table[name]
    # "E-mail 2", "Telefon 3": the same as without the number, where a contact may have several.
    plain = name.rstrip("0123456789")
    if plain != name and plain in _OWN and _OWN[plain][0].field in ("emails", "phones"):
        return _OWN[plain]
    return (more[name], set(LANGUAGES)) if name and name in more else (None, set())


def _settle_name(targets: dict[int, Target]) -> None:
    """ "Name" beside a first name and without a last name is the last name, as German files have it."""
    held = {target.field for target in targets.values()}
    if "first_name" in held and "last_name" not in held:
        for index, target in targets.items():
            if target.field == "full_name":
                targets[index] = Target("last_name")
