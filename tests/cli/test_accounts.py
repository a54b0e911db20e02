"""`user` and `token`: what they make works, and no secret is told but the one asked for."""

import io
import sys

import pytest
from tests.cli.conftest import EMAIL, Waymark, on

from waymark.actions.account_commands import LogIn
from waymark.actions.accounts import log_in
from waymark.actions.perform import Door
from waymark.actions.sessions import Client
from waymark.app import Application
from waymark.clock import RealClock
from waymark.errors import InvalidCredentials
from waymark.settings import Settings
from waymark.store.database import Database
from waymark.web.call import Identity


def can_log_in(url: str, password: str) -> bool:
    async def body(database: Database) -> bool:
        application = Application(Settings.load(), database=database)
        try:
            command = LogIn(email=EMAIL, password=password)
            await log_in(Door(database, RealClock()), application.sessions, command, Client(None, None))
        except InvalidCredentials:
            return False
        return True

    return bool(on(url, body))


def test_a_generated_password_logs_in(waymark: Waymark, database_url: str) -> None:
    done = waymark("user", "add", EMAIL, "--generate")
    password = done.out.splitlines()[-1].removeprefix("Password: ")
    assert can_log_in(database_url, password)
    assert not can_log_in(database_url, password + "x")


def test_a_password_from_standard_input(
    waymark: Waymark, ada: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(" correct horse \r\nmore\n"))
    done = waymark("user", "passwd", ada, "--password-stdin")
    assert (done.code, "correct horse" in done.out + done.err) == (0, False)
    assert can_log_in(database_url, " correct horse ")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("user", "add", EMAIL, "--generate"), 1, "There is an account with this e-mail address."),
        (("user", "add", "ada", "--generate"), 1, "email: An e-mail address such as ada@example.com."),
        (("user", "add", "x@example.com", "--generate", "--password-stdin"), 2, "exclude each other"),
        (("user", "passwd", "nobody@example.com", "--generate"), 1, "There is no account"),
        (("token", "create", "--user", EMAIL, "--name", "x", "--scope", "admin"), 2, "read and write"),
        (("token", "create", "--user", EMAIL, "--name", " "), 1, "name: "),
        (("frobnicate",), 2, "frobnicate"),
    ],
)
@pytest.mark.usefixtures("ada")
def test_what_cannot_be(waymark: Waymark, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = waymark(*arguments)
    assert done.code == code
    assert said in done.err


def test_a_token_is_known(waymark: Waymark, ada: str, database_url: str) -> None:
    done = waymark("token", "create", "--user", ada, "--name", "widget", "--scope", "read")
    assert done.code == 0

    async def body(database: Database) -> Identity:
        return await Application(Settings.load(), database=database).authenticate(done.out.strip())

    assert on(database_url, body).rights == {"read"}
