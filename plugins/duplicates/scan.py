"""Searching the base for doubles, step by step: each is short, and a transaction of its own (spec E8).

1. Make the keys of contacts that have none, or others than they should; 2. make the keys' indexes, where the first
step went without; 3. for the whole base, learn the weights; 4. compare; 5. forget what is no longer so.
A step needs nothing but the database, so a scan that was stopped goes on where it was, in whichever process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from plugins.duplicates import blocks, keeping, loading, pairs
from plugins.duplicates.compare import Pattern
from plugins.duplicates.keys import RULES
from plugins.duplicates.matching import KINDS, Matcher, Pair, keys_by_slot, learn_kind, models
from plugins.duplicates.models import SLOTS, DoubleKey, DoubleModel, DoubleScan
from plugins.duplicates.profiles import parse
from plugins.duplicates.scoring import Scorer
from webapp.api import Contact, Job, Missing, Refused, _, act, db, fetch, live, need, ngettext, now

PORTION = 5_000
"""Contacts whose keys are made in one step."""
PART = 20_000
"""Contacts' keys of one slot that are compared in one step."""
NEW_STEPS = 50
FEW_NEW = 200
"""New contacts that are compared in one step, unless there are so many that `NEW_STEPS` are not enough."""
MANY = 20_000
"""As many contacts without keys are loaded without indexes, if they are most of the base."""
GROWN = 0.2
"""A base of which so much is new is learnt and searched as a whole."""
LEARNT_FROM = 60_000
"""Pairs from which weights are learnt."""
OVERLAP = 120
"""Seconds that a scan looks back beyond where the last one ended: on PostgreSQL, what began then may end now."""


@dataclass
class _State:
    """What is kept in memory between the steps of one scan, and can be had anew."""

    scan_id: int
    matcher: Matcher
    learner: Matcher
    loader: loading.Loader | None = None


_kept: list[_State] = []


def latest() -> DoubleScan | None:
    """The last scan, ended or not."""
    return db.session.scalar(sa.select(DoubleScan).order_by(DoubleScan.id.desc()).limit(1))


def last_whole() -> DoubleScan | None:
    """The last scan of the whole base that came to its end."""
    query = sa.select(DoubleScan).where(DoubleScan.whole, DoubleScan.ended_at.is_not(None), DoubleScan.found >= 0)
    return db.session.scalar(query.order_by(DoubleScan.id.desc()).limit(1))


def begin(*, whole: bool = False) -> DoubleScan:
    """A new scan, of the whole base where that is wanted or needed, with all its steps before it.

    Raises `Refused` while another one is at work as a job.
    """
    need("contacts.manage")
    open_one = latest()
    if open_one is not None and open_one.ended_at is None:
        _refuse_running(open_one)
        # What was left lying is taken up by this one, which begins anew.
        whole = whole or open_one.whole
        open_one.ended_at, open_one.found = now(), -1
    number = fetch(live().with_only_columns(sa.func.count())).scalar_one()
    keyed = fetch(sa.select(sa.func.count()).select_from(DoubleKey).where(DoubleKey.place == 0)).scalar_one()
    before = last_whole()
    whole = whole or before is None or _is_outgrown(before, number)
    last_id = fetch(sa.select(sa.func.max(Contact.id))).scalar_one() or 0
    width = max(PORTION, -(-last_id // 4_000))
    parts = max(1, number // PART)
    is_loading = whole and number - keyed >= MANY and keyed < number / 2
    plan = {
        "width": width,
        "portions": -(-last_id // width),
        "indexes": loading.INDEXES if is_loading else 1,
        "parts": parts,
        "learning": min(parts, max(1, -(-parts * LEARNT_FROM // max(number, 1)))),
        "limits": [] if whole or before is None else before.plan["limits"],
        "since": 0 if before is None else _since(),
    }
    found = DoubleScan(whole=whole, plan=plan, contacts=number, user_id=act().user_id, is_loading=is_loading)
    found.steps = sum(_stages(found).values())
    db.session.add(found)
    db.session.flush()
    return found


def _since() -> int:
    """From when on contacts are new to the next scan: where the last one that came to its end began to compare."""
    ended = sa.select(DoubleScan.mark).where(DoubleScan.ended_at.is_not(None), DoubleScan.found >= 0)
    mark = fetch(ended.order_by(DoubleScan.id.desc()).limit(1)).scalar() or 0
    return mark - (OVERLAP if db.session.get_bind().dialect.name != "sqlite" else 1)


def _is_outgrown(before: DoubleScan, number: int) -> bool:
    """Whether what was learnt then may not fit the base of now."""
    rules = fetch(sa.select(sa.func.min(DoubleModel.rules))).scalar()
    return rules != RULES or number > before.contacts * (1 + GROWN)


def _refuse_running(scan: DoubleScan) -> None:
    if scan.job_id is None:
        return
    state = fetch(sa.select(Job.state).where(Job.id == scan.job_id)).scalar()
    if state in ("queued", "running"):
        raise Refused(_("A search for doubles is at work already: wait for its end, or stop it."), job=scan.job_id)


def _stages(scan: DoubleScan) -> dict[str, int]:
    """How many steps each stage has, in their order."""
    plan = scan.plan
    stages = {"keys": plan["portions"], "indexes": plan["indexes"], "limits": 1}
    if scan.whole:
        stages |= {"learn": SLOTS + len(KINDS), "compare": SLOTS * plan["parts"]}
    else:
        stages |= {"new": NEW_STEPS}
    return stages | {"end": 1}


def step(scan_id: int, number: int) -> str:
    """Do one step, the first being 1; returns what was done, in words. Raises `Refused` where it is not its turn."""
    scan = db.session.get(DoubleScan, scan_id)
    if scan is None:
        raise Missing(_("There is no such search for doubles."))
    if scan.ended_at is not None or scan.step != number - 1:
        raise Refused(_("This search for doubles was given up: start a new one."))
    at = number - 1
    stages = iter(_stages(scan).items())
    stage, steps = next(stages)
    while at >= steps:
        at -= steps
        stage, steps = next(stages)
    said: str = _STEPS[stage](scan, at)
    scan.step = number
    db.session.flush()
    return said


# --- 1, 2: keys -------------------------------------------------------------------------------------------


def _keys(scan: DoubleScan, at: int) -> str:
    """Make the keys of one portion of contacts, where they are not as they should be."""
    state = _state(scan)
    if scan.is_loading and at == 0:
        loading.drop_indexes()
    width = scan.plan["width"]
    made = state.loader.load(at * width + 1, (at + 1) * width) if state.loader else 0
    if not state.loader:
        made = _renewed(at * width + 1, (at + 1) * width)
    return ngettext("Keys of %(num)s contact made", "Keys of %(num)s contacts made", made)


def _renewed(first: int, last: int) -> int:
    between = Contact.id.between(first, last)
    fits = sa.and_(DoubleKey.version == Contact.version, DoubleKey.rules == RULES)
    here = sa.and_(DoubleKey.contact_id == Contact.id, DoubleKey.place == 0)
    query = live().with_only_columns(Contact.id).join(DoubleKey, here, isouter=True)
    stale = fetch(query.where(between, sa.or_(DoubleKey.contact_id.is_(None), ~fits))).scalars().all()
    there = live().with_only_columns(Contact.id).where(between)
    # Archived, binned, merged: nobody's doubles.
    gone = sa.delete(DoubleKey).where(DoubleKey.contact_id.between(first, last), DoubleKey.contact_id.not_in(there))
    fetch(gone)
    for start in range(0, len(stale), keeping.AT_ONCE):
        keeping.renew(stale[start : start + keeping.AT_ONCE], lock=True)
    return len(stale)


def _indexes(scan: DoubleScan, at: int) -> str:
    if scan.is_loading:
        _drop_loader(_state(scan))
        loading.make_index(at)
        if at == loading.INDEXES - 1:
            scan.is_loading = False
            loading.analyse()
    return ""


def _limits(scan: DoubleScan, _at: int) -> str:
    """Reckon how many contacts may share a key; from now on what is made is new to the next scan."""
    plan = dict(scan.plan)
    plan["limits"] = plan["limits"] or blocks.limits(scan.contacts, plan["parts"])
    scan.plan, scan.mark = plan, keeping.seconds()
    _state(scan).matcher.limits = plan["limits"]
    return ""


# --- 3: learning ------------------------------------------------------------------------------------------


def _learn(scan: DoubleScan, at: int) -> str:
    """Count the patterns of some pairs of a slot; after the last slot, learn the weights of each kind from all."""
    plan = dict(scan.plan)
    if at < SLOTS:
        counted: dict[str, Counter[str]] = {kind: Counter(plan.get(f"patterns_{kind}", {})) for kind in KINDS}
        matcher = _state(scan).learner
        matcher.limits = plan["limits"]
        for part in range(plan["learning"]):
            found = matcher.patterns(at, blocks.counted(at, part, plan["parts"]))
            for kind, patterns in found.items():
                counted[kind].update({_text(pattern): number for pattern, number in patterns.items()})
        matcher.complete.append(at)
        scan.plan = plan | {f"patterns_{kind}": dict(numbers) for kind, numbers in counted.items()}
        return ""
    kind = KINDS[at - SLOTS]
    scale = plan["parts"] / plan["learning"]
    kept = plan.pop(f"patterns_{kind}", {})
    learn_kind(kind, {_pattern(text): number * scale for text, number in kept.items()})
    scan.plan = plan
    return ""


def _text(pattern: Pattern) -> str:
    return ",".join(map(str, pattern))


def _pattern(text: str) -> Pattern:
    return tuple(map(int, text.split(",")))


# --- 4, 5: comparing --------------------------------------------------------------------------------------


def _compare(scan: DoubleScan, at: int) -> str:
    """Compare the pairs that share a key of one part of a slot."""
    matcher = _ready(scan)
    slot, part = divmod(at, scan.plan["parts"])
    if part == 0:
        matcher.left_out.pop(slot, None)
        matcher.begun.add(slot)
    compared, found = matcher.matched(slot, blocks.counted(slot, part, scan.plan["parts"]))
    if part == scan.plan["parts"] - 1 and slot in matcher.begun:
        matcher.complete.append(slot)
    scan.compared += compared
    scan.found += pairs.keep(found, scan.id)
    return ngettext("%(num)s pair compared", "%(num)s pairs compared", compared)


def _new(scan: DoubleScan, at: int) -> str:
    """Compare some of the contacts that are new with all others."""
    plan = dict(scan.plan)
    since = sa.and_(DoubleKey.made >= plan["since"], DoubleKey.place == 0)
    if at == 0:
        plan["new"] = fetch(sa.select(sa.func.count()).select_from(DoubleKey).where(since)).scalar_one()
    most = max(FEW_NEW, -(-plan["new"] // NEW_STEPS) + 1)
    query: Any = sa.select(DoubleKey.contact_id, DoubleKey.profile).where(
        since, DoubleKey.contact_id > plan.get("after", 0)
    )
    rows: Any = fetch(query.order_by(DoubleKey.contact_id).limit(most)).all()
    compared = 0
    if rows:
        compared = compare_new(_ready(scan), {row[0]: row[1] for row in rows}, scan)
        plan["after"] = rows[-1][0]
    scan.plan = plan
    return ngettext("%(num)s pair compared", "%(num)s pairs compared", compared)


def compare_new(matcher: Matcher, texts: Mapping[int, str], scan: DoubleScan) -> int:
    """Compare these contacts, given their profiles as text, with all others; returns how many pairs that were."""
    pairs.drop_of(list(texts))
    new, compared = set(texts), 0
    found: list[Pair] = []
    matcher.left_out, matcher.complete = {}, []
    for slot, keys in enumerate(keys_by_slot([parse(text) for text in texts.values()])):
        if keys:
            number, more = matcher.matched(slot, blocks.counted_of(slot, list(keys)), new)
            compared, found = compared + number, found + more
        matcher.complete.append(slot)
    scan.compared += compared
    scan.found += pairs.keep(found, scan.id)
    return compared


def _end(scan: DoubleScan, _at: int) -> str:
    if scan.whole:
        pairs.drop_unseen(scan.id)
    scan.ended_at = now()
    _kept.clear()
    return ngettext("%(num)s new pair found", "%(num)s new pairs found", scan.found)


def _drop_loader(state: _State) -> None:
    if state.loader:
        state.loader.close()
    state.loader = None


def _state(scan: DoubleScan) -> _State:
    if not _kept or _kept[0].scan_id != scan.id:
        for old in _kept:
            _drop_loader(old)
        loader = loading.Loader(scan.contacts) if scan.is_loading else None
        limits = scan.plan["limits"]
        _kept[:] = [_State(scan.id, Matcher(limits=limits), Matcher(limits=limits), loader)]
    return _kept[0]


def _ready(scan: DoubleScan) -> Matcher:
    matcher = _state(scan).matcher
    if not matcher.scorers:
        matcher.limits = scan.plan["limits"]
        matcher.scorers = {kind: Scorer(model) for kind, model in models().items()}
    return matcher


_STEPS: dict[str, Any] = {
    "keys": _keys, "indexes": _indexes, "limits": _limits, "learn": _learn, "compare": _compare, "new": _new,
    "end": _end,
}  # fmt: skip
