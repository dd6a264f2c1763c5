"""Commands on the definition of the plant: apply, check, status."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from textwrap import shorten
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import apply_plant
from qc_app.cli.plant.checks import probes
from qc_app.cli.terminal import HOME, Home, Reason, fail, opened, out, plant_of, say, table, text_of
from qc_app.clock import WallClock, plant_time
from qc_app.errors import PlantError
from qc_app.plant import Plant, difference, parse, read_sheet, remarks, render, require_sound, shortened
from qc_app.plant.nights import newest_night, night_moment
from qc_app.records import PlantVersion, Run
from qc_app.store import Store
from qc_app.views import RINGS, live_table, others_since, overview, sources_table

ALARMS = 10
SOURCES = 20
NOTES = 20
SENTENCE = 120


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (apply, check, status):
        app.command()(command)


def apply(
    file: Annotated[
        Path | None, typer.Argument(help="Plant definition (TOML); left out with --stages: the one in force.")
    ] = None,
    home: Home = HOME,
    reason: Reason = "",
    stages: Annotated[
        Path | None, typer.Option("--stages", help="A sheet (CSV) of stages that is laid over the definition.")
    ] = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the differences and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    over: Annotated[
        bool, typer.Option("--over", help="Apply although somebody else changed the plant since the file was exported.")
    ] = False,
) -> int:
    """Put a plant definition in force, after showing what it changes."""
    if file is None and stages is None:
        raise PlantError("nothing to apply - name a plant definition, or a sheet of stages with --stages")
    given = None if file is None else _laid(stages, _read(text_of(file), file.name))
    if dry_run and given is not None and not home.is_file() and not (home / "models").is_dir():
        _shown(None, given)
        say(f"it can be applied; {home} is made then")
        return 0
    with opened(home, create=not dry_run and given is not None) as store:
        version = store.journal.plants.current()
        new = given or _laid(stages, plant_of(store))
        changes = _shown(version, new)
        if changes and file is not None and not over:
            others = others_since(store, text_of(file), local_actor().name)
            if others:
                return fail(f"{others}, or add --over", 1)
        if dry_run or not changes:
            return 0
        removed = [line for line in changes if line.endswith("is removed")]
        if removed and not yes and not typer.confirm(f"{len(removed)} removed. Apply?"):
            say("nothing was changed")
            return 1
        seen = version.id if version else 0
        apply_plant(store, local_actor(), render(new), reason, (file or stages or Path()).name, seen=seen)
    say(f"applied: {counted(len(new.stages), 'stage')}, {counted(len(new.sources), 'source')} in {home}")
    return 0


def _shown(version: PlantVersion | None, new: Plant) -> list[str]:
    """Say what a new definition changes and what is odd about it; return the changes."""
    old = parse(version.definition, where="the journal") if version else None
    changes = difference(old, new) if old else [f"plant {new.name!r} with {counted(len(new.stages), 'stage')} is new"]
    for line in shortened(changes) or ["nothing changes"]:
        say(f"  {line}")
    notes = remarks(new)
    for line in notes[:NOTES]:
        say(f"  note: {line}")
    if len(notes) > NOTES:
        say(f"  ... and {counted(len(notes) - NOTES, 'more note')}")
    return changes


def _laid(sheet: Path | None, plant: Plant) -> Plant:
    """Return a plant with a sheet of stages laid over it."""
    if sheet is None:
        return plant
    return _sound(read_sheet(text_of(sheet), plant, sheet.name), sheet.name)


def _read(text: str, where: str) -> Plant:
    return _sound(parse(text, where=where), where, text)


def _sound(plant: Plant, where: str, text: str = "") -> Plant:
    require_sound(plant, WallClock().now, where, text)
    return plant


def check(
    home: Home = HOME,
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
) -> int:
    """Try sources, store, disk and clock step by step; change nothing."""
    with opened(home) as store:
        plant = plant_of(store)
        failed = 0
        for probe in probes(store, plant, source):
            out.print(f"[{'green' if probe.ok else 'red'}]{'ok  ' if probe.ok else 'FAIL'}[/] ", end="")
            say(f"{probe.step}: {probe.message}")
            failed += not probe.ok
    say(f"{counted(failed, 'check')} failed" if failed else "all checks passed")
    return 1 if failed else 0


def status(home: Home = HOME) -> int:
    """Show who leads, what ran, what is wrong, and each stage in a line."""
    with opened(home) as store:
        plant = plant_of(store)
        _who_and_when(store, plant)
        units = {(x.stage, x.characteristic): x.values["units"] for x in store.journal.latest.all()}
        rows = [
            (r["state"], r["stage"], r["characteristic"], str(units.get((r["stage"], r["characteristic"]), 0)),
             str(r["labels"]), r["tier"], str(r["alarms"]), shorten(r["sentence"], SENTENCE, placeholder=" ..."))
            for r in overview(store, plant).rows.iter_rows(named=True)
        ]  # fmt: skip
        sides = {"state": "", "stage": "", "characteristic": "", "units": "right", "labels": "right", "tier": "",
                 "alarms": "right", "why": ""}  # fmt: skip
        table(f"{plant.name}: {counted(len(plant.stages), 'stage')}", sides, rows)
        _open_alarms(store)
        _live(store, plant)
        _books(store, plant)
    return 0


def _told(night: Run, plant: Plant) -> str:
    if night.status == "running":
        return f"{night.plant_day} running since {plant_time(night.started, plant.zone)}"
    return f"{night.plant_day} {night.status}: {night.sentence}"


def _who_and_when(store: Store, plant: Plant) -> None:
    lease = store.journal.lease.holder()
    say(f"scheduler: {lease.holder}" if lease else "scheduler: none runs - start it with `qc up`")
    now = store.clock.now()
    nights = store.journal.runs.list(job="night", last=1)
    last = nights[0] if nights else None
    say(f"last night: {_told(last, plant)}" if last else "last night: none yet")
    day = newest_night(plant, now)
    defined = store.journal.plants.history()[0].at
    if night_moment(plant, day) >= defined and (last is None or last.plant_day < day):
        say(f"the night of {day} was due at {plant_time(night_moment(plant, day), plant.zone)} and has not run")


def _open_alarms(store: Store) -> None:
    """Say what is wrong, the gravest first."""
    grave = ("high", "medium", "low")
    found = sorted(
        (a for a in store.journal.alarms.list() if a.state in RINGS),
        key=lambda alarm: (grave.index(alarm.priority), alarm.stage),
    )
    for alarm in found[:ALARMS]:
        say(f"alarm ({alarm.priority}) {alarm.stage or 'plant'}: {alarm.sentence}")
    if len(found) > ALARMS:
        say(f"... and {counted(len(found) - ALARMS, 'more alarm')} on the Alarms page")


def _live(store: Store, plant: Plant) -> None:
    """Say of each live source how its connection stands."""
    for row in live_table(store, plant.sources, datetime.now(UTC)).iter_rows(named=True):
        newest = row["last_value"]
        heard = f"newest value {plant_time(newest, plant.zone)}" if newest else "no value yet"
        say(f"source {row['source']} ({row['kind']}): {row['link']}, {row['kept']} kept, {heard} - {row['words']}")


def _books(store: Store, plant: Plant) -> None:
    """Say what became of everything that was ever received, by source and in all."""
    books = sources_table(store, plant, plant.sources)
    names = ("received", "new", "revisions", "duplicates", "quarantined", "held")
    if books.height <= SOURCES:
        rows = [tuple(str(row[name]) for name in ("source", *names)) for row in books.iter_rows(named=True)]
        table("what became of every record", {"source": ""} | dict.fromkeys(names, "right"), rows)
    received, *parts, held = (int(books[name].sum()) for name in names)
    words = " + ".join(f"{n} {name}" for n, name in zip(parts, names[1:-1], strict=True))
    wrong = books.filter(~books["balanced"])["source"].to_list()
    verdict = f"does NOT balance for {', '.join(wrong[:5])} - report this" if wrong else "balances"
    say(f"received {received} = {words}: {verdict}; {held} held in quarantine")
