"""Where a defect may come from: stages further up, their parameters and stretches of time, ranked by contribution.

A model of the stage's quality from everything further up, made for this question alone, says how much of the
difference between bad units and the others each parameter carries; the results themselves, put in order of the time at
which the material passed each stage, say when there it went wrong. Neither proves a cause: what moves together cannot
be told apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Feed, Stage
from models import Adapted, make_learner
from models.base import Array, BoolArray, Task
from models.explain import attribute, change, means_of
from models.explain.background import even_choice, usual_units
from models.explain.stretches import worst_stretch
from qc_app import framing
from qc_app.errors import ActionError
from qc_app.genealogy import pairs, widened
from qc_app.jobs.model.standing import left_out
from qc_app.jobs.night import Night
from qc_app.plant import ancestors, as_read, everything, taken

#: Made anew for the question: a Gaussian process over all columns finds bent relations too, and needs no sister.
LEARNER = "single_gp"
LABELS = 400
FEWEST = 10
FEWEST_BAD = 3
TAIL = 0.1
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class ParameterCause:
    """What one parameter adds to the difference, in the characteristic's unit; empty `stage`: the stage's own.

    `bad` and `usual` are its means over bad units and the others; `twins` move with it and cannot be told from it.
    """

    stage: str
    name: str
    part: float
    error: float
    bad: float
    usual: float
    twins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StretchCause:
    """A stretch of time at a stage; units of its material deviate by `excess` from the mean; `p`: share of chance."""

    stage: str
    start: datetime
    end: datetime
    units: int
    excess: float
    p: float


@dataclass(frozen=True, slots=True)
class Causes:
    """The answer, each list the largest first.

    Parameters
    ----------
    stage, characteristic : str
    about : str
        What was compared, in words.
    total : float
        The difference that the model sees, in the characteristic's unit.
    error : float
        Mean absolute error of that model on labels left out, as a share of the mean's: 1 says that it knows nothing.
    stages : tuple of (str, float)
        What all parameters of a stage add; the stage itself under its own id.
    parameters : tuple of ParameterCause
    stretches : tuple of StretchCause
    """

    stage: str
    characteristic: str
    about: str
    total: float
    error: float
    stages: tuple[tuple[str, float], ...]
    parameters: tuple[ParameterCause, ...]
    stretches: tuple[StretchCause, ...]


def causes(night: Night, stage: Stage, what: Characteristic, unit_id: str = "") -> Causes:
    """Rank what may be behind the bad units of a stage, or behind one unit.

    Parameters
    ----------
    night : Night
    stage : Stage
        As the plant defines it.
    what : Characteristic
    unit_id : str
        Of one unit; empty: bad units are those measured out of specification, or, where there are fewer than three, the
        tenth that lies furthest from the target, or from the middle.

    Raises
    ------
    ActionError
        If nothing is further up, results are too few, or there is no such unit.
    """
    above = ancestors({s.id: s for s in night.plant.stages}, stage.id)
    if not above:
        raise ActionError(f"no stage is upstream of {stage.id!r} - name them in [stages.{stage.id}] upstream")
    looked = _look(night, stage, what)
    seed = night.seed(stage, what)
    compared = _unit(looked, unit_id, seed) if unit_id else _bad_units(looked, seed)
    stretches = [s for one in above if (s := _stretch(night, one, looked, compared.sign, seed)) is not None]
    return Causes(
        stage=stage.id,
        characteristic=what.name,
        about=compared.about,
        total=float(compared.parts.sum()),
        error=_error(looked),
        stages=_by_stage(looked, compared.parts),
        parameters=_by_parameter(looked, compared),
        stretches=tuple(sorted(stretches, key=lambda s: (s.p, -s.excess))),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """The stage with everything further up: its units, its task, the model made for the question, whose a column is."""

    stage: Stage
    what: Characteristic
    wide: Stage
    read: Stage
    rows: pl.DataFrame
    task: Task
    units: tuple[str, ...]
    owners: tuple[str, ...]
    model: Adapted


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """What the difference is between, and how it is divided; `sign` points to where it is bad."""

    about: str
    sign: float
    parts: Array
    error: Array
    bad: Array
    usual: Array


def _look(night: Night, stage: Stage, what: Characteristic) -> _Look:
    stages = {s.id: s for s in night.plant.stages}
    wide = everything(stages, stage)
    read = as_read(stages, wide)
    rows = widened(night.store, night.steps(), wide, night.sound(stage))
    labels = night.labels(stage, what)
    if labels.height < FEWEST:
        raise ActionError(f"{labels.height} results of {what.name!r} are too few to look for causes - {FEWEST} do")
    task = framing.task(read, what.name, rows, labels, support_cap=LABELS)
    known = rows.join(labels.select("unit_id"), on="unit_id", how="semi").sort("t_event", "unit_id").tail(LABELS)
    owner = {one.column: " + ".join(one.stages) for one in taken(stages, wide)}
    owners = tuple(owner.get(p.name, stage.id) for p in read.parameters)
    return _Look(
        stage, what, wide, read, rows, task, tuple(known["unit_id"]), owners, make_learner(LEARNER).adapt(task)
    )


def _bad_units(looked: _Look, seed: int) -> _Compared:
    """Divide the difference between bad units and the others (Budhathoki et al. 2021)."""
    x, y = looked.task.support_x, looked.task.support_y
    bad, sign, about = _bad(y, looked.what)
    moved = change(_value(looked), x[~bad], x[bad], seed)
    return _Compared(about, sign, moved.parts, moved.error, _means(x[bad]), _means(x[~bad]))


def _unit(looked: _Look, unit_id: str, seed: int) -> _Compared:
    """Divide what is predicted of one unit, against usual ones (Shapley values)."""
    row = looked.rows.filter(pl.col("unit_id") == unit_id)
    if row.is_empty():
        raise ActionError(f"stage {looked.stage.id!r} has no unit {unit_id!r} - look for its id on the Stage page")
    x = framing.inputs(looked.read, row)[0][0]
    usual = usual_units(looked.task)
    found = attribute(_value(looked), x, even_choice(usual), seed)
    sign = 1.0 if found.value >= found.base else -1.0
    about = f"unit {unit_id} against usual units"
    return _Compared(about, sign, found.parts, found.error, x, _means(usual))


def _bad(y: Array, what: Characteristic) -> tuple[BoolArray, float, str]:
    """Return which results are bad, on which side, and how that is said."""
    if what.kind == "binary":
        bad = y == 1
        if not 0 < bad.sum() < len(y):
            raise ActionError(f"of {len(y)} results {int(bad.sum())} are nonconforming - there is nothing to compare")
        return bad, 1.0, f"{int(bad.sum())} nonconforming units against {int((~bad).sum())} others"
    sides = ((what.upper, 1.0, "above the upper"), (what.lower, -1.0, "below the lower"))
    beyond = [(y * sign > limit * sign, sign, words) for limit, sign, words in sides if limit is not None]
    worst = max(beyond, key=lambda side: int(side[0].sum()), default=None)
    if worst is not None and FEWEST_BAD <= worst[0].sum() < len(y):
        bad, sign, words = worst
        return bad, sign, f"{int(bad.sum())} units {words} limit against {int((~bad).sum())} others"
    middle = what.target if what.target is not None else float(np.median(y))
    low, high = np.quantile(y, [TAIL, 1 - TAIL])
    sign = 1.0 if high - middle >= middle - low else -1.0
    bad = np.asarray(y >= high if sign > 0 else y <= low)
    words = "highest" if sign > 0 else "lowest"
    return bad, sign, f"the {int(bad.sum())} {words} results against {int((~bad).sum())} others"


def _by_stage(looked: _Look, parts: Array) -> tuple[tuple[str, float], ...]:
    sums: dict[str, float] = {}
    for owner, part in zip(looked.owners, parts.tolist(), strict=True):
        sums[owner] = sums.get(owner, 0.0) + part
    return tuple(sorted(sums.items(), key=lambda pair: -abs(pair[1])))


def _by_parameter(looked: _Look, compared: _Compared) -> tuple[ParameterCause, ...]:
    order = np.argsort(-np.abs(compared.parts), kind="stable")
    names = looked.task.columns
    return tuple(
        ParameterCause(
            stage="" if looked.owners[j] == looked.stage.id else looked.owners[j],
            name=names[j],
            part=float(compared.parts[j]),
            error=float(compared.error[j]),
            bad=float(compared.bad[j]),
            usual=float(compared.usual[j]),
            twins=_twins(looked, int(j)),
        )
        for j in order
        if compared.parts[j] != 0
    )


def _twins(looked: _Look, j: int) -> tuple[str, ...]:
    """Return the columns that cannot be told from column `j`: their correlation with it over labelled units is high."""
    x = looked.task.support_x
    found = []
    for k, name in enumerate(looked.task.columns):
        both = np.isfinite(x[:, j]) & np.isfinite(x[:, k])
        a, b = x[both, j], x[both, k]
        if k != j and len(a) >= FEWEST and a.std() > 0 and b.std() > 0 and abs(np.corrcoef(a, b)[0, 1]) > ALIKE:
            found.append(name)
    return tuple(found)


def _stretch(night: Night, above: str, looked: _Look, sign: float, seed: int) -> StretchCause | None:
    """Return the stretch of time at a stage further up whose material turned out worst."""
    feed = next((f for f in looked.wide.fed_by if f.stage == above), Feed(above))
    units = pl.DataFrame({"unit_id": looked.units, "y": sign * looked.task.support_y})
    steps = night.steps()
    made = pairs(steps, looked.stage, units, feed).join(
        steps.times(above).select(parent="unit_id", t="t_event"), on="parent", how="inner"
    )
    timed = made.group_by("unit_id").agg(pl.col("t").max()).join(units, on="unit_id").sort("t", "unit_id")
    found = worst_stretch(timed["y"].to_numpy(), seed)
    if found is None:
        return None
    start, end = timed["t"][found.first], timed["t"][found.last]
    return StretchCause(above, start, end, found.last - found.first + 1, found.mean, found.p)


def _error(looked: _Look) -> float:
    model, mean = left_out(make_learner(LEARNER), looked.task)
    return float(model.mean() / mean.mean()) if len(mean) and mean.mean() > 0 else float("nan")


def _value(looked: _Look) -> Callable[[Array], Array]:
    t = looked.task.support_t
    return means_of(looked.model, None if t is None else float(t[-1]))


def _means(x: Array) -> Array:
    """Return the mean of each column over what is there; NaN where nothing is."""
    there = np.isfinite(x)
    count = there.sum(axis=0)
    return np.where(count > 0, np.where(there, x, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
