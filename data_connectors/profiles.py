"""What a column is usually like, and whether another is like it, in the same unit or in another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
import polars as pl

from data_connectors.errors import DefinitionError
from data_connectors.rows.units import convert

#: Values looked at a delivery, evenly spread over it.
SAMPLE = 500
#: Below so many values nothing is said.
FEWEST = 5
#: A profile remembers about so many values; newer ones push older ones out.
MEMORY = 2000
#: A median further from the usual one than so many quartile ranges is no ordinary change of the process.
FAR = 6.0
#: How near, in quartile ranges, the median of what is the same in another unit has to be.
NEAR = 1.5

_UNITS = (
    ("mm", "cm", "m", "micrometer", "inch", "foot"), ("degC", "degF", "kelvin"),
    ("bar", "mbar", "Pa", "kPa", "MPa", "psi"), ("g", "kg", "tonne", "pound"), ("N", "kN", "pound_force"),
    ("m/s", "m/min", "mm/s", "foot/min"), ("W", "kW", "MW", "horsepower"), ("V", "mV", "kV"), ("A", "mA", "kA"),
    ("l/min", "m**3/h", "l/h", "gallon/min"), ("s", "ms", "min", "hour"), ("", "percent", "ppm"),
    ("Hz", "kHz", "1/min"), ("J", "kJ", "kWh"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """The quartiles of a column and how many values they stand on.

    Parameters
    ----------
    n : int
    low, middle, high : float
        First quartile, median and third quartile.
    """

    n: int
    low: float
    middle: float
    high: float

    @property
    def spread(self) -> float:
        """The quartile range; of a column that hardly moves a thousandth of its median."""
        return max(self.high - self.low, 1e-3 * abs(self.middle), 1e-9)

    def with_(self, new: Profile) -> Profile:
        """Return the profile after more values came."""
        share = new.n / (min(self.n, MEMORY) + new.n)
        mixed = [
            (1 - share) * old + share * fresh
            for old, fresh in zip((self.low, self.middle, self.high), (new.low, new.middle, new.high), strict=True)
        ]
        return Profile(self.n + new.n, *mixed)

    def converted(self, delivered: str, wanted: str) -> Profile:
        """Return the profile of the same values when numbers in the unit `delivered` are taken for ones in `wanted`.

        Raises
        ------
        DefinitionError
            If there is no conversion.
        """
        ends = convert(np.array([self.low, self.middle, self.high]), wanted, delivered, "profile")
        low, middle, high = sorted(float(v) for v in ends)
        return Profile(self.n, low, middle, high)


def profile_of(values: pl.Series) -> Profile | None:
    """Return the profile of a column's values, from a sample spread over it; None of fewer than five.

    Examples
    --------
    >>> profile_of(pl.Series([1.0, 2.0, 3.0, 4.0, 5.0]))
    Profile(n=5, low=2.0, middle=3.0, high=4.0)
    """
    if len(values) < FEWEST:
        return None
    sample = values.gather_every(max(1, len(values) // SAMPLE)).drop_nulls()
    if len(sample) < FEWEST:
        return None
    low, middle, high = np.quantile(sample.to_numpy(), (0.25, 0.5, 0.75))
    return Profile(len(sample), float(low), float(middle), float(high))


def alike(usual: Profile, new: Profile) -> bool:
    """Whether two columns may hold the same quantity in the same unit.

    Examples
    --------
    >>> alike(Profile(100, 9.0, 10.0, 11.0), Profile(50, 9.2, 10.3, 11.1))
    True
    >>> alike(Profile(100, 9.0, 10.0, 11.0), Profile(50, 90.0, 100.0, 110.0))
    False
    """
    wide = max(usual.spread, new.spread)
    return abs(new.middle - usual.middle) <= NEAR * usual.spread and wide <= 4 * min(usual.spread, new.spread)


def in_another_unit(usual: Profile, new: Profile, unit: str, *, anyway: bool = False) -> str | None:
    """Return the unit in which `new` seems to come where `unit` was usual, or None.

    Parameters
    ----------
    usual, new : Profile
    unit : str
        In which values were delivered until now.
    anyway : bool
        Look also where the numbers are not far from the usual ones.

    Examples
    --------
    >>> usual = Profile(500, 848.0, 850.0, 852.0)
    >>> in_another_unit(usual, Profile(20, 1559.0, 1562.0, 1565.0), "degC")
    'degF'
    >>> in_another_unit(usual, Profile(20, 880.0, 885.0, 890.0), "degC") is None
    True
    """
    if not anyway and abs(new.middle - usual.middle) <= FAR * usual.spread:
        return None
    near = {}
    for other in _others(unit):
        try:
            would = usual.converted(other, unit)
        except DefinitionError:
            continue
        if alike(would, new):
            near[other] = abs(new.middle - would.middle) / would.spread
    return min(near, key=lambda name: near[name], default=None)


def _others(unit: str) -> list[str]:
    """Return the usual units of the quantity that `unit` measures."""
    found = [row for row in _UNITS if _convertible(row[-1], unit)]
    return [name for name in chain.from_iterable(found) if name != unit]


def _convertible(name: str, unit: str) -> bool:
    try:
        convert(np.empty(0), name, unit, "")
    except DefinitionError:
        return False
    return True
