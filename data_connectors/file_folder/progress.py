"""The folder's checkpoint: which version of which file is stored, up to where, or held back."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field

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


@dataclass(frozen=True, slots=True)
class Progress:
    """All entries, by file name.

    Examples
    --------
    >>> progress = Progress().with_entry("a.csv", Entry(12, 99, "d1", DONE, 3))
    >>> Progress.parse(progress.text()) == progress
    True
    >>> progress.only([]).text()
    '{"files": {}}'
    """

    files: dict[str, Entry] = field(default_factory=dict)

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
            return cls({str(name): Entry(*entry) for name, entry in json.loads(text)["files"].items()})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            said = f"checkpoint {text[:60]!r} is not one of a file folder - read from the start"
            raise SourceRefused(said) from error

    def text(self) -> str:
        """Return the checkpoint as JSON."""
        files = {n: [e.size, e.mtime_ns, e.definition, e.place, e.row] for n, e in self.files.items()}
        return json.dumps({"files": files})

    def only(self, names: Collection[str]) -> Progress:
        """Return the progress of the files that are still there, so that it cannot grow without end."""
        there = set(names)
        return Progress({name: entry for name, entry in self.files.items() if name in there})

    def with_entry(self, name: str, entry: Entry) -> Progress:
        """Return the progress with one file's entry replaced."""
        return Progress({**self.files, name: entry})
