"""Column names in the exports of business programs, beside those that Carnet knows anyway (spec H1).

HubSpot, Odoo, Dolibarr and weclapp, by the names on their screens in three languages and by those of their APIs.
Sources: what the programs publish about their exports and imports, the language files of Dolibarr.
"""

from __future__ import annotations

from plugins.transfer.reading.known import Names
from plugins.transfer.reading.targets import Target

_STREET = Target("addresses", "main", "street")
_STREET2 = Target("addresses", "main", "street2")
_CITY = Target("addresses", "main", "city")
_REGION = Target("addresses", "main", "region")
_POSTAL_CODE = Target("addresses", "main", "postal_code")
_COUNTRY = Target("addresses", "main", "country")

HUBSPOT: Names = {
    Target("external_id"): (
        "ID de l'enregistrement|ID d'enregistrement|ID de fiche d'informations",
        "Record ID|Contact ID|Record ID - Contact",
        "Datensatz-ID|Datensatz-ID - Kontakt",
    ),
    Target("functions", "stage"): (
        "Phase du cycle de vie|Étape du cycle de vie",
        "Lifecycle Stage",
        "Lifecycle-Phase|Lifecycle-Status",
    ),
    Target("company_name"): (
        "Entreprise associée|Nom de l'entreprise",
        "Associated Company|Company Name",
        "Zugeordnetes Unternehmen|Unternehmensname|Name des Unternehmens",
    ),
    Target("role"): ("Intitulé du poste", "Job Title", "Jobbezeichnung|Jobtitel"),
    Target("emails", "other"): (
        "Adresses e-mail supplémentaires",
        "Additional email addresses|Work email",
        "Zusätzliche E-Mail-Adressen",
    ),
    Target("phones", "mobile"): (
        "Numéro de téléphone mobile",
        "Mobile Phone Number",
        "Mobiltelefonnummer|Handynummer",
    ),
    Target("phones", "fax"): ("Numéro de fax", "Fax Number", "Faxnummer"),
    _STREET: ("Adresse postale", "Street Address", "Straßenadresse"),
    _STREET2: ("Adresse postale 2", "Street Address 2", "Straßenadresse 2"),
    _REGION: ("Région/État|Département/Région", "State/Region", "Bundesland/Region"),
    _COUNTRY: ("Pays/Région", "Country/Region", "Land/Region"),
    Target("website"): ("URL du site web", "Website URL|Company Domain Name", "Website-URL|URL der Website"),
    Target("language"): ("Langue préférée", "Preferred language", "Bevorzugte Sprache"),
    Target("birth_date"): ("Date de naissance", "Date of birth", "Geburtsdatum"),
}

ODOO: Names = {
    Target("kind"): (
        "Type de société|Type d'entreprise",
        "Company Type|company_type",
        "Unternehmenstyp|Unternehmensart",
    ),
    Target("kind", "company"): ("Est une société|Est une entreprise", "Is a Company|is_company", "Ist ein Unternehmen"),
    Target("full_name"): ("Nom|Nom affiché", "Name|Complete Name|Display Name", "Name|Anzeigename"),
    Target("company_name"): (
        "Société liée|Entreprise liée|Nom de la société",
        "Related Company|parent_id|parent_id/name|Related Company/Name|parent_name|commercial_company_name",
        "Verbundenes Unternehmen|Zugehöriges Unternehmen",
    ),
    Target("role"): ("Poste occupé", "Job Position|function", "Stelle|Arbeitsplatz"),
    Target("vat_id"): ("Numéro fiscal|Numéro d'identification fiscale", "Tax ID|vat", "Steuer-ID|USt-Ident-Nr."),
    Target("external_id"): ("ID externe", "External ID|id|ID", "Externe ID"),
    Target("number"): ("Référence", "Reference|Internal Reference|ref", "Referenz"),
    Target("website"): ("Lien du site web", "Website Link", "Website-Link"),
    Target("tags"): ("Étiquettes", "Tags|category_id|category_id/name", "Stichwörter"),
    Target("description"): ("Notes", "comment|Internal Notes", "Interne Notizen"),
    Target("functions", "customer"): ("", "customer|customer_rank|Customer Rank|Is a Customer", "Kundenrang"),
    Target("functions", "supplier"): ("", "supplier|supplier_rank|Supplier Rank|Is a Vendor", "Lieferantenrang"),
    Target("language"): ("Langue", "lang", "Sprache"),
    _REGION: ("État|Département", "State|state_id|state_id/name", "Bundesland"),
    _COUNTRY: ("Pays", "country_id|country_id/name|country_id/code", "Land"),
}

DOLIBARR: Names = {
    Target("company_name"): (
        "Nom du tiers|Raison sociale|Nom de la société",
        "Third-party name|ThirdPartyName|CompanyName",
        "Name des Geschäftspartners|Partnername",
    ),
    Target("company_name2"): ("Nom alternatif", "Alias name|AliasName|AliasNameShort", "Alias-Name"),
    Target("external_id"): ("Id tiers|Id société|Id contact", "IdThirdParty|IdCompany|IdContact|Third-party ID", ""),
    Target("salutation"): ("Code civilité|Titre civilité", "Civility code|CivilityCode", "Anrede-Code"),
    Target("role"): ("Poste/Fonction|Poste/fonction", "Job position|PostOrFunction", "Position/Funktion"),
    Target("functions", "dolibarr"): (
        "Client|Prospect / Client|Client potentiel / Client",
        "Customer|Prospect / Customer",
        "Kunde|Interessent / Kunde",
    ),
    Target("functions", "supplier"): ("Fournisseur", "Supplier|Vendor", "Lieferant"),
    Target("numbers", "customer"): ("Code client", "CustomerCode", "Kunden-Code|Kundencode"),
    Target("numbers", "supplier"): ("Code fournisseur", "SupplierCode|Vendor code", "Lieferanten-Code|Lieferantencode"),
    Target("tax_number"): (
        "Id. prof. 2|Id professionnel 2|ID professionnel 2|SIRET",
        "ProfId2|Prof. id 2|Professional ID 2",
        "Prof-ID 2",
    ),
    Target("vat_id"): ("Num TVA|Numéro de TVA", "VATIntra|VATIntraShort", "USt-ID-Nr."),
    Target("legal_form"): ("Forme juridique|Type d'entité légale", "JuridicalStatus|Legal entity type", "Rechtsform"),
    Target("description"): ("Note (publique)|Note publique", "NotePublic|Public note", "Öffentliche Notiz"),
    Target("language"): ("Langue par défaut", "DefaultLanguage|DefaultLang|Language by default", "Standardsprache"),
    _REGION: ("Département/Canton", "StateCode|State/Province", "Bundesland/Kanton"),
    _COUNTRY: ("Pays|Code pays", "CountryCode|Country code", "Ländercode"),
    Target("phones", "work"): ("Tél pro.|Tél. pro.", "PhonePro|Business phone", "Telefon beruflich"),
    Target("phones", "home"): ("Tél perso.|Tél. perso.", "PhonePerso|Personal phone", "Telefon privat"),
    Target("phones", "mobile"): ("Tél portable|Tél. portable", "PhoneMobile", "Mobiltelefon"),
}

OTHERWISE_IN_DOLIBARR = frozenset({"etat"})
"""Names that beside Dolibarr's own mean something else: whether a party is open (1) or closed (0), no region."""

WECLAPP: Names = {
    Target("kind"): ("Type de partenaire", "partyType|Party type", "Partnertyp|Kontakttyp|Kundentyp"),
    Target("company_name", "employer"): ("", "personCompany", "Firma des Ansprechpartners"),
    Target("company_name2"): ("", "company2", "Firma 2|Firma2|Firmenzusatz"),
    Target("emails", "home"): ("", "emailHome", "E-Mail privat|Private E-Mail"),
    Target("phones", "home"): ("", "phoneHome", "Telefon privat"),
    Target("phones", "work"): ("", "fixPhone2", "Telefon 2|Festnetz 2"),
    Target("phones", "mobile"): ("", "mobilePhone1|mobilePhone2", "Mobiltelefon 1|Mobil 1|Mobil 2"),
    Target("numbers", "customer"): ("", "customerNumber", "Kundennummer"),
    Target("numbers", "supplier"): ("", "supplierNumber", "Lieferantennummer"),
    Target("numbers", "prospect"): ("", "leadNumber", "Interessentennummer|Leadnummer"),
    Target("functions", "customer"): ("", "customer", "Ist Kunde"),
    Target("functions", "supplier"): ("", "supplier", "Ist Lieferant"),
    Target("vat_id"): (
        "",
        "vatRegistrationNumber|vatIdentificationNumber",
        "Umsatzsteuer-ID|USt-ID|USt-IdNr.",
    ),
    Target("tax_number"): ("", "taxId", "Steuernummer"),
    _STREET: ("", "street1|addresses.street1", "Straße 1"),
    _STREET2: ("", "street2|addresses.street2", "Straße 2"),
    _POSTAL_CODE: ("", "zipcode|addresses.zipcode", "PLZ"),
    _CITY: ("", "addresses.city", "Ort"),
    _REGION: ("", "addresses.state", "Bundesland"),
    _COUNTRY: ("", "countryCode|addresses.countryCode", "Ländercode|Länderkürzel"),
    Target("external_id"): ("", "id", "weclapp-ID"),
}
