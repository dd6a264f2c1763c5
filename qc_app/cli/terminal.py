"""What every command shares: the home, the console, how a plant is opened, how progress looks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from qc_app.errors import PlantError
from qc_app.logs import close, configure
from qc_app.plant import Plant
from qc_app.settings import Settings
from qc_app.store import Store, open_store, plant_in_force

Home = Annotated[Path, typer.Option("--home", envvar="QC_HOME", help="Folder of the plant.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes to the audit trail.")]
HOME = Path("plant-home")
LINE_EVERY_S = 2.0
RARELY_S = 30.0

WIDE = 160  # columns where nobody watches: a log has no edge


def _console(*, stderr: bool = False) -> Console:
    made = Console(stderr=stderr)
    return made if made.is_terminal else Console(stderr=stderr, width=WIDE)


out = _console()
err = _console(stderr=True)


def say(text: str) -> None:
    """Print a line of plain text."""
    out.print(escape(text), highlight=False, soft_wrap=True)


def fail(message: str, code: int) -> int:
    """Print an error in red and return the exit code."""
    err.print(f"[red]error:[/] {escape(message)}", highlight=False, soft_wrap=True)
    return code


@contextmanager
def opened(home: Path, *, create: bool = False) -> Iterator[Store]:
    """Open the store of a home for one command, with its log."""
    settings = Settings.load(home)
    with open_store(settings, create=create) as store:
        configure(store.home, settings.log_level)
        try:
            yield store
        finally:
            close()


def plant_of(store: Store) -> Plant:
    """Return the plant as defined now, or say how to define it.

    Raises
    ------
    PlantError
        If none was ever applied.
    """
    plant = plant_in_force(store)
    if plant is None:
        raise PlantError(f"{store.home} has no plant yet - apply a definition with `qc apply plant.toml`, or `qc demo`")
    return plant


def text_of(file: Path) -> str:
    """Return the text of a file that a person wrote, or say why it cannot be read.

    Raises
    ------
    PlantError
        If it is not there or no UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PlantError(f"{file} cannot be read ({error.strerror}) - name a file that is there") from None
    except UnicodeDecodeError as error:
        if error.object.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise PlantError(f"{file} is text in UTF-16 - save the file as UTF-8") from None
        if error.object.startswith(b"PK"):
            words = "is no text (a workbook or archive?) - write the definition as text, saved as UTF-8"
            raise PlantError(f"{file} {words}") from None
        line = error.object[: error.start].count(b"\n") + 1
        raise PlantError(f"{file}, line {line}: this is not UTF-8 text - save the file as UTF-8") from None


@contextmanager
def progress(what: str) -> Iterator[Callable[[str, float], None]]:
    """Show a bar for work that takes longer than a moment, or plain lines where no person watches a terminal.

    Yields ``tell(words, share)``.
    """
    if not err.is_terminal:
        lines = _Lines(what)
        try:
            yield lines
        finally:
            lines.end()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(escape(what), total=1.0)

        def tell(words: str, share: float) -> None:
            bar.update(task, description=escape(words[:60]), completed=min(max(share, 0.0), 1.0))

        yield tell


class _Lines:
    """Progress as lines for logs and pipes: every two seconds, ever more rarely while nothing new is told."""

    def __init__(self, what: str) -> None:
        self._what, self._told = what, ("", 0.0)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._write, name="progress", daemon=True)
        self._thread.start()

    def __call__(self, words: str, share: float) -> None:
        self._told = (words, min(max(share, 0.0), 1.0))

    def end(self) -> None:
        """Write no more."""
        self._ended.set()
        self._thread.join()

    def _write(self) -> None:
        began, pause, shown = time.monotonic(), LINE_EVERY_S, ("", -1.0)
        while not self._ended.wait(pause):
            words, share = told = self._told
            pause = min(2 * pause, RARELY_S) if told == shown else LINE_EVERY_S
            shown = told
            line = f"  {time.monotonic() - began:4.0f} s  {share:4.0%}  {self._what}{': ' if words else ''}{words}"
            err.print(line, markup=False, highlight=False, soft_wrap=True)


def table(title: str, columns: dict[str, str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table under its title; `columns` maps heading to justification."""
    out.print(f"[italic]{escape(title)}[/]", highlight=False)
    shown = Table(box=None, header_style="bold")
    for heading, side in columns.items():
        shown.add_column(escape(heading), justify="right" if side == "right" else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(escape(cell) for cell in row))
    out.print(shown)
