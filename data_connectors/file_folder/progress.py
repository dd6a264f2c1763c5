"""The folder's checkpoint: which version of which file is stored, up to where, or held back; old files together."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from data_connectors.errors import SourceRefused

DONE = -1
HELD = -2


@dataclass(frozen=True, slots=True)
class Entry:
    """How far one version of a file has come.

    Parameters
    ----------
    size, mtime_ns : int
        The version.
    definition : str
        Digest of the description under which it was read; a held file is tried again when it changes.
    place, row : int
        Where to go on in the file, and the number of the row there; place is -1 when done, -2 when held.
    """

    size: int
    mtime_ns: int
    definition: str
    place: int
    row: int

    def same(self, size: int, mtime_ns: int) -> bool:
        """Tell whether it speaks of this version of the file."""
        return (self.size, self.mtime_ns) == (size, mtime_ns)


Key = tuple[int, str]


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """Files that are done or held, told together: see :mod:`~data_connectors.file_folder.settled`.

    Parameters
    ----------
    low, high : (int, str)
        Time (ns since 1970) and name of the first and the last.
    count, sum : int
        How many, and the sum of their marks.
    description : str
        Digest of the description under which some were held back; empty: all are done.
    """

    low: Key
    high: Key
    count: int
    sum: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """All entries, by file name, and the stretches of old files.

    Examples
    --------
    >>> progress = Progress({"a.csv": Entry(12, 99, "d1", DONE, 3)}, (Stretch((1, "b"), (7, "c"), 64, 5),))
    >>> Progress.parse(progress.text()) == progress
    True
    >>> progress.only([]).text()
    '{"files": {}, "stretches": [[1, "b", 7, "c", 64, 5, ""]]}'
    """

    files: dict[str, Entry] = field(default_factory=dict)
    stretches: tuple[Stretch, ...] = ()

    @classmethod
    def parse(cls, text: str | None) -> Progress:
        """Read a checkpoint; None is the beginning.

        Raises
        ------
        SourceRefused
            If the text is not a checkpoint of a folder.
        """
        if text is None:
            return cls()
        try:
            told = json.loads(text)
            files = {str(name): Entry(*entry) for name, entry in told["files"].items()}
            return cls(files, tuple(_stretch(*one) for one in told.get("stretches", ())))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            said = f"checkpoint {text[:60]!r} is not one of a file folder - read from the start"
            raise SourceRefused(said) from error

    def text(self) -> str:
        """Return the checkpoint as JSON."""
        files = {n: [e.size, e.mtime_ns, e.definition, e.place, e.row] for n, e in self.files.items()}
        more = {"stretches": [[*s.low, *s.high, s.count, s.sum, s.description] for s in self.stretches]}
        return json.dumps({"files": files} | (more if self.stretches else {}))

    def only(self, names: Collection[str]) -> Progress:
        """Return the progress of the files that are still there, so that it cannot grow without end."""
        there = set(names)
        return Progress({name: entry for name, entry in self.files.items() if name in there}, self.stretches)


def _stretch(*told: Any) -> Stretch:
    low_ns, low, high_ns, high, count, total, description = told
    return Stretch((int(low_ns), str(low)), (int(high_ns), str(high)), int(count), int(total), str(description))
