"""What a replay shows, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from qc_app.replay.scoring import Night


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over the nights of a pack and characteristic on which both champion and baseline could be scored.

    Parameters
    ----------
    pack, characteristic, metric : str
    nights : int
    score, baseline : float
        Mean of the metric (nRMSE: lower is better), or the Brier skill over all later units (higher is better).
    better : float
        Gain over the baseline as a share (nRMSE) or a difference (Brier skill); above 0 is better.
    coverage : float or None
    promoted, kept, undecided : int
        Verdicts.
    """

    pack: str
    characteristic: str
    metric: str
    nights: int
    score: float
    baseline: float
    better: float
    coverage: float | None
    promoted: int
    kept: int
    undecided: int


def summarize(rows: Sequence[Night]) -> list[Summary]:
    """Return one line a pack and characteristic; stages count alike, for a defect each by its number of defects.

    Parameters
    ----------
    rows : sequence of Night
    """
    groups: dict[tuple[str, str, str], list[Night]] = {}
    for row in rows:
        groups.setdefault((row.pack, row.characteristic, row.metric), []).append(row)
    return [found for key, group in groups.items() if (found := _of(key, group)) is not None]


def _of(key: tuple[str, str, str], rows: Sequence[Night]) -> Summary | None:
    scored = [(r.score, r.baseline, r.weight) for r in rows if r.score is not None and r.baseline is not None]
    if not scored:
        return None
    weights = [weight for *_, weight in scored]
    score, base = fmean((s for s, *_ in scored), weights), fmean((b for _, b, _ in scored), weights)
    covered = [r.coverage for r in rows if r.coverage is not None]
    better = score - base if key[2] == "brier_skill" else 1 - score / base
    promoted, kept, undecided = (sum(r.verdict == v for r in rows) for v in ("promoted", "kept", "undecided"))
    share = fmean(covered) if covered else None
    return Summary(*key, len(scored), score, base, better, share, promoted, kept, undecided)
