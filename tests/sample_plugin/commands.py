"""`carnet partners`: counts them."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from sample_plugin import services


@click.command()
@with_appcontext
def partners() -> None:
    """Count the partners."""
    click.echo(f"{services.count()} partners")
