"""Type-1 study: one person, one reference part, many readings; Cg and Cgk."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from models.base import LEVEL
from models.errors import TaskError
from models.spc.capability import Index, cp_index, cpk_index
from models.spc.gauge.bias import bias
from models.spc.series import present

SHARE = 0.20
"""Share of the tolerance that the gauge may use."""
ENOUGH = 1.33
FINEST = 0.05
"""Largest resolution as a share of the tolerance."""
LEAST = 10
USUAL = 25


@dataclass(frozen=True, slots=True)
class TypeOne:
    """Whether the gauge can be used for this tolerance at all.

    Parameters
    ----------
    cg, cgk : Index or None
        None where all readings are equal.
    bias, sd : float
        In the characteristic's unit.
    bias_p : float
        Of the hypothesis that there is no bias.
    n : int
    acceptable : bool
        Whether Cg and Cgk reach 1.33.
    sentence : str
    warnings : tuple of str
    """

    cg: Index | None
    cgk: Index | None
    bias: float
    sd: float
    bias_p: float
    n: int
    acceptable: bool
    sentence: str
    warnings: tuple[str, ...] = ()


def type_one(
    readings: ArrayLike,
    reference: float,
    tolerance: float,
    *,
    share: float = SHARE,
    resolution: float | None = None,
    level: float = LEVEL,
) -> TypeOne:
    """Cg = share tolerance / (6 s), Cgk = (share tolerance / 2 - |bias|) / (3 s).

    Parameters
    ----------
    readings : array_like, shape (n,)
        Of one reference part, by one person, in order.
    reference, tolerance : float
        Known value, and upper minus lower specification limit.
    share : float
        Of the tolerance that is the gauge's own.
    resolution : float, optional
        Smallest step of the display; above 5 % of the tolerance it warns.
    level : float
        Of the intervals (chi-square and Bissell, as of Cp and Cpk).

    Returns
    -------
    TypeOne

    Raises
    ------
    NotEnoughData
        With fewer than 10 readings.
    TaskError
        If tolerance, share or level are out of range.

    References
    ----------
    ISO 22514-7; Robert Bosch GmbH, Booklet 10, Capability of Measurement and Test Processes, procedure 1.

    Examples
    --------
    >>> found = type_one([10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 10.0, 10.1, 9.9], 10.0, 6.0)
    >>> round(found.cg.value, 2), found.acceptable
    (2.45, True)
    """
    x = present(readings, "type-1 study", LEAST)
    if not tolerance > 0 or not 0 < share <= 1 or not 0 < level < 1:
        raise TaskError(f"type-1 study: tolerance {tolerance}, share {share}, level {level} - above 0, at most 1")
    off = bias(x, reference)
    half = share * tolerance / 2
    cg = cgk = None
    if off.sd > 1e-12 * max(abs(reference), tolerance):
        cg = cp_index(-half, half, off.sd, off.n - 1, level)
        cgk = cpk_index(-half, half, off.bias, off.sd, n=off.n, df=off.n - 1, level=level)
    fine = abs(off.bias) <= half if cg is None or cgk is None else min(cg.value, cgk.value) >= ENOUGH
    notes = _warnings(off.n, tolerance, resolution, flat=cg is None)
    return TypeOne(cg, cgk, off.bias, off.sd, off.p, off.n, fine, _sentence(cg, cgk, off.bias, fine), notes)


def _sentence(cg: Index | None, cgk: Index | None, off: float, fine: bool) -> str:
    word = "the gauge suits this tolerance" if fine else "the gauge does not suit this tolerance"
    if cg is None or cgk is None:
        return f"{word}: all readings are equal, {off:+.4g} off the reference"
    return f"{word}: Cg {cg.value:.2f} ({cg.lower:.2f} to {cg.upper:.2f}), Cgk {cgk.value:.2f} (at least {ENOUGH})"


def _warnings(n: int, tolerance: float, resolution: float | None, *, flat: bool) -> tuple[str, ...]:
    found = []
    if n < USUAL:
        found.append(f"{n} readings: {USUAL} to 50 are usual")
    if resolution is not None and resolution > FINEST * tolerance:
        part = f"{resolution / tolerance:.0%} of the tolerance"
        found.append(f"resolution {resolution:g} is {part}, at most {FINEST:.0%}")
    if flat:
        found.append("no spread is seen: the resolution is coarser than the repeatability")
    return tuple(found)
