"""The command `drift`: what changed at a stage, as the nights said it."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any

import typer

from qc_app.cli.terminal import HOME, Home, opened, out, plant_of, say, table
from qc_app.errors import PlantError
from qc_app.store.journal.base.columns import plain
from qc_app.views import DriftView, drift_view, performance_view


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command()(drift)


def drift(
    stage: Annotated[str, typer.Argument(help="Id of the stage.")],
    since: Annotated[str, typer.Option("--since", help="Nights from this plant day on, e.g. 2026-03-01.")] = "",
    characteristic: Annotated[str | None, typer.Option("--characteristic", "-c", help="Only this one.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
    home: Home = HOME,
) -> int:
    """Say what moved at a stage, in sentences ordered by effect; failed sensors apart."""
    first = _day(since)
    with opened(home) as store:
        plant = plant_of(store)
        of = plant.stage(stage)
        whats = of.characteristics if characteristic is None else (of.characteristic(characteristic),)
        found = [drift_view(store, plant, stage, what.name, first) for what in whats]
        told = [performance_view(store, plant, stage, what.name).sentence for what in whats]
    if as_json:
        out.print_json(json.dumps(plain({v.characteristic.name: _plain(v) for v in found})))
        return 0
    for view, sentence in zip(found, told, strict=True):
        _told(view, sentence)
    return 0


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date() if text else None  # noqa: DTZ007 - a plant day has no zone
    except ValueError:
        raise PlantError(f"--since {text!r} is no day - write e.g. 2026-03-01") from None


def _plain(view: DriftView) -> dict[str, Any]:
    return {
        "stage": view.stage.id,
        "state": view.state,
        "sentence": view.sentence,
        "day": view.day,
        "faults": list(view.faults),
        "verdicts": [asdict(report) for report in view.reports],
        "nights": view.nights.to_dicts(),
    }


def _told(view: DriftView, performance: str) -> None:
    night = f", night of {view.day}" if view.day else ""
    say(f"{view.stage.id} / {view.characteristic.name}{night}: {view.sentence}")
    for fault in view.faults:
        say(f"  sensor    {fault['sentence']}")
    for report in view.reports:
        mark = "MATTERS" if report.matters else "moved" if report.drifted else "as before"
        say(f"  {mark:<9} {report.drift_of}: {report.sentence}")
    say(f"  performance: {performance}")
    rows = [(str(n["plant_day"]), str(n["matters"]), str(n["moved"]), str(n["tests"]), n["sentence"])
            for n in view.nights.rows(named=True)]  # fmt: skip
    if rows:
        sides = {"plant day": "", "matter": "right", "moved": "right", "tests": "right", "largest": ""}
        table("night by night", sides, rows)
