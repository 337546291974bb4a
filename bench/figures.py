"""The figures: each measured beside the limit, by turns, so that what disturbs the machine disturbs both."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from bench import crowd
from bench.bases import ROOT, Base, copied, emptied
from bench.doubles import curve
from bench.exporting import exporting
from bench.measure import FRAGMENT, Served, Times, serve
from bench.numbers import numbers
from bench.shares import SHARES
from webapp.lists.query import cursor

ROUNDS, IN_A_ROW, WARM_UP = 20, 5, 10
SEARCHES = 5
"""How often each word is searched."""
CONVERTED = 10_000
IMPORTED = 100_000
PAIRS, MERGED = 60, 4_000
REQUESTS, BEFORE = 10_000, 1_000
SECONDS, TURNS = 3.0, 3

WORDS = (
    # Names: rare, frequent, in two words, in parts, with accents and without.
    "hautecourt", "n'diaye", "muller", "müller", "martin", "anna", "schmi", "von der heide", "fitzgerald",
    "anna schmidt", "garage lyon", "boulangerie petit", "zimmermann berlin", "smith-jones",
    # What nearly all have, or very many.
    "exam", "example", "courrier", "gmbh", "info", "contact", "con", "er ", "ing",
    # One and two letters.
    "a", "m", "x", "é", "le", "mü", "sa", "o'",
    # Numbers, phones, postal codes, cities.
    "10001", "12345", "s100", "10115", "0465", "33465", "75001", "berlin", "paris", "saint", "ber",
    # Nothing.
    "zzyzx", "qqq",
)  # fmt: skip
DEFAULT_THRESHOLD = 60
"""What `duplicates.threshold` is until a firm sets it."""
PATHS = {"all": "/contacts", "prospect": "/prospects", "customer": "/customers", "supplier": "/suppliers",
         "rare": "/rare"}  # fmt: skip
MIXED = (*PATHS.values(), "/contacts?q=martin", "/customers?q=ber", "/contacts?sort=-changed", "/prospects?sort=city")
"""What is asked for while memory is watched."""


@dataclass(kw_only=True)
class Figure:
    """One promise: what was measured, what it must reach, and whether it does (None: nothing is promised)."""

    name: str
    engine: str
    contacts: int
    measured: str
    must: str = ""
    within: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(kw_only=True)
class Pair:
    """A base, served by Carnet and by the limit."""

    base: Base
    carnet: Served
    limit: Served

    def figure(self, name: str, measured: str, must: str = "", within: bool | None = None, **details: Any) -> Figure:
        """A figure of this base."""
        return Figure(
            name=name, engine=self.base.engine, contacts=self.base.size, measured=measured, must=must, within=within,
            details=details,
        )  # fmt: skip


@contextmanager
def served(bases: Sequence[Base]) -> Iterator[list[Pair]]:
    """Each base behind two servers of its own, signed in."""
    servers: list[Served] = []
    pairs = []
    try:
        for base in bases:
            servers.append(carnet := serve(["-m", "webapp", "run", "--port", "{port}"], base.environment, "/healthz"))
            servers.append(limit := serve(["-m", "bench.limit", "{port}"], base.environment, "/list"))
            carnet.sign_in()
            pairs.append(Pair(base=base, carnet=carnet, limit=limit))
        yield pairs
    finally:
        for server in servers:
            server.stop()


@dataclass(kw_only=True, frozen=True)
class Line:
    """One page: Carnet's address and the limit's; `part` asks as htmx does."""

    group: str
    name: str
    path: str
    least: str
    part: bool = False


def lines(base: Base) -> list[Line]:
    """The pages of a base that are asked for by turns."""
    found = []
    for function, share in SHARES.items():
        least = "/list" if function == "all" else f"/list?function={function}"
        path = PATHS[function]
        found.append(Line(group="list", name=f"list, {share}", path=path, least=least))
        found.append(Line(group="list", name=f"list, {share}, fragment", path=path, least=least, part=True))
        far = cursor("name", *base.far[function], "" if function == "all" else function)
        found.append(Line(group="far", name=f"page at 90 %, {share}", path=f"{path}?{urlencode({'after': far})}",
                          least=least))  # fmt: skip
    file = f"/contacts/{base.file_id}"
    return [*found, Line(group="file", name="file", path=file, least=f"/file/{base.file_id}")]


def pages(pairs: Sequence[Pair], groups: set[str]) -> list[Figure]:
    """Lists, the page at 90 %, the file; and what a thousand times as many contacts cost."""
    asked = [
        (pair, line)
        for pair in pairs
        for line in lines(pair.base)
        if line.group in groups or (line.name == f"list, {SHARES['all']}")
        or ("far" in groups and line.group == "list" and not line.part)
    ]  # fmt: skip
    taken: dict[tuple[int, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for round_ in range(ROUNDS + 1):
        # Each round begins with another page: whatever comes first after a pause is slow.
        begin = round_ * len(asked) // ROUNDS
        for pair, line in (*asked[begin:], *asked[:begin]):
            mine, bare = taken[pair.base.size, line.name]
            for time_ in range(IN_A_ROW + 1 if round_ else WARM_UP):
                took = pair.carnet.time(line.path, FRAGMENT if line.part else None)
                least = pair.limit.time(line.least)
                if round_ and time_:
                    mine.append(took)
                    bare.append(least)
    found = []
    for pair, line in asked:
        mine, bare = (Times.of(one) for one in taken[pair.base.size, line.name])
        ratio = mine.p50 / bare.p50
        large = pair.base.size == max(one.base.size for one in pairs)
        details: dict[str, Any] = {"carnet_ms": vars(mine), "limit_ms": vars(bare), "ratio": round(ratio, 2)}
        measured, must, holds = f"{ratio:.1f} × limit", "", None
        if line.group == "list":
            most = 6 if line.part else 10
            must, holds = f"≤ {most} × limit", ratio <= most
        elif line.group == "far":
            first = Times.of(taken[pair.base.size, line.name.replace("page at 90 %", "list")][0])
            apart = mine.p50 / first.p50 - 1
            measured, must, holds = f"{apart:+.0%} of the first page", "± 30 %", abs(apart) <= 0.30
        if line.group in groups:
            found.append(pair.figure(line.name, measured, must if large else "", holds if large else None, **details))
    return found


def growth(pairs: Sequence[Pair]) -> list[Figure]:
    """The same page of the smallest base and of the largest, by turns."""
    small, large = min(pairs, key=_size), max(pairs, key=_size)
    if small is large:
        return []
    found = []
    for part in (False, True):
        taken: tuple[list[float], list[float]] = ([], [])
        for round_ in range(2 * ROUNDS):
            for pair, times in zip((small, large), taken, strict=True):
                new = [pair.carnet.time("/contacts", FRAGMENT if part else None) for _time in range(IN_A_ROW)]
                times += new if round_ else []
        few, many = (Times.of(one) for one in taken)
        times_as_long = many.p50 / few.p50
        found.append(
            large.figure(
                f"{large.base.size:,} against {small.base.size:,} contacts{', fragment' if part else ''}",
                f"{times_as_long:.2f} ×", "≤ 1.3 ×", times_as_long <= 1.3, few_ms=vars(few), many_ms=vars(many),
            )
        )  # fmt: skip
    return found


def search(pair: Pair) -> list[Figure]:
    """All words, sorted by name, beside the limit's page of all contacts."""
    taken: dict[str, list[float]] = defaultdict(list)
    bare = []
    for round_ in range(SEARCHES + 1):
        for word in WORDS:
            took = pair.carnet.time(f"/contacts?q={quote(word)}")
            least = pair.limit.time("/list")
            if round_:
                taken[word].append(took)
                bare.append(least)
    mine, limit = Times.of([one for times in taken.values() for one in times]), Times.of(bare)
    words = {word: round(statistics.median(times), 1) for word, times in taken.items()}
    slowest = dict(sorted(words.items(), key=lambda one: -one[1])[:6])
    found = []
    for name, took, most in (("p50", mine.p50, 20), ("p95", mine.p95, 100)):
        ratio = took / limit.p50
        found.append(
            pair.figure(f"search, {name}", f"{ratio:.1f} × limit", f"≤ {most} × limit", ratio <= most,
                        carnet_ms=vars(mine), limit_ms=vars(limit), slowest_ms=slowest, ms=words)
        )  # fmt: skip
    return found


def rate(pair: Pair) -> list[Figure]:
    """The list page, asked for by eight clients at once."""
    rates: dict[str, list[float]] = {"carnet": [], "limit": []}
    worked: dict[str, list[float]] = {"carnet": [], "limit": []}
    for turn in range(TURNS + 1):
        for name, server, path in (("carnet", pair.carnet, "/contacts"), ("limit", pair.limit, "/list")):
            before = server.worked()
            done, took = crowd.requests(server.port, [path], server.headers(), seconds=SECONDS if turn else 1)
            if turn:
                rates[name].append(done / took)
                worked[name].append((server.worked() - before) / done * 1000)
    mine, bare = (statistics.median(rates[name]) for name in ("carnet", "limit"))
    own = {f"{name}_work_ms": round(statistics.median(times), 2) for name, times in worked.items()}
    return [
        pair.figure(
            f"requests/s, {crowd.CLIENTS} clients", f"{mine / bare:.2f} of the limit", "≥ 0.10 of the limit",
            mine >= bare / 10, carnet=round(mine), limit=round(bare), **own,
        )
    ]  # fmt: skip


def memory(pair: Pair) -> list[Figure]:
    """The worker after some requests of many kinds, and after ten thousand more."""
    headers = pair.carnet.headers()
    crowd.requests(pair.carnet.port, MIXED, headers, number=BEFORE)
    before = pair.carnet.memory()
    crowd.requests(pair.carnet.port, MIXED, headers, number=REQUESTS)
    after = pair.carnet.memory()
    grown = after / before - 1 if before else 0
    return [
        pair.figure("worker's memory", f"{after:.0f} MB", "≤ 160 MB", after <= 160),
        pair.figure(f"… over {REQUESTS:,} requests", f"{grown:+.1%}", "flat (≤ +3 %)", grown <= 0.03,
                    before_mb=before, after_mb=after),
    ]  # fmt: skip


def convert(pair: Pair) -> list[Figure]:
    """Prospects become customers by mass action, as a job; in a copy, for there is no way back."""
    number = min(CONVERTED, pair.base.size // 10)
    with copied(pair.base) as base:
        answer = subprocess.run(
            [sys.executable, "-m", "bench.convert", str(number)],
            env=base.environment, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
    told = json.loads(answer.stdout)
    rate_ = told["done"] / told["seconds"]
    holds = told["done"] == number and rate_ >= 3_000
    return [pair.figure(f"convert {number:,} by mass action", f"{rate_:,.0f} records/s", "≥ 3,000/s", holds, **told)]


def merge(pair: Pair) -> list[Figure]:
    """Two contacts with fifty rows become one and part again; many groups by a job; in a copy."""
    groups = min(MERGED, pair.base.size // 50)
    with copied(pair.base) as base:
        answer = subprocess.run(
            [sys.executable, "-m", "bench.merging", str(PAIRS), str(groups)],
            env=base.environment, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
    told = json.loads(answer.stdout)
    merged, undone, seconds = told["merge_ms"]["p50"], told["undo_ms"]["p50"], told["groups_s"]
    return [
        pair.figure("merge two, 50 rows move", f"{merged:.1f} ms", "≤ 25 ms", merged <= 25, **told),
        pair.figure("… undo", f"{undone:.1f} ms", "≤ 2 × the merge", undone <= 2 * merged),
        pair.figure(f"merge {groups:,} groups, as a job", f"{seconds:.0f} s", "≤ 120 s for 4,000",
                    told["done"] == groups and seconds <= 120 * groups / MERGED),
    ]  # fmt: skip


def doubles(pair: Pair) -> list[Figure]:
    """The search of the whole base and of nothing new, one contact against all, and how well doubles are found."""
    with copied(pair.base) as base:
        answer = subprocess.run(
            [sys.executable, "-m", "bench.doubles"],
            env=base.environment, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
    told = json.loads(answer.stdout)
    first, again, new = (told[name] for name in ("first", "again", "new"))
    found = []
    for name, one in (("search for doubles, keys made", first), ("search for doubles", again)):
        found.append(pair.figure(name, f"{one['seconds']:.0f} s", "≤ 60 s", one["seconds"] <= 60, search=one))
    found += [
        pair.figure("… its memory", f"{first['memory_mb']:.0f} MB", "≤ 1,200 MB", first["memory_mb"] <= 1_200),
        pair.figure("… nothing new", f"{new['seconds']:.1f} s"),
        pair.figure("doubles of one contact, p50", f"{told['one_p50']:.1f} ms", "≤ 20 ms", told["one_p50"] <= 20),
        pair.figure("doubles of one contact, p95", f"{told['one_p95']:.1f} ms"),
    ]
    if pair.base.engine == "sqlite":
        for kind in ("person", "company"):
            rows = curve(kind)
            here = next(row for row in rows if row["threshold"] == DEFAULT_THRESHOLD)
            measured = f"{here['precision']:.3f} / {here['recall']:.3f}"
            holds = here["precision"] >= 0.98 and here["recall"] >= 0.94
            found.append(pair.figure(f"precision / recall, {kind}", measured, "≥ 0.98 / ≥ 0.94", holds, curve=rows))
    return found


def importing(pair: Pair) -> list[Figure]:
    """A file rehearsed, imported and imported again, into an empty base and into a copy of this one."""
    number = min(IMPORTED, pair.base.size)
    found = []
    for place, made in (("empty", emptied), ("full", copied)):
        with made(pair.base) as base:
            answer = subprocess.run(
                [sys.executable, "-m", "bench.importing", str(number)],
                env=base.environment, cwd=ROOT, check=True, capture_output=True, text=True,
            )  # fmt: skip
        told = json.loads(answer.stdout)
        for name, key, least in (
            ("import", "done", 5_000), ("rehearsal", "rehearsed", 8_000), ("same file again", "again", 8_000),
        ):  # fmt: skip
            rate_ = told[key]["rate"]
            measured = f"{rate_:,.0f} /s, {rate_ / told['limit']:.2f} of the limit"
            found.append(pair.figure(f"{name}, {place} base", measured, f"≥ {least:,}/s", rate_ >= least, file=told))
        memory_ = told["memory_mb"]
        found.append(pair.figure("… memory", f"{memory_} MB", "≤ 400 MB", memory_ <= 400))
    return found


def demo(pair: Pair) -> list[Figure]:
    """How the base was made, when it was."""
    load = pair.base.load
    return [
        pair.figure("carnet demo: time", f"{load.seconds:.0f} s ({load.worked:.0f} s of its own work)", "< 3 min",
                    load.seconds < 180, **vars(load)),
        pair.figure("carnet demo: memory", f"{load.memory_mb:.0f} MB", "< 500 MB", load.memory_mb < 500),
    ]  # fmt: skip


def start(pair: Pair) -> list[Figure]:
    """From `carnet run` to its first answer."""
    return [pair.figure("first answer", f"{pair.carnet.started_in:.2f} s")]


ALONE: dict[str, Callable[[Pair], list[Figure]]] = {
    "search": search, "rate": rate, "memory": memory, "demo": demo, "start": start, "convert": convert,
    "numbers": numbers, "merge": merge, "doubles": doubles, "import": importing,
    "export": exporting,
}  # fmt: skip
"""What is measured of the largest base, one after the other."""
IN_A_COPY = ("convert", "numbers", "merge", "doubles", "import")
PAGES = ("list", "far", "file")
GROUPS = (*PAGES, "growth", *ALONE)


def measure(bases: Sequence[Base], groups: set[str]) -> list[Figure]:
    """The figures of one engine; what works in a copy comes last, when no server has a base open."""
    found: list[Figure] = []
    last = [one for one in IN_A_COPY if one in groups]
    with served(bases) as pairs:
        largest = max(pairs, key=_size)
        if groups & set(PAGES):
            found += pages(pairs, groups)
        if "growth" in groups:
            found += growth(pairs)
        for name, measured in ALONE.items():
            if name in groups and name not in last:
                found += measured(largest)
    for name in last:
        found += ALONE[name](largest)
    return found


def _size(pair: Pair) -> int:
    return pair.base.size
