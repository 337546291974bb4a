"""Everything that refers to a contact is declared: for privacy, for merges (spec D5, E7; design rule 3)."""

from __future__ import annotations

from dataclasses import replace

import sample_plugin

from webapp import core, references, testing
from webapp.discovery import discover
from webapp.registry import Registry


def test_everything_that_refers_to_contacts_is_declared() -> None:
    assert references.undeclared(Registry(core.plugin, testing.shipped())) == []
    assert references.undeclared(Registry(core.plugin, discover(["sample_plugin"]))) == []


def lacking(**changes: object) -> list[str]:
    """What is found when the sample plug-in forgets to declare something."""
    shipped = testing.shipped()
    plugin = replace(sample_plugin.plugin, **changes)  # type: ignore[arg-type]
    return references.undeclared(Registry(core.plugin, replace(shipped, plugins=(*shipped.plugins, plugin))))


def test_D5_a_column_that_nobody_classified_is_found() -> None:
    found = lacking(personal_data=())
    assert {line.partition(" ")[0] for line in found} == {
        "partner.level", "partner.since", "partner.discount", "partner.account", "partner.note",
        "partner_contract.title", "partner_contract.signed_on",
    }  # fmt: skip
    assert all("personal_data" in line for line in found)


def test_D1_a_table_of_which_nobody_says_what_becomes_of_it_is_found() -> None:
    (found,) = lacking(delete_guards=())
    assert found.startswith("partner_contract ")
    assert "DeleteGuard" in found
    own = tuple(replace(one, goes_along=True) for one in sample_plugin.plugin.personal_data)
    assert lacking(delete_guards=(), personal_data=own) == []


def test_E7_an_exclusive_reference_without_a_merge_rule_is_found() -> None:
    (found,) = lacking(merge_rules=())
    assert found.startswith("partner_contract ('contact_id', 'title')")
    assert "MergeRule" in found


def test_the_walk_over_references_is_transitive() -> None:
    # The tables of plug-ins are known once these are found.
    Registry(core.plugin, testing.shipped())
    discover(["sample_plugin"])
    found = references.tables_of_contacts()
    assert next(iter(found)) == "contact"
    assert {"contact_email", "contact_function", "customer", "partner_contract", "history_entry"} <= found.keys()
    assert not {"user_account", "value_list_item", "tag", "setting"} & found.keys()


def test_rule_3_no_plugin_cascades_from_a_contact() -> None:
    registry = Registry(core.plugin, discover(["sample_plugin"]))
    for plugin, model in registry.duties("models"):
        for key in model.__table__.foreign_keys:
            if plugin.name != "core" and key.column.table.name in ("contact", "contact_function"):
                assert (key.ondelete or "NO ACTION") in ("NO ACTION", "RESTRICT", "SET NULL"), key
