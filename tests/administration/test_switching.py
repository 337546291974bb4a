"""Settings › Plug-ins (spec I1): what is installed, switching it, and the data of packages that are gone."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
import sqlalchemy as sa
from sample_plugin.models import PartnerContract

from webapp import testing
from webapp.acting import acting
from webapp.administration import orphans, switching
from webapp.administration.models import PluginTable, SettingChange
from webapp.contacts import guards
from webapp.db import db
from webapp.discovery import discover
from webapp.errors import Forbidden, Invalid, Missing, Refused
from webapp.functions.models import FunctionRow
from webapp.functions.services import activate, live_rows

FOUND = discover(["sample_plugin"])


@pytest.fixture
def plugins() -> testing.PluginSet:
    return testing.PluginSet(found=FOUND)


@pytest.fixture
def admin(sign_in):
    return sign_in("administrator")


@pytest.fixture
def partner(make):
    """A partner with a contract: rows of the sample plug-in's two tables."""
    contact = make("Kessler", functions=["partner"])
    db.session.add(PartnerContract(contact_id=contact.id, title="Distribution"))
    db.session.commit()
    return contact


def switch(client, name: str, on: bool):
    return client.submit(f"/settings/plugins/{name}/switch", {"on": "1" if on else "0"})


class TestSwitching:
    def test_I1_off_is_gone_from_everywhere_and_on_again_all_is_back(self, admin, partner) -> None:
        places = ("/partners", f"/contacts/{partner.id}/contracts", f"/contacts/{partner.id}?view=partner")
        assert [admin.get(one).status_code for one in places] == [200, 200, 200]
        assert switch(admin, "sample_plugin", False).status_code == 303
        assert [admin.get(one).status_code for one in places] == [404, 404, 404]
        page = admin.get(f"/contacts/{partner.id}").text
        assert "/partners" not in page
        with pytest.raises(Refused, match="switched off"), acting_as_admin():
            activate(partner.id, "partner")
        assert switch(admin, "sample_plugin", True).status_code == 303
        assert [admin.get(one).status_code for one in places] == [200, 200, 200]
        assert [one.function for one in live_rows(partner.id)] == ["partner"]

    def test_I1_its_duties_go_on(self, admin, partner) -> None:
        switch(admin, "sample_plugin", False)
        assert "partner_contracts" in [one.key for one in guards.blockers([partner.id])[partner.id]]
        page = admin.get(f"/contacts/{partner.id}/delete").text
        assert "an administrator switches it on first" in page

    def test_I1_the_switch_is_written_down_and_shown(self, admin) -> None:
        switch(admin, "sample_plugin", False)
        switch(admin, "sample_plugin", False)
        query = sa.select(SettingChange).where(SettingChange.page == "plugins")
        assert [(one.action, one.subject) for one in db.session.scalars(query)] == [("plugin_off", "sample_plugin")]
        page = admin.get("/settings/plugins").text
        assert "Plug-in switched off" in page
        assert "Switch on “Partners”" in page

    def test_I1_what_is_required_is_not_switched_off(self, admin) -> None:
        answer = switch(admin, "suppliers", False)
        assert answer.status_code == 409
        assert "First switch off what requires it: “Partners”." in answer.text
        assert admin.get("/suppliers").status_code == 200

    def test_I1_what_requires_one_that_is_off_is_not_switched_on(self, admin) -> None:
        for name in ("sample_plugin", "suppliers"):
            switch(admin, name, False)
        answer = switch(admin, "sample_plugin", True)
        assert answer.status_code == 409
        assert "First switch on what it requires: “Suppliers”." in answer.text

    def test_I1_what_requires_one_that_is_off_is_off_itself(self, app, plugin_registry, system) -> None:
        # As an older version, or a hand in the database, may have left it.
        switching.put_setting("plugins.off", ["suppliers", "no_such_plugin"])
        assert not plugin_registry.is_enabled("sample_plugin")
        assert plugin_registry.is_enabled("customers")

    def test_I1_a_page_tells_beforehand_what_vanishes_and_what_stays(self, admin, partner) -> None:
        page = admin.get("/settings/plugins/sample_plugin").text
        for words in ("The list “Partners”", "Vanishes from the screen", "Stays, and stays guarded", "Contracts: 1",
                      "Switched on again, all is as before."):  # fmt: skip
            assert words in page, words

    @pytest.mark.parametrize("name", ["core", "nothing", "' OR 1=1", "é" * 300])
    def test_I1_others_are_not_found(self, admin, name) -> None:
        assert admin.get(f"/settings/plugins/{name}").status_code == 404
        assert switch(admin, name, False).status_code == 404

    def test_I1_an_administrator_alone_switches(self, sign_in) -> None:
        manager = sign_in("manager")
        assert manager.get("/settings/plugins").status_code == 403
        assert switch(manager, "sample_plugin", False).status_code == 403
        with pytest.raises(Forbidden), acting(testing.Act(user_id=None, role="manager", way="form")):
            switching.switch("sample_plugin", False)

    def test_I1_a_command_of_one_that_is_off_refuses(self, app, system) -> None:
        runner = app.test_cli_runner()
        assert runner.invoke(args=["partners"]).exit_code == 0
        switching.switch("sample_plugin", False)
        db.session.commit()
        refused = runner.invoke(args=["partners"])
        assert isinstance(refused.exception, Refused)
        assert "Settings › Plug-ins" in refused.exception.message


def acting_as_admin():
    return acting(testing.acting_as_system("form"))


class TestLeftOut:
    """`CARNET_PLUGINS` decides what there may be; the switch can't go beyond it."""

    @pytest.fixture
    def plugins(self) -> testing.PluginSet:
        wanted = tuple(one.name for one in FOUND.plugins if one.name not in ("sample_plugin", "merge"))
        return testing.PluginSet(found=FOUND, wanted=wanted)

    def test_I1_it_is_listed_and_not_switched_on(self, admin) -> None:
        assert "Left out by the deployment" in admin.get("/settings/plugins").text
        answer = switch(admin, "sample_plugin", True)
        assert answer.status_code == 409
        assert "CARNET_PLUGINS" in answer.text

    def test_I1_the_command_tells_states(self, app) -> None:
        told = json.loads(app.test_cli_runner().invoke(args=["plugins", "--json"]).output)
        states = {one["name"]: one["state"] for one in told}
        assert (states["merge"], states["suppliers"]) == ("off", "enabled")


class TestGone:
    """A package that is not there any more, whose tables are."""

    @pytest.fixture
    def partner(self, make, plugin_registry):
        contact = make("Kessler", functions=["partner"])
        db.session.add(PartnerContract(contact_id=contact.id, title="Distribution 🤝"))
        db.session.commit()
        return contact

    @pytest.fixture
    def gone(self, partner, plugin_registry, monkeypatch):
        """As the next boot finds it after its package was uninstalled."""
        installed = {name: one for name, one in plugin_registry.installed.items() if name != "sample_plugin"}
        functions = {key: one for key, one in plugin_registry._functions.items() if key != "partner"}
        monkeypatch.setattr(plugin_registry, "installed", installed)
        monkeypatch.setattr(plugin_registry, "_functions", functions)
        monkeypatch.setattr(plugin_registry, "allowed", plugin_registry.allowed - {"sample_plugin"})
        monkeypatch.setattr(plugin_registry, "memo", {})
        return partner

    def test_I1_it_is_shown_with_its_tables_and_rows(self, admin, app, gone) -> None:
        page = admin.get("/settings/plugins").text
        assert "Without a package" in page
        assert "2 tables, 2 rows" in page
        told = json.loads(app.test_cli_runner().invoke(args=["plugins", "--json"]).output)
        assert {"name": "sample_plugin", "state": "orphaned"} in told

    def test_I1_its_rows_are_exported_whole(self, admin, gone) -> None:
        answer = admin.get("/settings/plugins/sample_plugin/export")
        assert "attachment" in answer.headers["Content-Disposition"]
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
        answer.close()
        (row,) = [json.loads(one) for one in archive.read("partner_contract.jsonl").splitlines()]
        assert (row["contact_id"], row["title"]) == (gone.id, "Distribution 🤝")
        assert json.loads(archive.read("about.json"))["rows"] == {"partner": 1, "partner_contract": 1}

    def test_I1_purging_takes_all_of_it_and_leaves_the_contact(self, admin, gone) -> None:
        assert admin.get("/settings/plugins/sample_plugin/purge").status_code == 200
        wrong = admin.submit("/settings/plugins/sample_plugin/purge", {"confirm": "sample"})
        assert wrong.status_code == 422
        assert 'value="sample"' in wrong.text
        assert admin.submit("/settings/plugins/sample_plugin/purge", {"confirm": "sample_plugin"}).status_code == 303
        tables = sa.inspect(db.session.connection()).get_table_names()
        assert not {"partner", "partner_contract", "schema_sample_plugin"} & set(tables)
        assert not db.session.scalars(sa.select(PluginTable).where(PluginTable.plugin == "sample_plugin")).all()
        assert not db.session.scalars(sa.select(FunctionRow).where(FunctionRow.contact_id == gone.id)).all()
        assert "sample_plugin" not in [one.name for one in of_system()]
        assert admin.get(f"/contacts/{gone.id}").status_code == 200
        assert admin.submit(f"/contacts/{gone.id}/delete").status_code == 303

    def test_I1_what_never_was_is_not_found(self, admin, system) -> None:
        assert admin.get("/settings/plugins/never/purge").status_code == 404
        with pytest.raises(Missing):
            orphans.purge("never", "never")


def of_system():
    with acting_as_admin():
        return orphans.orphans()


class TestPurgingWhatIsInstalled:
    def test_I1_not_while_it_is_on(self, system, partner) -> None:
        with pytest.raises(Refused, match="switch it off first"):
            orphans.purge("sample_plugin", "sample_plugin")

    def test_I1_its_tables_stay_empty_for_its_duties(self, admin, partner, app) -> None:
        switch(admin, "sample_plugin", False)
        with pytest.raises(Invalid), acting_as_admin():
            orphans.purge("sample_plugin", "")
        answer = admin.submit("/settings/plugins/sample_plugin/purge", {"confirm": "sample_plugin"})
        assert answer.status_code == 303
        assert guards.blockers([partner.id]) == {}
        switch(admin, "sample_plugin", True)
        assert admin.get("/partners").status_code == 200

    def test_C4_not_a_function_that_is_never_left(self, admin, make) -> None:
        make("Kunde", functions=["customer"])
        db.session.commit()
        switch(admin, "customers", False)
        answer = admin.submit("/settings/plugins/customers/purge", {"confirm": "customers"})
        assert answer.status_code == 409
        assert "never left" in answer.text
