from __future__ import annotations

import json
from pathlib import Path

import pytest

from qc_app.errors import SettingsError
from qc_app.speed import PARTS, run_speed, speed_table


def test_every_part_is_measured_and_nothing_is_left_behind(tmp_path: Path) -> None:
    told: list[str] = []
    found = run_speed("tiny", learner="ridge", scratch=tmp_path, progress=lambda what, _done, _total: told.append(what))
    assert [s.what.split(":")[0].split(" of ")[0] for s in found.speeds] == [
        "read 500 rows x 5 columns",
        "ridge",
        "ridge",
        "ridge",
        "maml",
        "overview",
    ]
    assert all(value > 0 for s in found.speeds for value in s.figures.values())
    ingest, stages = found.speeds[0], found.speeds[1]
    assert ingest.ratio == pytest.approx(ingest.figures["product_s"] / ingest.figures["polars_s"])
    faster_peer = min(stages.figures["catboost_cpu_ms"], stages.figures["gp_cpu_ms"])
    assert stages.ratio == pytest.approx(faster_peer / stages.figures["stage_cpu_ms"])
    assert stages.figures["peak_mb"] > 10
    assert stages.figures["all_s"] == pytest.approx(2 * stages.figures["stage_ms"] / 1000)
    assert set(found.speeds[3].figures) == {"2_stages_s", "4_stages_s", "peak_mb"}
    assert {"reading into the lake", "adapting", "reading the overview"} <= set(told)
    assert list(tmp_path.iterdir()) == []
    assert json.loads(found.to_json())["size"]["rows"] == 500
    assert all(len(row) == 4 for row in speed_table(found))


def test_one_part_alone(tmp_path: Path) -> None:
    found = run_speed("tiny", parts=("overview",), scratch=tmp_path)
    assert [s.what for s in found.speeds] == ["overview of 20 stages"]
    assert found.speeds[0].met == (found.speeds[0].figures["median_s"] <= 2)


@pytest.mark.parametrize(("size", "parts", "words"), [("ful", PARTS, "'full'"), ("tiny", ("adpt",), "'adapt'")])
def test_unknown_names_are_answered_with_the_nearest(size: str, parts: tuple[str, ...], words: str) -> None:
    with pytest.raises(SettingsError, match=f"did you mean {words}"):
        run_speed(size, parts=parts)
