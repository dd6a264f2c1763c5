"""The command `causes`: what further up may be behind the bad units of a stage, or behind one unit."""

from __future__ import annotations

from typing import Annotated

import typer

from qc_app.cli.terminal import HOME, Home, opened, plant_of, say, table
from qc_app.jobs.model.causes import Causes, causes
from qc_app.jobs.requests import now
from qc_app.plant import Plant
from qc_app.views import CAUTION, local, stretch_words

SHOWN = 8


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("causes")(rank)


def rank(
    stage: Annotated[str, typer.Argument(help="Id of the stage where quality is bad.")],
    unit: Annotated[str, typer.Argument(help="Id of one unit; without it: all bad units of the stage.")] = "",
    characteristic: Annotated[str | None, typer.Option("--characteristic", "-c", help="Only this one.")] = None,
    home: Home = HOME,
) -> int:
    """Rank stages further up, their parameters and stretches of time by what they add to bad quality."""
    with opened(home) as store:
        plant = plant_of(store)
        of = plant.stage(stage)
        whats = of.characteristics if characteristic is None else (of.characteristic(characteristic),)
        night = now(store, plant)
        for what in whats:
            _told(causes(night, of, what, unit), plant)
    return 0


def _told(found: Causes, plant: Plant) -> None:
    what = plant.stage(found.stage).characteristic(found.characteristic)
    unit = "" if what.kind == "binary" else f" {what.unit}".rstrip()
    say(f"{found.stage} / {found.characteristic}: {found.about}; difference {found.total:+.3g}{unit}")
    say(f"  the model behind it has {found.error:.0%} of the error of the plain mean on results left out")
    table("stages", {"stage": "", f"adds{unit}": "right"}, [(s, f"{part:+.3g}") for s, part in found.stages])
    rows = [
        (p.stage or found.stage, p.name, f"{p.part:+.3g}", f"{p.bad:.4g}", f"{p.usual:.4g}", ", ".join(p.twins))
        for p in found.parameters[:SHOWN]
    ]
    right = dict.fromkeys((f"adds{unit}", "bad", "usual"), "right")
    table("parameters", {"stage": "", "parameter": ""} | right | {"moves with": ""}, rows)
    spans = [
        (
            s.stage,
            local(s.start, plant.zone),
            local(s.end, plant.zone),
            str(s.units),
            f"{s.excess:+.3g}",
            stretch_words(s.p),
        )
        for s in found.stretches
    ]
    columns = {"stage": "", "from": "", "to": "", "units": "right", f"worse by{unit}": "right", "": ""}
    table("stretches of time in which the material passed", columns, spans)
    say(CAUTION)
