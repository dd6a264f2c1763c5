"""The laboratory: few units are measured, hours late, with a gauge of its own."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from data_connectors.synthetic.blocks import Block, block
from data_connectors.synthetic.families import FAMILIES, split
from data_connectors.synthetic.faults import faults_of, shift
from data_connectors.synthetic.material import days_of, moments
from data_connectors.synthetic.noise import DAY_S, Array, stream
from data_connectors.synthetic.scenario import Scenario

EARLIEST_H, LATEST_H = 4.0, 30.0
WHOLE_HEATS = 0.3
SURFACE = 2.0


def _chosen(scenario: Scenario, made: Block, rng: np.random.Generator) -> tuple[Array, Array]:
    """Which units get the laboratory test and which the surface inspection, as 0/1.

    A few whole heats (as often as 0.3 x the labels' share of heats) are tested altogether; surface inspection sees
    more units than the laboratory does.
    """
    draw = rng.random(len(made.seconds))
    heat = np.array([int(u[1:6]) for u in made.unit_id])
    whole_share = WHOLE_HEATS * scenario.labels_share
    whole = {int(h) for h in np.unique(heat) if stream(scenario.seed, "whole heat", int(h)).random() < whole_share}
    all_of_it = np.isin(heat, list(whole))
    return (
        ((draw < scenario.labels_share) | all_of_it).astype(float),
        ((draw < SURFACE * scenario.labels_share) | all_of_it).astype(float),
    )


def _lateness_h(scenario: Scenario, made: Block, rng: np.random.Generator) -> Array:
    ordinary = np.clip(EARLIEST_H + rng.gamma(2.0, 4.0, len(made.seconds)), EARLIEST_H, LATEST_H)
    return np.asarray(ordinary * (1 + np.maximum(shift(made.faults, "late_labels", "", scenario, made.seconds), 0)))


@lru_cache(maxsize=512)
def results(scenario: Scenario, stage: str, day: int) -> pl.DataFrame:
    """Return all results on the units of a block, whenever they become known.

    Returns
    -------
    polars.DataFrame
        unit_id, t_event, t_measured, t_known and one column a characteristic (null: not asked for), by t_known.
    """
    made = block(scenario, stage, day)
    rng = stream(scenario.seed, f"{stage} laboratory", day)
    tested, inspected = _chosen(scenario, made, rng)
    late_s = 3600 * _lateness_h(scenario, made, rng)
    columns: dict[str, object] = {
        "unit_id": made.unit_id,
        "t_event": moments(scenario, made.seconds),
        "t_measured": moments(scenario, made.seconds + 0.7 * late_s),
        "t_known": moments(scenario, made.seconds + late_s),
    }
    family = FAMILIES[split(stage)[0]]
    for response, asked in zip(family.responses, family.characteristics, strict=True):
        wanted = inspected if asked.kind == "binary" else tested
        value = made.actual[response.name]
        if asked.kind == "continuous":
            moved = response.sd * shift(made.faults, "gauge_shift", response.name, scenario, made.seconds)
            value = value + (asked.gauge_sd or 0.0) * rng.standard_normal(len(value)) + moved
        columns[response.name] = np.where(wanted > 0, value, np.nan)
    return _frame(columns, tested + inspected > 0, [c.name for c in family.characteristics])


def _frame(
    columns: dict[str, object], kept: np.ndarray[tuple[int, ...], np.dtype[np.bool_]], names: list[str]
) -> pl.DataFrame:
    times = ("t_event", "t_measured", "t_known")
    frame = pl.DataFrame(columns).with_columns(
        *(pl.col(t).dt.replace_time_zone("UTC") for t in times),
        *(pl.col(n).fill_nan(None).round_sig_figs(6) for n in names),
    )
    return frame.filter(pl.Series(kept)).sort("t_known", "unit_id")


def known(scenario: Scenario, stage: str, since_s: float, until_s: float) -> list[pl.DataFrame]:
    """Results that can become known in an interval, block by block (the caller cuts to the interval)."""
    sizes = [f.size for f in faults_of(scenario, stage, 0, until_s) if f.kind == "late_labels"]
    longest_s = LATEST_H * 3600 * (1 + max([0.0, *sizes, sum(s for s in sizes if s > 0)]))
    reach = max(since_s - longest_s - DAY_S, 0)
    return [results(scenario, stage, day) for day in days_of(stage, reach, until_s)]
