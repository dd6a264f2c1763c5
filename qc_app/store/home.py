"""The plant's folder: lake, journal, registry, logs and the clock that it lives by."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from qc_app.clock import Clock, ScaledClock, WallClock
from qc_app.errors import StoreDamaged, StoreError
from qc_app.settings import Settings
from qc_app.store.durable import held, make_folder, safe_key, store_error, write_durably
from qc_app.store.journal import Journal
from qc_app.store.lake import Lake
from qc_app.store.outlet_room import OutletRoom
from qc_app.store.registry import Registry
from qc_app.store.reserve import Reserve

#: How long somebody waits for another who reads the same source: an hour's outage may be in his hands.
PATIENCE_S = 900.0


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that a plant remembers; close it, or use it in a `with` block.

    Parameters
    ----------
    lake : Lake
    journal : Journal
    registry : Registry
    home : Path
        The plant's folder.
    clock : Clock
        The plant's time.
    """

    lake: Lake
    journal: Journal
    registry: Registry
    home: Path
    clock: Clock

    def spool(self, source: str) -> Path:
        """Return the folder in which a live source keeps what it hears until the lake has it."""
        return self.home / "spool" / safe_key(source)

    def reading(self, source: str) -> AbstractContextManager[None]:
        """Be the only one who reads a source, while inside: a person, the scheduler and its night take turns."""
        return held(self._lock(safe_key(source)), f"reading source {source!r}", PATIENCE_S)

    @contextmanager
    def arriving(self) -> Iterator[None]:
        """Be, while inside, where rows have their moment of arrival and are not stored yet.

        Who waits to be `alone` goes first, else sources that tell without a pause would never let anybody be.
        """
        with held(self._lock("turn"), "storing what arrived", PATIENCE_S, shared=True):
            pass
        with held(self._lock("arrivals"), "storing what arrived", PATIENCE_S, shared=True):
            yield

    def moment(self) -> datetime:
        """Return a present moment up to which all that arrived is stored, so that what is known by then stays so."""
        with self.alone():
            return self.clock.now()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nothing that arrived be half stored, while inside."""
        what = "waiting for what is being stored"
        with held(self._lock("turn"), what, PATIENCE_S), held(self._lock("arrivals"), what, PATIENCE_S):
            yield

    def _lock(self, name: str) -> Path:
        folder = self.home / "locks"
        make_folder(folder)
        return folder / f"{name}.lock"

    def outlet(self, name: str) -> OutletRoom:
        """Return what is kept of a write-back: its switch, how far it is, its record."""
        return OutletRoom(self.home / "writeback" / safe_key(name))

    def uploads(self, stage: str) -> Path:
        """Return the folder in which files are kept that a person uploaded for a stage."""
        return self.home / "uploads" / safe_key(stage)

    def certificates(self, stage: str) -> Path:
        """Return the folder for the certificates of a stage's OPC UA server, where its plant definition names none."""
        return self.home / "pki" / safe_key(stage)

    def keep(self, file: Path, data: bytes) -> None:
        """Write a file into the plant's folder so that it is there whole, or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        try:
            make_folder(file.parent)
            write_durably(file, data)
        except OSError as error:
            raise store_error(f"keeping {file.name}", error) from error

    @property
    def reserve(self) -> Reserve:
        """Room for the moment when the disk is full."""
        return Reserve(self.home / "reserve")

    def require_there(self) -> None:
        """Raise StoreError if the folder of the lake is gone: an empty one would look like a plant without units."""
        if not self.lake.root.is_dir():
            raise StoreError(_gone("lake", self.lake.root), "unreachable")

    def close(self) -> None:
        """Let go of files and connections."""
        self.journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(settings: Settings, *, create: bool = False, clock: Clock | None = None) -> Store:
    """Open a plant's store; tables of an older program are brought up to date.

    Parameters
    ----------
    settings : Settings
    create : bool
        Make the folder if it is missing.
    clock : Clock, optional
        Default: the clock of ``clock.json`` in the folder (simulated plants), else the machine's.

    Raises
    ------
    StoreError
        If the folder is missing and not to be made, cannot be written, or a newer program wrote it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with open_store(Settings(home=Path(folder) / "plant"), create=True) as store:
    ...         store.lake.stages(), store.registry.list()
    ([], [])
    """
    home = settings.home.absolute()
    _require_home(home, create=create)
    if not create:
        _require_parts(settings)
    try:
        for folder in (home, home / "models", home / "logs", settings.lake_root):
            make_folder(folder)
    except OSError as error:
        raise store_error(f"opening the plant's folder {home}", error) from error
    ticking = clock or clock_of(home)
    journal = Journal(settings.database_url or f"sqlite:///{home / 'journal.sqlite'}")
    return Store(Lake(settings.lake_root, ticking), journal, Registry(home / "models"), home, ticking)


def _require_home(home: Path, *, create: bool) -> None:
    """Refuse what is no folder of a plant, so that a wrong --home does not become one, and what cannot be written."""
    if home.exists() and not home.is_dir():
        raise StoreError(f"{home} is a file, not the folder of a plant - name another --home", "no_home")
    if not create and not (home / "models").is_dir():
        raise StoreError(
            f"there is no plant in {home} - make one with `qc apply plant.toml` or `qc demo`, or name another --home",
            "no_home",
        )
    if home.is_dir() and not os.access(home, os.W_OK | os.X_OK):
        raise StoreError(
            f"this account may not write in {home} - give it the right, or work as the account that runs the plant",
            "permission",
        )


def _require_parts(settings: Settings) -> None:
    """Refuse a plant that lost its lake or its journal: a new, empty one in its place would hide the loss."""
    file, lake = settings.home.absolute() / "journal.sqlite", settings.lake_root
    if not lake.is_dir():
        raise StoreError(_gone("lake", lake) + ", or make the folder if it shall begin anew", "no_home")
    if not settings.database_url and not file.exists() and any(lake.iterdir()):
        raise StoreError(_gone("journal", file), "no_home")


def _gone(what: str, where: Path) -> str:
    return f"the {what} {where} is gone - put it back, or restore the backup"


def clock_of(home: Path) -> Clock:
    """Return the clock that a plant lives by.

    Raises
    ------
    StoreDamaged
        If ``clock.json`` is there but cannot be read.
    """
    path = home / "clock.json"
    if not path.exists():
        return WallClock()
    try:
        told = json.loads(path.read_bytes())
        origin, plant_origin = (datetime.fromisoformat(told[name]) for name in ("origin", "plant_origin"))
        return ScaledClock(origin, plant_origin, float(told["speed"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(
            f"{path} is no clock ({error}) - it needs origin, plant_origin (ISO times) and speed", "damaged"
        ) from error
