"""All plays of a proof, one after the other; what is done is kept, so that a run that was cut short goes on."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl

from models import learner_names
from qc_app.errors import SettingsError
from qc_app.plant import nearest
from qc_app.proof.episodes import LASTS, STAGES, WARM_UP, schedule
from qc_app.proof.outcome import Outcome, outcome
from qc_app.proof.peers import shewhart
from qc_app.proof.play import Heard, Played, night_at, played
from qc_app.proof.promotions import Promotion, promotions
from qc_app.proof.quiet import Quiet, quiet
from qc_app.proof.truth import labels_of, units_of
from qc_app.store.durable import write_durably

FORMAT = 2
Part = Literal["faults", "quiet"]
PARTS: tuple[Part, ...] = ("faults", "quiet")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be proved.

    Parameters
    ----------
    seeds : int
        Plants.
    days : int
        Length of each play, `WARM_UP` + `LASTS` at least.
    stages : int
        Stages a plant, 1 to 6.
    learner : str
        Kind of the prior that all stages share.
    parts : tuple of {"faults", "quiet"}
        Plants with faults, and the same plants without.

    Raises
    ------
    SettingsError
        On a number out of range, or a learner or part that does not exist.
    """

    seeds: int = 2
    days: int = 120
    stages: int = 4
    learner: str = "ridge"
    parts: tuple[str, ...] = PARTS

    def __post_init__(self) -> None:
        """Check the numbers and names."""
        if self.seeds < 1 or self.days < WARM_UP + LASTS or not 1 <= self.stages <= len(STAGES):
            raise SettingsError(
                f"bench monitor: {self.seeds} seeds, {self.days} days, {self.stages} stages - use 1 seed,"
                f" {WARM_UP + LASTS} days and 1 to {len(STAGES)} stages, or more"
            )
        for name, known in ((self.learner, learner_names()), *((part, PARTS) for part in self.parts)):
            if name not in known:
                raise SettingsError(f"bench monitor: there is no {name!r} - {nearest(name, known)}")


@dataclass(slots=True)
class Proof:
    """What came out, play by play.

    Parameters
    ----------
    asked : Asked
    done : list of str
        Plays that are finished, as ``faults 1``.
    outcomes, quiets, promotions : list
    failures : list of str
        Sentences of steps that failed.
    """

    asked: Asked
    done: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    quiets: list[Quiet] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """Return everything as JSON text."""
        return json.dumps({f"format {FORMAT}": True, **asdict(self)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Proof:
        """Read what `to_json` wrote.

        Raises
        ------
        SettingsError
            If it is no proof, or of another format.

        Examples
        --------
        >>> Proof.from_json(Proof(Asked(seeds=3)).to_json()).asked.seeds
        3
        """
        try:
            found: dict[str, Any] = json.loads(text)
            found.pop(f"format {FORMAT}")
            asked = found.pop("asked")
            return cls(
                Asked(**asked | {"parts": tuple(asked["parts"])}),
                found["done"],
                [Outcome(**row | {"called": tuple(row["called"])}) for row in found["outcomes"]],
                [Quiet(**row) for row in found["quiets"]],
                [Promotion(**row) for row in found["promotions"]],
                found["failures"],
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise SettingsError(f"this is no result of bench monitor ({error}) - name another --out") from None


def run_proof(asked: Asked, out: Path | None, told: Heard) -> Proof:
    """Play every plant that is not played yet; after each play `out` holds all that is known.

    Parameters
    ----------
    asked : Asked
    out : Path or None
        Where the result is written; a result of the same settings that is there is gone on with.
    told : callable
        Hears what is done, and the share that is done.

    Raises
    ------
    SettingsError
        If `out` holds something else.
    """
    proof = _begun(asked, out)
    plays = [(part, seed) for seed in range(1, asked.seeds + 1) for part in asked.parts]
    for place, (part, seed) in enumerate(plays):
        if f"{part} {seed}" in proof.done:
            continue

        def heard(words: str, share: float, *, at: int = place, name: str = f"{part} {seed}") -> None:
            told(f"{name}: {words}", (at + share) / len(plays))

        _play(proof, part, seed, heard)
        if out is not None:
            write_durably(out, proof.to_json().encode())
    return proof


def _begun(asked: Asked, out: Path | None) -> Proof:
    if out is None or not out.exists():
        return Proof(asked)
    found = Proof.from_json(out.read_text(encoding="utf-8"))
    if found.asked != asked:
        raise SettingsError(f"{out} holds a run with other settings ({found.asked}) - name another --out")
    return found


def _play(proof: Proof, part: str, seed: int, heard: Heard) -> None:
    stages = STAGES[: proof.asked.stages]
    faults = schedule(seed, stages, proof.asked.days) if part == "faults" else ()

    def judged(play: Played) -> None:
        for stage in play.plant.stages:
            _judge(proof, play, seed, stage.id, faulty=part == "faults")
        proof.failures += play.failures
        proof.done.append(f"{part} {seed}")

    played(seed, stages, faults, proof.asked.days, learner=proof.asked.learner, judged=judged, heard=heard)


def _judge(proof: Proof, play: Played, seed: int, stage_id: str, *, faulty: bool) -> None:
    stage = play.plant.as_read(stage_id)
    what = stage.characteristics[0]
    units, labels = units_of(play, seed, stage, what), labels_of(play, stage, what)
    signals = shewhart(labels)
    proof.promotions += promotions(play, seed, stage, what, units)
    if faulty:
        proof.outcomes += [outcome(play, seed, f, units, signals) for f in play.faults if f.stage == stage_id]
    else:
        results = labels.filter(pl.col("t_known") > night_at(WARM_UP)).height
        proof.quiets.append(quiet(play, seed, stage_id, signals, results))
