"""Units of measure: from what the source delivers to what the plant works in."""

from __future__ import annotations

import tokenize
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_connectors.errors import DefinitionError
from data_connectors.names import nearest

_UNREADABLE = (ValueError, AttributeError, AssertionError, ArithmeticError, TypeError, SyntaxError, tokenize.TokenError)

_PREFIXES = ("", "micro", "milli", "centi", "kilo", "mega")
_BASES = ("meter", "gram", "second", "newton", "pascal", "bar", "watt", "joule", "volt", "ampere", "hertz", "liter")
#: pint lists a unit with a prefix only once it was used, so a hint would depend on what was read before.
_USUAL = tuple(prefix + base for prefix in _PREFIXES for base in _BASES)


@cache
def _registry() -> Any:
    import pint

    return pint.UnitRegistry()


def _unit(text: str, where: str) -> Any:
    try:
        return _registry().Unit(text)
    except _UNREADABLE as error:
        near = nearest(text, (*_USUAL, *(name for name in _registry() if len(name) > 1)))
        hint = f" - did you mean {near!r}?" if near else " - use pint's spelling, e.g. degC, mm, m/s"
        raise DefinitionError(f"{where}: unit {text!r} is not known{hint}") from error


def require_convertible(delivered: str, wanted: str, where: str) -> None:
    """Raise DefinitionError if what is `delivered` cannot become what is `wanted`.

    Examples
    --------
    >>> require_convertible("degF", "degC", "exit_temp")
    >>> require_convertible("degF", "milimeter", "exit_temp")
    Traceback (most recent call last):
        ...
    data_connectors.errors.DefinitionError: exit_temp: unit 'milimeter' is not known - did you mean 'millimeter'?
    """
    convert(np.empty(0), delivered, wanted, where)


def unknown(unit: str) -> str:
    """Return why a unit cannot be converted, or an empty string; a unit of the trade (HRC, IACS) is none of pint's.

    Examples
    --------
    >>> unknown("mm"), unknown("HRC") != ""
    ('', True)
    """
    try:
        _unit(unit, "")
    except DefinitionError as error:
        return str(error).removeprefix(": ")
    return ""


def convert(values: NDArray[np.float64], delivered: str, wanted: str, where: str) -> NDArray[np.float64]:
    """Return `values` in the unit `wanted`; offsets (degF to degC) count.

    Parameters
    ----------
    values : numpy.ndarray
        Float64 (n,) in the unit `delivered`; NaN stays NaN.
    delivered, wanted : str
        Units in pint's spelling; empty for a pure number.
    where : str
        What is converted, for the message.

    Returns
    -------
    numpy.ndarray
        Float64 (n,).

    Raises
    ------
    DefinitionError
        If a unit is not known (naming the nearest) or the two measure different things.

    Examples
    --------
    >>> convert(np.array([212.0, 25.0]), "degF", "degC", "exit_temp").round(2).tolist()
    [100.0, -3.89]
    """
    if delivered == wanted:
        return values
    source, target = _unit(delivered, where), _unit(wanted, where)
    if source.dimensionality != target.dimensionality:
        raise DefinitionError(
            f"{where}: {delivered!r} is {source.dimensionality} and {wanted!r} is {target.dimensionality},"
            " there is no conversion - correct one of the two units"
        )
    converted: NDArray[np.float64] = _registry().Quantity(values, source).to(target).magnitude
    return converted
