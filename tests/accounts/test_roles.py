"""What each role may do: the same in the specification (J1), in docs/users.md, on the page and in the code."""

from __future__ import annotations

import re
from pathlib import Path

from webapp.accounts import roles
from webapp.acting import RIGHTS, ROLES, Act

DOCS = Path(__file__).parents[2] / "docs" / "users.md"
SPEC = """
| may | reader | editor | manager | administrator |
| see, search, export what is shown | ✔ | ✔ | ✔ | ✔ |
| create, edit, link, convert, propose, note | | ✔ | ✔ | ✔ |
| mass actions, merge and undo, import and undo, delete to the bin, restore, shared views | | | ✔ | ✔ |
| settings, plug-ins, users, portals, ranges, override links (D4), purge | | | | ✔ |
"""
"""The table as rule J1 has it, the data-protection permission aside: that is no role's."""


def marked(text: str, first: int) -> list[tuple[str, ...]]:
    """For each line of a table which roles have a ✔; the roles' names are its head, from the column `first` on."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if "|" in line]
    head = lines[0][first:]
    return [
        tuple(role for role, cell in zip(head, line[first:], strict=True) if cell == "✔")
        for line in lines[1:]
        if not set("".join(line)) <= {"-"}
    ]


def test_J1_the_code_has_the_table_of_the_specification() -> None:
    assert marked(SPEC, 1) == list(RIGHTS.values())


def test_J1_the_documentation_has_the_table_of_the_code() -> None:
    table = DOCS.read_text(encoding="utf-8").split("| right |", 1)[1].split("\n\n", 1)[0]
    lines = ("| right |" + table).splitlines()
    names = [found[1] for line in lines if (found := re.match(r"\| `([\w.]+)` \|", line))]
    assert names == [*RIGHTS, "privacy"]
    assert marked("\n".join(lines), 2) == [*RIGHTS.values(), ()]


def test_J1_the_page_has_the_table_of_the_code(sign_in) -> None:
    assert list(roles.LABELS) == list(RIGHTS)
    page = sign_in("administrator").get("/settings/users").text
    section = page[page.index('id="roles"') :]
    cells = [
        [("#check" in cell) for cell in re.findall(r"<td>(.*?)</td>", row)]
        for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", section, re.DOTALL)
    ]
    assert cells[: len(RIGHTS)] == [[role in held for role in ROLES] for held in RIGHTS.values()]


def test_J1_the_data_protection_permission_is_no_roles() -> None:
    for role in ROLES:
        assert not Act(user_id=1, role=role, way="form").may("privacy")
        assert Act(user_id=1, role=role, way="form", data_protection=True).may("privacy")
