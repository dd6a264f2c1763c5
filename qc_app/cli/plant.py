"""Commands on the definition of the plant: apply, check, status."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from qc_app.access import local_actor
from qc_app.actions import apply_plant
from qc_app.cli.checks import probes
from qc_app.cli.terminal import HOME, Home, Reason, opened, out, plant_of, say, table
from qc_app.clock import WallClock
from qc_app.errors import PlantError
from qc_app.plant import Plant, difference, parse, remarks, require_sound
from qc_app.plant.nights import newest_night, night_moment
from qc_app.store import Store
from qc_app.views import RINGS, live_table, sources_table

ALARMS = 10
SOURCES = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    for command in (apply, check, status):
        app.command()(command)


def apply(
    file: Annotated[Path, typer.Argument(help="Plant definition (TOML).")],
    home: Home = HOME,
    reason: Reason = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the differences and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Put a plant definition in force, after showing what it changes."""
    text = _text(file)
    new = parse(text, where=file.name)
    require_sound(new, WallClock().now, where=file.name)
    with opened(home, create=not dry_run) as store:
        version = store.journal.plants.current()
        old = parse(version.definition, where="the journal") if version else None
        changes = difference(old, new) if old else [f"plant {new.name!r} with {len(new.stages)} stages is new"]
        for line in changes or ["nothing changes"]:
            say(f"  {line}")
        for line in remarks(new):
            say(f"  note: {line}")
        if dry_run or not changes:
            return 0
        removed = [line for line in changes if line.endswith("is removed")]
        if removed and not yes and not typer.confirm(f"{len(removed)} removed. Apply?"):
            say("nothing was changed")
            return 1
        apply_plant(store, local_actor(), text, reason, file.name)
    say(f"applied: {len(new.stages)} stages, {len(new.sources)} sources in {home}")
    return 0


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
    say(f"{failed} checks failed" if failed else "all checks passed")
    return 1 if failed else 0


def status(home: Home = HOME) -> int:
    """Show who leads, what ran, what is wrong, and each stage in a line."""
    with opened(home) as store:
        plant = plant_of(store)
        _who_and_when(store, plant)
        alarms = store.journal.alarms.counts()
        rows = [
            (x.values["state"], x.stage, x.characteristic, str(x.values["units"]), str(x.values["labels"]),
             x.values["tier"], str(alarms.get(x.stage, 0)), x.values["state_sentence"][:90])
            for x in store.journal.latest.all()
        ]  # fmt: skip
        sides = {"state": "", "stage": "", "characteristic": "", "units": "right", "labels": "right", "tier": "",
                 "alarms": "right", "": ""}  # fmt: skip
        table(f"{plant.name}: {len(plant.stages)} stages", sides, rows)
        _open_alarms(store)
        _live(store, plant)
        _books(store, plant)
    return 0


def _who_and_when(store: Store, plant: Plant) -> None:
    lease = store.journal.lease.holder()
    say(f"scheduler: {lease.holder} (until {lease.until:%H:%M:%S} UTC)" if lease else "scheduler: none runs")
    now = store.clock.now()
    nights = store.journal.runs.list(job="night", last=1)
    last = nights[0] if nights else None
    say(f"last night: {last.plant_day} {last.status}: {last.sentence}" if last else "last night: none yet")
    day = newest_night(plant, now)
    defined = store.journal.plants.history()[0].at
    if night_moment(plant, day) >= defined and (last is None or last.plant_day < day):
        say(f"the night of {day} was due at {night_moment(plant, day):%Y-%m-%d %H:%M} UTC and has not run")


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
        say(f"... and {len(found) - ALARMS} more alarms - the Alarms page lists them")


def _live(store: Store, plant: Plant) -> None:
    """Say of each live source how its connection stands."""
    for row in live_table(store, plant.sources, datetime.now(UTC)).iter_rows(named=True):
        newest = row["last_value"]
        heard = f"newest value {newest:%Y-%m-%d %H:%M:%S} UTC" if newest else "no value yet"
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


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise PlantError(f"{file} cannot be read ({error.strerror}) - name a plant definition") from None
    except UnicodeDecodeError:
        raise PlantError(f"{file} is not UTF-8 text - save it as UTF-8") from None
