"""`qc spc limits` and `qc spc exclude`: trial limits, freezing, the history, rolling back, causes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import Basis, Trial, exclude_point, freeze_limits, include_point, roll_back_limits, trial_limits
from qc_app.cli.spc.asked import AsJson, Chart, Of, StageName, What, Why, moment_of
from qc_app.cli.terminal import HOME, Home, opened, out, plant_of, say, table
from qc_app.plant import Plant
from qc_app.records import Limits
from qc_app.views import exclusions_table, figure, limits_history, local

From = Annotated[str, typer.Option("--from", help="They hold from this moment on: before and after on one chart.")]
First = Annotated[str, typer.Option("--first", help="Estimate from units of this moment on.")]
Last = Annotated[str, typer.Option("--last", help="Estimate from units up to this moment.")]
PLACES = 4


def register(group: typer.Typer) -> None:
    """Add the commands to their group."""
    limits = typer.Typer(no_args_is_help=True, help="Frozen control limits: every version stays.")
    for name, command in (("freeze", freeze), ("list", listed), ("rollback", rollback)):
        limits.command(name)(command)
    group.add_typer(limits, name="limits")
    group.command("exclude")(exclude)


def freeze(  # noqa: PLR0917 - typer reads them as options
    stage: StageName,
    characteristic: What,
    reason: Why = "",
    chart: Chart = "",
    since: From = "",
    first: First = "",
    last: Last = "",
    of: Of = "",
    home: Home = HOME,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the trial limits and change nothing.")] = False,
) -> int:
    """Estimate control limits and put them in force; points that signal ask for a cause first."""
    with opened(home) as store:
        plant = plant_of(store)
        begins, start, end = (moment_of(text, plant, option) for text, option in
                              ((since, "--from"), (first, "--first"), (last, "--last")))  # fmt: skip
        basis = Basis(chart, begins, start, end, of)
        trial = trial_limits(store, stage, characteristic, basis)
        _told(trial, plant)
        if dry_run:
            say("nothing was changed")
            return 0
        kept = freeze_limits(store, local_actor(), stage, characteristic, reason, basis=basis)
    say(f"frozen: {_line(kept)}, in force since {local(kept.since, plant.zone)}")
    return 0


def _told(trial: Trial, plant: Plant) -> None:
    say(f"chart {trial.chart}: {trial.phase.sentence}")
    for warning in trial.phase.limits.warnings:
        say(f"  note: {warning}")
    asking: dict[str, tuple[datetime, str]] = {}
    for signal in trial.phase.chart.signals:
        last = int(trial.phase.chart.positions[signal.index])
        asking.setdefault(trial.seen.units[last], (trial.seen.times[last], signal.sentence))
    for unit, (moment, sentence) in list(asking.items())[:10]:
        say(f"  {unit} of {local(moment, plant.zone)}: {sentence} - find its cause, then `qc spc exclude`")


def listed(
    stage: StageName, characteristic: What, chart: Chart = "", of: Of = "measured", home: Home = HOME, *,
    as_json: AsJson = False,
) -> int:  # fmt: skip
    """List every version of the limits, the newest first, and every unit that was left out, with its cause."""
    with opened(home) as store:
        plant = plant_of(store)
        versions = limits_history(store, plant, stage, characteristic, chart, of)
        left_out = exclusions_table(store, plant, stage, characteristic, of)
    if as_json:
        out.print_json(data={"limits": versions.to_dicts(), "exclusions": left_out.to_dicts()}, default=str)
        return 0
    if versions.is_empty():
        say("no limits were ever frozen: the night does it once there are 25 points, or `qc spc limits freeze` now")
    else:
        rows = [_row(v, plant.zone) for v in versions.iter_rows(named=True)]
        right = dict.fromkeys(("version", "lower", "centre", "upper", "sigma", "points"), "right")
        heads = ("chart", "version", "since", "until", "lower", "centre", "upper", "sigma", "points", "by", "why")
        table(f"{stage} / {characteristic}: limits", {head: right.get(head, "") for head in heads}, rows)
    if left_out.height:
        rows = [(e["unit_id"], e["cause"], e["author"], local(e["at"], plant.zone), _ended(e, plant.zone))
                for e in left_out.iter_rows(named=True)]  # fmt: skip
        table("left out", dict.fromkeys(("unit", "cause", "by", "since", "counts again"), ""), rows)
    return 0


def _row(v: dict[str, object], zone: str) -> tuple[str, ...]:
    numbers = [f"{v[name]:.{PLACES}g}" for name in ("lower", "center", "upper", "sigma")]
    points = f"{v['n']}" + (f" (-{v['excluded']})" if v["excluded"] else "")
    until = "in force" if v["in_force"] else local(v["until"], zone)  # type: ignore[arg-type]
    why = f"{v['reason']}; {v['warning']}" if v["warning"] else f"{v['reason']}"
    since = local(v["since"], zone)  # type: ignore[arg-type]
    return (str(v["chart"]), str(v["version"]), since, until, *numbers, points, str(v["author"]), why)


def _ended(e: dict[str, object], zone: str) -> str:
    return "" if e["in_force"] else f"{local(e['ended'], zone)} by {e['ended_by']}: {e['ended_reason']}"  # type: ignore[arg-type]


def rollback(  # noqa: PLR0917 - typer reads them as options
    stage: StageName,
    characteristic: What,
    reason: Why = "",
    chart: Chart = "",
    version: Annotated[int | None, typer.Option("--version", help="Which; default: the one before.")] = None,
    of: Of = "",
    home: Home = HOME,
) -> int:
    """Put earlier limits in force again, from now on, as a new version."""
    with opened(home) as store:
        plant = plant_of(store)
        kept = roll_back_limits(store, local_actor(), stage, characteristic, reason, chart, version, of)
    say(f"in force since {local(kept.since, plant.zone)}: {_line(kept)}; {kept.reason}")
    return 0


def exclude(  # noqa: PLR0917 - typer reads them as options
    stage: StageName,
    characteristic: What,
    unit: Annotated[str, typer.Argument(help="Id of the unit, as it stands on the chart.")],
    reason: Annotated[str, typer.Option("--reason", help="Its cause; with --undo: why it counts again.")] = "",
    of: Of = "measured",
    home: Home = HOME,
    *,
    undo: Annotated[bool, typer.Option("--undo", help="Let the unit count again.")] = False,
) -> int:
    """Leave a unit out of control limits and run rules for a cause; it stays on record and on the chart."""
    with opened(home) as store:
        plant_of(store)
        deed = include_point if undo else exclude_point
        said = deed(store, local_actor(), stage, characteristic, unit, reason, of)
    say(said)
    return 0


def _line(kept: Limits) -> str:
    numbers = " / ".join(figure(v, PLACES) for v in (kept.lower, kept.center, kept.upper))
    sigma = f"sigma {kept.sigma:.4g} ({kept.estimator})"
    return f"version {kept.version} of chart {kept.chart}, {numbers}, {sigma}, {counted(kept.n, 'point')}"
