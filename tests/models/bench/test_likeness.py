"""The yardstick of representations finds likeness where there is one, and says 0 where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from models.bench.likeness import Found, table, worths
from models.bench.likeness import ways as module
from models.bench.packs import Pack, PackStage
from models.representations.encoder import Encoder


def pack(relation, count=9, n=80):
    stages = []
    for k in range(count):
        rng = np.random.default_rng(k)
        x = rng.normal(size=(n, 3)) + np.array([0.0, 3.0 * (k % 3), 0.0])
        y = relation(x, k) + 0.1 * rng.normal(size=n)
        stages.append(PackStage(f"s{k}", x, {"y": y}, np.arange(n) + 1000.0 * k))
    return Pack("made", "made up", ("a", "b", "c"), {"y": "continuous"}, tuple(stages))


@pytest.fixture(autouse=True)
def hasty_encoder(monkeypatch):
    """How well it is trained is another test's matter."""
    hasty = type("Hasty", (), {"fit": lambda tasks, seed: Encoder.fit(tasks, seed, steps=1)})
    monkeypatch.setattr(module, "Encoder", hasty)


def test_kinds_of_stages_are_told_apart_by_where_they_run():
    kinds = (lambda x: np.sin(2 * x[:, 0]), lambda x: 2 * x[:, 2], lambda x: np.abs(x[:, 0]))
    found = worths(pack(lambda x, k: kinds[k % 3](x)), "y")
    by_way = {w.way: w for w in found}
    assert by_way["profile of parameters"].rank > 0.2
    assert by_way["profile of parameters"].gain > 0.2
    assert by_way["nearest (meta-features + profile)"].gain > 0.2
    assert all(w.gain <= w.best + 1e-12 for w in found)
    assert len(table(Found(tuple(found)))) == len(by_way) == 7


def test_a_small_pack_is_left_out():
    assert worths(pack(lambda x, _: x[:, 0], count=4), "y") == []
