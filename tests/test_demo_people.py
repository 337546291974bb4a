"""Made-up contacts: deterministic, plausible, nobody's own (contract: `carnet demo`)."""

from __future__ import annotations

import tracemalloc
from collections import Counter, defaultdict
from itertools import islice
from typing import Any

import pytest

from webapp.contacts.values import check_email, check_phone, check_postal_code, check_vat, check_website
from webapp.demo.people import people
from webapp.demo.places import LANDS
from webapp.text import clean, fold


@pytest.fixture(scope="module")
def thousands() -> list[dict[str, Any]]:
    return list(people(5_000, seed=7))


def test_same_seed_same_people(thousands: list[dict[str, Any]]) -> None:
    assert list(people(5_000, seed=7)) == thousands
    assert list(people(100, seed=7)) == thousands[:100]
    assert list(people(100, seed=8)) != thousands[:100]


def test_every_value_passes_its_check(thousands: list[dict[str, Any]]) -> None:
    countries = {land.language: land.country for land in LANDS}
    vat_ids = 0
    for one in thousands:
        country = countries[one["language"]]
        assert not [mail for mail in one["emails"] if check_email(mail["value"]).warning]
        known = country if "addresses" in one else ""
        assert not [phone for phone in one.get("phones", []) if check_phone(phone["value"], known).warning]
        for address in one.get("addresses", []):
            assert address["country"] == country
            assert not check_postal_code(address["postal_code"], country).warning
        if "vat_id" in one:
            vat_ids += 1
            assert check_vat(one["vat_id"]).normalised == one["vat_id"]
        if "website" in one:
            assert not check_website(one["website"]).warning
        assert all(clean(text, multiline=True) == text for text in one.values() if isinstance(text, str))
    assert vat_ids > 500


def test_no_domain_is_anyones(thousands: list[dict[str, Any]]) -> None:
    assert all(mail["value"].endswith(".example") for one in thousands for mail in one["emails"])


def test_persons_and_companies_of_three_languages(thousands: list[dict[str, Any]]) -> None:
    kinds = Counter((one["kind"], one["language"]) for one in thousands)
    assert len(kinds) == 6
    assert min(kinds.values()) > 200
    for one in thousands:
        named = one.get("company_name") if one["kind"] == "company" else one["first_name"] and one["last_name"]
        assert named


def test_companies_and_emails_are_unique(thousands: list[dict[str, Any]]) -> None:
    firms = [one["company_name"] for one in thousands if one["kind"] == "company"]
    assert len(set(map(fold, firms))) == len(firms)
    mails = [mail["value"] for one in thousands for mail in one["emails"]]
    assert len(set(mails)) == len(mails)


def test_families_and_namesakes_occur(thousands: list[dict[str, Any]]) -> None:
    persons = [one for one in thousands if one["kind"] == "person"]
    homes = defaultdict(set)
    for one in persons:
        for address in one.get("addresses", []):
            homes[one["last_name"], address["street"], address["postal_code"]].add(one["first_name"])
    assert sum(len(members) > 1 for members in homes.values()) > 50
    assert Counter((one["first_name"], one["last_name"]) for one in persons).most_common(1)[0][1] > 1


def test_employers_come_before_their_people(thousands: list[dict[str, Any]]) -> None:
    seen: set[str] = set()
    employed = 0
    for one in thousands:
        if "employer" in one:
            employed += 1
            assert one["employer"] in seen
        seen.add(one.get("company_name", ""))
    assert employed > 500


def test_people_are_not_remembered() -> None:
    held = []
    everyone = people(50_000)
    tracemalloc.start()
    for _part in range(5):
        for _one in islice(everyone, 10_000):
            pass
        held.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    # By then the words that are kept folded, a bounded number of them, are all there.
    assert held[4] - held[3] < 300_000


def test_domains_are_one_companys_and_no_longer_than_they_may_be() -> None:
    domains = [one["emails"][0]["value"].partition("@")[2] for one in people(40_000) if one["kind"] == "company"]
    assert len(set(domains)) == len(domains)
    assert max(len(domain.partition(".")[0]) for domain in domains) <= 63


def test_items_are_not_shared_between_contacts() -> None:
    found = list(people(300))
    for one in found:
        for item in [*one.get("addresses", []), *one.get("phones", [])]:
            item["marked"] = one["emails"][0]["value"]
    for one in found:
        items = [*one.get("addresses", []), *one.get("phones", [])]
        assert {item["marked"] for item in items} <= {one["emails"][0]["value"]}
