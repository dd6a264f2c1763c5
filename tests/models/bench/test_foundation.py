"""Pretrained peers join where weights and library are there, and say what is missing."""

from __future__ import annotations

import importlib.machinery
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from models.base import Task
from models.bench import make_peer, peer_names
from models.bench.peers import foundation
from models.errors import UnknownName


class Regressor:
    """Stands for either library: their signatures, and a line through the mean."""

    def __init__(self, model_path: str, device: str, random_state: int, allow_auto_download: bool = False) -> None:
        assert Path(model_path).is_file()
        assert (device, random_state, allow_auto_download) == ("cpu", 0, False)

    def fit(self, x: Any, y: Any) -> Regressor:
        assert np.isnan(x).any(), "missing values are the library's business"
        self.mean = float(np.mean(y))
        return self

    def predict(self, x: Any, output_type: str = "mean", quantiles: Any = None, alphas: Any = None) -> Any:
        if output_type == "mean":
            return np.full(len(x), self.mean)
        ends = [np.full(len(x), self.mean + side) for side in (-1.0, 1.0)]
        assert (quantiles or alphas) == pytest.approx([0.05, 0.95])
        return ends if quantiles else np.array(ends).T


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for library, regressor in (("tabpfn", "TabPFNRegressor"), ("tabicl", "TabICLRegressor")):
        module = ModuleType(library)
        module.__spec__ = importlib.machinery.ModuleSpec(library, None)
        setattr(module, regressor, Regressor)
        monkeypatch.setitem(sys.modules, library, module)
    file = tmp_path / "weights.ckpt"
    file.write_bytes(b"weights")
    return file


@pytest.mark.parametrize(
    ("name", "variable"), [("peer_tabpfn", "QC_TABPFN_WEIGHTS"), ("peer_tabicl", "QC_TABICL_WEIGHTS")]
)
def test_weights_by_path_bring_a_peer(weights: Path, monkeypatch: pytest.MonkeyPatch, name: str, variable: str) -> None:
    assert name not in peer_names()
    monkeypatch.setenv(variable, str(weights))
    assert name in peer_names("continuous")
    task = Task("s", "c", ["a"], [[1.0], [np.nan], [2.0]], [1.0, 2.0, 6.0])
    p = make_peer(name).fit([]).adapt(task).predict([[1.0], [2.0]])
    assert p.mean.tolist() == [3.0, 3.0]
    assert p.lower == pytest.approx([2.0, 2.0])
    assert p.upper == pytest.approx([4.0, 4.0])


def test_what_is_missing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownName, match="path of their file into QC_TABPFN_WEIGHTS"):
        make_peer("peer_tabpfn")
    monkeypatch.setenv("QC_TABPFN_WEIGHTS", str(tmp_path / "gone.ckpt"))
    with pytest.raises(UnknownName, match="where no file is"):
        make_peer("peer_tabpfn")
    (tmp_path / "gone.ckpt").write_bytes(b"")
    monkeypatch.setattr(foundation, "find_spec", lambda _library: None)
    with pytest.raises(UnknownName, match="pip install tabpfn"):
        make_peer("peer_tabpfn")
