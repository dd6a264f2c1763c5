"""How the plant's systems deliver: their own column names and units, quality codes, and the odd row that is no row."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import polars as pl

from data_connectors.schema import Source, Stage
from data_connectors.synthetic.families import signals, split
from data_connectors.synthetic.noise import stream

GOOD, UNCERTAIN, BAD = 192, 64, 0
UNCERTAIN_SHARE, BAD_SHARE, SPOILT_SHARE = 0.01, 0.004, 0.0015
UNIT_COLUMN, TIME_COLUMN, KNOWN_COLUMN, PARENT_COLUMN = "UnitId", "Timestamp", "ReportedAt", "MadeOf"

#: Parameters that the second line's system delivers in other units: our name -> (unit, factor, summand).
FOREIGN = {
    "casting": {"casting_speed": ("m/s", 1 / 60, 0.0)},
    "rolling": {"exit_temp": ("degF", 1.8, 32.0), "tension": ("psi", 145.0377377, 0.0)},
    "heat_treatment": {"temper_temp": ("degF", 1.8, 32.0)},
}
#: Parameters whose sensors deliver a quality code.
CODED = {
    "casting": ("superheat", "mould_heat_flux"),
    "rolling": ("exit_temp", "roll_force"),
    "heat_treatment": ("zone_2_temp", "temper_temp"),
}


def raw_name(name: str) -> str:
    """The plant system's name of a parameter or characteristic.

    Examples
    --------
    >>> raw_name("exit_temp")
    'ExitTemp'
    """
    return "".join(part.capitalize() for part in name.split("_"))


def units_of(stage: str) -> dict[str, str]:
    """Our name -> delivered unit, where it is not the plant's own.

    Examples
    --------
    >>> units_of("rolling-1"), units_of("casting-2")
    ({}, {'casting_speed': 'm/s'})
    """
    family, line = split(stage)
    return {name: unit for name, (unit, _, _) in FOREIGN[family].items()} if line == 2 else {}


def quality_of(stage: str) -> dict[str, str]:
    """Our name -> delivered column with the quality code."""
    return {name: f"{raw_name(name)}_Q" for name in CODED[split(stage)[0]]}


def sources_of(stage: Stage, settings: dict[str, object]) -> tuple[Source, Source]:
    """Describe the two sources of a stage, its process data and its laboratory, for a plant definition.

    Examples
    --------
    >>> from data_connectors.synthetic import stage_definition
    >>> [s.name for s in sources_of(stage_definition("casting-1"), {})]
    ['casting-1-process', 'casting-1-laboratory']
    """
    process = Source(
        f"{stage.id}-process", "synthetic", stage.id, "measurements", UNIT_COLUMN, TIME_COLUMN,
        columns={p.name: raw_name(p.name) for p in stage.parameters},
        units=units_of(stage.id), quality=quality_of(stage.id), lateness_s=3600.0,
        settings={**settings, "quality_codes": "opc_da"}, parents=dict.fromkeys(stage.upstream, PARENT_COLUMN),
    )  # fmt: skip
    laboratory = Source(
        f"{stage.id}-laboratory", "synthetic", stage.id, "labels", UNIT_COLUMN, TIME_COLUMN,
        columns={c.name: raw_name(c.name) for c in stage.characteristics},
        lateness_s=36 * 3600.0, settings=settings,
    )  # fmt: skip
    return process, laboratory


@lru_cache(maxsize=200_000)
def _lot(seed: int, unit_id: str) -> tuple[float, ...]:
    """Three uniform numbers that belong to a unit for ever: whether it is spoilt, and its two codes."""
    return tuple(stream(seed, f"delivery {unit_id}").random(3).tolist())


def _codes(lot: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.where(lot < BAD_SHARE, BAD, np.where(lot < BAD_SHARE + UNCERTAIN_SHARE, UNCERTAIN, GOOD))


def measurements(frame: pl.DataFrame, stage: str, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Turn reported rows into what the stage's system delivers.

    Parameters
    ----------
    frame : polars.DataFrame
        From `SyntheticPlant.between`.
    stage : str
    seed : int

    Returns
    -------
    sound, spoilt : polars.DataFrame
        Typed rows; and, as text, rows with a naive time, text where a number belongs, or no unit.
        A value coded bad is what a dead transmitter sends: the bottom of its range.
    """
    lots = np.array([_lot(seed, unit) for unit in frame["unit_id"]]).reshape(-1, 3)
    codes = {name: _codes(lots[:, i + 1]) for i, name in enumerate(quality_of(stage))}
    lows = {s.name: s.low for s in signals(stage)}
    dead = frame.with_columns(
        pl.when(pl.Series(code == BAD)).then(lows[name]).otherwise(pl.col(name)).alias(name)
        for name, code in codes.items()
    )
    raw = _renamed(dead, stage).with_columns(
        pl.col(UNIT_COLUMN).str.replace(r"-[^-]*$", "").alias(PARENT_COLUMN),
        *(pl.Series(column, codes[name]) for name, column in quality_of(stage).items()),
    )
    bad = pl.Series(lots[:, 0] < SPOILT_SHARE, dtype=pl.Boolean)
    return raw.filter(~bad), _spoilt(raw.filter(bad), lots[lots[:, 0] < SPOILT_SHARE, 0], stage)


def _renamed(frame: pl.DataFrame, stage: str) -> pl.DataFrame:
    foreign = {name: FOREIGN[split(stage)[0]][name] for name in units_of(stage)}
    converted = frame.with_columns(
        (pl.col(name) * factor + summand).round_sig_figs(8) for name, (_, factor, summand) in foreign.items()
    )
    names = {"unit_id": UNIT_COLUMN, "t_event": TIME_COLUMN}
    return converted.rename({c: names.get(c, raw_name(c)) for c in converted.columns})


def _spoilt(raw: pl.DataFrame, lot: np.ndarray[tuple[int, ...], np.dtype[np.float64]], stage: str) -> pl.DataFrame:
    """Spoil each row in the way its lot says: local time without zone, text in a number, unit id lost."""
    way = pl.Series(np.floor(lot / SPOILT_SHARE * 3).astype(int))
    first = raw_name(signals(stage)[0].name)
    text = raw.with_columns(pl.col(TIME_COLUMN).dt.strftime("%Y-%m-%dT%H:%M:%S%.3fZ")).cast(pl.String)
    return text.with_columns(
        pl.when(way == 0).then(pl.col(TIME_COLUMN).str.strip_suffix("Z")).otherwise(TIME_COLUMN).alias(TIME_COLUMN),
        pl.when(way == 1).then(pl.lit("#N/A sensor")).otherwise(first).alias(first),
        pl.when(way == 2).then(pl.lit("")).otherwise(UNIT_COLUMN).alias(UNIT_COLUMN),
    )


def results(frame: pl.DataFrame) -> pl.DataFrame:
    """Turn laboratory results into the report of the laboratory's system: UnitId, Timestamp, ReportedAt, values."""
    names = {"unit_id": UNIT_COLUMN, "t_measured": TIME_COLUMN, "t_known": KNOWN_COLUMN}
    kept = frame.drop("t_event")
    return kept.rename({c: names.get(c, raw_name(c)) for c in kept.columns})
