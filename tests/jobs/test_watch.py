"""Every night says what adapting was worth, and the alarm follows."""

from __future__ import annotations

from datetime import timedelta

from qc_app.jobs.learner import watch as watching
from qc_app.jobs.learner.degrading import Standing
from qc_app.jobs.learner.watch import history, watch
from qc_app.jobs.requests import now

from .conftest import NIGHT, START


def test_nights_are_scored_on_labels_that_came_after(grown):
    with grown.open(6) as store:
        runs = [r for r in store.journal.runs.list(job="gain", stage="p-1") if r.status == "done"]
        assert runs, "no night was scored"
        sums = [r.numbers["what"]["width"] for r in runs]
        assert sum(int(s["labels"]) for s in sums) <= 48
        assert len({r.numbers["until"] for r in runs}) == len(runs)
        adapted, unadapted, baseline = (sum(s[k] for s in sums) for k in ("adapted", "unadapted", "baseline"))
        assert adapted < baseline
        assert adapted < unadapted
        assert all(s["inside"] <= s["intervals"] <= s["labels"] for s in sums)


def test_no_label_is_scored_twice(grown):
    with grown.open(6) as store:
        scored = sum(int(r.numbers["what"]["width"]["labels"])
                     for r in store.journal.runs.list(job="gain", stage="p-1") if r.status == "done")  # fmt: skip
        known = store.journal.labels.known("p-1", "width", at=store.clock.now())
        assert scored <= known.height


def test_the_watch_adds_up_what_the_stages_said(grown):
    with grown.open(6) as store:
        runs = [r for r in store.journal.runs.list(job="watch") if r.status == "done"]
        assert len(runs) == 7
        last = runs[-1]
        assert last.numbers["recipe"] == {"learner": "ridge", "settings": {}}
        assert last.numbers["cost"]["memory_mb"] > 50
        assert not last.numbers["degraded"]
        nights = history(runs, last.numbers["recipe"])
        assert sum(n.labels for n in nights) == sum(int(r.numbers["sums"]["labels"]) for r in runs)
        assert history(runs, {"learner": "another", "settings": {}}) == []


def test_a_degraded_learner_raises_an_alarm_that_clears_by_itself(after, monkeypatch):
    works = after(2)
    with works.open(1) as store:
        store.clock.moment = START + timedelta(days=1) + NIGHT
        night = now(store, works.plant())
        bad = Standing((), [], [], None, ("it fell",), "the learner has degraded: it fell")
        monkeypatch.setattr(watching, "standing", lambda _: bad)
        assert watch(night).numbers["degraded"]
        assert [(a.kind, a.stage) for a in store.journal.alarms.list(open_only=True) if a.stage == ""] == [
            ("learner_degraded", "")
        ]
        monkeypatch.undo()
        watch(night)
        states = {a.kind: a.state for a in store.journal.alarms.list() if a.stage == ""}
        assert states["learner_degraded"] in {"returned", "normal"}
