"""What a person can ask of their account: one frozen model per intention, and what its texts must be.

Whether a password is right or an address is taken is not known here.
"""

import re
from collections.abc import Callable
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from waymark.actions.fields import REFUSED, Command, Currency, Instant, Line, WholeNumber, Zone
from waymark.domain.refusal import Refusal
from waymark.domain.text import line, nfc
from waymark.store.account_statements import Scope

MAX_EMAIL: Final = 254
"""RFC 5321 §4.5.3.1.3 less the angle brackets."""
MIN_PASSWORD: Final = 8
MAX_PASSWORD: Final = 1_024

_EMAIL: Final = re.compile(
    r"[^\s@\"(),:;<>\[\\\]]{1,64}@(?=.{1,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W_](?:[\w-]{0,61}[^\W_])"
)


def email_address(text: str) -> str:
    """An address as its owner writes it, trimmed; raises Refusal."""
    address = line(text, MAX_EMAIL)
    dotted = f".{address.partition('@')[0]}."
    if not _EMAIL.fullmatch(address) or ".." in dotted or not address.isprintable():
        raise Refusal("invalid", "An e-mail address such as ada@example.com.")
    return address


def given_password(text: str) -> str:
    """A password in the one form in which keyboards differ the least; raises Refusal.

    Nothing is trimmed and nothing is asked of its composition (NIST SP 800-63B §3.1.1.2).
    """
    if any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text):
        raise Refusal("control_character", "U+0000 and halves of surrogate pairs are not allowed here.")
    password = nfc(text, MAX_PASSWORD)
    if not password:
        raise Refusal("required", "Must not be empty.")
    if len(password) > MAX_PASSWORD:
        raise Refusal("too_long", f"At most {MAX_PASSWORD} characters.")
    return password


def new_password(text: str) -> str:
    """A password that an account may get; raises Refusal."""
    password = given_password(text)
    if len(password) < MIN_PASSWORD:
        raise Refusal("too_short", f"At least {MIN_PASSWORD} characters.")
    return password


def _login(text: str) -> str:
    return line(text, MAX_EMAIL)


def _as(parse: Callable[[str], str]) -> AfterValidator:
    def value(text: str) -> str:
        try:
            return parse(text)
        except Refusal as refusal:
            told = {"code": refusal.code, "reason": refusal.message}
            raise PydanticCustomError(REFUSED, "{reason}", told) from None

    return AfterValidator(value)


Email: TypeAlias = Annotated[
    str,
    _as(email_address),
    Field(json_schema_extra={"format": "email", "maxLength": MAX_EMAIL, "examples": ["ada@example.com"]}),
]
Login: TypeAlias = Annotated[
    str, _as(_login), Field(json_schema_extra={"minLength": 1, "maxLength": MAX_EMAIL})
]
"""An address or user name to look for: one that cannot exist is as unknown as any other."""
GivenPassword: TypeAlias = Annotated[
    str,
    _as(given_password),
    Field(json_schema_extra={"format": "password", "minLength": 1, "maxLength": MAX_PASSWORD}),
]
NewPassword: TypeAlias = Annotated[
    str,
    _as(new_password),
    Field(
        json_schema_extra={"format": "password", "minLength": MIN_PASSWORD, "maxLength": MAX_PASSWORD},
    ),
]
Threshold: TypeAlias = Annotated[WholeNumber, Field(ge=1, le=100)]


class Register(Command):
    """A new account; the zone defaults to UTC, the base currency to USD."""

    email: Email
    password: Annotated[NewPassword, Field(repr=False)]
    full_name: Line | None = None
    base_currency: Currency = "USD"
    timezone: Zone = "UTC"


class LogIn(Command):
    """The password and one of `email` and `emailOrUsername`."""

    email: Login | None = None
    email_or_username: Login | None = None
    password: Annotated[GivenPassword, Field(repr=False)]


class RefreshSession(Command):
    """The newest refresh token of a session."""

    refresh_token: Annotated[str, Field(pattern=r"^[!-~]{1,512}$", repr=False)]


class ChangeAccount(Command):
    """A merge patch of one's own account: what is absent stays, null clears what may be empty."""

    full_name: Line | None = None
    timezone: Zone = "UTC"
    base_currency: Currency = "USD"
    day_starts_at: Annotated[WholeNumber, Field(ge=0, le=23)] = 0
    insight_thresholds: Annotated[list[Threshold], Field(max_length=20)] | None = None


class ChangePassword(Command):
    """The password in force and the one to come."""

    current: Annotated[GivenPassword, Field(repr=False)]
    new: Annotated[NewPassword, Field(repr=False)]


class EraseAccount(Command):
    """The password once more; accounts of an OIDC issuer have none to give."""

    password: Annotated[GivenPassword | None, Field(repr=False)] = None


class CreateApiToken(Command):
    """A token for a program: its name, what it may do, and when it ends (null: never)."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=2, default_factory=lambda: ["read"])]
    expires_at: Instant | None = None
