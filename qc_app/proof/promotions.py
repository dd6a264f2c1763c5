"""Was it right to promote? Both models on every later unit, of which the simulator knows the truth."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from data_connectors.schema import Characteristic, Stage
from data_connectors.synthetic import Fault, unexplained
from models import Adapted
from models.base import Array
from qc_app import framing
from qc_app.jobs.night import Night
from qc_app.proof.episodes import LASTS, START
from qc_app.proof.play import Played, night_at
from qc_app.proof.worth import expected_error

LATER_DAYS, MONTH_DAYS = 7, 28
JUDGED_DAYS = 5
FEWEST = 100


@dataclass(frozen=True, slots=True)
class Promotion:
    """A challenger that replaced a champion, and how both did on later units.

    Parameters
    ----------
    seed : int
    part : str
        Of a plant with ``faults``, a ``quiet`` one, or of nights in ``memory``.
    stage : str
    day : int
    rule : str
        By which it was promoted.
    before, after : float
        Mean absolute errors of the old and of the new model on the units of the week after, as `expected_error` has
        them.
    gain_month : float
        The same for the four weeks after, or as much of them as was played: the gain as a share of the old error.
    delta : float
        What the gate held for no difference, as a share of the old error.
    changed : bool
        Whether the plant changed between the labels that judged and the week after: a fault of the line began, was
        mended, or bent the laboratory's results. Then the gate could not know.
    """

    seed: int
    part: str
    stage: str
    day: int
    rule: str
    before: float
    after: float
    gain_month: float
    delta: float
    changed: bool

    @property
    def gain(self) -> float:
        """What the week after gained, as a share of the old error."""
        return (self.before - self.after) / self.before

    @property
    def better(self) -> bool:
        """Whether the new model is better on the units of the week after."""
        return self.gain > 0

    @property
    def better_month(self) -> bool:
        """Whether it is better on those of four weeks."""
        return self.gain_month > 0

    @property
    def worse(self) -> bool:
        """Whether it is worse by more than delta."""
        return self.gain < -self.delta


def promotions(play: Played, seed: int, stage: Stage, what: Characteristic, units: pl.DataFrame) -> list[Promotion]:
    """Judge every promotion over a champion that left a week of later units.

    Parameters
    ----------
    play : Played
    seed : int
    stage : Stage
        As its models read it.
    what : Characteristic
    units : polars.DataFrame
        Of `truth.units_of`.
    """
    end = night_at(play.days)
    night = Night(play.store, play.plant, end.date(), end, play.answers)
    true = units.select("unit_id", "expected", "day")
    rows = night.rows(stage).join(true, on="unit_id", how="inner", maintain_order="left")
    found = []
    for decision in play.store.journal.decisions.list(stage=stage.id, characteristic=what.name):
        if decision.verdict != "promoted" or decision.champion is None or decision.challenger is None:
            continue
        at = (decision.at - START).total_seconds() / 86_400
        later = rows.filter((pl.col("day") > at) & (pl.col("day") <= at + MONTH_DAYS))
        week = (later["day"] <= at + LATER_DAYS).to_numpy()
        if at + LATER_DAYS > play.days or week.sum() < FEWEST:
            continue
        old, new = (
            _errors(play.answers.model(v), stage, what, later) for v in (decision.champion, decision.challenger)
        )
        found.append(
            Promotion(
                seed=seed,
                part="faults" if play.faults else "quiet",
                stage=stage.id,
                day=int(at),
                rule=decision.rule,
                before=float(old[week].mean()),
                after=float(new[week].mean()),
                gain_month=float((old - new).mean() / old.mean()),
                delta=play.plant.gate.delta_share,
                changed=any(turns(fault, stage.id, at) for fault in play.faults),
            )
        )
    return found


def _errors(model: Adapted, stage: Stage, what: Characteristic, rows: pl.DataFrame) -> Array:
    said = model.predict(*framing.inputs(stage, rows)).mean
    return expected_error(rows["expected"].to_numpy(), said, unexplained(stage.id, what.name))


def turns(fault: Fault, stage: str, at: float) -> bool:
    """Return whether a fault of the same line begins, ends, or falsifies results around a promotion.

    Parameters
    ----------
    fault : Fault
    stage : str
    at : float
        Of the promotion, days since the start.
    """
    begins = (fault.onset - START).total_seconds() / 86_400
    first, last = at - JUDGED_DAYS, at + LATER_DAYS
    if fault.stage.rsplit("-", 1)[1] != stage.rsplit("-", 1)[1]:
        return False
    edges = any(first <= day <= last for day in (begins, begins + LASTS))
    return edges or (fault.kind == "gauge_shift" and begins <= last and begins + LASTS >= first)
