"""Bad input through the commands on charts: a sentence with an exit code, or an answer that says what it is worth."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from data_connectors.schema import Characteristic, Parameter, Stage
from qc_app.cli import main
from qc_app.records import Label
from tests.pages.made_plants import NOW, founded, plant_of

ENDLESS = list(np.random.default_rng(3).normal(10.0, 1.0, 40))
CASES = [
    ("two points", [1.0, 2.0], {}, ["chart"], 0, "2 points"),
    ("two points", [1.0, 2.0], {}, ["chart"], 0, "provisional"),
    ("one point", [1.0], {}, ["chart"], 1, "at least 2 in a row are needed"),
    ("nothing", [], {}, ["chart"], 1, "no result yet"),
    ("two points", [1.0, 2.0], {"upper": 9.0}, ["capability"], 1, "are needed"),
    ("constant", [5.0] * 30, {}, ["chart"], 0, "no signal"),
    ("constant", [5.0] * 30, {}, ["chart"], 0, "zero"),
    ("constant", [5.0] * 30, {}, ["chart", "--chart", "t2"], 1, "no parameter varies"),
    ("constant", [5.0] * 30, {"upper": 9.0, "lower": 1.0}, ["capability"], 0, "all 30 values are equal"),
    ("ties", [1.0, 1.0, 2.0] * 12, {}, ["chart", "--rules", "nelson"], 0, "36 points"),
    ("ties", [1.0, 1.0, 2.0] * 12, {"upper": 9.0}, ["capability"], 0, "Ppu"),
    ("one-sided", ENDLESS, {"upper": 14.0}, ["capability"], 0, "Cpk"),
    ("no specification", ENDLESS, {}, ["capability"], 2, "specification"),
    ("negative counts", [3.0, -1.0, 4.0], {}, ["chart", "--chart", "c"], 2, "a count is a whole number, 0 or more"),
    ("no defects", [0.0] * 60, {"kind": "binary"}, ["chart", "--chart", "p"], 0, "no spread"),
    ("no defects", [0.0] * 60, {"kind": "binary"}, ["capability"], 2, "is a defect"),
    ("all defects", [1.0] * 60, {"kind": "binary"}, ["chart", "--chart", "np"], 0, "no signal"),
    ("half a subgroup", ENDLESS[:38], {"subgroup_size": 4}, ["chart", "--chart", "xbar_r"], 0, "10 points"),
    ("one subgroup", ENDLESS[:3], {"subgroup_size": 4}, ["chart", "--chart", "xbar_s"], 1, "are needed"),
    ("few for a forecast", ENDLESS[:10], {}, ["chart", "--chart", "forecast"], 1, "at least 20 are needed"),
    ("a word for a number", ENDLESS, {}, ["chart", "--chart", "ewma", "--set", "smoothing=abc"], 2, "give a number"),
    ("no such method", ENDLESS, {}, ["chart", "--chart", "forecast", "--set", "method=foo"], 2, "or 'gaps'"),
    ("half a span", ENDLESS, {}, ["chart", "--chart", "moving_average", "--set", "span=2.5"], 2, "whole number"),
    ("an endless span", ENDLESS, {}, ["chart", "--chart", "moving_average", "--set", "span=1e9"], 2, "at most 1000"),
    ("too little smoothing", ENDLESS, {}, ["chart", "--chart", "ewma", "--set", "smoothing=0"], 2, "0 < smoothing"),
    ("no target", ENDLESS, {}, ["chart", "--chart", "cusum", "--set", "target=nan"], 2, "give a number"),
    ("tiny", [v * 1e-12 for v in ENDLESS], {"upper": 1e-10}, ["capability"], 0, "Ppk"),
    ("tiny", [v * 1e-12 for v in ENDLESS], {}, ["chart", "--chart", "ewma"], 0, "9.959·10⁻¹²"),
    ("huge", [v * 1e12 for v in ENDLESS], {}, ["chart", "--chart", "cusum"], 0, "no signal"),
    ("too large", [v * 1e200 for v in ENDLESS], {}, ["chart"], 2, "larger unit"),
    ("limits of two points", [1.0, 2.0], {}, ["limits", "freeze", "--reason", "x"], 0, "provisional"),
    ("limits of nothing", [], {}, ["limits", "freeze", "--reason", "x"], 1, "are needed"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "how", "words", "code", "said"), CASES)
def test_the_command_answers_or_says_why_not(tmp_path, monkeypatch, capsys, name, values, how, words, code, said):
    home = made(tmp_path / "home", values, Characteristic("width", "mm", **how))
    for key, value in {"QC_HOME": str(home), "QC_USER": "anna", "QC_ROLE": "approver", "COLUMNS": "250"}.items():
        monkeypatch.setenv(key, value)
    group = 2 if words[0] == "limits" else 1
    assert main(["spc", *words[:group], "press", "width", *words[group:]]) == code, name
    told = capsys.readouterr()
    assert said in " ".join((told.out + told.err).split())
    assert "Traceback" not in told.err


def made(home, values, what):
    """A stage with a result for each of its units."""
    press = Stage("press", "A", "press", (Parameter("force"), Parameter("speed")), (what,))
    times = [NOW - timedelta(hours=len(values) - n) for n in range(len(values))]
    units = [f"U-{n}" for n in range(len(values))]
    with founded(home, plant_of((press,))) as store:
        if values:
            frame = pl.DataFrame(
                {"unit_id": units, "t_event": times, "t_source": times, "t_ingest": times}
                | {"source": ["press files"] * len(units), "quality": ["good"] * len(units)}
                | {"row_hash": pl.Series(range(len(units)), dtype=pl.UInt64)}
                | {"force": [1.0] * len(units), "speed": [2.0] * len(units)}
            )
            moments = pl.col("t_event", "t_source", "t_ingest").cast(pl.Datetime("us", "UTC"))
            store.lake.commit(press, "press files", frame.with_columns(moments), "c", len(units), 0)
            labels = [Label("press", "width", u, v, t, t, "lab") for u, t, v in zip(units, times, values, strict=True)]
            store.journal.labels.commit("press", "lab", labels, "c", len(labels), 0, NOW)
    return home


SHEETS = [
    ("value,reference\n1,1\n1,1\n", ["--kind", "attribute"], "no column 'part'"),
    ("part,appraiser,value\n1,a,1\n1,a,2\n2,a,3\n", [], "complete them"),
    ("part,appraiser,value\n1,a,x\n", [], "is no number"),
    ("value\n1\n2\n", ["--kind", "type 1", "--reference", "nan"], "are needed"),
    ("part,appraiser,value\n" + "".join(f"{p},{a},1e200\n" for p in (1, 2) for a in "abab"), [], "unit"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words", "said"), SHEETS)
def test_the_command_on_a_gauge_tells_what_is_wrong_with_the_sheet(tmp_path, monkeypatch, capsys, text, words, said):
    home = made(tmp_path / "home", [], Characteristic("width", "mm", lower=6.0, upper=14.0))
    for key, value in {"QC_HOME": str(home), "QC_USER": "anna", "QC_ROLE": "approver", "COLUMNS": "250"}.items():
        monkeypatch.setenv(key, value)
    (tmp_path / "sheet.csv").write_text(text)
    assert main(["spc", "gauge", "press", "width", str(tmp_path / "sheet.csv"), "--dry-run", *words]) in {1, 2}
    told = capsys.readouterr()
    assert said in " ".join((told.out + told.err).split())
    assert "unexpected" not in told.err
