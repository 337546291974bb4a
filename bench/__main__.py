"""`make bench`: list page, far page, search and file at two sizes on two databases, each beside its limit."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
from collections import defaultdict
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from bench.bases import RESULTS, Base, prepare
from bench.measure import Served, Times, serve
from webapp.lists.query import cursor

SIZES = (1_000, 100_000)
ENGINES = ("sqlite", "postgresql")
ROUNDS, IN_A_ROW, WARM_UP = 30, 5, 20
WORD = "muller"
MOST_TIMES_LIMIT, MOST_GROWTH = 12, 1.30


def main() -> None:
    """Measure, print the table, write the JSON file."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="contacts in each base")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    chosen = parser.parse_args()
    lines: list[dict[str, Any]] = []
    starts: list[dict[str, Any]] = []
    for engine in chosen.engines:
        bases = [prepare(engine, size) for size in chosen.sizes]
        there = [base for base in bases if not isinstance(base, str)]
        for reason in {base for base in bases if isinstance(base, str)}:
            print(reason)
        if there:
            found, begun = measure(there)
            lines += found
            starts += begun
    show(lines, starts)
    path = RESULTS / f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H%M%S}.json"
    machine = {"python": platform.python_version(), "machine": platform.machine(), "system": platform.system()}
    path.write_text(json.dumps({"machine": machine, "lines": lines, "starts": starts}, indent=1) + "\n")
    print(f"\nWritten to {path.relative_to(RESULTS.parent.parent)}")


def measure(bases: list[Base]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The four pages of each base, Carnet and limit and all sizes by turns, so that all see the same machine."""
    servers: list[Served] = []
    asked: list[tuple[Base, str, Served, str, Served, str]] = []
    starts = []
    taken: dict[tuple[int, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    try:
        for base in bases:
            servers.append(carnet := serve(["-m", "webapp", "run", "--port", "{port}"], base.environment, "/healthz"))
            servers.append(limit := serve(["-m", "bench.limit", "{port}"], base.environment, "/list"))
            carnet.sign_in()
            asked += [(base, name, carnet, ours, limit, least) for name, (ours, least) in pages(base).items()]
        for _base, _name, carnet, ours, limit, least in asked:
            for _time in range(WARM_UP):
                carnet.time(ours)
                limit.time(least)
        for _round in range(ROUNDS):
            for base, name, carnet, ours, limit, least in asked:
                mine, bare = taken[base.size, name]
                mine.extend(carnet.time(ours) for _time in range(IN_A_ROW))
                bare.extend(limit.time(least) for _time in range(IN_A_ROW))
        for base, carnet in zip(bases, servers[::2], strict=True):
            start = {"engine": base.engine, "contacts": base.size, "seconds": round(carnet.started_in, 2)}
            starts.append(start | {"worker_mb": round(carnet.memory())})
    finally:
        for server in servers:
            server.stop()
    lines = []
    for base, name, *_servers in asked:
        ours_taken, least_taken = taken[base.size, name]
        mine_times, bare_times = Times.of(ours_taken), Times.of(least_taken)
        lines.append(
            {"engine": base.engine, "contacts": base.size, "page": name, "carnet_ms": asdict(mine_times),
             "limit_ms": asdict(bare_times), "times_limit": round(mine_times.p50 / bare_times.p50, 1)}
        )  # fmt: skip
    return lines, starts


def pages(base: Base) -> dict[str, tuple[str, str]]:
    """What is asked for: Carnet's address and the limit's, by name."""
    after = cursor("name", base.far_name, base.far_id)
    return {
        "list page": ("/contacts", "/list"),
        "far page": (f"/contacts?after={after}", "/far?" + urlencode({"name": base.far_name, "id": base.far_id})),
        "search": (f"/contacts?q={WORD}", f"/search?q={WORD}"),
        "file": (f"/contacts/{base.file_id}", f"/file/{base.file_id}"),
    }


def show(lines: list[dict[str, Any]], starts: list[dict[str, Any]]) -> None:
    """The table, and whether the list page keeps its promises."""
    print(f"{'':12}{'contacts':>9}  {'page':11}{'p50 ms':>8}{'p95 ms':>8}{'limit p50':>11}{'p95':>7}{'× limit':>9}")
    for line in lines:
        mine, bare = line["carnet_ms"], line["limit_ms"]
        print(
            f"{line['engine']:12}{line['contacts']:>9,}  {line['page']:11}{mine['p50']:>8.2f}{mine['p95']:>8.2f}"
            f"{bare['p50']:>11.2f}{bare['p95']:>7.2f}{line['times_limit']:>9.1f}"
        )
    for start in starts:
        print(
            f"{start['engine']:12}{start['contacts']:>9,}  first answer after {start['seconds']:.2f} s, "
            f"worker {start['worker_mb']} MB"
        )
    lists = [line for line in lines if line["page"] == "list page"]
    worst = max((line["times_limit"] for line in lists), default=0)
    print(f"List page: at most {worst} times the limit ({verdict(worst <= MOST_TIMES_LIMIT)}: {MOST_TIMES_LIMIT}).")
    for engine in dict.fromkeys(line["engine"] for line in lists):
        medians = [line["carnet_ms"]["p50"] for line in lists if line["engine"] == engine]
        growth = max(medians) / min(medians)
        print(
            f"List page on {engine}: {growth - 1:.0%} between the sizes "
            f"({verdict(growth <= MOST_GROWTH)}: {MOST_GROWTH - 1:.0%})."
        )


def verdict(holds: bool) -> str:
    """In one word."""
    return "within" if holds else "BEYOND"


if __name__ == "__main__":
    main()
