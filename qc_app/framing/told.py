"""An explanation becomes what the journal keeps: names for places, units for rows, the small left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import polars as pl

from models.base import Array
from models.explain import Explained, Move, Nearby

MOST_PARTS = 12
MOST_MOVED = 8
SHARE = 0.1
SISTERS = 12
DIGITS = 7

Content = dict[str, Any]


def told(
    explained: Explained, unit: Array, columns: Sequence[str], past: pl.DataFrame, fixed: Collection[str] = ()
) -> Content:
    """Return an explanation as JSON: what a person reads, not all that was computed.

    Parameters
    ----------
    explained : Explained
        Of the unit, its neighbours found among `past`.
    unit : ndarray, shape (d,)
    columns : sequence of str
        Names of the parameters.
    past : polars.DataFrame
        ``unit_id``, ``t_event`` and ``value`` (measured), one row a past unit in the order given to the explainer.
    fixed : collection of str
        Parameters that nobody can set: no move of theirs is told.

    Returns
    -------
    dict
        ``value, lower, upper, level, anomaly, in_domain``; ``base`` and ``parts`` (the largest, and whatever makes the
        unit strange), ``rest`` and ``rest_parts`` (what the others add, and how many they are); ``by``; ``near``,
        ``near_usual``, ``weighted``; ``moves``; ``transfer`` (a sentence), ``sisters``.
    """
    p, a = explained.prediction, explained.attribution
    kept = _kept(explained)
    left = np.setdiff1d(np.arange(len(columns)), kept)
    taken = explained.transfer
    return {
        "value": _digits(p.mean[0]),
        "lower": _digits(p.lower[0]),
        "upper": _digits(p.upper[0]),
        "level": p.level,
        "anomaly": _digits(p.anomaly[0]),
        "in_domain": bool(p.in_domain[0]),
        "base": _digits(a.base),
        "exact": a.exact,
        "parts": [_part(explained, unit, columns, j) for j in kept],
        "rest": _digits(a.parts[left].sum()),
        "rest_parts": len(left),
        "by": explained.oddity.by,
        **_near(explained.nearby, past),
        "moves": _moves(explained.moves, columns, fixed),
        "transfer": taken.sentence() if taken else "",
        "sisters": [[stage, _digits(share)] for stage, share in taken.sisters[:SISTERS]] if taken else [],
    }


def _kept(explained: Explained) -> list[int]:
    """Return the places worth telling: the largest parts, then what makes the unit strange."""
    parts, share = np.abs(explained.attribution.parts), explained.oddity.share
    largest = [int(j) for j in np.argsort(-parts, kind="stable")[:MOST_PARTS] if parts[j] > 0]
    strange = [int(j) for j in np.argsort(-share, kind="stable")[:MOST_PARTS] if share[j] >= SHARE]
    return list(dict.fromkeys([*largest, *strange]))


def _part(explained: Explained, unit: Array, columns: Sequence[str], j: int) -> Content:
    a, o = explained.attribution, explained.oddity
    return {
        "name": columns[j],
        "now": _number(unit[j]),
        "usual": _number(explained.usual[j]),
        "part": _digits(a.parts[j]),
        "error": _digits(a.error[j]),
        "share": _digits(o.share[j]),
        "sd": _number(o.usual[j]),
        "beyond": _digits(o.beyond[j]),
    }


def _near(nearby: Nearby, past: pl.DataFrame) -> Content:
    rows = past[nearby.rows.tolist()]
    found = zip(rows["unit_id"], rows["t_event"], rows["value"], nearby.distances.tolist(), strict=True)
    near = [{"unit_id": u, "t_event": t.isoformat(), "value": v, "distance": _digits(d)} for u, t, v, d in found]
    return {"near": near, "near_usual": _number(nearby.usual), "weighted": nearby.weighted}


def _moves(moves: Sequence[Move], columns: Sequence[str], fixed: Collection[str]) -> list[Content]:
    """Return the moves of the settable parameters that change the prediction most, the largest first."""
    reach: dict[int, float] = {}
    for move in moves:
        if columns[move.place] in fixed:
            continue
        reach[move.place] = max(reach.get(move.place, 0.0), abs(move.change))
    chosen = [j for j in sorted(reach, key=lambda j: -reach[j]) if reach[j] > 0][:MOST_MOVED]
    numbers = ("mean", "lower", "upper", "change", "to")
    return [
        {"name": columns[j], "now": _number(m.now), "in_domain": m.in_domain}
        | {name: _digits(getattr(m, name)) for name in numbers}
        for j in chosen
        for m in moves
        if m.place == j
    ]


def _number(value: float) -> float | None:
    return _digits(value) if np.isfinite(value) else None


def _digits(value: float) -> float:
    """Return a number with the digits that anyone could want; there are many of them a plant."""
    return float(f"{value:.{DIGITS}g}")
