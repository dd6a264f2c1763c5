"""A nursery of children to be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent


class Nursery:
    """Starts children quickly and kills them in time; see nursery.py. Modules that they need are imported before."""

    def __init__(self, *modules: str) -> None:
        root = str(HERE.parent.parent)
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "nursery.py"), *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
            env={**os.environ, "PYTHONPATH": root, "POLARS_MAX_THREADS": "1", "TOKIO_WORKER_THREADS": "1"},
        )

    def _order(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def kill(self, victim: str, ticks: int, share: float, **arguments: Any) -> None:
        """Let a child open and do `ticks` - 1 steps, then kill it a share of a step later (0 ticks: while it opens).

        Counted in steps and not in seconds, so that a busy machine gives the same test.
        """
        answer = self._order(order="kill", victim=victim, arguments=arguments, ticks=ticks, share=share)
        assert answer == {"killed": True}, f"{victim} ended by itself: {answer}"

    def run(self, victim: str, **arguments: Any) -> int:
        """Let a child run to its end; return its code, or minus the signal that killed it."""
        return int(self._order(order="run", victim=victim, arguments=arguments)["ended"])

    def start(self, victim: str, **arguments: Any) -> int:
        """Start a child and return its id."""
        return int(self._order(order="start", victim=victim, arguments=arguments)["pid"])

    def stop(self, pid: int) -> None:
        """Ask a child to end; it must end well."""
        assert self._order(order="stop", pid=pid) == {"ended": 0}

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(60)


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    """One nursery for a module's tests."""
    opened = Nursery()
    yield opened
    opened.close()
