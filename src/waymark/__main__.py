"""The program `waymark`: runs the command line and says in one sentence why something failed.

No command lives here, only what all of them share: their exit codes.
"""

import sys
from collections.abc import Sequence

from waymark.cli import app
from waymark.cli.running import FAILED, MISUSED
from waymark.errors import Fault, Problem
from waymark.settings import SettingsError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command; always leaves by SystemExit, with the codes that `waymark --help` lists."""
    try:
        app(arguments, prog_name="waymark")
    except SettingsError as error:
        _leave(str(error), MISUSED)
    except Problem as problem:
        _leave("\n  ".join([problem.message, *map(_sentence, problem.details)]), FAILED)
    except OSError as error:
        _leave(f"{error.filename}: {error.strerror}" if error.filename else str(error), FAILED)


def _sentence(fault: Fault) -> str:
    return f"{fault.field}: {fault.message}"


def _leave(message: str, code: int) -> None:
    sys.stderr.write(f"waymark: {message}\n")
    sys.exit(code)


if __name__ == "__main__":
    main()
