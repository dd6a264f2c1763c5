"""A bench that was stopped goes on where it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.bench import PackError, Result, run
from models.bench.keeping import part_of
from models.bench.plan import Forecast, cells, effort
from models.bench.work import in_words
from tests.models.bench.packs import write_pack

ASKED: dict[str, Any] = {
    "learners": (),
    "peers": ("peer_mean", "peer_ridge"),
    "shots": (5,),
    "seeds": 1,
    "protocols": ("random",),
    "workers": 1,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_pack(tmp_path / "packs", "mill", rows=60)
    return tmp_path / "packs"


def stop_after(cells_done: int) -> Any:
    def tell(done: int, _total: int, _words: str) -> None:
        if done == cells_done:
            raise KeyboardInterrupt

    return tell


def test_a_stopped_run_goes_on_with_what_is_missing(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    with pytest.raises(KeyboardInterrupt):
        run(folder, **ASKED, out=out, progress=stop_after(1))
    assert part_of(out).exists()
    assert not out.exists()
    told: list[tuple[int, int]] = []
    found = run(folder, **ASKED, out=out, resume=True, progress=lambda done, total, _words: told.append((done, total)))
    assert told == [(2, 2)]
    assert not part_of(out).exists()
    fresh = run(folder, **ASKED)
    assert [(r.method, r.stage, r.nrmse) for r in found.rows] == [(r.method, r.stage, r.nrmse) for r in fresh.rows]
    assert Result.from_json(out.read_text()) == found


def test_a_line_cut_off_by_a_kill_is_measured_again(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    with pytest.raises(KeyboardInterrupt):
        run(folder, **ASKED, out=out, progress=stop_after(2))
    part = part_of(out)
    part.write_text(part.read_text()[:-20])
    found = run(folder, **ASKED, out=out, resume=True)
    assert {r.method for r in found.rows} == {"peer_mean", "peer_ridge"}


def test_another_learner_joins_a_finished_run(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    run(folder, **ASKED, out=out)
    told: list[str] = []
    wider = ASKED | {"learners": ("stage_mean",)}
    found = run(folder, **wider, out=out, resume=True, progress=lambda _done, _total, words: told.append(words))
    assert len(told) == 1
    assert "stage_mean" in told[0]
    assert {r.method for r in found.rows} == {"peer_mean", "peer_ridge", "stage_mean"}


def test_an_unfinished_run_is_not_thrown_away(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    with pytest.raises(KeyboardInterrupt):
        run(folder, **ASKED, out=out, progress=stop_after(1))
    with pytest.raises(PackError, match="--resume"):
        run(folder, **ASKED, out=out)
    with pytest.raises(PackError, match="was run with shots"):
        run(folder, **(ASKED | {"shots": (10,)}), out=out, resume=True)
    lines = part_of(out).read_text().split("\n")
    head = json.loads(lines[0])
    head["versions"]["numpy"] = "0.1"
    part_of(out).write_text("\n".join([json.dumps(head), *lines[1:]]))
    with pytest.raises(PackError, match="other versions of numpy"):
        run(folder, **ASKED, out=out, resume=True)
    part_of(out).write_text("nonsense\n")
    with pytest.raises(PackError, match="no unfinished run"):
        run(folder, **ASKED, out=out, resume=True)


def test_nothing_is_trained_for_no_exam(folder: Path) -> None:
    write_pack(folder, "saw", kind="defect", rows=60)
    peers = ("peer_mean", "peer_last", "peer_pca", "peer_logistic")
    settings = run(
        folder, learners=(), peers=("peer_mean",), protocols=("random",), shots=(5,), seeds=1, workers=1
    ).settings
    packs = [folder / "mill", folder / "saw"]
    wanted = {
        ("random",): {"peer_mean", "peer_pca", "peer_logistic"},
        ("rolling",): {"peer_mean", "peer_last", "peer_pca", "peer_logistic"},
        ("nightly",): {"peer_pca", "peer_logistic"},
        ("normal",): {"peer_pca"},
    }
    for protocols, methods in wanted.items():
        asked = replace(settings, peers=peers, protocols=protocols)  # type: ignore[arg-type]
        assert {cell.method for cell in cells(asked, packs)} == methods


def test_long_cells_start_first_and_the_rest_is_foretold(folder: Path, tmp_path: Path) -> None:
    write_pack(folder, "press", rows=200)
    found = run(folder, **(ASKED | {"learners": ("stage_mean",)}))
    planned = cells(found.settings, [folder / "mill", folder / "press"])
    assert planned[0].method == "stage_mean"
    assert planned[0].folder.endswith("press")
    forecast = Forecast(planned, workers=2)
    assert forecast.left_s() == 0.0
    forecast.done(planned[0], 10.0)
    rate = 10.0 / effort(planned[0])
    assert forecast.left_s() == pytest.approx(sum(effort(c) for c in planned[1:]) * rate / 2)
    assert in_words(forecast.left_s()).endswith("left")
