"""A stage's live model for small hardware: the command, and the guard of the night."""

from __future__ import annotations

import json

import pytest

from models.export.files import read
from models.guards import Guard
from qc_app import framing
from qc_app.cli import main
from qc_app.jobs.model import verdict
from qc_app.plant import Gate, parse, render

from .conftest import Works


def told(capsys):
    captured = capsys.readouterr()
    return " ".join((captured.out + captured.err).split())


def test_export_writes_the_champion_and_it_answers_alike(grown, tmp_path, capsys):
    arguments = ["export", "p-1", "--out", str(tmp_path / "edge"), "--home", str(grown.home())]
    assert main(arguments) == 0
    said = told(capsys)
    assert "p-1.width.json: ONNX of" in said
    assert "0 domain flags" in said
    assert "on one thread" in said
    runner, manifest = read(tmp_path / "edge" / "p-1.width.json")
    assert manifest["columns"] == [{"name": "force", "unit": "kN"}, {"name": "temp", "unit": "degC"}]
    with grown.open(6) as store:
        champion = store.journal.models.pointers("p-1", "width").champion
        rows = store.lake.measurements("p-1", last=5)
        said = store.lake.predictions("p-1", characteristic="width").join(rows, on="unit_id", how="semi")
        last = said.sort("t_predicted").unique("unit_id", keep="last").sort("t_event")
        mean = runner.predict(*framing.inputs(grown.plant().stages[0], rows)).mean
    assert manifest["model"]["id"] == champion
    assert mean.tolist() == pytest.approx(last["mean"].to_list(), abs=1e-3)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["p-1"], 2, "where shall the model of stage 'p-1' go? - add --out FOLDER"),
        (["p-2", "--out", "x"], 2, "name the stage: did you mean 'p-1'?"),
        (["p_1"], 2, "there is no stage 'p_1' - did you mean 'p-1'?; a file for the plant definition ends in .toml"),
        (["--out", "x"], 2, "name the stage"),
        (["p-1", "--characteristic", "widht", "--out", "x"], 2, "width"),
    ],
)
def test_wrong_use_of_export_is_named(grown, capsys, arguments, code, words):
    assert main(["export", *arguments, "--home", str(grown.home())]) == code
    assert words in told(capsys)


def test_a_stage_without_a_champion_says_so(works, tmp_path, capsys):
    works.open().close()
    for more in ([], ["--characteristic", "width"]):
        arguments = ["export", "p-1", "--out", str(tmp_path / "x"), "--home", str(works.home()), *more]
        assert main(arguments) == 1
        assert "no champion yet" in told(capsys)
    assert not (tmp_path / "x").exists()


def test_a_file_in_the_way_is_named(grown, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert main(["export", "p-1", "--out", str(tmp_path / "file"), "--home", str(grown.home())]) == 1
    assert "is a file - give a folder" in told(capsys)


def test_the_definition_knows_the_key():
    plant = parse("[plant]\nname = 'P'\n[gate]\nexport = true\n")
    assert plant.gate.export
    assert parse(render(plant)) == plant


def verdicts(works):
    with works.open() as store:
        return store.journal.decisions.list(stage="p-1")


def test_a_challenger_must_answer_alike_where_the_plant_asks_for_it(tmp_path):
    works = Works(tmp_path, gate=Gate(export=True))
    works.nights(range(3))
    promoted = [d for d in verdicts(works) if d.verdict == "promoted"]
    assert promoted
    assert promoted[0].numbers["guards"]["export"]["passed"]


def test_one_that_does_not_is_kept_out_with_the_reason(tmp_path, monkeypatch):
    refused = (Guard("export", False, 0.3, 1e-3, "the exported model answers otherwise"),)
    monkeypatch.setattr(verdict, "export_guards", lambda *_: refused)
    works = Works(tmp_path, gate=Gate(export=True))
    works.nights(range(3))
    found = verdicts(works)
    assert {d.verdict for d in found} <= {"kept", "undecided"}
    assert "; but the exported model answers otherwise" in found[0].sentence
    with works.open() as store:
        assert store.journal.models.pointers("p-1", "width").champion is None


def test_nobody_is_asked_to_export_by_default(works, monkeypatch):
    monkeypatch.setattr(verdict, "export_guards", lambda *_: pytest.fail("was asked"))
    works.nights(range(3))
    assert json.dumps([d.verdict for d in verdicts(works)]).count("promoted")
