"""What was measured, drawn: a section a protocol, coverage, and what few training stages cost."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from models.bench.cells import is_peer
from models.bench.protocols import Protocol
from models.bench.result import Result
from models.bench.telling.page.chart import Series, dot_chart, line_chart
from models.bench.telling.page.tables import html_table
from models.bench.telling.report import TITLES, at_labels, over_labels, report, training_tables
from models.bench.telling.summary import Figure, Line, grouped
from models.bench.telling.targets import COVERAGE_SLACK, COVERED, MOST_ALARMS, NAMES, judged_learners, sizes

_DRAWN: tuple[Figure, ...] = ("nrmse", "crps", "alarms_1", "alarms_5", "ap", "auroc")
_EACH: tuple[Figure, ...] = ("nrmse", "ap")
_MOST_COLOURS = 4
_PROTOCOLS = {
    "random": "Labels anywhere in the stage; judged on units kept aside.",
    "time": "Labels from the first half of the stage, judged on the second: what a model does that nobody adapts.",
    "rolling": "A label for every eighth unit, sixteen units late; each unit is judged before its own label is known.",
    "nightly": "Labels from the first half; the second in eight stretches, each judged knowing the units before.",
    "normal": "No label at all: units to learn what is normal from, other normal units of any time judged.",
    "normal_time": "No label at all: normal units of the first half to learn from, those of the second half judged.",
}


def protocol_section(result: Result, protocol: Protocol) -> str:
    """Return the figures under one protocol: over labels, in a table, and pack by pack."""
    found = {f: dict(grouped(result, f)).get(protocol) for f in _DRAWN}
    groups = {figure: group for figure, group in found.items() if group}
    if not groups:
        return ""
    parts = [f'<h2 id="{protocol}">{titled(protocol)}</h2><p>{_PROTOCOLS[protocol]}</p>']
    parts.append(_legend(result))
    parts += [_figure(result, figure, group) for figure, group in groups.items()]
    parts += [_each_pack(result, figure, groups[figure]) for figure in _EACH if figure in groups]
    return "".join(parts)


def titled(protocol: Protocol) -> str:
    """Return a protocol as a heading.

    Examples
    --------
    >>> titled("normal_time")
    'Normal, time'
    """
    return protocol.replace("_", ", ").capitalize()


def coverage_section(result: Result) -> str:
    """Return a dot for each pack and number of labels, over the band where intervals should cover."""
    band = (COVERED - COVERAGE_SLACK, COVERED + COVERAGE_SLACK)
    charts = []
    for learner in judged_learners(result):
        for protocol, group in grouped(result, "coverage"):
            rows = _by_pack(group, learner)
            if rows:
                charts.append(dot_chart(f"{learner}, {protocol}", rows, low=0.6, high=1.0, band=band))
    words = "Each dot is a pack at one number of labels, stronger with more; ringed where outside 85 to 95 %."
    if not charts:
        return ""
    return f'<h2 id="coverage">Coverage of the 90 % intervals</h2><p>{words}</p>{_cards(charts, "many wide")}'


def training_section(result: Result) -> str:
    """Return what few training stages cost; nothing where the run has one size."""
    tables = training_tables(result)
    if not tables:
        return ""
    charts = [_over_training(result, figure, p) for figure in _EACH for p in result.settings.protocols]
    own = judged_learners(result)
    shown = "".join(f"<h3>{escape(t.title)}</h3>{_card(html_table(t, own=own))}" for t in tables)
    drawn = _cards(charts, "many wide")
    return f'<h2 id="training">Few training stages</h2>{_legend(result, rivals=False)}{drawn}{shown}'


def _figure(result: Result, figure: Figure, group: Sequence[Line]) -> str:
    if figure in MOST_ALARMS:
        chart = _alarms(result, figure, group)
    else:
        chart = line_chart(NAMES[figure], [at_labels(x) for x in group], _series(result, group))
    wanted = next(t for t in report(result) if t.title == f"{TITLES[figure]}, {group[0].protocol}")
    methods = {*result.settings.learners, *result.settings.peers}
    table = _card(html_table(wanted, own=judged_learners(result), body=methods))
    return f'<h3>{escape(wanted.title)}</h3><div class="pair"><div class="card">{chart}</div>{table}</div>'


def _alarms(result: Result, figure: Figure, group: Sequence[Line]) -> str:
    """A dot for each pack and number of units, over the band that counts as promised; the axis ends at five times."""
    most = MOST_ALARMS[figure]
    return "".join(
        dot_chart(f"{learner}, {NAMES[figure]}", rows, low=0.0, high=5 * most, band=(0.0, most), width=430)
        for learner in judged_learners(result)
        if (rows := _by_pack(group, learner))
    )


def _each_pack(result: Result, figure: Figure, group: Sequence[Line]) -> str:
    charts = []
    for pack in sorted({pack for line in group for pack in line.by_pack}):
        there = [line for line in group if line.by_pack.get(pack)]
        places = [str(x.k) for x in there]
        charts.append(line_chart(pack, places, _series(result, there, pack), width=280, height=180))
    return f"<h3>Each pack: {NAMES[figure]}</h3>{_cards(charts, 'many')}"


def _series(result: Result, group: Sequence[Line], pack: str | None = None) -> list[Series]:
    """Every method, the best single peer and the best peer of each pack; those to be looked at on top."""
    looks = _looks(result)
    methods = dict.fromkeys(m for x in group for found in x.by_pack.values() for m in found)
    series = [Series(m, tuple(_value(x, m, pack) for x in group), looks.get(m, "peer")) for m in methods]
    best = tuple(x.hindsight if pack is None else x.best_peer_of(pack) for x in group)
    words = "best peer per pack, hindsight" if pack is None else "best peer here"
    single = tuple(_value(x, x.best_peer, pack) for x in group)
    series += [Series(words, best, "hindsight"), Series("best single peer", single, "rival")]
    order = ("peer", "member", "hindsight", "rival")
    found = [s for s in series if any(v is not None for v in s.values)]
    return sorted(found, key=lambda s: order.index(s.look) if s.look in order else len(order))


def _value(line: Line, method: str | None, pack: str | None) -> float | None:
    values = line.means if pack is None else line.by_pack.get(pack, {})
    return None if method is None else values.get(method)


def _looks(result: Result) -> dict[str, str]:
    """Colours for the judged learners; their members, and learners beyond four, share a quiet one."""
    judged = judged_learners(result)
    named = {m: f"own-{i + 1}" for i, m in enumerate(judged[:_MOST_COLOURS])}
    return {m: named.get(m, "member") for m in result.settings.learners}


def _legend(result: Result, *, rivals: bool = True) -> str:
    looks = _looks(result)
    shown = {m: look for m, look in looks.items() if look != "member"}
    if "member" in looks.values():
        shown["other learners"] = "member"
    if rivals:
        shown |= {"best single peer": "rival", "best peer per pack, hindsight": "hindsight"}
    shown["peers"] = "peer"
    keys = (
        f'<span><svg viewBox="0 0 26 10"><polyline class="{look}" points="0,5 26,5"/></svg>{escape(words)}</span>'
        for words, look in shown.items()
    )
    return f'<div class="legend">{"".join(keys)}</div>'


def _by_pack(group: Sequence[Line], learner: str) -> list[tuple[str, list[tuple[str, float]]]]:
    packs = sorted({pack for line in group for pack, values in line.by_pack.items() if learner in values})
    values = {pack: [(at_labels(x), x.by_pack.get(pack, {}).get(learner)) for x in group] for pack in packs}
    return [(pack, [(words, v) for words, v in found if v is not None]) for pack, found in values.items()]


def _over_training(result: Result, figure: Figure, protocol: Protocol) -> str:
    grown = tuple(reversed(sizes(result)))
    groups = [dict(grouped(result.at(n), figure)).get(protocol, []) for n in grown]
    methods = dict.fromkeys(m for group in groups for line in group for m in line.means)
    looks, judged = _looks(result), judged_learners(result)
    series = [
        Series(m, tuple(over_labels(group, m) for group in groups), looks.get(m, "peer"))
        for m in sorted(methods, key=lambda m: (not is_peer(m), m in judged))
    ]
    places = ["all" if n is None else str(n) for n in grown]
    return line_chart(f"{NAMES[figure]}, {protocol}, by stages learned from", places, series)


def _card(content: str) -> str:
    return f'<div class="card scroll">{content}</div>'


def _cards(charts: Sequence[str], look: str) -> str:
    return f'<div class="{look}">{"".join(f"""<div class="card">{c}</div>""" for c in charts if c)}</div>'
