"""Pieces of HTML from data: every text from outside is escaped here, and nowhere else is HTML made."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qc_app.dashboard.theme import Palette
from qc_app.language import ENGLISH, LANGUAGES, is_foreign, per_cent, spoken, tr

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$^&=\"'])")
_JOINER = "\u2060"
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_COMMAND = re.compile(r"`([^`]{1,120})`")
_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Fact:
    """A number in its context: what it is, the number, its unit, and a line of limits, trend or age below."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    state: str = ""


def safe(text: object, most: int = _SHOWN) -> str:
    """Return text for HTML: escaped, invisible and direction-changing characters made visible, cut at `most`.

    Examples
    --------
    >>> safe("<img src=x onerror=alert(1)>")
    '&lt;img src=x onerror=alert(1)&gt;'
    """
    shown = _INVISIBLE.sub("\ufffd", str(text))
    return html.escape(shown if len(shown) <= most else shown[: most - 1] + "…")


def told(text: str, most: int = _SHOWN) -> str:
    """Return text for the content of an element: escaped; what stayed English on another page says so to a reader.

    Examples
    --------
    >>> told("a < b (en)")
    '<span lang="en">a &lt; b (en)</span>'
    """
    return f'<span lang="en">{safe(text, most)}</span>' if is_foreign(text) else safe(text, most)


def plain(text: object, most: int = _SHOWN) -> str:
    r"""Return text for a Streamlit label, which reads Markdown: every sign that could mean something is disarmed.

    A backslash disarms Markdown's own signs; colons, at-signs and ``www.`` get an invisible joiner, because icons,
    colours and links are searched for in the finished text.

    Examples
    --------
    >>> plain("![t](http://x)").startswith("\\!\\[t\\]")
    True
    """
    shown = _INVISIBLE.sub("\ufffd", str(text)).replace("\n", " ")
    shown = shown if len(shown) <= most else shown[: most - 1] + "…"
    joined = re.sub(r"(?i)(:|@|www)", rf"\1{_JOINER}", shown)
    return _MARKS.sub(r"\\\1", joined)


def speech(code: str) -> str:
    """Return what tells browser and screen reader in which language the page is: Streamlit's own page says English.

    Examples
    --------
    >>> speech("de")
    '<script>document.documentElement.lang="de"</script>'
    """
    return f'<script>document.documentElement.lang="{code if code in LANGUAGES else ENGLISH}"</script>'


def head(title: str, where: str = "", who: str = "") -> str:
    """Return the page's first line: what, where and as of when, who I am.

    Examples
    --------
    >>> "qc-who" in head("Sign in"), "anna" in head("Alarms", "Works", "anna")
    (False, True)
    """
    place = f'<span class="qc-where qc-name">{safe(where)}</span>' if where else ""
    person = f'<span class="qc-who">{safe(who)}</span>' if who else ""
    return f'<div class="qc-head" lang="{spoken()}"><h1>{safe(title)}</h1>{place}{person}</div>'


def heading(text: str, note: str = "") -> str:
    """Return a section's heading with an optional soft note beside it."""
    beside = f' <span class="qc-soft qc-small" style="font-weight:400">{told(note, 300)}</span>' if note else ""
    return f'<h2 class="qc-h2">{told(text)}{beside}</h2>'


def chip(state: str, words: str) -> str:
    """Return symbol and word of a state in its colour.

    Examples
    --------
    >>> chip("act", "■ Act")
    '<span class="qc-chip act">■ Act</span>'
    """
    known = state if state in {"act", "watch", "info", "ok", "unknown"} else ""
    return f'<span class="qc-chip {known}">{safe(words)}</span>'


def link(address: str, words: str) -> str:
    """Return a line that leads to another page of this host.

    Examples
    --------
    >>> link("/sign-in", "Sign in")
    '<p><a href="/sign-in" target="_self">Sign in</a></p>'
    """
    return f'<p><a href="{safe(address)}" target="_self">{safe(words)}</a></p>'


def _commanded(text: str, most: int) -> str:
    """Return text for the content of an element, in which what stands in backticks is a command."""
    return _COMMAND.sub(r"<code>\1</code>", told(text, most))


def facts(items: Iterable[Fact]) -> str:
    """Return a row of numbers with their labels, limits and ages."""
    cells = [
        f'<div class="qc-fact {safe(f.state)}"><div class="l" title="{safe(f.label)}">{safe(f.label)}</div>'
        f'<div class="v">{told(f.value)}{_measured(f)}</div>'
        f'<div class="n">{_commanded(f.note, 200)}</div></div>'
        for f in items
    ]
    return f'<div class="qc-facts">{"".join(cells)}</div>'


def _measured(fact: Fact) -> str:
    """Return a fact's unit behind its number; none where there is no number."""
    return f" <small>{safe(fact.unit)}</small>" if fact.unit and fact.value != "–" else ""


def line(state: str, words: str, text: str, picture: str = "", below: str = "") -> str:
    """Return one line of a list: state, sentence with a soft line below, a picture between."""
    drawn = f'<div class="p">{picture}</div>' if picture else ""
    under = f'<div class="qc-soft qc-small">{told(below, 400)}</div>' if below else ""
    return (
        f'<div class="qc-line"><div class="s">{chip(state, words)}</div>{drawn}'
        f'<div class="t"><div>{told(text, 600)}</div>{under}</div></div>'
    )


def points(sentences: Iterable[str]) -> str:
    """Return sentences as points of a list.

    Examples
    --------
    >>> points(["a", "<b>"])
    '<ul class="qc-points"><li>a</li><li>&lt;b&gt;</li></ul>'
    """
    return f'<ul class="qc-points">{"".join(f"<li>{told(sentence, 600)}</li>" for sentence in sentences)}</ul>'


def note(text: str, state: str = "") -> str:
    """Return a sentence with a mark at its side; for verdicts and empty states; what stands in backticks is a command.

    Examples
    --------
    >>> note("run `qc up` <b>")
    '<div class="qc-note ">run <code>qc up</code> &lt;b&gt;</div>'
    """
    known = state if state in {"act", "watch", "info"} else ""
    return f'<div class="qc-note {known}">{_commanded(text, 1000)}</div>'


def legend(level: float | None = None) -> str:
    """Return the legend that stands under every chart of units, always the same."""
    band = tr("predicted, in its interval band")
    marks = [
        ("●", tr("measured")),
        (
            "<span style='color:var(--qc-model)'>○</span>",
            tr("predicted, in its {share} interval band", share=per_cent(level)) if level else band,
        ),
        ("<span style='color:var(--qc-faint)'>◌</span>", tr("predicted outside the known domain")),
        ("<span style='color:var(--qc-act)'>● ○</span>", tr("outside the specification")),
        ("—", tr("specification")),
        ("- -", tr("control limits")),
        ("│", tr("event")),
    ]
    return '<div class="qc-legend">' + "".join(f"<span><b>{m}</b> {safe(w)}</span>" for m, w in marks) + "</div>"


def legend_of(marks: Iterable[tuple[str, str, str]]) -> str:
    """Return a legend: for each mark its ink (a name of the palette), its symbol, and what it means."""
    spans = [f"<span><b style='color:var(--qc-{safe(ink)})'>{safe(m)}</b> {safe(w)}</span>" for ink, m, w in marks]
    return f'<div class="qc-legend">{"".join(spans)}</div>'


def spark(
    values: Sequence[float],
    lower: float | None,
    upper: float | None,
    inks: Palette,
    size: tuple[int, int] = (160, 36),
    *,
    results: Sequence[Sequence[float]] = (),
) -> str:
    """Return a sparkline as a data address: predictions as a line, its newest as an open dot, results as filled dots.

    Parameters
    ----------
    values : sequence of float
        Predictions, the newest last.
    lower, upper : float, optional
        The specification, drawn as a band; what lies beyond is in the alarm colour.
    inks : Palette
    size : tuple of int, optional
        Width and height in pixels; the vertical scale holds the specification, the values and the results.
    results : sequence of (float, float), optional
        Measured values, each after its place along the line (0 to 1).
    """
    if not values:
        return ""
    wide, high = size
    limits = [v for v in (lower, upper) if v is not None]
    seen = [*values, *limits, *(value for _, value in results)]
    low, top = min(seen), max(seen)
    room = (top - low) * 0.08 or abs(top) * 0.01 or 1.0
    low, top = low - room, top + room

    def y(value: float) -> float:
        return round(high - (value - low) / (top - low) * high, 1)

    step = (wide - 10) / max(1, len(values) - 1)
    points = [(round(4 + n * step, 1), y(v)) for n, v in enumerate(values)]
    out = [at for at, v in zip(points, values, strict=True) if _beyond(v, lower, upper)]
    ends = (y(upper) if upper is not None else 0.0, y(lower) if lower is not None else float(high))
    dots = [(round(4 + at * (wide - 10), 1), y(v), _beyond(v, lower, upper)) for at, v in results]
    parts = [*_band(ends, [y(v) for v in limits], wide, inks), *_course(points, out, inks), *_results(dots, inks)]
    return _address("".join(parts), wide, high)


def image(address: str, words: str) -> str:
    """Return an image element for a data address made here."""
    return f'<img src="{html.escape(address)}" alt="{safe(words)}">' if address else ""


def sheet(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]], below: str = "") -> str:
    """Return a page of its own to print: a title, a table with lines to write on, and a sentence; black on white.

    Examples
    --------
    >>> "<td>&lt;b&gt;</td>" in sheet("t", ["Unit"], [["<b>"]])
    True
    """
    style = (
        "body{font:13px sans-serif;margin:2em}table{border-collapse:collapse;width:100%}"
        "td,th{border:1px solid #000;padding:6px 8px;text-align:left}td:last-child{min-width:9em}"
    )
    top = "".join(f"<th>{safe(text)}</th>" for text in headings)
    lines = "".join(f"<tr>{''.join(f'<td>{safe(text, 300)}</td>' for text in row)}</tr>" for row in rows)
    head_ = f"<meta charset='utf-8'><title>{safe(title)}</title><style>{style}</style>"
    body = f"<h3>{safe(title)}</h3><table><tr>{top}</tr>{lines}</table><p>{safe(below, 600)}</p>"
    return f"<!doctype html><html lang='{spoken()}'><head>{head_}</head><body>{body}</body></html>"


def _beyond(value: float, lower: float | None, upper: float | None) -> bool:
    return (upper is not None and value > upper) or (lower is not None and value < lower)


def _band(ends: tuple[float, float], limits: list[float], wide: int, inks: Palette) -> list[str]:
    tall = max(0.0, ends[1] - ends[0])
    if not limits:
        return []
    rules = [f'<path d="M0 {y}H{wide}" stroke="{inks.faint}"/>' for y in limits]
    return [
        f'<rect y="{ends[0]}" width="{wide}" height="{tall:.1f}" fill="{inks.faint}" fill-opacity=".18"/>',
        *rules,
    ]


def _course(points: list[tuple[float, float]], out: list[tuple[float, float]], inks: Palette) -> list[str]:
    path = "M" + "L".join(f"{x} {y}" for x, y in points)
    x, y = points[-1]
    newest = inks.act if points[-1] in out else inks.ink
    return [
        f'<path d="{path}" fill="none" stroke="{inks.soft}" stroke-width="1.25"/>',
        *(f'<circle cx="{px}" cy="{py}" r="1.8" fill="{inks.act}"/>' for px, py in out),
        f'<circle cx="{x}" cy="{y}" r="2.6" fill="{inks.paper}" stroke="{newest}" stroke-width="1.4"/>',
    ]


def _results(dots: list[tuple[float, float, bool]], inks: Palette) -> list[str]:
    return [f'<circle cx="{x}" cy="{y}" r="2.2" fill="{inks.act if out else inks.ink}"/>' for x, y, out in dots]


def _address(parts: str, wide: int, high: int) -> str:
    head_ = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}">'
    return "data:image/svg+xml;base64," + base64.b64encode(f"{head_}{parts}</svg>".encode()).decode()
