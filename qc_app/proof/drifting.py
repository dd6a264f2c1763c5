"""The nightly looks for drift at one stage in memory: windows, model and tests are those of the real nights."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from models import drift
from models.base import Array, BoolArray
from qc_app import framing
from qc_app.jobs.model.track import LABELS
from qc_app.jobs.monitoring.windows import CURRENT_UNITS, REFERENCE_UNITS, SHUFFLED_PER_SD, importance, newest
from qc_app.proof.bare import BareStage
from qc_app.proof.episodes import Call
from qc_app.proof.nights import Built, Nights, moment

Pair = tuple[Array, Array]


@dataclass(frozen=True, slots=True)
class Looked:
    """What one night said of the stage.

    Parameters
    ----------
    day : int
    found : Examination
    """

    day: int
    found: drift.Examination

    def standing(self) -> dict[Call, drift.Verdict | None]:
        """Return what asks for a response: verdicts that matter, and failed sensors, which have none."""
        moved = {Call(v.drift_of, v.subject): v for v in self.found.verdicts if v.matters}
        return {**moved, **{Call(f.kind, f.column): None for f in self.found.faults}}

    def told(self) -> set[Call]:
        """Return all that is told to have moved or failed, whether or not it matters."""
        return {Call(v.drift_of, v.subject) for v in self.found.verdicts if v.drifted} | set(self.standing())


def looks(nights: Nights, *, by_grade: bool) -> Iterator[Looked]:
    """Look at a stage night by night, from the first one on that has a model and units enough.

    Parameters
    ----------
    nights : Nights
        Played: they tell who answered when.
    by_grade : bool
        Whether units are held against units of their own grade.

    Yields
    ------
    Looked
    """
    made = nights.made
    x, _ = framing.inputs(made.stage, made.units)
    said = _said(nights)
    for day in range(nights.champions[0][0] if nights.champions else nights.days + 1, nights.days + 1):
        units = int(np.searchsorted(made.day, moment(day), side="right"))
        split = units - CURRENT_UNITS
        before, now = slice(max(split - REFERENCE_UNITS, 0), split), slice(split, units)
        champion = [built for since, built in nights.champions if since <= day][-1]
        results = _results(made, said, champion, day)
        contexts = drift.Contexts(made.grade[before], made.grade[now]) if by_grade else None
        windows = _windows(made, champion, (x[before], x[now]), results, contexts)
        yield Looked(day, drift.examine(windows))


def _windows(
    made: BareStage,
    champion: Built,
    x: Pair,
    results: tuple[Pair, Pair],
    contexts: drift.Contexts | None,
) -> drift.Windows:
    residuals, measured = results
    off = np.abs(residuals[0][np.isfinite(residuals[0])])
    seed = zlib.crc32(f"{made.seed} {made.stage.id} {champion.day}".encode())
    return drift.Windows(
        x=x,
        columns=tuple(p.name for p in made.stage.parameters),
        weights=importance(champion.model, x[0], seed) / SHUFFLED_PER_SD,
        error=float(off.mean()) if len(off) else float("nan"),
        ranges=tuple((p.low, p.high) for p in made.stage.parameters),
        residuals=residuals,
        measured=measured,
        contexts=contexts,
        name=made.what.name,
    )


def _said(nights: Nights) -> Array:
    """Return what whoever answered said of each unit, shape (n,); NaN of those made before there was a model."""
    said = np.full(len(nights.made.day), np.nan)
    for since, built in nights.champions:
        after = nights.made.day > moment(since)
        said[after] = built.mean[after]
    return said


def _results(made: BareStage, said: Array, champion: Built, day: int) -> tuple[Pair, Pair]:
    """Return residuals and results by event time, each of those held to be the past and of the newest."""
    known = int(np.searchsorted(made.known, moment(day), side="right"))
    order = np.argsort(made.labels["place"].to_numpy()[:known], kind="stable")[-LABELS:]
    places, values = made.labels["place"].to_numpy()[order], made.labels["value"].to_numpy()[order]
    off = values - said[places]
    new: BoolArray = newest(pl.Series(made.known[order]), moment(champion.day), int(np.isfinite(off).sum()))
    return (off[~new], off[new]), (values[~new], values[new])
