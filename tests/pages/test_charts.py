"""Charts by their specification: few enough marks, the house's marks, nothing that fetches."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import altair as alt
import polars as pl
import pytest

from qc_app.dashboard import charts, markup
from qc_app.dashboard.theme import DARK, LIGHT, contrast
from qc_app.language import speaking
from qc_app.records import Event
from qc_app.views import enter, labels_view, overview, plant_now, stage_view
from qc_app.views.data.marks import event_marks


@pytest.fixture(scope="module")
def view(homes):
    with enter(homes("troubled")) as store:
        yield stage_view(store, plant_now(store), "rolling-2", "thickness", "7d")


def layers(spec: dict) -> list[dict]:
    found = []
    for layer in spec.get("layer", []):
        found += layers(layer) if "layer" in layer else [layer]
    return found


def mark(layer: dict) -> dict:
    return layer["mark"] if isinstance(layer["mark"], dict) else {"type": layer["mark"]}


def test_the_marks_are_the_houses(view):
    spec = charts.units_chart(view, LIGHT, "Europe/Berlin").to_dict()
    points = [mark(x) for x in layers(spec) if mark(x)["type"] == "point"]
    assert [p["filled"] for p in points] == [False, True]
    rules = [mark(x) for x in layers(spec) if mark(x)["type"] == "rule"]
    assert [bool(r.get("strokeDash")) for r in rules] == [True, False, False]


def test_all_layers_together_stay_below_three_thousand_marks(view):
    wide = pl.concat([view.units] * 3)
    assert wide.height
    spec = charts.units_chart(view, LIGHT, "UTC").to_dict()
    rows = sum(len(v) for v in spec["datasets"].values())
    assert 0 < rows <= 3000


def test_specification_words_and_axis_zone(view):
    text = json.dumps(charts.units_chart(view, DARK, "Europe/Berlin").to_dict())
    assert "upper 2.6" in text
    assert "plant time, Europe/Berlin" in text
    assert "http" not in text.replace("https://vega.github.io/schema", "")


def test_out_of_specification_is_marked_in_the_data(view):
    over = view.predicted.filter(pl.col("mean") > 2.6)
    assert over.height
    assert over["out"].all()
    assert not view.predicted.filter(pl.col("mean").is_between(2.4, 2.6))["out"].any()


def test_control_limits_are_those_of_their_time(view):
    limits = view.limits.sort("t")
    assert limits.height == 2
    assert limits["t_end"][0] == limits["t"][1]
    assert limits["center"][0] < limits["center"][1]


@pytest.mark.parametrize("inks", [LIGHT, DARK])
@pytest.mark.parametrize("ink", ["ink", "soft", "act", "watch", "info", "model"])
def test_inks_are_readable_on_paper_and_panel(inks, ink):
    for ground in (inks.paper, inks.panel):
        assert contrast(getattr(inks, ink), ground) >= 4.5


def test_spark_marks_what_is_beyond_the_limits():
    inside = markup.spark([1.0, 1.1, 1.2], 0.5, 2.0, LIGHT)
    beyond = markup.spark([1.0, 1.1, 2.2], 0.5, 2.0, LIGHT)
    assert inside.startswith("data:image/svg+xml;base64,")
    assert len(beyond) > len(inside)


def test_spark_shows_what_was_measured_and_marks_what_of_it_is_out():
    address = markup.spark([1.0, 1.1, 1.2], 0.5, 2.0, LIGHT, results=[(0.5, 1.4), (1.0, 2.6)])
    drawn = base64.b64decode(address.partition(",")[2]).decode()
    assert drawn.count('r="2.2"') == 2
    assert drawn.count(f'r="2.2" fill="{LIGHT.act}"') == 1


@pytest.mark.slow
def test_overview_of_a_thousand_stages_is_quick(homes):
    import time

    with enter(homes("thousand")) as store:
        plant = plant_now(store)
        overview(store, plant)
        begun = time.process_time()
        view = overview(store, plant)
        took = time.process_time() - begun
    assert view.rows.height == 1500
    assert view.rows["state"][0] == "act"
    assert took < 1.0


def test_the_learning_curve_is_filled_now_and_open_then(homes):
    with enter(homes("healthy")) as store:
        curve = labels_view(store, plant_now(store), "rolling-1", "thickness").curve
    spec = charts.learning_curve(curve, "mm", LIGHT).to_dict()
    points = [mark(x) for x in layers(spec) if mark(x)["type"] == "point"]
    assert [p["filled"] for p in points] == [False, True]
    text = json.dumps(spec)
    assert "typical error (mm)" in text
    assert "http" not in text.replace("https://vega.github.io/schema", "")


def test_the_sheet_to_print_escapes_and_leaves_room():
    page = markup.sheet("A & B", ("Unit", "Result"), [["<script>x</script>", ""]], "◆ please")
    assert "<script>" not in page
    assert "<td>&lt;script&gt;x&lt;/script&gt;</td><td></td>" in page
    assert "src=" not in page


def test_words_of_events_keep_their_distance_over_the_whole_window(tmp_path):
    from tests.pages.made_plants import NOW, ZONE, founded, plant_of, stage

    with founded(tmp_path / "home", plant_of((stage("rolling-1"),))) as store:
        for hour in range(48):
            store.journal.events.add(Event("rolling-1", NOW - timedelta(hours=hour), "tool_change", "x", "m"))
        marks = event_marks(store, "rolling-1", ZONE, NOW - timedelta(days=30), 60)
    assert marks.height == 48
    assert (marks["word"] != "").sum() == 1


def test_courses_share_a_checked_specification_and_keep_their_own_values():
    first, second = (pl.DataFrame({"t": [0, 60_000], "value": [v, v + 1.0]}) for v in (1.0, 5.0))
    one, other = (charts.parameter_chart(f, "force", "kN", LIGHT) for f in (first, second))
    assert {k: v for k, v in one.items() if k != "datasets"} == {k: v for k, v in other.items() if k != "datasets"}
    assert one["datasets"]["course"]["value"].to_list() == [1.0, 2.0]
    assert other["datasets"]["newest"]["value"].to_list() == [6.0]
    named = {layer["data"]["name"] for layer in layers(one)}
    assert named == set(one["datasets"])
    plain = {k: v for k, v in one.items() if k != "datasets"}
    assert alt.LayerChart.from_dict(plain).to_dict()["layer"]


def test_courses_speak_the_language_and_wear_the_theme_of_now():
    frame = pl.DataFrame({"t": [0, 60_000], "value": [1.0, 2.0]})
    english = json.dumps(charts.parameter_chart(frame, "force", "kN", LIGHT)["config"])
    with speaking("de"):
        german = json.dumps(charts.parameter_chart(frame, "force", "kN", LIGHT)["config"])
    assert german != english
    assert json.dumps(charts.parameter_chart(frame, "force", "kN", DARK)["config"]) != english
