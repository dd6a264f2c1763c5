"""A unit's explanation in words: the same sentences on the page and on the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_connectors.schema import Characteristic, Stage
from qc_app.views.figures import figure, interval, percent

ABNORMAL = 0.95
NOTABLE_PART = 0.1
NOTABLE_SHARE = 0.25
NOTABLE_SPREADS = 3.0
FAR = 3.0
NAMED = 3
CAVEAT = (
    "What the model would say of such a unit, everything else kept; not a promise that setting the parameter brings it."
)

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scale:
    """How values of a characteristic are written: decimals and unit, a probability in per cent."""

    what: Characteristic
    places: int

    @property
    def factor(self) -> float:
        """By what numbers in charts and tables are multiplied: probabilities are shown in per cent."""
        return 100.0 if self.what.kind == "binary" else 1.0

    @property
    def unit(self) -> str:
        """Unit of numbers in charts and tables."""
        return "%" if self.what.kind == "binary" else self.what.unit

    @property
    def decimals(self) -> int:
        """Decimals of values in tables."""
        return 0 if self.what.kind == "binary" else self.places

    @property
    def fine(self) -> int:
        """Decimals of differences: one more, where a value has few."""
        return 1 if self.what.kind == "binary" else min(self.places + 1, max(self.places, 3))

    def measured(self, value: float | None) -> str:
        """Return a measured value; of a defect, the verdict."""
        if self.what.kind == "binary" and value is not None:
            return "nonconforming" if value > 0.5 else "conforming"
        return self.value(value)

    def value(self, value: float | None) -> str:
        """Return a value with its unit."""
        if self.what.kind == "binary":
            return percent(value)
        return figure(value, self.places, self.what.unit)

    def between(self, lower: float | None, upper: float | None) -> str:
        """Return an interval, without the unit."""
        if self.what.kind == "binary":
            return f"{percent(lower)} to {percent(upper)}"
        return interval(lower, upper, self.places)

    def change(self, value: float) -> str:
        """Return a difference with its sign.

        Examples
        --------
        >>> Scale(Characteristic("y", "mm"), 2).change(-0.0312)
        '−0.031'
        >>> Scale(Characteristic("y", "mm"), 2).change(-0.0001)
        '0.000'
        >>> Scale(Characteristic("crack", kind="binary"), 2).change(0.051)
        '+5.1 points'
        """
        text = figure(round(self.factor * value, self.fine) or 0.0, self.fine)
        signed = text if text.startswith("−") or not text.strip("0.") else f"+{text}"
        return f"{signed} points" if self.what.kind == "binary" else signed


def headline(content: Content, scale: Scale) -> str:
    """Say the prediction, its interval, and how it differs from what the model says of usual units."""
    value, base = float(content["value"]), float(content["base"])
    level = f"{100 * float(content['level']):.0f} % interval"
    said = f"Predicted {scale.value(value)} ({level} {scale.between(content['lower'], content['upper'])})"
    if not uses_parameters(content):
        return f"{said}: the model looks at no parameter here, it says this of every unit of the stage."
    side = "above" if value >= base else "below"
    gap = scale.change(abs(value - base)).removeprefix("+")
    return f"{said}, {gap} {side} the {scale.value(base)} that it says of the stage's usual units."


def reasons(content: Content, scale: Scale, stage: Stage) -> str:
    """Name the parameters that make most of the difference, with their values beside the usual ones."""
    large = _largest(content)
    if not large:
        return "No single parameter stands out." if uses_parameters(content) else ""
    units = {p.name: p.unit for p in stage.parameters}
    named = [f"{p['name']} {scale.change(p['part'])} ({_beside(p, units.get(p['name'], ''))})" for p in large]
    return f"Most of it: {', '.join(named)}."


def in_short(content: Content, scale: Scale) -> str:
    """Return the largest contributions in a few words, for a hover.

    Examples
    --------
    >>> parts = [{"name": "force", "part": 0.1}, {"name": "speed", "part": -0.02}, {"name": "gap", "part": 0.001}]
    >>> in_short({"parts": parts, "rest": 0.0}, Scale(Characteristic("y", "mm"), 2))
    'force +0.100, speed −0.020'
    """
    return ", ".join(f"{p['name']} {scale.change(p['part'])}" for p in _largest(content)) or "no single parameter"


def _largest(content: Content) -> list[Content]:
    parts: Sequence[Content] = content["parts"]
    whole = sum(abs(p["part"]) for p in parts) + abs(float(content["rest"]))
    return [p for p in parts if whole and abs(p["part"]) >= NOTABLE_PART * whole][:NAMED]


def strangeness(content: Content) -> str:
    """Say which parameters make the unit strange, in standard deviations and with their direction."""
    anomaly, inside = float(content["anomaly"] or 0.0), bool(content["in_domain"])
    head = "" if inside else "Outside the domain in which the model was shown to work. "
    if content["by"] == "nothing":
        return f"{head}Too few units so far to tell what is strange."
    if inside and anomaly <= ABNORMAL:
        return f"No: {percent(1 - anomaly)} of normal units are at least as abnormal."
    head += (
        f"Only {percent(1 - anomaly)} of normal units are as abnormal. "
        if anomaly < 1
        else "No unit seen is as abnormal. "
    )
    odd = sorted((p for p in content["parts"] if p["share"] >= NOTABLE_SHARE), key=lambda p: -p["share"])[:NAMED]
    if not odd:
        return f"{head}No single parameter does it, the combination of many does."
    return head + " ".join(_odd(p, str(content["by"])) for p in odd)


def precedents(content: Content, scale: Scale) -> str:
    """Say what became of the nearest measured units, and whether they are near at all."""
    near: Sequence[Content] = content["near"]
    if not near:
        return "No unit of this stage is measured yet: there is no precedent."
    values = [float(n["value"]) for n in near]
    many = "The nearest measured unit" if len(near) == 1 else f"The {len(near)} nearest measured units"
    bad = sum(beyond(v, scale.what) for v in values)
    if scale.what.kind == "binary":
        said = f"{many}: {bad} nonconforming."
    else:
        width = scale.value(values[0]) if len(near) == 1 else f"{scale.between(min(values), max(values))}"
        unit = f" {scale.what.unit}" if scale.what.unit and len(near) > 1 else ""
        said = f"{many}: {width}{unit}, {bad} out of specification."
    usual = content["near_usual"]
    if usual and near[0]["distance"] > FAR * usual:
        said += f" They are far: {near[0]['distance'] / usual:.0f} times as far as measured units usually lie apart."
    return said


def uses_parameters(content: Content) -> bool:
    """Return whether any parameter contributes."""
    return any(abs(p["part"]) > 0 for p in content["parts"])


def beyond(value: float, what: Characteristic) -> bool:
    """Return whether a measured value does not conform.

    Examples
    --------
    >>> beyond(3.0, Characteristic("y", upper=2.0)), beyond(1.0, Characteristic("c", kind="binary"))
    (True, True)
    """
    if what.kind == "binary":
        return value > 0.5
    low, high = what.lower, what.upper
    return (low is not None and value < low) or (high is not None and value > high)


def unusual(part: Content) -> bool:
    """Return whether a parameter is itself abnormal: far from its middle, or from what the others suggest."""
    far = abs(float(part["sd"] or 0.0)) > NOTABLE_SPREADS
    apart = float(part["share"]) >= NOTABLE_SHARE and abs(float(part["beyond"])) > NOTABLE_SPREADS
    return far or apart


def reading(value: float | None, unit: str = "") -> str:
    """Return the value of a parameter, which has no decimals of its own.

    Examples
    --------
    >>> reading(868.23456, "degC"), reading(None), reading(-0.00001234)
    ('868.2 degC', 'missing', '−1.234e−05')
    """
    if value is None or not math.isfinite(value):
        return "missing"
    number = f"{value:.4g}".replace("-", "−")
    return f"{number} {unit}".rstrip()


def _beside(part: Content, unit: str) -> str:
    return f"{reading(part['now'], unit)}, usually {reading(part['usual'])}"


def _odd(part: Content, by: str) -> str:
    expected = "the other parameters suggest" if by == "plane" else "the nearest units have"
    side = "above" if part["beyond"] > 0 else "below"
    own = ""
    if part["sd"] is not None:
        own = f" ({abs(part['sd']):.1f} {'above' if part['sd'] > 0 else 'below'} its own middle)"
    return f"{part['name']} lies {abs(part['beyond']):.1f} standard deviations {side} what {expected}{own}."
