"""Column names in the exports of Thunderbird's address book (spec H1).

Sources: the language files of its import and export, and files that it has written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plugins.transfer.reading.known import Names
from plugins.transfer.reading.targets import Target, key


def _addresses() -> Names:
    """Its two addresses, line by line; the French lines as `placed` names them."""
    lines = {
        "street": ("", "Address", "Adresse"),
        "street2": ("2", "Address 2", "Adresse 2"),
        "city": ("Ville", "City", "Ort"),
        "region": ("Pays/État", "State", "Bundesland"),
        "postal_code": ("Code postal", "ZipCode", "PLZ"),
    }
    places = {
        "home": ("Adresse privée", "Home", "Privat:", "Pays/Région (domicile)"),
        "business": ("Adresse professionnelle", "Work", "Dienstlich:", "Pays/Région (bureau)"),
    }
    found: Names = {}
    for group, (french, english, german, country) in places.items():
        for part, (fr, en, de) in lines.items():
            found[Target("addresses", group, part)] = f"{french} {fr}", f"{english} {en}", f"{german} {de}"
        found[Target("addresses", group, "country")] = (
            f"{country}|{french} Région",
            f"{english} Country",
            f"{german} Land",
        )
    return found


THUNDERBIRD: Names = {
    Target("first_name"): ("Prénom", "First Name", "Vorname"),
    Target("last_name"): ("Nom de famille", "Last Name", "Nachname"),
    Target("full_name"): ("Nom à afficher", "Display Name", "Anzeigename"),
    Target("emails", "work"): (
        "Adresse électronique principale|Première adresse électronique",
        "Primary Email",
        "Primäre E-Mail-Adresse",
    ),
    Target("emails", "other"): (
        "Adresse électronique secondaire|Deuxième adresse électronique",
        "Secondary Email",
        "Sekundäre E-Mail-Adresse",
    ),
    Target("phones", "work"): ("Tél. professionnel", "Work Phone", "Tel. dienstlich"),
    Target("phones", "home"): ("Tél. personnel", "Home Phone", "Tel. privat"),
    Target("phones", "fax"): ("Fax", "Fax Number", "Fax-Nummer"),
    Target("phones", "other"): ("Pager", "Pager Number", "Pager-Nummer"),
    Target("phones", "mobile"): ("Portable", "Mobile Number", "Mobil-Tel.-Nr."),
    **_addresses(),
    Target("role"): ("Profession", "Job Title", "Arbeitstitel"),
    Target("department"): ("Service", "Department", "Abteilung"),
    Target("company_name"): ("Société", "Organization", "Organisation"),
    Target("website"): ("Site web 1|Site web 2", "Web Page 1|Web Page 2", "Webseite 1|Webseite 2"),
    Target("birth_date", "year"): ("Année de naissance", "Birth Year", "Geburtsjahr"),
    Target("birth_date", "month"): ("Mois", "Birth Month", "Geburtsmonat"),
    Target("birth_date", "day"): ("Jour", "Birth Day", "Geburtstag"),
}

_STREETS = frozenset({key("Adresse privée"), key("Adresse professionnelle")})
_ALIKE = frozenset(map(key, ("Ville", "Pays/État", "Code postal", "Région")))


def placed(names: Sequence[str]) -> Iterator[str]:
    """Names by `key`; those that are alike in its two French addresses with the street's before them."""
    street = ""
    for name in names:
        street = name if name in _STREETS else street
        yield street + name if name in _ALIKE else name
