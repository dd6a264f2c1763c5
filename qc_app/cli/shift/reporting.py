"""Commands on reports: the hand-over of a shift as PDF or Excel."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from qc_app.cli.terminal import HOME, Home, opened, plant_of, progress, say
from qc_app.errors import ActionError, WrongUse
from qc_app.handover import paper_language, write
from qc_app.language import LANGUAGES, speaking
from qc_app.plant import Span, nearest
from qc_app.settings import Settings
from qc_app.views import handover, worked_shifts

report = typer.Typer(help="Reports to hand over: what happened in a shift.", no_args_is_help=True)
_KNOWN = 60


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.add_typer(report, name="report")


@report.command("shift")
def shift(
    *,
    line: Annotated[str, typer.Option("--line", help="Only this line; default: all.")] = "",
    day: Annotated[str, typer.Option("--day", help="Plant day, e.g. 2026-03-01; default: the newest shift.")] = "",
    name: Annotated[str, typer.Option("--shift", help="Name of the shift; default: the newest of the day.")] = "",
    language: Annotated[str, typer.Option("--language", help="en, de, es or zh; default: the setting's.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="A .pdf or a .xlsx; default: a PDF named after it.")] = None,
    home: Home = HOME,
) -> int:
    """Write what a shift hands over: alarms, out of specification, changed stages, results owed, models, notes."""
    with opened(home) as store:
        plant = plant_of(store)
        span = _chosen(worked_shifts(plant, store.clock.now(), _KNOWN), day, name)
        with progress("hand-over"), speaking(_language(language or Settings.load(store.home).language, out)):
            view = handover(store, plant, span, line)
            path = out or Path(f"{view.name}.pdf")
            write(view, path)
            told = f"{view.title}: {' '.join(view.sentences)}"
    say(told)
    say(f"written: {path}")
    return 0


def _language(code: str, out: Path | None) -> str:
    """Return the language of the file.

    Raises
    ------
    ActionError
        If it is none of the four, or this machine has no font to write it on paper.
    """
    if code not in LANGUAGES:
        raise ActionError(f"--language {code!r} is none of {', '.join(LANGUAGES)}")
    if (out is None or out.suffix.lower() == ".pdf") and paper_language(code) != code:
        raise ActionError(
            f"this machine has no font for {LANGUAGES[code]} on paper - install one (package fonts-noto-cjk), "
            "or write a workbook: --out NAME.xlsx"
        )
    return code


def _chosen(shifts: list[Span], day: str, name: str) -> Span:
    """Return the newest shift of that day and name.

    Raises
    ------
    ActionError
        If the day is no date, or there is no such shift among the newest.
    """
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        raise WrongUse(f"--day {day!r} is no date - write it as 2026-03-01") from None
    of_day = [s for s in shifts if wanted in {None, s.day}]
    found = [s for s in of_day if name in {"", s.name}]
    if not found and of_day and name:
        names = sorted({s.name for s in shifts if s.name})
        hint = nearest(name, names) if names else "the plant has no shifts: see [calendar] in the operating guide"
        raise ActionError(f"there is no shift {name!r} - {hint}")
    if not found:
        raise ActionError(f"no shift of {day or 'the last days'} has begun - choose a day of the last two weeks")
    return found[0]
