"""Which failures of a step are tried again at once, and how often: by their cause."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace

from qc_app.errors import StoreError
from qc_app.jobs.step import Result

log = logging.getLogger(__name__)

PAUSES_S = (1.0, 5.0)
"""Before the second and before the third try."""
#: Reasons of the store that pass by themselves; a full disk, a damaged file or a lost lease does not.
PASSING = frozenset({"busy", "unreachable"})
_FLEETING = (ConnectionError, TimeoutError, InterruptedError, BlockingIOError)


def passes(error: BaseException) -> bool:
    """Return whether a failure may be gone in a moment.

    A store that another process holds or that cannot be reached, and what the operating system calls interrupted, is
    tried again. Whatever is wrong with data, models or definitions, a lack of memory or of room, and faults of this
    program give the same answer a second time: they are told, and the next night tries again.

    Parameters
    ----------
    error : BaseException

    Examples
    --------
    >>> passes(StoreError("the journal is held", "busy")), passes(StoreError("no room", "disk_full"))
    (True, False)
    >>> passes(ConnectionResetError()), passes(MemoryError()), passes(ValueError("no rows"))
    (True, False, False)
    """
    return error.reason in PASSING if isinstance(error, StoreError) else isinstance(error, _FLEETING)


def patiently(work: Callable[[], Result], pause: Callable[[float], object] = time.sleep) -> Result:
    """Do the work of a step, again where what hindered it passes.

    Parameters
    ----------
    work : callable
        Safe to repeat, as every step is.
    pause : callable
        Waits so many seconds.

    Returns
    -------
    Result
        With the number of ``tries`` where one was not enough.

    Raises
    ------
    Exception
        The last failure, with a note how often it was tried.
    """
    for tries, seconds in enumerate((*PAUSES_S, None), start=1):
        try:
            found = work()
        except (StoreError, *_FLEETING) as error:
            if seconds is None or not passes(error):
                if tries > 1:
                    error.add_note(f"tried {tries} times")
                raise
            log.warning("tried again in %g s: %s", seconds, error)
            pause(seconds)
        else:
            return found if tries == 1 else replace(found, numbers={**found.numbers, "tries": tries})
    raise AssertionError("the last try returns or raises")
