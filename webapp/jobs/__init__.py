"""Long work: progress, a result per record, stop, undo (spec G3). The `job` table is the truth."""
