"""Waiting for what other threads and processes bring about."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

LOOK_S = 0.02


def until(true: Callable[[], Any], seconds: float = 60.0) -> float:
    """Wait for what must come true; return for how long, as if each look had come in time on a quiet machine.

    Only a failure uses the whole time.
    """
    end, looks = time.monotonic() + seconds, 0
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(LOOK_S)
        looks += 1
    return looks * LOOK_S
