"""Search up and down the line, through splits, merges and rework; a circle of links ends where it began."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import polars as pl

from qc_app.errors import ActionError
from qc_app.genealogy.steps import Steps

Direction = Literal["up", "down"]
Unit = tuple[str, str]
MOST = 5000


@dataclass(frozen=True, slots=True)
class Kin:
    """A unit that is related to another.

    Parameters
    ----------
    stage, unit_id : str
    hops : int
        Steps away from where the search began: the fewest.
    by : str
        How the last step is known: ``link`` or ``time``.
    via : tuple of str, str
        Stage and unit from which the search came to it.
    t_event : datetime or None
        When it was made; None where the lake does not hold it.
    """

    stage: str
    unit_id: str
    hops: int
    by: str
    via: Unit
    t_event: datetime | None


def kin(steps: Steps, stage_id: str, units: Collection[str], direction: Direction, most: int = MOST) -> list[Kin]:
    """Return what units were made of (up), or what was made of them (down), nearest first.

    Parameters
    ----------
    steps : Steps
    stage_id : str
    units : collection of str
        Where the search begins; they themselves are not returned.
    direction : {"up", "down"}
    most : int
        The search ends once so many are found.

    Returns
    -------
    list of Kin
        Each unit once.
    """
    seen: dict[Unit, Kin | None] = {(stage_id, unit): None for unit in units}
    front: dict[str, list[str]] = {stage_id: list(dict.fromkeys(units))}
    hops = 0
    while front and len(seen) - len(units) < most:
        hops += 1
        found = [k for stage, here in front.items() for k in _step(steps, stage, here, direction, hops)]
        front = {}
        for one in found:
            if (one.stage, one.unit_id) not in seen:
                seen[one.stage, one.unit_id] = one
                front.setdefault(one.stage, []).append(one.unit_id)
    return [one for one in seen.values() if one is not None][:most]


def touched(
    steps: Steps, stage_id: str, *, units: Collection[str] | None = None, since: datetime | None = None,
    until: datetime | None = None, lot: str = "",
) -> list[Kin]:  # fmt: skip
    """Return the units that a bad unit, lot or stretch of time at a stage touched: those, and all made of them.

    Parameters
    ----------
    steps : Steps
    stage_id : str
    units : collection of str, optional
        Only of these.
    since, until : datetime, optional
        Made from and to, both included (aware): as long as a bad tool was in.
    lot : str
        Units ``lot/...`` of this lot.

    Raises
    ------
    ActionError
        If nothing is chosen, or the stage has no such unit.
    """
    if units is None and since is None and until is None and not lot:
        raise ActionError("nothing chosen - name units, a lot, an event or a stretch of time")
    chosen = steps.times(stage_id)
    chosen = chosen if units is None else chosen.filter(pl.col("unit_id").is_in(list(units)))
    chosen = chosen.filter(pl.col("t_event") >= since) if since is not None else chosen
    chosen = chosen.filter(pl.col("t_event") <= until) if until is not None else chosen
    if lot:
        chosen = chosen.filter((pl.col("unit_id") == lot) | pl.col("unit_id").str.starts_with(f"{lot}/"))
    names = chosen["unit_id"].to_list() or list(units or ())
    if not names:
        raise ActionError(f"stage {stage_id!r} has no unit that fits - look at its times on the Stage page")
    own = [Kin(stage_id, unit, 0, "", ("", ""), at) for unit, at in _timed(steps, stage_id, names)]
    return [*own, *kin(steps, stage_id, names, "down")]


def _step(steps: Steps, stage: str, units: list[str], direction: Direction, hops: int) -> list[Kin]:
    go: dict[Direction, Callable[[str, Collection[str]], pl.DataFrame]] = {"up": steps.up, "down": steps.down}
    found = go[direction](stage, units)
    made = []
    for (other_stage,), part in found.group_by("stage", maintain_order=True):
        times = dict(_timed(steps, str(other_stage), part["other"].to_list()))
        made += [
            Kin(str(other_stage), other, hops, by, (stage, unit), times.get(other))
            for unit, other, by in part.select("unit_id", "other", "by").iter_rows()
        ]
    return made


def _timed(steps: Steps, stage_id: str, units: Collection[str]) -> list[tuple[str, datetime | None]]:
    """Return the units by the time at which they were made, those that the lake does not hold last."""
    known = dict(steps.times(stage_id).filter(pl.col("unit_id").is_in(list(units))).iter_rows())
    return [*known.items(), *((unit, None) for unit in dict.fromkeys(units) if unit not in known)]
