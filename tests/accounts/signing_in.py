"""What a person does at the sign-in pages, for the tests of this folder."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import sqlalchemy as sa

from webapp import testing
from webapp.accounts import second_factor, totp
from webapp.accounts.models import Throttle, User, UserSession
from webapp.acting import acting
from webapp.db import db, now


def enter(client: testing.Client, email: str, password: str = testing.PASSWORD, **more: str) -> Any:
    """Send the sign-in form."""
    return client.submit("/login", {"email": email, "password": password, **more})


def is_in(client: testing.Client) -> bool:
    """Whether this browser is signed in."""
    return bool(client.get("/contacts").status_code == 200)


def pass_time(**passed: float) -> None:
    """Let this much time pass for sessions and throttled tries, by moving what was noted back."""
    by = dt.timedelta(**passed)
    for model, columns in ((UserSession, ("seen_at", "created_at")), (Throttle, ("last_at", "blocked_until"))):
        for row in db.session.scalars(sa.select(model).execution_options(populate_existing=True)):
            for column in columns:
                if (moment := getattr(row, column)) is not None:
                    setattr(row, column, moment - by)
    db.session.flush()


def with_second_factor(user: User) -> tuple[str, list[str]]:
    """Switch the user's second factor on; returns the app's secret and the recovery codes."""
    secret = totp.new_secret()
    step = int(now().timestamp()) // totp.STEP
    with acting(user.act()):
        codes = second_factor.switch_on(user.id, secret, totp.code_at(secret, step))
    # The code of the set-up has served: tests ask for those after it.
    user.tf_last_step = step - 2
    db.session.flush()
    return secret, codes


def code(secret: str, steps: int = 0) -> str:
    """The code that the app shows now, or that many steps from now."""
    return totp.code_at(secret, int(now().timestamp()) // totp.STEP + steps)


def offered(page: str) -> tuple[str, str]:
    """The sealed secret of the set-up's form, and the secret as a person reads it."""
    sealed = re.search(r'name="offer" value="([^"]+)"', page)
    shown = re.search(r'id="key">([A-Z2-7 ]+)<', page)
    assert sealed
    assert shown
    return sealed[1], shown[1].replace(" ", "")
