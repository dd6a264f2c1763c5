"""The nights of one stage in memory: decision, labels kept aside and gate are those of the real ones; no store."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from models import Adapted, Learner
from models.base import Array, BoolArray
from qc_app import framing
from qc_app.jobs.model.adapt import hold_out
from qc_app.jobs.model.answers import baseline
from qc_app.jobs.model.decide import Evidence, decide
from qc_app.jobs.model.trial import Trial, loss
from qc_app.jobs.model.verdict import FIRST_MODEL, PAIRED, compared, rule_over
from qc_app.plant import Gate
from qc_app.proof.bare import BareStage
from qc_app.proof.episodes import WARM_UP
from qc_app.proof.play import AT_HOUR, FIRST_NIGHT
from qc_app.proof.promotions import FEWEST, LATER_DAYS, MONTH_DAYS, Promotion, turns
from qc_app.proof.worth import expected_error


@dataclass(frozen=True, slots=True, eq=False)
class Built:
    """A model of the stage with what it says of units with a label and of those made later; NaN of the others.

    Parameters
    ----------
    day : int
        Of the night that built it.
    model : Adapted
    seen : frozenset of str
        Units whose labels it knows.
    mean, plain : ndarray, shape (n,)
        What it says, and what the mean of its labels says.
    inside : ndarray of bool, shape (m,)
        Whether its interval holds the label, one a label.
    errors : ndarray, shape (n,)
        As `expected_error` has them.
    """

    day: int
    model: Adapted
    seen: frozenset[str]
    mean: Array
    plain: Array
    inside: BoolArray
    errors: Array


@dataclass(slots=True)
class Nights:
    """The nights of one stage, one after the other.

    A first model and those that replace a young one are promoted without the guard that fits them again and again.

    Parameters
    ----------
    made : BareStage
    days : int
        As many as it was made for.
    learner : Learner
        Meta-trained, or one that needs no training.
    rules : Gate
    promotions : list of Promotion
        Over a champion, each judged by the truth of later units.
    champions : list of (int, Built)
        Who answered, and from which night on.
    answered : ndarray, shape (n,)
        Error on each unit of whoever answered when it came; NaN where nobody did.
    """

    made: BareStage
    days: int
    learner: Learner
    rules: Gate
    promotions: list[Promotion] = field(default_factory=list)
    champions: list[tuple[int, Built]] = field(default_factory=list)
    answered: Array = field(init=False)
    _champion: Built | None = field(default=None, init=False)
    _challenger: Built | None = field(default=None, init=False)
    _last: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        """Nobody has answered yet."""
        self.answered = np.full(len(self.made.day), np.nan)

    def play(self) -> Nights:
        """Play all nights."""
        for day in range(FIRST_NIGHT, self.days + 1):
            self._night(day)
        return self

    @property
    def error(self) -> float:
        """Mean error of whoever answered, after the warm-up, in standard deviations of the expected values."""
        return float(np.nanmean(self.answered[self.made.day > WARM_UP]) / self.made.expected.std())

    def _night(self, day: int) -> None:
        made, now = self.made, moment(day)
        if self._champion is not None:
            new = (made.day <= now) & np.isnan(self.answered)
            self.answered[new] = self._champion.errors[new]
        known = int(np.searchsorted(made.known, now, side="right"))
        seen = self._evidence(day, known)
        plan = decide(seen, self.rules)
        if plan.drop:
            self._challenger = None
        if plan.choice == "adapt":
            self._challenger, self._last = self._built(day, known, self._held(known, seen)), known
        if self._challenger is not None:
            self._settle(day, *self._verdict(day, known, self._challenger))

    def _settle(self, day: int, verdict: str, rule: str) -> None:
        if verdict == "promote" and self._challenger is not None:
            if self._champion is not None and day + LATER_DAYS <= self.days:
                self.promotions += self._worth(day, rule, self._champion, self._challenger)
            self._champion = self._challenger
            self.champions.append((day, self._challenger))
        if verdict != "undecided":
            self._challenger = None

    def _evidence(self, day: int, known: int) -> Evidence:
        champion, challenger = self._champion, self._challenger
        return Evidence(
            has_prior=True,
            champion=None if champion is None else "champion",
            challenger=None if challenger is None else "challenger",
            labels=known,
            new_labels=known - self._last,
            champion_labels=0 if champion is None else len(champion.seen),
            nights_waiting=0 if challenger is None else day - challenger.day,
        )

    def _held(self, known: int, seen: Evidence) -> frozenset[str]:
        old = self._champion.seen if self._champion is not None else frozenset()
        return hold_out([u for u in self.made.labels["unit_id"].head(known) if u not in old], seen, self.rules)

    def _built(self, day: int, known: int, held: frozenset[str]) -> Built:
        made = self.made
        labels = made.labels.head(known).filter(~pl.col("unit_id").is_in(list(held)))
        units = made.units.filter(pl.Series(made.day <= moment(day)))
        task = framing.task(made.stage, made.what.name, units, labels)
        at, y = made.labels["place"].to_numpy(), made.labels["value"].to_numpy()
        asked = made.day > moment(day)
        asked[at] = True
        inputs = framing.inputs(made.stage, made.units.filter(pl.Series(asked)))
        model = self.learner.adapt(task)
        said = model.predict(*inputs)
        mean, lower, upper, plain = (
            _placed(values, asked)
            for values in (said.mean, said.lower, said.upper, baseline(task).predict(*inputs).mean)
        )
        return Built(
            day=day,
            model=model,
            seen=frozenset(labels["unit_id"]),
            mean=mean,
            plain=plain,
            inside=(y >= lower[at]) & (y <= upper[at]),
            errors=expected_error(made.expected, mean, made.noise),
        )

    def _verdict(self, day: int, known: int, challenger: Built) -> tuple[str, str]:
        """Return the verdict on the challenger, and by which rule."""
        made, champion = self.made, self._champion
        if champion is None:
            return "promote", FIRST_MODEL
        labels = made.labels.head(known).with_row_index("label")
        fair = labels.filter(~pl.col("unit_id").is_in(list(champion.seen | challenger.seen))).sort("place")
        rule = rule_over((len(champion.seen), len(challenger.seen)), fair.height, self.rules)
        if rule != PAIRED:
            return "promote", rule
        y, at = fair["value"].to_numpy(), fair["place"].to_numpy()
        old, new, plain = (loss(y, m[at], binary=False) for m in (champion.mean, challenger.mean, challenger.plain))
        trial = Trial(
            champion=old,
            challenger=new,
            baseline=plain,
            covered=challenger.inside[fair["label"].to_numpy()],
            lots=None,
            domains=None,
            units=tuple(fair["unit_id"]),
            later=made.day[at] > moment(challenger.day),
        )
        seed = zlib.crc32(f"{made.seed} {made.stage.id} {day}".encode())
        return compared(trial, self.rules, seed).verdict, rule

    def _worth(self, day: int, rule: str, champion: Built, challenger: Built) -> list[Promotion]:
        """Judge a promotion by the truth of later units; nothing where these are few."""
        since = self.made.day - moment(day)
        week, month = (since > 0) & (since <= LATER_DAYS), (since > 0) & (since <= MONTH_DAYS)
        if week.sum() < FEWEST:
            return []
        old, new = champion.errors, challenger.errors
        return [
            Promotion(
                seed=self.made.seed,
                part="memory",
                stage=self.made.stage.id,
                day=day,
                rule=rule,
                before=float(old[week].mean()),
                after=float(new[week].mean()),
                gain_month=float((old - new)[month].mean() / old[month].mean()),
                delta=self.rules.delta_share,
                changed=any(turns(fault, self.made.stage.id, moment(day)) for fault in self.made.faults),
            )
        ]


def _placed(values: Array, asked: BoolArray) -> Array:
    """Put what was asked for into its places, NaN elsewhere."""
    found = np.full(len(asked), np.nan)
    found[asked] = values
    return found


def moment(day: int) -> float:
    """The moment of the night of a day, in days since the start."""
    return day + AT_HOUR / 24
