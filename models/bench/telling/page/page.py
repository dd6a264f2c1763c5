"""The page: targets first, then figures by protocol, each pack, coverage, false alarms, few training stages, time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path

from models.bench.cells import is_peer
from models.bench.result import Result
from models.bench.telling.against import Comparison
from models.bench.telling.page.panels import coverage_section, protocol_section, titled, training_section
from models.bench.telling.page.tables import html_table, html_targets
from models.bench.telling.report import Table, report
from models.bench.telling.standing import sentences
from models.bench.telling.targets import NAMES, Target, judged_learners, targets
from models.words import counted


def write_page(result: Result, path: str | Path, comparison: Comparison | None = None) -> Path:
    """Write a run as one self-contained HTML file: style, script and charts are in it, nothing is fetched.

    Parameters
    ----------
    result : Result
    path : path
    comparison : Comparison, optional
        With an earlier run.

    Returns
    -------
    Path
    """
    here = files(__package__)
    style, script = (here.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    body = "\n".join(part for part in _sections(result, comparison) if part)
    text = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>The yardstick</title><style>{style}</style></head>\n"
        f"<body><main>{body}</main><script>{script}</script></body></html>\n"
    )
    path = Path(path)
    path.write_text(text, encoding="utf-8")
    return path


def _sections(result: Result, comparison: Comparison | None) -> Iterator[str]:
    main = result.at(result.settings.fullest)
    yield _head(result)
    yield _targets(result)
    if comparison is not None:
        yield _comparison(comparison)
    for protocol in result.settings.protocols:
        yield protocol_section(main, protocol)
    yield coverage_section(main)
    yield training_section(result)
    yield _rest(result)
    told = ", ".join(f"{name} {number}" for name, number in result.versions.items())
    yield f"<footer>Measured in {result.seconds:.0f} s with {escape(told)}.</footer>"


def _head(result: Result) -> str:
    packs = {r.pack for r in result.rows}
    stages = {(r.pack, r.stage) for r in result.rows}
    links = {"targets": "Targets"} | {p: titled(p) for p in result.settings.protocols}
    links |= {"coverage": "Coverage", "rest": "Time and what was left"}
    nav = "".join(f'<a href="#{place}">{escape(words)}</a>' for place, words in links.items())
    return (
        "<h1>The yardstick</h1>"
        f'<p class="lead">{escape(", ".join(judged_learners(result)) or "Peers alone")} against what plants use today: '
        f"{len(packs)} packs, {len(stages)} stages that no training had seen, "
        f"{counted(len(result.settings.seeds), 'seed')}, {len(result.rows):,} answers.</p><nav>{nav}</nav>"
    )


def _targets(result: Result) -> str:
    found = targets(result)
    if not found:
        return ""
    full = [t for t in found if t.training == result.settings.fullest]
    verdicts = {"met": True, "not met": False, "cannot be said by this run": None}
    counts = {words: sum(t.met is verdict for t in full) for words, verdict in verdicts.items()}
    cards = "".join(f'<div class="card"><b>{n}</b><span>{words}</span></div>' for words, n in counts.items())
    told = "".join(f"<li>{escape(words)}</li>" for words in sentences(result))
    return (
        '<h2 id="targets">Targets</h2><p>Measured at the number of labels where the learner is worst.</p>'
        f'<div class="counts">{cards}</div><div class="card scroll">{html_targets(full)}</div>{_fewer(found, full)}'
        f"<details open><summary>On average over labels</summary><ul>{told}</ul></details>"
    )


def _fewer(found: Sequence[Target], full: Sequence[Target]) -> str:
    rest = [t for t in found if t not in full]
    table = f'<div class="card scroll">{html_targets(rest)}</div>'
    return f"<details><summary>The same with fewer training stages</summary>{table}</details>" if rest else ""


def _comparison(found: Comparison) -> str:
    rows = tuple(
        (
            c.method,
            f"{NAMES[c.figure]}, {c.protocol}",
            f"{c.before:.3f}",
            f"{c.now:.3f}",
            f"{c.mean:+.4f}",
            f"{c.lower:+.4f} to {c.upper:+.4f}",
            str(c.stages),
            c.verdict,
        )
        for c in found.changes
        if not is_peer(c.method)
    )
    columns = ("learner", "figure", "before", "now", "difference", "95 % over stages", "stages", "verdict")
    table = html_table(Table("", columns, rows))
    return (
        f'<h2 id="against">Against the earlier run</h2><p>{escape(found.scope)}.</p>'
        f'<div class="card scroll">{table}</div>'
    )


def _rest(result: Result) -> str:
    parts = ['<h2 id="rest">Time, and what was left unanswered</h2>']
    for table in report(result):
        if table.title.startswith(("Processor time", "Left unanswered")):
            shown = html_table(table, own=judged_learners(result))
            parts.append(f'<h3>{escape(table.title)}</h3><div class="card scroll">{shown}</div>')
    each = (t for t in report(result) if t.title.startswith("Each pack"))
    tables = "".join(f'<h3>{escape(t.title)}</h3><div class="card scroll">{html_table(t)}</div>' for t in each)
    return "".join(parts) + f"<details><summary>Each pack in numbers</summary>{tables}</details>"
