"""The folder's checkpoint while it is read: new files one by one, the old ones that are done told together.

A folder that is never emptied must not make its checkpoint grow. Files that are done are therefore told in stretches:
from which to which file (by time and name), how many, and the sum of their marks. At each reading a stretch is looked
up in the folder: if number and sum are the same, all of its files are done; if not (one was deleted, rewritten, or came
later with an old time), its files are read again one by one, which the store sees as duplicates.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from data_connectors.file_folder.listing import Found
from data_connectors.file_folder.progress import DONE, HELD, Entry, Progress, Stretch

#: So many of the newest files that are done or held stand in the checkpoint one by one.
RECENT = 256
#: So many make a stretch, and fewer than the second number none.
STRETCH, FEWEST = 64, 16
#: So many stretches at most; then neighbours are joined, those that hold the fewest files first.
MOST = 128
_BITS = (1 << 64) - 1


def mark(found: Found) -> int:
    """Return 64 bits that stand for one version of a file."""
    text = f"{found.size} {found.mtime_ns} {found.name}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@dataclass(slots=True, order=True)
class _Placed:
    """A stretch, and which files of the listing it covers."""

    first: int
    last: int
    told: Stretch


class Ledger:
    """Which of the files that are there need nothing any more.

    Parameters
    ----------
    progress : Progress
        The checkpoint.
    there : sequence of Found
        What is in the folder now, oldest first.
    description : str
        Digest of how files are to be read now: what could not be read under another one is tried again.
    """

    def __init__(self, progress: Progress, there: Sequence[Found], description: str) -> None:
        self._there, self._description = there, description
        self._files = progress.only([found.name for found in there]).files
        self._at = {found.name: n for n, found in enumerate(there)}
        self._keys = [(found.mtime_ns, found.name) for found in there]
        self._stretches = sorted(p for s in progress.stretches if (p := self._placed(s)) is not None)
        self._covered = bytearray(len(there))
        for placed in self._stretches:
            self._cover(placed.first, placed.last)

    def covers(self, n: int) -> bool:
        """Tell whether the n-th file is one of a stretch that is as it was."""
        return bool(self._covered[n])

    def entry(self, n: int) -> Entry | None:
        """Return what is known of the n-th file by itself."""
        return self._files.get(self._there[n].name)

    def note(self, n: int, entry: Entry) -> None:
        """Keep how far the n-th file has come."""
        self._files[self._there[n].name] = entry
        if len(self._files) > RECENT + STRETCH:
            self._compact()

    def text(self) -> str:
        """Return the checkpoint."""
        return Progress(self._files, tuple(placed.told for placed in self._stretches)).text()

    def _placed(self, told: Stretch) -> _Placed | None:
        """Return a stretch with its place in the listing, or None if its files are not what they were."""
        if told.description not in {"", self._description}:
            return None
        first = bisect_left(self._keys, told.low)
        last = bisect_left(self._keys, (told.high[0], told.high[1] + "\0")) - 1
        same = last - first + 1 == told.count and self._sum(first, last) == told.sum
        return _Placed(first, last, told) if same and told.count else None

    def _sum(self, first: int, last: int) -> int:
        return sum(map(mark, self._there[first : last + 1])) & _BITS

    def _cover(self, first: int, last: int) -> None:
        self._covered[first : last + 1] = b"\1" * (last + 1 - first)

    def _compact(self) -> None:
        """Tell the oldest files that are done or held together, as far as no other stands between them."""
        settled = sorted(self._at[name] for name, entry in self._files.items() if entry.place in {DONE, HELD})
        for run in _runs([n for n in settled if not self._covered[n]][:-RECENT]):
            for begin in range(0, len(run), STRETCH):
                if len(part := run[begin : begin + STRETCH]) >= FEWEST:
                    self._tell(part[0], part[-1])
        while len(self._stretches) > MOST and self._join():
            pass

    def _tell(self, first: int, last: int) -> None:
        names = [self._there[n].name for n in range(first, last + 1)]
        held = any(self._files[name].place == HELD for name in names)
        told = Stretch(self._keys[first], self._keys[last], len(names), self._sum(first, last),
                       self._description if held else "")  # fmt: skip
        insort(self._stretches, _Placed(first, last, told))
        self._cover(first, last)
        for name in names:
            del self._files[name]

    def _join(self) -> bool:
        """Join the two neighbours that hold the fewest files; return whether there were any."""
        pairs = [(a.told.count + b.told.count, n) for n, (a, b) in enumerate(pairwise(self._stretches))
                 if a.last + 1 == b.first]  # fmt: skip
        if not pairs:
            return False
        n = min(pairs)[1]
        a, b = self._stretches[n : n + 2]
        told = replace(a.told, high=b.told.high, count=a.told.count + b.told.count,
                       sum=(a.told.sum + b.told.sum) & _BITS,
                       description=a.told.description or b.told.description)  # fmt: skip
        self._stretches[n : n + 2] = [_Placed(a.first, b.last, told)]
        return True


def _runs(numbers: Sequence[int]) -> Iterator[list[int]]:
    """Yield the stretches of consecutive numbers.

    Examples
    --------
    >>> list(_runs([1, 2, 3, 7, 8]))
    [[1, 2, 3], [7, 8]]
    """
    run: list[int] = []
    for number in numbers:
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
