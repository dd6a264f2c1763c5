"""A process that has everything imported and nothing begun: it forks children that start at once, to be killed.

Run as a script; one JSON order a line on stdin, one JSON answer a line on stdout. Its arguments are modules to import
beside its own.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys
import time
import traceback

from qc_app import store as _warm  # noqa: F401 - imported before the fork, so that children need not
from tests.faults import victims

#: How long a victim takes from its start to its first tick, and from tick to tick, in seconds: learnt as it goes.
_starts: dict[str, float] = {}
_steps: dict[str, float] = {}


def _fork(name: str, arguments: dict[str, object]) -> tuple[int, int]:
    """Start a child and return its id and the pipe on which it ticks."""
    ticks, own = os.pipe()
    child = os.fork()
    if child:
        os.close(own)
        return child, ticks
    os.close(ticks)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    victims.tick_on(own)
    code = 1
    try:
        getattr(victims, name)(**arguments)
        code = 0
    except BaseException:  # noqa: BLE001 - a forked child must not run on in its parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _killed(name: str, arguments: dict[str, object], ticks: int, share: float) -> dict[str, object]:
    """Kill a child after so many ticks and a share of the time that one more would take."""
    begun = time.monotonic()
    child, pipe = _fork(name, arguments)
    for count in range(ticks):
        os.read(pipe, 1)
        now = time.monotonic()
        learnt = _steps if count else _starts
        learnt[name] = 0.5 * learnt.get(name, now - begun) + 0.5 * (now - begun)
        begun = now
    time.sleep(share * (_steps.get(name, 0.05) if ticks else _starts.get(name, 0.2)))
    done, status = os.waitpid(child, os.WNOHANG)
    os.close(pipe)
    if done:
        return {"ended": os.waitstatus_to_exitcode(status)}
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"killed": True}


def _ended(name: str, arguments: dict[str, object]) -> int:
    """Let a child run to its end and return how it ended: its code, or minus the signal that killed it."""
    child, pipe = _fork(name, arguments)
    status = os.waitpid(child, 0)[1]
    os.close(pipe)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    for module in sys.argv[1:]:
        importlib.import_module(module)
    running: set[int] = set()
    try:
        _obey(running)
    finally:
        for child in running:
            os.kill(child, signal.SIGKILL)


def _obey(running: set[int]) -> None:
    """Take orders until there are no more; who runs meanwhile is in `running`, and does not outlive this process."""
    for line in sys.stdin:
        order = json.loads(line)
        if order["order"] == "kill":
            answer = _killed(order["victim"], order["arguments"], order["ticks"], order["share"])
        elif order["order"] == "start":
            child = _fork(order["victim"], order["arguments"])[0]
            answer = {"pid": child}
            running.add(child)
        elif order["order"] == "run":
            answer = {"ended": _ended(order["victim"], order["arguments"])}
        else:
            running.discard(order["pid"])
            os.kill(order["pid"], signal.SIGTERM)
            answer = {"ended": os.waitstatus_to_exitcode(os.waitpid(order["pid"], 0)[1])}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
