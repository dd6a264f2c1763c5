"""Commands on what to measure: the queue of a stage, and what more labels are worth."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import typer

from models.errors import TaskError
from models.labels import Costs, Point, Process, Worth, worth
from models.words import counted
from qc_app.cli.data.sources import labels
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, say, table
from qc_app.plant import Plant
from qc_app.store import Store
from qc_app.views import LabelsView, figure, interval, labels_view, local

Stage = Annotated[str, typer.Argument(help="Id of the stage.")]
Of = Annotated[str, typer.Option("--characteristic", help="What is measured; default: the stage's first.")]
Measure = Annotated[float, typer.Option("--measure", help="Cost of one measurement.")]
Scrap = Annotated[float, typer.Option("--scrap", help="Cost of scrapping a good unit.")]
Miss = Annotated[float, typer.Option("--miss", help="Cost of letting a nonconforming unit pass.")]
Units = Annotated[int, typer.Option("--units", min=1, help="Units that will be decided with this model.")]
_KNOWN_LEAST = 5


def register(app: typer.Typer) -> None:
    """Add the commands to those on labels, which `data` adds to the program."""
    del app
    labels.command("queue")(queue)
    labels.command("worth")(worth_of)


def queue(stage: Stage, what: Of = "", home: Home = HOME) -> int:
    """Print what to measure next and why, as the night wrote it, and what more labels would bring."""
    with opened(home) as store:
        plant = plant_of(store)
        view = _view(store, plant, stage, what)
    n = view.places
    rows = [
        (
            str(place),
            unit,
            figure(mean, n),
            interval(lower, upper, n),
            local(due, plant.zone),
            f"{'◆ ' if lot else ''}{why}",
        )
        for place, unit, why, lot, mean, lower, upper, due in view.queue.select(
            "place", "unit_id", "why", "by_lot", "mean", "lower", "upper", "due"
        ).iter_rows()
    ]
    sides = {"no": "right", "unit": "", "predicted": "right", "interval": "right", "due until": "", "why": ""}
    if rows:
        table(f"{stage}, {view.characteristic.name}: measure next", sides, rows)
    else:
        say("nothing to measure: the night writes this list once units wait for a result")
    if view.outlook:
        say(view.outlook)
    return 0


def worth_of(  # noqa: PLR0917 - typer reads them as options
    stage: Stage, measure: Measure, scrap: Scrap, miss: Miss, units: Units, what: Of = "", home: Home = HOME
) -> int:
    """Say what one more label is worth, from the stored outlook, the specification and what mistakes cost."""
    with opened(home) as store:
        view = _view(store, plant_of(store), stage, what)
    points = [Point(int(n), *errors) for n, *errors in view.curve.iter_rows()]
    if len(points) < 2:
        return fail(f"stage {stage!r}: {view.outlook or 'no night has looked at its learning curve yet'}", 1)
    try:
        found = worth(_process(view), points[0], points[1:], Costs(measure, scrap, miss), units)
    except TaskError as error:
        return fail(f"stage {stage!r}, {view.characteristic.name}: {error}", 2)
    rows = [(str(w.labels), f"{w.saving:.4g}", f"{w.each:+.4g}") for w in found]
    sides = {"labels in all": "right", "saves": "right", "a label, net": "right"}
    table(
        f"{stage}, {view.characteristic.name}: {counted(units, 'unit')}, {counted(points[0].labels, 'label')} now",
        sides,
        rows,
    )
    say(_advice(found, points[0].labels))
    return 0


def _advice(found: tuple[Worth, ...], now: int) -> str:
    best = max(found, key=lambda w: w.each * (w.labels - now))
    if best.each <= 0:
        return "another label costs more than it is expected to save"
    return f"measure up to {best.labels}: each label is worth {best.each:.3g} more than it costs"


def _process(view: LabelsView) -> Process:
    """Take mean and spread of the stage from its newest results."""
    values = view.results["value"].drop_nulls().to_numpy()
    if len(values) < _KNOWN_LEAST:
        raise TaskError(f"{counted(len(values), 'result')}, {_KNOWN_LEAST} are needed to know how the stage spreads")
    what = view.characteristic
    return Process(float(np.mean(values)), float(np.std(values, ddof=1)), what.lower, what.upper)


def _view(store: Store, plant: Plant, stage: str, what: str) -> LabelsView:
    names = [c.name for c in plant.stage(stage).characteristics]
    if not names:
        raise TaskError(f"stage {stage!r} has no characteristic - nothing is measured there")
    return labels_view(store, plant, stage, what or names[0])
