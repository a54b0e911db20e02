"""What set-up rests on: lock files that any machine can use, and a Makefile that explains itself.

Nothing is installed here; `.ci/run` on a fresh machine does that.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
RUNTIME, DEV = "requirements.lock", "requirements-dev.lock"


def locked(name: str) -> dict[str, set[str]]:
    """Package → its hashes, of one lock file."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / name).read_text("utf-8"))
    rows = [line.split() for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {row[0]: {word for word in row if word.startswith("--hash=")} for row in rows}


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[^A-Za-z0-9._-]", each, maxsplit=1)[0] for each in requirements}


@pytest.mark.parametrize("name", [RUNTIME, DEV])
def test_the_lock_names_no_host_and_pins_by_hash(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert re.findall(r"\w+://|--[a-z-]*(?:index|links|host)", text) == []
    pinned = locked(name)
    assert len(pinned) > 40
    assert [package for package, hashes in pinned.items() if "==" not in package or not hashes] == []


def test_the_locks_cover_what_the_project_asks_for() -> None:
    runtime, dev = ({package.partition("==")[0] for package in locked(name)} for name in (RUNTIME, DEV))
    groups = PROJECT["dependency-groups"]
    wanted = names(PROJECT["project"]["dependencies"]) | names(groups["build"])
    assert wanted - runtime == set()
    assert (wanted | names(groups["dev"])) - dev == set()


def test_testing_uses_the_very_packages_that_serve() -> None:
    runtime, dev = locked(RUNTIME), locked(DEV)
    assert {package: hashes for package, hashes in runtime.items() if dev.get(package) != hashes} == {}


def test_help_lists_every_target() -> None:
    text = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", text, re.MULTILINE))
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"make (\w+)", listed)) == targets
    assert {"serve", "demo", "test", "check", "bench", "soak", "lock", "format", "clean", "help"} <= targets


def test_setup_refuses_a_group_that_it_does_not_know() -> None:
    refused = subprocess.run(["scripts/setup", "prod"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "usage" in refused.stderr


def test_setup_passes_over_a_python_that_does_not_run(tmp_path: Path) -> None:
    """A version manager's shim exists for every version and fails for those not installed."""
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 127\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "setup").write_bytes((ROOT / "scripts" / "setup").read_bytes())
    (tmp_path / "scripts" / "install.py").write_text("import sys; print('chosen', *sys.argv[1:])")
    for name in ("pyproject.toml", RUNTIME, DEV):
        (tmp_path / name).touch()
    path = f"{tmp_path}:/usr/bin:/bin"
    start = ["/bin/sh", str(tmp_path / "scripts" / "setup"), "dev"]

    none = subprocess.run(start, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert (none.returncode, none.stdout) == (1, "")
    assert "Python 3.11 or newer" in none.stderr

    (tmp_path / "python3.11").unlink()
    (tmp_path / "python3.11").symlink_to(sys.executable)
    found = subprocess.run(start, env={"PATH": path}, capture_output=True, text=True, check=False)
    assert found.stdout == f"chosen dev {DEV}\n"
