"""The plant of a size: stages, their sources, and the results that make its nights work."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from data_connectors.schema import Characteristic, Parameter, Source, Stage
from qc_app.load import truth
from qc_app.load.sizes import Size
from qc_app.plant import Plant

QUALITY = "thickness"
#: The namespace of the OPC UA server's variables, and the one that names the unit.
NAMESPACE, UNIT = "urn:qc-app:load", "UnitId"
#: A plant of this size is read so often: each reading costs the same, whether it brings one row or two.
INGEST_S = 2
#: How long the values of one moment are waited for; the server tells them together.
WAIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Live:
    """What live sources connect to, as far as it runs here.

    Parameters
    ----------
    broker : int or None
        Port of the broker.
    server : str
        Address of the OPC UA server; empty: none.
    """

    broker: int | None = None
    server: str = ""


def kinds(size: Size, feed: str = "mixed", *, broker: bool) -> tuple[str, ...]:
    """Return what feeds each stage; without a broker, tables feed also the stages that it would have fed.

    Examples
    --------
    >>> kinds(Size(3, 4, 1.0, live=1, tables=1, folders=1, label_share=0.0), broker=False)
    ('table', 'table', 'folder')
    >>> kinds(Size(3, 4, 1.0, live=1, tables=1, folders=1, label_share=0.0), "opcua", broker=False)
    ('opcua', 'opcua', 'opcua')
    """
    if feed != "mixed":
        return (feed,) * size.stages
    return ("mqtt" if broker else "table",) * size.live + ("table",) * size.tables + ("folder",) * size.folders


def plant_of(size: Size, outside: Path, live: Live, feed: str = "mixed", night_at: str = "00:00") -> Plant:
    """Return the plant that reads what is offered in the folder `outside`, at the broker and at the server."""
    stages = tuple(_stage(i, size) for i in range(size.stages))
    fed = kinds(size, feed, broker=live.broker is not None)
    sources = [_source(stage, kind, outside, live) for stage, kind in zip(stages, fed, strict=True)]
    sources += [_results(stage, outside) for stage in stages]
    return Plant("Load", night_at=night_at, ingest_every_s=INGEST_S, stages=stages, sources=tuple(sources))


def stage_ids(size: Size) -> list[str]:
    """Return the ids of the stages of a size."""
    return [f"stage-{i:02}" for i in range(size.stages)]


def with_night(plant: Plant, night_at: str) -> Plant:
    """Return the plant with its night at another time of the day."""
    return replace(plant, night_at=night_at)


def _stage(i: int, size: Size) -> Stage:
    parameters = tuple(Parameter(name, "mm", low=0.0, high=1000.0) for name in truth.names(size.parameters))
    quality = Characteristic(QUALITY, "mm", lower=40.0, target=50.0, upper=60.0)
    return Stage(stage_ids(size)[i], f"line-{i % 4}", f"family-{i % 3}", parameters, (quality,))


def _source(stage: Stage, kind: str, outside: Path, live: Live) -> Source:
    if kind == "mqtt":
        settings: dict[str, object] = {"host": "127.0.0.1", "port": live.broker, "topics": f"load/{stage.id}"}
        return Source(f"{stage.id}-live", "mqtt", stage.id, settings=settings)
    if kind == "opcua":
        return _variables(stage, live.server)
    if kind == "table":
        url = f"sqlite:///{outside / 'plant.sqlite'}"
        settings = {"url": url, "table": table_of(stage.id), "modified_column": "seq", "lag_s": 0.0}
        return Source(f"{stage.id}-table", "sql_table", stage.id, settings=settings)
    settings = {"path": str(outside / stage.id), "pattern": "*.csv", "settle_s": 0.0}
    return Source(f"{stage.id}-folder", "file_folder", stage.id, settings=settings)


def _variables(stage: Stage, url: str) -> Source:
    """Return a source of variables: all that were set at one moment are a row, the unit's id among them."""
    settings = {"url": url, "namespace": NAMESPACE, "security": "None", "allow_insecure": True, "rows": "moment",
                "every_s": 0.2, "wait_s": WAIT_S}  # fmt: skip
    columns = {p.name: f"s={stage.id}.{p.name}" for p in stage.parameters}
    unit = f"s={stage.id}.{UNIT}"
    return Source(f"{stage.id}-live", "opcua", stage.id, unit_column=unit, columns=columns, settings=settings)


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
