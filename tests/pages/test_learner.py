"""The learner itself on the models page: its chart, whom it believes, what was changed."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from qc_app.dashboard import charts
from qc_app.dashboard.theme import LIGHT
from qc_app.records import Decision
from qc_app.views import enter, learner_view, plant_now
from tests.pages.made_plants import NOW, told

RECIPE = {"learner": "portfolio", "settings": {"members": ["pooled", {"learner": "maml", "settings": {"depth": 1}}]}}


def watched(store, nights=20, *, fallen=False):
    """Nights of a watched learner; the settings changed after the fourth."""
    for n in range(nights):
        at = NOW - timedelta(days=nights - n)
        low = fallen and n == nights - 1
        drawn = n >= 17
        numbers = {
            "sums": {"labels": 9.0, "adapted": 3.6, "unadapted": 6.3, "baseline": 7.2, "squares": 4.0,
                     "intervals": 9.0, "inside": 8.0},
            "recipe": RECIPE if n > 3 else {"learner": "portfolio", "settings": {}},
            "evidence": {"pooled": 0.3, "maml": 0.7},
            "cost": {"adapt_s": 1.2, "longest_adapt_s": 0.2, "train_s": 0.0, "memory_mb": 412.0},
            "degraded": low,
            "chart": {"points": n - 3 if n > 3 else n + 1, "gain": 0.4, "centre": 0.4 if drawn else None,
                      "average": (0.1 if low else 0.4) if drawn else None, "lower": 0.2 if drawn else None},
        }  # fmt: skip
        words = "the learner has degraded: the gain of adapting fell" if low else "still good: adapting gains 0.40"
        run = store.journal.runs.start("watch", "", at.date(), at)
        store.journal.runs.finish(run, "done", words, numbers, at)
    store.journal.decisions.add(
        Decision("", "", NOW.date(), NOW, "kept", "search for settings", "kept: <b>nothing</b> better", "p" * 16, None)
    )


@pytest.fixture
def home(homes, tmp_path):
    return shutil.copytree(homes("healthy"), tmp_path / "home")


def test_the_chart_begins_anew_with_new_settings_and_draws_no_night_twice(home):
    with enter(home) as store:
        watched(store)
        view = learner_view(store, plant_now(store))
    assert view.points.height == 16
    assert view.points["average"].drop_nulls().len() == 3
    assert view.nights.height == 20
    assert view.nights.row(0, named=True)["adapted"] == pytest.approx(0.4)
    assert view.recipe == "portfolio (members pooled, maml (depth 1))"
    assert list(view.shares) == ["maml", "pooled"]
    assert (view.state, view.points["out"].any()) == ("ok", False)


def test_a_degraded_learner_is_marked_in_chart_and_words(home, open_app):
    with enter(home) as store:
        watched(store, fallen=True)
        view = learner_view(store, plant_now(store))
        spec = json.dumps(charts.gain_chart(view.points, LIGHT, "Europe/Berlin").to_dict())
    assert view.state == "watch"
    assert view.points["out"].sum() == 1
    assert LIGHT.act in spec
    app = open_app(home, "models")
    assert not app.exception, [e.value for e in app.exception]
    html = told(app)
    assert "Is the learner itself still good?" in html
    assert "The learner has degraded" in html
    assert "maml 70" in html
    assert "<b>nothing" not in html


def test_a_search_is_asked_for_and_waits(home, open_app):
    with enter(home) as store:
        watched(store)
    app = open_app(home, "models")
    app.button(key="retune").click().run()
    assert not app.exception
    with enter(home) as store:
        assert [r.action for r in store.journal.requests.list(state="open")] == ["retune"]


def test_before_the_first_night_it_says_so(look):
    html = told(look("empty", "models"))
    assert "Not judged yet" in html
    assert "no prior yet" in html
