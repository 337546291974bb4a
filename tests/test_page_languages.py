"""No page mixes languages: what it says comes from the catalogues, or is data."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from flask_babel import get_babel
from spoken import Texts, names, sentences, untranslated, write_marked
from walking import Samples, calls

from webapp import letters
from webapp.accounts.models import User
from webapp.acting import acting, acting_as_system
from webapp.administration.models import ValueListItem
from webapp.config import ROOT, STATIC
from webapp.contacts import links
from webapp.contacts.services import update
from webapp.db import db
from webapp.functions.services import save_fields
from webapp.i18n import LOCALES, Catalogues
from webapp.merging.models import Merge
from webapp.ports import Merging
from webapp.registry import registry

GREEK = "Ελλάς"
"""All data of these tests is in Greek letters, so that what is left in Latin ones is the program's."""
FRENCH = {"Accept-Language": "fr"}
PAGE = "text/html"
THEIRS = {"public_proposals.show", "public_proposals.logo", "proposals.paper"}
"""Pages in the contact's language, which here is French."""
NOBODYS = {"embed.start", "embed_open.open_here"}
"""Pages that know no user: they are in the browser's language."""
NO_WALK = {"security.logout", "account.end_other_sessions"}


def test_what_no_catalogue_says_is_found() -> None:
    page = (
        '<p title="Bin"><b>⟦Add ⟦it⟧⟧ now</b> Ελλάς 12 <kbd>n</kbd><i lang="de">Deutsch</i></p>'
        '<td data-label="City" data-new="Words" data-focus="#main">⟦a⟧</td><input type="submit" value="Go">'
    )
    assert untranslated(page, set()) == ["Bin", "⟦Add ⟦it⟧⟧ now", "City", "Words", "Go"]


@pytest.fixture
def database() -> str:
    """What a page says is the same on each database: one is enough for these long walks."""
    return "sqlite"


@pytest.fixture(scope="module")
def brackets(tmp_path_factory: pytest.TempPathFactory) -> Catalogues:
    """The marked catalogue, written and read once."""
    folder = tmp_path_factory.mktemp("marked")
    write_marked(folder)
    return Catalogues([folder])


@pytest.fixture
def marked(app, brackets: Catalogues, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of French, a catalogue that shows each of its strings in ⟦brackets⟧."""
    monkeypatch.setattr(get_babel(app).instance, "catalogues", brackets)


@pytest.fixture
def reader(marked, sign_in):
    """An administrator who reads the marked pages."""
    client = sign_in("administrator", locale="fr")
    name_all()
    return client


def name_all() -> None:
    """No user's name is a word."""
    for one in db.session.scalars(sa.select(User)):
        one.name = GREEK
    db.session.flush()


@pytest.fixture
def file(make):
    """A contact with functions, a past one, persons, all values; and its link."""
    party = make("Ωμέγα", functions=["prospect", "customer", "supplier"])
    boss = make("Παύλος", kind="person")
    only = make("Πέτρος", kind="person")
    with acting(acting_as_system("import")):
        update(
            party.id,
            {
                "vat_id": "12", "website": "https://ex.example", "language": "fr", "category": "a", "source": "fair",
                "description": GREEK, "parent_id": make("Άλφα").id, "legal_form": "sarl", "tags": [GREEK],
                "emails": [{"type": "work", "value": "a@ex.example"}, {"type": "home", "value": "β"}],
                "phones": [{"type": "mobile", "value": "12"}],
                "addresses": [{"purpose": "main", "street": GREEK, "postal_code": "1", "country": "GR"}],
                "bank_accounts": [{"holder": GREEK, "iban": "12"}],
                "social_accounts": [{"network": "xing", "value": GREEK}],
                "consents": [{"channel": "email", "status": "granted", "basis": "consent", "review_on": "2027-01-31"}],
                "external_ids": [{"source": GREEK, "value": "12"}],
            },
        )  # fmt: skip
        update(boss.id, {"salutation": "ms", "title": "dr", "birth_date": "1980-12-31"})
        links.create(party.id, only.id, {"active_to": "2099-12-31"})
        link = links.create(party.id, boss.id, {"is_primary": True, "is_invoice_recipient": True, "role": GREEK})
    db.session.flush()
    return party, boss, link


@pytest.fixture
def samples(file, user) -> Samples:
    party, _boss, link = file
    owner = user("manager")
    owner.name = GREEK
    return Samples(contact=party.id, link=link.id, owner=owner, name=GREEK)


def look(reader, addresses: list[str]) -> dict[str, list[str]]:
    """The untranslated texts of these pages, by address."""
    known = names()
    found = {}
    for address in addresses:
        answer = reader.get(address, headers=FRENCH)
        if answer.mimetype == PAGE and answer.status_code not in (301, 302, 303):
            assert answer.status_code < 500, address
            assert answer.headers["Content-Language"] == Texts(answer.text).lang == "fr", address
            found[address] = untranslated(answer.text, known)
    return found


def other_pages(app, file, make) -> list[str]:
    """Addresses of pages in other states than the samples have: functions to add, to convert, searches, refusals."""
    party, boss, _link = file
    fresh, person = make("Δέλτα", functions=["prospect"]), make("Ήρα", kind="person")
    binned = make("Θήτα")
    with acting(acting_as_system("form")):
        from webapp.contacts.services import archive, to_bin

        to_bin(binned.id)
        archive(make("Ιώτα").id)
    own = ("", "/edit", "/persons", "/history", "/kind", "/delete", "/picture", "/row")
    return [
        *(f"/contacts/{one.id}{part}" for one in (boss, fresh, binned) for part in own),
        *(f"/contacts/{boss.id}/functions/{one}" for one in ("prospect", "customer", "supplier")),
        *(f"/contacts/{party.id}?view={one}" for one in ("customer", "supplier")),
        *(f"/contacts/{party.id}/edit?part={one}" for one in ("master", "addresses", "customer", "supplier")),
        *(f"/{one}?q=nobody" for one in ("contacts", "prospects", "customers", "suppliers")),
        f"/contacts/{fresh.id}/convert?to=customer",
        f"/contacts/{party.id}/persons/new?person_id={person.id}",
        f"/contacts/{party.id}/persons/new?q=zz",
        "/contacts/new?kind=person&function=prospect",
        "/contacts?archived=1",
        "/contacts/bin",
        "/nowhere",
        *merging(party, fresh, person, make),
        f"/prospects?tag={GREEK}&city={GREEK}&country=GR&responsible=none&sort=-changed",
    ]


def merging(party, fresh, person, make) -> list[str]:
    """What merges show: choices of all kinds, what meets, what is in the way; one that was made and changed since."""
    twin = make("Ρω", functions=["customer", "supplier"])
    others = [make(f"Τ{GREEK}") for _one in range(14)]
    with acting(acting_as_system("form")):
        values = {
            "description": f"{GREEK} {GREEK}", "tags": [GREEK], "emails": [{"value": "β"}, {"value": "γ"}],
            "addresses": [{"purpose": "main", "street": "Ρόδος"}], "legal_form": "gmbh", "language": "de",
            "consents": [{"channel": "email", "status": "refused"}],
        }  # fmt: skip
        update(twin.id, values)
        save_fields(twin.id, "customer", {"credit_limit": "12", "payment_term": "net_14", "blocked": "1"})
        save_fields(party.id, "customer", {"credit_limit": "13", "discount": "2"})
        links.create(twin.id, person.id, {"is_primary": True})
        registry().service(Merging).merge([others[0].id, others[1].id])
        update(others[0].id, {"company_name": GREEK})
    db.session.flush()
    many = ",".join(str(one.id) for one in others[2:])
    return [
        f"/merge?ids={party.id}&ids={twin.id}&ids={fresh.id}",
        f"/merge?ids={party.id},{twin.id},{many}",
        f"/merge?ids={twin.id}&ids={person.id}",
        f"/merge?ids={fresh.id}&ids={make('Ψ', kind='person').id}",
        f"/merge?ids={fresh.id}&ids={twin.id}&choice.company_name=1",
        f"/merge?ids={fresh.id}",
        f"/merge/with/{fresh.id}?q=zz",
        f"/merge/with/{fresh.id}?q={GREEK}",
        *(f"/merges/{one}" for one in db.session.scalars(sa.select(Merge.id))),
        f"/contacts/{others[0].id}/history",
        "/settings/merges",
    ]


def test_no_page_mixes_languages(app, reader, samples, file, make) -> None:
    addresses = [one.address for one in calls(app, samples) if one.method == "GET" and not one.is_api]
    name_all()
    found = look(reader, [*addresses, *other_pages(app, file, make)])
    assert len(found) >= 45
    assert not {address: texts for address, texts in found.items() if texts}


def test_no_answer_to_an_empty_form_mixes_languages(app, reader, samples) -> None:
    """Every form, sent with nothing in it: what it refuses, and what it says where nothing is needed."""
    # A copy has the next number of its range.
    known, found = names() | {"P-10001"}, {}
    for call in calls(app, samples):
        if call.method != "POST" or call.is_api or call.endpoint in NO_WALK:
            continue
        name_all()
        answer = reader.submit(call.address, headers=FRENCH, follow_redirects=True)
        assert answer.status_code < 500, call.rule
        if answer.mimetype == PAGE:
            found[call.rule] = untranslated(answer.text, known)
    assert len(found) >= 25
    assert not {rule: texts for rule, texts in found.items() if texts}


def test_no_answer_to_a_form_mixes_languages(app, reader, file, make) -> None:
    party, boss, link = file
    fresh, known = make("Δέλτα", functions=["prospect"]), names()
    ids = {"ids": [fresh.id, party.id], "action": "convert", "back": "/prospects"}
    csv = "Όνομα;Ταχυδρομείο;Γενέθλια\nΉρα;ήρα;31.02.1980\n;;\nΩμέγα;;\n"
    user = {"email": "ω", "name": GREEK, "role": "reader"}
    forms: list[tuple[str, dict]] = [
        ("/contacts/new", {"kind": "person", "birth_date": "12", "emails-0-value": "1"}),
        ("/contacts/new", {"kind": "company", "company_name": "Βήτα"}),
        ("/contacts/new", {"present_kind": "company", "company_name": "Ωμέγα", "resume": "1"}),
        (f"/contacts/{party.id}/edit", {"version": "0", "kind": "company", "company_name": "Βήτα", "base": ""}),
        (f"/contacts/{boss.id}/delete", {}),
        (f"/links/{link.id}/remove", {}),
        (f"/links/{link.id}", {"version": "0", "active_from": "12"}),
        (f"/contacts/{fresh.id}/picture", {}),
        (f"/contacts/{fresh.id}/functions/customer", {"customer.credit_limit": "12,3,4"}),
        (f"/contacts/{party.id}/functions/prospect", {}),
        ("/mass-actions", ids),
        ("/mass-actions/run", ids),
        ("/mass-actions", {"action": "convert", "back": "/prospects"}),
        ("/import", {"file": (io.BytesIO(csv.encode()), "χ")}),
        ("/import", {"file": (io.BytesIO(b""), "χ")}),
        ("/settings/users/new", user),
        ("/settings/users/new", {**user, "email": "new@ex.example", "locale": "fr"}),
        ("/settings/company", {"version": "0", "name": GREEK}),
        ("/settings/company/mail", {"version": "0", "host": "!", "port": "x"}),
        ("/settings/number-ranges", {"version": "1", "prefix": "{y}", "length": "0", "step": "0", "next": "0"}),
        (
            "/settings/number-ranges",
            {"version": "0", "prefix": "Κ", "length": "5", "step": "1", "next": "7", "restart": "never"},
        ),
        (
            "/settings/number-ranges/common/preview",
            {"prefix": "Κ{mm}", "length": "5", "step": "1", "next": "10001", "restart": "never"},
        ),
        (
            "/settings/number-ranges/supplier?value=new",
            {"prefix": "Σ", "length": "5", "step": "1", "next": "7", "restart": "never"},
        ),
        ("/settings/number-ranges/supplier/switch", {"version": "0", "own": "1"}),
        ("/settings/accounts", {"version": "0", "debtor.on": "1"}),
        ("/account/profile", {"name": GREEK, "locale": "fr", "theme": "dark", "density": "compact"}),
        ("/account/tokens", {"name": GREEK, "scope": "read", "password": "wrong"}),
    ]
    found = {}
    for address, data in forms:
        name_all()
        answer = reader.submit(address, data, follow_redirects=True)
        assert answer.status_code < 500, (address, answer.status_code)
        found[f"{address} {answer.status_code}"] = untranslated(answer.text, known)
    assert not {address: texts for address, texts in found.items() if texts}


def test_no_form_that_came_late_mixes_languages(marked, client, user, sign_in) -> None:
    own = {"Sec-Fetch-Site": "same-origin", **FRENCH}
    form = {"present_kind": "company", "company_name": GREEK, "emails-0-value": "β", "function": "prospect"}
    someone = user("editor", locale="fr")
    someone.name = GREEK
    asked = client.submit("/contacts/new", form, headers=own)
    kept = re.search(r'name="kept" value="([^"]+)"', asked.text)
    assert kept
    signed_in = {"email": someone.email, "password": "blue cars seldom sing", "kept": kept[1]}
    again = client.submit("/login", signed_in, headers=FRENCH)
    late = client.post("/contacts/new", data=form, headers=own)
    foreign = client.submit("/contacts/new", {**form, "whose": "1234567"}, headers=own)
    assert [one.status_code for one in (asked, again, late, foreign)] == [401, 200, 400, 409]
    known = {*LOCALES.values(), "prospect"}
    assert not [text for one in (asked, again, late, foreign) for text in untranslated(one.text, known)]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_says_nothing_of_another_language(app, sign_in, samples, file, make, locale: str) -> None:
    client = sign_in("administrator", locale=locale)
    foreign = set.union(*(sentences(one) for one in LOCALES if one != locale)) - sentences(locale)
    # A value of a list is the firm's own word: a title such as "Me" is no English on a French page.
    foreign -= set(db.session.scalars(sa.select(getattr(ValueListItem, f"label_{locale}"))))
    pages = [
        one for one in calls(app, samples) if one.method == "GET" and not one.is_api and one.endpoint not in NOBODYS
    ]
    addresses = [one.address for one in pages if locale == "fr" or one.endpoint not in THEIRS]
    name_all()
    other = next(one for one in LOCALES if one != locale)
    found = {}
    for address in [*addresses, *other_pages(app, file, make)]:
        # The user's own language counts, whatever the browser's is.
        answer = client.get(address, headers={"Accept-Language": other})
        if answer.mimetype != PAGE or answer.status_code in (301, 302, 303):
            continue
        page = Texts(answer.text)
        assert page.lang == answer.headers["Content-Language"] == locale, address
        found[address] = sorted({text for text in page.found if text in foreign})
    assert len(found) >= 45
    assert not {address: texts for address, texts in found.items() if texts}


@pytest.mark.parametrize("field", ["email", "password", "remember"])
def test_sign_in_says_our_own_sentence_and_nothing_of_the_libraries(marked, user, client, field: str) -> None:
    someone = user("editor", locale="fr")
    given = {"email": someone.email, "password": "wrong", "remember": "y"} | {field: ""}
    answer = client.submit("/login", given, headers=FRENCH)
    assert "⟦E-mail address and password don't match." in answer.text
    assert untranslated(answer.text, set(LOCALES.values())) == []


@pytest.mark.parametrize(
    "address", ["/login", "/first-run", "/forgot", "/reset/x", "/login/code", "/nowhere", "/contacts"]
)
def test_no_page_before_sign_in_mixes_languages(marked, client, address: str) -> None:
    for answer in (
        client.get(address, headers=FRENCH, follow_redirects=True),
        client.submit(address, {"code": "1"}, headers=FRENCH, follow_redirects=True),
    ):
        assert answer.status_code < 500
        assert answer.headers["Content-Language"] == "fr"
        assert untranslated(answer.text, set(LOCALES.values())) == []


def test_a_letter_is_in_its_readers_language(app, marked, user) -> None:
    someone, invited = user("editor", locale="fr"), user("editor", locale="fr")
    invited.password = None
    with app.test_request_context(headers={"Accept-Language": "en"}):
        written = [
            letters.password_letter(someone, "https://ex.example/r/x", "en"),
            letters.password_letter(invited, "https://ex.example/r/x", "en"),
            letters.changed_letter(someone, "en"),
        ]
        for subject, text, spoken in written:
            assert spoken == "fr"
            assert untranslated(letters.in_html(subject, text, spoken), set()) == []
            assert not [part for part in text.split("\n\n") if untranslated(part, set())]


def test_no_string_hides_where_the_extractor_does_not_look() -> None:
    """Before Python 3.12 what stands inside an f-string is one token: no catalogue would ever hold it."""
    inside = re.compile(r"""\bf["'][^"'\n]*\{[^}"'\n]*\b(_|_l|_lp|ngettext|pgettext)\(""")
    code = [path for folder in ("webapp", "plugins") for path in (ROOT / folder).rglob("*.py")]
    assert not [str(path) for path in code if inside.search(path.read_text(encoding="utf-8"))]


def test_scripts_say_nothing_of_their_own() -> None:
    """What a script says stands in the page, in its language."""
    said = []
    for path in (STATIC / "js").glob("*.js"):
        code = re.sub(r"^\s*//.*$|/\*.*?\*/", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        said += [(path.name, text) for text in re.findall(r"""["'`]([A-Z][a-z]+(?: [\w{$}]+)+[.!?]?)["'`]""", code)]
    assert not said
