"""What a piece of work costs: processor time and memory."""

from __future__ import annotations

import resource
import sys
import time

_UNIT = 1 if sys.platform == "darwin" else 1024


class Meter:
    """Started when it is made.

    Examples
    --------
    >>> sorted(Meter().read())
    ['memory_mb', 'seconds']
    """

    def __init__(self) -> None:
        self._began = time.process_time()

    def read(self) -> dict[str, float]:
        """Return processor seconds since the start, and the most memory this process has held, in MB (10^6 bytes)."""
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
        return {"seconds": round(time.process_time() - self._began, 3), "memory_mb": round(held / 1e6, 1)}
