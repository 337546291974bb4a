"""Taking an import back as a job, the last row first, and what became of each row (spec H2)."""

from __future__ import annotations

from dataclasses import replace

from plugins.transfer.models import StagedRow
from plugins.transfer.taking_back import take_back
from webapp.api import Chunk, act, acting, update_many


def undo(chunk: Chunk) -> None:
    """Take a chunk of an import back."""
    import_id = chunk.params["import"]
    befores = {item.position: item.before for item in chunk.items}
    with acting(replace(act(), way="undo", source=f"import:{import_id}")):
        told = take_back({at: before["of"] for at, before in befores.items()})
    rows = []
    for item in chunk.items:
        before, fate = befores[item.position], told[item.position]
        chunk.tell(item, fate)
        word = "stays" if fate.what != "done" else "gone" if before["of"].get("new") else "set_back"
        rows.append({"import_id": import_id, "number": before["row"], "undone": word, "told": str(fate.reason)})
    update_many(StagedRow, rows, by=("import_id", "number"))
