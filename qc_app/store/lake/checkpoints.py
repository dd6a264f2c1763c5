"""What a source has delivered so far: checkpoint, counts and receipt of each commit, in small numbered files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from qc_app.errors import StoreDamaged
from qc_app.records import Counts, Receipt
from qc_app.store.durable import make_folder, write_durably
from qc_app.store.lake.table import Snapshot

KEPT = 5000
#: Table -> the folder with the checkpoints of its sources.
FOLDERS = {"measurements": "_checkpoints", "samples": "_sample_checkpoints"}


@dataclass(frozen=True, slots=True)
class Delivered:
    """The state of a source after its n-th commit.

    Parameters
    ----------
    number : int
        The commit's number; 0 before the first.
    after : str or None
        The source's checkpoint, true because the rows are stored.
    total : Counts
        Since the beginning.
    receipt : Receipt or None
        Of this commit alone.
    newest : datetime or None
        The newest event time that the source ever delivered; None if not known.
    """

    number: int = 0
    after: str | None = None
    total: Counts = field(default_factory=Counts)
    receipt: Receipt | None = None
    newest: datetime | None = None


class Checkpoints:
    """The numbered files of one source of one stage.

    A file counts only if the Delta table names its number: one written for a commit that never came is overwritten.

    Parameters
    ----------
    folder : Path
    stage, source : str
    """

    def __init__(self, folder: Path, stage: str, source: str) -> None:
        self.folder = folder
        self.stage = stage
        self.source = source

    def prepare(self) -> None:
        """Make the folder and note whose it is."""
        name = self.folder / "source.json"
        if not name.exists():
            make_folder(self.folder)
            write_durably(name, json.dumps({"stage": self.stage, "source": self.source}).encode())

    @property
    def lock(self) -> Path:
        """The file that the one writer of this source locks."""
        return self.folder / "lock"

    def write(self, state: Delivered) -> None:
        """Put the state on the disk under its number, before the commit that makes it true."""
        receipt = state.receipt
        text = {
            "source": self.source,
            "after": state.after,
            "total": asdict(state.total),
            "commit": asdict(receipt.counts) if receipt else {},
            "at": receipt.at.isoformat() if receipt else "",
            "newest": state.newest.isoformat() if state.newest else None,
        }
        write_durably(self.folder / f"{state.number}.json", json.dumps(text).encode())

    def read(self, number: int) -> Delivered:
        """Return the state after commit `number`.

        Raises
        ------
        StoreDamaged
            If the file that the table names is missing or unreadable.
        """
        path = self.folder / f"{number}.json"
        try:
            text = json.loads(path.read_bytes())
            receipt = Receipt(
                self.source, self.stage, datetime.fromisoformat(text["at"]), Counts(**text["commit"]), number
            )
            newest = datetime.fromisoformat(text["newest"]) if text.get("newest") else None
            return Delivered(number, text["after"], Counts(**text["total"]), receipt, newest)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreDamaged(
                f"checkpoint {number} of source {self.source!r} of stage {self.stage!r} cannot be read from {path}"
                f" ({error}) - restore it from the backup",
                "damaged",
            ) from error

    def at(self, base: Snapshot) -> Delivered:
        """Return the state that a version of the stage's table names as true."""
        number = base.delta.transaction_version(self.source)
        return self.read(number) if number else Delivered()

    def newest(self, current: int, last: int) -> list[Receipt]:
        """Return the receipts of the `last` commits up to number `current`, oldest first."""
        found = []
        for number in range(current, max(0, current - last), -1):
            if not (self.folder / f"{number}.json").exists():
                break
            receipt = self.read(number).receipt
            found += [receipt] if receipt else []
        return found[::-1]

    def prune(self, current: int, keep: int = KEPT) -> None:
        """Remove the files of all but the newest `keep` commits; the totals live on in the newest."""
        for path in self.folder.glob("[0-9]*.json"):
            if int(path.stem) <= current - keep:
                path.unlink()


def source_of(folder: Path) -> str | None:
    """Return whose checkpoints a folder holds, None if it was never finished."""
    try:
        return str(json.loads((folder / "source.json").read_bytes())["source"])
    except (OSError, ValueError, KeyError):
        return None


def stage_of(folder: Path) -> str:
    """Return the id of the stage whose folder of the lake this is."""
    return str(json.loads((folder / "stage.json").read_bytes())["stage"])
