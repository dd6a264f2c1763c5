"""The command that writes out: the plant's definition, or a stage's model for small hardware."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from models.errors import ExportError
from qc_app.cli.terminal import HOME, Home, opened, out, plant_of, say
from qc_app.errors import PlantError
from qc_app.jobs.model.edge import Written, export_stage
from qc_app.plant import Plant, nearest, stamped, write_sheet
from qc_app.store import Store
from qc_app.store.durable import write_durably


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(export)


def export(
    what: Annotated[
        str | None,
        typer.Argument(
            help="A stage: its live model. Or a file: plant.toml, or stages.csv (a sheet); default: the screen."
        ),
    ] = None,
    home: Home = HOME,
    characteristic: Annotated[
        str | None, typer.Option("--characteristic", help="Of the stage; default: all that have a model.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Folder for a stage's model, its manifest and perhaps its small form.")
    ] = None,
) -> int:
    """Write the plant definition in force as TOML, or with a stage its live model as ONNX for small hardware."""
    with opened(home) as store:
        plant = plant_of(store)
        if what is not None and what in {stage.id for stage in plant.stages}:
            return _model(store, plant, what, characteristic, folder)
        if folder is not None or characteristic is not None:
            raise PlantError(
                f"--out and --characteristic belong to a stage's model - name the stage: {_hint(plant, what)}"
            )
        return _definition(store, plant, what)


def _definition(store: Store, plant: Plant, what: str | None) -> int:
    version = store.journal.plants.current()
    text = stamped(version.definition, version.id or 0) if version else ""
    if what is None:
        out.file.write(text)
        return 0
    file = Path(what)
    if not file.suffix and file.parent == Path():
        raise PlantError(
            f"there is no stage {what!r} - {_hint(plant, what)}; a file for the plant definition ends in .toml,"
            " one for a sheet of its stages in .csv"
        )
    if file.suffix.lower() == ".csv":
        text = write_sheet(plant)
    try:
        write_durably(file.absolute(), text.encode())
    except OSError as error:
        raise PlantError(f"{file} cannot be written ({error.strerror}) - name another file") from None
    say(f"written to {file}")
    return 0


def _hint(plant: Plant, what: str | None) -> str:
    return nearest(what or "", (stage.id for stage in plant.stages))


def _model(store: Store, plant: Plant, stage_id: str, characteristic: str | None, folder: Path | None) -> int:
    stage = plant.as_read(stage_id)
    wanted = () if characteristic is None else (stage.characteristic(characteristic),)
    if folder is None:
        raise PlantError(f"where shall the model of stage {stage_id!r} go? - add --out FOLDER")
    if folder.is_file():
        raise ExportError(f"{folder} is a file - give a folder with --out")
    for found in export_stage(store, plant, stage, folder, wanted):
        _tell(found)
    return 0


def _tell(found: Written) -> None:
    made = found.exported
    say(f"written to {found.manifest}: ONNX of {len(made.data) / 1000:.0f} kB, {made.precision}")
    say(f"  {made.parity}")
    say(f"  {made.latency}, processor time on one thread")
    say(f"  eight bits: {found.eight.sentence}")
    if found.eight.parity is not None:
        say(f"  eight bits: {found.eight.parity}")
