"""Column names in the exports of address books (spec H1).

Outlook in its three languages, Google Contacts (old and new form), Apple. Sources: the exports themselves.
"""

from __future__ import annotations

import re

from plugins.transfer.reading.known import Names
from plugins.transfer.reading.targets import Target


def _outlook_addresses() -> Names:
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
    found: Names = {}
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


OUTLOOK: Names = {
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
    Target("salutation"): ("Titre", "Title", "Anrede"),
    Target("role"): ("Fonction|Profession", "Job Title", "Position"),
    Target("department"): ("Service", "Department", "Abteilung"),
    Target("birth_date"): ("Anniversaire", "", ""),
    Target("tags"): ("Catégories", "Categories", "Kategorien"),
    **_outlook_addresses(),
}

OTHERWISE_IN_OUTLOOK = frozenset({"ort", "keywords", "stichworter", "motscles"})
"""Names that beside Outlook's addresses mean something else: a meeting place, search words."""

_GOOGLE_NUMBERED = re.compile(
    r"(?P<what>email|phone|address|website|organization)(?P<number>\d{1,2})"
    r"(?P<part>value|type|label|street|extendedaddress|pobox|city|region|postalcode|country|formatted|name|title|department)"
)
_GOOGLE_PARTS = {
    "value": "value", "type": "type", "label": "type", "street": "street", "extendedaddress": "street2",
    "pobox": "street2", "city": "city", "region": "region", "postalcode": "postal_code", "country": "country",
    "formatted": "formatted",
}  # fmt: skip
_GOOGLE_FIELDS = {"email": "emails", "phone": "phones", "address": "addresses"}
_GOOGLE = {
    "organizationname": Target("company_name"),
    "organizationtitle": Target("role"),
    "organizationdepartment": Target("department"),
    "nameprefix": Target("salutation"),
    "groupmembership": Target("tags"),
}
_GOOGLE_ORGANIZATION = {"name": "company_name", "title": "role", "department": "department"}


def google(name: str) -> Target | None:
    """What a column of Google Contacts holds, by the `key` of its name; None for any other."""
    if name in _GOOGLE:
        return _GOOGLE[name]
    found = _GOOGLE_NUMBERED.fullmatch(name)
    if not found:
        return None
    what, number, part = found["what"], found["number"], found["part"]
    if what == "organization":
        return Target(_GOOGLE_ORGANIZATION[part]) if part in _GOOGLE_ORGANIZATION else None
    if what == "website":
        return Target("website") if part == "value" else None
    if part not in _GOOGLE_PARTS or (what == "address" and part == "value"):
        return None
    if what != "address" and part not in ("value", "type", "label"):
        return None
    return Target(_GOOGLE_FIELDS[what], number, _GOOGLE_PARTS[part])
