"""Questions in the three dialects, built of quoted names and values alone: nothing that is declared becomes code.

InfluxQL: identifiers in double quotes, strings in single ones, backslash escapes (InfluxQL specification, Literals).
SQL: quotes are doubled. Flux: double quotes, backslash escapes, and ``${`` begins an interpolation (Flux language
specification, String literals).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from data_connectors.influx.options import InfluxOptions

_CONTROL = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _escaped(text: str, quote: str) -> str:
    out = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    for sign, spelt in _CONTROL.items():
        out = out.replace(sign, spelt)
    return f"{quote}{out}{quote}"


def influxql_name(text: str) -> str:
    r"""Return a name as InfluxQL reads it.

    Examples
    --------
    >>> print(influxql_name('te"mp'))
    "te\"mp"
    """
    return _escaped(text, '"')


def influxql_text(text: str) -> str:
    r"""Return a value as InfluxQL reads it.

    Examples
    --------
    >>> print(influxql_text("O'Neil"))
    'O\'Neil'
    """
    return _escaped(text, "'")


def flux_text(text: str) -> str:
    r"""Return a value or a name as Flux reads it.

    Examples
    --------
    >>> print(flux_text('a"b${c}'))
    "a\"b\${c}"
    """
    return _escaped(text, '"').replace("${", "\\${")


def sql_name(text: str) -> str:
    """Return a name as SQL reads it.

    Examples
    --------
    >>> print(sql_name('te"mp'))
    "te""mp"
    """
    return '"' + text.replace('"', '""') + '"'


def sql_text(text: str) -> str:
    """Return a value as SQL reads it.

    Examples
    --------
    >>> print(sql_text("O'Neil"))
    'O''Neil'
    """
    return "'" + text.replace("'", "''") + "'"


def rfc3339(nanoseconds: int) -> str:
    """Return a moment with all nine digits.

    Examples
    --------
    >>> rfc3339(1714543200000000001)
    '2024-05-01T06:00:00.000000001Z'
    """
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{rest:09d}Z"


def influxql(options: InfluxOptions, columns: Sequence[str], since: int | None, limit: int) -> str:
    """Return the question for points from `since` (ns since 1970) on, in the order of time; no columns: all."""
    wanted = ", ".join(map(influxql_name, columns)) or "*"
    place = influxql_name(options.measurement)
    place = f"{influxql_name(options.retention)}.{place}" if options.retention else place
    rules = [f"{influxql_name(tag)} = {influxql_text(value)}" for tag, value in options.asked_tags]
    rules += [] if since is None else [f"time >= {since}"]
    where = f" WHERE {' AND '.join(rules)}" if rules else ""
    return f"SELECT {wanted} FROM {place}{where} ORDER BY time ASC LIMIT {limit}"  # noqa: S608 - names are quoted above


def sql(options: InfluxOptions, columns: Sequence[str], since: int | None, limit: int) -> str:
    """Return the question for points from `since` (ns since 1970) on, in the order of time; no columns: all."""
    wanted = ", ".join(['"time"', *map(sql_name, columns)]) if columns else "*"
    rules = [f"{sql_name(tag)} = {sql_text(value)}" for tag, value in options.asked_tags]
    rules += [] if since is None else [f"time >= {sql_text(rfc3339(since))}"]
    where = f" WHERE {' AND '.join(rules)}" if rules else ""
    place = sql_name(options.measurement)
    return f'SELECT {wanted} FROM {place}{where} ORDER BY "time" ASC LIMIT {limit}'  # noqa: S608 - names are quoted


def flux(options: InfluxOptions, columns: Sequence[str], since: int | None, limit: int) -> str:
    """Return the question for points from `since` (ns since 1970) on, a column a field; no columns: all."""
    rules = [f"r._measurement == {flux_text(options.measurement)}"]
    rules += [f"r[{flux_text(tag)}] == {flux_text(value)}" for tag, value in options.asked_tags]
    kept = ["_time", *columns] if columns else []
    lines = [
        f"from(bucket: {flux_text(options.database)})",
        f"range(start: {rfc3339(since or 0)}, stop: 2200-01-01T00:00:00Z)",
        f"filter(fn: (r) => {' and '.join(rules)})",
        'pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
        "group()",
        *([f"keep(columns: [{', '.join(map(flux_text, kept))}])"] if kept else []),
        'sort(columns: ["_time"])',
        f"limit(n: {limit})",
    ]
    return "\n  |> ".join(lines)
