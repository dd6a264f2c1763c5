"""How an answer becomes a prediction: the one `Adapted` that all learners of this package hand out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from models.anomaly.domain import Domain
from models.base import LEVEL, Adapted, Array, Kind, Prediction, Task, as_matrix
from models.errors import TaskError
from models.transfer import Transfer


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """A Student t for each of n units.

    Parameters
    ----------
    mean : ndarray, shape (n,)
    scale : ndarray, shape (n,)
        Scale of the t in the characteristic's unit; infinite where nothing is known.
    freedom : float
        Degrees of freedom.
    """

    mean: Array
    scale: Array
    freedom: float


Respond = Callable[[Array, Array | None], Answer]


@lru_cache(maxsize=256)
def t_quantile(level: float, freedom: float) -> float:
    """Return the half-width of the central `level` interval of a standard t; the last ones are remembered.

    Examples
    --------
    >>> round(t_quantile(0.9, 1e9), 3), round(t_quantile(0.9, 3), 3)
    (1.645, 2.353)
    """
    return float(special.stdtrit(freedom, 0.5 + level / 2))


@dataclass(frozen=True, eq=False)
class Served:
    """An adapted stage.

    Parameters
    ----------
    columns : tuple of str
    kind : {"continuous", "binary"}
    gauge_sd : float
        No interval is narrower than the gauge allows.
    respond : callable
        Maps parameters (n, d) and times (n,) to an `Answer`.
    learn_domain : callable
        Learns the domain of validity; called once, at the first prediction that needs it.
    words : tuple of str
    taken : Transfer
        What was learned at other stages.
    known : bool
        Whether a label or a sister stage spoke of the characteristic. Else no unit is in the domain, and a probability
        may be anything.
    """

    columns: tuple[str, ...]
    kind: Kind
    gauge_sd: float
    respond: Respond
    learn_domain: Callable[[], Domain]
    words: tuple[str, ...]
    taken: Transfer
    known: bool = True

    def predict(self, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> Prediction:
        """Predict units with parameters `x`, shape (n, d), seen at times `t` in seconds.

        For a characteristic that is binary the interval is one for the probability.

        Raises
        ------
        TaskError
            If shapes do not fit or `level` is not between 0 and 1.
        """
        matrix = as_matrix(x, len(self.columns), "predict: x", self.columns)
        times = _times(t, len(matrix))
        mean, lower, upper = self._values(matrix, times, level)
        anomaly, inside = self.domain.judge(matrix, times)
        return Prediction(mean, lower, upper, anomaly, inside & self.known, level)

    @cached_property
    def domain(self) -> Domain:
        """Anomaly score and domain of validity of the stage."""
        return self.learn_domain()

    def values(self, x: ArrayLike, t: ArrayLike | None, level: float) -> tuple[Array, Array, Array]:
        """Return mean, lower and upper as `predict` does, without looking at the domain."""
        matrix = as_matrix(x, len(self.columns), "predict: x", self.columns)
        return self._values(matrix, _times(t, len(matrix)), level)

    def _values(self, matrix: Array, times: Array | None, level: float) -> tuple[Array, Array, Array]:
        if not 0 < level < 1:
            raise TaskError(f"predict: level {level} - give a probability between 0 and 1, such as 0.9")
        answer = self.respond(matrix, times)
        half = answer.scale * t_quantile(level, answer.freedom)
        half = np.maximum(half, self.gauge_sd * t_quantile(level, 1e9))
        if self.kind == "binary" and not self.known:
            half = np.ones(len(matrix))
        mean, lower, upper = answer.mean, answer.mean - half, answer.mean + half
        if self.kind == "binary":
            mean, lower, upper = (np.clip(v, 0.0, 1.0) for v in (mean, lower, upper))
        return mean, lower, upper

    def sentences(self) -> tuple[str, ...]:
        """Say what this model stands on, and what its anomaly scores can promise."""
        return (*self.words, self.domain.sentence())

    def transfer(self) -> Transfer:
        """Say which sister stages are believed."""
        return self.taken


def values(part: Adapted, x: ArrayLike, t: ArrayLike | None = None, level: float = LEVEL) -> tuple[Array, Array, Array]:
    """Return mean, lower and upper of `part`; its anomaly score is not computed where it can be left out.

    A part that has a method ``values`` can leave it out. It is asked for by name: an `isinstance` of a protocol would
    cost as much as a small learner's answer.
    """
    ask = getattr(part, "values", None)
    if ask is not None:
        told: tuple[Array, Array, Array] = ask(x, t, level)
        return told
    p = part.predict(x, t, level)
    return p.mean, p.lower, p.upper


def _times(t: ArrayLike | None, n: int) -> Array | None:
    if t is None:
        return None
    times = np.asarray(t, dtype=np.float64)
    if times.shape != (n,):
        raise TaskError(f"predict: t has shape {times.shape}, expected ({n},): one time for each unit")
    return times


def serve(
    task: Task,
    respond: Respond,
    words: tuple[str, ...],
    reference: Array | None = None,
    taken: Transfer | None = None,
    *,
    known: bool = True,
) -> Served:
    """Wrap `respond` for `task`; `reference` (shape (m, d)) stands in where the stage has few units of its own."""
    domain = partial(Domain.of, task, reference)
    own = Transfer(len(task.support_y)) if taken is None else taken
    return Served(tuple(task.columns), task.kind, task.gauge_sd or 0.0, respond, domain, words, own, known)
