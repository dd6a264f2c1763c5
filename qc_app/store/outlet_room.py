"""What is kept of a write-back: the switch that stops it, how far it is, and a record of every value told.

All of it are files in a folder of the outlet's own, so that the switch works whatever happens to the journal: where the
file ``stopped.json`` lies, nothing is told.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from qc_app.store.durable import make_folder, store_error, sync, write_durably

KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Stopped:
    """Who stopped a write-back, when and why."""

    who: str
    why: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a write-back is.

    Parameters
    ----------
    told_until : datetime or None
        Event time of the newest unit that was told.
    beats : int
        Number of the last heartbeat.
    told, withheld, left_out : int
        Values told as predicted; told as the dead value; left out for the pace.
    alive : bool
        Whether the last thing told is a value to be believed.
    problem : str
        Why the last attempt failed; empty if it did not.
    at : datetime or None
        Of the last attempt.
    """

    told_until: datetime | None = None
    beats: int = 0
    told: int = 0
    withheld: int = 0
    left_out: int = 0
    alive: bool = False
    problem: str = ""
    at: datetime | None = None


class OutletRoom:
    """The folder of one outlet.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._switch, self._progress = folder / "stopped.json", folder / "progress.json"

    def stopped(self) -> Stopped | None:
        """Return who stopped it, or None; a switch that cannot be read stops all the same."""
        try:
            told = json.loads(self._switch.read_bytes())
            return Stopped(told["who"], told["why"], datetime.fromisoformat(told["at"]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            at = datetime.fromtimestamp(0).astimezone()
            return Stopped("nobody known", f"{self._switch} cannot be read - delete it by `qc writeback start`", at)

    def stop(self, stopped: Stopped) -> None:
        """Lay the switch.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        self._write(self._switch, asdict(stopped) | {"at": stopped.at.isoformat()})

    def start(self) -> None:
        """Take the switch away.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        try:
            self._switch.unlink(missing_ok=True)
        except OSError as error:
            raise store_error(f"starting {self._folder.name}", error) from error

    def progress(self) -> Progress:
        """Return how far it is; unknown is the beginning."""
        try:
            told: dict[str, Any] = json.loads(self._progress.read_bytes())
            times = {name: datetime.fromisoformat(told[name]) for name in ("told_until", "at") if told.get(name)}
            return Progress(**{**told, **times})
        except (OSError, ValueError, TypeError):
            return Progress()

    def keep(self, progress: Progress) -> None:
        """Keep how far it is.

        Raises
        ------
        StoreError
            If the disk refuses; then nothing may be told either.
        """
        times = {name: at.isoformat() if (at := getattr(progress, name)) else None for name in ("told_until", "at")}
        self._write(self._progress, asdict(progress) | times)

    def record(self, at: datetime, state: str, messages: Iterable[Mapping[str, Any]]) -> None:
        """Add lines to the record of the day and force them to the disk; days older than 400 are forgotten.

        Raises
        ------
        StoreError
            If the disk refuses; then nothing may be told either.
        """
        path = self._folder / f"{at:%Y-%m-%d}.jsonl"
        lines = "".join(json.dumps({"at": at.isoformat(), "state": state, **m}) + "\n" for m in messages)
        try:
            make_folder(self._folder)
            fresh = not path.exists()
            with path.open("a", encoding="utf-8") as file:
                file.write(lines)
                file.flush()
                os.fsync(file.fileno())
            if fresh:
                sync(self._folder)
                self._forget(at)
        except OSError as error:
            raise store_error(f"recording what {self._folder.name} tells", error) from error

    def _forget(self, at: datetime) -> None:
        oldest = f"{at - KEPT:%Y-%m-%d}.jsonl"
        for path in self._folder.glob("????-??-??.jsonl"):
            if path.name < oldest:
                path.unlink(missing_ok=True)

    def _write(self, path: Path, content: Mapping[str, Any]) -> None:
        try:
            make_folder(self._folder)
            write_durably(path, json.dumps(content).encode())
        except OSError as error:
            raise store_error(f"writing {path.name} of {self._folder.name}", error) from error
