"""Values that no longer come."""

from __future__ import annotations

import numpy as np
from scipy import stats

from models.drift.sensors.base import Column, Fault

MISSING_SHARE = 0.2
ALPHA = 0.001


def missing(column: Column) -> Fault | None:
    """Name a parameter that is missing in a fifth more of the rows than before, beyond chance (Fisher's exact test).

    Examples
    --------
    >>> gone = np.where(np.arange(40) < 20, 1.0, np.nan)
    >>> missing(Column("force", np.arange(40.0), gone)).sentence
    'force: missing in 50% of 40 rows, before in 0%'
    """
    a, b = column.reference, column.current
    before, now = int(np.isnan(a).sum()), int(np.isnan(b).sum())
    share, limit = now / len(b), before / len(a) + MISSING_SHARE
    if share < limit:
        return None
    table = [[now, len(b) - now], [before, len(a) - before]]
    if float(stats.fisher_exact(table, alternative="greater").pvalue) >= ALPHA:
        return None
    start = int(np.flatnonzero(np.isnan(b))[0])
    sentence = f"{column.name}: missing in {share:.0%} of {len(b)} rows, before in {before / len(a):.0%}"
    return Fault(column.name, "missing", start, now, share, limit, sentence)
