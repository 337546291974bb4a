"""Who acts, and by which way: carried beside the call, not through every signature (spec A4, J1).

A request, a command or a job opens `acting(...)` once; services ask `need(right)` and the history reads
the rest. Rights are checked here for the data layer; views check the same names with `security.right`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

from webapp.errors import Forbidden
from webapp.i18n import _

Way = Literal["form", "list", "mass_action", "import", "api", "proposal", "merge", "undo", "job"]
Role = Literal["reader", "editor", "manager", "administrator"]

ROLES: tuple[Role, ...] = ("reader", "editor", "manager", "administrator")
RIGHTS: dict[str, tuple[Role, ...]] = {
    "contacts.read": ROLES,
    "contacts.edit": ROLES[1:],
    "contacts.manage": ROLES[2:],
    "settings": ROLES[3:],
}
"""Which roles hold which right (the table of spec J1). `privacy` is no role's: a user has it by permission."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """One actor on one way. `user_id` is None where the system itself acts (command line, demo).

    `only_reads` is who may look and start nothing, not even what a reader may: a token whose scope is `read`.
    """

    user_id: int | None
    role: Role | None
    way: Way
    data_protection: bool = False
    source: str | None = None
    only_reads: bool = False

    def may(self, right: str) -> bool:
        """Whether this actor holds `right`; raises KeyError for a right nobody defined."""
        if right == "privacy":
            return self.data_protection
        return self.role in RIGHTS[right]


_NOBODY = Act(user_id=None, role=None, way="form")
present: ContextVar[Act] = ContextVar("carnet_act", default=_NOBODY)


def act() -> Act:
    """The present actor; before sign-in one without any right."""
    return present.get()


@contextmanager
def acting(who: Act) -> Iterator[Act]:
    """Everything inside happens in this actor's name."""
    token = present.set(who)
    try:
        yield who
    finally:
        present.reset(token)


def acting_as_system(way: Way, source: str | None = None) -> Act:
    """The deployment's own operator (command line): all rights, no user."""
    return Act(user_id=None, role="administrator", way=way, data_protection=True, source=source)


def need(right: str) -> None:
    """Raise `Forbidden` unless the present actor holds `right`."""
    if not act().may(right):
        raise Forbidden(_("Your role does not allow this. Ask an administrator for the right."), right=right)
