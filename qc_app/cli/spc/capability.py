"""`qc spc capability`: indices with their intervals, parts per million, whether the process is stable and normal."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from models.spc.capability import Capability, Method
from qc_app.cli.spc.asked import AsJson, Since, StageName, Until, What, moment_of
from qc_app.cli.terminal import HOME, Home, opened, out, plant_of, say, table
from qc_app.plant import decimals
from qc_app.views import SixPack, figure, six_pack, specification

By = Annotated[str, typer.Option("--method", help="normal, auto, fitted, box-cox or percentiles (ISO 22514-2).")]


def register(group: typer.Typer) -> None:
    """Add the command to its group."""
    group.command("capability")(capability)


def capability(  # noqa: PLR0917 - typer reads them as options
    stage: StageName,
    characteristic: What,
    method: By = "normal",
    since: Since = "",
    until: Until = "",
    home: Home = HOME,
    *,
    as_json: AsJson = False,
) -> int:
    """Judge the results of a characteristic against its specification; every index has its interval."""
    with opened(home) as store:
        plant = plant_of(store)
        times = moment_of(since, plant, "--since"), moment_of(until, plant, "--until")
        pack = six_pack(store, plant, stage, characteristic, cast("Method", method), *times)
    if as_json:
        out.print_json(data=_plain(stage, pack))
    else:
        _told(stage, pack)
    return 0


def _told(stage: str, pack: SixPack) -> None:
    what, found = pack.characteristic, pack.result
    places = decimals(what) + 1
    say(f"{stage} / {what.name}: {found.sentence}")
    shown = {name: figure(getattr(found, name), places) for name in ("mean", "sigma_within", "sigma_overall")}
    spread = f"within {shown['sigma_within']} ({found.estimator}), overall {shown['sigma_overall']}"
    wanted = f"{specification(what, places - 1)} {what.unit}".rstrip()
    say(f"  specification {wanted}; mean {shown['mean']}, spread {spread}")
    low, high = found.ppm_interval
    seen = f"{found.ppm_observed:.0f} seen ({low:.0f} to {high:.0f})"
    say(f"  out per million: {seen}, {found.ppm_expected:.3g} expected")
    if found.normality is not None:
        say(f"  {found.normality.sentence}")
    for warning in found.warnings:
        say(f"  note: {warning}")
    rows = [(name, f"{value:.2f}", f"{lower:.2f} to {upper:.2f}") for name, value, lower, upper in pack.indices.rows()]
    if rows:
        sides = {"index": "", "value": "right", f"{found.level:.0%} interval": "right"}
        table(f"by method {found.method}", sides, rows)


def _plain(stage: str, pack: SixPack) -> dict[str, object]:
    found: Capability = pack.result
    return {
        "stage": stage, "characteristic": pack.characteristic.name, "unit": pack.characteristic.unit,
        "method": found.method, "stable": found.stable, "sentence": found.sentence, "n": found.n, "mean": found.mean,
        "sigma_within": found.sigma_within, "sigma_overall": found.sigma_overall, "estimator": found.estimator,
        "level": found.level, "indices": pack.indices.to_dicts(), "ppm_observed": found.ppm_observed,
        "ppm_interval": list(found.ppm_interval), "ppm_expected": found.ppm_expected,
        "normal": None if found.normality is None else found.normality.normal, "warnings": list(found.warnings),
    }  # fmt: skip
