"""Settings › CRM › Value lists (spec A8): codes that stay, labels in three languages, order, withdrawing, deleting."""

from __future__ import annotations

import re

import pytest

from webapp import testing
from webapp.administration import value_lists
from webapp.administration.models import ValueListItem
from webapp.administration.settings import put_setting, value_label, value_list
from webapp.contacts.services import to_bin
from webapp.db import db
from webapp.discovery import discover
from webapp.errors import Invalid, Missing, Refused, Stale
from webapp.functions.services import release, save_fields

KEY = "sources"
ADDRESS = f"/settings/value-lists/{KEY}"


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


def codes(key: str = KEY) -> list[str]:
    """The codes of a list in their order, read afresh."""
    db.session.flush()
    db.session.expire_all()
    return list(db.session.scalars(db.select(ValueListItem.code).filter_by(list=key).order_by(ValueListItem.position)))


def item(code: str, key: str = KEY) -> ValueListItem:
    db.session.flush()
    db.session.expire_all()
    return db.session.scalars(db.select(ValueListItem).filter_by(list=key, code=code)).one()


def add(client, **typed: str):
    return client.submit(ADDRESS, {"label_en": "Radio", **typed})


class TestAdding:
    """A code is set once; one language is enough."""

    def test_A8_a_value_is_added_at_the_end(self, admin) -> None:
        before = codes()
        answer = add(admin, label_fr="Radio", label_de="Radio", code="radio_1")
        assert answer.status_code == 303
        assert codes() == [*before, "radio_1"]
        assert "radio_1" in admin.get(ADDRESS).text

    @pytest.mark.parametrize(
        ("typed", "code"),
        [
            ({"label_en": "Word of mouth"}, "word_of_mouth"),
            ({"label_en": "", "label_fr": "Été à l’œuvre"}, "ete_a_l_oeuvre"),
            ({"label_en": "Trade fair", "label_fr": "x"}, "trade_fair"),
            ({"label_en": "Fair"}, "fair_2"),
            ({"label_en": "中文"}, "value"),
            ({"label_en": "a" * 120}, "a" * 36),
        ],
    )
    def test_A8_without_a_code_one_is_made_from_the_name(self, admin, typed, code) -> None:
        assert add(admin, **typed).status_code == 303
        assert codes()[-1] == code

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"code": "Radio"}, "code"),
            ({"code": "a-b"}, "code"),
            ({"code": "é"}, "code"),
            ({"code": "x" * 41}, "code"),
            ({"code": "fair"}, "code"),
            ({"label_en": " ", "label_de": ""}, "label_fr"),
            ({"label_de": "x" * 121}, "label_de"),
        ],
    )
    def test_A8_what_is_wrong_is_said_and_stays_typed(self, admin, typed, field) -> None:
        before = codes()
        answer = add(admin, **({"label_de": "Getippt"} | typed))
        assert answer.status_code == 422
        assert f'id="f-{field}-e"' in answer.text
        if "label_de" not in typed:
            assert 'value="Getippt"' in answer.text
        assert codes() == before

    def test_A8_a_form_that_is_sent_twice_adds_once(self, admin) -> None:
        before = codes()
        sent = {"label_en": "Radio", "form_key": "k1"}
        assert [admin.submit(ADDRESS, sent).status_code for _time in range(2)] == [303, 303]
        assert len(codes()) == len(before) + 1

    def test_A8_a_list_that_nobody_declared_is_not_there(self, admin) -> None:
        assert admin.get("/settings/value-lists/nothing").status_code == 404
        assert admin.submit("/settings/value-lists/nothing", {"label_en": "x"}).status_code == 404


class TestRenaming:
    """In the row, swapped alone; by a page without JavaScript."""

    def test_A8_labels_change_and_the_code_stays(self, admin) -> None:
        one = item("fair")
        sent = {"label_fr": "Foire", "label_en": "Fair", "label_de": "", "version": "1", "code": "other"}
        assert admin.submit(f"{ADDRESS}/{one.id}", sent).status_code == 303
        one = item("fair")
        assert (one.label_fr, one.label_en, one.label_de, one.version) == ("Foire", "Fair", "", 2)

    def test_A8_a_missing_translation_falls_back_to_the_firms_language_then_any(self, app) -> None:
        one = item("fair")
        one.label_de = ""
        db.session.commit()
        assert value_label(KEY, "fair", "de") == "Trade fair"
        put_setting("company.language", "fr")
        assert value_label(KEY, "fair", "de") == "Salon"
        one.label_en = one.label_fr = ""
        db.session.commit()
        assert value_list(KEY, "de")["fair"] == "fair"

    def test_A8_a_row_opens_and_is_saved_alone(self, admin) -> None:
        one = item("fair")
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": f"tr#v-{one.id}"}
        row = admin.get(f"{ADDRESS}?edit={one.id}", headers=headers).text.strip()
        assert row.startswith(f'<tr id="v-{one.id}"')
        assert "<h1" not in row
        assert 'name="label_fr"' in row
        sent = {"label_fr": "Foire", "label_en": "Fair", "label_de": "", "version": "1"}
        row = admin.submit(f"{ADDRESS}/{one.id}", sent, headers=headers)
        assert row.status_code == 200
        assert row.text.strip().startswith(f'<tr id="v-{one.id}"')
        assert "Foire" in row.text
        assert "<input class" not in row.text
        wrong = admin.submit(f"{ADDRESS}/{one.id}", {"version": "2"}, headers=headers)
        assert wrong.status_code == 422
        assert 'aria-invalid="true"' in wrong.text

    def test_A8_a_stale_row_shows_what_was_saved_and_keeps_what_was_typed(self, admin) -> None:
        one = item("fair")
        admin.submit(f"{ADDRESS}/{one.id}", {"label_en": "Theirs", "version": "1"})
        answer = admin.submit(f"{ADDRESS}/{one.id}", {"label_en": "Mine", "version": "1"})
        assert answer.status_code == 409
        assert 'value="Mine"' in answer.text
        assert re.search(r"Saved meanwhile:\s+Theirs", answer.text)
        assert item("fair").label_en == "Theirs"
        assert admin.submit(f"{ADDRESS}/{one.id}", {"label_en": "Mine", "version": "2"}).status_code == 303

    def test_A8_a_row_that_is_gone_is_said_to_be(self, admin) -> None:
        assert admin.get(f"{ADDRESS}?edit=999999").status_code == 404
        assert admin.submit(f"{ADDRESS}/999999", {"label_en": "x"}).status_code == 404
        assert admin.submit(f"{ADDRESS}/{item('a', 'categories').id}", {"label_en": "x"}).status_code == 404


class TestOrder:
    """By buttons; a button that is pressed twice by mistake moves once."""

    def move(self, client, code: str, action: str, place: int):
        return client.submit(f"{ADDRESS}/{item(code).id}/{action}", {"place": str(place)})

    def test_A8_up_and_down(self, admin) -> None:
        first, second, third, *rest = codes()
        assert self.move(admin, second, "up", 1).status_code == 303
        assert codes() == [second, first, third, *rest]
        self.move(admin, second, "down", 0)
        assert codes() == [first, second, third, *rest]
        self.move(admin, first, "up", 0)
        assert codes() == [first, second, third, *rest]
        assert list(value_list(KEY, "en")) == codes()

    def test_A8_sent_twice_it_moves_once(self, admin) -> None:
        first, second, third, *rest = codes()
        for _time in range(2):
            self.move(admin, third, "up", 2)
        assert codes() == [first, third, second, *rest]

    def test_A8_the_table_alone_comes_back_to_htmx(self, admin) -> None:
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "HX-Target": "div#values"}
        answer = admin.submit(f"{ADDRESS}/{item(codes()[1]).id}/up", {"place": "1"}, headers=headers)
        assert answer.status_code == 200
        assert "<h1" not in answer.text
        assert answer.text.index("recommendation") < answer.text.index("website")

    @pytest.mark.parametrize("action", ["sideways", "show", ""])
    def test_A8_there_are_no_other_actions(self, admin, action) -> None:
        assert admin.submit(f"{ADDRESS}/{item('fair').id}/{action}").status_code == 404


class TestLeaving:
    """Withdrawn values stay readable where they are used; only what nobody has is deleted."""

    def act(self, client, code: str, action: str, key: str = KEY):
        return client.submit(f"/settings/value-lists/{key}/{item(code, key).id}/{action}")

    def test_A8_a_withdrawn_value_is_offered_no_more_and_stays_readable(self, admin, make) -> None:
        contact = make("Firm", source="fair")
        assert self.act(admin, "fair", "withdraw").status_code == 303
        assert "fair" not in value_list(KEY, "en")
        assert value_label(KEY, "fair", "en") == "Trade fair"
        assert "Trade fair" in admin.get(f"/contacts/{contact.id}/edit").text
        assert "Trade fair" not in admin.get("/contacts/new").text
        self.act(admin, "fair", "bring-back")
        assert "fair" in value_list(KEY, "en")

    def test_A8_a_value_in_use_is_not_deleted_and_the_remedy_is_named(self, admin, make) -> None:
        make("Firm", source="fair")
        answer = self.act(admin, "fair", "delete")
        assert answer.status_code == 409
        assert "withdraw it instead" in answer.text
        assert "fair" in codes()
        assert self.act(admin, "import", "delete").status_code == 303
        assert "import" not in codes()

    def test_A8_the_page_says_how_many_contacts_use_a_value(self, admin, make, system) -> None:
        both = make("Both", functions=["customer", "supplier"])
        for function in ("customer", "supplier"):
            save_fields(both.id, function, {"payment_term": "net_30"})
        other = make("Other", functions=["supplier"])
        save_fields(other.id, "supplier", {"payment_term": "net_30"})
        assert value_lists.uses("payment_terms") == {"net_30": 2}
        assert value_lists.uses("sources") == {}

    def test_A8_a_past_function_and_the_bin_hold_a_value_too(self, make, system) -> None:
        contact = make("Firm", functions=["supplier"], source="fair")
        save_fields(contact.id, "supplier", {"payment_term": "net_30"})
        release(contact.id, "supplier")
        to_bin(contact.id)
        assert value_lists.uses("payment_terms") == {"net_30": 1}
        with pytest.raises(Refused):
            value_lists.delete(KEY, item("fair").id)

    def test_A8_a_page_costs_the_same_for_any_number_of_values(self, admin, make, statements) -> None:
        address = "/settings/value-lists/categories"
        with statements() as few:
            admin.get(address)
        for number in range(30):
            admin.submit(address, {"label_en": f"Category {number}"})
            make(f"Firm {number}", category=f"category_{number}")
        with statements() as many:
            assert admin.get(address).text.count('<tr id="v-') == 33
        assert len(few) == len(many)

    def test_A8_every_change_is_noted(self, admin) -> None:
        add(admin, code="radio")
        self.act(admin, "radio", "withdraw")
        self.act(admin, "radio", "delete")
        page = admin.get(ADDRESS).text
        for text in ("Value added", "Value withdrawn", "Value deleted"):
            assert text in page
        assert "Value added" not in admin.get("/settings/value-lists/titles").text


class TestServices:
    """The rules hold below the pages too."""

    def test_A8_services_refuse_what_pages_refuse(self, system) -> None:
        one = item("fair")
        with pytest.raises(Invalid):
            value_lists.add(KEY, {"label_en": "x", "code": "A"})
        with pytest.raises(Stale):
            value_lists.rename(KEY, one.id, {"label_en": "x"}, 7)
        with pytest.raises(Missing):
            value_lists.set_active("titles", one.id, False)

    def test_A8_a_list_has_an_end(self, system, monkeypatch) -> None:
        monkeypatch.setattr(value_lists, "MOST", len(codes()))
        with pytest.raises(Invalid, match="correct"):
            value_lists.add(KEY, {"label_en": "One too many"})


class TestPlugins:
    """Lists of plug-ins, switched on, off or gone."""

    FOUND = discover(["sample_plugin"])

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=self.FOUND, wanted=tuple(one.name for one in testing.shipped().plugins))

    def test_A8_a_switched_off_plugins_list_is_named_as_such_and_can_be_edited(self, admin) -> None:
        page = admin.get("/settings/value-lists").text
        row = re.search(r"<tr><th[^>]*><a href=\"/settings/value-lists/partner_levels\".*?</tr>", page, re.DOTALL)
        assert row
        assert "switched off" in row[0]
        address = "/settings/value-lists/partner_levels"
        assert "is switched off" in admin.get(address).text
        assert admin.submit(address, {"label_en": "Platinum"}).status_code == 303

    def test_A8_its_values_in_use_are_held_as_well(self, make, system, plugin_registry, partner_range) -> None:
        plugin_registry.allowed |= {"sample_plugin"}
        contact = make("Firm", functions=["partner"])
        save_fields(contact.id, "partner", {"level": "gold"})
        plugin_registry.allowed -= {"sample_plugin"}
        with pytest.raises(Refused):
            value_lists.delete("partner_levels", item("gold", "partner_levels").id)

    def test_A8_nothing_of_a_list_whose_plugin_is_gone_is_deleted(self, system, admin) -> None:
        db.session.add(ValueListItem(list="orphans", code="one", label_fr="", label_en="One", label_de=""))
        db.session.flush()
        assert "orphans" in admin.get("/settings/value-lists").text
        assert "is gone" in admin.get("/settings/value-lists/orphans").text
        with pytest.raises(Refused, match="gone"):
            value_lists.delete("orphans", item("one", "orphans").id)
