"""Commands on verdicts: what was decided about a model and why, computed again, approved or rejected."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from models.words import counted
from qc_app.actions import approve_challenger, local_actor, reject_challenger
from qc_app.cli.terminal import HOME, Home, fail, opened, out, plant_of, say, table
from qc_app.records import Decision
from qc_app.store import Store
from qc_app.store.journal.base.columns import plain
from qc_app.views import local

Stage = Annotated[str, typer.Argument(help="Id of the stage.")]
What = Annotated[str, typer.Argument(help="Name of the characteristic.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes to the audit trail.")]
Number = Annotated[int | None, typer.Argument(help="Number of the verdict; without it the newest are listed.")]
LAST = 20


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("verdict")(verdict)
    app.command("approve")(approve)
    app.command("reject")(reject)


def verdict(
    number: Number = None,
    check: Annotated[bool, typer.Option("--check", help="Compute it again from the store, bit by bit.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything as JSON.")] = False,
    home: Home = HOME,
) -> int:
    """Print what was decided about a model: rule, rows, numbers, seed, digests and the reason in a sentence."""
    with opened(home) as store:
        if number is None:
            return _newest(store)
        found = store.journal.decisions.get(number)
        if found is None:
            return fail(f"there is no verdict {number} - `qc verdict` lists the newest", 2)
        if as_json:
            out.print_json(json.dumps(plain({n: getattr(found, n) for n in found.__slots__})))
        else:
            table(f"verdict {number}", {"fact": "", "value": ""}, _facts(store, found))
            say(found.sentence)
        return _checked(store, found) if check else 0


def approve(stage: Stage, characteristic: What, reason: Reason, home: Home = HOME) -> int:
    """Approve the challenger that waits for a second person: it answers from now on."""
    with opened(home) as store:
        plant_of(store).stage(stage).characteristic(characteristic)
        decision = approve_challenger(store, local_actor(), stage, characteristic, reason)
    say(decision.sentence)
    return 0


def reject(stage: Stage, characteristic: What, reason: Reason, home: Home = HOME) -> int:
    """Turn the challenger on trial away; it can still be looked at, and does not come back."""
    with opened(home) as store:
        plant_of(store).stage(stage).characteristic(characteristic)
        decision = reject_challenger(store, local_actor(), stage, characteristic, reason)
    say(decision.sentence)
    return 0


def _newest(store: Store) -> int:
    zone = plant_of(store).zone
    rows = [
        (str(d.id), local(d.at, zone), d.stage or "all", d.characteristic, d.verdict.replace("_", " "), d.sentence)
        for d in reversed(store.journal.decisions.list(last=LAST))
    ]
    if not rows:
        say("no verdict yet: the first night with enough labels judges the first model")
        return 0
    columns = {"no": "right", "at": "", "stage": "", "characteristic": "", "verdict": "", "why": ""}
    table("newest verdicts", columns, rows)
    return 0


def _facts(store: Store, found: Decision) -> list[tuple[str, str]]:
    rows = [
        ("about", f"{found.stage or 'the prior of all stages'} {found.characteristic}".strip()),
        ("verdict", f"{found.verdict.replace('_', ' ')} by {found.author}"),
        ("at", f"{found.at.isoformat()} (plant day {found.plant_day})"),
        ("rule", found.rule),
        ("rows", str(found.rows)),
        ("seed", str(found.seed)),
        ("champion", _model(store, found.champion)),
        ("challenger", _model(store, found.challenger)),
    ]
    return rows + list(_lines(plain(dict(found.numbers))))


def _model(store: Store, version: str | None) -> str:
    """The id is the digest of what the model is made of."""
    if version is None:
        return "none"
    model = store.journal.models.get(version)
    return f"{version} ({model.status}, {counted(model.n_labels, 'label')}, cut-off {model.cutoff.isoformat()})"


def _lines(numbers: dict[str, Any], before: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, value in numbers.items():
        if isinstance(value, dict):
            found += _lines(value, f"{before}{name} ")
        else:
            found.append((f"{before}{name}".replace("_", " "), "unknown" if value is None else str(value)))
    return found


def _checked(store: Store, found: Decision) -> int:
    from qc_app.jobs.model.reproduce import reproduce

    result = reproduce(store, found)
    if result.differences:
        for words in result.differences:
            say(words)
        return fail(f"verdict {found.id} does not come out again: {counted(len(result.differences), 'difference')}", 1)
    say(f"computed again from the store: the same in every fact (evidence {str(found.numbers.get('evidence'))[:12]})")
    return 0
