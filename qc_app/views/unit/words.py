"""A unit's explanation in words: the same sentences on the page and on the command line."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_connectors.schema import Characteristic, Stage
from qc_app.language import between, figures_of, later, ntr, number, tr
from qc_app.views.figures import figure, interval, percent

ABNORMAL = 0.95
NOTABLE_PART = 0.1
NOTABLE_SHARE = 0.25
NOTABLE_SPREADS = 3.0
FAR = 3.0
NAMED = 3
CAVEAT = later(
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
            return tr("nonconforming") if value > 0.5 else tr("conforming")
        return self.value(value)

    def value(self, value: float | None) -> str:
        """Return a value with its unit."""
        if self.what.kind == "binary":
            return percent(value)
        return figure(value, self.places, self.what.unit)

    def between(self, lower: float | None, upper: float | None) -> str:
        """Return an interval, without the unit."""
        if self.what.kind == "binary":
            return tr("{lower} to {upper}", lower=percent(lower), upper=percent(upper))
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
        rounded = round(self.factor * value, self.fine) or 0.0
        text = figure(rounded, self.fine)
        signed = f"+{text}" if rounded > 0 else text
        return tr("{change} points", change=signed) if self.what.kind == "binary" else signed


def headline(content: Content, scale: Scale) -> str:
    """Say the prediction, its interval, and how it differs from what the model says of usual units."""
    value, base = float(content["value"]), float(content["base"])
    fields = {
        "value": scale.value(value),
        "level": percent(float(content["level"])),
        "range": scale.between(content["lower"], content["upper"]),
    }
    if not uses_parameters(content):
        return tr(
            "Predicted {value} ({level} interval {range}): the model looks at no parameter here, "
            "it says this of every unit of the stage.",
            **fields,
        )
    fields |= {"gap": scale.change(abs(value - base)).removeprefix("+"), "base": scale.value(base)}
    if value >= base:
        return tr(
            "Predicted {value} ({level} interval {range}), {gap} above the {base} that it says of the stage's "
            "usual units.",
            **fields,
        )
    return tr(
        "Predicted {value} ({level} interval {range}), {gap} below the {base} that it says of the stage's usual units.",
        **fields,
    )


def reasons(content: Content, scale: Scale, stage: Stage) -> str:
    """Name the parameters that make most of the difference, with their values beside the usual ones."""
    large = _largest(content)
    if not large:
        return tr("No single parameter stands out.") if uses_parameters(content) else ""
    units = {p.name: p.unit for p in stage.parameters}
    named = [f"{p['name']} {scale.change(p['part'])} ({_beside(p, units.get(p['name'], ''))})" for p in large]
    return tr("Most of it: {parameters}.", parameters=between(", ").join(named))


def in_short(content: Content, scale: Scale) -> str:
    """Return the largest contributions in a few words, for a hover.

    Examples
    --------
    >>> parts = [{"name": "force", "part": 0.1}, {"name": "speed", "part": -0.02}, {"name": "gap", "part": 0.001}]
    >>> in_short({"parts": parts, "rest": 0.0}, Scale(Characteristic("y", "mm"), 2))
    'force +0.100, speed −0.020'
    """
    return between(", ").join(f"{p['name']} {scale.change(p['part'])}" for p in _largest(content)) or tr(
        "no single parameter"
    )


def _largest(content: Content) -> list[Content]:
    parts: Sequence[Content] = content["parts"]
    whole = sum(abs(p["part"]) for p in parts) + abs(float(content["rest"]))
    return [p for p in parts if whole and abs(p["part"]) >= NOTABLE_PART * whole][:NAMED]


def strangeness(content: Content) -> str:
    """Say which parameters make the unit strange, in standard deviations and with their direction."""
    anomaly, inside = float(content["anomaly"] or 0.0), bool(content["in_domain"])
    said = [] if inside else [tr("Outside the domain in which the model was shown to work.")]
    if content["by"] == "nothing":
        return " ".join([*said, tr("Too few units so far to tell what is strange.")])
    share = percent(1 - anomaly)
    if inside and anomaly <= ABNORMAL:
        return tr("No: {share} of normal units are at least as abnormal.", share=share)
    said.append(
        tr("Only {share} of normal units are as abnormal.", share=share)
        if anomaly < 1
        else tr("No unit seen is as abnormal.")
    )
    odd = sorted((p for p in content["parts"] if p["share"] >= NOTABLE_SHARE), key=lambda p: -p["share"])[:NAMED]
    if not odd:
        said.append(tr("No single parameter does it, the combination of many does."))
    return " ".join([*said, *(_odd(p, str(content["by"])) for p in odd)])


def precedents(content: Content, scale: Scale) -> str:
    """Say what became of the nearest measured units, and whether they are near at all."""
    near: Sequence[Content] = content["near"]
    if not near:
        return tr("No unit of this stage is measured yet: there is no precedent.")
    values = [float(n["value"]) for n in near]
    many, bad = len(near), sum(beyond(v, scale.what) for v in values)
    if scale.what.kind == "binary":
        said = ntr(
            "The nearest measured unit: {bad} nonconforming.",
            "The {n} nearest measured units: {bad} nonconforming.",
            many,
            bad=bad,
        )
    else:
        width = scale.value(values[0]) if len(near) == 1 else f"{scale.between(min(values), max(values))}"
        unit = f" {scale.what.unit}" if scale.what.unit and len(near) > 1 else ""
        said = ntr(
            "The nearest measured unit: {values}, {bad} out of specification.",
            "The {n} nearest measured units: {values}, {bad} out of specification.",
            many,
            values=f"{width}{unit}",
            bad=bad,
        )
    usual = content["near_usual"]
    if usual and near[0]["distance"] > FAR * usual:
        times = number(near[0]["distance"] / usual)
        far = tr("They are far: {n} times as far as measured units usually lie apart.", n=times)
        return f"{said} {far}"
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
        return tr("missing")
    return f"{figures_of(f'{value:.4g}')} {unit}".rstrip()


def _beside(part: Content, unit: str) -> str:
    return tr("{now}, usually {usual}", now=reading(part["now"], unit), usual=reading(part["usual"]))


def _odd(part: Content, by: str) -> str:
    own, which = "", (part["beyond"] > 0, by == "plane")
    if part["sd"] is not None:
        n, high = number(abs(part["sd"]), 1), part["sd"] > 0
        own = " " + (tr("({n} above its own middle)", n=n) if high else tr("({n} below its own middle)", n=n))
    return tr(_ODD[which], name=part["name"], n=number(abs(part["beyond"]), 1), own=own)


#: Whether above, whether held against the other parameters -> the sentence.
_ODD = {
    (True, True): later("{name} lies {n} standard deviations above what the other parameters suggest{own}."),
    (False, True): later("{name} lies {n} standard deviations below what the other parameters suggest{own}."),
    (True, False): later("{name} lies {n} standard deviations above what the nearest units have{own}."),
    (False, False): later("{name} lies {n} standard deviations below what the nearest units have{own}."),
}
