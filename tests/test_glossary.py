"""One word for one thing, in each language, on all screens (the glossary of the spec)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from spoken import said_by_code, translated

from webapp import translating

CONCEPTS = {
    # English word: (how it stands in English, French and German sentences, its French and its German label)
    "Contact": (r"contacts?", r"contacts?", r"(haupt)?kontakt\w*", "Contact", "Kontakt"),
    "Person": (r"persons?", r"personnes?", r"person(en)?", "Personne", "Person"),
    "Company": (r"company|companies", r"entreprises?", r"firm(a|en)\w*", "Entreprise", "Firma"),
    "Function": (r"functions?", r"fonctions?", r"(kontakt)?funktion\w*", "Fonction", "Funktion"),
    "Prospect": (r"prospects?", r"clients? potentiels?", r"interessent(en)?\w*", "Client potentiel", "Interessent"),
    "Customer": (r"customers?", r"clients?", r"kunden?\w*", "Client", "Kunde"),
    "Supplier": (r"suppliers?", r"fournisseurs?", r"lieferant(en)?\w*", "Fournisseur", "Lieferant"),
    "Contact person": (
        r"contact persons?",
        r"personnes? de contact",
        r"ansprechpartner\w*",
        "Personne de contact",
        "Ansprechpartner",
    ),
    "Primary contact": (
        r"primary contacts?",
        r"contacts? princip(al|aux)",
        r"hauptansprechpartner\w*",
        "Contact principal",
        "Hauptansprechpartner",
    ),
    "Party": (r"party|parties", r"parties?", r"partei(en)?", "Partie", "Partei"),
    "Main contact": (
        r"main contacts?",
        r"contacts? conservés?",
        r"hauptkontakt\w*",
        "Contact conservé",
        "Hauptkontakt",
    ),
    "Bin": (r"bin", r"corbeille", r"papierkorbs?", "Corbeille", "Papierkorb"),
    "Mass action": (r"mass actions?", r"actions? de masse", r"massenaktion(en)?", "Action de masse", "Massenaktion"),
    "Number range": (
        r"number ranges?",
        r"tranches? de numéros",
        r"nummernkreise?\w*",
        "Tranche de numéros",
        "Nummernkreis",
    ),
    "Proposal": (r"proposals?", r"propositions?", r"angebot\w*", "Proposition", "Angebot"),
    "Overview": (r"overview", r"synthèse", r"übersicht", "Synthèse", "Übersicht"),
    "Master data": (r"master data", r"données de base", r"stammdaten", "Données de base", "Stammdaten"),
    "Show all": (r"show all", r"tout afficher", r"alles? anzeigen", "Tout afficher", "Alles anzeigen"),
}
"""The table of the spec."""

OTHERWISE = {
    "fr": (
        r"pistes?",
        r"leads?",
        r"prospects?",
        r"interlocut\w+",
        r"vendeurs?",
        r"prestataires?",
        r"acheteurs?",
        r"sociétés?(?! mère)",
        r"contacts? primaires?",
        r"contacts? principa\w+ conservé\w*",
        r"poubelle",
        r"actions? (groupées?|en masse|en bloc)",
        r"plages? de numéros",
        r"séries? de numéros",
        r"offres?",
        r"devis",
        r"personnes?-contacts?",
        r"correspondants?",
    ),
    "en": (
        r"leads?(?! (to|through|there|back|nowhere))",
        r"vendors?",
        r"clients?",
        r"contact people",
        r"trash",
        r"recycle bin",
        r"(bulk|batch) actions?",
        r"number (series|sequences?|blocks?)",
        r"(main|primary) contact persons?",
        r"quot(e|es|ation|ations)(?! mark)",
    ),
    "de": (
        r"leads?",
        r"prospekte?",
        r"potentielle\w* kunden?",
        r"kontaktperson(en)?",
        r"ansprechperson(en)?",
        r"gesprächspartner\w*",
        r"lieferer\w*",
        r"klient(en)?",
        r"mülleimer",
        r"(sammel|stapel|serien)aktion(en)?",
        r"nummernbereich\w*",
        r"nummernserie\w*",
        r"offerten?",
        r"unternehmen\w*",
        r"basisdaten",
        r"primärkontakt\w*",
    ),
}
"""Other words for the same things: no screen says them."""


def sentences() -> Iterator[tuple[str, str, str]]:
    """Language, what English says, what is said there; for each string and plural of all catalogues."""
    for one in said_by_code():
        for text in one.id if isinstance(one.id, tuple) else (one.id,):
            yield "en", text, text
    for language in translating.LANGUAGES:
        for one in translated(language):
            english = one.id[1] if isinstance(one.id, tuple) else one.id
            # What has no translation yet is another test's business.
            for text in filter(None, one.string if isinstance(one.string, tuple) else (one.string,)):
                yield language, english, text


FIXED = r"“[a-z_]+”|parent compan(y|ies)|company name|[\w.]+@company\.com"
"""Terms of their own, and names of the API, which hold a word of the glossary in English alone."""


def said(pattern: str, text: str) -> bool:
    # Names of places, as %(party)s, are no words.
    return re.search(rf"(?<!\w)({pattern})(?!\w)", re.sub(r"%\(\w+\)s", "", text), re.IGNORECASE) is not None


def other_concepts(concept: str, text: str) -> str:
    """The sentence without the longer terms that hold this one: a contact person is no contact."""
    for other, (english, *_rest) in CONCEPTS.items():
        if other != concept and re.search(rf"\b({CONCEPTS[concept][0]})\b", other, re.IGNORECASE):
            text = re.sub(rf"\b({english})\b", "", text, flags=re.IGNORECASE)
    return re.sub(FIXED, "", text, flags=re.IGNORECASE)


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_label_is_the_glossarys_word(concept: str) -> None:
    wanted = {"en": concept, "fr": CONCEPTS[concept][3], "de": CONCEPTS[concept][4]}
    wrong = [
        (language, text) for language, english, text in sentences() if english == concept and text != wanted[language]
    ]
    assert not wrong


@pytest.mark.parametrize("concept", CONCEPTS)
def test_a_sentence_about_it_says_the_glossarys_word(concept: str) -> None:
    english, french, german, *_labels = CONCEPTS[concept]
    words = {"en": english, "fr": french, "de": german}
    wrong = [
        (source, text)
        for language, source, text in sentences()
        if said(english, other_concepts(concept, source)) and not said(words[language], text)
    ]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize("language", OTHERWISE)
def test_no_other_word_is_said_for_it(language: str) -> None:
    wrong = [
        (pattern, text)
        for spoken, _english, text in sentences()
        if spoken == language
        for pattern in OTHERWISE[language]
        if said(pattern, text)
    ]
    assert not wrong, "\n".join(map(str, wrong))


def test_another_word_would_be_found() -> None:
    assert said(r"leads?(?! (to|through))", "Convert this lead")
    assert not said(r"leads?(?! (to|through))", "It leads to the contact")
    assert not said("party|parties", "of %(party)s")
    assert not said("persons?", other_concepts("Person", "Add contact persons"))
