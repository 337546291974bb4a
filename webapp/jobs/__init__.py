"""Long work: progress, a result per record, stop, undo (spec G3). The `job` table is the truth."""

from webapp.jobs.chunk import Chunk
from webapp.jobs.runner import run_here, work
from webapp.jobs.services import INLINE, start

__all__ = ["INLINE", "Chunk", "run_here", "start", "work"]
