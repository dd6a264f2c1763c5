"""What a prediction is likely to cost, learned across stages from predictions whose label has come.

The expected loss of a unit is ``exp(b0) e**b1 exp(b2 anomaly + b3 outside + b4 far)``: e is what its own interval
promises (of a normal variable), and the rest says how far such promises were kept, near and far from the known domain
and from what the stage usually makes. Few labels leave it at b1 = 1 and b2 = b3 = b4 = 0: the interval is taken at its
word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from scipy import stats

from models.base import Array
from models.errors import StateError
from models.performance.said import Said

PENALTY = np.array([0.0, 20.0, 5.0, 5.0, 10.0])
"""Pseudo-labels that speak for the interval as it is; none for its level."""
STEPS = 50
WINDOW = 20
LEAST_WINDOW = 8
FEWEST_LABELS = 20
FEWEST_WINDOWS = 10
FOLDS = 10
MOST_OF_A_STAGE = 100.0
BAND = 0.9
TRUSTED = 10.0
"""Labels of its own that weigh as much as what all stages say."""
MANY_WINDOWS = 30
"""Windows from which on it is known whether ups and downs are followed."""
CHANCE = 1.645
"""Normal quantile: one in twenty rank correlations of nothing lies below it."""
_NAMES = ("level", "promised", "anomaly", "outside", "far")
_AS_IT_IS = np.array([0.0, 1.0, 0.0, 0.0, 0.0])


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """One stage's predictions and what they cost, in the order of production.

    Parameters
    ----------
    stage : str
    said : Said
    losses : ndarray, shape (n,)
        In units of the stage's scale.
    """

    stage: str
    said: Said
    losses: Array


@dataclass(frozen=True, slots=True)
class LossModel:
    """Expected loss of a prediction, and how far off such expectations were at stages that did not teach them.

    Parameters
    ----------
    coefficients : tuple of float, length 5
    low, high : float
        Realised over estimated mean loss of windows of twenty labels: nine in ten lie between; NaN if too few.
    labels, stages, windows : int
        What it was learned from.
    followed : float
        Rank correlation of estimated and realised over all windows, each less its stage's mean: whether ups and downs
        are followed at stages that did not teach; NaN if too few.
    """

    coefficients: tuple[float, ...]
    low: float
    high: float
    labels: int
    stages: int
    windows: int
    followed: float = float("nan")

    def expected(self, said: Said) -> Array:
        """Return the expected loss of each unit in units of the stage's scale, shape (n,); NaN without an interval."""
        return np.asarray(np.exp(np.clip(_features(said) @ np.array(self.coefficients), -20.0, 5.0)))

    def state(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Rebuild from `state`.

        Raises
        ------
        StateError
            If something is missing or of another shape.
        """
        try:
            low, high, followed = (
                float("nan") if state[key] is None else float(state[key]) for key in ("low", "high", "followed")
            )
            coefficients = tuple(float(c) for c in state["coefficients"])
            labels, stages, windows = (int(state[key]) for key in ("labels", "stages", "windows"))
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"state of a loss model lacks or spoils {error} - learn it again") from None
        if len(coefficients) != len(_NAMES):
            raise StateError(f"state of a loss model has {len(coefficients)} coefficients - learn it again")
        return cls(coefficients, low, high, labels, stages, windows, followed)

    @property
    def blind(self) -> bool:
        """Whether it was shown, on windows enough and beyond chance, that ups were downs."""
        return self.windows >= MANY_WINDOWS and self.followed < -CHANCE / float(np.sqrt(self.windows - 1))

    @property
    def sentence(self) -> str:
        """What it stands on, in words."""
        words = f"learned from {self.labels} labels of {self.stages} stages"
        if not np.isfinite(self.low):
            return f"{words}; no band yet: {FEWEST_WINDOWS} windows of {WINDOW} labels are needed"
        follows = f", ups and downs with rank {self.followed:.2f}" if np.isfinite(self.followed) else ""
        return f"{words}; realised was {self.low:.2f} to {self.high:.2f} times the estimate in 9 of 10 windows{follows}"


def learn(taught: Sequence[Taught]) -> LossModel | None:
    """Learn from stages whose labels have come; None with fewer than twenty labels in all.

    Parameters
    ----------
    taught : sequence of Taught

    Returns
    -------
    LossModel or None
        Its band is cross-fitted: each stage's windows are held against a model of the other stages.

    References
    ----------
    McCullagh & Nelder, Generalized Linear Models (1989), ch. 9 (quasi-likelihood, log link); the idea of estimating a
    model's loss by a second model follows NannyML's direct loss estimation.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> wide = np.repeat([1.0, 3.0], 40)
    >>> said = Said(-wide, wide, np.zeros(80), np.ones(80, dtype=bool), scale=1.0)
    >>> model = learn([Taught("s", said, np.abs(rng.normal(0, wide / 1.645)))])
    >>> bool(2 < model.expected(said)[-1] / model.expected(said)[0] < 4)
    True
    """
    parts = [part for part in map(_sound, taught) if len(part.losses)]
    labels = sum(len(part.losses) for part in parts)
    if labels < FEWEST_LABELS:
        return None
    held = [_windows(part, _fitted(kept)) for out, kept in _folds(parts) for part in out]
    windows = np.concatenate(held)
    low, high = _band(windows[:, 1] / windows[:, 0])
    return LossModel(_fitted(parts), low, high, labels, len(parts), len(windows), _followed(held))


def _folds(parts: Sequence[Taught]) -> list[tuple[list[Taught], list[Taught]]]:
    """Return stages held out and stages kept, ten times at most; a single stage is held against itself."""
    count = min(len(parts), FOLDS)
    divided = [([p for i, p in enumerate(parts) if i % count == k], [p for i, p in enumerate(parts) if i % count != k])
               for k in range(count)]  # fmt: skip
    return [(held, kept or held) for held, kept in divided]


def _sound(one: Taught) -> Taught:
    there = np.isfinite(one.losses) & np.isfinite(_features(one.said)).all(axis=1)
    return Taught(one.stage, one.said.take(there), one.losses[there])


def _features(said: Said) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        promised = np.log(said.promised())
    promised[~np.isfinite(promised)] = np.nan
    return np.column_stack([np.ones(len(promised)), promised, said.anomaly, ~said.in_domain, said.far()])


def _fitted(used: Sequence[Taught]) -> tuple[float, ...]:
    """Fit by iteratively reweighted least squares, shrunk toward the interval as it is; stages weigh alike."""
    x = np.vstack([_features(part.said) for part in used])
    y = np.concatenate([part.losses for part in used])
    weight = np.concatenate([
        np.full(len(part.losses), min(1.0, MOST_OF_A_STAGE / len(part.losses))) for part in used
    ])  # fmt: skip
    rest = _AS_IT_IS
    level = float(np.log(max(np.average(y, weights=weight), 1e-12)))
    beta = rest + np.array([level - _mean_log(x, weight), 0.0, 0.0, 0.0, 0.0])
    for _ in range(STEPS):
        mu = np.exp(np.clip(x @ beta, -20.0, 5.0))
        w = weight * mu / max(float(np.average(mu, weights=weight)), 1e-12)
        slope = x.T @ (w * (y / mu - 1)) - PENALTY * (beta - rest)
        step = np.linalg.solve(x.T @ (w[:, None] * x) + np.diag(PENALTY) + 1e-9 * np.eye(len(rest)), slope)
        beta = beta + np.clip(step, -1.0, 1.0)
        if np.abs(step).max() < 1e-8:
            break
    return tuple(float(b) for b in beta)


def _mean_log(x: Array, weight: Array) -> float:
    return float(np.log(np.average(np.exp(np.clip(x[:, 1], -20.0, 5.0)), weights=weight)))


def _windows(part: Taught, coefficients: tuple[float, ...]) -> Array:
    """Estimated, realised and estimated without correction of a stage's windows, shape (windows, 3).

    The correction of each window stands on the labels before it only.
    """
    expected = LossModel(coefficients, np.nan, np.nan, 0, 0, 0).expected(part.said)
    found = []
    for start in range(LEAST_WINDOW, len(part.losses) - LEAST_WINDOW + 1, WINDOW):
        now = slice(start, start + WINDOW)
        own = correction(part.losses[:start], expected[:start])
        plain = max(float(expected[now].mean()), 1e-12)
        found.append((own * plain, float(part.losses[now].mean()), plain))
    return np.array(found, dtype=np.float64).reshape(-1, 3)


def _followed(held: Sequence[Array]) -> float:
    """Rank correlation within stages: of logarithms, each less the mean of its stage.

    Without correction, which answers a high window with a high estimate of the next and so looks worse than it is.
    """
    logs = [np.log(np.maximum(windows, 1e-12)) for windows in held if len(windows) > 1]
    moves = np.concatenate([one - one.mean(axis=0) for one in logs]) if logs else np.zeros((0, 3))
    if len(moves) < FEWEST_WINDOWS or not (np.ptp(moves, axis=0) > 0).all():
        return float("nan")
    return float(stats.spearmanr(moves[:, 2], moves[:, 1]).statistic)


def _band(ratios: Array) -> tuple[float, float]:
    """Conformal bounds: the order statistics that hold nine in ten of windows to come."""
    n = len(ratios)
    if n < FEWEST_WINDOWS:
        return float("nan"), float("nan")
    ordered = np.sort(ratios)
    outer = int(np.floor((n + 1) * (1 - BAND) / 2))
    return float(ordered[max(outer - 1, 0)]), float(ordered[min(n - outer, n - 1)])


def correction(losses: Array, expected: Array) -> float:
    """Return what a stage's own labels say to the common estimate: realised over expected, drawn toward 1.

    Parameters
    ----------
    losses, expected : ndarray, shape (n,)
        Of labels that have come; the newest count like the others.

    Examples
    --------
    >>> correction(np.full(10, 3.0), np.ones(10)), correction(np.zeros(0), np.zeros(0))
    (2.0, 1.0)
    """
    if not len(losses):
        return 1.0
    pull = TRUSTED * float(expected.mean())
    return float((losses.sum() + pull) / max(float(expected.sum()) + pull, 1e-300))
