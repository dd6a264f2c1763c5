"""Was it right to promote? Both models on every unit of the week after, of which the simulator knows the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from data_connectors.schema import Characteristic, Stage
from data_connectors.synthetic import Fault
from models.base import Array
from qc_app import framing
from qc_app.jobs.night import Night
from qc_app.proof.episodes import LASTS, START
from qc_app.proof.play import Played, night_at

LATER_DAYS = 7
JUDGED_DAYS = 5
FEWEST = 100
WORSE = 0.02
"""Share of the old error beyond which a new model is called worse: narrower than what the gate calls a gain."""
SURE = 2.0


@dataclass(frozen=True, slots=True)
class Promotion:
    """A challenger that replaced a champion, and how both did on the units of the next week.

    Parameters
    ----------
    seed : int
    part : str
        Of a plant with ``faults``, or a ``quiet`` one.
    stage : str
    day : int
    rule : str
        By which it was promoted.
    before, after : float
        Mean absolute errors of the old and of the new model against the truth.
    changed : bool
        Whether the plant changed between the labels that judged and the week after: a fault of the line began, was
        mended, or bent the laboratory's results. Then the gate could not know.
    better : bool
    worse : bool
        Worse by more than `WORSE`, and by more than twice the standard error of the difference.
    """

    seed: int
    part: str
    stage: str
    day: int
    rule: str
    before: float
    after: float
    changed: bool
    better: bool
    worse: bool


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
    rows = night.rows(stage).join(units.select("unit_id", "y", "day"), on="unit_id", how="inner", maintain_order="left")
    found = []
    for decision in play.store.journal.decisions.list(stage=stage.id, characteristic=what.name):
        if decision.verdict != "promoted" or decision.champion is None or decision.challenger is None:
            continue
        at = (decision.at - START).total_seconds() / 86_400
        later = rows.filter((pl.col("day") > at) & (pl.col("day") <= at + LATER_DAYS))
        if later.height < FEWEST:
            continue
        x, t = framing.inputs(stage, later)
        y = later["y"].to_numpy()
        both = (play.answers.model(version) for version in (decision.champion, decision.challenger))
        losses = [np.abs(y - model.predict(x, t).mean) for model in both]
        about = (seed, "faults" if play.faults else "quiet", stage.id, int(at), decision.rule)
        changed = any(_turns(fault, stage.id, at) for fault in play.faults)
        found.append(_judged((losses[0], losses[1]), about, changed=changed))
    return found


def _turns(fault: Fault, stage: str, at: float) -> bool:
    """Whether a fault of the same line begins, ends, or falsifies results around a promotion."""
    begins = (fault.onset - START).total_seconds() / 86_400
    first, last = at - JUDGED_DAYS, at + LATER_DAYS
    if fault.stage.rsplit("-", 1)[1] != stage.rsplit("-", 1)[1]:
        return False
    edges = any(first <= day <= last for day in (begins, begins + LASTS))
    return edges or (fault.kind == "gauge_shift" and begins <= last and begins + LASTS >= first)


def _judged(losses: tuple[Array, Array], about: tuple[int, str, str, int, str], *, changed: bool) -> Promotion:
    old, new = losses
    gain = old - new
    error = float(gain.std(ddof=1)) / np.sqrt(len(gain))
    worse = -float(gain.mean()) > max(WORSE * float(old.mean()), SURE * error)
    before, after = float(old.mean()), float(new.mean())
    return Promotion(*about, before, after, changed, better=bool(gain.mean() > 0), worse=bool(worse))
