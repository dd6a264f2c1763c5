"""Rules by which names tell levels, and whether they are to be heard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy import linalg

from models.base import Array, Task
from models.errors import StateError
from models.learners.parts.named.place import HERE, Place
from models.learners.parts.named.pooled import TINY, Pooled
from models.learners.parts.named.process import FLAT, Process
from models.learners.parts.named.slots import Slots
from models.state import State

#: Fewer stages show no rule; more are not needed to see one.
FEWEST, MOST = 6, 200
#: By how much names must lower the logarithm of the error before the first label, a standard error taken off.
CLEARLY = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    r"""Levels of sister stages as a Gaussian process over their names.

    The kernel is a product over the slots, :math:`s^2 \exp(-\sum_j w_j d_j)`, beside an unknown constant; `s`, `w` and
    the part of a level that no name tells are those of the greatest posterior density (Rasmussen & Williams, Gaussian
    Processes for Machine Learning, 2006, eq. 2.30); a stage it was learned from is told by the others (eq. 5.12).

    Parameters
    ----------
    slots : Slots
    names : tuple of str
        The stages it was learned from.
    by_ratio : bool
    centre : float
        Mean of the levels, or of their logarithms.
    known : ndarray, shape (n, slots)
    pull : ndarray, shape (n,)
        Weights of the stages' kernels.
    size : float
        :math:`s^2`.
    rates : ndarray, shape (slots,)
    left_out : ndarray, shape (n,)
        What was told of each stage by the others.
    """

    slots: Slots
    names: tuple[str, ...]
    by_ratio: bool
    centre: float
    known: Array
    pull: Array
    size: float
    rates: Array
    left_out: Array

    def place(self, name: str) -> Place:
        """Return how the values of a stage are moved; one of the training stages by what the others say of it."""
        if name in self.names:
            return self._by(float(self.left_out[self.names.index(name)]))
        at = self.slots.read(name)
        if at is None:
            return HERE
        near = np.exp(-np.tensordot(self.rates, self.slots.apart(at[None], self.known), 1))[0]
        return self._by(self.centre + float((self.size * near + FLAT * self.size) @ self.pull))

    def places(self) -> list[Place]:
        """Return how the stages it was learned from are moved."""
        return [self._by(float(told)) for told in self.left_out]

    def level(self, name: str) -> float:
        """Return the level that a name tells, in the characteristic's unit."""
        place, middle = self.place(name), float(np.exp(self.centre)) if self.by_ratio else self.centre
        return float(place.back(np.array([middle]))[0])

    def words(self, name: str) -> str:
        """Say what the name tells."""
        return f"its name tells a level of about {self.level(name):.4g}, as the names of {len(self.names)} sisters do"

    def _by(self, told: float) -> Place:
        return Place(float(np.exp(self.centre - told)), 0.0) if self.by_ratio else Place(1.0, self.centre - told)

    def arrays(self) -> dict[str, Array]:
        """Return what makes it up, apart from `about`."""
        return {"known": self.known, "pull": self.pull, "rates": self.rates, "left_out": self.left_out}

    def about(self) -> dict[str, Any]:
        """Return what makes it up, apart from `arrays`, as JSON."""
        slots = {key: getattr(self.slots, key) for key in ("where", "words", "middle", "spread", "logs")}
        return {
            "slots": slots,
            "names": self.names,
            "by_ratio": self.by_ratio,
            "centre": self.centre,
            "size": self.size,
        }

    @classmethod
    def read(cls, about: Any, state: State) -> Self:
        """Rebuild it.

        Raises
        ------
        StateError
            If something is missing or of the wrong shape.
        """
        try:
            told = {key: tuple(about["slots"][key]) for key in ("where", "middle", "spread", "logs")}
            slots = Slots(words=tuple(map(tuple, about["slots"]["words"])), **told)
            arrays = {key: state.arrays[key] for key in ("known", "pull", "rates", "left_out")}
            names, by_ratio = tuple(about["names"]), bool(about["by_ratio"])
            made = cls(slots, names, by_ratio, centre=float(about["centre"]), size=float(about["size"]), **arrays)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"what names say of levels cannot be read ({error}) - train again") from None
        n, d = len(made.names), len(slots.where)
        if [made.arrays()[key].shape for key in ("known", "pull", "left_out", "rates")] != [(n, d), (n,), (n,), (d,)]:
            raise StateError("what names say of levels has the wrong shape - train again")
        return made


def learn(tasks: Sequence[Task], seed: int = 0) -> Named | None:
    """Learn what the names of sister stages say of their levels; None where they say nothing.

    What counts is what a name adds to the parameters: a rule is kept where, before the first label, a pooled ridge over
    the other stages errs clearly less at a stage that was moved by its name than at the same stage as it is.

    Parameters
    ----------
    tasks : sequence of Task
        Of one family, labelled, continuous.
    seed : int
        Draws `MOST` stages where there are more.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = {d: 3.0 * d + rng.normal(size=8) for d in range(10, 90, 10)}
    >>> sisters = [Task(f"bar-{d}", "load", [], np.empty((8, 0)), y) for d, y in values.items()]
    >>> found = learn(sisters)
    >>> round(found.level("bar-45") / 135, 1)
    1.0
    >>> learn(sisters[:3]) is None
    True
    """
    tasks = [task for task in tasks if len(task.support_y) > 1 and np.ptp(task.support_y) > 0]
    if len({task.stage for task in tasks}) < FEWEST:
        return None
    if len(tasks) > MOST:
        chosen = np.sort(np.random.default_rng(seed).choice(len(tasks), MOST, replace=False))
        tasks = [tasks[i] for i in chosen]
    names = tuple(task.stage for task in tasks)
    slots = Slots.of(names)
    read = [slots.read(name) for name in names]
    if not slots.where or any(at is None for at in read):
        return None
    world = Pooled.of(tasks)
    plain = world.errors([HERE] * len(tasks))
    known = np.array(read, dtype=np.float64)
    found = [(world.gain(plain, one.places()), one) for one in _rules(slots, names, known, world)]
    gain, best = max(found, key=lambda one: one[0], default=(0.0, None))
    return best if gain > CLEARLY else None


def _rules(slots: Slots, names: tuple[str, ...], known: Array, world: Pooled) -> Iterator[Named]:
    """Rules for the levels, and for their logarithms where all are above 0."""
    level = np.array([y.mean() for y in world.y])
    noise = np.array([y.var(ddof=1) / len(y) for y in world.y])
    apart = slots.apart(known, known)

    def rule(y: Array, around: Array, *, by_ratio: bool) -> Named:
        fit = Process.of(y, around, apart)
        pulled = linalg.cho_solve(fit.factor, y - fit.centre)
        return Named(slots, names, by_ratio, fit.centre, known, pulled, fit.size, fit.rates, fit.left_out())

    if np.ptp(level) > TINY * np.abs(level).max():
        yield rule(level, noise, by_ratio=False)
        if (level > 0).all():
            yield rule(np.log(level), noise / level**2, by_ratio=True)
