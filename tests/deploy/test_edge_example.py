"""The example for small hardware runs with onnxruntime and numpy alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from models import make_learner
from models.checks import sisters, take
from models.export import Eight, export_model
from models.export.files import write

EXAMPLE = Path(__file__).resolve().parents[2] / "deploy" / "edge_example.py"
BLOCKED = {"qc_app", "models", "data_connectors", "torch", "sklearn", "scipy", "pandas", "polars", "onnx"}
BLOCKER = f"""
import runpy, sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {sorted(BLOCKED)}:
            raise AssertionError("imports " + name)
sys.meta_path.insert(0, Blocker())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    task = sisters()[0]
    model = make_learner("recent").adapt(take(task, range(9)))
    exported = export_model(model, task.unlabelled_x, task.unlabelled_t)
    columns = [{"name": name, "unit": ""} for name in task.columns]
    about = {"stage": "s", "characteristic": "thickness", "kind": "continuous", "unit": "um", "columns": columns}
    folder = tmp_path_factory.mktemp("edge")
    return model, write(folder, "mill", exported, Eight(None, None, "none"), about)


def run(*arguments, blocker=BLOCKER):
    command = [sys.executable, "-c", blocker, str(EXAMPLE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_it_prints_value_interval_and_flags(told, tmp_path):
    model, manifest = told
    (tmp_path / "rows.csv").write_text(
        "unit,gap,heat,speed,force,time\nu1,2.5,0.1,,0.3,\nu2,2.5,900,0,0,1970-01-01T01:00:00+00:00\n"
    )
    done = run(manifest, tmp_path / "rows.csv")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    said = model.predict([[0.3, np.nan, 0.1, 2.5]])
    ends = f"{said.lower[0]:.6g} to {said.upper[0]:.6g}"
    assert first.startswith(f"thickness {said.mean[0]:.6g} um  90% interval {ends}  anomaly")
    assert "OUTSIDE" not in first
    assert second.endswith("OUTSIDE THE DOMAIN: do not rely on it")


def test_it_names_a_column_that_is_missing(told, tmp_path):
    (tmp_path / "rows.csv").write_text("force,speed\n1,2\n")
    done = run(told[1], tmp_path / "rows.csv")
    assert (done.returncode, done.stdout) == (1, "")
    assert "rows.csv has no column heat, gap (has: force, speed)" in done.stderr


def test_it_refuses_a_file_that_was_changed(told, tmp_path):
    _, manifest = told
    (tmp_path / "mill.json").write_text(manifest.read_text())
    (tmp_path / "mill.onnx").write_bytes(manifest.with_suffix(".onnx").read_bytes() + b"\0")
    done = run(tmp_path / "mill.json", tmp_path / "mill.json")
    assert done.returncode == 1
    assert "not the file that was exported" in done.stderr


def test_the_blocker_blocks():
    done = subprocess.run(
        [sys.executable, "-c", BLOCKER, __file__], capture_output=True, text=True, check=False, cwd=EXAMPLE.parents[1]
    )
    assert "imports models" in done.stderr


def test_it_is_short():
    code = EXAMPLE.read_text().partition("import csv")[2]
    assert len(code.splitlines()) <= 55
