"""The search for doubles as a job: its records are the scan's steps (spec E8, G3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plugins.duplicates import scan
from plugins.duplicates.models import DoubleScan
from webapp.api import Chunk, Job, _, need, start_job

KIND = "find_doubles"
AT_ONCE = 20
"""Steps in one transaction, while they are quick."""


def start(*, whole: bool = False) -> tuple[DoubleScan, Job]:
    """Begin a search as a job; raises `Refused` while another one is at work."""
    need("contacts.manage")
    begun = scan.begin(whole=whole)
    steps: Any = [None] * begun.steps
    job = start_job(KIND, {"scan": begun.id}, steps, total=begun.steps)
    begun.job_id = job.id
    return begun, job


def run(chunk: Chunk) -> None:
    """Do the next steps."""
    for item in chunk.items:
        chunk.done(item, reason=scan.step(chunk.params["scan"], item.position))


def title(params: Mapping[str, Any], total: int) -> str:
    """What the job is called."""
    return _("Search for doubles")


def final(params: Mapping[str, Any]) -> str:
    """There is nothing to take back."""
    return _("A search changes no contact: there is nothing to take back.")


def size(params: Mapping[str, Any]) -> int:
    """Steps of one chunk at most."""
    return AT_ONCE
