"""Nights one after the other in a process of their own: ``python -m qc_app.speed.nights HOME MOMENT``."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import NoReturn

from qc_app.clock import ManualClock
from qc_app.jobs.model.answers import Answers
from qc_app.jobs.nightly import nightly
from qc_app.plant import parse
from qc_app.settings import Settings
from qc_app.store import open_store


def go_on(home: Path, first: datetime) -> NoReturn:
    """Run a night at `first` and at every day after it, until the process is ended."""
    clock = ManualClock(first)
    with open_store(Settings(home=home), clock=clock) as store:
        version = store.journal.plants.current()
        plant = parse(version.definition if version else "", where="the journal")
        answers = Answers(store.registry)
        while True:
            nightly(store, plant, answers=answers)
            clock.advance(timedelta(days=1))


if __name__ == "__main__":
    go_on(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]))
