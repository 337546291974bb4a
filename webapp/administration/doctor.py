"""What `carnet doctor` looks at: each finding is one line that says what is wrong and what to do."""

from __future__ import annotations

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from webapp import references, schema
from webapp.acting import acting, acting_as_system
from webapp.db import db
from webapp.registry import registry


def examine() -> list[str]:
    """All findings; an empty list where all is well."""
    try:
        with db.engine.connect():
            pass
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")
        return [f"The database can't be reached ({reason}). Check CARNET_DATABASE_URL."]
    findings = [f"Plug-in {one.name} can't be loaded: {one.reason}" for one in registry().broken.values()]
    for row in schema.status(db.engine, registry()):
        if row["present"] != row["newest"]:
            findings.append(
                f"The schema of {row['owner']} is at {row['present'] or 'nothing'}, not {row['newest']}: "
                "run `carnet schema upgrade`."
            )
    if not findings:
        findings += [f"The schema differs from the models: {line}" for line in schema.drift(db.engine, registry())]
    if not findings:
        # What plug-ins look at is in tables that are as they should be.
        with acting(acting_as_system("job", "doctor")):
            findings += [line for check in registry().offers("checks") for line in check.find()]
    findings += references.undeclared(registry())
    folder = current_app.config["CARNET"].data_dir
    if not folder.is_dir():
        findings.append(f"The data folder {folder} is missing: create it or set CARNET_DATA_DIR.")
    return findings
