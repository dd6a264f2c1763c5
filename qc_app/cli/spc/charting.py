"""`qc spc chart`: signals, limits in force, run length, in words or as JSON."""

from __future__ import annotations

from typing import Annotated

import polars as pl
import typer

from models.words import counted
from qc_app.cli.spc.asked import AsJson, Chart, Of, Since, StageName, Until, What, moment_of, settings_of, split
from qc_app.cli.terminal import HOME, Home, opened, out, plant_of, say, table
from qc_app.plant import decimals
from qc_app.records import Limits
from qc_app.subjects import SUBJECTS, VECTORS
from qc_app.views import SpcChart, figure, local, spc_chart
from qc_app.views.spc.limits import few_words

Rules = Annotated[
    list[str] | None,
    typer.Option("--rules", help="Run rules (nelson1, we2, ...) or sets (nelson, we, aiag, montgomery, westgard)."),
]
Settings = Annotated[list[str] | None, typer.Option("--set", help="A setting of the chart, e.g. smoothing=0.2.")]
SHOWN = 20


def register(group: typer.Typer) -> None:
    """Add the command to its group."""
    group.command("chart")(chart)


def chart(  # noqa: PLR0917 - typer reads them as options
    stage: StageName,
    characteristic: What,
    name: Chart = "",
    rules: Rules = None,
    settings: Settings = None,
    since: Since = "",
    until: Until = "",
    of: Of = "",
    home: Home = HOME,
    *,
    as_json: AsJson = False,
) -> int:
    """Print the control chart of a characteristic: what signals, by which limits, how often it would by chance."""
    with opened(home) as store:
        plant = plant_of(store)
        view = spc_chart(
            store, plant, stage, characteristic, chart=name, rules=split(rules),
            since=moment_of(since, plant, "--since"), until=moment_of(until, plant, "--until"),
            settings=settings_of(settings), subject=of,
        )  # fmt: skip
    if as_json:
        out.print_json(data=_plain(view))
    else:
        _told(view, plant.zone)
    return 0


def _told(view: SpcChart, zone: str) -> None:
    unit, places = "" if view.subject in VECTORS else view.characteristic.unit, _places(view)
    points = view.chart.main.points
    say(f"{view.stage.id} / {_name(view)}: {view.title}, {counted(len(points), 'point')}")
    say(f"  {view.chart.sentence}")
    if view.in_force is None:
        limits = view.chart.limits
        say(f"  limits   {_numbers(limits.lower, limits.center, limits.upper, places, unit)}, estimated, not frozen")
    else:
        say(f"  limits   {_limits(view.in_force, places, unit, zone)}")
    if view.run_length:
        say(f"  chance   {view.run_length}")
    for note in view.notes:
        say(f"  note     {note}")
    for t, who, value, cause in view.excluded.rows():
        say(f"  left out {who} of {local(t, zone)} at {figure(value, places, unit)}: {cause}")
    rows = [(local(t, zone), who, panel, rule, words) for t, who, panel, rule, words in view.signals.tail(SHOWN).rows()]
    if rows:
        sides = dict.fromkeys(("time", "unit", "chart", "rule", "what"), "")
        of = view.signals.height
        table(counted(of, "signal") if of <= SHOWN else f"the newest {SHOWN} of {of} signals", sides, rows)


def _limits(limits: Limits, places: int, unit: str, zone: str) -> str:
    few = few_words(limits.n, limits.subgroup)
    words = (
        f"{_numbers(limits.lower, limits.center, limits.upper, places, unit)}, version {limits.version} of chart"
        f" {limits.chart} in force since {local(limits.since, zone)}, by {limits.author}: {limits.reason}"
    )
    return f"{words} ({few})" if few else words


def _numbers(lower: float, center: float, upper: float, places: int, unit: str) -> str:
    return f"{figure(lower, places)} / {figure(center, places)} / {figure(upper, places, unit)}"


def _name(view: SpcChart) -> str:
    words = SUBJECTS[view.subject].lower()
    if view.subject in VECTORS:
        return words
    return view.characteristic.name if view.subject == "measured" else f"{view.characteristic.name}, {words}"


def _places(view: SpcChart) -> int:
    if view.subject in VECTORS:
        return 2
    return decimals(view.characteristic, tuple(view.seen.values.tolist()[:500])) + 1


def _plain(view: SpcChart) -> dict[str, object]:
    limits, frozen = view.chart.limits, view.in_force
    return {
        "stage": view.stage.id,
        "characteristic": view.characteristic.name,
        "of": view.subject,
        "unit": view.characteristic.unit,
        "chart": view.chart.name,
        "rules": list(view.chart.main.rules),
        "stable": view.chart.stable,
        "sentence": view.chart.sentence,
        "limits": {
            "lower": limits.lower, "center": limits.center, "upper": limits.upper, "sigma": limits.sigma,
            "n": limits.n, "estimator": limits.estimator, "version": frozen.version if frozen else None,
            "since": frozen.since.isoformat() if frozen else None, "author": frozen.author if frozen else None,
            "reason": frozen.reason if frozen else None,
        },
        "run_length": view.run_length,
        "notes": list(view.notes),
        "signals": _rows(view.signals),
        "excluded": _rows(view.excluded),
        "points": _rows(view.points),
    }  # fmt: skip


def _rows(frame: pl.DataFrame) -> list[dict[str, object]]:
    numbers = [pl.col(name).fill_nan(None) for name, kind in frame.schema.items() if kind == pl.Float64]
    return frame.with_columns(*numbers, pl.col("t").dt.to_string("iso")).to_dicts()
