"""A switch acts in all processes at their next request, and breaks none under way (spec I1)."""

from __future__ import annotations

import http.cookiejar
import re
import threading
import urllib.error
import urllib.parse
import urllib.request

import pytest
from serving import Served, beside, served

from webapp.testing import PASSWORD

ADA = "ada@carnet.example"
TIMES = 100
PATHS = ("/contacts", "/suppliers", "/contacts?sort=number", "/", "/contacts/1?view=all", "/settings/plugins")


class Visitor:
    """Someone who is signed in at one server."""

    def __init__(self, at: Served, jar: http.cookiejar.CookieJar | None = None) -> None:
        self.url = at.url
        self.jar = jar or http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str, data: dict[str, str] | None = None) -> tuple[int, str]:
        sent = urllib.parse.urlencode(data).encode() if data is not None else None
        try:
            with self.opener.open(self.url + path, sent, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def submit(self, path: str, page: str, data: dict[str, str]) -> int:
        """Send a form with what its page hides in it."""
        hidden = dict(re.findall(r'name="(csrf_token|whose)" value="([^"]*)"', self.get(page)[1]))
        return self.get(path, {**hidden, **data})[0]

    def sign_in(self) -> None:
        assert self.submit("/login", "/login", {"email": ADA, "password": PASSWORD}) == 200


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_I1_switched_in_one_process_it_is_switched_in_the_other_and_100_switches_break_no_request(database) -> None:
    with served(database, contacts=30, users=((ADA, "administrator"),)) as one, beside(one) as other:
        here, there = Visitor(one), Visitor(other)
        here.sign_in()
        there.sign_in()
        assert there.get("/suppliers")[0] == 200
        seen: set[int] = set()
        over = threading.Event()

        def look(at: Served, jar: http.cookiejar.CookieJar) -> None:
            visitor, turn = Visitor(at, jar), 0
            while not over.is_set():
                seen.add(visitor.get(PATHS[turn % len(PATHS)])[0])
                turn += 1

        lookers = [threading.Thread(target=look, args=(at, who.jar)) for at, who in ((one, here), (other, there)) * 2]
        for looker in lookers:
            looker.start()
        try:
            hidden = dict(re.findall(r'name="(csrf_token|whose)" value="([^"]*)"', here.get("/settings/plugins")[1]))
            for turn in range(TIMES):
                on = str(turn % 2)
                assert here.get("/settings/plugins/suppliers/switch", {**hidden, "on": on})[0] == 200
                assert there.get("/suppliers")[0] == (200 if on == "1" else 404)
        finally:
            over.set()
            for looker in lookers:
                looker.join()
        assert seen == {200, 404}
