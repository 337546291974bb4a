"""What a vCard shows for want of a name: an e-mail or a phone, in whatever writing, is none (spec H1)."""

from __future__ import annotations

from typing import Any

import pytest
from reads import values


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("FN:+33 6 11 22 33 44\nTEL:0611223344", {
            "kind": "person", "phones": [{"value": "0611223344", "type": "other"}],
        }),
        ("FN:0033 6 11 22 33 44\nTEL:tel:+33611223344", {
            "kind": "person", "phones": [{"value": "+33611223344", "type": "other"}],
        }),
        ("FN:+49 (0)221 4710\nTEL:+492214710", {
            "kind": "person", "phones": [{"value": "+492214710", "type": "other"}],
        }),
        ("N:;0147258369;;;\nFN:0147258369\nTEL:01 47 25 83 69", {
            "kind": "person", "phones": [{"value": "01 47 25 83 69", "type": "other"}],
        }),
        ("N:22 33 44;06 11;;;\nFN:06 11 22 33 44\nTEL:0611223344", {
            "kind": "person", "phones": [{"value": "0611223344", "type": "other"}],
        }),
        ("N:Kontakt@firma.example;;;;\nEMAIL:kontakt@firma.example", {
            "kind": "person", "emails": [{"value": "kontakt@firma.example", "type": "other"}],
        }),
        ("N:;;;;\nFN:01 47 25 83 69\nTEL:0147258369\nORG:Acme", {
            "kind": "company", "company_name": "Acme", "phones": [{"value": "0147258369", "type": "other"}],
        }),
        ("N:7;Agent\nTEL:7\nEMAIL:agent", {
            "kind": "person", "first_name": "Agent", "last_name": "7",
            "emails": [{"value": "agent", "type": "other"}], "phones": [{"value": "7", "type": "other"}],
        }),
        ("FN:Studio 54\nTEL:54", {
            "kind": "person", "first_name": "Studio", "last_name": "54", "phones": [{"value": "54", "type": "other"}],
        }),
        ("FN:Anna 0611223344\nTEL:0611223344", {
            "kind": "person", "first_name": "Anna", "last_name": "0611223344",
            "phones": [{"value": "0611223344", "type": "other"}],
        }),
        ("FN:0147258369\nTEL:0147258300", {
            "kind": "person", "last_name": "0147258369", "phones": [{"value": "0147258300", "type": "other"}],
        }),
    ],
)  # fmt: skip
def test_H1_how_to_reach_somebody_is_no_name(lines: str, expected: dict[str, Any]) -> None:
    assert values(f"BEGIN:VCARD\nVERSION:3.0\n{lines}\nEND:VCARD\n") == expected
