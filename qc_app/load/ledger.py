"""What was offered and when, kept outside the system: in memory for the check, on disk for whoever asks later."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Ledger:
    """Numbers of a stage are offered in order, so that the moments alone say everything.

    Parameters
    ----------
    path : Path
        Appended to: stage, first number, count, moment.
    stages : int
    """

    def __init__(self, path: Path, stages: int) -> None:
        self._moments: list[list[float]] = [[] for _ in range(stages)]
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def offered(self, stage: int, count: int, at: float) -> None:
        """Note that the next `count` rows of a stage were out at a moment."""
        with self._lock:
            first = len(self._moments[stage])
            self._moments[stage] += [at] * count
            self._file.write(f"{stage},{first},{count},{at!r}\n")
            self._file.flush()

    def next_number(self, stage: int) -> int:
        """Return the number of the next row of a stage."""
        return len(self._moments[stage])

    def counts(self) -> list[int]:
        """Return how many rows each stage was offered."""
        with self._lock:
            return [len(moments) for moments in self._moments]

    def moments(self, stage: int) -> NDArray[np.float64]:
        """Return when each row of a stage was out, in seconds since 1970, by number."""
        with self._lock:
            return np.array(self._moments[stage])

    def close(self) -> None:
        """Close the file."""
        self._file.close()
