"""The column names that Carnet knows, in French, English and German (contract: headers of `carnet import`)."""

from __future__ import annotations

from plugins.transfer.reading.targets import Target

Names = dict[Target, tuple[str, str, str]]
"""Names of columns by what they hold: French, English, German, each parted by bars."""

CARNET: Names = {
    Target("kind"): ("Type|Type de contact", "Type|Kind|Contact type", "Typ|Art|Kontaktart"),
    Target("salutation"): ("Civilité", "Salutation|Honorific|Prefix|Name prefix", "Anrede"),
    Target("title"): ("Titre", "Title", "Titel|Akademischer Titel"),
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
        "Company|Company name|Organization|Organisation|Account name",
        "Firma|Firmenname|Unternehmen|Organisation",
    ),
    Target("company_name2"): (
        "Nom commercial|Entreprise 2|Société 2",
        "Second name line|Company 2|Company name 2|Trade name",
        "Zweite Namenszeile|Firma 2|Firmenname 2|Firmenzusatz",
    ),
    Target("legal_form"): ("Forme juridique", "Legal form", "Rechtsform"),
    Target("role"): (
        "Fonction|Poste|Fonction dans l'entreprise|Intitulé du poste|Poste/Fonction|Rôle",
        "Job title|Position|Role|Job position",
        "Funktion|Position|Rolle|Stellenbezeichnung|Berufsbezeichnung",
    ),
    Target("department"): ("Service", "Department", "Abteilung"),
    Target("is_primary"): ("Contact principal", "Primary contact", "Hauptansprechpartner"),
    Target("emails", "work"): (
        "E-mail|Courriel|Adresse e-mail|Mél|Mail",
        "E-mail|Emails|E-mails|Mail",
        "E-Mail|Mail|E-Mail-Adressen",
    ),
    Target("phones", "work"): (
        "Téléphone|Tél.|Téléphone fixe|Numéro de téléphone",
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
        "Street|Address|Street address|Address line",
        "Straße|Straße und Hausnummer|Straße und Nr.|Adresse|Anschrift|Adresszeile",
    ),
    Target("addresses", "main", "street2"): (
        "Complément d'adresse|Rue 2|Adresse 2",
        "Street 2|Address supplement|Address 2|Address line 2",
        "Adresszusatz|Straße 2|Adresse 2|Adresszeile 2",
    ),
    Target("addresses", "main", "postal_code"): (
        "Code postal|CP",
        "Postal code|Postcode|ZIP|ZIP code|Post code|ZIP/Postal code",
        "PLZ|Postleitzahl",
    ),
    Target("addresses", "main", "city"): ("Ville|Localité|Commune", "City|Town", "Ort|Stadt|Wohnort"),
    Target("addresses", "main", "region"): (
        "Région|Département|Canton",
        "Region|State|County|Province|State/Province",
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
    Target("tax_number"): (
        "Numéro fiscal|SIRET|N° SIRET|SIREN|N° SIREN",
        "Tax number|Tax no.",
        "Steuernummer|Steuer-Nr.",
    ),
    Target("bank_accounts", "1", "iban"): ("IBAN", "IBAN", "IBAN"),
    Target("bank_accounts", "1", "bic"): ("BIC|Code BIC", "BIC|SWIFT|BIC/SWIFT", "BIC"),
    Target("bank_accounts", "1", "holder"): ("Titulaire du compte", "Account holder", "Kontoinhaber"),
    Target("language"): ("Langue", "Language", "Sprache"),
    Target("currency"): ("Devise", "Currency", "Währung"),
    Target("category"): ("Catégorie de contact", "Contact category", "Kontaktkategorie"),
    Target("source"): ("Source|Origine du contact", "Source|Lead source", "Quelle|Herkunft"),
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
    Target("numbers", "customer"): (
        "Numéro client|N° client|Numéro de client|Code client",
        "Customer number|Customer no.|Customer code|Customer id",
        "Kundennummer|Kunden-Nr.|Kdnr.|Debitorennummer",
    ),
    Target("numbers", "supplier"): (
        "Numéro fournisseur|N° fournisseur|Code fournisseur",
        "Supplier number|Supplier no.|Vendor code|Supplier code|Vendor number",
        "Lieferantennummer|Lieferanten-Nr.|Kreditorennummer",
    ),
    Target("numbers", "prospect"): ("Numéro de prospect", "Prospect number|Lead number", "Interessentennummer"),
    Target("social_accounts", "linkedin"): ("LinkedIn", "LinkedIn|LinkedIn profile", "LinkedIn"),
    Target("social_accounts", "xing"): ("XING", "XING", "XING"),
    Target("functions"): ("Fonctions|Fonctions de contact", "Functions|Contact functions", "Funktionen"),
}

_KINDS_OF_REACH = {
    "work": (
        "bureau|professionnel|pro|travail|principal",
        "work|business|office|main",
        "geschäftlich|Arbeit|Büro|dienstlich|Haupt",
    ),
    "mobile": ("mobile|portable|iPhone", "mobile|cell|iPhone", "mobil|Handy|iPhone"),
    "home": ("domicile|personnel|privé|maison", "home|private|personal", "privat"),
    "other": ("autre", "other", "weitere|andere|sonstige"),
}
_REACH = {
    "emails": ("E-mail|Courriel|Adresse e-mail", "E-mail|E-mail address", "E-Mail|E-Mail-Adresse"),
    "phones": ("Téléphone|Tél.|Numéro de téléphone", "Phone|Phone number|Telephone", "Telefon|Telefonnummer|Tel."),
}
_PURPOSES = {
    "invoice": (
        "facturation|de facturation|adresse de facturation|de l'adresse de facturation",
        "invoice|billing|invoice address|billing address",
        "Rechnung|Rechnungs|Rechnungsadresse|Rechnungsanschrift",
    ),
    "delivery": (
        "livraison|de livraison|adresse de livraison|de l'adresse de livraison",
        "delivery|shipping|delivery address|shipping address",
        "Lieferung|Liefer|Lieferadresse|Lieferanschrift",
    ),
    "home": ("domicile", "home|home address|private", "privat|Privatadresse|Privatanschrift"),
    "business": (
        "bureau|travail",
        "work|business|work address|business address",
        "geschäftlich|Arbeit|Geschäftsadresse",
    ),
}


def _both_ways(things: str, words: str) -> str:
    """ "Work e-mail" and "E-mail work": programs put the kind before or behind."""
    pairs = [(thing, word) for thing in things.split("|") for word in words.split("|")]
    return "|".join(f"{word} {thing}|{thing} {word}" for thing, word in pairs)


def combined() -> Names:
    """Names that say the kind of an e-mail, phone or address as well: "E-mail (work)", "Rechnungsadresse PLZ"."""
    found: Names = {}
    for field, things in _REACH.items():
        for kind, words in _KINDS_OF_REACH.items():
            if (field, kind) == ("emails", "mobile"):
                continue
            fr, en, de = map(_both_ways, things, words)
            found[Target(field, kind)] = (fr, en, de)
    for target, things in CARNET.items():
        if target.field == "addresses":
            for group, words in _PURPOSES.items():
                fr, en, de = map(_both_ways, things, words)
                found[target._replace(group=group)] = (fr, en, de)
    for purpose, words in _PURPOSES.items():
        fr, en, de = words
        if purpose in ("invoice", "delivery"):
            lines = (f"Adresse {fr}|{fr}", f"{en}", f"{de}")
            street = Target("addresses", purpose, "street")
            found[street] = tuple(f"{more}|{line}" for more, line in zip(found[street], lines, strict=True))  # type: ignore[assignment]
    return found
