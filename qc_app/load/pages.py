"""`qc bench pages`: how long people wait for pages of a large plant, and what the server needs for ten of them."""

from __future__ import annotations

import json
import logging
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
#: Page -> seconds that a person may wait for it; the first view and a link from outside come with the whole program.
_WITHIN = {
    "first view": 2.0,
    "stage by a link": 2.0,
    "page to page": 1.0,
    "overview": 1.0,
    "stage": 1.0,
    "stage, all time": 1.0,
    "alarms": 1.0,
    "models": 1.0,
}
#: What only a browser waits for.
_BROWSED = ("page to page", "stage by a link")
_MOST_MB = 1000.0
#: Seconds in all and of the processor.
Took = tuple[float, float]
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
    processor_s : mapping of str to sequence of float
        The processor's part of it, which other work beside the bench does not lengthen much.
    rss_mb : float
        Memory of the server with the program, the store and all sessions, at the end.
    busy : float
        Processes that wanted a core at the end, on average over a minute: other work beside the bench.
    """

    stages: int
    days: int
    loads: int
    seconds: Mapping[str, Sequence[float]]
    processor_s: Mapping[str, Sequence[float]]
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

    def rows(self) -> list[tuple[str, ...]]:
        """Return rows for a terminal: page, times drawn, median, worst, and the median of the processor's part."""
        return [
            (page, str(len(took)), *(f"{x:.2f} s" for x in (np.median(took), max(took), np.median(worked))))
            for (page, took), worked in zip(self.seconds.items(), self.processor_s.values(), strict=True)
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
    drawn: dict[str, list[Took]] = {page: [] for page in _WITHIN if page not in _BROWSED}
    with patch.dict(os.environ, {"QC_HOME": str(home), "QC_USER": "bench", "QC_ROLE": "engineer"}):
        people = [_opened(drawn["first view"]) for _ in range(USERS)]
        for turn in range(LOADS - 1):
            page, window = _TURN[turn % len(_TURN)]
            told(page, turn / LOADS)
            for person, stage in zip(people, names, strict=False):
                took = _went(person, page, {"stage": stage, "what": QUALITY, **({"window": window} if window else {})})
                drawn["stage, all time" if window == "all" else page].append(took)
    busy = os.getloadavg()[0]
    seconds, worked = ({page: [took[i] for took in all_] for page, all_ in drawn.items()} for i in (0, 1))
    return PagesRun(stages, days, USERS * LOADS, seconds, worked, resident_mb(os.getpid()) or float("nan"), busy)


def _opened(drawn: list[Took]) -> Any:
    from streamlit.testing.v1 import AppTest

    logging.getLogger("streamlit").setLevel(logging.ERROR)  # that there is no server is as meant
    person = AppTest.from_file(str(_APP), default_timeout=120)
    drawn.append(_drawn(person))
    return person


def _went(person: Any, page: str, query: Mapping[str, str]) -> Took:
    from streamlit.util import calc_hash

    for key, value in query.items():
        person.query_params[key] = value
    person._page_hash = "" if page == "overview" else calc_hash(page)  # noqa: SLF001 - as the runner's own switch_page
    return _drawn(person)


def _drawn(person: Any) -> Took:
    began, worked = time.perf_counter(), time.process_time()
    person.run()
    took = time.perf_counter() - began, time.process_time() - worked
    if person.exception:
        raise RuntimeError(str(person.exception[0].value))
    return took
