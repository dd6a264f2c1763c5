"""Results become what a control chart takes: in order of production, in subgroups, with the limits of their time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from data_connectors.schema import LOT, Characteristic
from models.base import Array
from models.spc import Observations, chart_kind
from qc_app.framing.tasks import LOT_SIGN
from qc_app.plant import Plant
from qc_app.records import Event

DEFAULT_CHART = "imr"
COUNTED = 20
"""Results of a defect that are counted together where no subgroups are declared."""
_RANGES_UP_TO = 9
_HOUR_US = 3.6e9
FRAME = {"unit_id": pl.String(), "t_event": pl.Datetime("us", "UTC"), "value": pl.Float64(), "group": pl.String()}


def chart_of(what: Characteristic) -> str:
    """Return the chart that suits what is declared of a characteristic.

    Examples
    --------
    >>> chart_of(Characteristic("y")), chart_of(Characteristic("y", subgroup_size=5))
    ('imr', 'xbar_r')
    >>> chart_of(Characteristic("crack", kind="binary", subgroup_by="lot"))
    'p'
    """
    if what.kind == "binary":
        return "p"
    if what.subgroup_by or what.subgroup_size > _RANGES_UP_TO:
        return "xbar_s"
    return "xbar_r" if what.subgroup_size > 1 else DEFAULT_CHART


def subgroup_words(what: Characteristic) -> str:
    """Say how results are taken together.

    Examples
    --------
    >>> subgroup_words(Characteristic("y", subgroup_size=5)), subgroup_words(Characteristic("y"))
    ('5 consecutive results', 'single results')
    """
    if what.subgroup_by:
        return f"results of one {what.subgroup_by}"
    size = _size(what)
    return f"{size} consecutive results" if size > 1 else "single results"


def _size(what: Characteristic) -> int:
    return COUNTED if what.kind == "binary" and what.subgroup_size == 1 else what.subgroup_size


def series_columns(what: Characteristic) -> list[str]:
    """Return the columns of the stage's measurements that `series` needs.

    Examples
    --------
    >>> series_columns(Characteristic("y", subgroup_by="cavity"))
    ['unit_id', 't_event', 'cavity']
    """
    return ["unit_id", "t_event", *([what.subgroup_by] if what.subgroup_by not in {"", LOT} else [])]


def series(what: Characteristic, labels: pl.DataFrame, measurements: pl.DataFrame) -> pl.DataFrame:
    """Return the results of a characteristic in the order of production, each with its subgroup.

    Parameters
    ----------
    what : Characteristic
    labels : polars.DataFrame
        ``unit_id``, ``value``, ``t_measured``, one row a unit.
    measurements : polars.DataFrame
        ``unit_id``, ``t_event``, and the parameter that declares subgroups, where one does. A result without its unit
        takes its place by the time it was measured.

    Returns
    -------
    polars.DataFrame
        ``unit_id``, ``t_event``, ``value``, ``group``; by time.

    Examples
    --------
    >>> from datetime import UTC
    >>> at = [datetime(2026, 3, 1, h, tzinfo=UTC) for h in (6, 7, 8)]
    >>> known = pl.DataFrame({"unit_id": ["c", "a", "b"], "value": [3.0, 1.0, 2.0], "t_measured": at[:1] * 3})
    >>> units = pl.DataFrame({"unit_id": ["a", "b", "c"], "t_event": at})
    >>> series(Characteristic("y", subgroup_size=2), known, units).select("unit_id", "group").rows()
    [('a', '0'), ('b', '0'), ('c', '1')]
    """
    shared = what.subgroup_by if what.subgroup_by not in {"", LOT} else None
    units = measurements.select(series_columns(what)).unique("unit_id", keep="last", maintain_order=True)
    rows = labels.select("unit_id", "value", "t_measured").join(units, on="unit_id", how="left")
    timed = rows.with_columns(pl.coalesce("t_event", "t_measured").alias("t_event")).sort("t_event", "unit_id")
    groups = _groups(what, timed, shared)
    return timed.with_columns(pl.Series("group", groups, pl.String)).select(*FRAME)


def _groups(what: Characteristic, rows: pl.DataFrame, shared: str | None) -> list[str]:
    if what.subgroup_by == LOT:
        return [unit.split(LOT_SIGN, 1)[0] for unit in rows["unit_id"].to_list()]
    if shared is not None:
        return ["" if value is None else f"{value}" for value in rows[shared].to_list()]
    return [str(n // _size(what)) for n in range(rows.height)]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """What a chart is made of, and which units its observations are.

    Parameters
    ----------
    data : Observations
    units : tuple of str
        The unit of each observation.
    times : tuple of datetime
    excluded : tuple of int
        Observations that are left out with a cause.
    causes : mapping of int to str
        Cause of each of them.
    """

    data: Observations
    units: tuple[str, ...]
    times: tuple[datetime, ...]
    excluded: tuple[int, ...]
    causes: Mapping[int, str]

    @property
    def values(self) -> Array:
        """All results, those that are left out too; one column a variable where there are several."""
        return self.data.matrix if np.ndim(self.data.values) == 2 else self.data.series

    @property
    def kept(self) -> Array:
        """The results with NaN where one is left out."""
        x = self.values.copy()
        x[list(self.excluded)] = np.nan
        return x

    @property
    def told(self) -> Observations:
        """The observations with NaN where one is left out."""
        return replace(self.data, values=self.kept)

    @property
    def groups(self) -> list[str] | None:
        """The subgroup of each result, None where results stand alone."""
        return None if self.data.groups is None else [str(group) for group in self.data.groups]

    def at_or_after(self, moment: datetime) -> int:
        """Return the first observation of that moment or later."""
        return bisect_left(self.times, moment)

    def after(self, moment: datetime) -> int:
        """Return the first observation later than that moment."""
        return bisect_right(self.times, moment)

    def part(self, first: int, last: int | None = None) -> Series:
        """Return the observations from `first` on, up to but without `last`."""
        end = len(self.units) if last is None else last
        cut = slice(first, end)

        def of(given: Any) -> Any:
            return None if given is None else given[cut]

        data = replace(
            self.data, values=self.values[cut], groups=of(self.data.groups), parts=of(self.data.parts),
            nominals=of(self.data.nominals),
            hours=of(self.data.hours), breaks=[b - first for b in self.data.breaks if first < b < end],
        )  # fmt: skip
        causes = {n - first: cause for n, cause in self.causes.items() if first <= n < end}
        return Series(data, self.units[cut], self.times[cut], tuple(causes), causes)

    def newest(self, most: int | None) -> Series:
        """Return the newest `most` observations; of subgroups, whole ones.

        Examples
        --------
        >>> at = tuple(datetime(2026, 3, d) for d in (1, 2, 3))
        >>> Series(Observations([1.0, 2.0, 3.0]), ("a", "b", "c"), at, (), {}).newest(2).units
        ('b', 'c')
        """
        n = len(self.units)
        if most is None or most >= n:
            return self
        return self.part(next((a for a, _ in self.data.ends if a >= n - most), n - most))


def limits_begin_anew(plant: Plant, events: Sequence[Event]) -> list[datetime]:
    """Return the moments of events after which the plant's definition wants new limits.

    Examples
    --------
    >>> limits_begin_anew(Plant("Works"), [])
    []
    """
    kinds = {mark.kind for mark in plant.marks if mark.limits}
    return [event.at for event in events if event.kind in kinds]


def hours(times: pl.Series) -> Array:
    """Return moments as hours since 1970, as charts over uneven gaps take them.

    Examples
    --------
    >>> hours(pl.Series([datetime(1970, 1, 1, 6)])).tolist()
    [6.0]
    """
    return np.asarray(times.dt.epoch("us").to_numpy() / _HOUR_US, dtype=np.float64)


def recorded(chart: str, rows: pl.DataFrame, causes: Mapping[str, str], marks: Collection[datetime] = ()) -> Series:
    """Return rows of `series` as a chart takes them.

    Parameters
    ----------
    chart : str
        Of the catalogue: single values are not grouped, counts are.
    rows : polars.DataFrame
        As `series` returns them, or a part; with ``part`` (what was made) where the chart compares products.
    causes : mapping of str to str
        Unit -> why it is left out.
    marks : collection of datetime
        Moments at which limits begin anew: no pattern reaches across.
    """
    units, times = rows["unit_id"].to_list(), rows["t_event"].to_list()
    needs = chart_kind(chart).needs
    groups = rows["group"].to_list() if needs in {"subgroups", "counts"} else None
    parts = rows["part"].to_list() if needs == "parts" and "part" in rows.columns else None
    breaks = sorted({bisect_left(times, mark) for mark in marks} - {0, rows.height})
    given: dict[str, Any] = {"groups": groups, "parts": parts, "hours": hours(rows["t_event"]), "breaks": breaks}
    data = Observations(rows["value"].to_numpy(), **given)
    found = {n: causes[unit] for n, unit in enumerate(units) if unit in causes}
    return Series(data, tuple(units), tuple(times), tuple(found), found)
