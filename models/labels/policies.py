"""How the next units to measure are chosen: one policy a name, compared by name in the bench."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike

from models.base import Array, Learner, Task
from models.errors import NotThisKind, TaskError, UnknownName
from models.labels.candidates import distinct, in_order
from models.labels.information import Aim, fall
from models.learners.parts import Rows
from models.learners.parts.together import Believer, Joint, Together

UNITS = 300
CANDIDATES = 400
RESEMBLES = 0.5
DISSENT = 0.3


@dataclass(frozen=True, slots=True)
class Pick:
    """A unit that should be measured.

    Parameters
    ----------
    row : int
        Of ``task.unlabelled_x``.
    why : str
    share : float
        Share of what is not known of the stage's units that this label is expected to take away; NaN where the
        policy does not say.
    by_lot : bool
        Drawn at random: such labels judge models without bias.
    """

    row: int
    why: str
    share: float = float("nan")
    by_lot: bool = False


class Policy(Protocol):
    """Chooses what to measure next."""

    def __call__(
        self,
        prior: Learner,
        task: Task,
        candidates: ArrayLike,
        batch: int,
        rng: np.random.Generator,
        *,
        given: Sequence[int] = (),
        costs: ArrayLike | None = None,
    ) -> tuple[Pick, ...]:
        """Return at most `batch` of the candidates, the best first.

        Parameters
        ----------
        prior : Learner
            Meta-trained; it is adapted to the labels of `task`.
        task : Task
        candidates : array_like of int
            Rows of ``task.unlabelled_x`` that can be measured.
        batch : int
        rng : Generator
        given : sequence of int
            Rows that are measured anyway, such as those drawn by lot.
        costs : array_like, shape of `candidates`, optional
            Of measuring each, above 0; default: the same for all.
        """
        ...


def at_random(
    prior: Learner,
    task: Task,
    candidates: ArrayLike,
    batch: int,
    rng: np.random.Generator,
    *,
    given: Sequence[int] = (),
    costs: ArrayLike | None = None,
) -> tuple[Pick, ...]:
    """Draw by lot."""
    del prior, costs
    rows = in_order(task, np.setdiff1d(candidates, given))
    drawn = rows[rng.permutation(len(rows))[:batch]]
    return tuple(Pick(int(row), "drawn at random", by_lot=True) for row in drawn)


def by_width(
    prior: Learner,
    task: Task,
    candidates: ArrayLike,
    batch: int,
    rng: np.random.Generator,
    *,
    given: Sequence[int] = (),
    costs: ArrayLike | None = None,
) -> tuple[Pick, ...]:
    """Take the widest intervals: where the model knows least of the unit itself, whatever it says of others."""
    del rng
    rows, price = _priced(task, candidates, costs, given)
    t = None if task.unlabelled_t is None else task.unlabelled_t[rows]
    said = prior.adapt(task).predict(task.unlabelled_x[rows], t)
    width = said.upper - said.lower
    order = np.argsort(-width / price, kind="stable")[:batch]
    return tuple(Pick(int(rows[i]), f"interval of width {width[i]:.3g}") for i in order)


@dataclass(frozen=True, slots=True)
class Informed:
    """Take the units that serve `aim` most, at least cost: see `fall`.

    A learner that knows no covariances is stood in for by the untrained mixture of Gaussian processes. At most
    `CANDIDATES` candidates and `UNITS` units, drawn by `rng`, are looked at.

    Parameters
    ----------
    aim : {"both", "variance", "coverage"}
        To lower the variance over all units most, wherever they lie; to lie near as many unmeasured ones as can be,
        in relevant parameters and time; or both.
    """

    aim: Aim

    def __call__(
        self,
        prior: Learner,
        task: Task,
        candidates: ArrayLike,
        batch: int,
        rng: np.random.Generator,
        *,
        given: Sequence[int] = (),
        costs: ArrayLike | None = None,
    ) -> tuple[Pick, ...]:
        """Choose at most `batch` of `candidates`, as `Policy` says."""
        rows, price = _priced(task, candidates, costs, given)
        some = np.sort(rng.permutation(len(rows))[:CANDIDATES])
        rows, price = rows[some], price[some]
        if not rows.size or batch < 1:
            return ()
        stage = in_order(task, np.arange(len(task.unlabelled_x)))
        units = stage[np.sort(rng.permutation(len(stage))[:UNITS])]
        asked = np.concatenate([np.asarray(given, dtype=np.intp), rows])
        every = np.concatenate([units, asked])
        t = None if task.unlabelled_t is None else task.unlabelled_t[every]
        together = _belief(prior, task).joint(task.unlabelled_x[every], t, len(asked))
        cost = np.concatenate([np.ones(len(given)), price])
        found = fall(together, batch, given=len(given), cost=cost, aim=self.aim)
        return tuple(
            Pick(int(asked[place]), _reason(together, int(place), float(share), float(cost[place])), float(share))
            for place, share in zip(found.places, found.share, strict=True)
        )


by_information = Informed("both")


@runtime_checkable
class Chooser(Protocol):
    """A learner that has learned what to measure."""

    def policy(
        self, task: Task, candidates: Sequence[int] | Rows | None = None, batch: int = 5, given: Sequence[int] = ()
    ) -> Rows:
        """Return at most `batch` rows of ``task.unlabelled_x``, the first to measure first."""
        ...


def by_practice(
    prior: Learner,
    task: Task,
    candidates: ArrayLike,
    batch: int,
    rng: np.random.Generator,
    *,
    given: Sequence[int] = (),
    costs: ArrayLike | None = None,
) -> tuple[Pick, ...]:
    """Take what the policy of `prior`, a learner that practised on other stages, takes; it knows no costs.

    Raises
    ------
    TaskError
        If `prior` has no policy.
    """
    del rng
    if not isinstance(prior, Chooser):
        raise TaskError(f"policy 'rl2': learner {prior.name!r} has not learned what to measure - use learner 'rl2'")
    rows, _ = _priced(task, candidates, costs, given)
    found = prior.policy(task, rows, batch, given)
    return tuple(Pick(int(row), f"place {i} by a policy practised at sisters") for i, row in enumerate(found, 1))


POLICIES: dict[str, Policy] = {
    "random": at_random,
    "width": by_width,
    "variance": Informed("variance"),
    "coverage": Informed("coverage"),
    "information": by_information,
    "rl2": by_practice,
}


#: Policies that a learner of that name has learned, whatever learner predicts.
ADVISERS = {"rl2": "rl2"}


def policy_named(name: str) -> Policy:
    """Return the policy called `name`, or raise UnknownName.

    Examples
    --------
    >>> policy_named("information") is by_information
    True
    """
    if name not in POLICIES:
        near = difflib.get_close_matches(name, POLICIES, n=1)
        hint = f" - did you mean {near[0]!r}?" if near else ""
        raise UnknownName(f"no policy {name!r}{hint} (known: {', '.join(POLICIES)})")
    return POLICIES[name]


def _belief(prior: Learner, task: Task) -> Together:
    if isinstance(prior, Believer):
        try:
            return prior.believe(task)
        except NotThisKind:
            pass
    from models.learners.prior_mixture import PriorMixture  # brings torch along, which most commands never need

    return PriorMixture().believe(task)


def _priced(task: Task, candidates: ArrayLike, costs: ArrayLike | None, given: Sequence[int]) -> tuple[Rows, Array]:
    """Return the candidates in order, twins and given ones left out, with their costs."""
    asked = np.asarray(candidates, dtype=np.intp)
    price = np.ones(len(task.unlabelled_x))
    if costs is not None:
        price[asked] = np.asarray(costs, dtype=np.float64)
    rows = distinct(task, in_order(task, asked), given)
    return rows, price[rows]


def _reason(together: Joint, place: int, share: float, cost: float) -> str:
    """Say in words what a candidate has to tell."""
    m = together.covariance.shape[1]
    units = len(together.covariance) - m
    own = together.variance[units + place]
    spread = np.sqrt(np.maximum(own * together.variance[:units], 1e-300))
    alike = float(np.mean(together.covariance[:units, place] / spread > RESEMBLES))
    words = [f"takes {share:.1%} off what is not known of the stage"]
    if own > 0 and together.dissent[place] / own > DISSENT:
        words.append(f"models disagree on it ({together.dissent[place] / own:.0%} of its uncertainty)")
    words.append(f"tells of {alike:.0%} of the units" if alike >= 0.01 else "unlike the other units")
    if cost != 1.0:
        words.append(f"cost {cost:g}")
    return ", ".join(words)
