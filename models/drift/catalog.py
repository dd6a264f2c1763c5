"""Name -> two-sample test, all called alike; what `models.drift.checks` holds them to."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from models.drift.distances import Distance, chi_square, energy, jensen_shannon, ks, level, psi, wasserstein
from models.drift.together import classifier, mmd, reconstruction
from models.errors import UnknownName

Asked = Callable[..., Distance]


def _plane(reference: Any, current: Any, **how: Any) -> Distance:
    return reconstruction(reference, current, **how).distance


#: Of one parameter, shape (n,): called with ``tau`` and ``alpha``.
UNIVARIATE: dict[str, Asked] = {
    "ks": ks,
    "level": level,
    "wasserstein": wasserstein,
    "energy": energy,
    "jensen-shannon": jensen_shannon,
    "psi": psi,
    "chi-square": chi_square,
}
#: Of all parameters, shape (n, d): called with ``tau``, ``alpha`` and ``seed``.
MULTIVARIATE: dict[str, Asked] = {"mmd": mmd, "classifier": classifier, "pca reconstruction": _plane}


def drift_test_names() -> tuple[str, ...]:
    """Return the names of all two-sample tests, those of one parameter first.

    Examples
    --------
    >>> drift_test_names()[-1]
    'pca reconstruction'
    """
    return (*UNIVARIATE, *MULTIVARIATE)


def drift_test(name: str) -> Asked:
    """Return a two-sample test.

    Raises
    ------
    UnknownName
        If there is none of that name.

    Examples
    --------
    >>> drift_test("energy")(range(20), range(20)).statistic
    0.0
    >>> drift_test("enrgy")
    Traceback (most recent call last):
    models.errors.UnknownName: no drift test 'enrgy' - did you mean 'energy'? (known: ks, level, wasserstein, ...)
    """
    known = UNIVARIATE | MULTIVARIATE
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        hint = f" - did you mean {near[0]!r}?" if near else ""
        raise UnknownName(f"no drift test {name!r}{hint} (known: {', '.join(known)})")
    return known[name]
