"""The SPC page: proposal, any chart, rules with their false alarms, limits of their time, exclusions with a cause."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage, Window
from models.spc import CHARTS
from qc_app.access import Actor
from qc_app.actions import Basis, freeze_limits
from qc_app.errors import ActionError
from qc_app.plant import Plant
from qc_app.records import Label
from qc_app.views import enter, plant_now
from qc_app.views.spc import SUBJECTS, offer, rule_choices, spc_page, subjects
from qc_app.views.spc.offer import placed
from tests.pages import made_troubles
from tests.pages.made_plants import founded, plant_of, stage, told

PROMISE = (
    r"([\d.]+) points a week: these rules promise ([\d.]+) false signals a week while nothing changes, one in ([\d.]+)"
)


def test_page_proposes_a_chart_with_its_reason_and_shows_what_its_rules_cost(look):
    html = told(look("healthy", "spc", "rolling-1"))
    assert "✓ Proposed: " in html
    assert "0.46 %" in html
    assert "216.7" in html


def test_signals_come_first_in_words(look):
    html = told(look("troubled", "spc", "rolling-2"))
    assert html.index("One of the newest three points signals") < html.index("Average run length")


@pytest.mark.parametrize(
    ("of", "chart", "said"),
    [
        ("measured", "ewma", "499.6"),
        ("measured", "cusum", "465"),
        ("predicted", "imr", "216.7"),
        ("error", "moving_average", "standard error"),
        ("characteristics", "t2", "T2 less T2 without the variable"),
        ("parameters", "pca", "SPE / limit"),
        ("parameters", "mewma", "share of the variable"),
        ("parameters", "mcusum", "share of the variable"),
    ],
)
def test_any_chart_of_any_subject_is_drawn_from_its_address(open_app, of, chart, said):
    app = open_app("troubled", "spc", stage="rolling-2", what="thickness", of=of, chart=chart)
    assert not app.exception, [e.value for e in app.exception]
    assert app.selectbox(key="pick_chart").value == chart
    assert "Average run length" in told(app)
    assert said in told(app)


def test_switching_rules_on_raises_the_rate_of_false_alarms(open_app):
    app = open_app("healthy", "spc", stage="rolling-1", what="thickness", chart="imr", rules="western-electric")
    assert "91.8" in told(app)
    app.pills(key="spc_rules_western-electric").set_value(["we1"]).run()
    assert "370.4" in told(app)


def test_a_unit_is_left_out_with_its_cause(open_app, tmp_path):
    app = open_app(made_troubles.troubled(tmp_path / "home"), "spc", stage="rolling-2", what="thickness")
    app.text_input(key="spc_exclude_unit").set_value("C-120384")
    app.text_input(key="spc_exclude_cause").set_value("gauge was dropped")
    app.button(key="spc_exclude_go").click().run()
    (gone,) = [d.value for d in app.dataframe if "cause" in d.value.columns]
    assert gone["cause"].to_list() == ["gauge was dropped"]
    assert "left out with a cause" in told(app)


def test_an_operator_cannot_freeze_limits(open_app, tmp_path):
    app = open_app(made_troubles.troubled(tmp_path / "home"), "spc", role="operator", stage="rolling-2")
    app.text_input(key="spc_freeze_reason").set_value("because")
    app.button(key="spc_freeze_go").click().run()
    assert "approver" in told(app)


def test_an_approver_freezes_the_next_version(open_app, tmp_path):
    app = open_app(
        made_troubles.troubled(tmp_path / "home"), "spc", role="approver", stage="rolling-2", what="thickness"
    )
    app.text_input(key="spc_freeze_reason").set_value("after the roll change")
    app.button(key="spc_freeze_go").click().run()
    assert "New limits are in force" in told(app), told(app)[:2000]
    (history,) = [d.value for d in app.dataframe if "version" in d.value.columns]
    assert history["version"].iloc[0] == 3


def test_units_left_out_are_marked_where_they_stand(tmp_path):
    from qc_app.records import Exclusion
    from tests.pages.made_plants import NOW, fill

    plant = plant_of((stage("rolling-1"),))
    with founded(tmp_path / "home", plant) as store:
        fill(store, plant, plant.stages[0], 1)
        unit = store.journal.labels.known("rolling-1", "thickness")["unit_id"][5]
        store.journal.exclusions.exclude(Exclusion("rolling-1", "thickness", unit, "wrong gauge", "maria", NOW))
        view = spc_page(
            store, plant_now(store), "rolling-1", "thickness", subject="measured", chart="imr", rules=("nelson1",)
        )
    assert view.panels[0].left_out["why"].to_list() == ["wrong gauge"]
    assert view.panels[0].points["point"].null_count() == 1
    assert view.panels[0].points["upper"].n_unique() == 2


def test_offer_keeps_to_what_fits(tmp_path):
    plant = plant_of((stage("rolling-1"),))
    with founded(tmp_path / "home", plant) as store:
        offered = offer(store, plant, "rolling-1", "thickness")
        assert subjects(plant, "rolling-1", "thickness") == tuple(SUBJECTS)
        assert offered.proposed in offered.charts
        vectors = offer(store, plant, "rolling-1", "thickness", "parameters")
    assert set(vectors.charts) == {"t2", "mewma", "mcusum", "pca"}
    assert len({rule.of for rule in rule_choices()}) == 5


def test_the_trial_stands_beside_the_button_and_earlier_limits_come_back(open_app, tmp_path):
    home = made_troubles.troubled(tmp_path / "home")
    app = open_app(home, "spc", role="approver", stage="rolling-2", what="thickness", chart="imr")
    assert "They would be" in told(app)
    app.text_input(key="spc_rollback_reason").set_value("the new rolls came out")
    app.button(key="spc_rollback_go").click().run()
    assert "limits of version 1 are in force again" in told(app)
    (history,) = [d.value for d in app.dataframe if "version" in d.value.columns]
    assert history["version"].iloc[0] == 3


def test_a_gauge_study_is_recorded_on_the_page_and_its_parts_shown(open_app, tmp_path):
    from tests.app.test_gauge_sheets import crossed_text

    home = made_troubles.troubled(tmp_path / "home")
    app = open_app(home, "spc", stage="rolling-2", what="thickness", chart="imr")
    app.file_uploader(key="spc_gauge_file_0").upload("study.csv", crossed_text().encode(), "text/csv")
    app.button(key="spc_gauge_go").click().run()
    assert "gauge R&amp;R is 27.9 % of the total variation" in told(app)
    (parts,) = [d.value for d in app.dataframe if "of_tolerance" in d.value.columns]
    assert parts["name"].to_list()[0] == "gauge R&R"


def test_a_sheet_that_cannot_be_judged_is_told_on_the_page(open_app, tmp_path):
    home = made_troubles.troubled(tmp_path / "home")
    app = open_app(home, "spc", stage="rolling-2", what="thickness", chart="imr")
    app.file_uploader(key="spc_gauge_file_0").upload("study.csv", b"part,appraiser,value\n1,A,1\n2,A,2", "text/csv")
    app.button(key="spc_gauge_go").click().run()
    assert "at least 2 of each" in told(app)


def test_a_chart_of_all_parameters_reads_the_statistics_of_windows() -> None:
    kiln = Stage("kiln", "A", "kiln", (Parameter("feed", "t/h"),), (Characteristic("y"),), window=Window(600, 600))
    of, _ = placed(Plant("P", stages=(kiln,)), "kiln", "y")
    assert [p.name for p in of.parameters][:2] == ["feed.mean", "feed.sd"]


@pytest.mark.parametrize("chart", ["nominal", "z_mr", "c", "u", "laney_u", "p", "np", "laney_p", "xbar_r", "xbar_s"])
def test_charts_of_counts_products_and_subgroups_are_drawn(tmp_path, chart):
    counted = chart in {"p", "np", "laney_p"}
    what = Characteristic("flaw", kind="binary" if counted else "continuous", subgroup_size=4)
    press = Stage("press", "A", "press", (Parameter("die"), Parameter("force")), (what,), context="die")
    plant = plant_of((press,))
    with founded(tmp_path / "home", plant) as store:
        _made(store, press, counted=counted)
        offered = offer(store, plant, "press", "flaw")
        view = spc_page(store, plant, "press", "flaw", subject="measured", chart=chart, rules=("nelson1",))
        kept = freeze_limits(store, Actor("anna", "approver"), "press", "flaw", "stable", basis=Basis(chart))
        again = spc_page(store, plant, "press", "flaw", subject="measured", chart=chart, rules=("nelson1",))
    assert chart in offered.charts
    assert view.in_force is None
    assert again.in_force == kept
    assert view.n == (120 if chart in {"nominal", "z_mr"} else 30)
    assert again.panels[0].points["point"].to_list() == pytest.approx(view.panels[0].points["point"].to_list(), abs=2.0)


def _made(store, of, *, counted: bool) -> None:
    """120 units in turn from two dies, each with its count of flaws, or whether it has one."""
    from tests.pages.made_plants import NOW

    rng = np.random.default_rng(1)
    times = [NOW - timedelta(hours=120 - n) for n in range(120)]
    units = [f"F-{n}" for n in range(120)]
    frame = pl.DataFrame(
        {"unit_id": units, "t_event": times, "t_source": times, "t_ingest": times}
        | {"source": ["press files"] * 120, "quality": ["good"] * 120}
        | {"row_hash": pl.Series(range(120), dtype=pl.UInt64)}
        | {"die": [float(1 + n // 10 % 2) for n in range(120)], "force": rng.normal(size=120)}
    )
    moments = pl.col("t_event", "t_source", "t_ingest").cast(pl.Datetime("us", "UTC"))
    store.lake.commit(of, "press files", frame.with_columns(moments), "c", 120, 0)
    flaws = rng.random(120) < 0.3 if counted else rng.poisson(3.0, 120)
    labels = [Label("press", "flaw", u, float(v), t, t, "lab") for u, t, v in zip(units, times, flaws, strict=True)]
    store.journal.labels.commit("press", "lab", labels, "c", 120, 0, NOW)


def test_several_columns_are_frozen_and_their_units_left_out(open_app, tmp_path):
    home = made_troubles.troubled(tmp_path / "home")
    place = {"stage": "rolling-2", "what": "thickness", "of": "parameters", "chart": "mewma"}
    app = open_app(home, "spc", role="approver", **place)
    assert "No limits of this chart are frozen yet" in told(app)
    app.text_input(key="spc_freeze_reason").set_value("a stable week")
    app.button(key="spc_freeze_go").click().run()
    assert "version 1, since" in told(app)
    app.text_input(key="spc_exclude_unit").set_value("C-120384")
    app.text_input(key="spc_exclude_cause").set_value("sensor was cut")
    app.button(key="spc_exclude_go").click().run()
    (gone,) = [d.value for d in app.dataframe if "cause" in d.value.columns]
    assert gone["cause"].to_list() == ["sensor was cut"]
    with enter(home) as store:
        plant = plant_now(store)
        (kept,) = store.journal.limits.history("rolling-2", "all parameters")
        fewer = replace(kept, version=0, basis=_without(kept.basis, 0))
        store.journal.limits.freeze(fewer)
        place = {"subject": "parameters", "chart": "mewma", "rules": ()}
        assert len(spc_page(store, plant, "rolling-2", "thickness", **place).parts) == len(kept.basis["names"]) - 1
        store.journal.limits.freeze(replace(kept, version=0, basis=kept.basis | {"names": ["gone"] * 6}))
        with pytest.raises(ActionError, match="need 'gone'"):
            spc_page(store, plant, "rolling-2", "thickness", **place)


def _without(basis, place: int):
    rows = np.delete(np.delete(np.array(basis["covariance"]), place, 0), place, 1)
    return dict(basis) | {
        "names": [n for i, n in enumerate(basis["names"]) if i != place],
        "mean": [v for i, v in enumerate(basis["mean"]) if i != place],
        "covariance": rows.tolist(),
    }


def test_a_forecast_says_how_many_results_its_errors_are_of(open_app):
    page = told(open_app("healthy", "spc", stage="rolling-1", what="thickness", chart="forecast"))
    assert "Errors of a forecast, of 33 results" in page
    assert "No limits of this chart are frozen yet" in page
    assert "−0.000" not in page


def test_charts_for_other_data_say_what_they_want(tmp_path):
    plant = plant_of((stage("rolling-1"),))
    with founded(tmp_path / "home", plant) as store:
        others = offer(store, plant, "rolling-1", "thickness").others
    assert "Z and moving range: declare the stage's context, which names the product" in others
    assert len(others) + len(offer(store, plant, "rolling-1", "thickness").charts) == len(CHARTS)


def test_page_says_how_many_false_signals_a_week_its_rules_promise(look):
    """A point signals falsely once in 216.7 under these rules (Nelson 1 and 2), so a week's points do as often."""
    html = told(look("healthy", "spc", "rolling-1"))
    weekly, rate, days = (float(n) for n in re.search(PROMISE, html).groups())
    assert rate == pytest.approx(weekly / 216.7, rel=0.06)
    assert days == pytest.approx(7 / rate, rel=0.06)
