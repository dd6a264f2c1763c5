"""Cells of a row: values with their quality codes, under the columns by which `conform` reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from data_connectors.live.sample import Sample
from data_connectors.rows.quality_codes import quality_of
from data_connectors.rows.values import code_column

Row = dict[str, Any]
_RANK = {"good": 0, "uncertain": 0, "bad": 1}


def newest(samples: Iterable[Sample]) -> dict[str, Sample]:
    """Return the newest value of each tag; a bad one never takes the place of one that is not.

    Nor does one that a device stored meanwhile and told afterwards take the place of one that was heard live.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> two = [Sample("speed", 9.5, noon, None, noon), Sample("speed", None, noon, None, noon, "bad", "Offline")]
    >>> newest(two)["speed"].value
    9.5
    """
    found: dict[str, Sample] = {}
    for sample in samples:
        before = found.get(sample.tag)
        if before is None or _rank(sample) <= _rank(before):
            found[sample.tag] = sample
    return found


def _rank(sample: Sample) -> tuple[int, bool]:
    return _RANK[sample.quality], sample.historical


def cells(samples: Mapping[str, Sample]) -> Row:
    """Return the cells of a row: each value and, where it is not good, its quality code."""
    row: Row = {}
    for tag, sample in samples.items():
        row[tag] = sample.value
        if sample.quality != "good":
            row[code_column(tag)] = code_of(sample)
    return row


def code_of(sample: Sample) -> str:
    """Return a code that `quality_codes` reads as the quality of this value, with the source's own word in it.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    >>> [code_of(Sample("t", 1.0, noon, None, noon, "bad", code)) for code in ("BadSensorFailure", "17", "")]
    ['BadSensorFailure', 'bad 17', 'bad']
    """
    if sample.code and not sample.code[0].isdigit() and quality_of(sample.code) == sample.quality:
        return sample.code
    return f"{sample.quality} {sample.code}".strip()
