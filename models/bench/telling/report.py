"""A run of the bench as tables of text, as JSON and as a plot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

from models.bench.cells import is_peer
from models.bench.protocols import NORMAL
from models.bench.result import Result
from models.bench.telling.summary import FALSE_ALARMS, STAGE_MEAN, Figure, Line, grouped, lines
from models.bench.telling.targets import COVERAGE_SLACK, COVERED, Target, judged_learners, sizes, targets
from models.words import counted

TITLES: dict[Figure, str] = {
    "nrmse": "nRMSE (RMSE / sd of the stage; lower is better)",
    "crps": "CRPS / sd of the stage (lower is better)",
    "coverage": "Coverage of the 90 % intervals",
    "width": "Width of the 90 % intervals / sd of the stage",
    "auroc": "AUROC of defects (higher is better; labels: labelled defects)",
    "ap": "Average precision of defects (higher is better; labels: labelled defects)",
    "alarms_1": "False alarms: share of unseen normal units with anomaly above .99 (promised: 1 %)",
    "alarms_5": "False alarms: share of unseen normal units with anomaly above .95 (promised: 5 %)",
}
_EACH_PACK: tuple[Figure, ...] = ("nrmse", "coverage", "crps", "ap", "alarms_1", "alarms_5")
_OVER_TRAINING: tuple[Figure, ...] = ("nrmse", "auroc", "ap")
_NONE = "-"
_FLAG = "<>"


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: the first column names, the others hold figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def report(result: Result) -> tuple[Table, ...]:
    """Return the tables of a run.

    For each figure and protocol: every method at every number of labels (mean over stages, then over packs, and
    the spread over seeds), the best single peer, the best peer chosen per pack with hindsight, and how each own
    learner stands against them; each pack by itself; seconds; what was left unanswered; and the targets. With several
    sizes of the meta-training these are of the largest, and a table over the sizes is added.

    Parameters
    ----------
    result : Result

    Returns
    -------
    tuple of Table
    """
    judged, main = judged_learners(result), result.at(result.settings.fullest)
    tables = [_method_table(f, p, group, judged) for f in TITLES for p, group in grouped(main, f)]
    tables += [_pack_table(p, group, judged) for f in _EACH_PACK for p, group in grouped(main, f)]
    tables += training_tables(result)
    tables += [_time_table(result), _unanswered(result), target_table(targets(result))]
    return tuple(t for t in tables if t.rows)


def target_table(found: Sequence[Target]) -> Table:
    """Return targets as a table: what was aimed at, what was measured where it is worst, and whether it is met."""
    verdict, taught = {True: "yes", False: "NO", None: _NONE}, {t.training for t in found}
    rows = tuple(
        (
            t.learner if len(taught) == 1 else f"{t.learner}, {_stages(t.training)}",
            t.words,
            t.told,
            verdict[t.met],
            _NONE if t.k is None else str(t.k),
            t.pack or _NONE,
        )
        for t in found
    )
    columns = ("learner", "target", "measured, worst", "met", "labels", "worst pack")
    return Table("Targets", columns, rows)


def summary(result: Result) -> list[dict[str, Any]]:
    """Return the lines of every figure as JSON-able dicts, the comparison of each own learner included.

    `labels` are unlabelled units under the protocols for normal units; `training` is the size of the meta-training.
    """
    found = []
    for size, figure in ((size, figure) for size in sizes(result) for figure in TITLES):
        for line in lines(result.at(size), figure):
            entry: dict[str, Any] = {"figure": figure, "protocol": line.protocol, "labels": line.k, "training": size}
            entry |= {"means": dict(line.means), "spread": dict(line.spread)}
            entry["packs"] = {pack: dict(values) for pack, values in line.by_pack.items()}
            if _ranked(figure):
                entry |= {"best_peer": line.best_peer, "hindsight": line.hindsight}
                entry["gain"] = {m: line.gain(m) for m in line.means if not is_peer(m)}
            found.append(entry)
    return found


def plot(result: Result, path: str | Path) -> Path:
    """Draw error (or average precision) over labels, a panel a protocol, to a PNG or SVG file.

    Drawn are the own learners, the best single peer and the best peer per pack with hindsight.
    """
    from matplotlib.figure import Figure as Canvas

    main = result.at(result.settings.fullest)
    panels = [pair for f in ("nrmse", "ap") for pair in grouped(main, f)]
    canvas = Canvas(figsize=(4.5 * max(len(panels), 1), 3.6), layout="constrained")
    for i, (protocol, group) in enumerate(panels, 1):
        axes = canvas.add_subplot(1, len(panels), i, title=f"{group[0].figure}, {protocol}", xlabel="labels")
        for method in (m for m in _methods(group) if not is_peer(m)):
            axes.plot([x.k for x in group], [x.means.get(method, float("nan")) for x in group], "o-", label=method)
        axes.plot([x.k for x in group], [_best_value(x) for x in group], "ks--", label="best single peer")
        best = [float("nan") if x.hindsight is None else x.hindsight for x in group]
        axes.plot([x.k for x in group], best, "k^:", label="best peer per pack, hindsight")
        axes.legend(fontsize=7)
    canvas.savefig(path)
    return Path(path)


def _method_table(figure: Figure, protocol: str, group: Sequence[Line], judged: Sequence[str]) -> Table:
    rows = [(m, *(_with_spread(x, m) for x in group)) for m in _methods(group)]
    if _ranked(figure):
        rows.append(("best single peer", *(x.best_peer or _NONE for x in group)))
        rows.append(("best peer per pack, hindsight", *(_number(x.hindsight) for x in group)))
        rows += [row for m in judged if m in _methods(group) for row in _standing(m, group)]
    return Table(f"{TITLES[figure]}, {protocol}", ("method", *(at_labels(x) for x in group)), tuple(rows))


def _standing(method: str, group: Sequence[Line]) -> list[tuple[str, ...]]:
    better = "above" if group[0].higher else "below"
    rows: list[tuple[str, ...]] = [(f"{method}: {better} best single peer", *(_gain(x, x.gain(method)) for x in group))]
    rivals = {
        "the stage mean": (STAGE_MEAN,),
        "the pack's best peer": tuple(m for m in _methods(group) if is_peer(m)),
        "the best other learner": tuple(m for m in _methods(group) if not is_peer(m)),
    }
    for words, names in rivals.items():
        cells = [x.worst(method, names) for x in group]
        if any(cells):
            shown = (_NONE if c is None else f"{_gain(x, c[0])} {c[1]}" for x, c in zip(group, cells, strict=True))
            rows.append((f"{method}: worst pack against {words}", *shown))
    return rows


def _pack_table(protocol: str, group: Sequence[Line], judged: Sequence[str]) -> Table:
    figure = group[0].figure
    own = [m for m in _methods(group) if m in judged or not (is_peer(m) or _ranked(figure))]
    rows = []
    for line in group:
        for pack, values in sorted(line.by_pack.items()):
            shown = [_flagged(figure, values.get(m)) for m in own]
            if _ranked(figure):
                single = None if line.best_peer is None else values.get(line.best_peer)
                shown += [_number(single), _number(line.best_peer_of(pack))]
            rows.append((pack, str(line.k), *shown))
    rivals = ("best single peer", "best peer here") if _ranked(figure) else ()
    flag = f" ({_FLAG}: outside 85 to 95 %)" if figure == "coverage" else ""
    title = f"Each pack: {TITLES[figure]}{flag}, {protocol}"
    return Table(title, ("pack", f"{_noun(group[0])}s", *own, *rivals), tuple(rows))


def training_tables(result: Result) -> list[Table]:
    """Return how figures change with the number of stages learned from; nothing where the run has one size."""
    if len(result.settings.training) < 2:
        return []
    grown = tuple(reversed(sizes(result)))
    return [
        found
        for f in _OVER_TRAINING
        for p in result.settings.protocols
        if (found := _training_table(result, f, p, grown))
    ]


def _training_table(result: Result, figure: Figure, protocol: str, grown: Sequence[int | None]) -> Table | None:
    groups = [[x for x in lines(result.at(n), figure) if x.protocol == protocol and x.means] for n in grown]
    methods = dict.fromkeys(m for group in groups for m in _methods(group))
    rows = [(m, *(_number(over_labels(group, m)) for group in groups)) for m in methods]
    title = f"Few training stages: {TITLES[figure]}, {protocol}, mean over the numbers of labels"
    return Table(title, ("method", *(_stages(n) for n in grown)), tuple(rows)) if rows else None


def over_labels(group: Sequence[Line], method: str) -> float | None:
    """Return the mean over numbers of labels of the means over packs; None where one of them is missing."""
    values = [line.means.get(method) for line in group]
    known = [v for v in values if v is not None]
    return fmean(known) if known and len(known) == len(values) else None


def _stages(size: int | None) -> str:
    return "all stages" if size is None else counted(size, "stage")


def _time_table(result: Result) -> Table:
    rows = []
    for method in (*result.settings.learners, *result.settings.peers):
        answered = [r for r in result.rows if r.method == method and r.status == "ok"]
        if answered:
            fit = max((r.fit_s for r in answered if r.fit_s is not None), default=None)
            seconds = [1000 * r.seconds for r in answered]
            told = "within portfolio" if fit is None else f"{fit:.2f}"
            rows.append((method, told, f"{median(seconds):.1f}", f"{max(seconds):.0f}"))
    columns = ("method", "meta-training, longest (s)", "adapt + predict, median (ms)", "slowest (ms)")
    return Table("Processor time with one thread", columns, tuple(rows))


def _unanswered(result: Result) -> Table:
    found = Counter((r.method, r.pack, r.status, r.note) for r in result.rows if r.status != "ok")
    rows = tuple((m, pack, status, str(n), note) for (m, pack, status, note), n in sorted(found.items()))
    return Table("Left unanswered: such a method has no mean there", ("method", "pack", "how", "exams", "why"), rows)


def _methods(group: Sequence[Line]) -> list[str]:
    there = dict.fromkeys(m for line in group for values in line.by_pack.values() for m in values)
    return sorted(there, key=is_peer)


def _ranked(figure: Figure) -> bool:
    return figure not in {"coverage", "width", *FALSE_ALARMS}


def at_labels(line: Line) -> str:
    """Say how many labels a line is about; under the protocols for normal units, how many unlabelled units."""
    return counted(line.k, _noun(line))


def _noun(line: Line) -> str:
    return "unit" if line.protocol in NORMAL else "label"


def _flagged(figure: Figure, value: float | None) -> str:
    outside = figure == "coverage" and value is not None and abs(value - COVERED) > COVERAGE_SLACK
    return f"{_number(value)} {_FLAG}" if outside else _number(value)


def _best_value(line: Line) -> float:
    return float("nan") if line.best_peer is None else line.means[line.best_peer]


def _with_spread(line: Line, method: str) -> str:
    text = _number(line.means.get(method))
    return f"{text} ±{line.spread[method]:.3f}" if method in line.spread else text


def _gain(line: Line, value: float | None) -> str:
    if value is None:
        return _NONE
    return f"{value:+.3f}" if line.higher else f"{100 * value:+.1f} %"


def _number(value: float | None) -> str:
    return _NONE if value is None else f"{value:.3f}"
