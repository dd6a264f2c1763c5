"""Log lines that a person and a program can read: time, level, place, run and stage, one line an entry."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE = "qc.log"
MEGABYTES, KEPT = 10, 9
_ABOUT: ContextVar[tuple[tuple[str, str], ...]] = ContextVar("about", default=())
_OURS = "_qc_handler"
_PASSWORD = re.compile(r"(?P<head>[A-Za-z][A-Za-z0-9+.-]*://[^\s:/@]*:)[^\s@]+(?=@)")
_ASSIGNED = re.compile(r"(?i)(?P<head>\b(?:password|passwd|secret|token|api_?key)\s*[=:]\s*)[^\s,;)]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def escaped(text: str) -> str:
    r"""Return `text` on one line: control characters are written out, so that no entry can forge another.

    Examples
    --------
    >>> escaped("unit 7\n2026-01-01 INFO all is well")
    'unit 7\\n2026-01-01 INFO all is well'
    """
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode("ascii"), text)


def masked(text: str) -> str:
    """Return `text` without the passwords of addresses and of assignments.

    Examples
    --------
    >>> masked("cannot reach postgresql://anna:s3cret@db/plant (password=hunter2)")
    'cannot reach postgresql://anna:***@db/plant (password=***)'
    """
    return _ASSIGNED.sub(r"\g<head>***", _PASSWORD.sub(r"\g<head>***", text))


@contextmanager
def about(**facts: object) -> Iterator[None]:
    """Put facts such as `run` and `stage` into every line logged inside, in this thread or task.

    Examples
    --------
    >>> with about(run=12, stage="rolling-2"):
    ...     made = {"msg": "done", "name": "qc_app.jobs.sources.ingest", "levelno": 0, "created": 0.0}
    ...     line = Line().format(logging.makeLogRecord(made))
    >>> line
    '1970-01-01T00:00:00.000Z INFO jobs.sources.ingest run=12 stage=rolling-2 | done'
    """
    token = _ABOUT.set((*_ABOUT.get(), *((name, str(value)) for name, value in facts.items())))
    try:
        yield
    finally:
        _ABOUT.reset(token)


class Line(logging.Formatter):
    """One entry as one line; a traceback follows on the same line, escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        facts = dict(_ABOUT.get())
        facts |= {name: str(vars(record)[name]) for name in ("run", "stage") if name in vars(record)}
        told = "".join(f" {name}={value}" for name, value in facts.items())
        level = "INFO" if record.levelno == 0 else record.levelname
        head = f"{moment} {level} {record.name.removeprefix('qc_app.')}{told}"
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        return escaped(masked(" | ".join(part for part in (head, record.getMessage(), trace) if part)))


class _Quiet(RotatingFileHandler):
    """A file that may be full or gone without anything else stopping."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Tell it once on stderr instead of failing."""
        if not getattr(self, "told", False):
            self.told = True
            sys.stderr.write(f"the log file {self.baseFilename} cannot be written: {sys.exc_info()[1]}\n")
            sys.stderr.flush()
        del record


def configure(home: Path, level: str = "INFO", *, to_screen: bool = False, file: str = FILE) -> None:
    """Log to ``logs/qc.log`` (or another `file`) in the plant's folder, ten files of ten megabytes.

    Called again, it replaces itself.

    Parameters
    ----------
    home : Path
        The plant's folder.
    level : str
        The least level that is written.
    to_screen : bool
        Also to stderr.
    file : str
        A process that writes beside the scheduler has its own: two cannot turn one over.
    """
    folder = Path(home) / "logs"
    handlers: list[logging.Handler] = [logging.StreamHandler()] if to_screen else []
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        handlers.append(
            _Quiet(folder / file, maxBytes=MEGABYTES * 2**20, backupCount=KEPT, encoding="utf-8", delay=True)
        )
    except OSError as error:
        sys.stderr.write(f"the log folder {folder} cannot be made: {error}\n")
    close()
    logger = logging.getLogger("qc_app")
    for handler in handlers:
        handler.setFormatter(Line())
        setattr(handler, _OURS, True)
        logger.addHandler(handler)
    logger.setLevel(level)
    logger.propagate = not handlers


def close() -> None:
    """Close what `configure` opened."""
    logger = logging.getLogger("qc_app")
    for handler in [h for h in logger.handlers if getattr(h, _OURS, False)]:
        logger.removeHandler(handler)
        handler.close()
    logger.propagate = True
