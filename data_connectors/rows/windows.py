"""Continuous processes without units: a window is the unit, and what its tags did in it are its parameters.

A value stands until the next of its tag, but no longer than the window's `hold_s`; all sums are over time, so a source
that reports by change and one that reports every second give the same numbers. Values that are bad count nowhere.

=========  =========================================================================================
``mean``   mean over time
``sd``     standard deviation over time
``slope``  change a minute: least squares through the middles of the stretches in which values stood
``min``    lowest value that stood
``max``    highest value that stood
``last``   value that stood last
``good``   share of the window in which a value stood that is good
=========  =========================================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from data_connectors.schema import Parameter, Stage, Window

#: What is known of a tag in a window: name -> unit of measure as made of the tag's own.
STATISTICS = {"mean": "{}", "sd": "{}", "slope": "{}/min", "min": "{}", "max": "{}", "last": "{}", "good": ""}
#: Columns of samples: one row a tag and moment; `quality` is good, uncertain or bad.
SAMPLES = pl.Schema({"tag": pl.String(), "t": pl.Datetime("us", "UTC"), "value": pl.Float64(), "quality": pl.String()})
SECOND = 1_000_000
MINUTE = 60 * SECOND
#: Digits that are kept: the order of summing is not seen in them, so equal samples give equal units.
DIGITS = 12
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def windowed(stage: Stage) -> Stage:
    """Return a stage as its units are stored: of a continuous one, the statistics of its tags are the parameters.

    Examples
    --------
    >>> made = windowed(Stage("kiln", "A", "kiln", (Parameter("feed", "t/h", low=0),), (), window=Window(600, 600)))
    >>> [(p.name, p.unit) for p in made.parameters][:3]
    [('feed.mean', 't/h'), ('feed.sd', 't/h'), ('feed.slope', 't/h/min')]
    """
    if stage.window is None:
        return stage
    made = [
        Parameter(f"{tag.name}.{name}", unit.format(tag.unit) if tag.unit else "", settable=tag.settable)
        for tag in stage.parameters
        for name, unit in STATISTICS.items()
    ]
    return replace(stage, parameters=tuple(made), window=None)


def unit_name(begin: datetime) -> str:
    """Return the unit id of the window that begins at `begin` (aware).

    Examples
    --------
    >>> unit_name(datetime(2026, 1, 2, 3, 10, tzinfo=UTC))
    '2026-01-02T03:10:00Z'
    """
    return begin.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def unit_at(window: Window, moment: datetime) -> str:
    """Return the unit whose material is where quality is measured at `moment` (aware): the last that is.

    Examples
    --------
    >>> unit_at(Window(600, 600, dead_s=60), datetime(2026, 1, 1, 0, 11, 30, tzinfo=UTC))
    '2026-01-01T00:00:00Z'
    """
    seconds = int(moment.timestamp()) - window.dead_s - window.length_s
    return unit_name(datetime.fromtimestamp(seconds // window.step_s * window.step_s, UTC))


def tall(frame: pl.DataFrame, time: str, tags: Sequence[str], qualities: dict[str, str] | None = None) -> pl.DataFrame:
    """Turn wide rows, a column a tag, into samples; an empty cell is no sample.

    Parameters
    ----------
    frame : polars.DataFrame
        With `time` (aware) and the columns `tags`, as many as there are.
    time : str
    tags : sequence of str
    qualities : dict of str to str, optional
        Tag -> column with good, uncertain or bad; a tag without one is good.

    Returns
    -------
    polars.DataFrame
        Columns of `SAMPLES`; of two samples of one tag and moment the later stays.

    Examples
    --------
    >>> rows = pl.DataFrame({"t": [datetime(2026, 1, 1, tzinfo=UTC)], "a": [1.0], "b": [None]})
    >>> tall(rows, "t", ["a", "b"])["tag"].to_list()
    ['a']
    """
    codes = qualities or {}
    parts = [
        frame.select(
            pl.lit(tag).alias("tag"),
            pl.col(time).cast(SAMPLES["t"]).alias("t"),
            pl.col(tag).cast(pl.Float64).alias("value"),
            (pl.col(codes[tag]) if tag in codes else pl.lit("good")).alias("quality"),
        ).filter(pl.col("value").is_not_null() | (pl.col("quality") == "bad"))
        for tag in tags
        if tag in frame.columns
    ]
    return sound(pl.concat(parts)) if parts else pl.DataFrame(schema=SAMPLES)


def sound(samples: pl.DataFrame) -> pl.DataFrame:
    """Return samples by tag and time, one a tag and moment (the last that came); what is no finite number is bad."""
    shaped = samples.select(SAMPLES.names()).cast(SAMPLES)
    bad = pl.col("value").is_finite().not_().fill_null(value=True) | (pl.col("quality") == "bad")
    judged = shaped.with_columns(
        pl.when(bad).then(None).otherwise("value").alias("value"),
        pl.when(bad).then(pl.lit("bad")).otherwise("quality").alias("quality"),
    )
    return judged.unique(["tag", "t"], keep="last", maintain_order=True).sort("tag", "t")


def unit_rows(
    samples: pl.DataFrame, window: Window, tags: Sequence[str], only: pl.Series | None = None
) -> pl.DataFrame:
    """Return one row a window in which something was sampled.

    Parameters
    ----------
    samples : polars.DataFrame
        Columns of `SAMPLES`, as `sound` returns them.
    window : Window
    tags : sequence of str
        Those that make up the row; other samples are ignored.
    only : polars.Series, optional
        Beginnings of windows (microseconds since 1970): no others are returned.

    Returns
    -------
    polars.DataFrame
        ``unit_id, t_event`` and ``<tag>.<statistic>`` (Float64, null where nothing usable stood), by time.

    Examples
    --------
    >>> seconds = pl.datetime_range(datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 0, 9), "1s", eager=True,
    ...                             time_zone="UTC")
    >>> steady = pl.DataFrame({"t": seconds, "a": [float(i) for i in range(10)]})
    >>> made = unit_rows(tall(steady, "t", ["a"]), Window(10, 10, hold_s=1), ["a"])
    >>> made.select(pl.col("a.mean", "a.slope", "a.good").round(9)).row(0)
    (4.5, 60.0, 1.0)
    """
    known = samples.filter(pl.col("tag").is_in(list(tags)))
    pieces = _pieces(known, window)
    pieces = pieces if only is None else pieces.filter(pl.col("begin").is_in(only.implode()))
    wide = [pieces.select("begin").unique().sort("begin")]
    told = _statistics(pieces, window)
    for tag in tags:
        mine = told.filter(pl.col("tag") == tag).drop("tag")
        wide.append(mine.rename({name: f"{tag}.{name}" for name in STATISTICS}))
    rows = wide[0]
    for part in wide[1:]:
        rows = rows.join(part, on="begin", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col([f"{tag}.good" for tag in tags]).fill_null(0.0)) if tags else rows
    ends = pl.col("begin") + (window.length_s + window.dead_s) * SECOND
    return rows.select(
        pl.from_epoch("begin", "us").dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias("unit_id"),
        pl.from_epoch(ends, "us").dt.replace_time_zone("UTC").alias("t_event"),
        pl.all().exclude("begin"),
    )


def stretches(samples: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Return the samples with `a` and `b`, from when until when each stands (microseconds since 1970)."""
    a = pl.col("t").dt.epoch("us")
    stands = pl.min_horizontal(a.shift(-1).over("tag"), a + window.holds_s * SECOND)
    return samples.with_columns(a.alias("a"), stands.alias("b"))


def beginnings(frame: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Return the frame once for each window that meets ``[a, b)``, with its `begin` (microseconds since 1970)."""
    step, length = window.step_s * SECOND, window.length_s * SECOND
    first, last = (pl.col("a") - length) // step + 1, (pl.col("b") - 1) // step
    spread = frame.with_columns(pl.int_ranges(first, last + 1).alias("begin")).explode("begin")
    return spread.drop_nulls("begin").with_columns(pl.col("begin") * step)


def _pieces(samples: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Return what stood in each window, for how long (`stood`, us; `w`, min) and when (`mid`, min after its begin)."""
    met = beginnings(stretches(samples, window), window)
    low = pl.max_horizontal("a", "begin")
    high = pl.min_horizontal("b", pl.col("begin") + window.length_s * SECOND)
    return met.select(
        "begin",
        "tag",
        "value",
        "quality",
        (high - low).alias("stood"),
        ((high - low) / MINUTE).alias("w"),
        (((low - pl.col("begin")) + (high - pl.col("begin"))) / (2 * MINUTE)).alias("mid"),
    )


def _statistics(pieces: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Return the statistics a window and tag.

    The slope is ``sum w (m - m̄)(v - v̄) / sum w (m - m̄)²`` with the lengths w and the middles m of the stretches
    (weighted least squares, e.g. Draper and Smith 1998, 9.2); a value that stood alone has slope 0.
    """
    usable = pieces.filter(pl.col("value").is_not_null())
    w, v, m = pl.col("w"), pl.col("value"), pl.col("mid")
    mean, middle = (w * v).sum() / w.sum(), (w * m).sum() / w.sum()
    across, along = (w * (m - middle) * (v - mean)).sum(), (w * (m - middle) ** 2).sum()
    moved = v.min() < v.max()
    found = usable.group_by("begin", "tag", maintain_order=True).agg(
        pl.when(moved).then(mean).otherwise(v.first()).alias("mean"),
        pl.when(moved).then(((w * (v - mean) ** 2).sum() / w.sum()).sqrt()).otherwise(0.0).alias("sd"),
        pl.when(moved).then(across / along).otherwise(0.0).alias("slope"),
        v.min().alias("min"),
        v.max().alias("max"),
        v.sort_by("mid").last().alias("last"),
    )
    good = pl.col("stood").filter(pl.col("quality") == "good").sum() / (window.length_s * SECOND)
    stood = pieces.group_by("begin", "tag", maintain_order=True).agg(good.alias("good"))
    joined = stood.join(found, on=["begin", "tag"], how="left").select("begin", "tag", *STATISTICS)
    return joined.with_columns(pl.col("mean", "sd", "slope", "good").round_sig_figs(DIGITS))


@dataclass(frozen=True, slots=True, eq=False)
class Assembled:
    """What `Assembly.add` made.

    Parameters
    ----------
    rows : polars.DataFrame
        Units that are complete and new, and those that a late sample revised.
    late : polars.DataFrame
        Samples that came after their windows were put away; nothing was done with them.
    """

    rows: pl.DataFrame
    late: pl.DataFrame


class Assembly:
    """Makes units of samples as they come, in any order and cut; a late sample revises its windows.

    Samples from the future are to be held off before: everything older than `keep_s` behind one would be late.

    A window is told once everything up to its end and `lateness_s` more was seen, and again after each sample that
    changes it. Samples are kept for `keep_s` behind the newest, so memory is bounded by the rate of the source.

    Parameters
    ----------
    window : Window
    tags : sequence of str
    lateness_s : int
        How late a sample may come and still be ordinary.
    keep_s : int
        How late it may come and still revise its windows.
    kept, told : polars.DataFrame, datetime
        Of an assembly that was there before a restart: this one goes on where that one stood.

    Examples
    --------
    >>> rows = pl.DataFrame({"t": [datetime(2026, 1, 1, 0, m, tzinfo=UTC) for m in (1, 11, 2)], "a": [1.0, 2.0, 3.0]})
    >>> samples = tall(rows, "t", ["a"])
    >>> assembly = Assembly(Window(600, 600), ["a"])
    >>> by_time = samples.sort("t")
    >>> [assembly.add(by_time[i : i + 1]).rows["unit_id"].to_list() for i in (0, 2, 1)]
    [[], ['2026-01-01T00:00:00Z'], ['2026-01-01T00:00:00Z']]
    """

    def __init__(
        self,
        window: Window,
        tags: Sequence[str],
        *,
        lateness_s: int = 0,
        keep_s: int = 86_400,
        kept: pl.DataFrame | None = None,
        told: datetime | None = None,
    ) -> None:
        self.window, self.tags = window, tuple(tags)
        self._lateness, self._keep = lateness_s * SECOND, keep_s * SECOND
        self._samples = sound(pl.DataFrame(schema=SAMPLES) if kept is None else kept)
        self._told = None if told is None else _microseconds(told)

    @property
    def kept(self) -> pl.DataFrame:
        """The samples that may still be needed: columns of `SAMPLES`."""
        return self._samples

    @property
    def told(self) -> datetime | None:
        """Up to when windows are complete; None before the first sample."""
        return None if self._told is None else _EPOCH + timedelta(microseconds=self._told)

    def add(self, samples: pl.DataFrame, until: datetime | None = None) -> Assembled:
        """Take samples in, and return the units that they complete or revise.

        Parameters
        ----------
        samples : polars.DataFrame
            Columns of `SAMPLES`; a moment of a tag that was there before is replaced.
        until : datetime, optional
            The source is known to be silent up to here (aware): windows before are complete too.
        """
        come = sound(samples).filter(pl.col("tag").is_in(list(self.tags)))
        horizon = self._horizon
        late = come.filter(pl.col("t").dt.epoch("us") < horizon) if horizon is not None else come.clear()
        taken = come.join(late, on=["tag", "t"], how="anti")
        self._samples = sound(pl.concat([self._samples, taken]))
        changed = self._changed(taken)
        before = self._told
        self._move_on(taken, until)
        rows = self._rows(changed, before)
        self._forget()
        return Assembled(rows, late)

    @property
    def _horizon(self) -> int | None:
        return None if self._told is None else self._told + self._lateness - self._keep

    def _changed(self, taken: pl.DataFrame) -> pl.Series:
        """Return the windows in which a sample that came stands; elsewhere nothing is other than it was."""
        standing = stretches(self._samples, self.window).join(taken.select("tag", "t"), on=["tag", "t"], how="semi")
        return beginnings(standing, self.window)["begin"].unique()

    def _move_on(self, taken: pl.DataFrame, until: datetime | None) -> None:
        seen = [] if until is None else [_microseconds(until)]
        seen += taken["t"].dt.epoch("us").top_k(1).to_list()
        told = [] if self._told is None else [self._told]
        self._told = max([*told, *(moment - self._lateness for moment in seen)], default=None)

    def _rows(self, changed: pl.Series, before: int | None) -> pl.DataFrame:
        """Return the complete windows that changed, and those that became complete."""
        length = self.window.length_s * SECOND
        there = beginnings(stretches(self._samples, self.window), self.window)["begin"].unique()
        complete = there.filter(there + length <= (self._told or 0))
        fresh = complete if before is None else complete.filter(complete + length > before)
        revised = complete.filter(complete.is_in(changed.implode()))
        return unit_rows(self._samples, self.window, self.tags, pl.concat([fresh, revised]).unique())

    def _forget(self) -> None:
        """Let go of what no window that may still change can need."""
        horizon = self._horizon
        if horizon is not None:
            reach = (self.window.length_s + self.window.holds_s) * SECOND
            self._samples = self._samples.filter(pl.col("t").dt.epoch("us") >= horizon - reach)


def _microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
