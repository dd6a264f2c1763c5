"""A proof in figures, tables and sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median

from models.spc import false_signals, run_length
from qc_app.proof.outcome import Outcome
from qc_app.proof.promotions import Promotion
from qc_app.proof.quiet import Quiet
from qc_app.proof.run import Proof
from qc_app.proof.worth import likely_share

WANTED_BETTER = 0.9
DRIFT = frozenset({"inputs", "relation", "output"})
Rows = list[tuple[str, ...]]
Part = tuple[str, tuple[str, ...], Rows]


def tables(proof: Proof) -> list[Part]:
    """Return the tables: title, headings, rows.

    Parameters
    ----------
    proof : Proof
    """
    made = [_by_kind(proof.outcomes), _quiet(proof.quiets), worth(proof.promotions)]
    return [part for part in made if part[2]]


def sentences(proof: Proof) -> list[str]:
    """Return what the figures say, the misses by name.

    Parameters
    ----------
    proof : Proof
    """
    found = figures(proof)
    words = []
    if proof.outcomes:
        missed = sorted({f"{o.kind} {o.size:g} of {o.subject or o.stage}" for o in proof.outcomes if o.named is None})
        words.append(f"faults called by their right name: {found['named']:.0f} of {found['faults']:.0f}")
        words.append(f"never called by it: {', '.join(missed) or 'none'}")
        words.append(
            f"units out of specification that came after our first notice and before the control chart's: "
            f"{found['spared']:.0f} of {found['out_units']:.0f}"
        )
    if proof.quiets:
        words.append(
            f"false alarms of an undisturbed stage: {found['false_a_week']:.2f} a week "
            f"({found['false_drift_a_week']:.2f} of them drift), control chart of the results alone "
            f"{found['shewhart_a_week']:.2f}"
        )
        words.append(
            f"rules of its chart: {found['rules_a_week']:.2f} a week; {found['promised_a_week']:.2f} is what "
            f"{found['results_a_week']:.0f} results a week and the run length of these rules promise"
        )
    if proof.promotions:
        same = [p for p in proof.promotions if not p.changed]
        words.append(f"where the plant stayed as judged, {promoted(same)} (wanted {WANTED_BETTER:.0%}, and 0)")
        words.append(f"with those where a fault began or ended meanwhile, {promoted(proof.promotions)}")
    words += [f"a step failed: {sentence}" for sentence in proof.failures]
    return words


def promoted(promotions: Sequence[Promotion]) -> str:
    """Say how many promotions were right, by the true error on later units.

    Parameters
    ----------
    promotions : sequence of Promotion

    Examples
    --------
    >>> promoted([])
    'no promotion'
    """
    if not promotions:
        return "no promotion"
    shares = []
    for hits in (sum(p.better for p in promotions), sum(p.better_month for p in promotions)):
        low, high = likely_share(hits, len(promotions))
        shares.append(f"{hits / len(promotions):.0%} (95% sure: {low:.0%} to {high:.0%})")
    return (
        f"of {len(promotions)} challengers better on the week after {shares[0]}, on four weeks {shares[1]}; worse by "
        f"more than delta {sum(p.worse for p in promotions)}"
    )


def figures(proof: Proof) -> dict[str, float]:
    """Return the figures that the sentences are made of.

    Parameters
    ----------
    proof : Proof

    Returns
    -------
    dict
        Zero where nothing was played.
    """
    weeks = sum(q.weeks for q in proof.quiets) or 1.0
    rung: Counter[str] = sum((Counter(q.alarms) for q in proof.quiets), Counter())
    results = sum(q.results for q in proof.quiets)
    made, same = len(proof.promotions), [p for p in proof.promotions if not p.changed]
    return {
        "faults": len(proof.outcomes),
        "named": sum(o.named is not None for o in proof.outcomes),
        "spared": sum(o.spared for o in proof.outcomes),
        "out_units": sum(o.out_units for o in proof.outcomes),
        "false_a_week": rung.total() / weeks,
        "false_drift_a_week": sum(n for kind, n in rung.items() if kind in DRIFT) / weeks,
        "rules_a_week": rung["control_rule"] / weeks,
        "results_a_week": results / weeks,
        "promised_a_week": false_signals(run_length().value, results / weeks),
        "shewhart_a_week": sum(q.shewhart for q in proof.quiets) / weeks,
        "promotions": made,
        "better": sum(p.better for p in proof.promotions) / made if made else 0.0,
        "worse": sum(p.worse for p in proof.promotions),
        "same": len(same),
        "better_same": sum(p.better for p in same) / len(same) if same else 0.0,
        "better_month_same": sum(p.better_month for p in same) / len(same) if same else 0.0,
        "worse_same": sum(p.worse for p in same),
    }


def _by_kind(outcomes: Iterable[Outcome]) -> Part:
    groups: dict[tuple[str, float], list[Outcome]] = {}
    for o in outcomes:
        groups.setdefault((o.kind, o.size), []).append(o)
    rows: Rows = [
        (
            kind.replace("_", " "),
            f"{size:g}",
            str(len(found)),
            _days(found, lambda o: o.noticed),
            _days(found, lambda o: o.named),
            _days(found, lambda o: o.alarmed),
            _days(found, lambda o: o.shewhart),
            f"{sum(o.degraded for o in found)}",
            _days([o for o in found if o.degraded], lambda o: o.repaired),
            _days([o for o in found if o.degraded], lambda o: o.repaired_monthly),
            str(sum(o.spared for o in found)),
        )
        for (kind, size), found in sorted(groups.items())
    ]
    heads = (
        "fault", "size", "n", "noticed", "named", "alarm", "chart", "degraded", "repaired", "monthly", "spared",
    )  # fmt: skip
    return "faults: how many, and after how many days in the median", heads, rows


def _days(found: list[Outcome], which: Callable[[Outcome], float | None]) -> str:
    """How many of them, and the median of the days.

    Examples
    --------
    >>> _days([], lambda o: o.noticed)
    '0'
    """
    days = [day for day in map(which, found) if day is not None]
    return f"{len(days)} ({median(days):.1f} d)" if days else "0"


def _quiet(quiets: Iterable[Quiet]) -> Part:
    groups: dict[str, list[Quiet]] = {}
    for q in quiets:
        groups.setdefault(q.stage, []).append(q)
    rows: Rows = []
    for stage, found in groups.items():
        weeks = sum(q.weeks for q in found)
        rung: Counter[str] = sum((Counter(q.alarms) for q in found), Counter())
        kinds = ", ".join(f"{kind.replace('_', ' ')} {n}" for kind, n in rung.most_common())
        charted = sum(q.shewhart for q in found)
        rows.append((stage, f"{weeks:.0f}", str(rung.total()), f"{rung.total() / weeks:.2f}", str(charted), kinds))
    heads = ("stage", "weeks", "false alarms", "a week", "chart", "which")
    return "an undisturbed plant", heads, rows


def worth(promotions: Iterable[Promotion]) -> Part:
    """Return the table of promotions: title, headings, rows.

    Parameters
    ----------
    promotions : iterable of Promotion
    """
    groups: dict[tuple[str, str], list[Promotion]] = {}
    for p in promotions:
        groups.setdefault(("changed meanwhile" if p.changed else p.part, p.rule), []).append(p)
    rows: Rows = [
        (
            part,
            rule,
            str(len(found)),
            f"{sum(p.better for p in found) / len(found):.0%}",
            f"{sum(p.better_month for p in found) / len(found):.0%}",
            str(sum(p.worse for p in found)),
            f"{median(p.gain for p in found):+.1%}",
            f"{min(p.gain for p in found):+.1%}",
        )
        for (part, rule), found in sorted(groups.items())
    ]
    heads = (
        "plant", "rule", "promotions", "better, week", "better, month", "worse beyond delta", "gain, median", "least",
    )  # fmt: skip
    return "promotions, judged by the true error on later units", heads, rows
