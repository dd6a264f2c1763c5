"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

#: All tables of the journal; rooms add theirs.
METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970, exactly.

    Raises
    ------
    ValueError
        If the moment is naive.

    Examples
    --------
    >>> microseconds(datetime(1970, 1, 1, 0, 0, 1, 5, tzinfo=UTC))
    1000005
    """
    if moment.tzinfo is None:
        raise ValueError(f"time {moment.isoformat()} has no zone - give it one")
    return (moment - _EPOCH) // _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware time as microseconds since 1970 UTC: exact, sortable and the same on both databases."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Write as a number."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read as aware UTC."""
        return None if value is None else _EPOCH + value * _MICROSECOND


def visible(text: str) -> str:
    r"""Return text as the journal keeps it.

    Examples
    --------
    >>> visible("a\ud800 ") == r"a\ud800 "
    True
    """
    return text.replace("\x00", "\u2400").encode("utf-8", "backslashreplace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text of any origin: what no database takes (NUL, half surrogates) becomes visible instead of an error."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Write only what both databases take."""
        return None if value is None else visible(value)


class Real(TypeDecorator[float]):
    """A float; not-a-number is stored as null and read back as not-a-number."""

    impl = sa.Double
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> float | None:  # noqa: ARG002
        """Write NaN as null."""
        return None if value is None or math.isnan(value) else float(value)

    def process_result_value(self, value: float | None, dialect: Dialect) -> float:  # noqa: ARG002
        """Read null as NaN."""
        return math.nan if value is None else float(value)


def plain(value: Any) -> Any:
    """Return `value` as JSON knows it: numbers of any library as numbers, NaN and infinity as null, times as text.

    Examples
    --------
    >>> plain({"a": float("nan"), "b": (1, date(2026, 1, 2))})
    {'a': None, 'b': [1, '2026-01-02']}
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value.replace("\x00", "\u2400") if isinstance(value, str) else value
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    inner = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(inner, (list, tuple, set, frozenset)):
        return [plain(one) for one in inner]
    return str(value) if inner is value else plain(inner)


def dumps(value: Any) -> str:
    """Write JSON; see `plain`."""
    return json.dumps(plain(value), allow_nan=False, separators=(",", ":"))


def identity() -> sa.Column[int]:
    """Return a numbered primary key that rises."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, primary_key=True, autoincrement=True)


def text(name: str, **options: Any) -> sa.Column[str]:
    """Return a text column that is never null."""
    return sa.Column(name, Words(), nullable=False, **options)


def moment(name: str, *, optional: bool = False) -> sa.Column[datetime]:
    """Return a column of times."""
    return sa.Column(name, Moment(), nullable=optional)


def real(name: str) -> sa.Column[float]:
    """Return a column of floats; null is not-a-number."""
    return sa.Column(name, Real(), nullable=True)


def whole(name: str) -> sa.Column[int]:
    """Return a column of whole numbers."""
    return sa.Column(name, sa.BigInteger(), nullable=False)


def flag(name: str) -> sa.Column[bool]:
    """Return a column of yes and no."""
    return sa.Column(name, sa.Boolean(), nullable=False)


def numbers(name: str) -> sa.Column[Any]:
    """Return a column of JSON."""
    return sa.Column(name, sa.JSON(none_as_null=False), nullable=False)
