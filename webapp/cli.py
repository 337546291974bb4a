"""`carnet`: run, worker, schema, plugins, user, demo, doctor, and what plug-ins add (contract)."""

from __future__ import annotations

import copy
import json
import socket
import sys
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext

from webapp import schema, streams
from webapp.accounts import passwords, tokens
from webapp.accounts import services as accounts
from webapp.accounts.models import User
from webapp.acting import ROLES, acting, acting_as_system
from webapp.administration import doctor as examination
from webapp.administration import orphans
from webapp.contacts.models import Contact
from webapp.db import db, discard, is_unreachable, now, transaction
from webapp.errors import BootError, CarnetError, Missing, Refused
from webapp.jobs import runner
from webapp.jobs import worker as jobs_worker
from webapp.plugin import Plugin
from webapp.registry import Registry, registry


def main() -> None:
    """The console script: a user's mistake is one clear line on stderr and exit code 1, never a traceback."""
    import webapp

    streams.open_closed()
    try:
        group = FlaskGroup(
            create_app=webapp.create_app,
            add_default_commands=False,
            add_version_option=False,
            load_dotenv=False,
        )
        # Without its own way out, click hands the code of an Exit back instead of raising it.
        code = group.main(prog_name="carnet", standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(1)
    except (CarnetError, click.ClickException) as error:
        click.echo(f"carnet: {getattr(error, 'message', error)}", err=True)
        for name, text in getattr(error, "errors", {}).items():
            click.echo(f"  {name}: {text}", err=True)
        sys.exit(1)
    except (sa.exc.OperationalError, sa.exc.ProgrammingError) as error:
        reason = str(error.orig).strip().partition("\n")[0]
        remedy = "Check CARNET_DATABASE_URL, and run `carnet schema upgrade` once it can be reached."
        click.echo(f"carnet: The database can't be used ({reason}). {remedy}", err=True)
        sys.exit(1)
    if isinstance(code, int):
        sys.exit(code)


def attach(app: Flask, plugins: Registry) -> None:
    """Give `app` its commands: the core's, and those of plug-ins, which refuse while these are switched off."""
    app.cli.commands.clear()
    for owner in (plugins.core, *(plugins.installed[name] for name in sorted(plugins.allowed))):
        for command in owner.commands:
            app.cli.add_command(command if owner is plugins.core else _gated(command, owner))


def _gated(command: click.Command, owner: Plugin) -> click.Command:
    """The command as it runs while its plug-in is switched on."""
    gated = copy.copy(command)

    def invoke(ctx: click.Context) -> Any:
        with current_app.app_context():
            if not registry().is_enabled(owner.name):
                raise Refused(f"{owner.name} is switched off: switch it on in Settings › Plug-ins.")
        return command.invoke(ctx)

    gated.invoke = invoke  # type: ignore[method-assign]
    return gated


def as_system(way: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A command acts in the operator's name, in one transaction."""

    def wrap(command: Callable[..., Any]) -> Callable[..., Any]:
        def run_it(*args: Any, **kwargs: Any) -> Any:
            with acting(acting_as_system(way)), transaction():
                return command(*args, **kwargs)

        run_it.__name__, run_it.__doc__ = command.__name__, command.__doc__
        return with_appcontext(run_it)

    return wrap


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--workers", default=1, show_default=True, help="Processes that answer requests.")
@click.option("--no-worker", is_flag=True, help="Run no jobs: `carnet worker` does, here or elsewhere.")
@with_appcontext
def run(host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve Carnet, and run its jobs beside it."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    settings = current_app.config["CARNET"]
    _require_schema()
    _require_free(host, port)
    address = settings.base_url or f"http://{host}:{port}"
    click.echo(f"Carnet is served at {address}")
    if not accounts.any_user():
        code = accounts.first_run_code(settings.data_dir)
        click.echo(f"First run: open {address}/first-run and give this one-time code: {code}")
    sqlite = settings.database_url.startswith("sqlite")
    db.session.remove()
    db.engine.dispose()
    server = Granian(
        "webapp.cli:wsgi",
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.WSGI,
        blocking_threads=1 if sqlite else 2,
        factory=True,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    )
    with nullcontext() if no_worker else jobs_worker.beside():
        server.serve()


@click.command()
@click.option("--parent", type=int, hidden=True, help="Stop when this process, which started the worker, has ended.")
@click.option("--after", type=int, hidden=True, help="Take over at once what this process, which has ended, held.")
@click.option(
    "--stale-after", type=click.FloatRange(1), default=runner.STALE_S, show_default=True,
    help="Seconds without a sign of life after which a job is taken from another worker.",
)  # fmt: skip
@with_appcontext
def worker(parent: int | None, after: int | None, stale_after: float) -> None:
    """Run jobs, as many workers as wanted; on SIGTERM it finishes the records at hand and leaves the rest to others."""
    _require_schema()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    db.session.remove()
    jobs_worker.serve(app, parent=parent, after=after, stale_s=stale_after)


def _require_schema() -> None:
    if not schema.is_current(db.engine, registry()):
        raise BootError("The database is not up to date: run `carnet schema upgrade` first.")


def _require_free(host: str, port: int) -> None:
    """The server's workers share a port, so it would never notice that another program has it already."""
    try:
        family, kind, protocol, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        raise BootError(
            f"{host}:{port} can't be served ({error.strerror}): choose another by --host or --port."
        ) from None


def wsgi() -> Flask:
    """The application, for the server's worker processes."""
    import gc

    import webapp

    app = webapp.create_app()
    # What is loaded now stays for good: the collector need not look at it again with every few pages.
    gc.collect()
    gc.freeze()
    return app


@click.group("schema")
def schema_group() -> None:
    """Migrations of the core and of every installed plug-in."""


@schema_group.command()
@with_appcontext
def upgrade() -> None:
    """Bring the database to this version, all of it or nothing."""
    applied = schema.upgrade(db.engine, registry())
    for line in applied:
        click.echo(line)
    click.echo(f"Up to date ({len(applied)} applied).")


@schema_group.command()
@with_appcontext
def status() -> None:
    """Show each owner's present and newest revision."""
    for row in schema.status(db.engine, registry()):
        mark = "" if row["present"] == row["newest"] else "  (upgrade)"
        click.echo(f"{row['owner']:16} {row['present'] or '-':8} {row['newest'] or '-':8}{mark}")


@click.group("plugins", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Name and state of each, as JSON.")
@click.pass_context
def plugins_command(ctx: click.Context, as_json: bool) -> None:
    """List the plug-ins and their states: enabled, off, broken, orphaned (its package is gone, its data is not)."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_plugins, as_json=as_json)


@with_appcontext
def list_plugins(as_json: bool) -> None:
    """What `carnet plugins` prints."""
    rows = registry().overview()
    try:
        with acting(acting_as_system("form")):
            rows += [{"name": one.name, "state": "orphaned"} for one in orphans.orphans()]
    except sa.exc.SQLAlchemyError as error:
        # What is installed can be told without a database.
        if not is_unreachable(error):
            raise
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        reason = f"  {registry().broken[row['name']].reason}" if row["state"] == "broken" else ""
        click.echo(f"{row['name']:16} {row['state']}{reason}")


@plugins_command.command("new")
@click.argument("name")
@click.option("--folder", default=".", type=click.Path(file_okay=False, path_type=Path), help="Where it is put.")
def new_plugin(name: str, folder: Path) -> None:
    """Write a plug-in to begin with: it works, and its tests pass."""
    from webapp import skeleton

    for path in skeleton.write(name, folder):
        click.echo(path)
    click.echo(f"Next: cd {folder / name} && pip install -e '.[dev]' && pytest")


@plugins_command.command("purge")
@click.argument("name")
@click.option("--export", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where its rows are written.")
@click.option("--confirm", help="Its name once more, instead of typing it when asked.")
@with_appcontext
def purge_plugin(name: str, file: Path | None, confirm: str | None) -> None:
    """Write all rows of a plug-in that is off or gone to a ZIP file, then delete them for good."""
    _require_schema()
    with acting(acting_as_system("form")), transaction():
        orphan = orphans.find(name)
        for table in orphan.tables:
            click.echo(f"{table.name}: {orphan.rows[table.name]} rows")
        file = file or Path(f"carnet-{name}-{now():%Y-%m-%d}.zip")
        with orphans.export(name) as rows:
            file.write_bytes(rows.read())
        click.echo(f"Exported to {file}.")
        typed = confirm if confirm is not None else click.prompt("There is no way back. Type the plug-in's name")
        orphans.purge(name, str(typed))
    click.echo(f"All data of {name} is deleted.")


@click.group()
def user() -> None:
    """Users."""


@user.command("add")
@click.argument("email")
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--name", default="")
@click.option("--data-protection", is_flag=True, help="May anonymise and handle access and erasure cases.")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input.")
@as_system("form")
def add_user(email: str, role: str, name: str, data_protection: bool, password_stdin: bool) -> None:
    """Add a user; the first administrator has the data-protection permission."""
    password = _asked_password(password_stdin)
    created = accounts.create_user(email, password, role, name=name, data_protection=data_protection)
    click.echo(f"{created.email} is {created.role}.")


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from the standard input.")
@as_system("form")
def user_password(email: str, password_stdin: bool) -> None:
    """Set a user's password; all their sessions end."""
    found = db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if found is None:
        raise Missing("There is no user with this e-mail address.")
    passwords.set_password(found.id, _asked_password(password_stdin))
    click.echo(f"{found.email} signs in with the new password.")


def _asked_password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


@click.group()
def token() -> None:
    """Tokens for the API."""


def _user(email: str) -> User:
    found = db.session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if found is None:
        raise Missing(f"There is no user {email}: add one by `carnet user add`.")
    return found


@token.command("add")
@click.argument("email")
@click.option("--scope", type=click.Choice(list(tokens.SCOPES)), required=True)
@click.option("--name", default="carnet token", help="Who uses it.")
@as_system("form")
def add_token(email: str, scope: str, name: str) -> None:
    """Make a token of a user, and print it: it can't be shown again."""
    _made, secret = tokens.create(_user(email), name, scope)
    click.echo(secret)


@token.command("list")
@click.argument("email", required=False)
@as_system("form")
def list_tokens(email: str | None) -> None:
    """List the tokens that let someone in: id, user, scope, last used, name."""
    for one in tokens.of_user(_user(email).id if email else None):
        owner = db.session.get_one(User, one.user_id)
        used = one.used_at.isoformat(timespec="minutes") if one.used_at else "never used"
        click.echo(f"{one.id}\t{owner.email}\t{one.scope}\t{used}\t{one.name}")


@token.command("end")
@click.argument("id", type=int)
@as_system("form")
def end_token(id: int) -> None:  # noqa: A002
    """End a token: from now on it lets nobody in."""
    click.echo(f"Token {tokens.end(id).id} has ended.")


@click.command()
@click.argument("n", type=click.IntRange(0, 10_000_000))
@click.option("--seed", default=1, show_default=True, help="The same seed makes the same base.")
@click.option("--if-empty", is_flag=True, help="Do nothing where there is a contact already.")
@with_appcontext
def demo(n: int, seed: int, if_empty: bool) -> None:
    """Fill the base with N made-up contacts with functions and links."""
    from webapp.demo import fill

    _require_schema()
    if n == 0 or (if_empty and db.session.scalar(sa.select(Contact.id).limit(1)) is not None):
        return
    discard()
    with acting(acting_as_system("job", "demo")):
        then = " written; their indexes are made …" if n >= fill.FROM_MANY else ""
        fill.fill(n, seed, lambda done: click.echo(f"\r{done}/{n}{then if done == n else ''}", nl=False, err=True))
    click.echo(err=True)
    click.echo(f"{n} contacts made.")


@click.command()
@with_appcontext
def doctor() -> None:
    """Check configuration, database, schema, plug-ins, number ranges and references; exit 1 with what is wrong."""
    findings = examination.examine()
    for line in findings:
        click.echo(line)
    if findings:
        raise click.exceptions.Exit(1)
    click.echo("All is well.")


COMMANDS = (run, worker, schema_group, plugins_command, user, token, demo, doctor)
"""The core's own."""
