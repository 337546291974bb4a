"""Creating users, and the very first one (spec J1)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_security.utils import hash_password

from webapp.accounts.models import User
from webapp.accounts.passwords import check_password
from webapp.acting import ROLES, need
from webapp.db import db
from webapp.errors import Invalid, Refused
from webapp.i18n import _
from webapp.text import clean


def any_user() -> bool:
    """Whether somebody can sign in; before that the first run is open."""
    return db.session.scalar(sa.select(User.id).limit(1)) is not None


def check_user(name: str, email: str, role: str, user: User) -> tuple[str, str]:
    """Name and address of `user` as they are stored; raises `Invalid`, `Refused` where the address is another's."""
    name, address, errors = _identity(name, email, role)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    _require_free(address, user.id)
    return name, address


def _identity(name: str, email: str, role: str) -> tuple[str, str, dict[str, str]]:
    """Name and address as they are stored, with a sentence for each that can't be."""
    errors: dict[str, str] = {}
    name, address = clean(name), clean(email)
    try:
        address = validate_email(address, check_deliverability=False, test_environment=True).normalized.lower()
    except EmailNotValidError:
        errors["email"] = _("This is not an e-mail address: write it like name@example.com.")
    if role not in ROLES:
        errors["role"] = _("The role is reader, editor, manager or administrator.")
    if len(name) > 120:
        errors["name"] = _("At most %(most)s characters.", most=120)
    return name, address, errors


def _require_free(address: str, but: int | None = None) -> None:
    """Raise `Refused` where the address is another user's."""
    holder = db.session.scalar(sa.select(User.id).where(User.email == address))
    if holder is not None and holder != but:
        raise Refused(_("There is a user with this e-mail address already."), field="email")


def create_user(email: str, password: str | None, role: str, *, name: str = "", data_protection: bool = False) -> User:
    """A new user; raises `Invalid`. The first administrator has the data-protection permission.

    Without a password (None) the user can't sign in until one is set.
    """
    need("settings")
    name, address, errors = _identity(name, email, role)
    if password is not None:
        try:
            check_password(password, (name, address))
        except ValueError as error:
            errors["password"] = str(error)
    if errors:
        raise Invalid(_("Please correct what is marked."), errors)
    _require_free(address)
    first = role == "administrator" and db.session.scalar(sa.select(User.id).where(User.role == role).limit(1)) is None
    user = User(
        email=address,
        name=name,
        password=hash_password(password) if password is not None else None,
        role=role,
        data_protection=data_protection or first,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
    )
    db.session.add(user)
    db.session.flush()
    return user


def first_run_code(data_dir: Path) -> str:
    """The one-time code that lets someone become the first administrator, made when first asked for.

    It lies beside the data, readable by its owner alone, so that all worker processes know the same one.
    """
    path = data_dir / "first-run-code"
    data_dir.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        code = "-".join(secrets.token_hex(2) for _part in range(3))
        file.write(code)
    return code


def burn_first_run_code(data_dir: Path) -> None:
    """The code has served."""
    (data_dir / "first-run-code").unlink(missing_ok=True)


def find_user(*, id: int = 0, email: str = "") -> User | None:  # noqa: A002 - what it is called everywhere
    """Who is meant by an id, or by an address in whatever case; None for nobody, and for one who is switched off."""
    which = User.email == clean(email).lower() if email else User.id == id
    return db.session.scalar(sa.select(User).where(which, User.active))
