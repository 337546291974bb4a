"""`make bench`: what Carnet promises about speed and memory, measured on two databases beside the limit."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import re
import sys
from dataclasses import asdict
from pathlib import Path

from bench.bases import RESULTS, ROOT, prepare
from bench.figures import GROUPS, Figure, measure

SIZES = (1_000, 1_000_000)
ENGINES = ("sqlite", "postgresql")
PAPER = ROOT / "docs" / "performance.md"
FROM, TO = "<!-- figures -->\n", "<!-- end of figures -->"


def main() -> None:
    """Measure, print the table, write the JSON file, and the paper where that is wanted."""
    sys.stdout.reconfigure(line_buffering=True)
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="contacts in each base")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--only", type=_groups, default=set(GROUPS), help=f"some of: {','.join(GROUPS)}")
    parser.add_argument("--write", action="store_true", help=f"keep the table in {PAPER.relative_to(ROOT)}")
    chosen = parser.parse_args()
    figures: list[Figure] = []
    for engine in chosen.engines:
        bases = [prepare(engine, size) for size in chosen.sizes]
        there = [base for base in bases if not isinstance(base, str)]
        for reason in {base for base in bases if isinstance(base, str)}:
            print(reason)
        if there:
            found = measure(there, chosen.only)
            show(found)
            figures += found
    path = RESULTS / f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H%M%S}.json"
    told = {"machine": machine(), "figures": [asdict(one) for one in figures]}
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    print(f"\nWritten to {path.relative_to(ROOT)}")
    if chosen.write:
        keep(figures)
        print(f"Kept in {PAPER.relative_to(ROOT)}")


def _groups(text: str) -> set[str]:
    found = set(text.split(","))
    if unknown := found - set(GROUPS):
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(sorted(unknown))}")
    return found


def show(figures: list[Figure]) -> None:
    """The table."""
    for one in figures:
        times = one.details.get("carnet_ms")
        bare = one.details.get("limit_ms")
        ms = f"{times['p50']:.2f} / {times['p95']:.2f} ms; limit {bare['p50']:.2f} ms" if times and bare else ""
        print(
            f"{one.engine:11}{one.contacts:>10,}  {one.name:32}{one.measured:>28}  {one.must:20}{verdict(one):7}  {ms}"
        )
        if rate := one.details.get("carnet"):
            work = f"{one.details['carnet_work_ms']} ms of work each; limit {one.details['limit_work_ms']} ms"
            print(" " * 23 + f"{rate} per second, {work}; limit {one.details['limit']} per second")
        if done := one.details.get("done"):
            seconds, worked = one.details["seconds"], one.details["worked"]
            print(" " * 23 + f"{done:,} in {seconds:.1f} s, of which the worker computed {worked:.1f} s")
        if slowest := one.details.get("slowest_ms"):
            print(" " * 23 + "slowest: " + ", ".join(f"{word!r} {took} ms" for word, took in slowest.items()))


def verdict(figure: Figure) -> str:
    """In one word; nothing where nothing is promised."""
    return "" if figure.within is None else "within" if figure.within else "BEYOND"


def keep(figures: list[Figure]) -> None:
    """Put the table into the paper: both engines beside each other."""
    largest = max(one.contacts for one in figures)
    rows: dict[str, dict[str, Figure]] = {}
    for one in figures:
        if one.contacts == largest:
            rows.setdefault(one.name, {})[one.engine] = one
    table = ["| at 1,000,000 contacts | must reach | SQLite | PostgreSQL |", "|---|---|---|---|"]
    for name, engines in rows.items():
        must = next((one.must for one in engines.values()), "")
        cells = [_cell(engines.get(engine)) for engine in ENGINES]
        table.append(f"| {name} | {must or '–'} | {' | '.join(cells)} |")
    when = f"Measured on {dt.datetime.now(dt.UTC):%-d %B %Y}: {machine()}."
    text = PAPER.read_text()
    before, _from, rest = text.partition(FROM)
    _old, _to, after = rest.partition(TO)
    lines = "\n".join(table)
    PAPER.write_text(f"{before}{FROM}{lines}\n\n{when}\n{TO}{after}")


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    times, bare = figure.details.get("carnet_ms"), figure.details.get("limit_ms")
    took = times["p95" if figure.name.endswith("p95") else "p50"] if times else 0
    ms = f" ({took:.1f} ms; limit {bare['p50']:.2f} ms)" if times and bare else ""
    beyond = " **BEYOND**" if figure.within is False else ""
    return f"{figure.measured}{ms}{beyond}"


def machine() -> str:
    """What it was measured on."""
    model = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    total = re.search(r"MemTotal:\s+(\d+)", _read("/proc/meminfo"))
    memory = f"{int(total[1]) / 2**20:.0f} GiB, " if total else ""
    return (
        f"{os.cpu_count()} cores ({model[1].strip() if model else platform.machine()}), {memory}{platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


if __name__ == "__main__":
    main()
