"""Where a unit came from and what became of it, with what is known of the quality of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.genealogy import Kin, Steps, kin, touched
from qc_app.language import later, tr
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views.unit.words import beyond

SHOWN = 500
_WAYS = {"link": later("link"), "time": later("transport time")}
KIN: dict[str, Any] = {
    "hops": pl.Int64,
    "stage": pl.String,
    "unit_id": pl.String,
    "t_event": pl.Datetime("us", "UTC"),
    "known_by": pl.String,
    "via": pl.String,
    "quality": pl.String,
}


@dataclass(frozen=True, slots=True)
class Family:
    """What a unit was made of (`up`) and what was made of it (`down`): columns of `KIN`, nearest first."""

    up: pl.DataFrame
    down: pl.DataFrame


def family_view(store: Store, plant: Plant, stage_id: str, unit_id: str) -> Family:
    """Read where a unit came from and what became of it."""
    steps = Steps(store.lake, plant)
    up, down = (kin(steps, stage_id, [unit_id], direction, SHOWN) for direction in ("up", "down"))
    return Family(kin_table(store, plant, up), kin_table(store, plant, down))


def touched_table(
    store: Store, plant: Plant, stage_id: str, *, units: Sequence[str] | None = None, since: datetime | None = None,
    until: datetime | None = None, lot: str = "",
) -> pl.DataFrame:  # fmt: skip
    """Return the units that a bad unit, lot or stretch of time touched: columns of `KIN`, those at the stage first.

    Raises
    ------
    ActionError
        If nothing is chosen, or no unit of the stage fits.
    """
    found = touched(Steps(store.lake, plant), stage_id, units=units, since=since, until=until, lot=lot)
    return kin_table(store, plant, found)


def kin_table(store: Store, plant: Plant, found: Sequence[Kin]) -> pl.DataFrame:
    """Return related units as rows, with what is the matter with their quality."""
    quality: dict[tuple[str, str], str] = {}
    for stage in dict.fromkeys(k.stage for k in found):
        units = [k.unit_id for k in found if k.stage == stage]
        whats = next((s.characteristics for s in plant.stages if s.id == stage), ())
        for what in whats:
            for unit, word in _words(store, stage, what, units):
                before = quality.get((stage, unit), "")
                quality[stage, unit] = f"{before}; {word}" if before else word
    rows = [
        (
            k.hops,
            k.stage,
            k.unit_id,
            k.t_event,
            tr(_WAYS[k.by]) if k.by in _WAYS else "",
            k.via[1],
            quality.get((k.stage, k.unit_id), ""),
        )
        for k in found
    ]
    return pl.DataFrame(rows, schema=KIN, orient="row")


def _words(store: Store, stage: str, what: Characteristic, units: list[str]) -> Iterable[tuple[str, str]]:
    """Yield what is out of specification: measured where there is a result, else predicted."""
    mine = pl.col("unit_id").is_in(units)
    results = dict(store.journal.labels.known(stage, what.name).filter(mine).select("unit_id", "value").iter_rows())
    said = store.lake.predictions(stage, characteristic=what.name).filter(mine).select("unit_id", "mean")
    for unit, value in results.items():
        if beyond(float(value), what):
            yield unit, f"■ {tr('{what} measured out of specification', what=what.name)}"
    for unit, mean in said.iter_rows():
        if unit not in results and mean is not None and beyond(float(mean), what):
            yield unit, f"▲ {tr('{what} predicted out of specification', what=what.name)}"
