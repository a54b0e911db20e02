"""Installs what the lock file says into .venv, with uv if it is there, else with pip.

Started by scripts/setup; the standard library is all it has. Nothing outside .venv is touched.
"""

import fcntl
import shutil
import subprocess
import sys
import venv
from pathlib import Path

VENV = Path(".venv")
PYTHON = VENV / "bin" / "python"


def main(group: str, lock: Path) -> None:
    stamp = VENV / f"ready-{group}"
    wanted = f"{Path.cwd()}\n".encode() + b"".join(
        path.read_bytes() for path in (Path(__file__), Path("pyproject.toml"), lock)
    )
    # Held until this process ends, however it ends: two makes at once take turns.
    with Path("pyproject.toml").open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if stamp.is_file() and stamp.read_bytes() == wanted:
            return
        print(f"Setting up {VENV} ({group}) …", file=sys.stderr)
        make_venv()
        install(lock)
        # Last: a set-up killed half-way is done again.
        draft = stamp.with_suffix(".part")
        draft.write_bytes(wanted)
        draft.replace(stamp)


def make_venv() -> None:
    """A .venv whose Python is new enough; one that is broken or too old is made again."""
    if succeeds(PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    uv = shutil.which("uv")
    if uv and succeeds(uv, "venv", "--quiet", "--python", sys.executable, VENV):
        return
    try:
        venv.create(VENV, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(f"{VENV} cannot be made ({error}); on Debian and Ubuntu: apt install python3-venv")


def install(lock: Path) -> None:
    """Exactly the locked versions, checked by hash, and Waymark itself from this folder."""
    locked = ("--require-hashes", "-r", lock)
    # The build backend is locked too, so nothing is fetched that the lock does not name.
    project = ("--no-deps", "--no-build-isolation", "-e", ".")
    uv = shutil.which("uv")
    if uv:
        with_uv = (uv, "pip", "install", "--quiet", "--python", PYTHON)
        if succeeds(*with_uv, *locked) and succeeds(*with_uv, *project):
            return
        print("uv could not; trying pip …", file=sys.stderr)
    if not succeeds(PYTHON, "-c", "import pip"):
        run(PYTHON, "-m", "ensurepip")
    with_pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*with_pip, *locked)
    run(*with_pip, *project)


def succeeds(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, check=False).returncode == 0
    except OSError:
        return False


def run(*command: str | Path) -> None:
    try:
        subprocess.run(command, check=True)
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"Set-up failed: {error}")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
