"""Where each own learner stands against the peers, in a sentence a figure and protocol."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from models.bench.result import Result
from models.bench.telling.summary import Figure, Line, grouped
from models.bench.telling.targets import NAMES, distance, judged_learners

_TOLD: tuple[Figure, ...] = ("nrmse", "ap", "auroc")


def sentences(result: Result) -> list[str]:
    """Say for each figure and protocol how far each judged learner is from the peers, on average over labels.

    Parameters
    ----------
    result : Result

    Returns
    -------
    list of str
        Such as ``nRMSE, random: portfolio 8.1 % below the best single peer, 1.0 % above hindsight``, where the best
        single peer is one for all packs and hindsight takes each pack's own best.
    """
    return [
        f"{NAMES[group[0].figure]}, {group[0].protocol}: {learner} {_on_average(group, learner)}"
        for figure in _TOLD
        for _, group in grouped(result.at(result.settings.fullest), figure)
        for learner in judged_learners(result)
    ]


def _on_average(group: Sequence[Line], learner: str) -> str:
    gains = {
        "the best single peer": [line.gain(learner) for line in group],
        "hindsight": [line.gain_on_hindsight(learner) for line in group],
    }
    known = {rival: [gain for gain in found if gain is not None] for rival, found in gains.items()}
    told = [f"{distance(-fmean(found), difference=group[0].higher)} {rival}" for rival, found in known.items() if found]
    return ", ".join(told) or "cannot be compared: it, or every peer, left exams unanswered"
