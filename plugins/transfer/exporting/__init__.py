"""Taking contacts out of Carnet: what of them, as which kind of file, at once or by a job (spec H4)."""
