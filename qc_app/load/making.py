"""The plant of a size: stages, their sources, and the results that make its nights work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from data_connectors.schema import Characteristic, Parameter, Source, Stage
from qc_app.load import truth
from qc_app.load.sizes import Size
from qc_app.plant import Plant

QUALITY = "thickness"
#: A plant of this size is read so often: each reading costs the same, whether it brings one row or two.
INGEST_S = 2


def kinds(size: Size, *, broker: bool) -> tuple[str, ...]:
    """Return what feeds each stage; without a broker, tables feed also the stages that it would have fed.

    Examples
    --------
    >>> kinds(Size(3, 4, 1.0, live=1, tables=1, folders=1, label_share=0.0), broker=False)
    ('table', 'table', 'folder')
    """
    return ("live" if broker else "table",) * size.live + ("table",) * size.tables + ("folder",) * size.folders


def plant_of(size: Size, outside: Path, port: int | None, night_at: str = "00:00") -> Plant:
    """Return the plant that reads what is offered in the folder `outside` and at the broker's port."""
    stages = tuple(_stage(i, size) for i in range(size.stages))
    fed = kinds(size, broker=port is not None)
    sources = [_source(stage, kind, outside, port) for stage, kind in zip(stages, fed, strict=True)]
    sources += [_results(stage, outside) for stage in stages]
    return Plant("Load", night_at=night_at, ingest_every_s=INGEST_S, stages=stages, sources=tuple(sources))


def with_night(plant: Plant, night_at: str) -> Plant:
    """Return the plant with its night at another time of the day."""
    return replace(plant, night_at=night_at)


def _stage(i: int, size: Size) -> Stage:
    parameters = tuple(Parameter(name, "mm", low=0.0, high=1000.0) for name in truth.names(size.parameters))
    quality = Characteristic(QUALITY, "mm", lower=40.0, target=50.0, upper=60.0)
    return Stage(f"stage-{i:02}", f"line-{i % 4}", f"family-{i % 3}", parameters, (quality,))


def _source(stage: Stage, kind: str, outside: Path, port: int | None) -> Source:
    if kind == "live":
        settings: dict[str, object] = {"host": "127.0.0.1", "port": port, "topics": f"load/{stage.id}"}
        return Source(f"{stage.id}-live", "mqtt", stage.id, settings=settings)
    if kind == "table":
        url = f"sqlite:///{outside / 'plant.sqlite'}"
        settings = {"url": url, "table": table_of(stage.id), "modified_column": "seq", "lag_s": 0.0}
        return Source(f"{stage.id}-table", "sql_table", stage.id, settings=settings)
    settings = {"path": str(outside / stage.id), "pattern": "*.csv", "settle_s": 0.0}
    return Source(f"{stage.id}-folder", "file_folder", stage.id, settings=settings)


def _results(stage: Stage, outside: Path) -> Source:
    settings = {"path": str(outside / f"{stage.id}-results"), "pattern": "*.csv", "settle_s": 0.0}
    return Source(f"{stage.id}-results", "file_folder", stage.id, carries="labels", settings=settings)


def table_of(stage: str) -> str:
    """Return the name of a stage's table in the database outside.

    Examples
    --------
    >>> table_of("stage-07")
    'stage_07'
    """
    return stage.replace("-", "_")
