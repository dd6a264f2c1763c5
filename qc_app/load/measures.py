"""What a run of the load measured, as data; and the targets that it was held against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from qc_app.load.sizes import Size


@dataclass(frozen=True, slots=True)
class Phase:
    """One profile: what happened in it, in figures named with their unit."""

    name: str
    seconds: float
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at, in words, what was found, and whether that is enough."""

    words: str
    found: float
    met: bool


@dataclass(frozen=True, slots=True)
class LoadRun:
    """Everything that one run measured.

    Parameters
    ----------
    name : str
        Of the size.
    size : Size
    seconds : float
        Of steady running; the other phases follow from it.
    sources : mapping of str to int
        Kind -> how many stages it fed.
    machine : mapping of str to str
    busy : mapping of str to float
        Processes that wanted a core, on average over a minute, before and after: other work beside the bench.
    phases : tuple of Phase
    faults : mapping of str to int
    targets : tuple of Target
    """

    name: str
    size: Size
    seconds: float
    sources: Mapping[str, int]
    machine: Mapping[str, str]
    busy: Mapping[str, float]
    phases: tuple[Phase, ...]
    faults: Mapping[str, int]
    targets: tuple[Target, ...]

    @property
    def met(self) -> bool:
        """Whether every target is."""
        return all(target.met for target in self.targets)

    def to_json(self) -> str:
        """Write the run as JSON; what never came is text, for JSON has no infinity."""
        text = json.dumps(asdict(self), indent=1)
        return text.replace("Infinity", '"never"')


def targets(size: Size, phases: Sequence[Phase], faults: Mapping[str, int]) -> tuple[Target, ...]:
    """Hold what was measured against what the size must hold.

    Examples
    --------
    >>> from qc_app.load.sizes import SIZES
    >>> steady = Phase("steady", 600.0, {"lag_p99_s": 2.0, "kept_share": 1.0, "rss_growth": 0.01})
    >>> [t.met for t in targets(SIZES["medium"], [steady], {"lost": 1})]
    [True, True, True, False]
    """
    by_name = {phase.name: phase.figures for phase in phases}
    found: list[Target] = []
    for name in ("steady", "night"):
        lag = by_name.get(name, {}).get("lag_p99_s")
        if lag is not None and size.lag_s is not None:
            found.append(_most(f"{name}: 99 % of the rows readable", lag, size.lag_s, "s"))
    steady = by_name.get("steady", {})
    if "kept_share" in steady:
        share = steady["kept_share"]
        found.append(Target("steady: kept up with what was offered, at least 99 %", share, share >= 0.99))
    if "rss_growth" in steady:
        found.append(_most("steady: memory grew in the second half by a share of", steady["rss_growth"], 0.1, ""))
    if "catch_up" in by_name.get("outage", {}):
        times = by_name["outage"]["catch_up"]
        words = f"outage: made up for at least {size.catch_up:g} times as fast as it lasted"
        found.append(Target(words, times, times >= size.catch_up))
    if "night_s" in by_name.get("night", {}):
        found.append(_most("night: done", by_name["night"]["night_s"], size.night_s, "s"))
    pages = [f["page_median_s"] for f in by_name.values() if "page_median_s" in f]
    if pages:
        found.append(_most("pages: overview and a stage read meanwhile, worst phase", max(pages), 2.0, "s"))
    wrong = sum(faults.values())
    found.append(Target(f"nothing lost, doubled, torn or made up ({_said(faults)})", float(wrong), wrong == 0))
    return tuple(found)


def _most(words: str, found: float, limit: float, unit: str) -> Target:
    return Target(f"{words} within {limit:g} {unit}".rstrip(), found, found <= limit)


def _said(faults: Mapping[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in faults.items())


def load_table(run: LoadRun) -> list[tuple[str, str]]:
    """Return rows for a terminal: a phase and its figures.

    Examples
    --------
    >>> from qc_app.load.sizes import SIZES
    >>> phases = (Phase("steady", 600.0, {"lag_p99_s": 2.0}),)
    >>> load_table(LoadRun("small", SIZES["small"], 600.0, {}, {}, {}, phases, {}, ()))
    [('steady, 600 s', 'lag p99 s 2')]
    """
    return [
        (
            f"{phase.name}, {phase.seconds:.0f} s",
            "\n".join(f"{name.replace('_', ' ')} {_figure(value)}" for name, value in phase.figures.items()),
        )
        for phase in run.phases
    ]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
