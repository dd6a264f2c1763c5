"""Commands on alarms: list, acknowledge, shelve, out of service, close, report."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from models.words import counted
from qc_app.access import local_actor
from qc_app.actions import acknowledge_alarm, close_incident, remove_alarm, restore_alarm, shelve_alarm, unshelve_alarm
from qc_app.cli.terminal import HOME, Home, fail, opened, plant_of, say, table
from qc_app.views import alarm_report, alarms_view, local, span

alarms = typer.Typer(help="Alarms: what must be done, by whom, and whether there are too many.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="Number of the alarm, as `qc alarms list` shows it.")]
Note = Annotated[str, typer.Option("--note", help="What you found, or do.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it goes to the history and the audit trail.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(alarms, name="alarms")


@alarms.command("list")
def list_alarms(
    home: Home = HOME,
    stage: Annotated[str | None, typer.Option("--stage", help="Only of this stage.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
) -> int:
    """List open alarms, the most urgent first, with their incident; hidden ones say why."""
    with opened(home) as store:
        zone = plant_of(store).zone
        view = alarms_view(store, stage)
    found = view.history if everything else view.open
    rows = [
        (str(a["id"]), a["priority"], a["state"].replace("_", " "), a["stage"] or "plant", a["subject"],
         str(a["incident"] or ""), local(a["raised"], zone), a["why"], a["sentence"])
        for a in found.iter_rows(named=True)
    ]  # fmt: skip
    sides = {"no": "right", "priority": "", "state": "", "stage": "", "subject": "", "incident": "right",
             "raised": "", "hidden because": "", "": ""}  # fmt: skip
    if rows:
        table(counted(len(rows), "alarm"), sides, rows)
    else:
        say("no alarm")
    return 0


@alarms.command("ack")
def acknowledge(number: Number, home: Home = HOME, note: Note = "") -> int:
    """Say that an alarm is seen and handled."""
    with opened(home) as store:
        say(acknowledge_alarm(store, local_actor(), number, note))
    return 0


@alarms.command("shelve")
def shelve(
    number: Number,
    reason: Why,
    home: Home = HOME,
    hours: Annotated[float, typer.Option("--hours", help="For how long, at most 168; then it comes back.")] = 8.0,
) -> int:
    """Hide an alarm for some hours."""
    with opened(home) as store:
        say(shelve_alarm(store, local_actor(), number, hours, reason))
    return 0


@alarms.command("unshelve")
def unshelve(number: Number, home: Home = HOME, reason: Why = "") -> int:
    """Bring a shelved alarm back before its time."""
    with opened(home) as store:
        say(unshelve_alarm(store, local_actor(), number, reason))
    return 0


@alarms.command("remove")
def remove(number: Number, reason: Why, home: Home = HOME) -> int:
    """Take an alarm out of service until `qc alarms restore`."""
    with opened(home) as store:
        say(remove_alarm(store, local_actor(), number, reason))
    return 0


@alarms.command("restore")
def restore(number: Number, home: Home = HOME, reason: Why = "") -> int:
    """Put an alarm back into service."""
    with opened(home) as store:
        say(restore_alarm(store, local_actor(), number, reason))
    return 0


@alarms.command("close")
def close(
    incident: Annotated[int, typer.Argument(help="Number of the incident, as `qc alarms list` shows it.")],
    cause: Annotated[str, typer.Option("--cause", help="The assignable cause.")],
    action: Annotated[str, typer.Option("--action", help="What was done about it.")],
    home: Home = HOME,
) -> int:
    """Close an incident with its cause and what was done."""
    with opened(home) as store:
        say(close_incident(store, local_actor(), incident, cause, action))
    return 0


@alarms.command("report")
def report(
    home: Home = HOME,
    days: Annotated[int, typer.Option("--days", min=1, max=3650, help="How far back.")] = 7,
    operators: Annotated[int, typer.Option("--operators", min=1, help="Who share the alarms.")] = 1,
) -> int:
    """Say whether there are too many alarms, which chatter, which are nobody's business, which stand too long."""
    with opened(home) as store:
        zone = plant_of(store).zone
        found = alarm_report(store, timedelta(days=days), operators)
    say(f"{counted(found.rates.rung, 'alarm')} in {counted(days, 'day')}: {found.rates.verdict}")
    shares = ", ".join(f"{share:.0%} {name}" for name, share in found.rates.priorities.items())
    say(f"priorities: {shares} (usual: about 5 % high, 15 % medium, 80 % low)")
    if found.rates.answer_s is not None:
        say(f"acknowledged after {span(found.rates.answer_s)} (median)")
    for flood in found.rates.floods[-5:]:
        say(f"flood of {flood.count} from {local(flood.start, zone)} to {local(flood.end, zone)}")
    sides = {"kind": "", "stage": "", "subject": "", "rang": "right", "remark": ""}
    rows = [(kind, stage or "plant", subject, str(n), remark) for kind, stage, subject, n, remark in found.rows]
    if rows:
        table("what rang most, and what is wrong with it", sides, rows)
    return fail("there are more alarms than people can answer", 1) if found.rates.floods else 0
