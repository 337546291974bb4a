"""Custom fields in the browser without JavaScript: defined, filled in, read, compared (spec D8, A5)."""

from __future__ import annotations

import html
import re

import pytest

from plugins.custom_fields import services as definitions
from plugins.custom_fields.models import CustomField, CustomValue
from webapp.acting import acting, acting_as_system
from webapp.contacts import added, services
from webapp.db import db
from webapp.functions.services import activate
from webapp.history.services import of_contact

NASTY = ["Score 🏆", "العربية", "'; DROP TABLE contact; --", "<b>Bold</b>", 'Quote " and %(x)s {y}']
NEW = "/settings/custom-fields/new"


def read(contact, name: str):
    db.session.expire_all()
    added.fill("", [contact])
    return getattr(contact, f"custom_{name}")


def base_of(text: str) -> str:
    return html.unescape(re.search(r'name="base" value="([^"]*)"', text)[1])


def test_D8_a_field_is_defined_filled_in_and_read(sign_in, make) -> None:
    contact = make("Firm")
    client = sign_in("administrator")
    sent = {"label_en": "Preferred wine", "label_fr": "Vin préféré", "kind": "choice", "choices": "Red\nWhite\nRed\n"}
    answer = client.submit(NEW, {**sent, "decimals": "2", "personal": "1"})
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).text
    assert "<code>preferred_wine</code>" in page or "preferred_wine" in page
    assert "preferred_wine" in client.get("/settings/custom-fields").text
    form = client.get(f"/contacts/{contact.id}/edit?part=added").text
    assert "Preferred wine" in form
    answer = client.submit(
        f"/contacts/{contact.id}/edit",
        {"part": "added", "version": "1", "base": base_of(form), "custom_preferred_wine": "red"},
    )
    assert answer.status_code == 303
    file = client.get(f"/contacts/{contact.id}").text
    assert "Preferred wine" in file
    assert "<bdi>Red</bdi>" in file
    history = client.get(f"/contacts/{contact.id}/history").text
    assert "Preferred wine" in history
    assert "Red" in history
    client.set_cookie("carnet-language", "fr")
    assert "Preferred wine" in client.get(f"/contacts/{contact.id}/history?field=custom_preferred_wine").text


def test_D8_a_new_contact_s_form_asks_for_them(sign_in, define) -> None:
    define("text", "Origin", start="Fair", required="1")
    define("choices", "Hobbies", choices=("Chess", "Golf"))
    define("text", "Hobby", kinds="person")
    client = sign_in("editor")
    form = client.get("/contacts/new").text
    assert 'name="custom_origin" type="text" value="Fair"' in form
    assert 'name="custom_hobby"' not in form
    assert 'name="custom_hobby"' in client.get("/contacts/new?kind=person").text
    sent = {"present_kind": "company", "company_name": "Firm", "custom_hobbies": ["golf", "chess"]}
    answer = client.submit("/contacts/new", {**sent, "custom_origin": ""})
    assert answer.status_code == 422
    assert 'href="#f-custom_origin"' in answer.text
    assert re.search(r'value="golf" checked', answer.text)
    answer = client.submit("/contacts/new", {**sent, "custom_origin": "Ad"})
    assert answer.status_code == 303
    assert "<bdi>Chess, Golf</bdi>" in client.get(answer.headers["Location"]).text


def test_D8_what_is_read_only_is_in_no_form_and_refused(sign_in, make, define) -> None:
    define("text", "Ledger", read_only="1")
    contact = make("Firm")
    client = sign_in("editor")
    assert "custom_ledger" not in client.get(f"/contacts/{contact.id}/edit").text
    assert "Ledger" in client.get(f"/contacts/{contact.id}").text
    client.submit(f"/contacts/{contact.id}/edit", {"part": "added", "version": "1", "custom_ledger": "X"})
    assert read(contact, "ledger") == ""


def test_D8_boxes_that_are_unticked_are_emptied_and_those_not_shown_stay(sign_in, make, define, system) -> None:
    define("boolean", "News")
    define("choices", "Hobbies", choices=("Chess", "Golf"))
    contact = make("Firm", custom_news="1", custom_hobbies="chess")
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/edit"
    client.submit(address, {"part": "added", "version": "1"})
    assert (read(contact, "news"), read(contact, "hobbies")) == (True, ("chess",))
    form = client.get(f"{address}?part=added").text
    assert form.count('name="shown"') == 2
    shown = ["custom_news", "custom_hobbies"]
    client.submit(address, {"part": "added", "version": "1", "base": base_of(form), "shown": shown})
    assert (read(contact, "news"), read(contact, "hobbies")) == (False, ())


def test_A5_two_who_change_the_same_field_see_both_versions(sign_in, make, define, system) -> None:
    define("text", "Nickname")
    define("choices", "Hobbies", choices=("Chess", "Golf"))
    contact = make("Firm", custom_nickname="Old")
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/edit"
    base = base_of(client.get(f"{address}?part=added").text)
    services.update(contact.id, {"custom_nickname": "Theirs", "custom_hobbies": "golf"})
    mine = {"part": "added", "version": "1", "base": base, "custom_nickname": "Mine", "shown": "custom_hobbies"}
    answer = client.submit(address, mine)
    assert answer.status_code == 409
    for text in ("Old", "Theirs", "Mine", "Nickname"):
        assert text in answer.text
    kept = {"version": "2", "base": base_of(answer.text), "choice-custom_nickname": "mine", "custom_hobbies": "golf"}
    assert client.submit(address, {**mine, **kept}).status_code == 303
    assert (read(contact, "nickname"), read(contact, "hobbies")) == ("Mine", ("golf",))


def test_D8_what_was_typed_into_a_field_that_is_gone_meanwhile_is_told(sign_in, make, define, system) -> None:
    field = define("text", "Nickname")
    define("text", "Other")
    contact = make("Firm")
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/edit"
    base = base_of(client.get(f"{address}?part=added").text)
    definitions.archive(field.id)
    sent = {"part": "added", "version": "1", "base": base, "custom_nickname": "My long words", "custom_other": "Kept"}
    answer = client.submit(address, sent)
    assert answer.status_code == 409
    assert "You had written: My long words" in answer.text
    assert 'value="Kept"' in answer.text
    del sent["custom_nickname"]
    assert client.submit(address, sent).status_code == 303
    assert read(contact, "other") == "Kept"


def test_D8_functions_show_theirs_in_their_view_and_forms(sign_in, make, define) -> None:
    define("choice", "Tier", choices=("Top", "Low"), owner="customer", required="1")
    define("link", "Shop", owner="customer")
    contact = make("Firm")
    client = sign_in("editor")
    address = f"/contacts/{contact.id}/functions/customer"
    assert 'name="customer.custom_tier"' in client.get(address).text
    assert client.submit(address, {"customer.custom_tier": ""}).status_code == 422
    link = "https://shop.example/?a=1&b=2"
    sent = {"customer.custom_tier": "top", "customer.custom_shop": link}
    assert client.submit(address, sent).status_code == 303
    for view in ("all", "customer"):
        text = client.get(f"/contacts/{contact.id}?view={view}").text
        assert "<bdi>Top</bdi>" in text
        assert f'<a href="{link.replace("&", "&amp;")}" rel="noopener noreferrer">' in text
    form = client.get(f"/contacts/{contact.id}/edit?part=customer").text
    sent = {"part": "customer", "version": str(contact.version), "base": base_of(form), "customer.custom_tier": "low"}
    assert client.submit(f"/contacts/{contact.id}/edit", sent).status_code == 303
    assert "Tier" in client.get(f"/contacts/{contact.id}/history").text
    assert of_contact(contact.id)[0].changes == {"customer.custom_tier": ["top", "low"]}


def test_D8_a_past_function_s_values_stay_readable(sign_in, make, define, system) -> None:
    define("text", "Heard of us", owner="prospect")
    contact = make("Firm")
    activate(contact.id, "prospect", {"custom_heard_of_us": "By radio"})
    activate(contact.id, "customer")
    assert "By radio" in sign_in("reader").get(f"/contacts/{contact.id}").text


@pytest.mark.parametrize("label", NASTY)
def test_D8_labels_are_only_words(sign_in, make, define, label) -> None:
    field = define("text", label)
    client = sign_in("administrator")
    contact = make("Firm", **{f"custom_{field.code}": label})
    file, settings = f"/contacts/{contact.id}", "/settings/custom-fields"
    for address in (file, f"{file}/edit", f"{file}/history", settings, f"{settings}/{field.id}", "/contacts/filters"):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert "<b>Bold</b>" not in answer.text
    assert read(contact, field.code) == label


def test_D8_a_choice_in_use_is_withdrawn_and_not_deleted(sign_in, make, define) -> None:
    field = define("choice", "Level", choices=("Gold", "Silver"))
    gold, silver = definitions.choices(field.id)
    contact = make("Firm", custom_level="gold")
    client = sign_in("administrator")
    at = f"/settings/custom-fields/{field.id}/choices"
    assert client.submit(f"{at}/{gold.id}/delete").status_code == 409
    assert client.submit(f"{at}/{silver.id}/delete").status_code == 303
    assert client.submit(f"{at}/{gold.id}/withdraw").status_code == 303
    form = client.get(f"/contacts/{contact.id}/edit").text
    assert '<option value="gold" selected>Gold</option>' in form
    assert 'value="gold"' not in client.get("/contacts/new").text
    sent = {"label_en": "Platinum", "code": "plat"}
    assert client.submit(at, sent).status_code == 303
    assert client.submit(at, sent).status_code == 422
    assert client.submit(f"{at}/{gold.id}", {"label_en": "Golden"}).status_code == 303
    assert "<bdi>Golden</bdi>" in client.get(f"/contacts/{contact.id}").text


def test_D8_fields_are_ordered_archived_and_deleted_only_knowingly(sign_in, make, define) -> None:
    first, second = define("text", "First"), define("text", "Second")
    contact = make("Firm", custom_first="A")
    client = sign_in("administrator")
    at = "/settings/custom-fields"
    assert client.submit(f"{at}/{second.id}/up", {"place": "1"}).status_code == 303
    assert client.submit(f"{at}/{second.id}/up", {"place": "1"}).status_code == 303
    assert [one.label_en for one in definitions_of()] == ["Second", "First"]
    assert client.submit(f"{at}/{first.id}/archive").status_code == 303
    assert "<dt>First</dt>" not in client.get(f"/contacts/{contact.id}").text
    assert client.submit(f"{at}/{first.id}/bring-back").status_code == 303
    assert client.submit(f"{at}/{first.id}/delete", {"number": "7"}).status_code == 409
    assert "1 contact has a value" in client.get(f"{at}/{first.id}/delete").text
    assert client.submit(f"{at}/{first.id}/delete", {"number": "1"}).status_code == 303
    assert db.session.query(CustomValue).count() == 0
    answer = client.submit(NEW, {"label_en": "Again", "code": "first", "kind": "text"})
    assert answer.status_code == 422
    assert "The code “first” is taken" in answer.text
    assert "First" in client.get(f"/contacts/{contact.id}/history").text


def definitions_of() -> list[CustomField]:
    db.session.expire_all()
    with acting(acting_as_system("form")):
        return list(definitions.fields())


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"kind": "text"}, "label_fr"),
        ({"label_en": "A", "kind": "magic"}, "kind"),
        ({"label_en": "A", "kind": "text", "owner": "nobody"}, "owner"),
        ({"label_en": "A", "kind": "text", "code": "1A"}, "code"),
        ({"label_en": "A", "kind": "decimal", "decimals": "9"}, "decimals"),
        ({"label_en": "A", "kind": "date", "start": "soon"}, "start"),
        ({"label_en": "A", "kind": "boolean", "required": "1"}, "required"),
        ({"label_en": "A", "kind": "text", "required": "1", "read_only": "1"}, "required"),
        ({"label_en": "A", "kind": "text", "owner": "customer", "kinds": "person"}, "kinds"),
    ],
)
def test_D8_what_can_t_be_a_field_comes_back_filled(sign_in, sent, field) -> None:
    client = sign_in("administrator")
    answer = client.submit(NEW, {"label_de": "Mein Feld" if "label_en" in sent else "", **sent})
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert "Mein Feld" in answer.text or "label_en" not in sent


def test_D8_two_administrators_see_what_the_other_saved(sign_in, define) -> None:
    field = define("text", "Nickname")
    client = sign_in("administrator")
    at = f"/settings/custom-fields/{field.id}"
    version = str(field.version)
    assert client.submit(at, {"label_en": "Theirs", "version": version}).status_code == 303
    answer = client.submit(at, {"label_en": "Mine", "version": version})
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    assert 'value="Mine"' in answer.text


def test_D8_only_administrators_define_fields(sign_in, define) -> None:
    field = define("text", "Nickname")
    client = sign_in("manager")
    for address in ("", "/new", f"/{field.id}", f"/{field.id}/delete"):
        assert client.get(f"/settings/custom-fields{address}").status_code == 403
    assert client.submit(NEW, {"label_en": "A", "kind": "text"}).status_code == 403


def test_D8_sixty_fields_cost_a_page_no_more_statements_than_one(sign_in, make, define, statements, system) -> None:
    contact = make("Firm", functions=["customer"])
    client = sign_in("administrator")
    pages = (f"/contacts/{contact.id}", f"/contacts/{contact.id}/edit", "/contacts/new", "/settings/custom-fields")
    define("text", "Field 0")
    define("text", "Own 0", owner="customer")

    def cost() -> list[int]:
        found = []
        for page in pages:
            client.get(page)
            with statements() as seen:
                assert client.get(page).status_code == 200
            found.append(len(seen))
        return found

    few = cost()
    for number in range(1, 60):
        define("text", f"Field {number}", owner="customer" if number % 2 else "")
    services.update(contact.id, {"custom_field_2": "Two"})
    assert cost() == few
