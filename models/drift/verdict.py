"""What a drift test answers: frozen facts whose sentence names test, statistic, threshold and n."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from models.drift.contexts import InContext

DriftOf = Literal["inputs", "relation", "output"]
State = Literal["none", "drift", "unknown"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One test of one subject.

    Parameters
    ----------
    drift_of : {"inputs", "relation", "output"}
        Which of the three was tested.
    subject : str
        Parameter, characteristic or "residuals".
    test : str
        The test that the values chose, such as "ks" or "wasserstein"; "none" where there is no verdict.
    statistic, threshold : float
        Moved when the statistic is above the threshold; NaN without a verdict.
    p_value : float
        Already allowing for autocorrelation; NaN without a verdict.
    n : int
        Current values that were tested.
    n_effective : float
        Independent values they are worth.
    effect : float
        Inputs and output: shift in standard deviations of the reference times the weight of the parameter
        (1 for the most important). Relation: growth of the mean absolute error as a share.
    drifted : bool
        The statistic is above its threshold.
    matters : bool
        Drifted, with an effect on the expected error worth a response.
    sentence : str
    decided : bool
        False where there were too few values, or the sensor failed: no verdict.
    in_context : tuple of InContext
        Where contexts were given: how far it moved in each, the farthest first.
    look : str
        What was compared where there are several ways: of a parameter "distribution", "level", "long level" or
        "neighbours", of a relation "rose", "fell" or "spread".
    newest : int
        Current values of the window that was looked at, where it is longer than the one handed in; else 0.
    """

    drift_of: DriftOf
    subject: str
    test: str
    statistic: float
    threshold: float
    p_value: float
    n: int
    n_effective: float
    effect: float
    drifted: bool
    matters: bool
    sentence: str
    decided: bool = True
    in_context: tuple[InContext, ...] = ()
    look: str = ""
    newest: int = 0

    @property
    def plain(self) -> str:
        """The sentence without the figures of the test: what a person at the line reads.

        Examples
        --------
        >>> from dataclasses import replace
        >>> moved = replace(no_verdict("inputs", "force", 40, 40.0, ""), test="ks")
        >>> replace(moved, sentence="force moved by 2.1 sd (ks 0.8 > 0.4, n 40; steady (few ties)); up by 3 mm").plain
        'force moved by 2.1 sd; up by 3 mm'
        """
        head, _, rest = self.sentence.partition(f" ({self.test} ")
        return head + rest.rpartition(")")[2]


@dataclass(frozen=True, slots=True)
class Summary:
    """All verdicts of a stage in one word and one sentence.

    Parameters
    ----------
    state : {"none", "drift", "unknown"}
        "drift" if something that matters moved, "unknown" if nothing could be decided.
    moved : tuple of str
        Which of inputs, relation, output moved in a way that matters.
    sentence : str
    """

    state: State
    moved: tuple[DriftOf, ...]
    sentence: str


def no_verdict(drift_of: DriftOf, subject: str, n: int, n_effective: float, why: str) -> Verdict:
    """Return the answer of a test that cannot be held.

    Examples
    --------
    >>> no_verdict("inputs", "force", 3, 3.0, "3 values, 20 are needed").sentence
    'force: no verdict (3 values, 20 are needed)'
    """
    nan = float("nan")
    sentence = f"{subject}: no verdict ({why})"
    return Verdict(drift_of, subject, "none", nan, nan, nan, n, n_effective, 0.0, False, False, sentence, decided=False)


def summarize(verdicts: Iterable[Verdict]) -> Summary:
    """Say which of the three moved, the largest effect first.

    Parameters
    ----------
    verdicts : iterable of Verdict

    Returns
    -------
    Summary

    Examples
    --------
    >>> summarize([no_verdict("inputs", "force", 3, 3.0, "3 values, 20 are needed")]).state
    'unknown'
    """
    found = list(verdicts)
    decided = [v for v in found if v.decided]
    serious = sorted((v for v in decided if v.matters), key=lambda v: -v.effect)
    if serious:
        order: tuple[DriftOf, ...] = ("relation", "inputs", "output")
        moved = tuple(kind for kind in order if any(v.drift_of == kind for v in serious))
        more = f" (and {len(serious) - 1} more)" if len(serious) > 1 else ""
        return Summary("drift", moved, f"{' and '.join(moved)} moved: {serious[0].plain}{more}")
    if not decided:
        return Summary("unknown", (), found[0].sentence if found else "nothing was tested")
    moved_quietly = [v.subject for v in decided if v.drifted]
    if moved_quietly:
        listed = ", ".join(moved_quietly[:3]) + (", ..." if len(moved_quietly) > 3 else "")
        return Summary("none", (), f"no drift that matters ({listed} moved, without effect on the prediction)")
    return Summary("none", (), f"no drift in {len(decided)} tests")
