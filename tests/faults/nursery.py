"""A process that has everything imported and nothing begun: it forks children that start at once, to be killed.

Run as a script; one JSON order a line on stdin, one JSON answer a line on stdout.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import victims

from qc_app import store as _warm  # noqa: F401 - imported before the fork, so that children need not


def _fork(name: str, arguments: dict[str, object]) -> int:
    child = os.fork()
    if child:
        return child
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    code = 1
    try:
        getattr(victims, name)(**arguments)
        code = 0
    except BaseException:  # noqa: BLE001 - a forked child must not run on in its parent's code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _killed(child: int, after_s: float) -> dict[str, object]:
    deadline = time.monotonic() + after_s
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return {"ended": os.waitstatus_to_exitcode(status)}
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return {"killed": True}


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if order["order"] == "kill":
            answer = _killed(_fork(order["victim"], order["arguments"]), order["after_s"])
        elif order["order"] == "start":
            answer = {"pid": _fork(order["victim"], order["arguments"])}
        else:
            os.kill(order["pid"], signal.SIGTERM)
            answer = {"ended": os.waitstatus_to_exitcode(os.waitpid(order["pid"], 0)[1])}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
