"""The unit page: why, in words and pictures; asked for where nobody has explained it yet."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage
from qc_app.dashboard import charts
from qc_app.dashboard.theme import DARK, LIGHT
from qc_app.plant import parse
from qc_app.records import Alarm, Explanation, Label
from qc_app.views import enter, plant_now, unit_choices, unit_of, unit_view, worded
from qc_app.views.unit.words import Scale, precedents, strangeness
from tests.pages.made_plants import NASTY, NOW, THICKNESS, told
from tests.pages.made_reasons import foreign

SCALE = Scale(THICKNESS, 3)
ODD = {"name": "force", "share": 0.9, "sd": 2.0, "beyond": -5.2}
CALM = {"anomaly": 0.4, "in_domain": True, "by": "plane", "parts": [ODD]}


@pytest.fixture
def home(homes, tmp_path):
    return Path(shutil.copytree(homes("healthy"), tmp_path / "home"))


def newest(home, stage="rolling-2"):
    with enter(home) as store:
        return store.journal.explanations.list(stage, "thickness")[-1].unit_id


def test_a_unit_out_of_specification_comes_first_and_says_why(look):
    html = told(look("troubled", "unit", "rolling-2"))
    assert "Out of specification. Predicted 2.6" in html
    assert "Most of it: entry_temp +" in html
    assert "entry_temp lies 5.2 standard deviations above what the other parameters suggest" in html
    assert "out of specification." in html
    assert "Transfer is on: 80 % from rolling-2, rolling-3" in html
    assert "the parameter itself is unusual" in html


def test_a_healthy_unit_is_calm(look):
    html = told(look("healthy", "unit", "rolling-1"))
    assert "Nothing abnormal. Predicted" in html
    assert "of normal units are at least as abnormal" in html
    assert 'qc-fact act"' not in html
    tables = [d.value for d in look("healthy", "unit", "rolling-1").dataframe]
    assert [t.columns[0] for t in tables] == ["parameter", "unit_id"]
    assert "outside domain" in tables[0]["interval"].to_list()


def test_a_link_opens_the_unit(open_app, homes):
    unit = newest(homes("healthy"))
    app = open_app("healthy", "unit", stage="rolling-2", what="thickness", unit=unit)
    assert app.selectbox(key="pick_unit").value == unit
    assert unit in str(app.query_params["unit"])


def test_an_unexplained_unit_is_asked_for_and_the_page_says_so(open_app, home):
    app = open_app(home, "unit", "operator", stage="rolling-1", what="thickness", unit="C-010007")
    assert "Not explained yet" in told(app)
    app.button(key="unit_explain").click().run()
    assert not app.exception
    assert "The scheduler is asked to explain this unit" in told(app)
    assert "unit_explain" not in [b.key for b in app.button]
    with enter(home) as store:
        (request,) = store.journal.requests.list(state="open")
        assert (request.action, request.arguments["unit"]) == ("explain", "C-010007")


def test_a_viewer_may_look_and_not_ask(open_app, home):
    app = open_app(home, "unit", "viewer", stage="rolling-1", what="thickness", unit="C-010007")
    app.button(key="unit_explain").click().run()
    assert "may not request explanation" in told(app)


def test_a_failed_request_says_why_and_can_be_repeated(open_app, home):
    app = open_app(home, "unit", stage="rolling-1", what="thickness", unit="nobody")
    assert "check the id" in told(app)
    app.button(key="unit_explain").click().run()
    with enter(home) as store:
        taken = store.journal.requests.take(NOW)
        store.journal.requests.finish(taken.id, "failed", "stage 'rolling-1' has no unit 'nobody'", NOW)
    app.run()
    assert "has no unit &#x27;nobody&#x27;" in told(app)
    assert "unit_explain" in [b.key for b in app.button]


def test_an_explanation_of_another_model_says_so(open_app, home):
    foreign(home)
    app = open_app(home, "unit", stage="rolling-1", what="thickness", unit=newest(home, "rolling-1"))
    assert "the prediction is of another" in told(app)
    assert app.button(key="unit_explain").label == "Explain again"


def test_hostile_names_are_text_everywhere(look):
    html = told(look("troubled", "unit", NASTY))
    assert "<b>p</b>" not in html
    assert "&lt;b&gt;p&lt;/b&gt;" in html


def test_alarms_lead_to_the_unit_they_are_about(homes):
    with enter(homes("troubled")) as store:
        alarms = {a.kind: a for a in store.journal.alarms.list()}
        kept = store.journal.explanations.list("rolling-2", "thickness")
        assert unit_of(store, alarms["predicted_out_of_spec"]) == kept[-1].unit_id
        assert unit_of(store, alarms["late_labels"]) == ""
        other = Alarm("anomaly", "rolling-1", "thickness", "low", "unacknowledged", NOW, NOW, "")
        assert unit_of(store, other) == ""


def test_choices_put_the_gravest_first_and_then_the_newest(homes):
    with enter(homes("troubled")) as store:
        plant = plant_now(store)
        found = unit_choices(store, plant, "rolling-2", "thickness")
        assert next(iter(found.values())) == "out of specification"
        assert list(found.values())[-1] == "not explained yet"
        assert len(found) == 20
        assert unit_choices(store, plant, "galvanising-1", "coating") == {}


@pytest.mark.parametrize("inks", [LIGHT, DARK])
def test_the_chart_is_grey_and_an_unusual_parameter_has_colour_and_sign(homes, inks):
    with enter(homes("troubled")) as store:
        plant = parse(store.journal.plants.current().definition)
        view = unit_view(store, plant, "rolling-2", "thickness", newest(homes("troubled")))
    spec = charts.parts_chart(view.parts, "adds to the prediction (mm)", inks).to_dict()
    bars = spec["layer"][0]
    assert bars["encoding"]["color"]["value"] == inks.faint
    assert bars["encoding"]["color"]["condition"]["value"] == inks.watch
    assert bars["encoding"]["y"]["sort"][0] == "▲ entry_temp"
    assert [layer["mark"]["type"] for layer in spec["layer"]] == ["bar", "rule", "text", "text"]


def test_strangeness_in_words():
    assert strangeness(CALM).startswith("No: 60 %")
    odd = strangeness(CALM | {"anomaly": 0.998})
    assert "5.2 standard deviations below what the other parameters suggest (2.0 above its own middle)" in odd
    assert "the nearest units have" in strangeness(CALM | {"anomaly": 0.998, "by": "neighbours"})
    assert "the combination of many does" in strangeness(CALM | {"anomaly": 1.0, "parts": []})
    assert strangeness(CALM | {"in_domain": False}).startswith("Outside the domain")
    assert "Too few units" in strangeness(CALM | {"by": "nothing"})


def test_precedents_in_words():
    near = [{"value": 2.55, "distance": 0.1}, {"value": 2.65, "distance": 0.2}]
    assert precedents({"near": near, "near_usual": 0.1}, SCALE) == (
        "The 2 nearest measured units: 2.550 to 2.650 mm, 1 out of specification."
    )
    assert "They are far: 10 times" in precedents({"near": near, "near_usual": 0.01}, SCALE)
    assert "no precedent" in precedents({"near": [], "near_usual": None}, SCALE)
    one = precedents({"near": near[:1], "near_usual": None}, SCALE)
    assert one == "The nearest measured unit: 2.550 mm, 0 out of specification."


def test_the_stage_picture_tells_why_on_hover(homes):
    from qc_app.views import stage_view

    with enter(homes("troubled")) as store:
        view = stage_view(store, plant_now(store), "rolling-2", "thickness", "7d")
    told = dict(view.predicted.select("unit_id", "because").drop_nulls().iter_rows())
    assert told["C-120419"].startswith("entry_temp +0.0")
    spec = str(charts.units_chart(view, LIGHT, "UTC").to_dict())
    assert "mostly because of" in spec


def test_a_defect_is_told_in_per_cent_and_points_and_its_results_in_words():
    crack = Characteristic("crack", kind="binary")
    of = Stage("casting-1", "A", "casting", (Parameter("water", "L/kg"),), (crack,))
    part = ODD | {"name": "water", "now": 0.74, "usual": 0.86, "part": 0.35, "error": 0.0, "share": 0.1}
    near = [{"unit_id": "A1", "t_event": NOW.isoformat(), "value": 1.0, "distance": 0.02}]
    move = {"name": "water", "now": 0.74, "to": 0.86, "mean": 0.2, "lower": 0.1, "upper": 0.3, "change": -0.31}
    content = CALM | {"value": 0.51, "lower": 0.2, "upper": 0.8, "level": 0.9, "base": 0.16, "exact": True}
    content |= {"parts": [part], "rest": 0.0, "rest_parts": 0, "near": near, "near_usual": 0.02, "weighted": True}
    content |= {"moves": [move | {"in_domain": True}], "transfer": "", "sisters": []}
    view = worded(of, crack, "A9", Explanation("casting-1", "crack", "A9", "m", NOW, NOW, "asked", content))
    said = dict(view.sentences)
    assert said["Says"].startswith("Predicted 51 % (90 % interval 20 % to 80 %), 35.0 points above the 16 %")
    assert said["Because"] == "Most of it: water +35.0 points (0.74 L/kg, usually 0.86)."
    assert said["Nearest"] == "The nearest measured unit: 1 nonconforming."
    assert (view.state, view.told) == ("act", "Out of specification")
    assert view.parts["part"].to_list() == [35.0]
    assert view.near["measured"].to_list() == ["nonconforming"]
    assert view.moves.row(0) == ("water", "0.74", "0.86 L/kg", 20.0, "10 % to 30 %", -31.0)
    read_only = replace(of, parameters=(Parameter("water", "L/kg", settable=False),))
    kept = Explanation("casting-1", "crack", "A9", "m", NOW, NOW, "asked", content)
    assert worded(read_only, crack, "A9", kept).moves.is_empty(), "what nobody can set is not moved"


def _said(mean: float, hours: int) -> pl.DataFrame:
    at = NOW - timedelta(hours=hours)
    row = {"unit_id": "P-1", "t_event": NOW - timedelta(days=1), "characteristic": "thickness", "mean": mean}
    row |= {"lower": mean - 0.05, "upper": mean + 0.05, "level": 0.9, "anomaly": 0.1, "in_domain": True}
    frame = pl.DataFrame([row | {"tier": "champion", "model_id": "m" * 32, "t_predicted": at}])
    return frame.with_columns(pl.col("t_event", "t_predicted").cast(pl.Datetime("us", "UTC")))


def test_a_result_is_held_against_what_was_said_before_it_and_not_after(home):
    with enter(home) as store:
        plant = plant_now(store)
        store.lake.append_predictions("rolling-2", _said(2.40, 9))
        known = NOW - timedelta(hours=5)
        label = Label("rolling-2", "thickness", "P-1", 2.52, known, known, "rolling-2 lab")
        done = store.journal.labels.counts("rolling-2", "rolling-2 lab").received
        store.journal.labels.commit("rolling-2", "rolling-2 lab", [label], f"row {done + 1}", 1, 0, known)
        store.lake.append_predictions("rolling-2", _said(2.52, 1))
        view = unit_view(store, plant, "rolling-2", "thickness", "P-1")
    assert view.proved.startswith("Measured 2.520 mm: outside the 90 % interval 2.350 to 2.450 predicted before")
    assert "+0.120 off" in view.proved


def test_an_unmeasured_unit_has_nothing_to_prove(homes):
    with enter(homes("healthy")) as store:
        plant = plant_now(store)
        unit = store.lake.predictions("rolling-2", characteristic="thickness", last=1)["unit_id"][0]
        assert unit_view(store, plant, "rolling-2", "thickness", unit).proved == ""
