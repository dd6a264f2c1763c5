"""What a multivariate chart holds its points against: means and covariance of a stable process."""

from __future__ import annotations

from collections.abc import Sequence
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
        if not (np.isfinite(self.covariance).all() and (np.diag(self.covariance) >= 0).all()):
            raise TaskError("reference: variances are negative or no numbers - give the covariance of the process")
        sd = np.sqrt(np.diag(self.covariance))
        flat = [name for name, s in zip(self.names, sd, strict=True) if not s > 0]
        if flat:
            raise TaskError(f"multivariate chart: {flat[0]!r} never varies - leave it out")

    @property
    def p(self) -> int:
        """Number of variables."""
        return len(self.names)

    @property
    def inverse(self) -> Array:
        """The inverse of the covariance.

        Raises
        ------
        TaskError
            If variables follow from each other, so that there is none.
        """
        sd = np.sqrt(np.diag(self.covariance))
        if np.linalg.cond(self.covariance / np.outer(sd, sd)) > ILL:
            which = ", ".join(self.names[:6])
            raise TaskError(f"multivariate chart: {which} follow from each other - leave one out, or use the PCA chart")
        return np.asarray(np.linalg.inv(self.covariance))

    def distances(self, x: Array) -> Array:
        """Return (x - mean)' S^-1 (x - mean) of each row; NaN where a row is missing.

        Raises
        ------
        TaskError
            If variables follow from each other.

        Examples
        --------
        >>> Reference(("a", "b"), np.zeros(2), np.eye(2), 0).distances(np.array([[3.0, 4.0]]))
        array([25.])
        """
        d = x - self.mean
        return np.asarray(np.einsum("ij,jk,ik->i", d, self.inverse, d))


def of_vectors(x: Array, names: tuple[str, ...]) -> Reference:
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
    >>> found = of_vectors(np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 4.0]]), ("a", "b"))
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


def of_subgroups(groups: Sequence[Array], names: tuple[str, ...]) -> Reference:
    """Return grand means and the average of the covariances within subgroups of equal size.

    Raises
    ------
    NotEnoughData
        With too few subgroups for a covariance of so many variables.
    TaskError
        If sizes differ.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control, 11.3.1.

    Examples
    --------
    >>> groups = [np.array([[1.0, 2.0], [3.0, 3.0], [2.0, 4.0]]), np.array([[2.0, 2.0], [4.0, 1.0], [3.0, 3.0]])]
    >>> found = of_subgroups(groups, ("a", "b"))
    >>> found.mean, found.size
    (array([2.5, 2.5]), 3)
    """
    full = [g for g in groups if len(g) and np.isfinite(g).all()]
    sizes = {len(g) for g in full}
    if len(sizes) > 1:
        raise TaskError(f"multivariate chart: subgroups of {min(sizes)} to {max(sizes)} - give subgroups of one size")
    n, m, p = (sizes.pop() if sizes else 0), len(full), len(names)
    if n < 2 or m * n - m - p + 1 < 1:
        needed = p + 1
        raise NotEnoughData(
            f"chart of {p} variables: {m} full subgroups of {n} - use more than {needed} values", needed
        )
    within = np.mean([np.atleast_2d(np.cov(g.T)) for g in full], axis=0)
    few = f"covariance of {p} variables from {m} subgroups of {n}: provisional below 20 subgroups"
    return Reference(names, np.mean([g.mean(axis=0) for g in full], axis=0), within, m, n, (few,) * (m < 20))


def named(x: Array, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the columns, x1, x2, ... where there are none.

    Examples
    --------
    >>> named(np.zeros((3, 2)), ())
    ('x1', 'x2')
    """
    return tuple(names) or tuple(f"x{j}" for j in range(1, x.shape[1] + 1))
