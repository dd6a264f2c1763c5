"""`qc spc gauge`: a study of the gauge from a file, or what is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from qc_app.access import local_actor
from qc_app.actions import Studied, decode, judge_sheet, read_sheet, record_gauge_study
from qc_app.cli.spc.asked import StageName, What, Why, moment_of
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, say, table
from qc_app.records import GaugeKind
from qc_app.views import GaugeView, figure, gauge_view, local, percent

File = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="CSV: part, appraiser, value; or value, reference. Without: what is known."),
]
Kind = Annotated[
    str, typer.Option("--kind", help="crossed, 'type 1', bias, linearity or attribute; default: as the columns say.")
]


def register(group: typer.Typer) -> None:
    """Add the command to its group."""
    group.command("gauge")(gauge)


def gauge(  # noqa: PLR0917 - typer reads them as options
    stage: StageName,
    characteristic: What,
    file: File = None,
    kind: Kind = "",
    done: Annotated[str, typer.Option("--date", help="When it was done; default: now.")] = "",
    due: Annotated[str, typer.Option("--due", help="When the gauge is to be studied again; an alarm says so.")] = "",
    reference: Annotated[float | None, typer.Option("--reference", help="Known value of the one part.")] = None,
    resolution: Annotated[float | None, typer.Option("--resolution", help="Smallest step of the display.")] = None,
    reason: Why = "",
    home: Home = HOME,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge the file and store nothing.")] = False,
) -> int:
    """Judge a gauge study and record it: its spread is the models' noise floor; without a file, say what is known."""
    if file is None:
        with opened(home) as store:
            plant = plant_of(store)
            _known(gauge_view(store, plant, stage, characteristic), plant.zone)
        return 0
    try:
        sheet = read_sheet(decode(file.read_bytes()))
    except OSError as error:
        return fail(f"{file} cannot be read ({error.strerror}) - name a CSV file", 2)
    chosen = cast("GaugeKind | None", kind or None)
    with opened(home) as store:
        plant = plant_of(store)
        what = plant.stage(stage).characteristic(characteristic)
        found = judge_sheet(sheet, what, chosen, reference=reference, resolution=resolution)
        _judged(found, what.unit)
        if dry_run:
            say("nothing was stored")
            return 0
        kept = record_gauge_study(
            store, local_actor(), stage, characteristic, sheet, chosen, moment_of(done, plant, "--date"),
            moment_of(due, plant, "--due"), reference, resolution, reason,
        )  # fmt: skip
    say(f"recorded as study {kept.id}" + (f", due again on {local(kept.due, plant.zone)[:10]}" if kept.due else ""))
    return 0


def _judged(found: Studied, unit: str) -> None:
    say(f"{found.kind} study: {found.sentence}")
    for warning in found.warnings:
        say(f"  note: {warning}")
    rows = [_part(part, unit) for part in found.numbers.get("components", ())]
    if rows:
        table("what the variation is made of", _SIDES, rows)


_SIDES = {"part": ""} | dict.fromkeys(("spread", "90% interval", "of the total", "of the tolerance"), "right")


def _part(part: dict[str, float | str | None], unit: str) -> tuple[str, ...]:
    lower, upper = part["lower"], part["upper"]
    told = isinstance(lower, float) and isinstance(upper, float) and lower == lower  # noqa: PLR0124 - not NaN
    span = f"{lower:.4g} to {upper:.4g}" if told else "–"
    sd, share, of_tolerance = part["sd"], part["share"], part["of_tolerance"]
    return (
        str(part["name"]),
        f"{sd:.4g} {unit}".rstrip(),
        span,
        percent(share if isinstance(share, float) else None),
        percent(of_tolerance if isinstance(of_tolerance, float) else None),
    )


def _known(view: GaugeView, zone: str) -> None:
    unit = view.characteristic.unit
    spread = "not known" if view.sd is None else f"{view.sd:.4g} {unit}".rstrip() + f" ({view.source})"
    say(f"{view.characteristic.name}: spread of the gauge {spread}")
    if view.due is not None:
        say(f"  {'overdue since' if view.overdue else 'due again on'} {local(view.due, zone)[:10]}")
    rows = [
        (local(at, zone), kind, verdict, figure(sd, 4), local(due, zone)[:10], author, sentence)
        for at, kind, verdict, sentence, sd, due, author in view.studies.rows()
    ]
    if rows:
        heads = ("done", "kind", "verdict", "spread", "due again", "by", "in words")
        table("studies", {head: "right" if head == "spread" else "" for head in heads}, rows)
    if view.parts.height:
        table("newest crossed study", _SIDES, [_part(part, unit) for part in view.parts.to_dicts()])
