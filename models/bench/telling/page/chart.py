"""Charts as SVG text: coloured by the page's style sheet, so that they follow light and dark."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

_LEFT, _RIGHT, _TOP, _BOTTOM = 38, 10, 24, 20
_ROW = 22
_NAMES = 130


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart.

    Parameters
    ----------
    name : str
    values : tuple of float or None
        One for each place; None is a gap.
    look : str
        A class of the style sheet. Peers and members do not widen the axis: what lies beyond is cut off.
    """

    name: str
    values: tuple[float | None, ...]
    look: str


def line_chart(
    title: str, places: Sequence[str], series: Sequence[Series], *, width: int = 420, height: int = 240
) -> str:
    """Draw series over evenly spaced places.

    Parameters
    ----------
    title : str
    places : sequence of str
        Names along the axis.
    series : sequence of Series
        Later ones lie on top.
    width, height : int
        In pixels; the chart shrinks with its column.

    Returns
    -------
    str
        An ``<svg>`` element.

    Examples
    --------
    >>> drawn = line_chart("error", ["5", "10"], [Series("ours", (0.9, 0.8), "own-1")])
    >>> drawn.count("<circle"), "ours, 10: 0.800" in drawn
    (2, True)
    """
    ticks = ticks_of([v for s in series if s.look not in {"peer", "member"} for v in s.values if v is not None])
    if not ticks:
        return ""
    step = (width - _LEFT - _RIGHT) / max(len(places), 1)
    x = [_LEFT + step * (i + 0.5) for i in range(len(places))]
    y = _Scale(ticks[0], ticks[-1], height - _BOTTOM, _TOP)
    parts = [f'<text class="name" x="2" y="13">{escape(title)}</text>']
    for tick in ticks:
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="tick end" x="{_LEFT - 5}" y="{y(tick) + 3.5:.1f}">{tick:.3g}</text>')
    for place, at in zip(places, x, strict=True):
        parts.append(f'<text class="tick mid" x="{at:.1f}" y="{height - 5}">{escape(place)}</text>')
    for one in series:
        parts += _drawn(one, places, x, y)
    return _svg(title, width, height, parts)


def dot_chart(
    title: str,
    rows: Sequence[tuple[str, Sequence[tuple[str, float]]]],
    *,
    low: float,
    high: float,
    band: tuple[float, float],
    width: int = 460,
) -> str:
    """Draw a row of dots for each name over a band where they should lie.

    Parameters
    ----------
    title : str
    rows : sequence of (str, sequence of (str, float))
        Name, and its dots with what each is about; shares between 0 and 1.
    low, high : float
        Ends of the axis; dots beyond lie on its edge.
    band : (float, float)
    width : int

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    height = _TOP + _ROW * len(rows) + _BOTTOM
    x = _Scale(low, high, _NAMES, width - 24)
    left, right, tall = x(band[0]), x(band[1]), height - _TOP - _BOTTOM + 4
    parts = [f'<text class="name" x="2" y="13">{escape(title)}</text>']
    parts.append(f'<rect class="band" x="{left:.1f}" y="{_TOP - 4}" width="{right - left:.1f}" height="{tall}"/>')
    parts += [
        f'<text class="tick mid" x="{x(tick):.1f}" y="{height - 5}">{100 * tick:.3g} %</text>'
        for tick in ticks_of([low, high])
        if low <= tick <= high
    ]
    for i, (name, dots) in enumerate(rows):
        at = _TOP + _ROW * (i + 0.5)
        parts.append(f'<text class="tick" x="2" y="{at + 3.5:.1f}">{escape(name)}</text>')
        parts.append(f'<line class="grid" x1="{_NAMES}" x2="{width - 10}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts += [_dot(f"{name}, {words}", value, j, x=x, at=at, band=band) for j, (words, value) in enumerate(dots)]
    return _svg(title, width, height, parts)


def ticks_of(values: Sequence[float], most: int = 5) -> list[float]:
    """Return round numbers that span `values`.

    Examples
    --------
    >>> ticks_of([0.62, 1.07])
    [0.6, 0.7, 0.8, 0.9, 1.0, 1.1]
    >>> ticks_of([])
    []
    """
    if not values:
        return []
    low, high = min(values), max(values)
    if high - low < 1e-9 * max(abs(high), 1.0):
        low, high = low - 0.05 * (abs(low) or 1.0), high + 0.05 * (abs(high) or 1.0)
    span = high - low
    power = 10.0 ** math.floor(math.log10(span / most))
    step = next(power * m for m in (1, 2, 5, 10) if span / (power * m) <= most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        return self.start + (self.end - self.start) * (value - self.low) / (self.high - self.low)


def _drawn(one: Series, places: Sequence[str], x: Sequence[float], y: _Scale) -> Iterator[str]:
    points = [(place, at, v) for place, at, v in zip(places, x, one.values, strict=True)]
    inside = [(p, at, v) for p, at, v in points if v is not None and y.low <= v <= y.high]
    for there, run in groupby(points, key=lambda p: p[2] is not None):
        path = " ".join(f"{at:.1f},{_kept(y(v), y):.1f}" for _, at, v in run if v is not None)
        if there:
            yield f'<polyline class="{one.look}" points="{path}"><title>{escape(one.name)}</title></polyline>'
    for place, at, value in inside if one.look != "peer" else ():
        yield (
            f'<circle class="{one.look}" cx="{at:.1f}" cy="{y(value):.1f}" r="3.2">'
            f"<title>{escape(one.name)}, {escape(place)}: {value:.3f}</title></circle>"
        )


def _dot(words: str, value: float, place: int, *, x: _Scale, at: float, band: tuple[float, float]) -> str:
    look = f"dot step-{min(place, 3)}" + ("" if band[0] <= value <= band[1] else " out")
    return (
        f'<circle class="{look}" cx="{x(min(max(value, x.low), x.high)):.1f}" cy="{at:.1f}" r="5">'
        f"<title>{escape(words)}: {100 * value:.1f} %</title></circle>"
    )


def _kept(at: float, y: _Scale) -> float:
    """Keep what lies beyond the axis at its edge."""
    return min(max(at, y.end - 3), y.start + 3)


def _svg(title: str, width: int, height: int, parts: Sequence[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title, quote=True)}">{"".join(parts)}</svg>'
    )
