"""The command that shows a day as it was known then."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import HOME, Home, fail, opened, say, table
from qc_app.errors import WrongUse
from qc_app.jobs.as_known import Known, known, night_of


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("as-known")(as_known)


def _day(text: str) -> date:
    """Return a day that a person wrote.

    Examples
    --------
    >>> _day("2026-03-01").day
    1
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{text!r} is no date - write it as 2026-03-01") from None


def as_known(
    day: Annotated[str, typer.Argument(help="Plant day of the night, e.g. 2026-03-01.")],
    home: Home = HOME,
    stage: Annotated[str | None, typer.Option("--stage", help="Only this stage.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for training sets and charts as CSV.")] = None,
) -> int:
    """Show training sets, charts and scores as a night knew them, and whether they come out again."""
    wanted = _day(day)
    with opened(home) as store:
        night = night_of(store, wanted)
        chosen = night.plant.stages if stage is None else (night.plant.stage(stage),)
        found = [
            known(night, s, what) for s in (night.plant.as_read(c.id) for c in chosen) for what in s.characteristics
        ]
    rows = [_row(k) for k in found]
    sides = {"stage": "", "characteristic": "", "labels": "right", "error": "right", "training set": "", "again": ""}
    table(f"as known at {night.cutoff.isoformat(' ', 'seconds')}", sides, rows)
    if out is not None:
        _write(out, wanted, found)
        say(f"written to {out}")
    wrong = [k for k in found if k.same is False]
    for k in wrong:
        fail(f"{k.stage} {k.characteristic}: that night had {k.recorded}, now it is {k.numbers}", 1)
    return 1 if wrong else 0


def _row(k: Known) -> tuple[str, ...]:
    again = {None: "nothing written down", True: "yes, to the bit", False: "no"}[k.same]
    error = k.numbers.get("error")
    shown = "–" if error is None else f"{error:.4g}"
    return (k.stage, k.characteristic, str(k.numbers["labels"]), shown, k.numbers["training"][:12], again)


def _write(out: Path, day: date, found: list[Known]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for number, k in enumerate(found, 1):
        k.training.write_csv(out / f"{day}-{number:03}-training.csv")
        k.chart.write_csv(out / f"{day}-{number:03}-chart.csv")
