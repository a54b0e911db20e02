"""An account's export as a test compares it."""

from pathlib import Path
from typing import Any

import msgspec
from tests.cli.conftest import EMAIL, Waymark


def exported(waymark: Waymark, folder: Path, user: str = EMAIL) -> dict[str, Any]:
    """Everything of the account but the moment at which it was asked for."""
    path = folder / "export.json"
    assert waymark("export", path, "--user", user).code == 0
    content: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    del content["exportedAt"]
    return content
