"""Looking at the system while it works: memory, descriptors, files, and how long a page has to wait."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

EVERY_S = 1.0
FILES_EVERY_S = 15.0
PAGE_EVERY_S = 5.0


@dataclass(slots=True)
class Seen:
    """What was looked at in one phase: moments (s) with memory (MB) and processor time (s); the rest as it came."""

    at: list[float] = field(default_factory=list)
    rss_mb: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)
    files: list[int] = field(default_factory=list)
    wal_mb: list[float] = field(default_factory=list)
    spool_mb: list[float] = field(default_factory=list)
    pages_s: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Return start, peak and slope of the memory and the most of everything else."""
        found: dict[str, float] = {}
        if self.rss_mb:
            found |= {"rss_first_mb": self.rss_mb[0], "rss_peak_mb": max(self.rss_mb), "rss_slope_mb_h": self._slope()}
        worked = [b - a for a, b in pairwise(self.cpu_s) if b >= a]  # less than before: another process was started
        if worked:
            found["cores"] = sum(worked) / (self.at[-1] - self.at[0])
        for name in ("descriptors", "files", "wal_mb", "spool_mb"):
            values = getattr(self, name)
            found |= {name: float(max(values))} if values else {}
        if self.pages_s:
            found |= {"page_median_s": float(np.median(self.pages_s)), "page_worst_s": max(self.pages_s)}
        return found

    def _slope(self) -> float:
        """Megabytes an hour over the second half, by least squares: the first fills caches."""
        half = len(self.at) // 2
        at, mb = np.array(self.at[half:]), np.array(self.rss_mb[half:])
        return float(np.polyfit(at - at[0], mb, 1)[0] * 3600.0) if len(at) > 2 and np.ptp(at) > 0 else 0.0


class Watcher(threading.Thread):
    """Looks every second, from a thread of its own; `turn` begins the next phase and returns what was seen.

    Parameters
    ----------
    home : Path
    pid : callable
        Returns the process to look at, or None.
    page : callable
        Reads what a page shows; its time is taken.
    """

    def __init__(self, home: Path, pid: Callable[[], int | None], page: Callable[[], None]) -> None:
        super().__init__(name="watch", daemon=True)
        self._home, self._pid, self._page = home, pid, page
        self._lock, self._over = threading.Lock(), threading.Event()
        self._seen = Seen()

    def turn(self) -> Seen:
        """Return what was seen since the last turn."""
        with self._lock:
            seen, self._seen = self._seen, Seen()
        return seen

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self.join(60.0)

    def run(self) -> None:
        """Look until told to stop."""
        files = pages = 0.0
        while not self._over.wait(EVERY_S):
            now = time.monotonic()
            self._process(now)
            if now - pages >= PAGE_EVERY_S:
                self._note("pages_s", _seconds(self._page))
                pages = now
            if now - files >= FILES_EVERY_S:
                self._folders()
                files = now

    def _process(self, now: float) -> None:
        pid = self._pid()
        rss, descriptors = resident_mb(pid), open_files(pid)
        worked = processor_s(pid)
        if rss is not None and descriptors is not None and worked is not None:
            with self._lock:
                self._seen.at.append(now)
                self._seen.cpu_s.append(worked)
                self._seen.rss_mb.append(rss)
                self._seen.descriptors.append(descriptors)

    def _folders(self) -> None:
        self._note("files", count(self._home / "lake"))
        self._note("wal_mb", size_mb(self._home / "journal.sqlite-wal"))
        self._note("spool_mb", sum(size_mb(path) for path in self._home.rglob("*.segment")))

    def _note(self, name: str, value: float) -> None:
        with self._lock:
            getattr(self._seen, name).append(value)


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def resident_mb(pid: int | None) -> float | None:
    """Return the resident memory of a process, None where it is gone or the system has no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_s(pid: int | None) -> float | None:
    """Return the processor seconds that a process has used, None where that cannot be known."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return None


def open_files(pid: int | None) -> int | None:
    """Return how many file descriptors a process has open, None where that cannot be known."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return None


def size_mb(path: Path) -> float:
    """Return the size of a file, 0 where it is gone."""
    try:
        return path.stat().st_size / 1e6
    except OSError:
        return 0.0


def count(folder: Path) -> int:
    """Return how many files lie below a folder."""
    return sum(len(files) for _, _, files in os.walk(folder))
