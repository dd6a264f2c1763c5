"""What can be known of a definition before any source answers: kinds, their settings, units of measure, loose ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from data_connectors.catalog import make_connector
from data_connectors.errors import DefinitionError, SourceRefused
from data_connectors.rows.units import require_convertible, unknown
from data_connectors.schema import Source, Stage
from data_connectors.writeback import make_writer
from qc_app.errors import PlantError
from qc_app.plant.places import line_of
from qc_app.plant.types import Plant


def require_sound(plant: Plant, now: Callable[[], datetime], where: str = "plant.toml", text: str = "") -> None:
    """Raise PlantError where a source could never be read: its kind, a setting of it, or a unit is wrong.

    Parameters
    ----------
    plant : Plant
    now : callable
        The present moment, aware.
    where : str
        Name of the file, for messages.
    text : str
        The file itself, where there is one: messages then say the line.
    """
    for source in plant.sources:
        try:
            make_connector(source, now).close()
            _require_units(plant.stage(source.stage), source)
        except DefinitionError as error:
            named = f"source {source.name!r}"
            said = str(error)
            line = line_of(text, ("sources", source.name), "")
            place = f"{where}, line {line}" if line else where
            raise PlantError(f"{place}: {said if named in said else f'{named}: {said}'}") from None
        except SourceRefused:  # a library or a secret that this machine lacks; `qc check` tells
            continue
    for outlet in (o for o in plant.writeback if o.on):
        try:
            make_writer(outlet).close()
        except DefinitionError as error:
            raise PlantError(f"{where}: {error}") from None
        except SourceRefused:
            continue


def remarks(plant: Plant) -> list[str]:
    """Say what is allowed and probably not meant: nothing to predict, nothing that comes in, units nobody knows.

    Examples
    --------
    >>> remarks(Plant("Pilot"))
    ['the plant has no stage yet - add [stages.<name>]']
    """
    found = [] if plant.stages else ["the plant has no stage yet - add [stages.<name>]"]
    for stage in plant.stages:
        where = f"stage {stage.id!r}"
        if not stage.parameters:
            found.append(
                f"{where} has no parameter, nothing to predict from - add [stages.{stage.id}.parameters.<name>]"
            )
        if not stage.characteristics:
            table = f"[stages.{stage.id}.characteristics.<name>]"
            found.append(f"{where} has no characteristic, nothing will be predicted - add {table}")
        if not plant.sources_of(stage.id, "measurements"):
            found.append(f"{where} has no source of measurements, no unit will come - add [sources.<name>]")
        found += [f"{where}, {what!r}: {why} (values are kept as they come)" for what, why in _strange(stage)]
    return found + [line for source in plant.sources if (line := _relative(source))]


def _relative(source: Source) -> str:
    path = source.settings.get("path", "")
    if not isinstance(path, str) or not path or Path(path).is_absolute():
        return ""
    return (
        f"source {source.name!r}: path {path!r} counts from the folder in which qc runs - give it in full for a service"
    )


def _strange(stage: Stage) -> list[tuple[str, str]]:
    named = [(p.name, p.unit) for p in stage.parameters] + [(c.name, c.unit) for c in stage.characteristics]
    return [(name, why) for name, unit in named if unit and (why := unknown(unit))]


def _require_units(stage: Stage, source: Source) -> None:
    wanted = {p.name: p.unit for p in stage.parameters} | {c.name: c.unit for c in stage.characteristics}
    for name, delivered in source.units.items():
        require_convertible(delivered, wanted.get(name, ""), f"source {source.name!r}, units of {name!r}")
