"""A server that does not answer keeps its own letter waiting, and neither the night nor the scheduler's end."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from qc_app.clock import ManualClock
from qc_app.plant import Plant, Route, digest, render
from qc_app.schedule import run
from qc_app.settings import Settings
from qc_app.store import open_store
from tests.waiting import until

BEFORE = datetime(2027, 5, 3, 1, tzinfo=UTC)


def test_a_hanging_server_does_not_stop_the_night(tmp_path, hook):
    hook.answers.append("hang")
    route = Route("hook", webhook=hook.url, secret="env:QC_HOOK_KEY", least="low", group_s=0)  # noqa: S106
    plant = Plant("Works", routes=(route,))
    stop, ended = threading.Event(), []
    with open_store(Settings(home=tmp_path / "home"), create=True, clock=ManualClock(BEFORE)) as store:
        store.journal.plants.save(render(plant), digest(plant), "test", "", BEFORE - timedelta(days=9))
        store.journal.alarms.raise_("disk", "", "/", "high", "nearly full", "", BEFORE)
        thread = threading.Thread(target=lambda: ended.append(run(store, stop, beat_s=0.05)))
        thread.start()
        try:
            until(lambda: hook.taken)
            store.clock.advance(timedelta(hours=2))  # past two in the morning, while the server hangs
            until(lambda: _night(store))
            assert [one.state for one in store.journal.outbox.list()][:1] == ["waiting"], "and the server still hangs"
        finally:
            hook.hung.set()
            stop.set()
            thread.join(60)
        assert ended == [""]


def _night(store) -> bool:
    return any(night.status == "done" for night in store.journal.runs.list(job="night"))
