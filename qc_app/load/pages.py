"""`qc bench pages`: how long people wait for pages of a large plant, and what the server needs for ten of them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from qc_app.load.history import made
from qc_app.load.making import QUALITY
from qc_app.load.measures import Target
from qc_app.load.run import Told
from qc_app.load.watching import resident_mb

_APP = Path(__file__).resolve().parent.parent / "dashboard" / "app.py"
USERS = 10
LOADS = 20
#: Page -> seconds that a person may wait for it; the first view comes with the whole program.
_WITHIN = {"first view": 2.0, "overview": 1.0, "stage": 1.0, "stage, all time": 1.0, "alarms": 1.0, "models": 1.0}
_MOST_MB = 1000.0
_TURN = (("stage", "7d"), ("overview", ""), ("stage", "all"), ("alarms", ""), ("models", ""))


@dataclass(frozen=True, slots=True)
class PagesRun:
    """What was measured.

    Parameters
    ----------
    stages, days, loads : int
        Size of the plant and its past; pages drawn in all.
    seconds : mapping of str to sequence of float
        Page -> how long the server took, each time it was drawn.
    rss_mb : float
        Memory of the server with the program, the store and all sessions, at the end.
    busy : float
        Processes that wanted a core at the end, on average over a minute: other work beside the bench.
    """

    stages: int
    days: int
    loads: int
    seconds: Mapping[str, Sequence[float]]
    rss_mb: float
    busy: float

    @property
    def targets(self) -> tuple[Target, ...]:
        """Medians held against what a person may wait, and the memory."""
        found = [
            Target(
                f"{page}: median within {_WITHIN[page]:g} s",
                float(np.median(took)),
                bool(np.median(took) <= _WITHIN[page]),
            )
            for page, took in self.seconds.items()
        ]
        return (*found, Target(f"memory below {_MOST_MB:g} MB", self.rss_mb, self.rss_mb < _MOST_MB))

    def rows(self) -> list[tuple[str, str, str, str]]:
        """Return rows for a terminal: page, times drawn, median and worst."""
        return [
            (page, str(len(took)), f"{np.median(took):.2f} s", f"{max(took):.2f} s")
            for page, took in self.seconds.items()
        ]

    def to_json(self) -> str:
        """Write the run as JSON."""
        return json.dumps(asdict(self), indent=1)


def run_pages(home: Path, *, stages: int, days: int, told: Told = lambda _what, _share: None) -> PagesRun:
    """Make a plant with a past and draw its pages as ten people would, one after the other.

    Every page is a whole run of the application by Streamlit's own test runner: everything a server does for it, but
    neither the network nor the browser's drawing.

    Parameters
    ----------
    home : Path
        New.
    stages, days : int
    told : callable, optional
    """
    told("making the plant and its past", 0.0)
    plant = made(home, stages, days)
    names = [stage.id for stage in plant.stages[:USERS]]
    seconds: dict[str, list[float]] = {page: [] for page in _WITHIN}
    with patch.dict(os.environ, {"QC_HOME": str(home), "QC_USER": "bench", "QC_ROLE": "engineer"}):
        people = [_opened(seconds["first view"]) for _ in range(USERS)]
        for turn in range(LOADS - 1):
            page, window = _TURN[turn % len(_TURN)]
            told(page, turn / LOADS)
            for person, stage in zip(people, names, strict=False):
                took = _went(person, page, {"stage": stage, "what": QUALITY, **({"window": window} if window else {})})
                seconds["stage, all time" if window == "all" else page].append(took)
    busy = os.getloadavg()[0]
    return PagesRun(stages, days, USERS * LOADS, seconds, resident_mb(os.getpid()) or float("nan"), busy)


def _opened(seconds: list[float]) -> Any:
    from streamlit.testing.v1 import AppTest

    person = AppTest.from_file(str(_APP), default_timeout=120)
    seconds.append(_drawn(person))
    return person


def _went(person: Any, page: str, query: Mapping[str, str]) -> float:
    from streamlit.util import calc_hash

    for key, value in query.items():
        person.query_params[key] = value
    person._page_hash = "" if page == "overview" else calc_hash(page)  # noqa: SLF001 - as the runner's own switch_page
    return _drawn(person)


def _drawn(person: Any) -> float:
    began = time.perf_counter()
    person.run()
    took = time.perf_counter() - began
    if person.exception:
        raise RuntimeError(str(person.exception[0].value))
    return took
