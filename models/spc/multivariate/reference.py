"""What a multivariate chart holds its points against: means and covariance of a stable process."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.base import Array
from models.errors import NotEnoughData, TaskError

ILL = 1e12
"""Condition number of the correlation matrix above which variables are taken for copies of each other."""


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """Means and covariance of single vectors, ready to be frozen.

    Parameters
    ----------
    names : tuple of str, length p
    mean : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
    n : int
        Observations (or subgroups) it stands on; 0 where it is known, not estimated.
    size : int
        Subgroup size; 1 for individual vectors.
    warnings : tuple of str
    """

    names: tuple[str, ...]
    mean: Array
    covariance: Array
    n: int
    size: int = 1
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        p = len(self.names)
        if self.mean.shape != (p,) or self.covariance.shape != (p, p) or p == 0:
            raise TaskError(
                f"reference of {p} names, mean {self.mean.shape}, covariance {self.covariance.shape} - they contradict"
            )
        sd = np.sqrt(np.diag(self.covariance))
        flat = [name for name, s in zip(self.names, sd, strict=True) if not s > 0]
        if flat:
            raise TaskError(f"multivariate chart: {flat[0]!r} never varies - leave it out")
        if np.linalg.cond(self.covariance / np.outer(sd, sd)) > ILL:
            which = ", ".join(self.names[:6])
            raise TaskError(f"multivariate chart: {which} follow from each other - leave one out, or use the PCA chart")

    @property
    def p(self) -> int:
        """Number of variables."""
        return len(self.names)

    def distances(self, x: Array) -> Array:
        """Return (x - mean)' S^-1 (x - mean) of each row; NaN where a row is missing.

        Examples
        --------
        >>> Reference(("a", "b"), np.zeros(2), np.eye(2), 0).distances(np.array([[3.0, 4.0]]))
        array([25.])
        """
        d = x - self.mean
        return np.asarray(np.einsum("ij,jk,ik->i", d, np.linalg.inv(self.covariance), d))


def estimated(x: Array, names: tuple[str, ...]) -> Reference:
    """Return means and sample covariance of individual vectors.

    Raises
    ------
    NotEnoughData
        With fewer than p + 2 complete rows.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 11.3.2.

    Examples
    --------
    >>> found = estimated(np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 4.0]]), ("a", "b"))
    >>> found.mean, found.n
    (array([2.5, 3. ]), 4)
    """
    rows = x[np.isfinite(x).all(axis=1)]
    n, p = len(rows), x.shape[1]
    if n < p + 2:
        raise NotEnoughData(
            f"multivariate chart of {p} variables: {n} complete rows, at least {p + 2} are needed", p + 2
        )
    few = f"covariance of {p} variables from {n} rows: provisional below {10 * p}"
    return Reference(names, rows.mean(axis=0), np.atleast_2d(np.cov(rows.T)), n, 1, (few,) * (n < 10 * p))
