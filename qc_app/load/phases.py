"""The profiles: what is done to the plant in each, and what is measured then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import numpy as np

from qc_app.access import Actor
from qc_app.actions import apply_plant
from qc_app.load.checking import lags, missing, quantiles
from qc_app.load.feeding import Feeder
from qc_app.load.making import QUALITY, with_night
from qc_app.load.measures import Phase
from qc_app.load.scheduler import Scheduler
from qc_app.load.sizes import Size
from qc_app.load.watching import Watcher
from qc_app.plant import Plant, render
from qc_app.records import Run
from qc_app.store import Store
from qc_app.views import overview, stage_view

BURST = 10.0
OUTAGES = 6.0
KILLS = 3
HEARD_S = 2.0
POLL_S = 0.5
#: Rows of the last so many seconds may be under way still when it is asked whether ingest keeps up.
UNDER_WAY_S = 15.0
#: Longest wait for what must come, as a share of the steady running and at least so many seconds.
PATIENCE = (3.0, 120.0)
_ACTOR = Actor("bench", "administrator")


class Phases:
    """Plays profiles on one plant, one after the other.

    Parameters
    ----------
    size : Size
    plant : Plant
    store : Store
        Of the plant; only read, but for the hour of the night.
    feeder : Feeder
    scheduler : Scheduler
        Running.
    seconds : float
        Of steady running.
    told : callable
        ``told(what, share)``.
    """

    def __init__(  # noqa: PLR0917 - all that a run is made of
        self,
        size: Size,
        plant: Plant,
        store: Store,
        feeder: Feeder,
        scheduler: Scheduler,
        seconds: float,
        told: Callable[[str, float], None],
    ) -> None:
        self._size, self._plant, self._store, self._feeder = size, plant, store, feeder
        self._scheduler, self._seconds, self._told = scheduler, seconds, told
        self._turn = 0
        self._watcher = Watcher(store.home, lambda: scheduler.pid, self._page)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watcher.end()

    def play(self, profile: str) -> Iterator[Phase]:
        """Play one profile and yield what it showed."""
        self._told(profile, 0.0)
        self._watcher.turn()
        first, began = self._feeder.ledger.counts(), time.monotonic()
        own: dict[str, float] = getattr(self, f"_{profile}")()
        last, took = self._feeder.ledger.counts(), time.monotonic() - began
        seen = self._watcher.turn()
        rows = sum(last) - sum(first)
        found = quantiles(lags(self._store, self._plant, self._feeder.ledger, first, last))
        rate = {"values_per_s": rows * self._size.parameters / took}
        memory = seen.rss_mb[len(seen.rss_mb) // 2 :]
        growth = {"rss_growth": float(np.median(memory[-20:]) / np.median(memory[:20]) - 1.0)} if memory else {}
        yield Phase(profile, took, found | rate | own | seen.figures() | growth)

    def _steady(self) -> dict[str, float]:
        self._feeder.feed(self._seconds)
        offered = self._feeder.ledger.counts()
        under_way = self._size.stages * self._size.rows_per_s * UNDER_WAY_S
        left = max(missing(self._store, self._plant, offered) - under_way, 0.0)
        return {"kept_share": 1.0 - left / max(sum(offered), 1), "drained_s": self._drained()}

    def _burst(self) -> dict[str, float]:
        self._feeder.feed(max(self._seconds / 20.0, 2.0), BURST)
        return {"drained_s": self._drained()}

    def _outage(self) -> dict[str, float]:
        """Stop, let an outage's worth of rows wait, start while more come: how long until all that waited is there."""
        self._feeder.feed(HEARD_S)  # a source that never told anything has nothing to go on from
        self._drained()
        self._scheduler.stop()
        lasted = OUTAGES * self._seconds
        self._feeder.make_up(lasted)
        began = time.monotonic()
        with self._feeder.going():
            self._scheduler.start()
            self._drained()
            took = time.monotonic() - began
        self._drained()
        return {"outage_s": lasted, "made_up_s": took, "catch_up": lasted / took}

    def _restart(self) -> dict[str, float]:
        """Kill it in the middle of its work and start it again, while rows go on coming."""
        for _ in range(KILLS):
            with self._feeder.going():
                time.sleep(self._seconds / (5.0 * KILLS))
                self._scheduler.kill()
                self._scheduler.start()
        return {"kills": float(KILLS), "drained_s": self._drained()}

    def _night(self) -> dict[str, float]:
        """Let the night fall due within the next two minutes and feed on until it has reported."""
        due = datetime.now(UTC) + timedelta(minutes=1, seconds=5)
        plant = with_night(self._plant, f"{due:%H:%M}")
        apply_plant(self._store, _ACTOR, render(plant), "the night falls due now", "the load bench")
        moment = due.replace(second=0, microsecond=0)
        run = self._fed_until(lambda: self._night_since(moment), self._size.night_s + 120.0)
        self._drained()
        if run is None or run.ended is None:
            return {"night_s": float("inf")}
        return {
            "night_s": (run.ended - run.started).total_seconds(),
            "night_failed_steps": float(run.numbers.get("failed", 0)),
            "night_predicted": float(run.numbers.get("predicted", 0)),
        }

    def _night_since(self, moment: datetime) -> Run | None:
        runs = self._store.journal.runs.list(since=moment, job="night")
        ended = [run for run in runs if run.ended is not None]
        return ended[-1] if ended else None

    def _fed_until(self, found: Callable[[], Run | None], patience_s: float) -> Run | None:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            self._feeder.feed(5.0)
            run = found()
            if run is not None:
                return run
        return None

    def _drained(self) -> float:
        """Wait until all that is offered by now is stored, or patience ends; return how long that took."""
        began, share = time.monotonic(), PATIENCE[0] * self._seconds
        offered = self._feeder.ledger.counts()
        while missing(self._store, self._plant, offered):
            if time.monotonic() - began > max(share, PATIENCE[1]):
                return float("inf")
            time.sleep(POLL_S)
        return time.monotonic() - began

    def _page(self) -> None:
        """Read what two pages show: the overview, and one stage after the other."""
        stage = self._plant.stages[self._turn % len(self._plant.stages)]
        self._turn += 1
        overview(self._store, self._plant)
        stage_view(self._store, self._plant, stage.id, QUALITY, "24h")
