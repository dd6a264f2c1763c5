"""What every chart shares: the axis of time, titles with units, the theme of the page."""

from __future__ import annotations

from typing import Any

import altair as alt

from qc_app.dashboard.theme import Palette, vega
from qc_app.language import picture_day

_WRITTEN = "datum.value == 0 || (abs(datum.value) >= 1e-4 && abs(datum.value) < 1e6)"
NUMBER = f"{_WRITTEN} ? format(datum.value, '.6~r') : format(datum.value, '.3~e')"
"""How an axis writes its numbers; very small and very large ones with their power of ten, that they fit."""
LABEL_ROOM = 46
"""Pixels left of a plot, so that plots above each other begin at the same place."""
_MOST_PLACES = 6
_MIDNIGHT = "utchours(datum.value) == 0 && utcminutes(datum.value) == 0"


def time_axis(title: str | None, ticks: int = 8) -> alt.Axis:
    """Return the axis of wall time that every chart has."""
    clock = f"utcFormat(datum.value, {_MIDNIGHT} ? '{picture_day()}' : '%H:%M')"
    return alt.Axis(title=title, labelExpr=clock, tickCount=ticks, grid=False)


def written(places: int) -> str:
    """Return the format of an axis of values with so many decimals.

    Examples
    --------
    >>> written(2), written(0), written(9)
    ('.1f', '.0f', '.3~e')
    """
    return f".{max(0, places - 1)}f" if places <= _MOST_PLACES else ".3~e"


def titled(name: str, unit: str) -> str:
    """Return what an axis shows: a name, with its unit if it has one.

    Examples
    --------
    >>> titled("thickness", "mm"), titled("ratio", "")
    ('thickness (mm)', 'ratio')
    """
    return f"{name} ({unit})" if unit else name


def themed(chart: Any, inks: Palette) -> alt.LayerChart:
    """Return the chart, just made, in the theme of the page."""
    chart.config = alt.Config(**vega(inks))  # `configure` would copy every layer for it
    dressed: alt.LayerChart = chart
    return dressed
