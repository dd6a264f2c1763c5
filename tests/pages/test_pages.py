"""Every page on an empty, a healthy and a troubled plant: it runs, asks by key, and says what it must."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.pages import made_plants
from tests.pages.made_plants import NASTY, told

DASHBOARD = Path(__file__).resolve().parents[2] / "qc_app" / "dashboard"
PAGES = ("overview", "stage", "unit", "alarms", "labels", "drift", "models", "spc", "data", "onboard")


@pytest.mark.parametrize("plant", ["empty", "healthy", "troubled"])
@pytest.mark.parametrize("page", PAGES)
def test_page_runs_and_shows_itself(look, plant, page):
    app = look(plant, page)
    assert not app.exception, [e.value for e in app.exception]
    assert f"<h1>{'SPC' if page == 'spc' else page.capitalize()}</h1>" in told(app)
    assert "Traceback" not in told(app)


def test_every_widget_has_a_key():
    asking = {"button", "selectbox", "text_input", "text_area", "multiselect", "pills", "segmented_control", "tabs"}
    asking |= {"popover", "form_submit_button", "file_uploader", "download_button", "pagination", "altair_chart"}
    for file in DASHBOARD.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in asking:
                keys = {k.arg for k in node.keywords}
                assert "key" in keys, f"{file.name}:{node.lineno} {node.func.attr} has no key"


@pytest.mark.parametrize("page", PAGES)
def test_markup_in_names_is_never_html(look, page):
    html = told(look("troubled", page, NASTY if page in {"stage", "unit", "labels", "drift", "models", "spc"} else ""))
    assert "<img src=x" not in html
    assert "<b>twice" not in html
    assert page != "alarms" or "&lt;img src=x onerror" in html


@pytest.mark.parametrize(
    ("page", "next_step"),
    [
        ("stage", "Look at the Data page whether its source delivers"),
        ("unit", "Look at the Data page whether it arrives"),
        ("alarms", "No alarm waits"),
        ("labels", "Enter the first above"),
        ("drift", "ask for a night on the Models page"),
        ("models", "Enter labels, or retrain now"),
        ("spc", "enter some on the Labels page"),
        ("data", "Nothing is held"),
    ],
)
def test_an_empty_page_says_what_to_do_next(look, page, next_step):
    assert next_step in told(look("empty", page))


def test_overview_puts_what_is_wrong_first(look):
    html = told(look("troubled"))
    assert html.index("Needs attention") < html.index("roll_force moved first") < html.index("All stages")


def test_overview_of_a_healthy_plant_is_calm(look):
    html = told(look("healthy"))
    assert "Nothing asks for you" in html
    assert not re.search(r'qc-(chip|fact|note) (act|watch)"', html)


def test_overview_filters_by_word_and_line(open_app):
    app = open_app("healthy")
    rows = app.dataframe(key="overview_table").value
    assert len(rows) == 7
    app.text_input(key="overview_find").set_value("hard").run()
    assert set(app.dataframe(key="overview_table").value["characteristic"]) == {"hardness"}
    app.selectbox(key="overview_line").set_value("Hot strip 2").run()
    assert list(app.dataframe(key="overview_table").value["stage"]) == ["rolling-3"]


def test_a_link_opens_the_stage_characteristic_and_window(open_app):
    app = open_app("healthy", "stage", stage="rolling-3", what="hardness", window="24h")
    assert app.selectbox(key="pick_stage").value == "rolling-3"
    assert app.selectbox(key="pick_what").value == "hardness"
    assert app.query_params["window"] == ["24h"] or app.query_params["window"] == "24h"


def test_an_unknown_stage_in_a_link_falls_back_instead_of_breaking(open_app):
    app = open_app("healthy", "stage", stage="nowhere")
    assert app.selectbox(key="pick_stage").value == "rolling-1"


def test_choosing_a_stage_changes_the_address(open_app):
    app = open_app("healthy", "stage")
    app.selectbox(key="pick_stage").set_value("rolling-2").run()
    assert "rolling-2" in str(app.query_params["stage"])


def test_stage_shows_verdict_alarms_and_what_to_do(look):
    html = told(look("troubled", "stage", "rolling-2"))
    assert "14 of the newest 60 units" in html
    assert "hold coils above" in html
    assert "not stable" in html


def test_drift_names_failed_sensors_apart_and_what_matters_first(look):
    html = told(look("troubled", "drift", "rolling-2"))
    order = (
        *("moved in a way that matters", "Failed sensors", "coolant_flow: stuck", "What moved"),
        *("the expected error rises", "residuals rose", "the model does not use it"),
        *("Before and now", "At equal context"),
    )
    places = [html.index(words) for words in order]
    assert places == sorted(places)


def test_drift_of_a_healthy_plant_is_calm(look):
    html = told(look("healthy", "drift", "rolling-1"))
    assert "Nothing moved more than chance allows" in html
    assert not re.search(r'qc-(chip|fact|note) (act|watch)"', html)
    assert "Failed sensors" not in html


def test_models_page_says_how_good_it_is_and_when_that_cannot_be_told(look):
    assert "estimated 0.0121 mm" in told(look("troubled", "models", "rolling-2"))
    assert "cannot estimate: only 12 %" in told(look("troubled", "models", NASTY))


def test_the_drift_page_opens_the_stage(open_app):
    app = open_app("troubled", "drift", stage="rolling-2", what="thickness")
    app.button(key="drift_stage").click().run()
    assert not app.exception
    assert "14 of the newest 60 units" in told(app)


def test_models_page_shows_the_failed_step_first(look):
    tables = [d.value for d in look("troubled", "models").dataframe]
    (runs,) = [t for t in tables if "plant_day" in t.columns]
    assert runs["status"].iloc[0] == "■ failed"


def test_no_plant_yet_says_how_to_begin(open_app, tmp_path):
    from tests.pages.made_plants import founded

    founded(tmp_path / "home", None).close()
    assert "qc demo" in told(open_app(tmp_path / "home"))


def test_no_home_is_a_sentence_and_not_a_traceback(open_app, tmp_path):
    app = open_app(tmp_path / "nowhere")
    assert not app.exception
    assert "nowhere" in told(app)


def test_labels_page_shows_the_queue_with_reasons_and_the_random_draw(open_app):
    app = open_app("healthy", "labels", stage="rolling-1")
    why = app.dataframe[0].value["why"].to_list()
    assert why == ["tells of 12 % of the units"] * 2 + ["◆ drawn at random"] + ["tells of 12 % of the units"] * 2
    assert app.dataframe[0].value["teaches"].dropna().to_list() == pytest.approx([3.1] * 4), "said once, as a number"
    html = told(app)
    assert "66 would give ±0.011 mm" in html
    assert "drawn at random" in html


def test_labels_page_without_an_outlook_stays_silent(look):
    assert "More labels" not in told(look("empty", "labels"))


def test_the_overview_hands_over_a_shift(open_app):
    app = open_app("troubled")
    assert app.selectbox(key="hand_over_shift").options[0].startswith("Plant day of 2026-03-02, 06:00")
    app.selectbox(key="hand_over_line").set_value("Hot strip 1").run()
    assert not app.exception
    assert [b.label for b in app.get("download_button") if b.label in {"PDF", "Excel"}].count("PDF") == 1


def test_a_window_without_units_names_the_newest_and_leads_to_it(open_app, tmp_path):
    home = made_plants.healthy(tmp_path / "home")
    told_time = json.loads((home / "clock.json").read_text())
    (home / "clock.json").write_text(json.dumps(told_time | {"plant_origin": "2026-03-14T10:00:00+00:00"}))
    app = open_app(home, "stage", stage="rolling-1", what="thickness", window="7d")
    assert "the newest was made 2026-03-02 10:36 +01:00, 12 d ago" in told(app)
    app.button(key="stage_newest").click().run()
    assert "30d" in app.query_params["window"]
    assert len(app.dataframe(key="stage_units").value) == 200


def test_units_that_are_read_and_not_predicted_are_told_apart(open_app, tmp_path):
    home = made_plants.only_read(tmp_path / "home")
    assert "none is predicted yet" in told(open_app(home, "stage", stage="rolling-1", what="thickness"))


def test_the_stage_names_what_was_decided_of_a_unit(open_app, tmp_path):
    from qc_app.access import Actor
    from qc_app.actions import dispose
    from qc_app.views import enter

    home = made_plants.healthy(tmp_path / "home")
    with enter(home) as store:
        unit = store.lake.predictions("rolling-1", characteristic="thickness", last=1)["unit_id"][0]
        dispose(store, Actor("eve", "engineer"), "rolling-1", unit, "hold", "looks odd")
    table = open_app(home, "stage", stage="rolling-1", what="thickness").dataframe(key="stage_units").value
    assert table.set_index("unit_id")["disposition"].dropna().to_dict() == {unit: "hold"}


def test_models_page_holds_challenger_against_champion_on_the_same_units(open_app, tmp_path):
    from qc_app.records import Decision
    from qc_app.views import enter

    home = made_plants.healthy(tmp_path / "home")
    numbers = {"loss_champion": 0.015, "loss_challenger": 0.011, "estimate": 0.004, "lower": 0.002, "upper": 0.006}
    with enter(home) as store:
        champion = store.journal.models.pointers("rolling-1", "thickness").champion
        day, at = made_plants.NOW.date(), made_plants.NOW
        verdict = Decision("rolling-1", "thickness", day, at, "undecided", "paired", "close", champion, "d" * 16, 31)
        store.journal.decisions.add(replace(verdict, numbers=numbers))
    html = told(open_app(home, "models", stage="rolling-1", what="thickness"))
    assert "31 that neither had seen" in html
    assert html.index("0.0150") < html.index("0.0110 <small>mm") < html.index("0.0040")
    assert "0.0020 to 0.0060" in html


def test_models_page_takes_error_and_coverage_from_one_scoring(look):
    html = told(look("troubled", "models", "rolling-2"))
    assert "by the stage&#x27;s mean 0.0242" in html


def test_the_filters_of_the_overview_are_in_the_address_and_come_back_from_it(open_app):
    app = open_app("healthy", line="Hot strip 2", state="ok,nonsense", family="nonsense")
    assert set(app.dataframe(key="overview_table").value["stage"]) == {"rolling-3"}
    assert (app.selectbox(key="overview_family").value, app.get("button_group")[0].value) == ("all", ["ok"])
    assert "family" not in app.query_params
    app.text_input(key="overview_find").set_value("hard").run()
    assert app.query_params["find"] in ("hard", ["hard"])
    app.query_params.clear()
    app.run()
    assert len(app.dataframe(key="overview_table").value) == 7, "the way back in the browser"


def test_a_tile_a_line_the_worst_first_filters_the_table(open_app):
    app = open_app("troubled")
    tiles = [b for b in app.button if (b.key or "").startswith("overview_tile_go_")]
    assert tiles[0].label == "Hot strip 1"
    assert "1 of 2 stages ask" in told(app)
    tiles[0].click().run()
    assert set(app.dataframe(key="overview_table").value["stage"]) == {"rolling-1", "rolling-2"}
    app.button(key="overview_tile_go_0").click().run()
    assert app.selectbox(key="overview_line").value == "all"
