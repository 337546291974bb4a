"""Offers that work on many records: mass actions, kinds of jobs, and what both tell of each record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from webapp.plugin.fields import Field, Label, Text


@dataclass(frozen=True)
class Outcome:
    """What became of one record: `reason` in the user's words, `before` (JSON) what taking it back needs."""

    what: Literal["done", "skipped", "failed"]
    reason: Text = ""
    before: Any = None


Outcomes = Mapping[int, Outcome]
"""By contact id."""


@dataclass(frozen=True, kw_only=True)
class MassAction:
    """What can be done to many contacts (spec G2).

    `run(ids, values)` does it to a chunk of them, in the transaction at hand, and tells each one's outcome;
    `webapp.api.each` makes it out of what does one. Work that keeps something from chunk to chunk, such as a file, is
    `work(chunk, values)` instead. `values` are what `fields(values)` ask the user beforehand,
    checked; what is asked may follow from what was answered so far. `check(ids, values)` names, without changing
    anything, the contacts that would be skipped or refused, and why; of no contact at all it is asked whether the
    values can be right, and raises `Invalid` where not. `undo(befores, values)` takes back what `run` did:
    by contact id the `before` of its outcome; where there is no way back, `final(values)` says so in a sentence.
    `title(number, values)` says verb and number, `ahead(number, values)` the same before it is done, together with
    what is known only until then. `functions` limits it to some lists; `of` tells whether lists of live or of archived
    contacts offer it. `chunk` contacts are done at once.

    What is looked at as a whole, such as a merge, has a page of its own instead: `page(ids)` is its address for at
    most `most` contacts, to which the list's address is added as `back`; it raises `Invalid` where these can't be done.
    `call` is the API's own call for it, which is named to who asks for a job.
    """

    key: str
    label: Label
    icon: str
    run: Callable[[Sequence[int], Mapping[str, Any]], Outcomes] | None = None
    work: Callable[[Any, Mapping[str, Any]], None] | None = None
    title: Callable[[int, Mapping[str, Any]], Text] | None = None
    ahead: Callable[[int, Mapping[str, Any]], Text] | None = None
    check: Callable[[Sequence[int], Mapping[str, Any]], Outcomes] | None = None
    page: Callable[[Sequence[int]], str] | None = None
    call: str = ""
    most: int = 500
    fields: Callable[[Mapping[str, Any]], Sequence[Field]] | None = None
    undo: Callable[[Mapping[int, Any], Mapping[str, Any]], Outcomes] | None = None
    final: Callable[[Mapping[str, Any]], Text] = lambda values: ""
    warning: Label = ""
    functions: tuple[str, ...] = ()
    of: Literal["live", "archived"] = "live"
    right: str = "contacts.manage"
    chunk: int = 100
    order: int = 100


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """Long work on many records (spec G3), done chunk by chunk, each in its own transaction.

    `run(chunk)` does the records of a `webapp.jobs.chunk.Chunk` and tells each one's outcome there. `title(params,
    total)` names the job in the user's words. `undo(chunk)` takes the records back that an earlier job did;
    `final(params)` says why there is no way back, empty where there is one. `size(params)` records are one chunk.
    `right(params)` is asked anew before each chunk, of the user who started it.
    """

    key: str
    run: Callable[[Any], None]
    title: Callable[[Mapping[str, Any], int], Text]
    undo: Callable[[Any], None] | None = None
    final: Callable[[Mapping[str, Any]], Text] = lambda params: ""
    size: Callable[[Mapping[str, Any]], int] = lambda params: 100
    right: Callable[[Mapping[str, Any]], str] = lambda params: "contacts.manage"
