"""What a normal distribution leaves beyond the limits."""

from __future__ import annotations

from scipy import stats

from models.spc.capability.specification import Specification


def normal_ppm(spec: Specification, mean: float, sigma: float) -> float:
    """Return units per million beyond the limits; without spread all of them or none.

    Examples
    --------
    >>> round(normal_ppm(Specification(-3.0, None, 3.0), 0.0, 1.0), 1)
    2699.8
    """
    if sigma == 0:
        return spec.expected_ppm(lambda v: float(mean < v), lambda v: float(mean > v))
    return spec.expected_ppm(
        lambda v: float(stats.norm.cdf((v - mean) / sigma)), lambda v: float(stats.norm.sf((v - mean) / sigma))
    )
