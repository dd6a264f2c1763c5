"""An export as files: it comes back as it was written, and nothing else is taken for it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models import make_learner
from models.checks import sisters, take
from models.errors import ExportError, TaskError
from models.export import Eight, Parity, Runner, export_model
from models.export.files import file_name, read, write
from models.export.guards import export_guards, exported_equal, quick_enough
from models.export.latency import Latency
from models.export.parity import compare
from models.learners.parts.serving import serve

NONE = Eight(None, None, "nothing to round")
ABOUT = {
    "stage": "stage-0", "characteristic": "thickness", "kind": "continuous", "unit": "µm",
    "columns": [{"name": name, "unit": ""} for name in ("force", "speed", "heat", "gap")], "model": {"id": "ab"},
}  # fmt: skip


@pytest.fixture(scope="module")
def made():
    task = sisters()[0]
    model = make_learner("ridge").adapt(take(task, range(12)))
    return task, model, export_model(model, task.unlabelled_x, task.unlabelled_t)


@pytest.fixture
def told(made, tmp_path):
    return write(tmp_path / "edge", "mill", made[2], NONE, ABOUT)


def test_round_trip(made, told):
    task, model, exported = made
    runner, manifest = read(told)
    parity = compare(model.predict(task.unlabelled_x), runner.predict(task.unlabelled_x))
    assert parity.holds()
    assert manifest["columns"] == ABOUT["columns"]
    assert (manifest["level"], manifest["inputs"]) == (0.9, ["parameters", "time"])
    assert manifest["file"]["bytes"] == len(exported.data)
    assert manifest["parity"]["deviation"] <= manifest["parity"]["bound"]
    assert manifest["latency"]["rows"] == 500
    assert sorted(p.name for p in told.parent.iterdir()) == ["mill.json", "mill.onnx"]


def test_a_changed_byte_is_seen(told):
    path = told.with_suffix(".onnx")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ExportError, match=r"mill\.onnx is not the file that was exported"):
        read(told)


@pytest.mark.parametrize("damage", ["", "{}", "[1]", '{"format": 1, "file": {"name": "x"}}'])
def test_a_damaged_manifest_is_refused(told, damage):
    told.write_text(damage)
    with pytest.raises(ExportError, match="export again"):
        read(told)


def test_a_manifest_of_a_newer_program_is_refused(told):
    told.write_text(json.dumps(json.loads(told.read_text()) | {"format": 99}))
    with pytest.raises(ExportError, match="update the program"):
        read(told)


def test_a_manifest_names_files_beside_it_alone(told):
    manifest = json.loads(told.read_text())
    outside = told.parent.parent / "outside.onnx"
    told.with_suffix(".onnx").rename(outside)
    manifest["file"]["name"] = "../outside.onnx"
    told.write_text(json.dumps(manifest))
    with pytest.raises(ExportError, match="damaged"):
        read(told)


def test_what_is_no_model_of_ours_is_refused():
    with pytest.raises(ExportError, match="export it again"):
        Runner(b"not onnx")


def test_wrong_columns_and_times_are_named(made):
    runner = Runner(made[2].data)
    with pytest.raises(TaskError, match=r"exported model: x has shape \(2, 3\), expected \(n, 4\)"):
        runner.predict(np.zeros((2, 3)))
    task = sisters()[0]
    timed = make_learner("recent").adapt(take(task, range(9)))
    runner = Runner(export_model(timed, task.unlabelled_x, task.unlabelled_t).data)
    with pytest.raises(TaskError, match=r"t has shape \(3,\), expected \(2,\)"):
        runner.predict(np.zeros((2, 4)), np.zeros(3))


def test_an_older_small_form_does_not_stay_beside_a_new_model(made, tmp_path):
    parity = Parity(9, 0.01, 0.0, 0)
    write(tmp_path, "mill", made[2], Eight(made[2].data, parity, "written"), ABOUT)
    assert (tmp_path / "mill.int8.onnx").exists()
    told = write(tmp_path, "mill", made[2], replace(NONE, parity=Parity(9, float("inf"), 0.0, 0)), ABOUT)
    assert not (tmp_path / "mill.int8.onnx").exists()
    assert json.loads(told.read_text())["int8"]["parity"]["deviation"] is None


def test_a_folder_that_cannot_be_made_is_named(made, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="give another --out"):
        write(tmp_path / "file" / "edge", "mill", made[2], NONE, ABOUT)


def test_names_of_stages_become_plain_file_names():
    assert file_name("../../etc", "a/b") == "etc.a-b"
    assert file_name("…", "C:\\x") == "unnamed.C-x"


def test_guards_hold_for_a_model_that_is_exported(made):
    task, model, _ = made
    guards = export_guards(model, task.unlabelled_x, task.unlabelled_t, budget_ms=1e6)
    assert [(g.name, g.passed) for g in guards] == [("export", True), ("export latency", True)]


def test_guards_say_why_not(made):
    task, *_ = made
    guards = export_guards(serve(task, str, ("odd",)), task.unlabelled_x, None)
    assert [(g.name, g.passed) for g in guards] == [("exportable", False)]
    assert "no translation" in guards[0].sentence
    assert not exported_equal(Parity(9, 0.5, 0.0, 0)).passed
    assert not exported_equal(Parity(9, 0.0, 0.0, 1)).passed
    assert quick_enough(Latency(60.0, 1.0, 1.0, 1.0)).sentence.endswith("60.0 ms a unit, 50 allowed")
