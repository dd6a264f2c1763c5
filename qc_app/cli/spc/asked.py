"""What the commands on control charts ask for in one way: stage, characteristic, chart, moments in the plant's zone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from qc_app.errors import ActionError, WrongUse
from qc_app.plant import Plant

StageName = Annotated[str, typer.Argument(metavar="STAGE", help="Id of the stage.")]
What = Annotated[str, typer.Argument(metavar="CHARACTERISTIC", help="What is measured.")]
Chart = Annotated[
    str,
    typer.Option(
        "--chart", help="imr, xbar_r, ewma, cusum, p, c, z_mr, t2, pca, ...; default: what suits the definition."
    ),
]
Of = Annotated[
    str,
    typer.Option("--of", help="measured, predicted, error, characteristics or parameters (several columns together)."),
]
Since = Annotated[str, typer.Option("--since", help="From this moment on, e.g. 2026-03-01 or '2026-03-01 14:00'.")]
Until = Annotated[str, typer.Option("--until", help="Up to this moment.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stands beside it and in the audit trail.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program instead of words.")]


def moment_of(text: str, plant: Plant, option: str) -> datetime | None:
    """Return the moment that a date or a date and time mean, in the plant's zone; None for no text.

    Raises
    ------
    ActionError
        If it is neither.

    Examples
    --------
    >>> moment_of("2026-03-01", Plant("Works", zone="Europe/Berlin"), "--since").isoformat()
    '2026-03-01T00:00:00+01:00'
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{option} {text!r} is no time - write it like 2026-03-01 or '2026-03-01 14:00'") from None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(plant.zone))


def split(words: list[str] | None) -> list[str]:
    """Return the names in repeated options, each of which may hold several with commas.

    Examples
    --------
    >>> split(["nelson,we", "aiag1"])
    ['nelson', 'we', 'aiag1']
    """
    return [word.strip() for text in words or [] for word in text.split(",") if word.strip()]


def settings_of(words: list[str] | None) -> dict[str, float | str]:
    """Return settings written as ``name=value``.

    Raises
    ------
    ActionError
        If one is written otherwise.

    Examples
    --------
    >>> settings_of(["smoothing=0.2"])
    {'smoothing': 0.2}
    """
    found: dict[str, float | str] = {}
    for word in split(words):
        name, sign, value = word.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise ActionError(f"--set {word!r} is no setting - write it like smoothing=0.2")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            found[name.strip()] = value.strip()
    return found
