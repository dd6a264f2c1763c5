"""The simulated steel plant: casting, rolling and heat treatment on two sister lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl

from data_connectors.schema import Stage
from data_connectors.synthetic import laboratory
from data_connectors.synthetic.blocks import Block, span, tool_cycle
from data_connectors.synthetic.families import FAMILIES, split, stage_definitions
from data_connectors.synthetic.faults import acting, faults_of
from data_connectors.synthetic.material import moments
from data_connectors.synthetic.noise import DAY_S, Array
from data_connectors.synthetic.scenario import Fault, Scenario
from data_connectors.synthetic.signals import GRADES

FRAME_DIGITS = 7


def parent_of(unit_id: str) -> str | None:
    """The unit this one was made from, read off its id; None for a heat.

    Examples
    --------
    >>> parent_of("A00012-S2-C1"), parent_of("A00012-S2"), parent_of("A00012")
    ('A00012-S2', 'A00012', None)
    """
    before, dash, _ = unit_id.rpartition("-")
    return before if dash else None


def _times(scenario: Scenario, seconds: Array) -> pl.Series:
    return pl.Series("t_event", moments(scenario, seconds)).dt.replace_time_zone("UTC")


def _between(frame: pl.DataFrame, column: str, since: datetime, until: datetime) -> pl.DataFrame:
    inside = (pl.col(column) >= since) & (pl.col(column) < until)
    return frame.filter(inside)


@dataclass(frozen=True, slots=True)
class SyntheticPlant:
    """A steel plant whose whole past and future follow from its scenario; any interval costs only itself.

    All times are aware; intervals are half open ``[since, until)``. The README beside this file has the equations.

    Parameters
    ----------
    scenario : Scenario

    Examples
    --------
    >>> plant = SyntheticPlant.of(seed=1, start=datetime(2026, 1, 1, tzinfo=UTC))
    >>> day = plant.between("casting-1", datetime(2026, 1, 2, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC))
    >>> day.height, day["unit_id"][0]
    (96, 'A00025-S1')
    """

    scenario: Scenario

    @classmethod
    def of(cls, seed: int, start: datetime, **settings: Any) -> SyntheticPlant:
        """Make a plant from the fields of :class:`~data_connectors.synthetic.scenario.Scenario`."""
        return cls(Scenario(seed=seed, start=start, **settings))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Definitions of the six stages, upstream first."""
        return stage_definitions()

    def between(self, stage: str, since: datetime, until: datetime) -> pl.DataFrame:
        """Return what the sensors of a stage report, in the plant's names and units; outages are missing rows.

        Returns
        -------
        polars.DataFrame
            unit_id, t_event and one Float64 column a parameter, sorted by t_event.
        """
        return self._rows(stage, since, until, "said").filter(~pl.col("silent")).drop("silent")

    def truth(self, stage: str, since: datetime, until: datetime) -> pl.DataFrame:
        """Return what no one in a real plant sees.

        Returns
        -------
        polars.DataFrame
            unit_id, t_event, parent, grade, the true parameters, ``<characteristic>`` of every unit,
            ``<characteristic>_expected`` (what perfect knowledge of the parameters would predict; of a defect its
            probability), `silent` (swallowed by an outage) and `faults` (those acting: ``kind:subject``, by blanks).
        """
        return self._rows(stage, since, until, "true")

    def labels(self, stage: str, since: datetime, until: datetime) -> pl.DataFrame:
        """Return the laboratory's results that become known in an interval.

        Returns
        -------
        polars.DataFrame
            unit_id, t_event, t_measured, t_known and one column a characteristic (null: not asked for), by t_known.
        """
        bounds = self.scenario.seconds(since), self.scenario.seconds(until)
        frames = laboratory.known(self.scenario, stage, *bounds)
        if not frames:
            frames = [laboratory.results(self.scenario, stage, 0).clear()]
        return _between(pl.concat(frames), "t_known", since, until).sort("t_known", "unit_id")

    def faults(self, since: datetime, until: datetime, stage: str | None = None) -> tuple[Fault, ...]:
        """Return the injected faults that act in an interval, by onset."""
        bounds = self.scenario.seconds(since), self.scenario.seconds(until)
        stages = [s.id for s in self.stages] if stage is None else [stage]
        found = [f for name in stages for f in faults_of(self.scenario, name, *bounds)]
        return tuple(sorted(found, key=lambda f: (f.onset, f.stage, f.kind)))

    def events(self, stage: str, since: datetime, until: datetime) -> pl.DataFrame:
        """Return tool changes and grade changes of a stage: columns stage, at, kind, text, by time."""
        rows = [*self._tool_changes(stage, since, until), *self._grade_changes(stage, since, until)]
        schema: dict[str, pl.DataType | type[pl.DataType]] = {
            "stage": pl.String,
            "at": pl.Datetime("us", "UTC"),
            "kind": pl.String,
            "text": pl.String,
        }
        return pl.DataFrame(rows, schema=schema, orient="row").sort("at", "kind")

    def genealogy(self, stage: str, since: datetime, until: datetime) -> pl.DataFrame:
        """Return the links of the stage's units to those they were made from: parent, child, t_event."""
        rows = self._rows(stage, since, until, "true")
        return rows.select("parent", pl.col("unit_id").alias("child"), "t_event")

    def _rows(self, stage: str, since: datetime, until: datetime, side: str) -> pl.DataFrame:
        bounds = self.scenario.seconds(since), self.scenario.seconds(until)
        blocks = span(self.scenario, stage, *bounds) or span(self.scenario, stage, 0, 1)[:1]
        frames = [(self._said if side == "said" else self._true)(b) for b in blocks]
        return _between(pl.concat(frames), "t_event", since, until).sort("t_event", "unit_id")

    def _said(self, made: Block) -> pl.DataFrame:
        frame = self._frame(made, {}, made.said)
        names = list(made.said)
        return frame.with_columns(
            pl.col(names).fill_nan(None).round_sig_figs(FRAME_DIGITS), silent=pl.Series(made.silent)
        )

    def _true(self, made: Block) -> pl.DataFrame:
        grades = np.asarray(GRADES)[made.grade]
        frame = self._frame(made, {"parent": made.parent, "grade": grades}, made.true)
        expected = {f"{name}_expected": values for name, values in made.expected.items()}
        acts = [(f"{f.kind}:{f.subject}".rstrip(":"), acting(f, self.scenario, made.seconds)) for f in made.faults]
        words = [" ".join(name for name, on in acts if on[i] > 0) for i in range(len(made.seconds))]
        return frame.with_columns(
            *(pl.Series(name, values) for name, values in {**made.actual, **expected}.items()),
            silent=pl.Series(made.silent),
            faults=pl.Series(words, dtype=pl.String),
        )

    def _frame(self, made: Block, first: Mapping[str, Any], values: Mapping[str, Array]) -> pl.DataFrame:
        times = _times(self.scenario, made.seconds)
        return pl.DataFrame({"unit_id": made.unit_id, "t_event": times, **first, **values})

    def _tool_changes(self, stage: str, since: datetime, until: datetime) -> list[tuple[str, datetime, str, str]]:
        family = FAMILIES[split(stage)[0]]
        first, last = max(self.scenario.seconds(since), 0.0), self.scenario.seconds(until)
        grid = np.arange(first, max(last, first), family.tool_life_h * 1200)
        begins = np.unique(np.concatenate(tool_cycle(self.scenario, stage, grid))) if len(grid) else np.array([])
        inside = begins[(begins >= first) & (begins < last)]
        moment = [m.replace(tzinfo=UTC) for m in moments(self.scenario, inside).tolist()]
        return [(stage, at, "tool_change", f"{family.tool} changed") for at in moment]

    def _grade_changes(self, stage: str, since: datetime, until: datetime) -> list[tuple[str, datetime, str, str]]:
        day = DAY_S
        earlier = moments(self.scenario, np.array([self.scenario.seconds(since) - day]))[0].item().replace(tzinfo=UTC)
        units = self._rows(stage, earlier, until, "true").select("t_event", "grade")
        changed = units.filter(pl.col("grade") != pl.col("grade").shift(1))
        return [
            (stage, at, "grade_change", f"grade {grade}")
            for at, grade in _between(changed, "t_event", since, until).iter_rows()
        ]
