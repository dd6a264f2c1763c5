"""The command line: ``qc --help``."""

import os
from collections.abc import Sequence

__all__ = ["main"]

#: Small linear algebra wants one thread a process; two threads on two cores made the same night four times as dear.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; numerical libraries are loaded only after their threads are set."""
    for variable in _ONE_THREAD:
        os.environ.setdefault(variable, "1")
    from qc_app.cli.entry import main as run

    return run(argv)
