"""The most memory this process held, since it was last asked to forget."""

from __future__ import annotations

import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_FORGET = Path("/proc/self/clear_refs")


def reset_peak() -> None:
    """Begin to measure anew, where the system can: Linux, by writing 5 to ``clear_refs`` (proc(5)).

    Elsewhere the peak stays that of the whole life of the process, which is never too small.
    """
    try:
        _FORGET.write_text("5", encoding="ascii")
    except OSError:
        return


def peak_mb() -> float | None:
    """Return the peak of resident memory in megabytes (10^6 bytes), libraries included; None if nobody knows.

    Examples
    --------
    >>> held = peak_mb()
    >>> held is None or held > 10
    True
    """
    try:
        for line in _STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
