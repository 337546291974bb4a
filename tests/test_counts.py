"""The counts of the side bar: at most a minute old, never counted for each page (design: decided once; spec G1)."""

from __future__ import annotations

import re
import threading

import pytest

from webapp.counts import KEPT_S, NAME, Counts, counts


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def shown(page: str) -> dict[str, str]:
    """The counts that a page's side bar shows, by the words beside them."""
    found = re.findall(r'<a class="c-nav__link"[^>]*>.*?</svg>([^<]+)<span class="c-nav__n">([^<]+)</span>', page)
    return {label.strip(): number for label, number in found}


def test_G1_a_count_is_kept_for_less_than_a_minute_and_then_counted_anew() -> None:
    clock, numbers = Clock(), iter((1, 2, 3))
    one = Counts(clock)

    def slowly() -> int:
        clock.at += 1
        return next(numbers)

    def ask() -> int:
        return one.of("a", slowly)

    assert ask() == 1
    clock.at += KEPT_S - 2
    assert ask() == 1
    clock.at += 1
    assert ask() == 2
    assert KEPT_S < 60
    one.forget()
    assert ask() == 3


def test_G1_a_count_that_took_no_time_is_soon_counted_anew() -> None:
    clock, numbers = Clock(), iter((1, 2))
    one = Counts(clock)

    def ask() -> int:
        return one.of("a", count)

    def count() -> int:
        clock.at += 0.001
        return next(numbers)

    assert ask() == 1
    clock.at += 0.99
    assert ask() == 1
    clock.at += 0.01
    assert ask() == 2


def test_G1_counts_of_different_lines_do_not_meet() -> None:
    one = Counts()
    assert [one.of(key, lambda number=key: number) for key in (1, 2, 1, 2)] == [1, 2, 1, 2]


def test_G1_while_one_counts_anew_others_are_not_kept_waiting() -> None:
    clock = Clock()
    one = Counts(clock)
    one.of("a", lambda: 1)
    clock.at += KEPT_S
    counting, enough = threading.Event(), threading.Event()

    def slowly() -> int:
        counting.set()
        assert enough.wait(10)
        clock.at += 1
        return 2

    thread = threading.Thread(target=one.of, args=("a", slowly))
    thread.start()
    assert counting.wait(10)
    assert one.of("a", lambda: pytest.fail("counted twice")) == 1
    enough.set()
    thread.join(10)
    assert one.of("a", lambda: pytest.fail("counted again")) == 2


def test_G1_a_count_that_failed_is_tried_again_at_the_next_page() -> None:
    clock = Clock()
    one = Counts(clock)
    one.of("a", lambda: 1)
    clock.at += KEPT_S
    with pytest.raises(ZeroDivisionError):
        one.of("a", lambda: 1 // 0)
    assert one.of("a", lambda: 2) == 2


def test_G1_the_side_bar_counts_what_the_lists_hold(sign_in, make, system) -> None:
    client = sign_in("reader")
    make("Nobody's")
    make("Both", functions=["customer", "supplier"])
    make("Maybe", functions=["prospect"])
    make("Gone", functions=["customer"]).deleted_at = make("Old").created_at
    make("Put away", functions=["supplier"]).archived_at = make("Older").created_at
    counts().forget()
    assert shown(client.get("/contacts").text) == {
        "Contacts": "5",
        "Prospects": "1",
        "Customers": "1",
        "Suppliers": "1",
        "Proposals": "0",
        "Doubles": "0",
        "To follow up": "0",
    }
    make("More", functions=["prospect"])
    counts().forget()
    assert shown(client.get("/contacts").text)["Prospects"] == "2"


def test_G1_pages_within_the_minute_do_not_count(app, sign_in, statements, make, monkeypatch) -> None:
    # Each look at the clock is a second later: to count takes one.
    monkeypatch.setitem(app.extensions, NAME, Counts(iter(range(1000)).__next__))
    client = sign_in("reader")
    make("Dupont", functions=["customer"])
    with statements() as seen:
        client.get("/account")
        first = len(seen)
        client.get("/account")
    # Four lists, the proposals that wait, the doubles and what is to be followed up are counted the first time.
    assert len(seen) - first == first - 7


def test_A7_a_count_of_ones_own_is_nobody_elses(app, sign_in, make, system, monkeypatch) -> None:
    monkeypatch.setitem(app.extensions, NAME, Counts(iter(range(1000)).__next__))
    first = sign_in("editor")
    contact = make("Dupont")
    first.submit(f"/contacts/{contact.id}/notes", {"text": "Call", "follow_up_on": "2026-01-05"})
    assert shown(first.get("/account").text)["To follow up"] == "1"
    second = sign_in("editor")
    assert shown(second.get("/account").text)["To follow up"] == "0"


@pytest.mark.parametrize("turn", [1, 2])
def test_no_count_outlives_its_test(sign_in, make, turn) -> None:
    client = sign_in("reader")
    for number in range(turn):
        make(f"Dupont {number}")
    assert shown(client.get("/contacts").text)["Contacts"] == str(turn)
