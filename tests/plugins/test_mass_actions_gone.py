"""A mass action says how many of the chosen contacts it leaves out because they are gone (spec G3)."""

from __future__ import annotations

import re

from webapp.contacts import services


def test_G3_who_is_gone_is_counted_before_and_after(sign_in, make, system) -> None:
    kept, binned, archived = (make(name, functions=["prospect"]) for name in ("Kept", "Binned", "Archived"))
    client = sign_in("manager")
    services.to_bin(binned.id)
    sent = {"action": "convert", "ids": [str(one.id) for one in (kept, binned, archived)]}
    page = client.submit("/mass-actions", sent).text
    assert "1 chosen contact is no longer in the lists" in page
    services.archive(archived.id)
    again = {
        **dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)),
        "ids": [str(kept.id), str(archived.id)],
    }
    outcome = client.submit("/mass-actions", again).text
    assert "2 chosen contacts are no longer in the lists" in outcome
    assert "Done: 1, unchanged: 0, refused: 0" in outcome


def test_G3_when_all_are_gone_it_says_so(sign_in, make, system) -> None:
    contact = make("Gone", functions=["prospect"])
    client = sign_in("manager")
    services.to_bin(contact.id)
    answer = client.submit("/mass-actions", {"action": "convert", "ids": [str(contact.id)]})
    assert answer.status_code == 422
    assert "None of the chosen contacts is in the lists any more" in answer.text
