"""What a plant would have without this program: a control chart of its results, and a model refitted once a month."""

from __future__ import annotations

import numpy as np
import polars as pl

from models import make_learner
from models.base import Array, Task
from qc_app.proof.episodes import START, WARM_UP
from qc_app.proof.play import FIRST_NIGHT

D2 = 1.128
SIGMAS = 3.0
REFIT_DAYS = 30
MOST_LABELS = 2000


def shewhart(labels: pl.DataFrame) -> Array:
    """Return when single results leave their limits: days since the start, shape (k,).

    Limits from the results of the warm-up: mean -+ 3 mean moving ranges / 1.128 (NIST/SEMATECH 6.3.2.2). A row of
    results beyond the limits is one signal, as one alarm is.

    Parameters
    ----------
    labels : polars.DataFrame
        ``t_known, value`` in the order in which they were measured.

    Examples
    --------
    >>> from datetime import timedelta
    >>> values = [10.0, 10.2, 9.9, 10.1] * 5 + [14.0]
    >>> when = [START + timedelta(days=d + 0.5) for d in range(21)]
    >>> when[-1] = START + timedelta(days=40.5)
    >>> shewhart(pl.DataFrame({"t_known": when, "value": values})).tolist()
    [40.5]
    """
    days = _days(labels["t_known"])
    y = labels["value"].to_numpy()
    before = y[days <= WARM_UP]
    if len(before) < 2:
        return np.zeros(0)
    width = SIGMAS * float(np.abs(np.diff(before)).mean()) / D2
    beyond = (np.abs(y - before.mean()) > width) & (days > WARM_UP)
    first = beyond & ~np.concatenate([[False], beyond[:-1]])
    return np.asarray(days[first])


def refitted(columns: list[str], units: pl.DataFrame, labels: pl.DataFrame, days: int) -> Array:
    """Return what a ridge regression says of every unit, fitted once a month to all results known by then.

    Parameters
    ----------
    columns : list of str
        The parameters.
    units : polars.DataFrame
        ``unit_id, t_event`` and the parameters, by event time.
    labels : polars.DataFrame
        ``unit_id, t_known, value``.
    days : int

    Returns
    -------
    ndarray, shape (n,)
        NaN before the first fit.
    """
    x, day = units.select(columns).to_numpy(), _days(units["t_event"])
    said = np.full(len(x), np.nan)
    for begin in (FIRST_NIGHT, *range(REFIT_DAYS, days, REFIT_DAYS)):
        known = labels.filter(pl.Series(_days(labels["t_known"]) <= begin)).tail(MOST_LABELS)
        rows = known.join(units, on="unit_id", how="inner")
        if rows.height < 5:
            continue
        task = Task("monthly", "y", columns, rows.select(columns).to_numpy(), rows["value"].to_numpy())
        since = day >= begin
        said[since] = make_learner("ridge").adapt(task).predict(x[since]).mean
    return said


def _days(times: pl.Series) -> Array:
    return np.asarray((times.dt.epoch("us").to_numpy() / 1e6 - START.timestamp()) / 86_400)
