"""The one seam through which tests kill the process at a named point; inert unless the environment says otherwise."""

from __future__ import annotations

import os
import signal

VARIABLE = "QC_FAULT_POINT"

#: Every point there is, in the order in which a night passes them.
POINTS = (
    "after_hold",
    "before_books",
    "after_store",
    "after_ingest",
    "after_train",
    "after_fit",
    "after_save",
    "after_register",
    "after_challenge",
    "after_judge",
    "before_swap",
    "after_swap",
    "after_predict",
    "after_choose",
    "after_explain",
    "before_report",
)


def reached(point: str) -> None:
    """Die at once, as by ``kill -9``, if this point is the one that the environment names.

    Parameters
    ----------
    point : str
        One of `POINTS`.

    Examples
    --------
    >>> reached("after_fit")
    """
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)
