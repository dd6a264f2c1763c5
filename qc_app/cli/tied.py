"""Run a command that ends when its parent does: ``python -m qc_app.cli.tied PARENT COMMAND ...``.

The kernel is asked to send SIGTERM when the parent is gone, however it went, then this process becomes the command.
The request outlives the exec (prctl(2), PR_SET_PDEATHSIG). It is made here, in the child, and not in a ``preexec_fn``,
which is unsafe where the parent has threads. Only Linux has it; elsewhere the command runs untied.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_ORPHANED = 1


def tied(command: Sequence[str], parent: int) -> list[str]:
    """Return the command that runs `command` tied to the process `parent`, which must start it itself.

    Examples
    --------
    >>> tied(["sleep", "9"], 77)[1:]
    ['-m', 'qc_app.cli.tied', '77', 'sleep', '9']
    """
    return [sys.executable, "-m", "qc_app.cli.tied", str(parent), *command]


def become(command: Sequence[str], parent: int) -> NoReturn:
    """Tie this process to its parent and become `command`; exit with 1 if the parent is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(_ORPHANED)
    os.execvp(command[0], list(command))  # noqa: S606 - the command is our own, and no shell is wanted


if __name__ == "__main__":
    become(sys.argv[2:], int(sys.argv[1]))
