"""Commands on data: labels from a file, the quarantine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from data_connectors.names import printable
from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import check_labels, decode, dismiss_quarantine, enter_labels, read_entries, replay_quarantine
from qc_app.cli.asking import wait_for
from qc_app.cli.terminal import HOME, Home, Reason, fail, opened, plant_of, progress, say, table
from qc_app.errors import ActionError, AlreadyRunning, QcError
from qc_app.jobs.sources.replay import Reread, rehearsed, replayed, reread
from qc_app.jobs.step import Result
from qc_app.records import Quarantined, Request
from qc_app.schedule import lead
from qc_app.store import Store, conservation
from qc_app.views import books_table, local, localised

SHOWN = 200
MOST_RAW = 4000

labels = typer.Typer(help="Inspection results.", no_args_is_help=True)
quarantine = typer.Typer(help="What could not be stored.", no_args_is_help=True)
Ids = Annotated[list[int] | None, typer.Argument(help="Numbers of pieces, as `qc quarantine list` shows them.")]
All = Annotated[bool, typer.Option("--all", help="Everything that is held.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(labels, name="labels")
    app.add_typer(quarantine, name="quarantine")
    app.command("gaps")(gaps)
    app.command("books")(books)


def gaps(
    home: Home = HOME, source: Annotated[str | None, typer.Option("--source", help="Only of this source.")] = None
) -> int:
    """List the stretches in which a source could not show that nothing is missing, the newest first."""
    with opened(home) as store:
        zone = plant_of(store).zone
        found = sorted(store.journal.gaps.list(source=source), key=lambda g: g.start, reverse=True)[:SHOWN]
        closed = store.journal.gaps.closed(source=source)[-SHOWN:]
    rows = [(g.source, local(g.start, zone), local(g.end, zone), g.cause, g.text) for g in found]
    if rows:
        table(counted(len(rows), "gap"), {"source": "", "from": "", "to": "", "cause": "", "what is known": ""}, rows)
    else:
        say("no gap is known")
    for c in closed:
        stretch = f"{local(c.start, zone)} to {local(c.end, zone)}"
        say(f"closed: {c.source} {stretch}, by {c.author} at {local(c.at, zone)}: {c.text}")
    return 0


def books(
    home: Home = HOME, hours: Annotated[int, typer.Option("--hours", min=1, help="How far to look back.")] = 24
) -> int:
    """Show what became of every record, by source and hour of arrival; fails where the books do not balance."""
    with opened(home) as store:
        plant = plant_of(store)
        found = books_table(store, plant.sources, hours)
        faults = [
            f"{s.name}: {fault}" for s in plant.sources
            for fault in conservation.of_source(store, s.stage, s.name, s.carries)
        ]  # fmt: skip
    names = ("received", "new", "revisions", "duplicates", "quarantined", "dropped")
    rows = [(local(r["hour"], plant.zone), r["source"], *(str(r[n]) for n in names)) for r in found.to_dicts()]
    if rows:
        table(
            f"last {counted(hours, 'hour')}", {"hour": "", "source": "", **dict.fromkeys(names, "right")}, rows[:SHOWN]
        )
    for fault in faults:
        fail(fault, 1)
    say("the books do not balance" if faults else "every record is accounted for")
    return 1 if faults else 0


@labels.command("add")
def add_labels(
    file: Annotated[Path, typer.Argument(help="CSV with columns unit and value, perhaps time and note.")],
    stage: Annotated[str, typer.Option("--stage", help="Id of the stage.")],
    characteristic: Annotated[str, typer.Option("--characteristic", help="What was measured.")],
    home: Home = HOME,
    reason: Reason = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the file and store nothing.")] = False,
) -> int:
    """Enter inspection results from a file; a unit that has one already gets a correction."""
    try:
        text = decode(file.read_bytes())
    except OSError as error:
        return fail(f"{file} cannot be read ({error.strerror}) - name a CSV file", 2)
    with opened(home) as store:
        plant = plant_of(store)
        plant.stage(stage).characteristic(characteristic)
        entries = read_entries(text, plant.zone, characteristic)
        checked = check_labels(store, stage, characteristic, entries)
        faults = [c for c in checked if c.fault]
        for said in list(dict.fromkeys(f"unit {c.entry.unit_id!r}: {c.fault}" for c in faults))[:20]:
            fail(said, 1)
        if faults:
            return fail(f"{len(faults)} of {counted(len(entries), 'result')} cannot be kept; nothing was stored", 1)
        for c in [c for c in checked if c.remark][:20]:
            say(f"  unit {c.entry.unit_id}: {c.remark}")
        if dry_run:
            say(f"{counted(len(entries), 'result')} can be kept; nothing was stored")
            return 0
        counts = enter_labels(store, local_actor(), stage, characteristic, entries, reason).counts
    known = f"{counts.duplicates} known already"
    say(f"{counted(counts.received, 'result')}: {counts.new} new, {counted(counts.revisions, 'correction')}, {known}")
    return 0


@quarantine.command("list")
def list_quarantine(
    home: Home = HOME, source: Annotated[str | None, typer.Option("--source", help="Only of this source.")] = None
) -> int:
    """List what is held, with the reason and what to do."""
    with opened(home) as store:
        held, zone = store.journal.quarantine.list(source=source, last=SHOWN), plant_of(store).zone
    rows = [
        (str(p.id), p.source, p.reason, localised(_where(p), zone), str(p.count), localised(p.message, zone))
        for p in held
    ]
    sides = {"no": "right", "source": "", "reason": "", "where": "", "times": "right", "what to do": ""}
    if rows:
        table(f"{counted(len(rows), 'piece')} held", sides, rows)
    else:
        say("nothing is held")
    return 0


def _where(piece: Quarantined) -> str:
    """Return the file, and the row below its header where it is not the whole file."""
    return piece.origin if piece.offset < 0 else f"{piece.origin}, row {piece.offset + 1}"


@quarantine.command("explain")
def explain(
    number: Annotated[int, typer.Argument(help="Number of the piece, as `qc quarantine list` shows it.")],
    home: Home = HOME,
) -> int:
    """Show one piece as it came, when and how often, why it is held, and what a replay would make of it today."""
    with opened(home) as store:
        plant = plant_of(store)
        _chosen([number], False, [p.id for p in store.journal.quarantine.list() if p.id is not None])
        (again,) = reread(store, plant, [number])
    piece, zone = again.piece, plant.zone
    say(f"piece {number} of {piece.source}: {_where(piece)}")
    say(f"  reason      {piece.reason}: {piece.message}")
    seen = f"first {local(piece.first_seen, zone)}, last {local(piece.last_seen, zone)}"
    say(f"  seen        {counted(piece.count, 'time')}, {seen}")
    say(f"  as it came  {printable(piece.raw[:MOST_RAW])}")
    say(f"  today       {again.refusal or f'it can be stored: qc quarantine replay {number}'}")
    return 0


@quarantine.command("replay")
def replay(
    ids: Ids = None,
    home: Home = HOME,
    reason: Reason = "",
    *,
    everything: All = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of them; change nothing.")] = False,
) -> int:
    """Read pieces again with the mapping of today; what is still wrong stays held."""
    with opened(home) as store:
        plant = plant_of(store)
        chosen = _chosen(ids, everything, [p.id for p in store.journal.quarantine.list() if p.id is not None])
        if dry_run:
            return _rehearse(list(reread(store, plant, chosen)))
        request = replay_quarantine(store, local_actor(), chosen, reason)
        try:
            with lead(store) as leader, progress("replay") as tell:
                tell(counted(len(chosen), "piece"), 0.0)
                result = answered(store, request, lambda: replayed(store, plant, chosen, leader.permit))
        except AlreadyRunning:
            return wait_for(store, request)
    say(result.sentence)
    return 0


def answered(store: Store, request: Request, work: Callable[[], Result]) -> Result:
    """Do the work here and close the request, so that no scheduler does it again."""
    try:
        result = work()
    except QcError as error:
        if request.id is not None:
            store.journal.requests.finish(request.id, "failed", str(error), store.clock.now())
        raise
    if request.id is not None:
        store.journal.requests.finish(request.id, "done", result.sentence, store.clock.now())
    return result


def _rehearse(found: list[Reread]) -> int:
    refused = [again for again in found if again.refusal]
    rows = [(str(again.piece.id), again.piece.source, again.refusal) for again in refused[:SHOWN]]
    if rows:
        table(f"{len(refused)} would stay held", {"no": "right", "source": "", "what to do": ""}, rows)
    say(rehearsed(found))
    return 0


@quarantine.command("dismiss")
def dismiss(
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes to the audit trail.")],
    ids: Ids = None,
    home: Home = HOME,
    *,
    everything: All = False,
) -> int:
    """Decide that pieces stay out for good; they remain on record."""
    with opened(home) as store:
        chosen = _chosen(ids, everything, [p.id for p in store.journal.quarantine.list() if p.id is not None])
        say(dismiss_quarantine(store, local_actor(), chosen, reason))
    return 0


def _chosen(ids: list[int] | None, everything: bool, held: list[int]) -> list[int]:
    wrong = sorted(set(ids or ()) - set(held))
    if wrong:
        raise ActionError(f"piece {wrong[0]} is not held - see `qc quarantine list`")
    if not ids and not everything:
        raise ActionError("nothing chosen - give numbers, or --all")
    return held if everything else list(ids or ())
