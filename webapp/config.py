"""What a deployment sets, read once from `CARNET_…` variables and checked at start."""

from __future__ import annotations

import importlib.util
import os
import re
import secrets
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from webapp.errors import BootError
from webapp.smtp import read_url

HOME = Path(__file__).parent
ROOT = HOME.parent
TEMPLATES = HOME / "templates" if (HOME / "templates").is_dir() else ROOT / "templates"
STATIC = HOME / "static" if (HOME / "static").is_dir() else ROOT / "static"
"""In a checkout they lie at the top, in an installed package inside `webapp`."""

KNOWN = {
    "DATABASE_URL",
    "SECRET_KEY",
    "PLUGINS",
    "BASE_URL",
    "LOCALE",
    "TIMEZONE",
    "DATA_DIR",
    "TRUSTED_HOSTS",
    "MAIL_URL",
    "REQUIRE_TOTP",
    "PROXIES",
    "REDIS_URL",
    "EMBED_ORIGINS",
}

ORIGIN = r"https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?"
"""Scheme, host and port as browsers send them; a name in other letters is written in its ASCII form."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """A checked configuration. `plugins` is None where the deployment names none (all shipped ones are on)."""

    database_url: str
    secret_key: str = field(repr=False)
    data_dir: Path
    plugins: tuple[str, ...] | None = None
    base_url: str = ""
    locale: str = "en"
    timezone: str = "Europe/Paris"
    trusted_hosts: tuple[str, ...] = ()
    mail_url: str = field(default="", repr=False)
    require_totp: bool = False
    proxies: int = 0
    redis_url: str = field(default="", repr=False)
    embed_origins: tuple[str, ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether cookies may be `Secure` (contract: by `CARNET_BASE_URL`)."""
        return self.base_url.startswith("https://")


def _secret(given: str | None, data_dir: Path) -> str:
    """The given key, else one made once and kept beside the data, readable by its owner alone."""
    if given:
        if len(given) < 16:
            raise BootError("CARNET_SECRET_KEY is too short: give at least 16 characters of random text.")
        return given
    path = data_dir / "secret_key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    except OSError as error:
        raise BootError(f"Cannot write to {data_dir}: set CARNET_DATA_DIR to a writable folder. ({error})") from None
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def read(environ: Mapping[str, str]) -> Config:
    """Check the `CARNET_…` variables; raises `BootError` naming the variable and the remedy."""
    given = {key.removeprefix("CARNET_"): value for key, value in environ.items() if key.startswith("CARNET_")}
    for unknown in sorted(given.keys() - KNOWN):
        raise BootError(f"CARNET_{unknown} is not a setting of Carnet. Known: {', '.join(sorted(KNOWN))}.")
    instance = Path(environ.get("PWD", ".")) / "instance" if not (ROOT / "wsgi.py").is_file() else ROOT / "instance"
    url = given.get("DATABASE_URL") or f"sqlite:///{instance / 'carnet.db'}"
    data_dir = Path(given["DATA_DIR"]) if given.get("DATA_DIR") else _data_dir(url, instance)
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite://", "postgresql+psycopg://")):
        raise BootError("CARNET_DATABASE_URL must begin with sqlite:/// or postgresql+psycopg://.")
    _check_url(url)
    names = given.get("PLUGINS")
    locale = given.get("LOCALE", "en")
    if locale not in ("fr", "en", "de"):
        raise BootError("CARNET_LOCALE must be fr, en or de.")
    timezone = given.get("TIMEZONE", "Europe/Paris")
    try:
        zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise BootError("CARNET_TIMEZONE must name a time zone such as Europe/Paris.") from None
    base_url = given.get("BASE_URL", "").rstrip("/")
    hosts = [host.strip() for host in given.get("TRUSTED_HOSTS", "").split(",") if host.strip()]
    if base_url:
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BootError("CARNET_BASE_URL must be an address such as https://crm.example.com.")
        hosts = hosts or [parts.hostname]
    return Config(
        database_url=url,
        secret_key=_secret(given.get("SECRET_KEY"), data_dir),
        data_dir=data_dir,
        plugins=None if names is None else tuple(name.strip() for name in names.split(",") if name.strip()),
        base_url=base_url,
        locale=locale,
        timezone=timezone,
        trusted_hosts=tuple(dict.fromkeys([*hosts, "127.0.0.1", "localhost"])),
        mail_url=_mail_url(given.get("MAIL_URL", "").strip()),
        require_totp=_switch("REQUIRE_TOTP", given.get("REQUIRE_TOTP", "")),
        proxies=_proxies(given.get("PROXIES", "")),
        redis_url=_redis_url(given.get("REDIS_URL", "").strip()),
        embed_origins=_origins(given.get("EMBED_ORIGINS", "")),
    )


def _mail_url(url: str) -> str:
    """The address of the mail server, readable; its password never shows in the message."""
    try:
        if url:
            read_url(url)
    except ValueError as error:
        raise BootError(f"CARNET_MAIL_URL can't be used: {error}.") from None
    return url


def _redis_url(url: str) -> str:
    """The address of the Redis that carries the queue of jobs; its password never shows in the message."""
    if not url:
        return ""
    if urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise BootError("CARNET_REDIS_URL must begin with redis://, rediss:// or unix://.")
    if importlib.util.find_spec("redis") is None:
        raise BootError("CARNET_REDIS_URL needs the client of Redis: install it by `pip install 'carnet[redis]'`.")
    return url


def is_origin(text: str) -> bool:
    """Whether this is exactly an origin as browsers send it: `https://portal.example:8443`; http for this machine."""
    if re.fullmatch(ORIGIN, text) is None:
        return False
    parts = urlsplit(text)
    is_local = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1")
    # Browsers leave out the port that goes without saying.
    return (parts.scheme == "https" and not text.endswith(":443")) or (is_local and not text.endswith(":80"))


def _origins(text: str) -> tuple[str, ...]:
    """The portals that may embed pages of ours at all; none where none is named."""
    named = [one.strip() for one in text.split(",") if one.strip()]
    for one in named:
        if not is_origin(one):
            raise BootError(f"CARNET_EMBED_ORIGINS names {one}: write origins such as https://portal.example.com.")
    return tuple(dict.fromkeys(named))


def _switch(name: str, text: str) -> bool:
    """Yes or no; a word that is neither must not switch a safeguard off in silence."""
    word = text.strip().casefold()
    if word in ("", "0", "no", "off", "false"):
        return False
    if word in ("1", "yes", "on", "true"):
        return True
    raise BootError(f"CARNET_{name} must be 1 or 0.")


def _proxies(text: str) -> int:
    """How many proxies stand before the server, whose word on the client's address counts (ASVS 4.1.3)."""
    if text.strip() in ("", *"0123456789"):
        return int(text.strip() or 0)
    raise BootError("CARNET_PROXIES must be the number of proxies before the server, from 0 to 9.")


def _check_url(url: str) -> None:
    """The address must be readable and its driver there."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise BootError("CARNET_DATABASE_URL can't be read: check host, port and name in it.") from None
    if address.get_backend_name() == "postgresql" and importlib.util.find_spec("psycopg") is None:
        raise BootError("PostgreSQL needs its driver: install it by `pip install 'carnet[postgres]'`.")


def _data_dir(url: str, instance: Path) -> Path:
    if url.startswith("sqlite:///") and len(url) > len("sqlite:///"):
        return Path(url.removeprefix("sqlite:///")).parent
    return instance
