"""The command `explain`: why the model says what it says of one unit, in words."""

from __future__ import annotations

from typing import Annotated

import typer

from qc_app.cli.terminal import HOME, Home, opened, plant_of, say, table
from qc_app.jobs.model.explain import explain_unit
from qc_app.jobs.requests import now
from qc_app.records import Explanation
from qc_app.views import CAVEAT, UnitView, local, worded


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(explain)


def explain(
    stage: Annotated[str, typer.Argument(help="Id of the stage.")],
    unit: Annotated[str, typer.Argument(help="Id of the unit.")],
    characteristic: Annotated[str | None, typer.Option("--characteristic", "-c", help="Only this one.")] = None,
    home: Home = HOME,
) -> int:
    """Say why the model predicts what it predicts of one unit; nothing is stored."""
    with opened(home) as store:
        plant = plant_of(store)
        of = plant.as_read(stage)
        whats = of.characteristics if characteristic is None else (of.characteristic(characteristic),)
        night = now(store, plant)
        for what in whats:
            found = explain_unit(night, of, what, unit)
            _told(worded(of, what, unit, found), found, plant.zone)
    return 0


def _told(view: UnitView, found: Explanation, zone: str) -> None:
    say(
        f"{view.stage.id} / {view.characteristic.name}, unit {view.unit_id}"
        f" of {local(found.t_event, zone)}: {view.told.lower()}"
    )
    for word, sentence in view.sentences:
        say(f"  {word:<8} {sentence}")
    unit = view.characteristic.unit
    if view.parts.height:
        rows = view.parts.select("parameter", "words", "now", "usual").rows()
        sides = {"parameter": "", f"adds {unit}".rstrip(): "right", "this unit": "right", "usually": "right"}
        table("what makes the difference", sides, rows)
    if view.near.height:
        rows = [(n["unit_id"], local(n["t_event"], zone), n["measured"], n["note"]) for n in view.near.rows(named=True)]
        table("nearest measured units", {"unit": "", "time": "", "measured": "right", "": ""}, rows)
    if view.moves.height:
        rows = [_move(view, m) for m in view.moves.rows(named=True)]
        right = dict.fromkeys(("this unit", "set to", "predicted", "interval", "change"), "right")
        table("if one parameter were elsewhere", {"parameter": ""} | right, rows)
        say(CAVEAT)


def _move(view: UnitView, m: dict[str, object]) -> tuple[str, ...]:
    mean, change = m["mean"], m["change"]
    said = view.scale.value(mean / view.scale.factor) if isinstance(mean, float) else "–"
    moved = view.scale.change(change / view.scale.factor) if isinstance(change, float) else "–"
    return (str(m["parameter"]), str(m["now"]), str(m["to"]), said, str(m["interval"]), moved)
