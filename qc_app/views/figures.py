"""Numbers with sensible digits, and symbols and words for states."""

from __future__ import annotations

import math
from types import MappingProxyType

import polars as pl

from data_connectors.schema import Characteristic
from qc_app.language import later, number, per_cent, power_of_ten, tr
from qc_app.plant import exactly

#: State -> (rank, symbol, word): a state is never told by colour alone.
STATES = MappingProxyType(
    {
        "act": (0, "■", later("Act")),
        "watch": (1, "▲", later("Watch")),
        "unknown": (2, "?", later("Unknown")),
        "ok": (3, "✓", later("Normal")),
    }
)


def state_word(state: str) -> str:
    """Return symbol and word of a state.

    Examples
    --------
    >>> state_word("act"), state_word("nonsense")
    ('■ Act', '? Unknown')
    """
    _, symbol, word = STATES.get(state, STATES["unknown"])
    return f"{symbol} {tr(word)}"


def worst(*states: str) -> str:
    """Return the worst of some states; unknown hides nothing that is known to be bad.

    Examples
    --------
    >>> worst("ok", "watch"), worst("unknown", "ok"), worst("act", "unknown")
    ('watch', 'unknown', 'act')
    """
    return min(states, key=lambda s: STATES.get(s, STATES["unknown"])[0])


_PLAIN = 6
"""Decimals that are written out; a smaller number is told as a power of ten."""
_SMALL = 1e-4
_GROUPED = 100_000
"""From here on thousands of a reading are set apart, as those of a count are always."""


def figure(value: float | None, places: int = 2, unit: str = "") -> str:
    """Return a number as text, an en dash for none; a true minus sign, and none before a zero.

    Examples
    --------
    >>> figure(-1.2345, 2, "mm"), figure(None), figure(float("nan")), figure(-0.0004, 3)
    ('−1.23 mm', '–', '–', '0.000')
    >>> figure(1.332e-7, 9, "mbar"), figure(1_018_811_300, 0), figure(12_345.6, 1)
    ('1.33·10⁻⁷ mbar', '1,018,811,300', '12345.6')
    """
    if value is None or not math.isfinite(value):
        return "–"
    if places > _PLAIN and 0 < abs(value) < _SMALL:
        return f"{power_of_ten(value, places)} {unit}".rstrip()
    return f"{number(value, places, grouped=abs(value) >= _GROUPED)} {unit}".rstrip()


def declared(limit: float) -> str:
    """Return a limit as it was declared, with every digit it has.

    Examples
    --------
    >>> declared(590.0), declared(1.35), declared(1_234_567.5), declared(1e-7)
    ('590', '1.35', '1,234,567.5', '1·10⁻⁷')
    """
    return figure(limit, len(exactly(limit).partition(".")[2]))


def percent(share: float | None) -> str:
    """Return a share in per cent, with a decimal while it is small.

    Examples
    --------
    >>> percent(0.0123), percent(0.42), percent(None), percent(0.0)
    ('1.2 %', '42 %', '–', '0 %')
    """
    if share is None or not math.isfinite(share):
        return "–"
    return per_cent(share, 1 if 0 < share < 0.1 else 0)


def outside(column: str, characteristic: Characteristic) -> pl.Expr:
    """Return whether the values of a column do not conform: beyond a limit, or nearer to 1 for a binary one.

    Examples
    --------
    >>> frame = pl.DataFrame({"value": [2.3, 2.5, None]})
    >>> frame.select(outside("value", Characteristic("thickness", lower=2.4)))["out"].to_list()
    [True, False, False]
    """
    value = pl.col(column)
    if characteristic.kind == "binary":
        return (value > 0.5).fill_null(value=False).alias("out")
    over = value > characteristic.upper if characteristic.upper is not None else pl.lit(value=False)
    under = value < characteristic.lower if characteristic.lower is not None else pl.lit(value=False)
    return (over | under).fill_null(value=False).alias("out")


def specification(characteristic: Characteristic, places: int = 2) -> str:
    """Return the specification in words, whichever sides it has.

    Examples
    --------
    >>> specification(Characteristic("thickness", "mm", lower=2.4, upper=2.6), 1)
    '2.4 to 2.6'
    >>> specification(Characteristic("segregation", upper=1.35)), specification(Characteristic("crack", kind="binary"))
    ('at most 1.35', 'conforming')
    >>> specification(Characteristic("density"))
    'none'
    """
    lower, upper = characteristic.lower, characteristic.upper
    if characteristic.kind == "binary":
        return tr("conforming")
    if lower is not None and upper is not None:
        return interval(lower, upper, places)
    if upper is not None:
        return tr("at most {value}", value=figure(upper, places))
    return tr("none") if lower is None else tr("at least {value}", value=figure(lower, places))


def interval(lower: float | None, upper: float | None, places: int = 2) -> str:
    """Return an interval as text, an en dash if a side is missing.

    Examples
    --------
    >>> interval(1.1, 1.5), interval(None, 2.0)
    ('1.10 to 1.50', '–')
    """
    if lower is None or upper is None:
        return "–"
    return tr("{lower} to {upper}", lower=figure(lower, places), upper=figure(upper, places))
