"""Where things lie in the lake: folders of stages, their tables, the checkpoints of their sources."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from qc_app.store.durable import make_folder, safe_key, write_durably
from qc_app.store.lake.checkpoints import FOLDERS, Checkpoints, Delivered, source_of, stage_of
from qc_app.store.lake.table import Snapshot, Table, telling

TABLES = ("measurements", "samples", "predictions", "links")
#: Tables whose newest version is kept in memory.
KEPT_OPEN = 256


class Shelves:
    """The folders of a lake.

    Parameters
    ----------
    root : Path
        The lake's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._opened = lru_cache(maxsize=KEPT_OPEN)(Table)

    def stages(self) -> list[str]:
        """Return the ids of the stages that have a folder, in order."""
        return sorted(stage_of(path.parent) for path in self._root.glob("*/stage.json"))

    def folder(self, stage_id: str) -> Path:
        """Return the folder of a stage, there or not."""
        return self._root / safe_key(stage_id)

    def found(self, stage_id: str) -> None:
        """Make the folder of a stage, unless it is there."""
        name = self.folder(stage_id) / "stage.json"
        with telling(f"making the folder of stage {stage_id!r}"):
            if not name.exists():
                make_folder(name.parent)
                write_durably(name, json.dumps({"stage": stage_id}).encode())

    def table(self, stage_id: str, name: str) -> Table:
        """Return a table of a stage, one of `TABLES`, there or not."""
        return self._opened(self.folder(stage_id) / name)

    def tables(self, stage_id: str) -> Iterator[Table]:
        """Return the tables of a stage that are there."""
        for name in TABLES:
            table = self.table(stage_id, name)
            if table.snapshot() is not None:
                yield table

    def sources(self, stage_id: str) -> list[str]:
        """Return the sources that ever stored something for a stage, in order of name."""
        found: set[str] = set()
        for kept, folder in FOLDERS.items():
            base = self.table(stage_id, kept).snapshot()
            names = [source_of(f) for f in (self.folder(stage_id) / folder).glob("*/")]
            found |= {n for n in names if n is not None and base and base.delta.transaction_version(n)}
        return sorted(found)

    def checkpoints(self, stage_id: str, source: str, kept: str = "measurements") -> Checkpoints:
        """Return the checkpoints of a source for the table `kept`."""
        return Checkpoints(self.folder(stage_id) / FOLDERS[kept] / safe_key(source), stage_id, source)

    def kept(self, stage_id: str, source: str) -> str:
        """Return the table that holds what a source delivered last: its samples, if it ever gave any."""
        samples = self.table(stage_id, "samples").snapshot()
        return "samples" if samples and samples.delta.transaction_version(source) else "measurements"

    def state(self, stage_id: str, source: str) -> Delivered:
        """Return what a source has delivered so far."""
        kept = self.kept(stage_id, source)
        base = self.table(stage_id, kept).snapshot()
        return self.checkpoints(stage_id, source, kept).at(base) if base else Delivered()

    def revised(self, stage_id: str, base: Snapshot) -> bool:
        """Whether a unit may have two rows: not if one source delivered all and never revised."""
        sources = [source_of(f) for f in (self.folder(stage_id) / "_checkpoints").glob("*/")]
        states = [self.checkpoints(stage_id, s).at(base) for s in sources if s is not None]
        heard = [state for state in states if state.number]
        return len(heard) != 1 or heard[0].total.revisions > 0
