"""The command line: every command by its name; each says more with --help.

What a command does lives in its own module, what the data do in actions and queries.
"""

import typer

from waymark.cli import accounts, archives, backup, demo, doctor, doors, imports, mcp, serve, worker

app = typer.Typer(
    name="waymark",
    help="Waymark, the goals backend for life planners. Every command works beside a running server.\n\n"
    "Exit codes: 0 done, 1 failed, 2 wrong settings or arguments, 3 imported but for some refused lines.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve.serve)
app.command()(serve.migrate)
app.command()(worker.worker)
app.command()(demo.demo)
app.command()(doctor.doctor)
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(archives.export)
app.command()(mcp.mcp)

user = typer.Typer(help="Accounts.", no_args_is_help=True)
user.command()(accounts.add)
user.command()(accounts.passwd)
app.add_typer(user, name="user")

token = typer.Typer(help="API tokens.", no_args_is_help=True)
# Without a callback a group of one command would be that command itself.
token.callback()(lambda: None)
token.command()(accounts.create)
app.add_typer(token, name="token")

importing = typer.Typer(help="Bring history in.", no_args_is_help=True)
importing.command("csv")(imports.import_csv)
importing.command("beeminder")(doors.import_beeminder)
importing.command("loop")(doors.import_loop)
importing.command("todoist")(doors.import_todoist)
importing.command("ynab")(doors.import_ynab)
importing.command("archive")(archives.import_archive)
app.add_typer(importing, name="import")
