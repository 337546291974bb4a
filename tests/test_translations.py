"""Every string is translated, with the glossary's words; the command that keeps the catalogues."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask_babel import force_locale

from webapp import i18n, translating
from webapp.i18n import Catalogues, ngettext

GLOSSARY = """
Contact / Contact / Kontakt
Person / Personne / Person
Company / Entreprise / Firma
Contact function / Fonction de contact / Kontaktfunktion
Contact functions / Fonctions de contact / Kontaktfunktionen
Prospect / Client potentiel / Interessent
Prospects / Clients potentiels / Interessenten
Customer / Client / Kunde
Customers / Clients / Kunden
Supplier / Fournisseur / Lieferant
Suppliers / Fournisseurs / Lieferanten
Contact person / Personne de contact / Ansprechpartner
Contact persons / Personnes de contact / Ansprechpartner
Primary contact / Contact principal / Hauptansprechpartner
Party / Partie / Partei
Main contact / Contact conservé / Hauptkontakt
Bin / Corbeille / Papierkorb
Mass action / Action de masse / Massenaktion
Mass actions / Actions de masse / Massenaktionen
Number range / Tranche de numéros / Nummernkreis
Number ranges / Tranches de numéros / Nummernkreise
Proposal / Proposition / Angebot
Overview / Synthèse / Übersicht
Master data / Données de base / Stammdaten
Show all / Tout afficher / Alles anzeigen
"""
WORDS = {en.casefold(): (fr, de) for en, fr, de in (line.split(" / ") for line in GLOSSARY.split("\n") if line)}
STRINGS = {
    language: [
        one
        for owner in translating.owners()
        for one in translating.stored(owner.path(language), language)
        if one.id
    ]
    for language in translating.LANGUAGES
}  # fmt: skip
NARROW = "\u202f"


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Each string with its translation, singular and plural apart."""
    for one in STRINGS[language]:
        several = isinstance(one.id, tuple)
        yield from zip(one.id, one.string, strict=True) if several else [(one.id, one.string)]


# --- The catalogues -----------------------------------------------------------------------------------------


def test_nothing_is_missing_fuzzy_obsolete_or_has_other_placeholders() -> None:
    assert translating.check(translating.owners()) == []


@pytest.mark.parametrize(("at", "language"), [(0, "fr"), (1, "de")])
def test_the_glossary_s_words_are_used(at: int, language: str) -> None:
    found = {text.casefold(): told for text, told in pairs(language) if text.casefold() in WORDS}
    assert len(found) >= 15
    assert {en: told.casefold() for en, told in found.items()} == {en: WORDS[en][at].casefold() for en in found}


@pytest.mark.parametrize("language", ["fr", "de"])
def test_what_a_sentence_quotes_is_called_so_on_the_screen(language: str) -> None:
    told = dict(pairs(language))
    wrong = [
        (text, name)
        for text, sentence in told.items()
        for name in re.findall("“([^”]+)”", text)
        if name in told and told[name] not in sentence
    ]
    assert wrong == []


def test_french_is_typeset_as_french() -> None:
    bad = re.compile(f"['\"“”]|(?<!{NARROW})[;!?»]|(?<![{NARROW}\\w]):(?!//)|[ \u00a0][;:!?»]|«(?!{NARROW})")
    assert [told for _text, told in pairs("fr") if bad.search(told)] == []


def test_german_is_typeset_as_german() -> None:
    bad = re.compile(f"['\"”«»]|[ {NARROW}][;:!?]|(?<![ –]|\\w)…")
    assert [told for _text, told in pairs("de") if bad.search(told)] == []


@pytest.mark.parametrize(("language", "nobody"), [("fr", "0 contact"), ("de", "0 Kontakte"), ("en", "0 contacts")])
def test_each_language_has_its_own_plural_for_nothing(app, language: str, nobody: str) -> None:
    with app.test_request_context(), force_locale(language):
        assert ngettext("%(number)s contact", "%(number)s contacts", 0, number=0) == nobody


ELSEWHERE = """msgid ""
msgstr ""
{header}
msgid "%(num)s toy"
msgid_plural "%(num)s toys"
"""
TWO, THREE = ["%(num)s jouet", "%(num)s jouets"], ["%(num)s jouet", "%(num)s de jouets", "%(num)s jouets"]


@pytest.mark.parametrize(
    ("header", "forms"),
    [
        ("", TWO),
        ('"Plural-Forms: nplurals=2; plural=(n > 1);\\n"', TWO),
        ('"Plural-Forms: nplurals=3; plural=n < 2 ? 0 : n % 1000000 == 0 ? 1 : 2;\\n"', THREE),
    ],
)
def test_plurals_stay_right_beside_a_plug_in_that_counts_its_forms_otherwise(
    tmp_path: Path, header: str, forms: list[str]
) -> None:
    path = tmp_path / "fr" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    said = "".join(f'msgstr[{at}] "{form}"\n' for at, form in enumerate(forms))
    path.write_text(ELSEWHERE.format(header=header) + said, encoding="utf-8")
    both = Catalogues([Path(i18n.__file__).parent / "translations", tmp_path]).of("fr")
    for number, toys, lines in ((0, "jouet", "ligne"), (1, "jouet", "ligne"), (2, "jouets", "lignes")):
        assert both.ungettext("%(num)s toy", "%(num)s toys", number) == f"%(num)s {toys}"
        assert both.ungettext("%(num)s row", "%(num)s rows", number) == f"%(num)s {lines}"
    assert both.ungettext("%(num)s row", "%(num)s rows", 1_000_000) == "%(num)s lignes"


# --- Their upkeep -------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> list[translating.Owner]:
    """A core and a plug-in with a few strings."""
    plugin = tmp_path / "plugins" / "toys"
    for folder in (tmp_path / "webapp", tmp_path / "templates", plugin):
        folder.mkdir(parents=True)
    (tmp_path / "webapp" / "one.py").write_text('_("Hello %(name)s", name=1)\nN_("Bin")\n_lp("toy", "B")\n')
    (tmp_path / "templates" / "one.html").write_text('{% do x() %}{{ ngettext("%(num)s toy", "%(num)s toys", 2) }}')
    (plugin / "__init__.py").write_text('_l("Bin")\n')
    return translating.owners(tmp_path)


def write(owner: translating.Owner, language: str, text: str) -> None:
    path = owner.path(language)
    kept = path.read_text(encoding="utf-8").partition("\n\n")[0]
    path.write_text(f"{kept}\n\n{text}", encoding="utf-8")


CORE = """
msgctxt "toy"
msgid "B"
msgstr "B"

msgid "Bin"
msgstr "Corbeille"

msgid "Hello %(name)s"
msgstr "Bonjour %(name)s"

msgid "%(num)s toy"
msgid_plural "%(num)s toys"
msgstr[0] "%(num)s jouet"
msgstr[1] "%(num)s jouets"
"""


def french(problems: list[str]) -> list[str]:
    return sorted(line for line in problems if ", fr:" in line)


def test_update_brings_new_strings_and_check_names_them(project) -> None:
    assert translating.update(project) == 10
    assert "#:" not in project[0].path("fr").read_text(encoding="utf-8")
    assert french(translating.check(project)) == [
        "core, fr: missing: 'B'",
        "core, fr: missing: 'Bin'",
        "core, fr: missing: 'Hello %(name)s'",
        "core, fr: missing: ('%(num)s toy', '%(num)s toys')",
        "toys, fr: missing: 'Bin'",
    ]


def test_update_takes_a_translation_from_another_owner_and_changes_nothing_twice(project) -> None:
    translating.update(project)
    write(project[0], "fr", CORE)
    translating.update(project)
    assert french(translating.check(project)) == []
    assert "Corbeille" in project[1].path("fr").read_text(encoding="utf-8")
    before = project[0].path("fr").read_bytes()
    translating.update(project)
    assert project[0].path("fr").read_bytes() == before


def test_update_drops_what_is_obsolete_and_keeps_no_guess(project) -> None:
    translating.update(project)
    guess = '#, fuzzy\nmsgid "Bin"\nmsgstr "Poubelle"\n\n'
    write(project[1], "fr", guess + 'msgid "Gone"\nmsgstr "Parti"\n\n#~ msgid "Old"\n#~ msgstr "Vieux"\n')
    lines = french(translating.check(project))
    assert {"toys, fr: fuzzy: 'Bin'", "toys, fr: obsolete: 'Gone'", "toys, fr: obsolete: 'Old'"} <= set(lines)
    translating.update(project)
    kept = project[1].path("fr").read_text(encoding="utf-8")
    assert not [word for word in ("Poubelle", "Gone", "Old") if word in kept]


def test_check_names_what_two_owners_call_differently_and_placeholders_made_up(project) -> None:
    translating.update(project)
    write(project[0], "fr", CORE.replace("Bonjour %(name)s", "Bonjour %(nom)s"))
    write(project[1], "fr", 'msgid "Bin"\nmsgstr "Poubelle"\n')
    assert french(translating.check(project)) == [
        "core, fr: placeholders %(name)s, %(nom)s: 'Hello %(name)s'",
        "toys, fr: told otherwise in core ('Corbeille'): 'Bin'",
    ]
