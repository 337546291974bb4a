"""What a certificate says: what was decided, when and by whom, how much went and what stays; of whom, only a number."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask_babel import format_date, format_decimal

from plugins.privacy import services
from plugins.privacy.models import PrivacyCase
from webapp.api import Refused, _, _l, erasing, load, zone

DECISIONS = {"delete": _l("Delete"), "anonymise": _l("Anonymise"), "refuse": _l("Refuse")}


@dataclass(frozen=True, kw_only=True)
class Line:
    """A kind of values, in words."""

    label: str
    count: int
    until: dt.date | None = None


def done(case_id: int) -> PrivacyCase:
    """A case that has a certificate; raises `Refused` while it has none."""
    case = services.load_case(case_id)
    if case.state != "done":
        raise Refused(_("This case has no certificate yet: decide it first."))
    return case


def context(case: PrivacyCase) -> dict[str, Any]:
    """What the pages show of a case that is done."""
    labels = erasing.labels()
    contact = load(case.contact_id) if case.contact_id is not None else None
    return {
        "case": case,
        "contact": contact,
        "facts": facts(case),
        "goes": [Line(label=labels.get(key, key), count=number) for key, number in _in_order(case.goes, labels)],
        "stays": [
            Line(label=labels.get(key, key), count=number, until=dt.date.fromisoformat(until) if until else None)
            for key, (number, until) in _in_order(case.stays, labels)
        ],
    }


def _in_order(kinds: dict[str, Any], labels: dict[str, str]) -> list[tuple[str, Any]]:
    order = {key: at for at, key in enumerate(labels)}
    return sorted(kinds.items(), key=lambda pair: (order.get(pair[0], len(order)), pair[0]))


def facts(case: PrivacyCase) -> list[tuple[str, str]]:
    """Label and text of each line of the head."""
    until = max((until for _number, until in case.stays.values() if until), default="")
    finished = case.done_at.astimezone(zone()).date() if case.done_at else None
    lines = [
        (_("Case"), case.number),
        (_("Contact"), _("No. %(number)s", number=case.contact_number)),
        (_("Request received on"), format_date(case.received_on, "long") if case.channel else _("without a request")),
        (_("Done on"), format_date(finished, "long") if finished else ""),
        (_("Decision"), _("%(decision)s, GDPR art. 17", decision=DECISIONS[case.decision])),
        (_("Reason"), case.reason),
        (_("Values erased"), format_decimal(case.count)),
        (_("Kept by law until"), format_date(dt.date.fromisoformat(until), "long") if until else ""),
        (_("Decided by"), _("user no. %(number)s", number=case.decided_by_id) if case.decided_by_id else _("System")),
    ]
    return [(label, text) for label, text in lines if text]


def text(case: PrivacyCase) -> str:
    """The certificate as lines of text."""
    told = context(case)
    lines = [_("Certificate of data protection"), "", *(f"{label}: {value}" for label, value in told["facts"])]
    if told["goes"]:
        lines += ["", _("What went"), *(f"- {one.label}: {one.count}" for one in told["goes"])]
    if told["stays"]:
        lines += ["", _("What stays")]
        for one in told["stays"]:
            until = _("until %(day)s", day=format_date(one.until, "long")) if one.until else ""
            kept = f" ({until})" if until else ""
            lines.append(f"- {one.label}: {one.count}{kept}")
    return "\n".join([*lines, "", _("This certificate holds no personal data."), ""])
