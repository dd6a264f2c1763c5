"""Packs of many made-up stages, where real ones are too few: what 200 training stages are worth can be measured.

A family draws what its stages have in common: which parameters matter, how smooth, how linear and how noisy they are;
a stage draws its own function near the family's, its level, and a slow drift. Functions are random Fourier features
(Rahimi and Recht 2007), so each is a draw from a Gaussian process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl

from models.base import Array

#: The three situations a new stage can be in.
Situation = Literal["sisters", "own_scale", "strangers"]

SITUATIONS: tuple[Situation, ...] = ("sisters", "own_scale", "strangers")
UNITS = 120
_PARAMETERS = 8
_FEATURES = 64
_BEGAN_US = 1_700_000_000_000_000
_STEP_US = 60_000_000


def invent(folder: str | Path, stages: int, seed: int = 0) -> Path:
    """Write a pack of made-up stages for each situation: sisters, sisters on their own scale, strangers.

    Parameters
    ----------
    folder : path
        Made if absent.
    stages : int
        Stages of each pack, at least 3; two thirds of them are learned from.
    seed : int

    Returns
    -------
    Path
        `folder`, fit for `run`.

    Raises
    ------
    ValueError
        If `stages` is below 3.
    """
    if stages < 3:
        raise ValueError(f"{stages} made-up stages cannot be divided into learned from and judged - ask for 3 or more")
    root = Path(folder)
    for place, situation in enumerate(SITUATIONS):
        _write(root / f"invented_{situation}", situation, stages, np.random.default_rng([seed, place]))
    return root


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """What made-up stages have in common.

    Parameters
    ----------
    weights : ndarray, shape (d,)
        Slopes of the linear part; most of them small.
    frequencies, phases, heights : ndarray, shape (d, f), (f,), (f,)
        The bent part: ``sum(heights * cos(x @ frequencies + phases))``.
    mixing : ndarray, shape (d, d)
        From independent causes to correlated parameters.
    noise, own, drift : float
        Standard deviations of the noise, of what a stage has for itself, and of its drift from first to last unit.
    """

    weights: Array
    frequencies: Array
    phases: Array
    heights: Array
    mixing: Array
    noise: float
    own: float
    drift: float

    @classmethod
    def drawn(cls, parameters: int, rng: np.random.Generator) -> Family:
        """Draw a family of `parameters` parameters."""
        relevance = rng.gamma(0.6, 1.0, parameters)
        relevance /= np.sqrt(np.sum(relevance**2))
        bent = rng.uniform(0.2, 1.2)
        return cls(
            weights=relevance * rng.choice([-1.0, 1.0], parameters),
            frequencies=rng.normal(size=(parameters, _FEATURES)) * relevance[:, None] * rng.uniform(0.7, 2.0),
            phases=rng.uniform(0, 2 * np.pi, _FEATURES),
            heights=bent * np.sqrt(2 / _FEATURES) * rng.normal(size=_FEATURES),
            mixing=np.eye(parameters) + 0.3 * rng.normal(size=(parameters, parameters)) / np.sqrt(parameters),
            noise=float(rng.uniform(0.15, 0.5)),
            own=float(rng.uniform(0.1, 0.4)),
            drift=float(rng.uniform(0.0, 0.4)),
        )

    def stage(self, units: int, rng: np.random.Generator) -> tuple[Array, Array]:
        """Draw one stage: parameters, shape (units, d), and characteristic, shape (units,), in order of time."""
        d = len(self.weights)
        x = (rng.normal(size=(units, d)) + 0.4 * rng.normal(size=d)) @ self.mixing
        weights = self.weights + self.own * rng.normal(size=d) / np.sqrt(d)
        heights = self.heights + self.own * np.sqrt(2 / _FEATURES) * rng.normal(size=_FEATURES)
        y = x @ weights + np.cos(x @ self.frequencies + self.phases) @ heights
        y += rng.normal() + self.drift * np.linspace(0, rng.normal(), units) + self.noise * rng.normal(size=units)
        return x, y


def _write(folder: Path, situation: Situation, stages: int, rng: np.random.Generator) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    family = Family.drawn(_PARAMETERS, rng)
    frames, named = [], {}
    for i in range(stages):
        name, mine = f"stage-{i:03}", family
        columns = [f"p{j}" for j in range(_PARAMETERS)]
        if situation == "strangers":
            mine = Family.drawn(int(rng.integers(4, 11)), rng)
            columns = [f"s{i:03}_{j}" for j in range(len(mine.weights))]
        x, y = mine.stage(UNITS, rng)
        if situation == "own_scale":
            y = 10.0 ** rng.uniform(-1, 2) * (y + 5 * rng.normal())
        named[name] = columns
        frames.append(_frame(name, x, y, columns))
    pl.concat(frames, how="diagonal").write_parquet(folder / "data.parquet")
    about = {
        "name": folder.name,
        "title": f"made-up stages: {situation.replace('_', ' ')}",
        "kind": "regression",
        "time_ordered": True,
        "parameters": list(dict.fromkeys(c for columns in named.values() for c in columns)),
        "characteristics": [{"name": "value", "unit": "", "kind": "continuous"}],
    }
    if situation == "strangers":
        about["stage_parameters"] = named
    (folder / "dataset.json").write_text(json.dumps(about), encoding="utf-8")


def _frame(name: str, x: Array, y: Array, columns: list[str]) -> pl.DataFrame:
    times = _BEGAN_US + _STEP_US * np.arange(len(x))
    return pl.DataFrame(x, schema=columns).with_columns(
        pl.lit(name).alias("stage"),
        pl.Series("unit_id", [f"{name}-{j}" for j in range(len(x))]),
        pl.Series("time", times).cast(pl.Datetime("us")),
        pl.Series("value", y),
    )
