"""Page-Hinkley: a CUSUM about the stream's own running mean, for streams whose level is not known beforehand."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from models.drift.streams.charts import StreamChart
from models.spc.series import as_series

DELTA = 0.25
RUN_LENGTH = 500.0
WARM_UP = 10
#: Thresholds at delta .25: four in five of 1000 simulated stable runs stay below them for the run length.
_THRESHOLDS = ((100.0, 7.9), (500.0, 11.4), (1000.0, 12.9), (5000.0, 15.9))


def page_hinkley(
    values: ArrayLike,
    sd: float,
    *,
    delta: float = DELTA,
    run_length: float = RUN_LENGTH,
    threshold: float | None = None,
) -> StreamChart:
    """Watch a stream for a change of its mean, either way, without knowing the mean.

    Parameters
    ----------
    values : array_like, shape (n,)
        In order; NaN is passed over.
    sd : float
        Usual standard deviation of a value, above 0.
    delta : float
        Change, in `sd`, that is tolerated.
    run_length : float
        Values within which four in five stable streams stay quiet; it sets the threshold.
    threshold : float, optional
        In `sd`, instead of the one for the run length.

    Returns
    -------
    StreamChart

    References
    ----------
    Page, Biometrika 41 (1954) 100-115; Hinkley, Biometrika 58 (1971) 509-523; Gama et al., ACM Computing Surveys 46
    (2014) 44, sec. 3.2.

    Examples
    --------
    >>> chart = page_hinkley([5.0] * 30 + [8.0] * 10, sd=1.0)
    >>> chart.signal, chart.onset
    (34, 30)
    """
    z = as_series(values) / sd
    limit = _threshold(run_length) if threshold is None else threshold
    path, onsets = np.zeros(len(z)), np.zeros(len(z), dtype=int)
    up = down = mean = 0.0
    begun, seen = [0, 0], 0
    for i, value in enumerate(z):
        if not np.isnan(value):
            away = float(value) - mean if seen >= WARM_UP else 0.0
            seen += 1
            mean += (float(value) - mean) / seen
            up, down = up + away - delta, down - away - delta
            begun = [i + 1 if level <= 0 else since for level, since in zip((up, down), begun, strict=True)]
            up, down = max(up, 0.0), max(down, 0.0)
        path[i], onsets[i] = max(up, down), begun[0] if up >= down else begun[1]
    beyond = np.flatnonzero(path > limit)
    signal = int(beyond[0]) if beyond.size else None
    onset = None if signal is None else int(onsets[signal])
    return StreamChart("page-hinkley", path, limit, run_length, signal, onset)


def _threshold(run_length: float) -> float:
    lengths, limits = np.array(_THRESHOLDS).T
    return float(np.interp(np.log(run_length), np.log(lengths), limits))
