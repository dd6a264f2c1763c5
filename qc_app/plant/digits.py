"""How many digits a value of a characteristic deserves, and values and limits as a sentence in English says them."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from data_connectors.schema import Characteristic

FINEST = 15
"""Decimals at the most: a double has no more."""


def decimals(characteristic: Characteristic, values: Iterable[float] = ()) -> int:
    """Return how many decimals a value of `characteristic` deserves: a hundredth of its tolerance.

    Without two limits the spread of `values` stands in for the tolerance.

    Examples
    --------
    >>> decimals(Characteristic("thickness", "mm", lower=2.4, upper=2.6)), decimals(Characteristic("strength", "MPa"))
    (3, 2)
    """
    if characteristic.lower is not None and characteristic.upper is not None:
        width = characteristic.upper - characteristic.lower
    else:
        finite = [v for v in values if math.isfinite(v)]
        width = max(finite) - min(finite) if len(finite) > 1 else 1.0
    return min(FINEST, max(0, 2 - math.floor(math.log10(width)))) if width > 0 else 2


def reading(value: float, characteristic: Characteristic, values: Iterable[float] = ()) -> str:
    """Return a value of a characteristic with its digits; of a yes or no, in per cent how likely a defect is.

    Parameters
    ----------
    value : float
        Finite.
    characteristic : Characteristic
    values : iterable of float
        Others of its kind, see `decimals`.

    Examples
    --------
    >>> reading(12345.678, Characteristic("load", "N", lower=12_000, upper=12_340))
    '12346 N'
    >>> reading(0.6351, Characteristic("crack", kind="binary"))
    '64%'
    """
    if characteristic.kind == "binary":
        return f"{value:.0%}"
    return f"{value:z.{decimals(characteristic, values)}f} {characteristic.unit}".rstrip()


def limits(characteristic: Characteristic) -> str:
    """Return the specification as it was declared, with its unit; nothing where there is none.

    Examples
    --------
    >>> limits(Characteristic("load", "N", lower=1_250_000, upper=2e6)), limits(Characteristic("ash", "%", upper=1.35))
    ('1250000 to 2000000 N', 'at most 1.35 %')
    """
    lower, upper = (exactly(limit) for limit in (characteristic.lower, characteristic.upper))
    both = f"{lower} to {upper}"
    told = both if lower and upper else f"at most {upper}" if upper else f"at least {lower}" if lower else ""
    return f"{told} {characteristic.unit}".rstrip() if told else ""


def exactly(value: float | None) -> str:
    """Return a number with every digit that was declared and none more, never as a power of ten; nothing for none.

    Examples
    --------
    >>> exactly(1_234_567.5), exactly(1e-7), exactly(590.0), exactly(None)
    ('1234567.5', '0.0000001', '590', '')
    """
    return "" if value is None else np.format_float_positional(value, trim="-")
