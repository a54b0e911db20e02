"""`user` and `token`: accounts and credentials, made by the operator.

Passwords are asked for without echo or read from standard input, never taken from an argument.
"""

import secrets
import sys
from typing import Annotated, Final, cast, get_args

import typer

from waymark.actions.accounts import add_user, create_token, set_password
from waymark.app import Application
from waymark.cli.running import DataDir, User, run, say
from waymark.clock import RealClock
from waymark.store.account_statements import Scope

GENERATED_BYTES: Final = 18

Email = Annotated[str, typer.Argument(metavar="EMAIL")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of standard input.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it.")]


def add(
    email: Email, *, password_stdin: FromStdin = False, generate: Generate = False, data_dir: DataDir = None
) -> None:
    """Make an account; asks for its password.

    Example: waymark user add ada@example.com
    """
    password = _password(from_stdin=password_stdin, generate=generate)

    async def body(application: Application) -> None:
        user = await add_user(application.door, email, password)
        say(f"Added {user.email} ({user.id}).")

    run(body, data_dir)
    if generate:
        say(f"Password: {password}")


def passwd(
    email: Email, *, password_stdin: FromStdin = False, generate: Generate = False, data_dir: DataDir = None
) -> None:
    """Give an account another password and end all of its sessions.

    Example: echo "$NEW" | waymark user passwd ada@example.com --password-stdin
    """
    password = _password(from_stdin=password_stdin, generate=generate)

    async def body(application: Application) -> None:
        user = await set_password(application.door, email, password, RealClock().now())
        say(f"{user.email} has another password; every session has ended.")

    run(body, data_dir)
    if generate:
        say(f"Password: {password}")


def create(
    *,
    user: User,
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[str, typer.Option(help="read, write, or both by a comma.")] = "read,write",
    data_dir: DataDir = None,
) -> None:
    """Make an API token and print it; it is shown this once.

    Example: waymark token create --user ada@example.com --name widget --scope read
    """
    scopes = _scopes(scope)

    async def body(application: Application) -> None:
        say(await create_token(application.door, user, name, scopes, RealClock().now()))

    run(body, data_dir)


def _password(*, from_stdin: bool, generate: bool) -> str:
    if from_stdin and generate:
        raise typer.BadParameter("--password-stdin and --generate exclude each other")
    if generate:
        return secrets.token_urlsafe(GENERATED_BYTES)
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))


def _scopes(text: str) -> list[Scope]:
    known = get_args(Scope)
    scopes = [scope.strip() for scope in text.split(",")]
    if not set(scopes) <= set(known):
        raise typer.BadParameter(f"--scope takes {' and '.join(known)}")
    return cast("list[Scope]", scopes)
