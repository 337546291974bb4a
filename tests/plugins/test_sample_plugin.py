"""A third party's plug-in: every extension point acts, off leaves no trace, and duties go on (spec I1, I2)."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sample_plugin import services
from sample_plugin.models import PartnerContract

from plugins.number_ranges.models import RangeValue
from webapp import driven, testing
from webapp.administration.doctor import examine
from webapp.administration.settings import put_setting, setting
from webapp.contacts import guards
from webapp.contacts import services as contacts
from webapp.contacts.queries import numbers_of
from webapp.db import db
from webapp.discovery import discover
from webapp.errors import Invalid, Refused
from webapp.functions import newcomers
from webapp.functions.services import activate, fields_of, live_rows, past_rows, release, save_fields
from webapp.history.services import of_contact
from webapp.lists.query import ListQuery
from webapp.ports import Doubles
from webapp.schema import drift

pytestmark = pytest.mark.usefixtures("partner_range")

FOUND = discover(["sample_plugin"])
SHIPPED = tuple(plugin.name for plugin in testing.shipped().plugins)
OFFERS = (
    "functions", "menu", "tabs", "columns", "filters", "mass_actions", "settings_pages", "setting_defaults",
    "number_ranges", "checks", "services", "subscribers",
)  # fmt: skip


class TestOn:
    """Switched on, everything that it declares acts."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=FOUND)

    def test_I2_it_hears_of_many_at_once(self, system, statements) -> None:
        def come(many: int) -> list[int]:
            ids = [next(one) for one in [driven.ids("contact")] for _number in range(many)]
            values = {"kind": "company", "company_name": "Firm"}
            newcomers.arrive([newcomers.Newcomer(id=one, values=values, functions=[("partner", "")]) for one in ids])
            return ids

        come(1)
        with statements() as for_two:
            come(2)
        with statements() as for_many:
            ids = come(5)
        assert len(for_two) == len(for_many)
        assert [entry.action for entry in of_contact(ids[-1])] == ["welcomed", "activated", "created"]
        assert len({numbers_of([one])[one]["partner"] for one in ids}) == 5

    def test_I2_its_function_is_like_any_other(self, make, system) -> None:
        contact = make("Firm", functions=["customer"])
        activate(contact.id, "partner", {"level": "gold", "since": "2026-01-31", "discount": "2.5"})
        row = fields_of(live_rows(contact.id)[-1])
        assert (row.level, row.since.isoformat(), row.discount) == ("gold", "2026-01-31", 250)
        with pytest.raises(Invalid):
            save_fields(contact.id, "partner", {"level": "platinum"})
        release(contact.id, "partner")
        assert fields_of(past_rows(contact.id)[0]).level == "gold"

    def test_I2_its_function_has_numbers_of_its_own(self, make) -> None:
        one, two = make(functions=["partner"]), make(functions=["partner", "supplier"])
        assert numbers_of([one.id, two.id]) == {
            one.id: {"partner": "PA-1"},
            two.id: {"partner": "PA-2", "supplier": "10001"},
        }

    def test_I2_its_range_fills_a_field_once_that_is_switched_on(self, make, system) -> None:
        def account(contact) -> str:
            return fields_of(live_rows(contact.id)[-1]).account

        assert account(make(functions=["partner"])) == ""
        db.session.add(RangeValue(range="partner_accounts", prefix="46", length=4, next=1, begins=1))
        put_setting("number_ranges.partner_accounts.on", True)
        typed = make("Typed")
        activate(typed.id, "partner", {"account": "460007"})
        assert [account(one) for one in (typed, make(functions=["partner"]))] == ["460007", "460008"]

    def test_I2_its_service_answers_behind_its_port(self, make, system, plugin_registry) -> None:
        doubles = plugin_registry.service(Doubles)
        assert isinstance(doubles, services.Namesakes)
        plain, partner = make("Kerbrat SARL"), make("KERBRAT sarl", functions=["partner"])
        make("Kerbrat")
        found = doubles.find({"kind": "company", "company_name": "Kerbrat Sarl"})
        assert [(one.contact.id, one.why) for one in found] == [
            (partner.id, "Same name, is a partner"),
            (plain.id, "Same name"),
        ]
        others = doubles.find({"kind": "company", "company_name": "Kerbrat Sarl"}, but=partner.id)
        assert [one.contact.id for one in others] == [plain.id]
        assert doubles.find({"kind": "person"}) == []

    def test_I2_its_setting_has_a_default_until_the_firm_sets_it(self, make) -> None:
        assert setting("partners.welcome") is True
        put_setting("partners.welcome", False)
        contact = make(functions=["partner"])
        assert "welcomed" not in [entry.action for entry in of_contact(contact.id)]
        with pytest.raises(KeyError):
            setting("partners.colour")

    def test_I2_contacts_are_found_by_its_texts(self, make, system) -> None:
        contact = make("Firm", functions=["partner"])
        services.add_contract(contact.id, "Exclusive distribution")
        assert [row.id for row in ListQuery(q="firm exclusive").page().rows] == [contact.id]

    def test_I2_its_check_tells_the_doctor(self, make, system) -> None:
        services.add_contract(make(functions=["partner"]).id, "Distribution")
        assert services.stray_contracts() == []
        services.add_contract(make("Nobody").id, "Distribution")
        assert [line for line in examine() if "partners" in line] == services.stray_contracts() != []

    def test_I2_its_subscriber_hears(self, make) -> None:
        contact = make(functions=["partner"])
        db.session.flush()
        assert "welcomed" in [entry.action for entry in of_contact(contact.id)]

    def test_I2_its_guards_hold(self, make, system) -> None:
        contact = make(functions=["partner"])
        contract = services.add_contract(contact.id, "Distribution")
        with pytest.raises(Refused) as error:
            contacts.to_bin(contact.id)
        assert [one.key for one in error.value.details["blockers"]] == ["partner_contracts"]
        with pytest.raises(Refused):
            release(contact.id, "partner")
        db.session.delete(contract)
        db.session.flush()
        release(contact.id, "partner")
        contacts.to_bin(contact.id)

    def test_I2_its_filter_and_column_act_in_the_lists(self, sign_in, make, system) -> None:
        gold, silver = make("Gold & Co"), make("Silver & Co")
        for contact, level in ((gold, "gold"), (silver, "silver")):
            activate(contact.id, "partner", {"level": level})
        assert [row.id for row in ListQuery(filters={"partner_level": "gold"}).page().rows] == [gold.id]
        with pytest.raises(Invalid):
            ListQuery(filters={"partner_level": "lead"}).page()
        page = sign_in("reader").get("/partners?partner_level=silver").text
        assert "Partner level" in page
        assert "Silver &amp; Co" in page
        assert "Gold &amp; Co" not in page

    def test_I2_its_pages_menu_and_tab_are_there(self, sign_in, make, system) -> None:
        contact = make("Firm", functions=["partner"])
        client = sign_in("editor")
        page = client.get(f"/contacts/{contact.id}").text
        for address in ('href="/partners"', f'href="/contacts/{contact.id}/contracts"', "view=partner"):
            assert address in page, address
        assert client.submit(f"/contacts/{contact.id}/contracts", {"title": "Distribution"}).status_code == 303
        assert "Distribution" in client.get(f"/contacts/{contact.id}/contracts").text
        assert client.submit(f"/contacts/{contact.id}/contracts", {"title": ""}).status_code == 422
        for address in ("edit", "functions/partner", "history", "?view=partner"):
            assert client.get(f"/contacts/{contact.id}/{address}".replace("/?", "?")).status_code == 200, address

    def test_I2_its_hint_stands_in_the_file_and_its_key_in_the_help(self, sign_in, make, system) -> None:
        contact = make("Firm", functions=["partner"])
        client = sign_in("editor")
        for title in ("First", "Second"):
            page = client.get(f"/contacts/{contact.id}").text
            assert "contracts at once" not in page
            client.submit(f"/contacts/{contact.id}/contracts", {"title": title})
        for tab in ("", "/history", "/persons"):
            page = client.get(f"/contacts/{contact.id}{tab}").text
            assert f'<a class="c-status c-status--warn" href="/contacts/{contact.id}/contracts">' in page
            assert "2 contracts at once" in page
        dialog = page[page.index('id="shortcuts"') :]
        assert '<div><dt>Sign the contract</dt><dd><kbd class="c-kbd">p</kbd></dd></div>' in dialog

    def test_I2_its_mass_action_acts(self, sign_in, make) -> None:
        one, two = make("One"), make("Two", functions=["partner"])
        client = sign_in("manager")
        assert "make_partner" in client.get("/contacts").text
        sent = {"action": "make_partner", "ids": [str(one.id), str(two.id)]}
        assert "Make partner: 2 contacts</button>" in client.submit("/mass-actions", sent).text
        assert services.count() == 1
        assert client.submit("/mass-actions/run", sent).status_code == 303
        assert services.count() == 2

    def test_I2_its_mass_action_with_a_page_leads_there(self, sign_in, make) -> None:
        ids = [str(make(f"Firm {one}").id) for one in range(4)]
        client = sign_in("reader")
        sent = {"action": "compare", "ids": ids[:2], "back": "/contacts?q=f"}
        asked = client.submit("/mass-actions", sent)
        assert asked.status_code == 303
        page = client.get(asked.location)
        assert "Firm 1" in page.text
        assert 'href="/contacts?q=f"' in page.text
        alone = client.submit("/mass-actions", sent | {"ids": ids[:1]})
        assert (alone.status_code, "choose two or three" in alone.text) == (422, True)
        many = client.submit("/mass-actions", sent | {"ids": ids})
        assert (many.status_code, "At most 3 contacts" in many.text) == (422, True)
        run = client.submit("/mass-actions/run", sent)
        assert (run.status_code, "on a page of its own" in run.text) == (409, True)

    def test_I2_its_command_acts(self, app, make) -> None:
        make(functions=["partner"])
        db.session.commit()
        assert app.test_cli_runner().invoke(args=["partners"]).output == "1 partners\n"

    def test_I2_its_value_list_is_filled(self, app) -> None:
        codes = sa.text("SELECT code FROM value_list_item WHERE list = 'partner_levels' ORDER BY position")
        assert list(db.session.scalars(codes)) == ["gold", "silver"]

    def test_I2_its_models_and_migrations_say_the_same(self, app, plugin_registry) -> None:
        assert drift(db.engine, plugin_registry) == []


class TestOff:
    """Switched off: no menu, no route, no panel; its data stays and is guarded."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        return testing.PluginSet(found=FOUND, wanted=SHIPPED)

    @pytest.fixture
    def partner(self, make, plugin_registry):
        """A contact that became a partner while the plug-in was on."""
        plugin_registry.allowed |= {"sample_plugin"}
        make("Other", functions=["partner"])
        contact = make("Partner", functions=["partner"])
        plugin_registry.allowed -= {"sample_plugin"}
        return contact

    def test_I1_no_menu_no_route_no_panel(self, sign_in, partner) -> None:
        client = sign_in("administrator")
        for address in ("/partners", f"/contacts/{partner.id}/contracts"):
            assert client.get(address).status_code == 404
            assert client.submit(address).status_code in (404, 405)
        assert client.get(f"/contacts/{partner.id}?view=partner").status_code == 404
        for address in ("/contacts", f"/contacts/{partner.id}", f"/contacts/{partner.id}/edit"):
            page = client.get(address)
            assert page.status_code == 200
            for trace in ("/partners", "contracts", "Partner level", "make_partner", "partner_level"):
                assert trace not in page.text, (address, trace)

    def test_I1_what_it_did_stays_readable_in_the_history(self, sign_in, partner) -> None:
        page = sign_in("reader").get(f"/contacts/{partner.id}/history").text
        assert "Welcomed as a partner<br>How: <ins" in page

    def test_I1_activating_is_refused_and_says_why(self, make, system, partner) -> None:
        with pytest.raises(Refused) as error:
            activate(make("New").id, "partner")
        assert "switched off" in error.value.message

    def test_I1_nothing_of_its_offers_acts(self, app, make, plugin_registry) -> None:
        for kind in OFFERS:
            assert not any(
                one in getattr(plugin_registry.installed["sample_plugin"], kind) for one in plugin_registry.offers(kind)
            )
        assert not isinstance(plugin_registry.service(Doubles), services.Namesakes)
        db.session.add(PartnerContract(contact_id=make("Nobody").id, title="Distribution"))
        assert examine() == []
        with pytest.raises(KeyError):
            setting("partners.welcome")
        assert "partners" not in app.cli.commands

    def test_I1_its_duties_still_act(self, system, partner) -> None:
        db.session.add(PartnerContract(contact_id=partner.id, title="Distribution"))
        db.session.flush()
        assert [one.key for one in guards.blockers([partner.id])[partner.id]] == ["partner_contracts"]
        with pytest.raises(Refused):
            contacts.to_bin(partner.id)

    def test_D3_a_blocker_of_it_leads_nowhere_and_says_who_switches_it_on(self, sign_in, partner) -> None:
        db.session.add(PartnerContract(contact_id=partner.id, title="Distribution"))
        page = sign_in("manager").get(f"/contacts/{partner.id}/delete")
        assert page.status_code == 200
        assert "First end the contracts." in page.text
        assert "an administrator switches it on first" in page.text
        assert f"/contacts/{partner.id}/contracts" not in page.text

    def test_I1_functions_still_name_it_and_on_again_all_is_back(self, sign_in, partner, plugin_registry) -> None:
        assert [row.function for row in live_rows(partner.id)] == ["partner"]
        plugin_registry.allowed |= {"sample_plugin"}
        try:
            client = sign_in("reader")
            assert "Partner" in client.get("/partners").text
            assert client.get(f"/contacts/{partner.id}?view=partner").status_code == 200
        finally:
            plugin_registry.allowed -= {"sample_plugin"}
