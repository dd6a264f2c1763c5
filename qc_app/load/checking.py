"""Ledger against lake: is every row there, once, as it was told; and how long did it take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.schema import Stage
from qc_app.load import truth
from qc_app.load.ledger import Ledger
from qc_app.plant import Plant
from qc_app.store import Store, conservation

FAULTS = ("lost", "phantom", "dup", "torn", "unbalanced")


def missing(store: Store, plant: Plant, offered: Sequence[int]) -> int:
    """Return how many rows of those offered, by stage, are not stored yet."""
    return sum(max(n - store.lake.units(stage.id), 0) for n, stage in zip(offered, plant.stages, strict=True))


def faults_of(store: Store, plant: Plant, ledger: Ledger) -> dict[str, int]:
    """Compare everything that was offered with everything that is stored; all numbers must be 0.

    Parameters
    ----------
    store : Store
    plant : Plant
    ledger : Ledger

    Returns
    -------
    dict of str to int
        ``lost``: offered and not there; ``phantom``: there and never offered; ``dup``: there more than once; ``torn``:
        there with other values; ``unbalanced``: sources whose books contradict themselves.
    """
    found = dict.fromkeys(FAULTS, 0)
    for i, (stage, offered) in enumerate(zip(plant.stages, ledger.counts(), strict=True)):
        for name, n in _stage_faults(store, stage, i, offered).items():
            found[name] += n
        for source in plant.sources_of(stage.id, "measurements"):
            conservation.catch_up(store, stage.id)
            found["unbalanced"] += bool(conservation.of_source(store, stage.id, source.name, source.carries))
    return found


def _stage_faults(store: Store, stage: Stage, i: int, offered: int) -> dict[str, int]:
    names = [p.name for p in stage.parameters]
    stored = store.lake.measurements(stage.id, columns=["unit_id", *names], revisions=True)
    numbers = _numbers(stored["unit_id"])
    known = numbers < offered
    counts = np.bincount(numbers[known], minlength=offered)
    told = truth.rows(i, numbers[known], len(names))
    there = stored.select(names).to_numpy()[known]
    return {
        "lost": int((counts == 0).sum()),
        "phantom": int((~known).sum()),
        "dup": int(np.maximum(counts - 1, 0).sum()),
        "torn": int((told != there).any(axis=1).sum()),
    }


def _numbers(units: pl.Series) -> NDArray[np.int64]:
    return np.array([truth.number_of(unit) for unit in units.to_list()], dtype=np.int64)


def lags(store: Store, plant: Plant, ledger: Ledger, first: Sequence[int], last: Sequence[int]) -> NDArray[np.float64]:
    """Return for each row from number `first` up to `last` of each stage how long it took to be readable, in seconds.

    Infinite where it is not there.
    """
    found = [_stage_lags(store, stage.id, ledger.moments(i), first[i], last[i]) for i, stage in enumerate(plant.stages)]
    return np.concatenate(found) if found else np.empty(0)


def _stage_lags(store: Store, stage: str, offered: NDArray[np.float64], first: int, last: int) -> NDArray[np.float64]:
    since = store.lake.readable_since(stage).drop_nulls()
    readable = np.full(len(offered), np.inf)
    numbers = _numbers(since["unit_id"])
    at = since["readable"].dt.epoch("us").to_numpy() / 1e6
    inside = numbers < len(offered)
    np.minimum.at(readable, numbers[inside], at[inside])
    return np.maximum(readable[first:last] - offered[first:last], 0.0)


def quantiles(found: NDArray[np.float64]) -> dict[str, float]:
    """Return the figures of lags.

    Examples
    --------
    >>> quantiles(np.array([1.0, 2.0, 3.0]))["lag_p50_s"]
    2.0
    """
    if not len(found):
        return {}
    p50, p99 = np.quantile(found, (0.5, 0.99), method="higher")
    return {"lag_p50_s": float(p50), "lag_p99_s": float(p99), "lag_max_s": float(found.max())}
