"""Where each own learner stands against the peers, in a sentence a figure and protocol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import fmean

from models.bench.result import Result
from models.bench.summary import Figure, Line, lines
from models.bench.targets import NAMES, distance, judged_learners

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
        for group in _groups(result.at(result.settings.fullest))
        for learner in judged_learners(result)
    ]


def _groups(result: Result) -> Iterator[list[Line]]:
    for figure in _TOLD:
        of_protocol: dict[str, list[Line]] = {}
        for line in lines(result, figure):
            if any(line.by_pack.values()):
                of_protocol.setdefault(line.protocol, []).append(line)
        yield from of_protocol.values()


def _on_average(group: Sequence[Line], learner: str) -> str:
    gains = {
        "the best single peer": [line.gain(learner) for line in group],
        "hindsight": [line.gain_on_hindsight(learner) for line in group],
    }
    known = {rival: [gain for gain in found if gain is not None] for rival, found in gains.items()}
    told = [f"{distance(-fmean(found), difference=group[0].higher)} {rival}" for rival, found in known.items() if found]
    return ", ".join(told) or "cannot be compared: it, or every peer, left exams unanswered"
