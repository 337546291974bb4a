"""Importing contacts: what is matched, created, united, refused (spec H2, H3; contract: `carnet import`)."""

from __future__ import annotations

from typing import Any

import pytest
from imported import Bring, counts, only, total

from plugins.transfer import options, preparing, services
from webapp.contacts import services as contacts
from webapp.contacts.links import parties_of
from webapp.contacts.queries import functions_of, numbers_of
from webapp.db import db, now, transaction
from webapp.errors import Forbidden
from webapp.functions.services import activate, convert
from webapp.history.services import of_contact

pytestmark = pytest.mark.usefixtures("system")

FULL = (
    "Type;First name;Last name;Company;E-mail;Phone;Street;Postal code;City;Country;Birth date;VAT id;Website;Tags;"
    "Notes;External id;Number;Functions\n"
    'person;Ann;Weber;Acme Ltd;"ann@acme.example, a@w.example";020 7946 0123;1 High Street;SW1A 1AA;London;GB;'
    '1980-12-31;;w.example;"vip, fair";First note;X-1;10001;customer\n'
    "company;;;Bakery Groß;post@gross.example;+49 30 200000;Markt 1;10115;Berlin;DE;;;;;;X-2;70001;supplier\n"
)


def test_H1_a_row_becomes_a_contact_with_all_its_values(bring: Bring) -> None:
    report = bring(FULL)
    assert counts(report) == (2, 0, 0, 0, 0)
    assert report.remarks == []
    ann = only(last_name="Weber")
    assert (ann.kind, ann.first_name, str(ann.birth_date), ann.website) == ("person", "Ann", "1980-12-31", "w.example")
    assert [one.value for one in ann.emails] == ["ann@acme.example", "a@w.example"]
    assert ann.phones[0].normalised == "+442079460123"
    assert (ann.addresses[0].street, ann.addresses[0].city, ann.country) == ("1 High Street", "London", "GB")
    assert ann.tags == ["fair", "vip"]
    assert ann.description == "First note"
    assert [(one.source, one.value) for one in ann.external_ids] == [("", "X-1")]
    assert functions_of([ann.id]) == {ann.id: ["customer"]}
    assert numbers_of([ann.id]) == {ann.id: {"customer": "10001"}}
    assert [link.party.company_name for link in parties_of(ann.id)] == ["Acme Ltd"]
    assert report.employers == 1
    entries = of_contact(ann.id)
    assert {(entry.way, entry.source) for entry in entries} == {("import", "list.csv")}
    assert {entry.action for entry in entries} == {"created", "activated", "linked"}


def test_H3_the_same_file_twice_makes_no_double(bring: Bring) -> None:
    bring(FULL)
    before = total()
    assert counts(bring(FULL)) == (0, 0, 2, 0, 0)
    assert total() == before


@pytest.mark.parametrize(
    "text",
    [
        "Nachname;Vorname\nWeber;Anna\nGroß;Karl\n",
        "E-mail\na@w.example\nno address at all\n",
        "Telefon\n030 2000001\n123\n",
        "Firma\nAcme\nHolz & Co\n",
        "Nom;Prénom;Entreprise\nMartin;Zoé;Acme\nMartin;Luc;Acme\n",
        "Name;Fonctions\nAnna Weber;client\nKarl Groß;client potentiel\n",
        "Nachname;Geburtsdatum;Land\nWeber;31.02.1980;Nirgendwo\nGroß;99;FR\n",
        "Nachname;Nummer\nWeber;1001\nGroß;1002\n",
        "Company;Street;City;Postal code\nAcme;;Lyon;69001\nAcme 2;1 rue A;Lyon;69001\n",
        "Nachname;Notizen;Straße;Ort\nWeber;" + "x" * 20_001 + ";" + "y" * 300 + ";Bonn\nGroß;a;b;c\n",
    ],
)
def test_H3_a_file_without_ids_twice_makes_no_double(bring: Bring, text: str) -> None:
    first = bring(text)
    assert counts(first) == (2, 0, 0, 0, 0)
    before = total()
    assert counts(bring(text)) == (0, 0, 2, 0, 0)
    assert total() == before


def test_H3_a_converted_prospect_is_not_imported_again(bring: Bring) -> None:
    text = "Last name;E-mail;Functions\nWeber;a@w.example;prospect\n"
    bring(text)
    convert(only().id, "customer")
    report = bring(text)
    assert counts(report) == (0, 0, 1, 0, 0)
    assert "never becomes a prospect" in report.remarks[0].text


def test_H3_matching_by_number_and_external_id(bring: Bring) -> None:
    bring(FULL)
    report = bring("Last name;Number;External id\nWeber-Smith;10001;\nGroß & Sohn;;X-2\n", kind=None)
    assert report.refused == 1
    assert "is a company in Carnet" in report.refusals[0].reason
    assert "correct the type" in report.refusals[0].reason
    report = bring("Type;Last name;Company;Number;External id\n;Weber-Smythe;;10001;\ncompany;;Groß & Sohn;;X-2\n")
    assert counts(report) == (0, 2, 0, 0, 0)
    assert only(last_name="Weber-Smythe").first_name == "Ann"
    assert only(company_name="Groß & Sohn").emails[0].value == "post@gross.example"


def test_H3_only_cells_with_a_value_change_and_collections_unite(bring: Bring) -> None:
    bring(FULL)
    report = bring(
        "External id;E-mail;Phone;City;Postal code;Street;Tags;Notes;Website\n"
        "X-1;new@acme.example;+44 20 7946 0999;Leeds;LS1 1BA;2 New Street;VIP,board;Second note;\n"
    )
    assert counts(report) == (0, 1, 0, 0, 0)
    ann = only(last_name="Weber")
    assert [one.value for one in ann.emails] == ["ann@acme.example", "a@w.example", "new@acme.example"]
    assert ann.emails[0].is_primary
    assert len(ann.phones) == 2
    assert [(one.city, one.purpose) for one in ann.addresses] == [("London", "main"), ("Leeds", "other")]
    assert ann.tags == ["board", "fair", "vip"]
    assert ann.description == "First note\nSecond note"
    assert ann.website == "w.example"


def test_H3_the_same_phone_and_address_in_another_form_is_no_new_one(bring: Bring) -> None:
    bring(FULL)
    report = bring("External id;Phone;City;Region\nX-1;+44 (20) 7946-0123;london;Greater London\n")
    assert counts(report) == (0, 1, 0, 0, 0)
    ann = only(last_name="Weber")
    assert len(ann.phones) == 1
    assert [(one.street, one.region) for one in ann.addresses] == [("1 High Street", "Greater London")]


@pytest.mark.parametrize(("match", "column"), [("email", "E-mail"), ("vat_id", "VAT id"), ("name", "Company")])
def test_H3_matching_by_what_is_told(bring: Bring, match: str, column: str) -> None:
    values = {"E-mail": "post@holz.example", "VAT id": "DE 136 695 976", "Company": "Holz GmbH"}
    bring(";".join(values) + "\n" + ";".join(values.values()) + "\n")
    other = values | {"Company": "Holz GmbH" if match == "name" else "Holzbau GmbH"}
    given = {name: text for name, text in other.items() if name in (column, "Company")}
    text = "City;" + ";".join(given) + "\nBonn;" + ";".join(given.values()) + "\n"
    assert counts(bring(text, match=(match,))) == (0, 1, 0, 0, 0)
    assert only(kind="company").city == "Bonn"


def test_H3_a_key_that_fits_several_contacts_is_refused(bring: Bring) -> None:
    for name in ("A", "B"):
        contacts.create({"kind": "company", "company_name": name, "emails": [{"value": "info@x.example"}]})
    report = bring("Company;E-mail\nC;info@x.example\n", match=("email",))
    assert counts(report) == (0, 0, 0, 0, 1)
    assert "several contacts by email" in report.refusals[0].reason
    assert counts(bring("Company;E-mail;City\nB;info@x.example;Bonn\n", match=("email",))) == (0, 1, 0, 0, 0)


def test_H3_merged_contacts_are_followed_and_the_bin_refuses(bring: Bring) -> None:
    main = contacts.create({"kind": "company", "company_name": "Main"})
    gone = contacts.create({"kind": "company", "company_name": "Gone", "external_ids": [{"value": "OLD"}]})
    activate(gone.id, "supplier", {"number": "7"})
    gone.merged_into_id, gone.deleted_at = main.id, now()
    db.session.flush()
    report = bring("Company;External id;City\nMain;OLD;Bonn\n")
    assert (counts(report), report.refusals) == ((0, 1, 0, 0, 0), [])
    assert counts(bring("Company;Number;Website\nMain;7;m.example\n")) == (0, 1, 0, 0, 0)
    assert (only(company_name="Main").city, only(company_name="Main").website) == ("Bonn", "m.example")
    binned = contacts.create({"kind": "company", "company_name": "B", "external_ids": [{"value": "BIN"}]})
    contacts.to_bin(binned.id)
    report = bring("Company;External id\nB2;BIN\nC;\n")
    assert counts(report) == (1, 0, 0, 0, 1)
    assert "in the bin" in report.refusals[0].reason


class TestDoubles:
    @pytest.fixture
    def there(self) -> int:
        there = contacts.create(
            {
                "kind": "person", "first_name": "Anna", "last_name": "Weber", "emails": [{"value": "a@w.example"}],
                "phones": [{"value": "+49 30 200000"}], "addresses": [{"postal_code": "10115", "country": "DE"}],
            }
        )  # fmt: skip
        return there.id

    @pytest.mark.parametrize(
        "row",
        ["Annie;Weber-Groß;A@W.example;;;", "A.;Weber;;+49 (30) 200000;;Bonn", "ANNA;weber;;;10115;Köln"],
    )
    def test_A6_a_likely_double_is_created_and_counted(self, bring: Bring, there: int, row: str) -> None:
        report = bring(f"First name;Last name;E-mail;Phone;Postal code;City\n{row}\n")
        assert counts(report) == (1, 0, 0, 1, 0)
        (double,) = report.likely
        assert (double.other_id, double.line) == (there, 2)
        assert double.contact_id not in (None, there)

    def test_A6_colleagues_with_one_phone_are_no_doubles(self, bring: Bring, there: int) -> None:
        assert counts(bring("First name;Last name;Phone\nKarl;Groß;+49 30 200000\n")) == (1, 0, 0, 0, 0)
        assert counts(bring("Company;E-mail\nWeber KG;a@w.example\n")) == (1, 0, 0, 0, 0)

    def test_H3_doubles_update(self, bring: Bring, there: int) -> None:
        text = "First name;Last name;E-mail;City\nAnna;Weber;a@w.example;Bonn\n"
        assert counts(bring(text, doubles="update")) == (0, 1, 0, 1, 0)
        assert total() == 1
        assert counts(bring(text, doubles="update")) == (0, 0, 1, 0, 0)

    def test_H3_doubles_skip(self, bring: Bring, there: int) -> None:
        report = bring("First name;Last name;E-mail;City\nAnna;Weber;a@w.example;Bonn\n", doubles="skip")
        assert counts(report) == (0, 0, 0, 1, 0)
        assert report.likely[0].contact_id is None
        assert total() == 1
        assert only().city == ""

    def test_H3_two_rows_of_one_file_find_each_other(self, bring: Bring) -> None:
        report = bring("Last name;E-mail;External id\nA;x@w.example;1\nB;x@w.example;\nA2;;1\n")
        assert counts(report) == (2, 1, 0, 1, 0)


def test_H2_a_rehearsal_counts_the_same_and_changes_nothing(bring: Bring, monkeypatch: Any) -> None:
    monkeypatch.setattr(preparing, "CHUNK", 2)
    text = FULL + "person;B;Weber;Acme Ltd;ann@acme.example;;;;;;;;;;;;;\n" + "person;;;;;;;;;;;;;;;X-9;;;\n"
    for commits in (True, False):
        rehearsed = bring(text, rehearse=True, commits=commits)
        assert total() == 0
    done = bring(text)
    assert str(done) == str(rehearsed) == "created=3 updated=0 unchanged=0 doubles=1 refused=1"
    assert total() == 4


def test_each_chunk_is_a_transaction(bring: Bring, monkeypatch: Any) -> None:
    monkeypatch.setattr(preparing, "CHUNK", 2)
    begun = []

    def counted() -> Any:
        begun.append(1)
        return transaction()

    monkeypatch.setattr(services, "transaction", counted)
    bring("Last name\n" + "".join(f"N{at}\n" for at in range(5)))
    assert len(begun) == 3


def test_J1_only_managers_import(app: Any) -> None:
    from webapp.acting import Act, acting

    editor = Act(user_id=None, role="editor", way="import")
    with acting(editor), pytest.raises(Forbidden):
        services.import_rows(None, options.Options())  # type: ignore[arg-type]


def test_H3_unchanged_rows_cost_a_fixed_number_of_statements(bring: Bring, statements: Any) -> None:
    head = "Last name;E-mail;External id;City;Functions\n"
    few, many = (head + "".join(f"N{at};n{at}@w.example;{at};Bonn;supplier\n" for at in range(n)) for n in (2, 50))
    bring(many)
    with statements() as for_few:
        bring(few)
    with statements() as for_many:
        bring(many)
    assert len(for_few) == len(for_many)


NAMESAKES = "First name;Last name;E-mail\nLena;Zwilling;lz@x.example\nLena;Zwilling;\n"


@pytest.mark.parametrize("portion", [1, 2000])
def test_H3_namesakes_of_one_file_stay_two(bring: Bring, monkeypatch: pytest.MonkeyPatch, portion: int) -> None:
    """However many rows are written together, and as it was rehearsed."""
    monkeypatch.setattr(preparing, "CHUNK", portion)
    assert bring(NAMESAKES, rehearse=True).created == 2
    assert bring(NAMESAKES).created == 2
    assert str(bring(NAMESAKES)) == "created=0 updated=0 unchanged=2 doubles=0 refused=0"


@pytest.mark.parametrize("beside", ["Phone;030 901820", "External id;X-1"])
def test_H3_the_same_file_twice_where_a_name_is_written_in_two_ways(bring: Bring, beside: str) -> None:
    column, value = beside.split(";")
    text = f"Company;{column}\nHÔTEL SUD;\nHôtel Sud;{value}\n"
    assert counts(bring(text)) == (1, 1, 0, 0, 0)
    assert str(bring(text, rehearse=True)) == "created=0 updated=0 unchanged=2 doubles=0 refused=0"
    assert counts(bring(text)) == (0, 0, 2, 0, 0)
    assert only().company_name == "Hôtel Sud"


def test_H3_an_external_id_that_differs_by_its_case_is_another_and_is_kept(bring: Bring) -> None:
    head = "Company;Phone;External id\n"
    bring(head + "Acme;+33 1 53 00 00 01;0015g0AbC\n")
    assert bring(head + "Acme;+33 1 53 00 00 01;0015g0ABC\n", doubles="update").updated == 1
    assert bring(head + "Acme;+33 1 53 00 00 01;0015g0ABC\n", doubles="update").unchanged == 1
    assert sorted(one.value for one in only().external_ids) == ["0015g0ABC", "0015g0AbC"]


@pytest.mark.parametrize("phone", ["voir ci-dessus", "n/a"])
def test_H3_a_person_of_whom_only_the_company_is_known_is_the_company_whatever_stands_under_phone(
    bring: Bring, phone: str
) -> None:
    text = f"Company;Phone\nAcme;{phone}\n"
    assert counts(bring(text, kind="person")) == (1, 0, 0, 0, 0)
    assert counts(bring(text, kind="person")) == (0, 0, 1, 0, 0)
    assert (only().kind, only().company_name) == ("company", "Acme")


@pytest.mark.parametrize(
    ("column", "value"), [("LinkedIn", "anna-w"), ("IBAN", "DE02120300000000202051"), ("Primary contact", "yes")]
)
def test_H2_what_only_a_later_row_asks_for_is_known_of_whom_an_earlier_one_changes(
    bring: Bring, monkeypatch: pytest.MonkeyPatch, column: str, value: str
) -> None:
    monkeypatch.setattr(preparing, "CHUNK", 1)
    head = f"First name;Last name;E-mail;Company;City;{column}\nAnna;Weber;a@w.example;Acme;"
    bring(f"{head};{value}\n")
    again = f"{head}Bonn;\nAnna;Weber;a@w.example;Acme;;{value}\n"
    for rehearse in (True, False):
        report = bring(again, doubles="update", rehearse=rehearse)
        assert (report.created, report.updated, report.unchanged) == (0, 1, 1), rehearse


def test_H2_a_primary_contact_that_an_earlier_row_would_make_stays_known(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two columns that tell of one a row has."""
    monkeypatch.setattr(preparing, "CHUNK", 1)
    bring("Company\nAcme\n")
    text = (
        "First name;Last name;Company;Primary contact;Contact person of (list)\n"
        "Anna;Weber;Acme;yes;\nBob;Stein;;;Acme | Boss | | 1\n"
    )
    remarks = [[one.text for one in bring(text, rehearse=rehearse).remarks] for rehearse in (True, False)]
    assert remarks[0] == remarks[1] != [], remarks


def test_H2_phones_are_read_by_the_main_address_as_an_import_reads_them(
    bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "CHUNK", 1)
    head = "First name;Last name;E-mail;Phone;City;Country\n"
    bring(head + "Anna;Weber;a@w.example;;Lyon;FR\n")
    text = head + "Anna;Weber;a@w.example;030 901820;Bonn;DE\nAnna;Weber;;+49 30 901820;;\n"
    rehearsed = counts(bring(text, match=("email",), rehearse=True))
    assert counts(bring(text, match=("email",))) == rehearsed == (1, 1, 0, 0, 0)


def test_H3_the_same_file_twice_whose_external_id_is_anothers(bring: Bring) -> None:
    text = "First name;Last name;External ID;City\nAda;Einz;E-92;Paris\nBob;Zweiz;E-92;Lyon\n"
    assert bring(text, match=("email",)).created == 2
    assert str(bring(text, match=("email",))) == "created=0 updated=0 unchanged=2 doubles=0 refused=0"
    assert bring(text, match=("email",), rehearse=True).created == 0
