"""What a deployment may choose, from the environment, a `.env` file or files that hold secrets.

Nothing else in Waymark reads the environment, and no message made here ever contains a secret.
"""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from waymark.clock import FileClock, instant

PREFIX: Final = "WAYMARK_"
MIN_SECRET_LENGTH: Final = 32
_HOST: Final = re.compile(r"(?:[\w-]{1,63}\.)*[A-Za-z][\w-]{0,62}", re.ASCII)


class SettingsError(Exception):
    """The settings do not allow a start; the message names every wrong variable."""


def _file_content(value: object) -> object:
    if not isinstance(value, str | Path):
        return value
    try:
        return SecretStr(Path(value).expanduser().read_text("utf-8").strip())
    except (OSError, ValueError):
        raise ValueError("this file cannot be read") from None


def _items(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


def _instant(value: object) -> object:
    return instant(value) if isinstance(value, str) else value


def _networks(value: object) -> object:
    items = _items(value)
    return tuple(ip_network(item) for item in items) if isinstance(items, tuple) else items


def _embedded_url(data: Mapping[str, Any]) -> SecretStr:
    held: SecretStr | None = data["database_url_file"]
    return held or SecretStr(f"sqlite:///{data['data_dir'] / 'waymark.db'}")


def _held_secret(data: Mapping[str, Any]) -> SecretStr | None:
    held: SecretStr | None = data["secret_file"]
    return held


class Settings(BaseSettings):
    """Every setting with its default. Read once at start with `load()`, immutable afterwards."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        validate_default=True,
    )

    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("waymark", appauthor=False),
        description="Folder of the embedded database and of the secret made at the first start. By default "
        "`~/.local/share/waymark`, on macOS `~/Library/Application Support/waymark`.",
    )
    database_url_file: Annotated[SecretStr | None, BeforeValidator(_file_content)] = Field(
        None, description="File that holds the value of `WAYMARK_DATABASE_URL`."
    )
    database_url: SecretStr = Field(
        default_factory=_embedded_url,
        description="`sqlite:///<path>` (taken literally) or `postgresql://user:password@host/database`. "
        "By default `waymark.db` in the data folder.",
    )
    secret_file: Annotated[SecretStr | None, BeforeValidator(_file_content)] = Field(
        None, description="File that holds the value of `WAYMARK_SECRET`."
    )
    secret: SecretStr | None = Field(
        default_factory=_held_secret,
        description=f"Key that signs access tokens, at least {MIN_SECRET_LENGTH} characters, the same on "
        "every node. Made and kept in the data folder when absent; required with PostgreSQL.",
    )
    host: str = Field("127.0.0.1", min_length=1, description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    trusted_proxies: Annotated[
        tuple[IPv4Network | IPv6Network, ...], NoDecode, BeforeValidator(_networks)
    ] = Field(
        (), description="Addresses or networks, separated by commas, whose `X-Forwarded-For` is believed."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_items)] = Field(
        (),
        description="Origins of browser clients, by commas, such as `https://app.example.org`; or `*`.",
    )
    body_limit_bytes: int = Field(1_048_576, ge=1_024, description="Largest request body.")
    log: Literal["json", "text"] = Field("text", description="Form of a log line: `json` or `text`.")
    metrics: bool = Field(default=False, description="`on` serves Prometheus metrics at `/metrics`.")
    worker: bool = Field(
        default=True,
        description="`off` leaves what the clock brings, webhooks and pruning to `waymark worker`.",
    )

    webhook_allow: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_items)] = Field(
        (),
        description="Networks, addresses and hosts, by commas, that webhooks may reach although they are "
        "inside, unencrypted or on a low port, such as `192.168.1.0/24,dashboard.lan`.",
    )

    access_token_seconds: int = Field(900, ge=10, description="Life of an access token.")
    refresh_token_days: int = Field(30, ge=1, le=3_650, description="Life of a session without use.")
    oidc_issuer: str | None = Field(
        None,
        description="OpenID Connect issuer to trust instead of own passwords; its `sub` becomes the user.",
    )
    oidc_audience: str = Field(
        "waymark", min_length=1, description="The `aud` that the issuer's tokens must carry."
    )
    oidc_jwks: str | None = Field(
        None,
        description="Address or file of the issuer's key set; by default the issuer's own metadata names it.",
    )

    rate_limits: bool = Field(default=True, description="`off` switches every rate limit off.")
    auth_per_minute: int = Field(10, ge=1, description="Attempts to log in, per account and per address.")
    reads_per_minute: int = Field(30_000, ge=1, description="Reads per account.")
    writes_per_minute: int = Field(12_000, ge=1, description="Writes per account.")
    syncs_per_minute: int = Field(1_200, ge=1, description="Sync calls per account.")

    streams_per_user: int = Field(
        10_000, ge=1, description="Sockets and event streams that one account may have open, per node."
    )

    pool_min_size: int = Field(2, ge=0, description="PostgreSQL connections kept open, per node.")
    pool_max_size: int = Field(10, ge=1, description="PostgreSQL connections at most, per node.")
    pool_timeout_ms: int = Field(3_000, ge=1, description="Longest wait for a free connection; then 503.")
    statement_timeout_ms: int = Field(5_000, ge=1, description="Longest time of one statement; then 503.")
    lock_timeout_ms: int = Field(2_000, ge=1, description="Longest wait for a lock; then 503.")

    clock: Annotated[datetime | None, BeforeValidator(_instant)] = Field(
        None,
        description="Freezes the clock of the data at an RFC 3339 instant. For tests and demonstrations.",
    )
    clock_file: Path | None = Field(
        None,
        description="Reads the clock of the data from this file at every use. For tests and demonstrations.",
    )

    @classmethod
    def load(cls, **options: object) -> Self:
        """The settings in force; `options` of the command line (None = not given) win.

        Raises SettingsError with one message that names every variable that is wrong.
        """
        try:
            return cls(**{name: value for name, value in options.items() if value is not None})  # type: ignore[arg-type]  # values are validated, whatever their type
        except ValidationError as error:
            faults = [_fault(each["loc"], each["msg"]) for each in error.errors() if _is_own(each["type"])]
        except (OSError, UnicodeDecodeError):
            faults = [".env: this file cannot be read"]
        raise SettingsError("\n  ".join(["Waymark cannot start with these settings:", *faults]))

    @property
    def is_embedded(self) -> bool:
        """Whether the database is SQLite, in this machine's data folder."""
        return self.database_url.get_secret_value().startswith("sqlite:")

    def get_secret(self) -> str:
        """The signing key: the configured one, else the one in the data folder, made when absent.

        Raises SettingsError when it can neither be read nor made.
        """
        if self.secret:
            return self.secret.get_secret_value()
        path = self.data_dir / "secret"
        try:
            return _kept_secret(path)
        except (OSError, ValueError) as error:
            raise SettingsError(f"{PREFIX}SECRET: {path} cannot be used: {error}") from error

    @field_validator("data_dir", "clock_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path and path.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        _refuse_two_values(url, info, "database_url_file")
        text = url.get_secret_value().replace("postgres://", "postgresql://", 1)
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError:
            raise ValueError("this is not an address; does the password need percent-encoding?") from None
        is_complete = len(parts.path) > 1 and not text.startswith("sqlite:///:memory:")
        if parts.scheme not in {"sqlite", "postgresql"} or not is_complete:
            raise ValueError("should be sqlite:///<path> or postgresql://user:password@host/database")
        return SecretStr(text)

    @field_validator("secret")
    @classmethod
    def _strong_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _refuse_two_values(secret, info, "secret_file")
        url: SecretStr | None = info.data.get("database_url")
        if secret is None and url and url.get_secret_value().startswith("postgresql:"):
            raise ValueError("is required with PostgreSQL, the same on every node")
        if secret is not None and len(secret) < MIN_SECRET_LENGTH:
            raise ValueError(f"should have at least {MIN_SECRET_LENGTH} characters")
        return secret

    @field_validator("webhook_allow")
    @classmethod
    def _hosts(cls, items: tuple[str, ...]) -> tuple[str, ...]:
        for item in items:
            # What is neither would be taken for the name of a host that nobody has.
            if not _HOST.fullmatch(item):
                ip_network(item)
        return items

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if origin != "*" and not re.fullmatch(r"[a-z][a-z0-9+.-]*://[^/?#\s,@]+", origin):
                raise ValueError("each should look like https://app.example.org, without a path")
        return origins

    @field_validator("oidc_issuer")
    @classmethod
    def _web_address(cls, address: str | None) -> str | None:
        if address is not None and not re.fullmatch(r"https?://[^\s?#@]+", address):
            raise ValueError("should be an http(s) address without query")
        return address

    @field_validator("pool_max_size")
    @classmethod
    def _room_for_min(cls, size: int, info: ValidationInfo) -> int:
        if size < info.data.get("pool_min_size", 0):
            raise ValueError(f"should not be below {PREFIX}POOL_MIN_SIZE")
        return size

    @field_validator("clock_file")
    @classmethod
    def _readable_clock(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if path is None:
            return None
        if info.data.get("clock"):
            raise ValueError(f"and {PREFIX}CLOCK exclude each other")
        try:
            FileClock(path)
        except OSError:
            raise ValueError("this file cannot be read") from None
        return path


def masked_url(url: str) -> str:
    """A database address that may be logged: without its password, however badly that is quoted."""
    url = re.sub(r"://([^:/@?]*):.*@", r"://\1:***@", url)
    return re.sub(r"(?i)([?&](?:pass\w*|ssl\w*password)=)[^&]*", r"\1***", url)


def _refuse_two_values(value: SecretStr | None, info: ValidationInfo, file_field: str) -> None:
    held = info.data.get(file_field)
    if held is not None and held != value:
        raise ValueError(f"and {PREFIX}{file_field.upper()} exclude each other")


def _is_own(kind: str) -> bool:
    # A default that was not computed because another variable is wrong is no fault of its own.
    return kind != "default_factory_not_called"


def _fault(location: tuple[int | str, ...], message: str) -> str:
    return f"{PREFIX}{str(location[0]).upper()}: {message.removeprefix('Value error, ')}"


def _kept_secret(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written whole beside it and linked: of two processes starting together both read one key.
        with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-", encoding="ascii") as draft:
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            os.fsync(draft.fileno())
            with suppress(FileExistsError):
                path.hardlink_to(draft.name)
    secret = path.read_text("ascii").strip()
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValueError(f"it should hold at least {MIN_SECRET_LENGTH} characters")
    return secret
