"""`mcp`: an assistant's way to one account, over standard input and output.

The tools are in mcp_server.py, which needs a package that a plain installation leaves out.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Annotated

import typer

from waymark.cli.running import FAILED, DataDir, User, complaints, run


def mcp(
    *,
    user: User,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Leave out the tools that change something.")
    ] = False,
    data_dir: DataDir = None,
) -> None:
    """Serve the Model Context Protocol to an assistant that starts this command.

    Tools: list_goals, get_goal, explain_progress, simulate, list_insights and check_in, for one account.
    Needs the extra: pip install 'waymark[mcp]'

    Example: waymark mcp --user ada@example.com --read-only
    """
    if find_spec("mcp") is None:
        complaints().print("This command needs a package more: pip install 'waymark\\[mcp]'")
        raise typer.Exit(FAILED)
    # Not imported above: it would fail without the extra, and slow down every other command with it.
    serve = import_module("waymark.cli.mcp_server").serve
    run(lambda application: serve(application, user, read_only=read_only), data_dir)
