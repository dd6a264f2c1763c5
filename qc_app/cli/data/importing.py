"""The command that takes in a file that somebody exported: first what would be made, then the plant and the data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from data_connectors.drafting import Draft, Wish, drafted
from data_connectors.schema import Window
from qc_app.access import local_actor
from qc_app.actions import import_files, proposed, rehearse
from qc_app.cli.terminal import HOME, Home, Reason, fail, opened, say
from qc_app.clock import WallClock
from qc_app.plant import Plant, render_parts
from qc_app.store import plant_in_force

Stage = Annotated[str, typer.Option("--stage", help="Id of the stage: one that is there, or a new one.")]
Ranges = Annotated[Path | None, typer.Option("--ranges", help="Labels from a time to a time, for the windows therein.")]
WindowS = Annotated[int, typer.Option("--window", help="Seconds of a window, for tags without units.")]
UnitTag = Annotated[str, typer.Option("--unit-tag", help="The tag that names the unit, in a historian's export.")]
Zone = Annotated[str | None, typer.Option("--zone", help="Of times that tell none, e.g. Europe/Berlin.")]
Line = Annotated[str, typer.Option("--line", help="Production line of a new stage.")]


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("import")(import_)


def import_(
    file: Annotated[Path, typer.Argument(help="Export of a historian, wide CSV, labelled ranges, or Q-DAS file.")],
    stage: Stage,
    home: Home = HOME,
    reason: Reason = "",
    *,
    ranges: Ranges = None,
    window: WindowS = 0,
    unit_tag: UnitTag = "",
    zone: Zone = None,
    line: Line = "line 1",
    apply: Annotated[bool, typer.Option("--apply", help="Put it in force and copy the data.")] = False,
) -> int:
    """Show what would be made of a file: its rows, and the part of a plant definition; --apply makes it."""
    wish = Wish(stage, line, zone, Window(window, window) if window else None, unit_tag)
    files = [file] if ranges is None else [file, ranges]
    if not apply and not home.is_dir():
        return _told([drafted(one, wish) for one in files], None, home, wish) or _dry()
    with opened(home, create=apply) as store:
        plant = plant_in_force(store)
        known = next((one for one in plant.stages if one.id == stage), None) if plant else None
        if known is not None and known.window is not None:
            wish = Wish(stage, line, zone, known.window, unit_tag)
        drafts = [drafted(one, wish) for one in files]
        code = _told(drafts, plant, home, wish)
        if not apply or code:
            return code or _dry()
        import_files(store, local_actor(), proposed(plant, drafts, home, zone or "UTC"), files, reason)
    say("applied; `qc ingest` reads the data, and later exports dropped into the same folders")
    return 0


def _dry() -> int:
    say("nothing was changed: --apply puts it in force and copies the data, or mend it first and use `qc apply`")
    return 0


def _told(drafts: list[Draft], plant: Plant | None, home: Path, wish: Wish) -> int:
    """Say what would be made; fail where nothing could be read."""
    empty: list[str] = []
    for draft in drafts:
        found = rehearse(draft, WallClock().now)
        what = "results" if draft.source.carries == "labels" else "rows"
        span = f" from {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC" if found.first else ""
        say(f"{draft.source.settings['pattern']}: {draft.format}, {found.rows} {what}{span}, {found.refused} refused")
        for note in [*draft.notes, *([f"the first refusal: {found.why}"] if found.why else [])]:
            say(f"  note: {note}")
        empty += [] if found.rows else [str(draft.source.settings["pattern"])]
    made = proposed(plant, drafts, home, wish.zone or "UTC")
    new = [one for one in made.stages if plant is None or one not in plant.stages]
    say("\n" + render_parts(new, made.sources[-len(drafts) :]))
    if empty:
        return fail(f"nothing of {', '.join(empty)} could be kept, see above why; nothing was changed", 1)
    return 0
