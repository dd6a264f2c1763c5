"""From the command line to an exit code: 0 done, 1 failed, 2 wrong use or configuration; never a traceback."""

from __future__ import annotations

import os
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import Abort, TyperException

from data_connectors.errors import ConnectorError, DefinitionError
from models.errors import ModelsError, TaskError, UnknownName
from qc_app.cli import bench, data, learning, people, plant, serving, shift, spc
from qc_app.cli.terminal import fail
from qc_app.errors import PlantError, QcError, SettingsError, StoreError, WrongUse

DONE, FAILED, WRONG = 0, 1, 2
_WRONG_USE = (PlantError, SettingsError, DefinitionError, UnknownName, TaskError, WrongUse)

app = typer.Typer(
    name="qc",
    help="Quality control for production stages: what is made, how good it is, and what must be done.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(*, asked: bool) -> None:
    """Print which version this is, and end."""
    if asked:
        typer.echo(f"qc-app {version('qc-app')}")
        raise typer.Exit


@app.callback()
def _options(
    *,
    _asked: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take what is asked of the program itself."""


for group in (serving, plant, data, learning, spc, shift, people, bench):
    group.register(app)


@cache
def program() -> typer.core.TyperGroup:
    """Return the program with all of its commands, made once a process: their signatures are read for it."""
    return typer.main.get_group(app)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        Default: the arguments of the process.

    Returns
    -------
    int
        0 done, 1 failed, 2 wrong use or configuration.
    """
    os.umask(os.umask(0o027) | 0o027)  # what is made is for this account and its group, or for fewer
    try:
        result = program().main(None if argv is None else list(argv), prog_name="qc", standalone_mode=False)
    except TyperException as error:
        words = error.format_message()
        asked = getattr(error, "ctx", None)
        help_of = f"{asked.command_path} --help" if asked else "qc --help"
        return fail(f"{words.rstrip('.')} - see `{help_of}`", WRONG) if words else WRONG
    except (Abort, KeyboardInterrupt):
        return fail("stopped", FAILED)
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence, never a traceback
        return _explained(error)
    return result if isinstance(result, int) else DONE


def _explained(error: Exception) -> int:
    """Say what went wrong, and return the exit code for it."""
    if isinstance(error, _WRONG_USE) or (isinstance(error, StoreError) and error.reason == "no_home"):
        return fail(str(error), WRONG)
    if isinstance(error, QcError | ConnectorError | ModelsError):
        return fail(str(error), FAILED)
    return fail(f"unexpected: {type(error).__name__}: {error} - the details are in {_kept(error)}", FAILED)


def _kept(error: BaseException) -> Path:
    """Write the traceback where a person can send it from."""
    home = Path(os.environ.get("QC_HOME", "plant-home"))
    folder = home / "logs" if home.is_dir() else Path.cwd()
    path = folder / "unexpected-errors.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n")
    except OSError:
        return Path("nowhere: the folder cannot be written")
    return path
