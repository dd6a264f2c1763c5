"""Files as a plant would drop them: parameters at once, few labels, late, in another folder."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from data_connectors.schema import Carries, Source, Stage
from qc_app.replay.calendar import Played

LATER = 0.2
_KEPT = 24


@dataclass(slots=True)
class Drops:
    """The drop folders of a replay.

    Parameters
    ----------
    root : Path
    labels_per_night : int
        Units of a stage and day whose results the laboratory reports.
    seed : int
        Of the lot that chooses them.
    offered : dict
        Source name -> records written so far, to be held against what was received.
    """

    root: Path
    labels_per_night: int
    seed: int
    offered: dict[str, int] = field(default_factory=dict)
    _waiting: dict[int, list[tuple[Stage, pl.DataFrame]]] = field(default_factory=dict)

    def sources(self, played: Played) -> tuple[Source, Source]:
        """Return the two sources of a stage: its parameters and its labels."""
        return self._source(played, "measurements"), self._source(played, "labels")

    def day(self, played: Played, day: int) -> None:
        """Drop the parameters of a day; put labels of a few of its units aside for the next day, or the one after."""
        units = played.on(day)
        parameters = [p.name for p in played.stage.parameters]
        columns = units.select("unit_id", _iso(), *(pl.col(p).alias(played.columns.get(p, p)) for p in parameters))
        self._write(played.stage, "measurements", day, columns, columns.height)
        chosen = self._chosen(played, units, day)
        late = self._lot(f"late {played.stage.id} {day}").random(chosen.height)
        for wait, part in ((1, chosen.filter(late >= LATER)), (2, chosen.filter(late < LATER))):
            if part.height:
                self._waiting.setdefault(day + wait, []).append((played.stage, part))

    def labels(self, day: int) -> list[str]:
        """Drop the labels that become known on a day; return the ids of their stages."""
        arrived = self._waiting.pop(day, [])
        by_stage: dict[str, list[tuple[Stage, pl.DataFrame]]] = {}
        for stage, part in arrived:
            by_stage.setdefault(stage.id, []).append((stage, part))
        for parts in by_stage.values():
            stage = parts[0][0]
            names = [c.name for c in stage.characteristics]
            frame = pl.concat([part for _, part in parts]).select("unit_id", _iso(), *names)
            self._write(stage, "labels", day, frame, int(sum(frame[n].is_not_null().sum() for n in names)))
        return list(by_stage)

    def waiting(self) -> list[int]:
        """Return the days on which labels are still to come, in order."""
        return sorted(self._waiting)

    def _chosen(self, played: Played, units: pl.DataFrame, day: int) -> pl.DataFrame:
        """Choose by lot."""
        chosen = self._lot(f"{played.stage.id} {day}").permutation(units.height)[: self.labels_per_night]
        return units.filter(pl.Series(np.isin(np.arange(units.height), chosen)))

    def _lot(self, what: str) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32(f"{self.seed} {what}".encode()))

    def _source(self, played: Played, carries: Carries) -> Source:
        name = f"{played.stage.id} {carries}"
        folder = self._folder(played.stage, carries)
        folder.mkdir(parents=True, exist_ok=True)
        self.offered.setdefault(name, 0)
        return Source(
            name=name,
            kind="file_folder",
            stage=played.stage.id,
            carries=carries,
            zone="UTC",
            columns=played.columns if carries == "measurements" else {},
            settings={"path": str(folder), "pattern": "*.csv", "settle_s": 0},
        )

    def _folder(self, stage: Stage, carries: Carries) -> Path:
        key = "".join(c if c.isalnum() else "-" for c in stage.id)[:_KEPT]
        return self.root / f"{key}-{hashlib.sha256(stage.id.encode()).hexdigest()[:8]}" / carries

    def _write(self, stage: Stage, carries: Carries, day: int, frame: pl.DataFrame, records: int) -> None:
        """Write aside, then rename: a reader sees the whole file or none."""
        path = self._folder(stage, carries) / f"day-{day:05d}.csv"
        aside = path.with_suffix(".tmp")
        frame.with_columns(pl.selectors.float().fill_nan(None)).write_csv(aside)
        aside.rename(path)
        self.offered[f"{stage.id} {carries}"] += records


def _iso() -> pl.Expr:
    return pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
