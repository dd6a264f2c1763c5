"""qc spc: the chart in words and as JSON, limits, exclusions, capability, gauge; sentences where it cannot be."""

from __future__ import annotations

import json
import shutil

import pytest

from qc_app.cli import main
from qc_app.views import enter
from tests.app.test_gauge_sheets import crossed_text
from tests.pages.made_plants import empty, healthy

OF = ["rolling-1", "thickness"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return healthy(tmp_path_factory.mktemp("spc") / "home")


@pytest.fixture
def home(made, tmp_path, monkeypatch):
    shutil.copytree(made, tmp_path / "home")
    for name, value in {"QC_HOME": str(tmp_path / "home"), "QC_USER": "anna", "QC_ROLE": "approver"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("COLUMNS", "250")
    return tmp_path / "home"


@pytest.fixture
def run(capsys):
    def ran(*words, code=0):
        assert main(["spc", *words]) == code, capsys.readouterr().err
        told = capsys.readouterr()
        return " ".join((told.out + told.err).split())

    return ran


def test_a_chart_in_words(home, run):
    said = run(*OF)
    assert "individuals chart of 33 points" in said
    assert "version 2 of chart imr in force since 2026-02-27 11:00 +01:00, by night: refit (40 points" in said
    assert "a stable process signals every 216.7 points on average" in said
    assert run("chart", *OF) == said


def test_another_chart_stands_on_the_same_limits_and_its_own_settings(home, run):
    said = run(*OF, "--chart", "ewma", "--set", "smoothing=0.2")
    assert "ewma chart of 33 points" in said
    assert "version 2 of chart imr" in said
    assert "signals every 7" not in said
    assert run(*OF, "--chart", "cusum")


def test_several_columns_together_are_charted_and_frozen(home, run):
    several = [*OF, "--chart", "t2"]
    assert "all parameters: Hotelling T2, 420 points" in run(*several)
    assert "frozen: version 1 of chart t2" in run("limits", "freeze", *several, "--reason", "a stable week")
    assert "version 1 of chart t2 in force since" in run(*several)
    assert "all parameters" not in run("limits", "list", *OF)
    assert "a stable week" in run("limits", "list", *OF, "--of", "parameters")
    out = run("exclude", *OF, "C-010012", "--of", "parameters", "--reason", "sensor was cut")
    assert "C-010012 of rolling-1 / all parameters is excluded" in out
    assert "419 points, 1 excluded with a cause" in run("limits", "freeze", *several, "--dry-run")
    assert "left out C-010012" in run(*several)
    assert "left out" not in run(*OF)


def test_errors_of_a_forecast_are_frozen_with_their_forecast(home, run):
    assert "estimated, not frozen" in run(*OF, "--chart", "forecast")
    assert "version 1 of chart forecast" in run("limits", "freeze", *OF, "--chart", "forecast", "--reason", "slow")
    assert "version 1 of chart forecast in force since" in run(*OF, "--chart", "forecast")
    assert "version 2 of chart imr in force since" in run(*OF)


def test_signals_name_their_units(home, run):
    assert (
        main(
            [
                "spc",
                "limits",
                "freeze",
                *OF,
                "--reason",
                "x",
                "--from",
                "2026-02-28",
                "--first",
                "2026-02-23",
                "--last",
                "2026-02-24",
            ]
        )
        == 0
    )
    said = run(*OF, "--rules", "nelson1,we", "--since", "2026-02-23", "--until", "2026-03-02")
    assert "signals" in said
    assert "C-01" in said


def test_json_is_for_programs(home, capsys):
    assert main(["spc", *OF, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["chart"], told["limits"]["version"], len(told["points"])) == ("imr", 2, 33)
    assert told["points"][0]["upper"] != told["points"][-1]["upper"]
    assert main(["spc", "capability", *OF, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {i["index"] for i in told["indices"]} == {"Cp", "Cpk", "Cpm", "Pp", "Ppk", "Ppl", "Ppu"}
    assert main(["spc", "limits", "list", *OF, "--json"]) == 0
    assert [v["version"] for v in json.loads(capsys.readouterr().out)["limits"]] == [2, 1]


def test_limits_are_tried_frozen_listed_and_rolled_back(home, run):
    tried = run("limits", "freeze", *OF, "--dry-run")
    assert "limits stand on 33 points; no point asks for a cause" in tried
    assert "nothing was changed" in tried
    assert "frozen: version 3 of chart imr" in run("limits", "freeze", *OF, "--reason", "new rolls")
    assert "needs a reason" in run("limits", "freeze", *OF, code=1)
    listed = run("limits", "list", *OF)
    assert "new rolls; 33 points: provisional below 100" in listed
    assert "version 4 of chart imr" in run("limits", "rollback", *OF, "--reason", "rolls out again")
    assert "no earlier limits of version 8" in run("limits", "rollback", *OF, "--reason", "x", "--version", "8", code=1)


def test_before_and_after_on_one_chart(home, run, capsys):
    run("limits", "freeze", *OF, "--from", "2026-02-28 12:00", "--reason", "second grinder")
    assert main(["spc", *OF, "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    assert len({p["upper"] for p in points}) == 3
    said = run("limits", "freeze", *OF, "--from", "2026-02-20", "--reason", "backwards", code=1)
    assert "keep the limits of their time" in said


def test_a_unit_is_left_out_for_a_cause_and_stays_on_the_chart(home, run):
    assert "needs a reason" in run("exclude", *OF, "C-010012", code=1)
    assert "is excluded: wrong gauge" in run("exclude", *OF, "C-010012", "--reason", "wrong gauge")
    assert "left out C-010012" in run(*OF)
    assert "wrong gauge" in run("limits", "list", *OF)
    assert "1 excluded with a cause" in run("limits", "freeze", *OF, "--dry-run")
    assert "counts again: it was right" in run("exclude", *OF, "C-010012", "--undo", "--reason", "it was right")
    assert "by anna: it was right" in run("limits", "list", *OF)


def test_capability_with_intervals_by_any_method(home, run):
    said = run("capability", *OF)
    assert "Cpk 2.21 (1.62 to 2.80 at 90%, 33 values)" in said
    assert "specification 2.400 to 2.600 mm" in said
    other = run("capability", *OF, "--method", "percentiles")
    assert "by method percentiles" in other
    assert "did you mean 'fitted'" in run("capability", *OF, "--method", "fited", code=2)


def test_a_gauge_study_is_judged_recorded_and_known(home, run, tmp_path):
    sheet = tmp_path / "study.csv"
    sheet.write_text(crossed_text(), encoding="utf8")
    tried = run("gauge", *OF, str(sheet), "--dry-run")
    assert "not acceptable: gauge R&R is 27.9% of the total variation" in tried
    assert "nothing was stored" in tried
    assert "due again on 2027-03-01" in run("gauge", *OF, str(sheet), "--due", "2027-03-01")
    known = run("gauge", *OF)
    assert "spread of the gauge 0.3024 mm (crossed study of 2026-03-02)" in known
    assert "due again on 2027-03-01" in known
    with enter(home) as store:
        assert store.journal.gauges.sd(*OF) == pytest.approx(0.302373, abs=2e-6)
    assert "the plant's definition" in run("gauge", "rolling-2", "thickness")
    assert "cannot be read" in run("gauge", *OF, str(tmp_path / "none.csv"), code=2)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["rolling-9", "thickness"], 2, "did you mean 'rolling-"),
        (["rolling-1", "thicknes"], 2, "did you mean 'thickness'"),
        ([*OF, "--chart", "ewna"], 2, "did you mean 'ewma'"),
        ([*OF, "--rules", "nelson9"], 2, "did you mean 'nelson8'"),
        ([*OF, "--set", "smoothing"], 1, "write it like smoothing=0.2"),
        ([*OF, "--set", "smooth=2", "--chart", "ewma"], 2, "no setting 'smooth'"),
        ([*OF, "--since", "yesterday"], 2, "is no time"),
        ([*OF, "--since", "2036-01-01"], 1, "no result in this time"),
        ([*OF, "--chart", "p"], 2, "is for defects"),
        ([*OF, "--chart", "t2", "--of", "measured"], 2, "is for several columns together"),
        ([*OF, "--chart", "imr", "--of", "parameters"], 2, "is for the values of one characteristic"),
        ([*OF, "--of", "measure"], 2, "did you mean 'measured'"),
        ([*OF, "--chart", "z_mr"], 2, "declare the stage's context"),
        ([*OF, "--chart", "xbar_r"], 2, "declare subgroup_size"),
        ([*OF, "--chart", "c"], 2, "a count is a whole number"),
        (["limits", "freeze", *OF, "--of", "predicted", "--reason", "x"], 2, "would change with every model"),
    ],
)
def test_what_cannot_be_is_told(home, run, words, code, said):
    assert said in run(*words, code=code)


def test_a_plant_without_results_says_so(tmp_path, monkeypatch, run):
    monkeypatch.setenv("QC_HOME", str(empty(tmp_path / "home")))
    monkeypatch.setenv("COLUMNS", "200")
    assert "no result yet" in run("rolling-1", "thickness", code=1)
    assert "no limits were ever frozen" in run("limits", "list", "rolling-1", "thickness")
    assert "no result yet" in run("capability", "rolling-1", "thickness", code=1)
