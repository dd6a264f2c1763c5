"""Event times: text, local time or epoch numbers to aware UTC microseconds, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import polars as pl

from data_connectors.errors import DefinitionError
from data_connectors.names import nearest
from data_connectors.schema import Source
from data_connectors.settings_keys import setting

UTC_MICROSECONDS = pl.Datetime("us", "UTC")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2106, 1, 1, tzinfo=UTC)
FUTURE = timedelta(days=1)

#: ISO 8601 shapes, the usual first; blanks and T are the same here.
_NAIVE = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_AWARE = ("%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M%#z")
#: Names of the one zone that has the same offset everywhere; other abbreviations mean several.
_UTC_NAME = r"\s?(?:UTC|GMT)$"
_OFFSET = r"(?:Z|z|:\d{2}(?:\.\d+)?\s?[+-]\d{2}(?::?\d{2})?)$"

#: Epoch numbers from 1990 on tell their own resolution; earlier ones could be dates such as 20240131.
_EPOCH_FROM = 631_152_000
_EPOCH_TEXT = r"^\d{9,19}(?:\.\d+)?$"
_EPOCH_TO = 4_291_747_200
_RESOLUTIONS = (1, 1_000, 1_000_000, 1_000_000_000)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class TimePolicy:
    """How a source's times are read.

    Parameters
    ----------
    zone : str or None
        IANA zone of times that carry none; without it such a time is refused.
    time_format : str or None
        strptime pattern of times that are not ISO 8601.
    ambiguous : {"reject", "earliest", "latest"}
        What an hour that comes twice means (the end of summer time).
    nonexistent : {"reject", "forward"}
        What an hour that never was means: refused, or read as if the clock had not been put forward.
    max_skew_s : float
        How far a source's clock may be ahead of now, or away from the server's, in seconds.
    fallback : {"server", "reject", "ingest"}
        Where the source gives no time that can be believed: the server's counts if there is one; the row is refused;
        or the server's counts, else the moment of ingest.

    Raises
    ------
    DefinitionError
        If zone or policy are not known.
    """

    zone: str | None = None
    time_format: str | None = None
    ambiguous: Literal["reject", "earliest", "latest"] = "reject"
    nonexistent: Literal["reject", "forward"] = "reject"
    max_skew_s: float = FUTURE.total_seconds()
    fallback: Literal["server", "reject", "ingest"] = "server"

    def __post_init__(self) -> None:
        """Check the zone and the choices."""
        if self.zone is not None and not _is_zone(self.zone):
            near = nearest(self.zone, available_timezones())
            raise DefinitionError(
                f"zone {self.zone!r} is not known - use an IANA name" + (f" such as {near!r}" if near else "")
            )
        if self.ambiguous not in {"reject", "earliest", "latest"}:
            raise DefinitionError(f"ambiguous = {self.ambiguous!r} - use 'reject', 'earliest' or 'latest'")
        if self.nonexistent not in {"reject", "forward"}:
            raise DefinitionError(f"nonexistent = {self.nonexistent!r} - use 'reject' or 'forward'")
        if self.fallback not in {"server", "reject", "ingest"}:
            raise DefinitionError(f"time_fallback = {self.fallback!r} - use 'server', 'reject' or 'ingest'")
        if not self.max_skew_s > 0:
            raise DefinitionError(f"max_skew_s = {self.max_skew_s} - give seconds above 0")

    @classmethod
    def of(cls, source: Source) -> TimePolicy:
        """Return the policy that the plant definition gives `source`."""
        keys = ("time_format", "ambiguous", "nonexistent")
        given: dict[str, Any] = {key: str(source.settings[key]) for key in keys if key in source.settings}
        skew = setting(source, "max_skew_s", FUTURE.total_seconds())
        return cls(source.zone, **given, max_skew_s=skew, fallback=setting(source, "time_fallback", "server"))  # type: ignore[arg-type]


def moments(raw: pl.Series, policy: TimePolicy, now: datetime) -> pl.DataFrame:
    """Read event times.

    Parameters
    ----------
    raw : polars.Series
        Text (ISO 8601 or the declared format), Datetime, Date, or numbers (epoch in s, ms, us or ns from 1990 on).
    policy : TimePolicy
    now : datetime
        The present moment, aware.

    Returns
    -------
    polars.DataFrame
        `t` (Datetime us UTC) and `reason` (String), one row a value; exactly one of the two is null.
        Reasons: missing_time, unparsable_time, naive_time, ambiguous_time, nonexistent_time, time_out_of_range,
        future_time.

    Examples
    --------
    >>> noon = datetime(2024, 6, 1, 12, tzinfo=UTC)
    >>> moments(pl.Series(["2024-06-01T09:00:00+02:00", "2024-06-01 09:00", "soon"]), TimePolicy(), noon).rows()[1:]
    [(None, 'naive_time'), (None, 'unparsable_time')]
    """
    aware, naive = _read(raw, policy)
    local, doubt = _localised(naive, policy)
    t = aware.zip_with(aware.is_not_null(), local)
    parts = pl.DataFrame({"t": t, "naive": naive, "doubt": doubt, "blank": _blank(raw)})
    reason = (
        pl.when("blank").then(pl.lit("missing_time"))
        .when(pl.col("doubt").is_not_null()).then("doubt")
        .when(pl.col("t").is_null() & pl.col("naive").is_not_null()).then(pl.lit("naive_time"))
        .when(pl.col("t").is_null()).then(pl.lit("unparsable_time"))
        .when(~pl.col("t").is_between(EARLIEST, LATEST, closed="left")).then(pl.lit("time_out_of_range"))
        .when(pl.col("t") > now + timedelta(seconds=policy.max_skew_s)).then(pl.lit("future_time"))
    )  # fmt: skip
    return parts.select(reason.alias("reason"), "t").select(
        pl.when(pl.col("reason").is_null()).then("t").alias("t"), "reason"
    )


def _blank(raw: pl.Series) -> pl.Series:
    if raw.dtype == pl.String:
        return raw.is_null() | (raw == "") | (raw.str.strip_chars() == "").fill_null(value=True)
    return raw.is_null() if not raw.dtype.is_float() else raw.is_null() | raw.is_nan()


def _read(raw: pl.Series, policy: TimePolicy) -> tuple[pl.Series, pl.Series]:
    """Return (aware UTC, naive local) times; at most one of the two is set."""
    nothing = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(raw))
    if isinstance(raw.dtype, pl.Datetime):
        if raw.dtype.time_zone is None:
            return nothing.dt.replace_time_zone("UTC"), raw.cast(pl.Datetime("us"))
        return raw.dt.convert_time_zone("UTC").cast(UTC_MICROSECONDS), nothing
    if raw.dtype == pl.Date:
        return nothing.dt.replace_time_zone("UTC"), raw.cast(pl.Datetime("us"))
    if raw.dtype.is_numeric():
        return _from_epoch(raw), nothing
    return _from_text(raw.cast(pl.String, strict=False), policy)


def _from_epoch(raw: pl.Series) -> pl.Series:
    number = pl.col("n")
    microseconds = pl.lit(None, dtype=pl.Int64)
    for per_second in _RESOLUTIONS:
        fits = number.is_between(_EPOCH_FROM * per_second, _EPOCH_TO * per_second, closed="left")
        scaled = number * (1_000_000 // per_second) if per_second <= 1_000_000 else number // 1_000
        microseconds = pl.when(fits).then(scaled.cast(pl.Int64, strict=False)).otherwise(microseconds)
    numbers = pl.DataFrame({"n": raw if raw.dtype.is_float() else raw.cast(pl.Int64, strict=False)})
    return numbers.select(microseconds.cast(pl.Datetime("us")).dt.replace_time_zone("UTC").alias("t"))["t"]


def _from_text(raw: pl.Series, policy: TimePolicy) -> tuple[pl.Series, pl.Series]:
    nothing = pl.Series([None], dtype=pl.Datetime("us")).new_from_index(0, len(raw))
    aware, naive = nothing.dt.replace_time_zone("UTC"), nothing
    if policy.time_format is not None:
        if "%z" in policy.time_format or "%#z" in policy.time_format or "%:z" in policy.time_format:
            return _tried(aware, raw, (policy.time_format,)), naive
        return aware, _tried(naive, raw, (policy.time_format,))
    text = raw.str.strip_chars()
    if text.str.ends_with("C").any() or text.str.ends_with("T").any():
        text = text.str.replace(_UTC_NAME, "Z")
    text = text.str.replace("T", " ", literal=True).str.replace(",", ".", literal=True)
    numbers = text.str.contains(_EPOCH_TEXT)
    if numbers.any():
        aware = _from_epoch(text.set(~numbers.fill_null(value=False), None).str.to_decimal(scale=6))
    has_offset = text.str.contains(_OFFSET)
    if has_offset.any():
        aware = _tried(aware, text.set(~has_offset.fill_null(value=False), None), _AWARE)
    if not has_offset.all():
        naive = _tried(naive, text.set(has_offset.fill_null(value=False), None), _NAIVE)
    return aware, naive


def _tried(found: pl.Series, text: pl.Series, formats: tuple[str, ...]) -> pl.Series:
    """Return `found` with the gaps filled by reading `text` in each of the formats in turn."""
    for pattern in formats:
        if (found.is_null() & text.is_not_null()).sum() == 0:
            break
        read = text.str.to_datetime(pattern, time_unit="us", strict=False, ambiguous="null")
        read = read.cast(UTC_MICROSECONDS) if isinstance(found.dtype, pl.Datetime) and found.dtype.time_zone else read
        found = found.zip_with(found.is_not_null(), read)
    return found


def _localised(naive: pl.Series, policy: TimePolicy) -> tuple[pl.Series, pl.Series]:
    """Return local times as UTC, and the reason for those that the zone's clock showed twice or never."""
    reason = pl.Series([None], dtype=pl.String).new_from_index(0, len(naive))
    if policy.zone is None or naive.null_count() == len(naive):
        return pl.Series([None], dtype=UTC_MICROSECONDS).new_from_index(0, len(naive)), reason
    placed = naive.dt.replace_time_zone(policy.zone, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")
    doubtful = (placed.is_null() & naive.is_not_null()).arg_true()
    if not len(doubtful):
        return placed, reason
    decided = [_decided(local, ZoneInfo(policy.zone), policy) for local in naive.gather(doubtful)]
    times = pl.Series([d if isinstance(d, datetime) else None for d in decided], dtype=UTC_MICROSECONDS)
    reasons = pl.Series([d if isinstance(d, str) else None for d in decided], dtype=pl.String)
    return placed.scatter(doubtful, times), reason.scatter(doubtful, reasons)


def _decided(local: datetime, zone: ZoneInfo, policy: TimePolicy) -> datetime | str:
    """Return the moment that the policy makes of a local time that is ambiguous or never was, or the reason.

    PEP 495: with fold=0 a time in a gap is read with the offset before the change, so it lands after the gap.
    """
    moment = local.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        return moment if policy.nonexistent == "forward" else "nonexistent_time"
    if policy.ambiguous == "reject":
        return "ambiguous_time"
    return moment if policy.ambiguous == "earliest" else local.replace(tzinfo=zone, fold=1).astimezone(UTC)
