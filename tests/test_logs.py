"""Log lines as an operator reads them: one form for all, and no secret in any."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from waymark.logs import configure_logs

SIGNING = "whsec_s3same+/s3same="
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1In0.c2lnbmF0dXJl"


@pytest.fixture(autouse=True)
def _restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_is_written(form: Literal["json", "text"], capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs(form)
    log = structlog.get_logger("waymark")
    log.info("in", accessToken="s3same", headers={"Authorization": "Bearer s3same", "cookie": "s3same"})
    log.info("deep", body={"users": [{"newPassword": "s3same"}, ("token=s3same", JWT)]})
    log.info("signed", of=[f"with {SIGNING}"])
    request = f"GET /ws?since=5&token=s3same&x=1 with Bearer s3same and {JWT}"
    log.info(request)
    log.info("database", url="postgresql://walter:s3same@host/db")
    logging.getLogger("uvicorn.error").warning(
        '%s - "WebSocket %s" [accepted]', "::1", "/ws?token=s3same&x=1"
    )
    try:
        local = "s3same"
        raise ValueError(f"refused token={local}")  # noqa: TRY301  # the traceback is what is tested
    except ValueError:
        log.exception("failed")
    written = capsys.readouterr().err
    assert "s3same" not in written
    assert JWT not in written
    assert written.count("x=1") == 2
    assert "postgresql://walter:***@host/db" in written
    assert "Traceback" in written


def test_one_json_object_a_line_whoever_speaks(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json")
    structlog.get_logger("waymark").warning("ours", goals=3)
    logging.getLogger("uvicorn.error").warning("theirs %d", 4)
    ours, theirs = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert (ours["event"], ours["goals"], ours["level"]) == ("ours", 3, "warning")
    assert (theirs["event"], theirs["level"]) == ("theirs 4", "warning")
    assert ours.keys() - {"goals"} == theirs.keys()


def test_the_chatter_of_libraries_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("text")
    logging.getLogger("httpx2").info("GET https://issuer.example/keys")
    structlog.get_logger("waymark").debug("detail")
    assert capsys.readouterr().err == ""
