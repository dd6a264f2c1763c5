"""The checkpoint of a source that grows: how far its cursor column is, and which rows near the end are known."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_connectors.errors import SourceRefused

Value = datetime | date | float | int | str

#: So many rows of the overlap are remembered by their hash; of a larger overlap all rows are delivered again.
MAX_SEEN = 20_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where the next reading begins.

    Parameters
    ----------
    value : datetime, date, number, str or None
        The largest value of the cursor column so far, but never later than the moment of reading; None: none yet.
    seen : numpy.ndarray
        UInt64 hashes of the rows that were delivered and will be met again, for they lie within the overlap.
    wide : bool
        Whether columns that nobody declared were read along when it was written; an older program did not.

    Examples
    --------
    >>> cursor = Cursor(datetime(2024, 5, 1, tzinfo=UTC))
    >>> Cursor.parse(cursor.text()).value
    datetime.datetime(2024, 5, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """

    value: Value | None = None
    seen: NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, np.uint64))
    wide: bool = True

    @classmethod
    def parse(cls, text: str | None) -> Cursor:
        """Read a checkpoint; None is the beginning.

        Raises
        ------
        SourceRefused
            If the text is not such a checkpoint.
        """
        if text is None:
            return cls()
        try:
            found = json.loads(text)
            seen = np.frombuffer(base64.b64decode(found["seen"]), dtype="<u8")
            return cls(_decoded(found["kind"], found["value"]), seen, bool(found.get("wide", False)))
        except (ValueError, TypeError, KeyError) as error:
            raise SourceRefused(
                f"checkpoint {text[:60]!r} is none of a growing source - read from the start"
            ) from error

    def text(self) -> str:
        """Return the checkpoint as JSON."""
        kind, value = _encoded(self.value)
        seen = base64.b64encode(self.seen.astype("<u8").tobytes()).decode()
        return json.dumps({"kind": kind, "value": value, "seen": seen, "wide": self.wide})

    def knows(self, hashes: pl.Series) -> pl.Series:
        """Tell for each row hash whether that row was delivered before."""
        return pl.Series(np.isin(hashes.to_numpy(), self.seen))


def _encoded(value: Value | None) -> tuple[str, float | str | None]:
    if isinstance(value, datetime):
        return "datetime", value.isoformat()
    if isinstance(value, date):
        return "date", value.isoformat()
    return "plain", value


def _decoded(kind: str, value: float | str | None) -> Value | None:
    if kind == "datetime":
        return datetime.fromisoformat(str(value))
    return date.fromisoformat(str(value)) if kind == "date" else value


def before(value: Value, lag_s: float) -> Value:
    """Return the cursor value `lag_s` before `value`: seconds for times, steps for numbers.

    Text is taken as an ISO 8601 time and stays in its spelling; other text has no before.

    Examples
    --------
    >>> before("2024-05-01T00:00:00Z", 60), before(1000, 60), before("abc", 60)
    ('2024-04-30T23:59:00Z', 940, 'abc')
    """
    lag = timedelta(seconds=lag_s)
    if isinstance(value, datetime):
        return value - lag
    if isinstance(value, date):
        return value - timedelta(days=int(-(-lag_s // 86_400)))
    if isinstance(value, str):
        return _text_before(value, lag)
    return value - (int(-(-lag_s // 1)) if isinstance(value, int) else lag_s)


def _text_before(text: str, lag: timedelta) -> str:
    try:
        moment = datetime.fromisoformat(text) - lag
    except ValueError:
        return text
    spelt = moment.isoformat(sep="T" if "T" in text else " ", timespec="auto" if "." in text else "seconds")
    return spelt.replace("+00:00", "Z") if text.endswith("Z") else spelt


def capped(value: Value, now: datetime, zone: str | None) -> Value:
    """Return `value`, but never a time after `now`: one row from the future must not hide those that come after it.

    Examples
    --------
    >>> capped(datetime(2099, 1, 1), datetime(2024, 5, 1, tzinfo=UTC), None)
    datetime.datetime(2024, 5, 1, 0, 0)
    """
    local = now.astimezone(ZoneInfo(zone) if zone else UTC)
    if isinstance(value, datetime):
        return min(value, now if value.tzinfo else local.replace(tzinfo=None))
    if isinstance(value, date):
        return min(value, local.date())
    if isinstance(value, str):
        return _text_capped(value, now, local)
    return value


def _text_capped(text: str, now: datetime, local: datetime) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    latest = now if moment.tzinfo else local.replace(tzinfo=None)
    return text if moment <= latest else _text_before(text, moment - latest.replace(microsecond=0))


def plain(value: object) -> Value | None:
    """Return a value of the cursor column as this module works with it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value if isinstance(value, date | int | float | str) else None
