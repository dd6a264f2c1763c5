"""What a learner is meant to reach, held against a run: pure functions on a result."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Literal

from models.bench.protocols import Protocol
from models.bench.result import Result
from models.bench.telling.summary import FALSE_ALARMS, HIGHER_IS_BETTER, STAGE_MEAN, Figure, Line, lines
from models.learners.portfolio import Portfolio

#: In what terms a target speaks: a share of the rival's figure, a difference to it, a share of intervals near 90 %,
#: a rate, or seconds.
Terms = Literal["share", "difference", "level", "rate", "seconds"]

NAMES: dict[Figure, str] = {
    "nrmse": "nRMSE",
    "crps": "CRPS",
    "coverage": "coverage",
    "auroc": "AUROC",
    "ap": "average precision",
    "alarms_1": "false alarms at 1 %",
    "alarms_5": "false alarms at 5 %",
}
COVERED = 0.9
COVERAGE_SLACK = 0.05
META_TRAINING_S = 60.0
MOST_ALARMS: dict[Figure, float] = {"alarms_1": 0.015, "alarms_5": 0.06}
_EVERYWHERE: tuple[Protocol, ...] = ("random", "time", "rolling")
_DEFECT_RIVALS = ("peer_pooled_defect", "peer_logistic")


@dataclass(frozen=True, slots=True)
class Target:
    """One target, and what was measured.

    Parameters
    ----------
    learner : str
    words : str
        The target in words.
    measured : float or None
        The worst over numbers of labels, in `terms`: above 0 is worse than the rival. None where it cannot be said,
        because a rival was not asked for or the learner left exams unanswered.
    bound : float
        Met up to here, in the same terms; for coverage, the distance allowed from 90 %.
    terms : {"share", "difference", "level", "rate", "seconds"}
    k : int, optional
        The number of labels (unlabelled units, of false alarms) at which it is worst.
    pack : str, optional
        The worst pack there.
    training : int, optional
        Most stages that could be learned from; None: all.
    """

    learner: str
    words: str
    measured: float | None
    bound: float
    terms: Terms
    k: int | None = None
    pack: str | None = None
    training: int | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is met; None where it cannot be said."""
        if self.measured is None:
            return None
        value = abs(self.measured - COVERED) if self.terms == "level" else self.measured
        return value <= self.bound + 1e-12

    @property
    def told(self) -> str:
        """What was measured, in words.

        Examples
        --------
        >>> Target("portfolio", "", -0.081, -0.1, "share").told, Target("portfolio", "", 0.87, 0.05, "level").told
        ('8.1 % below', '87.0 %')
        """
        if self.measured is None:
            return "-"
        if self.terms == "seconds":
            return f"{self.measured:.0f} s"
        if self.terms in {"level", "rate"}:
            return f"{100 * self.measured:.1f} %"
        return distance(self.measured, difference=self.terms == "difference")


@dataclass(frozen=True, slots=True)
class Rule:
    """How a target is read from the lines of a figure.

    Parameters
    ----------
    words : str
    figures : tuple of str
    protocols : tuple of str
    bound : float
    read : callable
        ``read(line, learner)``: how far above its rival the learner is at one number of labels, and the worst pack;
        None where that cannot be said.
    only : str, optional
        The learner of whom this is asked; all by default.
    """

    words: str
    figures: tuple[Figure, ...]
    protocols: tuple[Protocol, ...]
    bound: float
    read: Callable[[Line, str], tuple[float, str | None] | None]
    only: str | None = None


def targets(result: Result) -> tuple[Target, ...]:
    """Hold the learners of a run against the targets: the portfolio where it took part, else every learner.

    Parameters
    ----------
    result : Result

    Returns
    -------
    tuple of Target
        Only of figures and protocols of the run; for each size of the meta-training, the largest first.
    """
    return tuple(
        replace(found, training=size)
        for size in sizes(result)
        for learner in judged_learners(result)
        for found in _of(result.at(size), learner)
    )


def sizes(result: Result) -> tuple[int | None, ...]:
    """Return the sizes of the meta-training, the largest first."""
    return tuple(sorted(result.settings.training, key=lambda n: -math.inf if n is None else -n))


def judged_learners(result: Result) -> tuple[str, ...]:
    """Return the learners of whom targets are asked: its members are there to be compared with the portfolio."""
    asked = result.settings.learners
    return (Portfolio.name,) if Portfolio.name in asked else asked


def distance(excess: float, *, difference: bool) -> str:
    """Say how far above a rival a value is, as a share of the rival's or as a difference.

    Examples
    --------
    >>> distance(-0.081, difference=False), distance(0.02, difference=False), distance(0.02, difference=True)
    ('8.1 % below', '2.0 % above', '0.020 below')
    """
    size = f"{abs(excess):.3f}" if difference else f"{100 * abs(excess):.1f} %"
    return f"{size} {'above' if (excess > 0) != difference else 'below'}"


def _of(result: Result, learner: str) -> Iterator[Target]:
    for rule in RULES:
        if rule.only not in {None, learner}:
            continue
        for figure in rule.figures:
            for protocol in rule.protocols:
                group = [x for x in lines(result, figure) if x.protocol == protocol and any(x.by_pack.values())]
                if group:
                    yield _held(rule, figure, group, learner)
    fits = [(r.fit_s, r.pack) for r in result.rows if r.method == learner and r.fit_s is not None]
    if fits:
        seconds, pack = max(fits)
        words = f"meta-training on one pack in {META_TRAINING_S:g} s or less"
        yield Target(learner, words, seconds, META_TRAINING_S, "seconds", pack=pack)


def _held(rule: Rule, figure: Figure, group: Sequence[Line], learner: str) -> Target:
    words = f"{NAMES[figure]}, {group[0].protocol}: {rule.words}"
    terms = _terms(figure)
    read = {line.k: rule.read(line, learner) for line in group}
    known = {k: found for k, found in read.items() if found is not None}
    if len(known) < len(read):
        return Target(learner, words, None, rule.bound, terms)
    k = max(known, key=lambda k: abs(known[k][0] - COVERED) if terms == "level" else known[k][0])
    return Target(learner, words, known[k][0], rule.bound, terms, k, known[k][1])


def _terms(figure: Figure) -> Terms:
    if figure == "coverage":
        return "level"
    return "rate" if figure in FALSE_ALARMS else "difference" if figure in HIGHER_IS_BETTER else "share"


def _single(line: Line, learner: str) -> tuple[float, str | None] | None:
    """Against the one peer a plant could have settled on; worst pack: where that peer is ahead most."""
    gain = line.gain(learner)
    if gain is None or line.best_peer is None:
        return None
    worst = line.worst(learner, (line.best_peer,))
    return -gain, worst[1] if worst else None


def _hindsight(line: Line, learner: str) -> tuple[float, str | None] | None:
    gain, worst = line.gain_on_hindsight(learner), line.worst(learner, line.peers)
    return None if gain is None else (-gain, worst[1] if worst else None)


def _pack(*rivals: str) -> Callable[[Line, str], tuple[float, str | None] | None]:
    return lambda line, learner: line.worst(learner, rivals)


def _covered(line: Line, learner: str) -> tuple[float, str | None] | None:
    if learner not in line.means:
        return None
    packs = {pack: values[learner] for pack, values in line.by_pack.items() if learner in values}
    return line.means[learner], max(packs, key=lambda p: abs(packs[p] - COVERED))


def _alarming(line: Line, learner: str) -> tuple[float, str | None] | None:
    if learner not in line.means:
        return None
    packs = {pack: values[learner] for pack, values in line.by_pack.items() if learner in values}
    return line.means[learner], max(packs, key=lambda p: packs[p])


RULES = (
    Rule("10 % or more below the best single peer", ("nrmse",), ("random", "rolling"), -0.10, _single),
    Rule("5 % or more below the best single peer", ("nrmse",), ("time",), -0.05, _single),
    Rule("not above the best peer per pack with hindsight", ("nrmse",), ("random", "rolling"), 0.0, _hindsight),
    Rule("no pack over 2 % worse than the stage mean", ("nrmse",), _EVERYWHERE, 0.02, _pack(STAGE_MEAN)),
    Rule(
        "no pack over 5 % worse than its own best peer",
        ("nrmse",),
        _EVERYWHERE,
        0.05,
        lambda line, learner: line.worst(learner, line.peers),
    ),
    Rule(
        "no pack over 2 % worse than the best member",
        ("nrmse",),
        _EVERYWHERE,
        0.02,
        _pack(*Portfolio.MEMBERS),
        only=Portfolio.name,
    ),
    Rule("90 % intervals cover 85 to 95 %", ("coverage",), _EVERYWHERE, COVERAGE_SLACK, _covered),
    Rule("below every peer that states intervals", ("crps",), _EVERYWHERE, 0.0, _single),
    Rule("above the best single peer", ("ap", "auroc"), ("random", "time", "nightly"), 0.0, _single),
    Rule(
        "no pack over .02 below the better of pooled and logistic",
        ("ap", "auroc"),
        _EVERYWHERE,
        0.02,
        _pack(*_DEFECT_RIVALS),
    ),
    Rule("at most 1.5 % where 1 % is promised", ("alarms_1",), ("normal",), MOST_ALARMS["alarms_1"], _alarming),
    Rule("at most 6 % where 5 % is promised", ("alarms_5",), ("normal",), MOST_ALARMS["alarms_5"], _alarming),
)


def target_entries(found: Sequence[Target]) -> list[dict[str, object]]:
    """Return targets as JSON-able dicts, the verdict included."""
    return [asdict(t) | {"met": t.met, "told": t.told} for t in found]
