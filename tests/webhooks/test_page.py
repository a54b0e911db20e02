"""What docs/how-to/webhooks.md shows in JavaScript and in tables is so.

Its story in bash and Python runs with those of the other pages.
"""

import json
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest
from standardwebhooks import Webhook
from tests.docs.pages import fences

from waymark.actions.sealing import new_webhook_secret
from waymark.domain.webhooks import DeliveryError, Patience

TEXT = (Path(__file__).parents[2] / "docs/how-to/webhooks.md").read_text("utf-8")
BODY = '{"event":"entity:updated","data":{"title":"Ўзбекча 🙂"}}'


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.parametrize(
    ("wrong", "expected"), [("", True), ("secret", False), ("body", False), ("time", False), ("id", False)]
)
def test_a_signature_is_verified_in_javascript(wrong: str, expected: bool) -> None:
    [function] = fences(TEXT, "js")
    secret, other = new_webhook_secret(), new_webhook_secret()
    at = datetime.now(UTC) - timedelta(minutes=6 if wrong == "time" else 0)
    signatures = [Webhook(each).sign("an-id", at, BODY) for each in (other, secret)]
    headers = {
        "webhook-id": "another" if wrong == "id" else "an-id",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures[:1] if wrong == "secret" else signatures),
    }
    body = BODY.replace("title", "tilte") if wrong == "body" else BODY
    call = f"console.log(isFromWaymark({json.dumps(secret)}, {json.dumps(headers)}, {json.dumps(body)}))"
    done = subprocess.run(
        ["node", "-"], input=f"{function}\n{call}\n", capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) is expected


def test_the_table_of_waits_is_the_rule() -> None:
    [row] = [line for line in TEXT.splitlines() if line.startswith("| after |")]
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    told = [each.split() for each in row.strip("| ").split(" | ")[1:]]
    assert tuple(timedelta(**{units[unit]: int(count)}) for count, unit in told) == Patience().waits


def test_every_error_is_in_the_table() -> None:
    assert {line.split("`")[1] for line in TEXT.splitlines() if line.startswith("| `")} >= set(
        get_args(DeliveryError)
    )
