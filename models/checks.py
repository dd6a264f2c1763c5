"""What every learner must keep: plain functions that raise AssertionError with a sentence.

``check_learner(make)`` runs them all; a package that registers a learner of its own runs the same. Detectors have
``models.anomaly.checks.check_detector(make)``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from models.base import Array, Kind, Learner, Prediction, Task
from models.catalog import load_learner
from models.errors import StateError, TaskError
from models.state import State, from_bytes, to_bytes

Make = Callable[[], Learner]
COLUMNS = ("force", "speed", "heat", "gap")


def sisters(kind: Kind = "continuous", stages: int = 5, rows: int = 24, seed: int = 0) -> list[Task]:
    """Return small simulated sister stages with a missing value and a constant parameter.

    Examples
    --------
    >>> [len(t.support_y) for t in sisters(stages=2)]
    [24, 24]
    """
    rng = np.random.default_rng(seed)
    return [_stage(f"stage-{i}", kind, rows, i, rng) for i in range(stages)]


def _stage(name: str, kind: Kind, rows: int, place: int, rng: np.random.Generator) -> Task:
    x = rng.normal(size=(2 * rows, len(COLUMNS)))
    x[:, 3] = 2.5
    x[0, 1] = np.nan
    value = np.nan_to_num(x[:, 0] + 0.5 * np.sin(x[:, 1])) + 0.1 * rng.normal(size=len(x)) + 0.2 * place
    y = value if kind == "continuous" else (value > 0.6).astype(float)
    times = np.arange(2.0 * rows) * 60
    return Task(
        name,
        "thickness" if kind == "continuous" else "crack",
        COLUMNS,
        x[:rows],
        y[:rows],
        unlabelled_x=x[rows:],
        support_t=times[:rows],
        unlabelled_t=times[rows:],
        kind=kind,
        family="mill",
    )


def take(task: Task, rows: Sequence[int]) -> Task:
    """Return the task with only the labels at `rows`, in that order."""
    return task.keep(np.asarray(rows, dtype=np.intp))


def check_learner(make: Make) -> None:
    """Run every check on the learner that `make` returns, for both kinds.

    Raises
    ------
    AssertionError
        With a sentence that says what is not kept.

    Examples
    --------
    >>> from models import make_learner
    >>> check_learner(lambda: make_learner("stage_mean"))
    """
    kinds: tuple[Kind, ...] = ("continuous", "binary")
    for kind in kinds:
        tasks = sisters(kind)
        prior = make().fit(tasks[1:])
        for check in CHECKS:
            check(prior, tasks[0])
        check_determinism(make, tasks)
        check_honest(make, kind)
        check_state(prior, tasks[0])
    check_untrained(make())


def answer(learner: Learner, task: Task, x: Array | None = None, level: float = 0.9) -> Prediction:
    """Adapt, predict (by default the unlabelled units), and check what holds of every prediction."""
    units = task.unlabelled_x if x is None else x
    adapted = learner.adapt(task)
    p = adapted.predict(units, level=level)
    n = len(units)
    shapes = {np.shape(v) for v in (p.mean, p.lower, p.upper, p.anomaly, p.in_domain)}
    _require(shapes == {(n,)}, f"{learner.name}: arrays of shapes {shapes} for {n} units")
    _require(np.isfinite(p.mean).all(), f"{learner.name}: a mean is not finite")
    _require((p.lower <= p.mean).all(), f"{learner.name}: a lower end above the mean")
    _require((p.mean <= p.upper).all(), f"{learner.name}: an upper end below the mean")
    _require(((p.anomaly >= 0) & (p.anomaly <= 1)).all(), f"{learner.name}: an anomaly outside 0..1")
    _require(p.in_domain.dtype == np.bool_, f"{learner.name}: in_domain is not boolean")
    if task.kind == "binary":
        _require((p.lower >= 0).all(), f"{learner.name}: a probability below 0")
        _require((p.upper <= 1).all(), f"{learner.name}: a probability above 1")
    _require(adapted.sentences(), f"{learner.name}: nothing said")
    return p


def same(a: Prediction, b: Prediction, exact: bool = True) -> bool:
    """Return whether two predictions agree, exactly or to rounding."""
    pairs = [(a.mean, b.mean), (a.lower, b.lower), (a.upper, b.upper), (a.anomaly, b.anomaly)]
    if exact:
        return all(np.array_equal(u, v) for u, v in pairs)
    return all(np.allclose(u, v, rtol=1e-6, atol=1e-9) for u, v in pairs)


def _require(kept: object, sentence: str) -> None:
    if not kept:
        raise AssertionError(sentence)


def check_few_labels(prior: Learner, task: Task) -> None:
    """No label, one label, and identical labels are served."""
    answer(prior, take(task, []))
    answer(prior, take(task, [3]))
    level = float(task.support_y[0])
    p = answer(prior, replace(take(task, range(6)), support_y=np.full(6, level)))
    width = p.upper - p.lower
    _require(task.kind == "binary" or (width > 0).all(), f"{prior.name}: certain after six identical labels")


def check_bad_columns(prior: Learner, task: Task) -> None:
    """Columns that are missing throughout, infinite or constant are harmless."""
    x, u = task.support_x.copy(), task.unlabelled_x.copy()
    x[:, 1], u[:, 1] = np.nan, np.nan
    x[:, 2], u[:, 2] = 7.0, 7.0
    x[0, 0], u[0, 0] = np.inf, -np.inf
    answer(prior, replace(task, support_x=x, unlabelled_x=u))
    answer(prior, task, np.full((2, len(COLUMNS)), np.nan))
    answer(prior, task, np.zeros((0, len(COLUMNS))))


def check_strangers(prior: Learner, task: Task) -> None:
    """A stage with parameters nobody knows is served, with and without labels; without one it says it does not know."""
    other = replace(take(task, range(8)), columns=("a", "b", "c", "d"), family=None, characteristic="weight")
    answer(prior, other)
    check_unknown(prior, take(other, []))
    answer(prior, replace(other, unlabelled_x=np.zeros((0, 4)), unlabelled_t=None, support_t=None), np.zeros((3, 4)))


def check_unknown(learner: Learner, task: Task) -> None:
    """Where neither a label nor a sister is known, nothing is claimed: the widest interval, no unit in the domain."""
    p = answer(learner, task)
    low, high = (0.0, 1.0) if task.kind == "binary" else (-np.inf, np.inf)
    _require((p.lower == low).all(), f"{learner.name}: a lower end where nothing is known")
    _require((p.upper == high).all(), f"{learner.name}: an upper end where nothing is known")
    _require(not p.in_domain.any(), f"{learner.name}: a unit in the domain where nothing is known")
    told = " ".join(learner.adapt(task).sentences())
    _require("not known" in told, f"{learner.name}: does not say that it does not know")


def check_gross_labels(prior: Learner, task: Task) -> None:
    """Labels off by a factor, however large, leave the answers finite."""
    if task.kind == "binary":
        return
    for factor in (100.0, 1e9):
        y = task.support_y + 41.0
        y[::10] *= factor
        answer(prior, replace(task, support_y=y))
        answer(prior, take(replace(task, support_y=y), range(3)))


def check_names(prior: Learner, task: Task) -> None:
    """Parameters are met by name: another order changes nothing, one that is missing or unknown is served.

    A defect may also be judged by how strange a unit is, which is calibrated on folds drawn by the values in order.
    """
    order = [2, 0, 3, 1]
    other = replace(
        task,
        columns=[task.columns[j] for j in order],
        support_x=task.support_x[:, order],
        unlabelled_x=task.unlabelled_x[:, order],
    )
    a, b = answer(prior, task), answer(prior, other)
    met = np.allclose(a.mean, b.mean, rtol=1e-6, atol=1e-9) and np.allclose(a.lower, b.lower, rtol=1e-6, atol=1e-9)
    _require(met or task.kind == "binary", f"{prior.name}: parameters are met by their place, not by their name")
    answer(prior, replace(task, columns=(*task.columns[:3], "new")))


def check_wide(prior: Learner, task: Task) -> None:
    """More parameters than units are served."""
    rng = np.random.default_rng(1)
    wide = Task(
        "wide",
        task.characteristic,
        [f"p{i}" for i in range(40)],
        rng.normal(size=(6, 40)),
        task.support_y[:6],
        unlabelled_x=rng.normal(size=(9, 40)),
        kind=task.kind,
    )
    answer(prior, wide)


def check_levels(prior: Learner, task: Task) -> None:
    """Intervals widen with the level, and are never narrower than the gauge allows."""
    narrow, wide = answer(prior, task, level=0.5), answer(prior, task, level=0.95)
    _require((wide.lower <= narrow.lower).all(), f"{prior.name}: 95 % starts above 50 %")
    _require((wide.upper >= narrow.upper).all(), f"{prior.name}: 95 % ends below 50 %")
    if task.kind == "continuous":
        p = answer(prior, replace(task, gauge_sd=50.0))
        _require((p.upper - p.lower >= 2 * 1.644 * 50.0).all(), f"{prior.name}: narrower than the gauge")


def check_order(prior: Learner, task: Task) -> None:
    """The order of labelled rows means nothing; times do."""
    rows = np.random.default_rng(2).permutation(len(task.support_y)).tolist()
    a, b = answer(prior, task), answer(prior, take(task, rows))
    _require(same(a, b, exact=False), f"{prior.name}: shuffled labels change the prediction")


def check_not_mutated(prior: Learner, task: Task) -> None:
    """Adapting leaves the learner and the task as they were."""
    before, x = to_bytes(prior.state()), task.support_x.copy()
    answer(prior, task)
    _require(to_bytes(prior.state()) == before, f"{prior.name}: adapting changed the learner")
    _require(np.array_equal(x, task.support_x, equal_nan=True), f"{prior.name}: adapting changed the task")


def check_shapes(prior: Learner, task: Task) -> None:
    """Arrays of the wrong shape and impossible levels are refused with TaskError."""
    adapted = prior.adapt(task)
    for x, t, level in (
        (np.zeros((2, 3)), None, 0.9),
        (np.zeros((2, 4)), np.zeros(3), 0.9),
        (np.zeros((2, 4)), None, 1.0),
    ):
        try:
            adapted.predict(x, t, level)
        except TaskError as error:
            named = x.shape[1] == len(COLUMNS) or all(c in str(error) for c in COLUMNS)
            _require(named, f"{prior.name}: refuses x {x.shape} without naming the columns")
            continue
        raise AssertionError(f"{prior.name}: accepted x {x.shape}, level {level}")


def check_determinism(make: Make, tasks: Sequence[Task]) -> None:
    """Equal seeds give equal learners, bit for bit."""
    first, second = make().fit(tasks[1:4]), make().fit(tasks[1:4])
    _require(to_bytes(first.state()) == to_bytes(second.state()), f"{first.name}: two fits of one seed differ")


def check_honest(make: Make, kind: Kind = "continuous") -> None:
    """A stage of the training is answered by fits that never saw its labels: noise is not recognised."""
    rng = np.random.default_rng(5)
    noise = []
    for task in sisters(kind, stages=5, rows=80):
        y = rng.normal(size=80)
        noise.append(replace(task, support_y=y if kind == "continuous" else (y > 0.5).astype(float)))
    prior, told = make().fit(noise), []
    for task in noise:
        mean = prior.adapt(take(task, [])).predict(task.support_x).mean
        told.append(0.0 if np.ptp(mean) == 0 else float(np.corrcoef(mean, task.support_y)[0, 1]))
    _require(np.mean(told) < 0.2, f"{make().name}: finds {np.mean(told):.0%} of a training stage's noise in its memory")


def check_state(prior: Learner, task: Task) -> None:
    """A saved learner predicts identically; a tampered one is refused with StateError."""
    data = to_bytes(prior.state())
    again = load_learner(from_bytes(data))
    _require(same(answer(prior, task), answer(again, task)), f"{prior.name}: differs after a round trip")
    _require(to_bytes(again.state()) == data, f"{prior.name}: its state differs after a round trip")
    state = from_bytes(data)
    fewer = dict(list(state.arrays.items())[:-1])
    for broken in (State({**state.meta, "learner": "nobody"}, state.arrays), State(state.meta, fewer)):
        try:
            load_learner(broken)
        except StateError:
            continue
        raise AssertionError(f"{prior.name}: loaded a tampered state")


def check_untrained(learner: Learner) -> None:
    """A learner that saw no stage serves one from its own labels."""
    task = sisters()[0]
    answer(learner.fit([]), task)
    check_unknown(learner, take(task, []))


CHECKS = (
    check_few_labels,
    check_gross_labels,
    check_bad_columns,
    check_names,
    check_strangers,
    check_wide,
    check_levels,
    check_order,
    check_not_mutated,
    check_shapes,
)
