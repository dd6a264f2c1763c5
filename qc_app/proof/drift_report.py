"""What a study of drift says: false alarms by what made them, and when faults were told by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from statistics import median

from qc_app.proof.quiet_drift import STATED, DriftStudied, Noticed, Rung
from qc_app.proof.report import Part, Rows
from qc_app.proof.worth import likely_rate


def drift_tables(found: DriftStudied) -> list[Part]:
    """Return the tables: title, headings, rows.

    Parameters
    ----------
    found : DriftStudied
    """
    weeks = sum(found.weeks.values())
    made = [
        _rung("false alarms by what made them", found.rung, weeks, lambda r: f"{r.what}: {r.look or r.test}"),
        _rung("by stage", found.rung, weeks, lambda r: r.stage),
        _rung("by grade that moved farthest", [r for r in found.rung if r.context], weeks, lambda r: r.context),
        _noticed(found.noticed),
    ]
    return [part for part in made if part[2]]


def drift_sentences(found: DriftStudied) -> list[str]:
    """Return what the figures say.

    Parameters
    ----------
    found : DriftStudied

    Examples
    --------
    >>> drift_sentences(DriftStudied({"1 rolling-1": 100.0}))
    ['0 false alarms in 100 stage-weeks: 0.00 a stage and week (95 % sure: 0.00 to 0.04), stated at most 0.1']
    """
    words = []
    if found.weeks:
        weeks, count = sum(found.weeks.values()), len(found.rung)
        low, high = likely_rate(count, weeks)
        words.append(
            f"{count} false alarms in {weeks:.0f} stage-weeks: {count / weeks:.2f} a stage and week "
            f"(95 % sure: {low:.2f} to {high:.2f}), stated at most {STATED:g}"
        )
    if found.noticed:
        named = sum(n.named is not None for n in found.noticed)
        alarmed = sum(n.alarmed is not None for n in found.noticed)
        words.append(f"faults called by their right name: {named} of {len(found.noticed)}, {alarmed} as an alarm")
    return words


def _rung(title: str, rung: Iterable[Rung], weeks: float, of: Callable[[Rung], str]) -> Part:
    counts = Counter(of(r) for r in rung)
    rows: Rows = [(name, str(n), f"{n / weeks:.3f}") for name, n in counts.most_common()] if weeks else []
    return title, ("which", "alarms", "a stage and week"), rows


def _noticed(noticed: Iterable[Noticed]) -> Part:
    groups: dict[tuple[str, float], list[Noticed]] = {}
    for one in noticed:
        groups.setdefault((one.kind, one.size), []).append(one)
    rows: Rows = [
        (f"{kind.replace('_', ' ')} {size:g}", str(len(found)), _days([n.named for n in found]),
         _days([n.alarmed for n in found]))
        for (kind, size), found in sorted(groups.items())
    ]  # fmt: skip
    return "faults", ("fault", "cases", "named (days)", "alarmed (days)"), rows


def _days(late: list[float | None]) -> str:
    there = [day for day in late if day is not None]
    return f"{len(there)} ({median(there):.1f})" if there else "0"
