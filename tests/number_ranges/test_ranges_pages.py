"""The pages of the settings where ranges are set, and what they refuse (spec F1, F2, F4)."""

from __future__ import annotations

import re

import pytest

from plugins.number_ranges.models import RangeValue
from webapp.contacts.queries import numbers_of
from webapp.db import db
from webapp.functions.services import activate

INDEX = "/settings/number-ranges"
SWAP = {"HX-Request": "true", "HX-Target": "switched"}


def form_of(page: str, which: str = "range") -> dict[str, str]:
    """What a form of a page would send as it stands."""
    form = re.search(rf'<form[^>]*id="{which}".*?</form>', page, re.S).group()
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            found[name[1]] = (value[1] if value else "").replace("&#34;", '"').replace("&quot;", '"')
    for tag in re.findall(r"<select.*?</select>", form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', tag)
        found[re.search(r'name="([^"]*)"', tag)[1]] = chosen[1] if chosen else ""
    found.pop("csrf_token", None)
    return found


@pytest.mark.parametrize(
    "path",
    [
        INDEX,
        f"{INDEX}/supplier",
        f"{INDEX}/customer",
        f"{INDEX}/prospect",
        "/settings/accounts",
        f"{INDEX}/debtor",
        f"{INDEX}?value=new",
    ],
)
def test_F2_each_setting_has_its_own_page(sign_in, path) -> None:
    answer = sign_in("administrator").get(path)
    assert answer.status_code == 200


def sent(client, path: str = INDEX, which: str = "range", **changes: str) -> dict[str, str]:
    """The form of a page with changes; a box that is to be empty is left out."""
    found = form_of(client.get(path).text, which) | changes
    return {name: value for name, value in found.items() if value is not None}


def test_F1_a_range_is_saved_as_it_is_typed(sign_in, make) -> None:
    client = sign_in("administrator")
    answer = client.submit(INDEX, sent(client, prefix="K{yy}-", next="10233"))
    assert (answer.status_code, answer.location) == (303, INDEX)
    page = client.get(INDEX).text
    assert 'value="K{yy}-"' in page
    assert "-10233</b>" in page
    assert re.search(r"Last changes.*Prefix.*K\{yy\}-", page, re.S)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"prefix": "K" * 200}, "at most 20"),
        ({"prefix": "K{yyy}"}, "{yyy}” is not known"),
        ({"length": "3"}, "at least 5 digits"),
        ({"length": "0"}, "between 1 and 15"),
        ({"length": "99"}, "between 1 and 15"),
        ({"step": "0"}, "between 1 and 1,000,000"),
        ({"step": "-5"}, "between 1 and 1,000,000"),
        ({"step": "99999999"}, "between 1 and 1,000,000"),
        ({"step": "1.5"}, "is not a whole number"),
        ({"step": "two"}, "is not a whole number: write it like 1234."),
        ({"next": "10001"}, "The smallest possible is 10002"),
        ({"next": "9" * 40}, "too large"),
        ({"restart": "year"}, "Numbers would come twice"),
        ({"restart": "weekly"}, "choose one of the values"),
        ({"valid_from": "2026-12-31", "valid_to": "2026-01-01"}, "end before it begins"),
        ({"valid_from": "tomorrow"}, "is not a date"),
    ],
)
def test_F1_what_can_not_work_is_said_and_the_form_stays_filled(sign_in, make, changes, sentence) -> None:
    make(functions=["customer"])
    client = sign_in("administrator")
    data = sent(client, suffix="/X") | changes
    if "next" in changes:
        data.pop("suffix")
    answer = client.submit(INDEX, data)
    assert answer.status_code == 422
    assert sentence in answer.text
    for name, value in changes.items():
        assert f'value="{value}"' in answer.text or name == "restart"
    assert db.session.query(RangeValue).one().suffix == ""


def test_F3_a_counter_that_moved_while_the_form_was_open_is_not_set_back(sign_in, make) -> None:
    client = sign_in("administrator")
    data = sent(client, manual=None)
    make(functions=["customer"])
    assert client.submit(INDEX, data).status_code == 303
    assert numbers_of([(firm := make(functions=["customer"])).id])[firm.id] == {"customer": "10002"}


def test_A5_two_administrators_see_both_versions(sign_in) -> None:
    client = sign_in("administrator")
    mine, theirs = sent(client, prefix="M"), sent(client, prefix="T", suffix="/T")
    assert client.submit(INDEX, theirs).status_code == 303
    answer = client.submit(INDEX, mine)
    assert answer.status_code == 409
    assert "Suffix" in answer.text
    assert ">T<" in answer.text
    data = form_of(answer.text.replace("<form action", '<form id="c" action', 1), "c") | {"choice-prefix": "mine"}
    assert client.submit(f"{INDEX}?value=1", data).status_code == 303
    db.session.expire_all()
    row = db.session.query(RangeValue).one()
    assert (row.prefix, row.suffix) == ("M", "/T")


def test_F1_values_follow_each_other_and_never_overlap(sign_in) -> None:
    client = sign_in("administrator")
    assert "A further value" not in client.get(INDEX).text
    assert "A further value" in client.get(f"{INDEX}?value=new").text
    new = sent(client, f"{INDEX}?value=new", prefix="N", valid_from="2090-01-01", next="1")
    answer = client.submit(INDEX, new)
    assert answer.status_code == 422
    assert "Two values would be valid at once" in answer.text
    assert client.submit(INDEX, sent(client, valid_to="2089-12-31")).status_code == 303
    assert client.submit(INDEX, new).status_code == 303
    page = client.get(INDEX).text
    assert "N00001" in page
    assert "Valid today" in page
    row = db.session.query(RangeValue).filter_by(prefix="N").one()
    assert client.submit(f"{INDEX}/common/values/{row.id}/remove").status_code == 303
    assert client.submit(f"{INDEX}/common/values/1/remove").status_code == 409


def test_F2_the_switch_tells_beforehand_what_it_does(sign_in, make, system) -> None:
    one, two = make("Alpha"), make("Beta")
    client = sign_in("administrator")
    page = client.get(f"{INDEX}/supplier").text
    assert "<b>10001</b>" in page
    assert "<b>S10001</b>" in client.get(f"{INDEX}/supplier/switch?own=1", headers=SWAP).text
    answer = client.submit(f"{INDEX}/supplier/switch", sent(client, f"{INDEX}/supplier", "switches", own="1"))
    assert answer.location == f"{INDEX}/supplier"
    assert "Own range. Next: S10001" in client.get(INDEX).text
    activate(one.id, "customer", {"number": "1001"})
    activate(two.id, "supplier", {"number": "1001"})
    found = client.get(f"{INDEX}/supplier/switch", headers=SWAP).text
    assert "Alpha" in found
    assert "Beta" in found


def test_F2_accounts_are_switched_in_finance(sign_in, make) -> None:
    client = sign_in("administrator")
    page = client.get("/settings/accounts").text
    data = form_of(page.replace('<form class="c-panel"', '<form class="c-panel" id="a"', 1), "a")
    assert client.submit("/settings/accounts", data | {"debtor.on": "1"}).status_code == 303
    page = client.get("/settings/accounts").text
    assert "Next: 10000" in page
    assert client.get(f"{INDEX}/debtor").status_code == 200
    assert "Debtor accounts: Yes" in re.sub(r"<[^>]*>", "", page) or "Debtor accounts" in page


def test_F4_the_preview_follows_what_is_typed(sign_in) -> None:
    client = sign_in("administrator")
    for changes, shown in (({"prefix": "K{yyyy}-"}, "-10001</b>"), ({"prefix": "{y}"}, "{y}” is not known"),
                           ({"length": "4"}, "at least 5 digits"), ({"next": "99999"}, "99999</b>.")):  # fmt: skip
        answer = client.submit(f"{INDEX}/common/preview", sent(client, **changes))
        assert answer.status_code == 200
        assert shown in answer.text
    assert db.session.query(RangeValue).one().prefix == ""


def test_F3_gaps_are_told_on_the_page_and_as_csv(sign_in, make, system) -> None:
    activate(make().id, "customer", {"number": "10011"})
    client = sign_in("administrator")
    page = client.get(INDEX).text
    assert "10001 to 10010" in page
    assert "a higher number was typed by hand" in page
    answer = client.get(f"{INDEX}/common/gaps.csv")
    assert answer.mimetype == "text/csv"
    assert answer.text.splitlines()[1].startswith('"10001","10010","10","Jumped over')


@pytest.mark.parametrize("role", ["reader", "editor", "manager"])
def test_J1_only_administrators_come_in(sign_in, role) -> None:
    client = sign_in(role)
    for path in (INDEX, f"{INDEX}/supplier", "/settings/accounts", f"{INDEX}/common/gaps.csv"):
        assert client.get(path).status_code == 403
    assert client.submit(INDEX, {"prefix": "X"}).status_code == 403


@pytest.mark.parametrize("path", [f"{INDEX}/nothing", f"{INDEX}?value=77", f"{INDEX}/debtor?value=1"])
def test_F1_what_is_not_there_is_missing(sign_in, path) -> None:
    assert sign_in("administrator").get(path).status_code == 404


def test_F1_a_range_may_be_valid_to_the_last_day_of_all(sign_in) -> None:
    client = sign_in("administrator")
    assert client.submit(INDEX, sent(client, valid_to="9999-12-31")).status_code == 303
    for path in (INDEX, f"{INDEX}?value=new", f"{INDEX}/supplier", f"{INDEX}/debtor"):
        assert client.get(path).status_code == 200
    for day in ("9999-12-31", "9999-12-01", "0001-01-01"):
        answer = client.submit(f"{INDEX}/common/preview", sent(client, prefix="K{mm}", valid_from=day))
        assert answer.status_code == 200


def test_F3_a_high_number_typed_by_hand_does_not_hold_the_counter(sign_in, make, system) -> None:
    make(functions=["customer"])
    activate(make().id, "customer", {"number": "99999"})
    client = sign_in("administrator")
    assert client.submit(INDEX, sent(client, next="20000")).status_code == 303
    assert client.submit(INDEX, sent(client, next="10002")).status_code == 303
    answer = client.submit(INDEX, sent(client, next="10001"))
    assert "The smallest possible is 10002" in answer.text


def test_F4_the_preview_says_what_saving_would_refuse(sign_in, make) -> None:
    make(functions=["customer"])
    client = sign_in("administrator")
    answer = client.submit(f"{INDEX}/common/preview", sent(client, next="10001"))
    assert "The smallest possible is 10002" in answer.text
    answer = client.submit(f"{INDEX}/common/preview", sent(client, f"{INDEX}?value=new", prefix="N"))
    assert "Two values would be valid at once" in answer.text
