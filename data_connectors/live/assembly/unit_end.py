"""A row when a unit ends: the newest value of each tag at the moment the unit tag changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from data_connectors.live.assembly.cells import Row, cells
from data_connectors.live.assembly.moment import datetime_of
from data_connectors.live.sample import Sample
from data_connectors.schema import Source


@dataclass(slots=True)
class UnitEnd:
    """Which unit is being made, and the newest value of every tag.

    A tag that reports only changes keeps its value over units. A bad value does not take the place of a good one that
    came within the same unit.

    Parameters
    ----------
    unit_column, time_column : str
        The tag that names the unit, and the column for the moment of its end.
    unit : str
        Being made now; empty where none is.
    began : int
        When it began, in microseconds since 1970.
    last : dict of str to list
        By tag: moment, value, quality, code.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> told = [("unit_id", "A"), ("speed", 9.5), ("unit_id", "B")]
    >>> moments = [(i, [Sample(tag, value, noon, None, noon)]) for i, (tag, value) in enumerate(told)]
    >>> [(row["unit_id"], row["speed"]) for row in UnitEnd("unit_id", "time").rows(moments)]
    [('A', 9.5)]
    """

    unit_column: str
    time_column: str
    unit: str = ""
    began: int = 0
    last: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def restored(cls, source: Source, state: Mapping[str, Any]) -> UnitEnd:
        """Return it as it was at a checkpoint."""
        return cls(
            source.unit_column,
            source.time_column,
            str(state.get("unit", "")),
            int(state.get("began", 0)),
            {str(tag): list(told) for tag, told in state.get("last", {}).items()},
        )

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps."""
        return {"unit": self.unit, "began": self.began, "last": self.last}

    def rows(self, moments: Iterable[tuple[int, list[Sample]]]) -> Iterator[Row]:
        """Yield a row for each unit that ends; at one moment, the values belong to the unit that ends then."""
        for at, samples in moments:
            for sample in samples:
                if sample.tag != self.unit_column:
                    self._take(at, sample)
            for sample in samples:
                if sample.tag == self.unit_column and sample.quality != "bad":
                    yield from self._named(at, "" if sample.value is None else str(sample.value).strip())

    def _take(self, at: int, sample: Sample) -> None:
        before = self.last.get(sample.tag)
        good_before = before is not None and before[2] != "bad" and before[0] > self.began
        if not (sample.quality == "bad" and good_before):
            self.last[sample.tag] = [at, sample.value, sample.quality, sample.code]

    def _named(self, at: int, unit: str) -> Iterator[Row]:
        if unit == self.unit:
            return
        if self.unit:
            when = datetime_of(at)
            told = {tag: Sample(tag, v, when, None, when, q, code) for tag, (_, v, q, code) in self.last.items()}
            yield {**cells(told), self.unit_column: self.unit, self.time_column: when}
        self.unit, self.began = unit, at
